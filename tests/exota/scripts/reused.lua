-- SPDX-License-Identifier: Apache-2.0
-- Several messages over one connection: nothing of one is known in the next, given up or not.
dofile(library)

ALL = {
	{ "Authentication-Results", "my-auth-serv-id; dkim=pass header.d=contoso.com" },
	{ "From", "alice@contoso.com" },
	{ "X-MS-Exchange-CrossTenant-Id", CONTOSO },
}
BARE = { { "From", "alice@contoso.com" } }

conn = connect("40.107.1.2", "mail.protection.outlook.com")

envelope(conn, "<alice@contoso.com>", "4RE001")
fields(conn, ALL)
expect_accepted(conn, "the first")

envelope(conn, "<alice@contoso.com>", "4RE002")
fields(conn, BARE)
expect_refused(conn, "without evidence", "550", "queue_id: 4RE002 - Security policy violation! - "
	.. "reason: Not proven to come from the tenant (exogate: proof-missing)")

envelope(conn, "<alice@contoso.com>", "4RE003")
fields(conn, ALL)
mt.abort(conn)

envelope(conn, "<alice@contoso.com>", "4RE004")
fields(conn, BARE)
expect_refused(conn, "after one given up", "550", "queue_id: 4RE004 - Security policy violation! "
	.. "- reason: Not proven to come from the tenant (exogate: proof-missing)")

envelope(conn, "<alice@contoso.com>", "4RE005")
fields(conn, ALL)
expect_accepted(conn, "the last")
mt.disconnect(conn)

-- SPDX-License-Identifier: Apache-2.0
-- A tenant's own mail: accepted, with one result on top, whatever the case of field names.
dofile(library)

conn = connect("40.107.1.2", "mail.protection.outlook.com")
envelope(conn, "<alice@contoso.com>", "4AUTH1")
fields(conn, {
	{ "authentication-RESULTS", "my-auth-serv-id; dkim=pass header.d=contoso.com header.s=s1" },
	{ "Authentication-Results", "another-host; dkim=fail header.d=contoso.com" },
	{ "fRoM", '"Alice, of Contoso" <alice@CONTOSO.com>' },
	{ "x-ms-exchange-crosstenant-ID", CONTOSO },
	{ "X-exota-AUTHENTICATION-results", "my-auth-serv-id; auth=pass" },
})
expect_accepted(conn, "own mail")
expect_edit(conn, true, MT_HDRINSERT, RESULT, " my-auth-serv-id;\n  auth=pass "
	.. "5322_from_domain=contoso.com dkim=True dkim_aligned=True x509_client_trust=True "
	.. "forwarded=False")
expect_edit(conn, true, MT_HDRDELETE, "X-exota-AUTHENTICATION-results")
mt.disconnect(conn)

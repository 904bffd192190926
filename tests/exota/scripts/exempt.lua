-- SPDX-License-Identifier: Apache-2.0
-- A client of MILTER_X509_IP_WHITELIST needs no certificate, and proofs like everybody.
dofile(library)

FROM = { "From", "alice@contoso.com" }
OWN = { "X-MS-Exchange-CrossTenant-Id", CONTOSO }

conn = connect("::1", nil)
envelope(conn, "<alice@contoso.com>", "4EX001")
fields(conn, {
	{ "Authentication-Results", "my-auth-serv-id; dkim=pass header.d=contoso.onmicrosoft.com" },
	FROM, OWN,
})
expect_accepted(conn, "with proofs")
expect_edit(conn, true, MT_HDRINSERT, RESULT, " my-auth-serv-id;\n  auth=pass "
	.. "5322_from_domain=contoso.com dkim=True dkim_aligned=False x509_client_trust=True "
	.. "forwarded=False")
mt.disconnect(conn)

conn = connect("::1", nil)
envelope(conn, "<alice@contoso.com>", "4EX002")
fields(conn, { FROM, OWN })
expect_refused(conn, "without", "550", "queue_id: 4EX002 - Security policy violation! - "
	.. "reason: Not proven to come from the tenant (exogate: proof-missing)")
mt.disconnect(conn)

-- SPDX-License-Identifier: Apache-2.0
-- What is refused, each in a connection of its own, with the reply in ExOTA-Milter's form.
dofile(library)

SIGNED = { "Authentication-Results", "my-auth-serv-id; dkim=pass header.d=contoso.com" }
FROM = { "From", "alice@contoso.com" }
OWN = { "X-MS-Exchange-CrossTenant-Id", CONTOSO }
FOREIGN = { "X-MS-Exchange-CrossTenant-Id", FABRIKAM }

function refuse(what, certificate, sender, list, code, reason)
	local message = code == "550" and "Security policy violation!"
		or "Service temporarily not available! Please try again later."
	local conn = connect("40.107.1.2", certificate)

	envelope(conn, sender, "4REF01")
	fields(conn, list)
	expect_refused(conn, what, code, "queue_id: 4REF01 - " .. message .. " - reason: " .. reason)
	expect_edit(conn, false, MT_HDRINSERT)
	mt.disconnect(conn)
end

EXO = "mail.protection.outlook.com"
refuse("another certificate", EXO .. "x", "<alice@contoso.com>", { SIGNED, FROM, OWN }, "550",
	"Client certificate name is not trusted (exogate: cert-untrusted)")
refuse("no certificate", nil, "<alice@contoso.com>", { SIGNED, FROM, OWN }, "450",
	"No verified client certificate (exogate: cert-missing)")
refuse("another tenant", EXO, "<alice@contoso.com>", { SIGNED, FROM, FOREIGN }, "550",
	"Another tenant may not use this From domain (exogate: tenant-conflict)")
refuse("two tenants", EXO, "<alice@contoso.com>", { SIGNED, FROM, OWN, FOREIGN }, "550",
	"Another tenant may not use this From domain (exogate: tenant-conflict)")
refuse("no tenant", EXO, "<alice@contoso.com>", { SIGNED, FROM }, "550",
	"Not proven to come from the tenant (exogate: proof-missing)")
refuse("no signature", EXO, "<alice@contoso.com>", { FROM, OWN }, "550",
	"Not proven to come from the tenant (exogate: proof-missing)")
refuse("two From fields", EXO, "<alice@contoso.com>", { SIGNED, FROM, FROM, OWN }, "550",
	"Message has more than one From address (exogate: from-multiple)")
refuse("another sender", EXO, "<x@attacker.example>", { SIGNED, FROM, OWN }, "550",
	"Envelope sender is not the tenant's (exogate: envelope-foreign)")
refuse("sent again", EXO, "<alice@contoso.com>",
	{ SIGNED, { "From", "x@bank.example" }, { "Resent-From", "alice@contoso.com" }, OWN }, "550",
	"No tenant here may use this From domain (exogate: tenant-unknown)")

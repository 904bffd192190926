-- SPDX-License-Identifier: Apache-2.0
-- What the scripts share: an MTA's side of a conversation, and what must come back.
--
-- miltertest -D socket=... -D library=DIRECTORY/mta.lua -s SCRIPT: a script that ends with status 0
-- has seen what it expects.  miltertest itself says nothing of a failed error(), so failures are
-- printed before.

CONTOSO = "1234abcd-18c5-45e8-88de-123456789abc"
FABRIKAM = "9d2f6f0e-5b1c-4f0b-8a57-6f1f0f3e2c11"
RESULT = "X-ExOTA-Authentication-Results"
-- Values of fields begin with the blank after the colon, as is agreed with miltertest.

function fail(text)
	mt.echo("FAILED: " .. text)
	error(text)
end

function check(failure, what)
	if failure ~= nil then
		fail(what .. ": " .. tostring(failure))
	end
end

-- Exchange Online connects, over TLS and with its certificate.
function connect(address, certificate)
	local conn = mt.connect(socket, 40, 0.25)
	if conn == nil then
		fail("cannot connect to " .. socket)
	end
	mt.set_timeout(20)
	mt.macro(conn, SMFIC_CONNECT, "v", "Postfix 3.7.11")
	check(mt.conninfo(conn, "outbound.protection.outlook.com", address), "conninfo")
	if certificate then
		mt.macro(conn, SMFIC_HELO, "{tls_version}", "TLSv1.3", "{cert_subject}",
			certificate)
	end
	check(mt.helo(conn, "outbound.protection.outlook.com"), "helo")
	return conn
end

function envelope(conn, sender, queue_id)
	check(mt.mailfrom(conn, sender), "mailfrom")
	mt.macro(conn, SMFIC_RCPT, "i", queue_id)
	check(mt.rcptto(conn, "<bob@elsewhere.example>"), "rcptto")
end

-- The message's fields: pairs of name and value.
function fields(conn, list)
	for _, field in ipairs(list) do
		check(mt.header(conn, field[1], field[2]), field[1])
	end
end

function expect_reply(conn, wanted, what)
	check(mt.eom(conn), "eom")
	if mt.getreply(conn) ~= wanted then
		fail(what .. ": the reply is " .. tostring(mt.getreply(conn)))
	end
end

-- At the end of a message.
function expect_accepted(conn, what)
	expect_reply(conn, SMFIR_ACCEPT, what)
end

function expect_refused(conn, what, code, text)
	expect_reply(conn, SMFIR_REPLYCODE, what)
	if not mt.eom_check(conn, MT_SMTPREPLY, code, code == "550" and "5.7.1" or "4.7.1", text) then
		fail(what .. ": not " .. code .. " " .. text)
	end
end

function expect_edit(conn, wanted, operation, ...)
	if mt.eom_check(conn, operation, ...) ~= wanted then
		fail((wanted and "no edit: " or "an edit: ") .. tostring((...)))
	end
end

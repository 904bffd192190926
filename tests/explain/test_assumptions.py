# SPDX-License-Identifier: Apache-2.0
"""What the file does not tell is given or assumed, and what is assumed is said to be."""

import re
from collections.abc import Callable

import pytest

from .run import Explain

FROM = b"From: Alice <alice@contoso.com>\n"
ORG = b"X-OriginatorOrg: contoso.com\n"


def facts(explain: Explain, content: bytes, *options: str) -> dict[str, tuple[str, str]]:
    """Label -> (origin, the rest), of the facts of the text."""
    text = explain.text(content, *options)
    section = text.partition("\nFacts\n")[2].partition("\n\n")[0]
    lines = [re.fullmatch(r"  (.{14})  (.{10})  (.*)", line) for line in section.splitlines()]
    return {line[1].strip(): (line[2].strip(), line[3]) for line in lines if line[1].strip()}


def test_everything_is_assumed(explain: Explain) -> None:
    known = facts(explain, FROM + ORG)
    assert known["client"] == ("assumed", "40.107.0.1  Exchange Online's")
    assert known["certificate"] == ("assumed", "mail.protection.outlook.com  trusted")
    assert known["sender"] == ("assumed", "alice@contoso.com  (as in From)  tenant contoso")
    assert known["recipients"] == ("assumed", "recipient@elsewhere.invalid")
    assert explain.object(FROM + ORG)["reason"] == "authorised"


def test_nothing_is_assumed(explain: Explain) -> None:
    known = facts(explain, FROM + ORG, "--client", "203.0.113.9", "--cert-cn", "x.example",
                  "--mail-from", "<bob@x.example>", "--rcpt", "u@example.net", "--rcpt",
                  "<postmaster>", "--auth", "alice", "--helo", "x")
    assert known["client"] == ("", "203.0.113.9  not Exchange Online's")
    assert known["authenticated"] == ("", "alice")
    assert known["certificate"] == ("", "x.example  not trusted")
    assert known["sender"] == ("", "bob@x.example  no tenant's")
    assert known["recipients"] == ("", "u@example.net")
    assert "assumed" not in {origin for origin, _ in known.values()}


@pytest.mark.parametrize(("header", "sender"), [
    (b"Return-Path: <bounce@contoso.com>\n" + FROM, "bounce@contoso.com"),
    (FROM + b"return-path: <second@contoso.com>\n", "second@contoso.com"),
    (b"Return-Path: <>\n" + FROM, ""),
    (b"Return-Path: bare@contoso.com\n" + FROM, "bare@contoso.com"),
    (FROM, "alice@contoso.com"),
    (b"From: a@contoso.com, b@contoso.com\n", ""),
    (b"From: nobody\n", ""),
    (b"Subject: x\n", ""),
])
def test_the_sender_is_that_of_return_path_or_from(explain: Explain, header: bytes,
                                                   sender: str) -> None:
    assert explain.object(header)["facts"]["mail_from"] == sender


@pytest.mark.parametrize(("options", "reason"), [
    (("--client", "2a01:111:f403::1"), "authorised"),
    (("--client", "::ffff:40.107.1.2"), "authorised"),
    (("--client", "203.0.113.9"), "client-unlisted"),
    (("--client", "203.0.113.9", "--cert-cn", ""), "client-other"),
    (("--client", "unknown", "--cert-cn", ""), "client-other"),
    (("--cert-cn", ""), "cert-missing"),
    (("--cert-cn", "x.example"), "cert-untrusted"),
    (("--mail-from", ""), "authorised"),
    (("--mail-from", "<>"), "authorised"),
    (("--mail-from", "x@foreign.example"), "envelope-foreign"),
    (("--mail-from", "no address"), "envelope-foreign"),
    (("--mail-from", 600 * "x" + "@contoso.com"), "limit"),
    (("--rcpt", "postmaster"), "role"),
    (("--now", "1700000000"), "authorised"),
])
def test_what_is_given_counts(explain: Explain, options: tuple[str, ...], reason: str) -> None:
    assert explain.object(FROM + ORG, *options)["reason"] == reason


def test_options_may_follow_the_message(explain: Explain) -> None:
    done = explain.run(explain.write(FROM + ORG), "--cert-cn=", "--json")
    assert done.returncode == 0 and b'"reason":"cert-missing"' in done.stdout


def test_more_recipients_than_are_allowed(explain: Explain) -> None:
    many = [word for n in range(12) for word in ("--rcpt", f"u{n}@example.net")]
    assert "and 2 more" in explain.text(FROM + ORG, *many)


def test_lines_are_those_of_the_file(explain: Explain) -> None:
    known = facts(explain, b"From x\r\nReturn-Path: <a@contoso.com>\r\nSubject: a\r\n b\r\n"
                  b"From: a@contoso.com\r\nX-OriginatorOrg:\r\n contoso.com\r\n"
                  b"X-MS-Exchange-CrossTenant-AuthAs: Internal\r\n\r\n")
    assert known["From"] == ("line 5", "a@contoso.com")
    assert known["OriginatorOrg"] == ("line 6", "contoso.com  agree")
    assert known["AuthAs"] == ("line 8", "Internal")


def test_the_defaults_of_the_settings(explain_with: Callable[[str], Explain]) -> None:
    """Which name a certificate themselves."""
    known = facts(explain_with("least"), FROM + ORG)
    assert known["certificate"][1].endswith("trusted")

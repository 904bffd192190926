# SPDX-License-Identifier: Apache-2.0
"""The JSON object, key by key, and the values that are words."""

import json
from collections.abc import Callable

import pytest

from conversations.cases import CONTOSO_ID, FABRIKAM_ID, FORGED, VERIFIED, exo

from .run import Explain, header

PROOF = {"agree", "conflict", "absent", "unknown", "failed"}
TEXT_OR_NULL = (str, type(None))


def message(*args: object, **changed: object) -> bytes:
    return header(exo(*args, **changed).fields) + b"\nHello.\n"


def check_shape(said: dict) -> None:
    """Exactly these keys, with values of these types."""
    assert list(said) == ["file", "verdict", "would", "mode", "code", "reason", "tenant",
                          "direction", "notes", "facts", "table", "edits"]
    assert all(list(note) == ["line", "note", "field"] for note in said["notes"])
    assert said["verdict"] in {"accept", "reject", "tempfail"}
    assert said["would"] in {None, "reject"}
    assert said["mode"] in {"enforce", "monitor"}
    assert said["direction"] in {"outbound", "inbound", "forwarded", "other"}
    assert isinstance(said["code"], str) and isinstance(said["reason"], str)
    assert isinstance(said["tenant"], TEXT_OR_NULL)
    check_facts(said["facts"])
    assert all(set(row) == {"reason", "matched"} for row in said["table"])
    assert all(isinstance(row["matched"], bool) for row in said["table"])
    assert all(list(edit) == ["op", "name", "index", "value", "rule"] for edit in said["edits"])


def check_facts(facts: dict) -> None:
    assert list(facts) == ["from", "from_domain", "sender", "resent_from", "mail_from",
                           "tenant_id", "originator_org", "client_class", "cert", "dkim", "authres",
                           "stamps", "proofs", "secret", "forwarder"]
    assert all(isinstance(facts[key], list) for key in
               ("from", "sender", "resent_from", "tenant_id", "originator_org", "dkim", "authres"))
    assert isinstance(facts["from_domain"], TEXT_OR_NULL)
    assert isinstance(facts["cert"], TEXT_OR_NULL)
    assert facts["client_class"] in {"exo", "other"}
    assert all(list(result) == ["method", "result", "d"] for result in facts["authres"])
    assert list(facts["stamps"]) == ["tenant-id", "originator-org", "attributed"]
    assert list(facts["proofs"]) == ["stamp", "signature", "secret"]
    assert set(facts["stamps"].values()) | set(facts["proofs"].values()) <= PROOF
    assert facts["forwarder"] is None or list(facts["forwarder"]) == ["tenant", "unmet"]
    assert facts["secret"] is None or list(facts["secret"]) == ["name", "lines", "state"]


@pytest.mark.parametrize("content", [message(), message(None), message(" x@foreign.example"),
                                     message(" a@contoso.com, b@contoso.com"), b"", b"no header\n"])
def test_every_object_has_the_same_shape(explain: Explain, content: bytes) -> None:
    check_shape(explain.object(content))


def test_authorised(explain_with: Callable[[str], Explain]) -> None:
    said = explain_with("authres").object(message(top=(("Authentication-Results", VERIFIED),)))
    assert (said["verdict"], said["would"], said["mode"]) == ("accept", None, "enforce")
    assert (said["code"], said["reason"]) == ("250 2.0.0", "authorised")
    assert (said["tenant"], said["direction"]) == ("contoso", "outbound")
    facts = said["facts"]
    assert (facts["from"], facts["from_domain"]) == (["alice@contoso.com"], "contoso.com")
    assert facts["tenant_id"] == [CONTOSO_ID] and facts["originator_org"] == ["contoso.com"]
    assert (facts["client_class"], facts["cert"]) == ("exo", "mail.protection.outlook.com")
    assert facts["authres"] == [{"method": "dkim", "result": "pass", "d": "contoso.com"}]
    assert facts["stamps"] == {"tenant-id": "agree", "originator-org": "agree",
                               "attributed": "absent"}
    assert facts["proofs"] == {"stamp": "agree", "signature": "agree", "secret": "absent"}


def test_who_sent_it(explain: Explain) -> None:
    """Each with its line, as the administrator finds it in the file."""
    content = message(" Alice <alice@contoso.com>", top=(
        ("Sender", " Mallory <mallory@fabrikam.com>"), ("Resent-From", " x@nowhere.example")))
    said = explain.object(content)
    assert said["reason"] == "sender-foreign"
    assert said["facts"]["sender"] == ["mallory@fabrikam.com"]
    assert said["facts"]["resent_from"] == ["x@nowhere.example"]
    text = explain.text(content)
    assert "  Sender          line 1      Mallory <mallory@fabrikam.com>  tenant fabrikam\n" in text
    assert "  Resent-From     line 2      x@nowhere.example  no tenant's\n" in text
    text = explain.text(message(" a@contoso.com, b@contoso.com"))
    assert "-  there is none, as RFC 5322 3.6.2 wants beside several authors\n" in text
    text = explain.text(message(" a@contoso.com", ("Sender", " x"), ("SENDER", " a@contoso.com")))
    assert text.count("  not one address alone\n") == 2


def test_conflict(explain: Explain) -> None:
    said = explain.object(message(stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}"}))
    assert (said["verdict"], said["code"], said["reason"]) == ("reject", "550 5.7.1",
                                                               "tenant-conflict")
    assert said["facts"]["stamps"]["tenant-id"] == "conflict"
    assert said["facts"]["proofs"]["stamp"] == "conflict"
    assert said["edits"] == []


def test_rows_after_the_deciding_one_are_asked_too(explain: Explain) -> None:
    said = explain.object(message(" x@foreign.example", without=("X-OriginatorOrg",)))
    rows = {row["reason"]: row["matched"] for row in said["table"]}
    assert said["reason"] == "tenant-unknown"
    assert rows["tenant-unknown"] and rows["proof-missing"] and rows["authorised"]
    assert not rows["tenant-conflict"]


@pytest.mark.parametrize(("rcpt", "sender", "direction"), [
    ("u@example.net", " x@foreign.example", "inbound"), ("postmaster", None, "inbound"),
    ("b@elsewhere.example", " x@foreign.example", "outbound")])
def test_direction(explain: Explain, rcpt: str, sender: str | None, direction: str) -> None:
    assert explain.object(message(sender), "--rcpt", rcpt)["direction"] == direction


def test_direction_of_other_clients(explain: Explain) -> None:
    assert explain.object(message(), "--client", "203.0.113.9", "--cert-cn", "")[
        "direction"] == "other"


def test_rules_of_edits(explain: Explain) -> None:
    said = explain.object(message(" Alice <alice@contoso.com>",
                                  ("X-MS-Exchange-Organization-SCL", " -1"),
                                  top=(("Authentication-Results", FORGED),)))
    assert [edit["rule"] for edit in said["edits"]] == ["forged-result", "trust-field", "domain",
                                                        "domain", "result"]


def test_reason_header(explain_with: Callable[[str], Explain]) -> None:
    """It is among the edits, and a forged one is shown, for it is no secret."""
    explain = explain_with("tells")
    fields = (("x-exogate-reason", " verdict=accept reason=authorised"),)
    said = explain.object(message(" Alice <alice@contoso.com>", *fields))
    assert [edit["rule"] for edit in said["edits"]] == ["forged-result", "reason", "domain",
                                                        "domain", "result"]
    assert said["edits"][1] == {"op": "insert_header", "name": "X-Exogate-Reason", "index": 0,
                                "value": " verdict=accept reason=authorised tenant=contoso",
                                "rule": "reason"}
    text = explain.run(explain.write(message(" Alice <alice@contoso.com>", *fields))).stdout
    assert b"x-exogate-reason: verdict=accept reason=authorised\n" in text
    assert b"  +        X-Exogate-Reason: verdict=accept reason=authorised tenant=contoso\n" in text


def test_monitor(explain_with: Callable[[str], Explain]) -> None:
    said = explain_with("monitor").object(message(" x@foreign.example"))
    assert (said["verdict"], said["would"], said["mode"], said["code"]) == \
        ("accept", "reject", "monitor", "250 2.0.0")


def test_several_messages_are_a_line_each(explain: Explain) -> None:
    paths = [explain.write(message()), explain.write(message(None)), explain.write(b"")]
    done = explain.run("--json", *paths)
    said = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [one["file"] for one in said] == [str(path) for path in paths]
    assert [one["reason"] for one in said] == ["authorised", "from-missing", "from-missing"]
    assert done.returncode == 0


def test_hostile_bytes_become_utf_8(explain: Explain) -> None:
    said = explain.object(b'From: "\xff" <a@contoso.com>\n'
                          b"X-OriginatorOrg: \x1b[2J \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80\n"
                          b"X-OriginatorOrg: \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 \xc2\x9b \x7f\n"
                          b"X-OriginatorOrg: \xe2\x82\n")
    assert said["facts"]["originator_org"] == [r"\x1b[2J \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80",
                                               "\u00e9\u20ac\U0001f600 \\xc2\\x9b \\x7f",
                                               "\\xe2\\x82"]
    assert said["facts"]["from"] == ["a@contoso.com"]


def test_all_from_addresses_are_listed(explain: Explain) -> None:
    said = explain.object(message(" a@contoso.com, B <b@x.example>", ("From", " c@y.example")))
    assert said["facts"]["from"] == ["a@contoso.com", "b@x.example", "c@y.example"]
    assert said["facts"]["from_domain"] is None

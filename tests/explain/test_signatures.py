# SPDX-License-Identifier: Apache-2.0
"""Signatures that explain verifies itself: with records of a file, or of a name server."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab import messages
from lab.scripted_dns import Records
from lab.signing import Key, records

from .run import Explain
from .test_shape import check_shape

KEYS = ["d", "s", "a", "result", "why"]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return Key(tmp_path_factory.mktemp("keys"), "contoso.com")


@pytest.fixture
def explain(explain_with: Callable[[str], Explain]) -> Explain:
    return explain_with("native")


@pytest.fixture
def dns(tmp_path: Path) -> Callable[[object], str]:
    def write(content: object) -> str:
        path = tmp_path / "dns.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)
    return write


def verified(explain: Explain, data: bytes, *options: str) -> tuple[str, list[tuple[str, str]]]:
    said = explain.object(data, *options)
    check_shape(said)
    assert all(list(each) == KEYS for each in said["facts"]["dkim"])
    return said["reason"], [(each["result"], each["why"]) for each in said["facts"]["dkim"]]


def test_file(explain: Explain, dns, key: Key) -> None:
    data = key.sign(messages.exo()).data
    said = explain.object(data, "--dns", dns(records([key])))
    assert said["reason"] == "authorised"
    assert said["facts"]["proofs"]["signature"] == "agree"
    assert said["facts"]["dkim"] == [{"d": "contoso.com", "s": key.selector, "a": "rsa-sha256",
                                      "result": "pass", "why": "verified"}]
    named = explain.text(data, "--dns", dns(records([key])))
    assert re.search(rf"signature +line 1 +d=contoso.com s={key.selector} +pass: verified", named)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_line_ends_of_the_file(explain: Explain, dns, key: Key, end: bytes) -> None:
    """Whichever the file has, the message on the wire was one with CRLF."""
    data = key.sign(messages.exo()).data.replace(b"\r\n", end)
    assert verified(explain, data, "--dns", dns(records([key])))[0] == "authorised"
    cut = data.removesuffix(end)
    assert verified(explain, cut, "--dns", dns(records([key])))[0] == "authorised"


def test_changed(explain: Explain, dns, key: Key) -> None:
    data = key.sign(messages.exo()).data
    file = dns(records([key]))
    assert verified(explain, data + b"x\r\n", "--dns", file) == (
        "proof-missing", [("fail", "body-hash-differs")])
    assert verified(explain, data.replace(b"Subject: F", b"Subject: f"), "--dns", file) == (
        "proof-missing", [("fail", "signature-wrong")])
    assert verified(explain, messages.exo().data, "--dns", file)[0] == "proof-missing"


@pytest.mark.parametrize("answer, reason, result, why", [
    ({"rcode": "NXDOMAIN"}, "proof-missing", "permerror", "key-absent"),
    ({"rcode": "NODATA"}, "proof-missing", "permerror", "key-absent"),
    ({"rcode": "SERVFAIL"}, "temperror", "temperror", "key-unavailable"),
    ([], "proof-missing", "permerror", "key-absent"),
    ("v=DKIM1; p=", "proof-missing", "permerror", "key-revoked"),
])
def test_outcomes(explain: Explain, dns, key: Key, answer, reason: str, result: str,
                  why: str) -> None:
    file = dns({f"{key.name.upper()}.": answer})
    assert verified(explain, key.sign(messages.exo()).data, "--dns", file) == (
        reason, [(result, why)])


def test_several_records(explain: Explain, dns, key: Key) -> None:
    file = dns({key.name: ["v=spf1 -all", key.record]})
    assert verified(explain, key.sign(messages.exo()).data, "--dns", file)[0] == "authorised"


def test_a_name_that_the_file_lacks_does_not_exist(explain: Explain, dns, key: Key) -> None:
    assert verified(explain, key.sign(messages.exo()).data, "--dns", dns({})) == (
        "proof-missing", [("permerror", "key-absent")])


def test_the_time(explain: Explain, dns, key: Key) -> None:
    data = key.sign(messages.exo()).data
    made = int(re.search(rb"\bt=(\d+)", data)[1])
    file = dns(records([key]))
    assert verified(explain, data, "--dns", file, "--now", str(made)) == (
        "authorised", [("pass", "verified")])
    assert verified(explain, data, "--dns", file, "--now", str(made - 100000)) == (
        "proof-missing", [("policy", "from-the-future")])


@pytest.fixture
def server(key: Key) -> Iterator[Records]:
    server = Records(records([key]))
    yield server
    server.close()


def test_server(explain: Explain, server: Records, key: Key) -> None:
    data = key.sign(messages.exo()).data
    assert verified(explain, data, "--dns-server", server.place)[0] == "authorised"
    one, other = explain.write(data), explain.write(data)
    done = explain.run(one, other, "--json", "--dns-server", server.place)
    assert [json.loads(line)["reason"] for line in done.stdout.splitlines()] == ["authorised"] * 2
    assert len(server.asked) == 2    # by two commands


@pytest.mark.parametrize("content, words", [
    ("[]", "not a JSON object of names"),
    ('{"a": 1}', '"a": neither a TXT record'),
    ('{"a": {"rcode": "REFUSED"}}', '"a": neither a TXT record'),
    ('{"a": [1]}', '"a": neither a TXT record'),
    ('{"a": "x",\n "a": "y"}', "dns.json:2: duplicate object key"),
    ("{", "dns.json:1: "),
])
def test_bad_files(explain: Explain, dns, content: str, words: str) -> None:
    done = explain.run(explain.write(messages.exo().data), "--dns", dns(content))
    assert done.returncode == 1 and words in done.stderr.decode(), done


def test_a_file_and_a_server(explain: Explain, dns) -> None:
    """Whose answer counts would be anybody's guess."""
    file, message = dns({}), explain.write(messages.exo().data)
    for options in (("--dns", file, "--dns-server", "127.0.0.1"),
                    ("--dns-server", "127.0.0.1", "--dns", file)):
        done = explain.run(message, *options)
        assert done.returncode == 2 and "--dns-server" in done.stderr.decode(), done


def test_no_file(explain: Explain, tmp_path: Path) -> None:
    done = explain.run(explain.write(messages.exo().data), "--dns", str(tmp_path / "none"))
    assert done.returncode == 1 and "none" in done.stderr.decode()

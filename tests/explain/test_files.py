# SPDX-License-Identifier: Apache-2.0
"""Files of every shape, read as Postfix would hand them to a milter."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conversations.cases import VERIFIED

from .run import Explain

FROM = b"From: alice@contoso.com\n"


def orgs(explain: Explain, content: bytes) -> list[str]:
    """The X-OriginatorOrg fields that the filter sees."""
    return explain.object(content)["facts"]["originator_org"]


@pytest.mark.parametrize(("content", "seen"), [
    pytest.param(b"X-OriginatorOrg: a\n\nbody\n", ["a"], id="lf"),
    pytest.param(b"X-OriginatorOrg: a\r\n\r\nbody\r\n", ["a"], id="crlf"),
    pytest.param(b"X-OriginatorOrg: a\nX-OriginatorOrg: b\r\n\n", ["a", "b"], id="mixed"),
    pytest.param(b"X-OriginatorOrg: a", ["a"], id="no-end-of-line"),
    pytest.param(b"X-OriginatorOrg: a\n", ["a"], id="no-body"),
    pytest.param(b"", [], id="empty"),
    pytest.param(b"\n", [], id="no-header"),
    pytest.param(b"\nX-OriginatorOrg: a\n", [], id="body-only"),
    pytest.param(b"X-OriginatorOrg: a\nno field\nX-OriginatorOrg: b\n", ["a"], id="no-colon"),
    pytest.param(b"X-OriginatorOrg: a\n: b\nX-OriginatorOrg: b\n", ["a"], id="no-name"),
    pytest.param(b"X-OriginatorOrg: a\nX Y: b\nX-OriginatorOrg: b\n", ["a"], id="blank-in-name"),
    pytest.param(b"X-OriginatorOrg: a\nX\xc3\xa9: b\nX-OriginatorOrg: b\n", ["a"], id="8-bit-name"),
    pytest.param(b"X-OriginatorOrg: a\nX\x00: b\nX-OriginatorOrg: b\n", ["a"], id="nul-in-name"),
    pytest.param(b"X-OriginatorOrg \t : a\n", ["a"], id="blanks-before-colon"),
    pytest.param(b"x-originatororg:a\n", ["a"], id="no-blank-after-colon"),
    pytest.param(b"X-OriginatorOrg:\n a\n\tb\n", ["a\n\tb"], id="folds"),
    pytest.param(b"X-OriginatorOrg: a\n \t\nX-OriginatorOrg: b\n", ["a", "b"], id="blank-fold"),
    pytest.param(b" x\nX-OriginatorOrg: a\n", [], id="blank-on-top"),
    pytest.param(b"From x Mon Jan 1\nX-OriginatorOrg: a\n", ["a"], id="mailbox"),
    pytest.param(b">>From x\nFrom y\nX-OriginatorOrg: a\n", ["a"], id="mailbox-twice"),
    pytest.param(b"From x\n X-OriginatorOrg: a\nX-OriginatorOrg: b\n", [], id="mailbox-and-blank"),
    pytest.param(b"X-OriginatorOrg: a\nFrom x\nX-OriginatorOrg: b\n", ["a"], id="mailbox-below"),
    pytest.param(b"X-OriginatorOrg: a\x00b\nX-OriginatorOrg: c\n", ["a", "c"], id="nul"),
    pytest.param(b"X-OriginatorOrg: a\x00b\n c\n", ["a\n c"], id="nul-before-fold"),
    pytest.param(b"X-OriginatorOrg: a\rb\r\n", ["a b"], id="cr"),
    pytest.param(b"Return-Path: <x@y.example>\nBcc: z\nX-OriginatorOrg: a\n", ["a"], id="dropped"),
])
def test_fields(explain: Explain, content: bytes, seen: list[str]) -> None:
    assert orgs(explain, content) == seen


def test_a_mailbox_line_is_left_out(explain_with: Callable[[str], Explain]) -> None:
    """It is the file's, no client's: fields that must be above all are."""
    content = (b"From alice@contoso.com Mon Jan  1 00:00:00 2026\n"
               b"Authentication-Results: " + VERIFIED.encode() + b"\n" + FROM
               + b"X-OriginatorOrg: contoso.com\n")
    explain = explain_with("authres")
    said = explain.object(content)
    assert said["notes"] == [{"line": 1, "note": "mailbox-line", "field": None}]
    assert said["reason"] == "authorised"
    text = explain.text(content)
    assert "  line 1: the line of a mailbox file (\"From ...\")" in text
    assert "left out" in text and "X-Mailbox-Line" not in text
    assert re.search(r"^  From +line 3 ", text, re.M)


@pytest.mark.parametrize("content", [FROM, b">From x Mon Jan 1\n" + FROM, FROM + b"From x Mon\n", b""])
def test_no_mailbox_line(explain: Explain, content: bytes) -> None:
    assert explain.object(content)["notes"] == []
    assert "\nNotes\n" not in explain.text(content)


@pytest.mark.parametrize(("content", "notes"), [
    pytest.param(FROM + b"Subject: a\x00b\x00c\n", [(2, "Subject")], id="value"),
    pytest.param(FROM + b"Subject: a\n b\x00\n c\x00\n", [(3, "Subject")], id="fold"),
    pytest.param(b"From: alice@contoso.com\x00, x@y.example\nSubject: \x00\n",
                 [(1, "From"), (2, "Subject")], id="two"),
    pytest.param(FROM + b"X\x00: b\n" + FROM, [(2, None)], id="ends-the-header"),
    pytest.param(FROM + b"\x00\n" + FROM, [(2, None)], id="looks-like-the-empty-line"),
    pytest.param(FROM + b"\na\x00b\n", [], id="body"),
    pytest.param(b"Bcc: \x00\n" + FROM, [(1, "Bcc")], id="field-that-is-left-out"),
])
def test_a_nul_is_noted(explain: Explain, content: bytes,
                        notes: list[tuple[int, str | None]]) -> None:
    said = explain.object(content)["notes"]
    assert said == [{"line": line, "note": "nul", "field": field} for line, field in notes]
    text = explain.text(content)
    assert text.count("NUL") == len(notes)
    assert ("message_reject_characters = \\0" in text) == bool(notes)
    for line, field in notes:
        assert re.search(rf"^  line {line}: .*{field or 'the header ends'}", text, re.M)


def test_many_nuls(explain: Explain) -> None:
    """The text shows the first ten."""
    content = FROM + 1000 * b"X-A: \x00\n"
    assert len(explain.object(content)["notes"]) == 1000
    text = explain.text(content)
    assert text.count("X-A") == 10 and "  and 990 more\n" in text


def test_a_field_is_cut(explain: Explain) -> None:
    (seen,) = orgs(explain, b"X-OriginatorOrg:" + 70_000 * b"x" + b"\n")
    assert len("X-OriginatorOrg:") + len(seen) == 60_000
    (seen,) = orgs(explain, b"X-OriginatorOrg:" + 7_000 * b"\n xxxxxxxxxx" + b"\n")
    assert len("X-OriginatorOrg:") + len(seen) == 60_000 - len("\n") or len(seen) < 60_000


@pytest.mark.parametrize("content", [9_000_000 * b"x", 300_000 * (b"X-A: " + 60 * b"x" + b"\n")],
                         ids=["one-line", "many-fields"])
def test_a_huge_header_is_over_the_limit_or_none(explain: Explain, content: bytes) -> None:
    assert explain.object(content)["reason"] in {"from-missing", "limit"}
    said = explain.object(b"X-A: " + content)
    assert said["reason"] in {"from-missing", "limit"}
    assert explain.text(b"X-A: x\n" + content)


def test_over_the_limit(explain: Explain) -> None:
    said = explain.object(6 * (b"X-Long:" + 60_000 * b"x" + b"\n") + FROM)
    assert (said["reason"], said["verdict"], said["table"]) == ("limit", "tempfail", [])
    text = explain.text(6 * (b"X-Long:" + 60_000 * b"x" + b"\n") + FROM)
    assert "deferred, limit" in text and "limits.message_header" in text


def test_a_huge_body_is_an_error(explain: Explain) -> None:
    path = explain.write(FROM + b"\n")
    with path.open("r+b") as file:
        file.truncate(1 << 40)          # sparse
    done = explain.run("--json", path)
    assert done.returncode == 1 and b"its body is longer than 128 MB" in done.stderr


def test_standard_input(explain: Explain) -> None:
    done = explain.run("--json", "-", stdin=FROM + b"X-OriginatorOrg: contoso.com\n\n" + 99999 * b"x")
    assert done.returncode == 0
    assert b'"file":"-"' in done.stdout and b'"reason":"authorised"' in done.stdout


def test_what_cannot_be_read(explain: Explain, tmp_path: Path) -> None:
    good = explain.write(FROM + b"X-OriginatorOrg: contoso.com\n")
    done = explain.run("--json", tmp_path / "none.eml", good, tmp_path)
    errors = done.stderr.decode()
    assert done.returncode == 1
    assert f"{tmp_path}/none.eml: cannot open the message: No such file" in errors
    assert f"{tmp_path}: cannot read the message: Is a directory" in errors
    assert done.stdout.count(b"\n") == 1 and b'"reason":"authorised"' in done.stdout


def test_bad_settings(explain: Explain, tmp_path: Path) -> None:
    (tmp_path / "bad.conf").write_text("x = 1;\n")
    done = explain.run("-c", tmp_path / "bad.conf", explain.write(FROM))
    assert done.returncode == 1 and b"bad.conf:1: x" in done.stderr and not done.stdout


@pytest.mark.parametrize("arguments", [
    (), ("--client", "1.2.3", "m"), ("--client",), ("--now", "yesterday", "m"), ("--unknown", "m"),
    ("--engine", "uring", "m")])
def test_wrong_usage(explain: Explain, arguments: tuple[str, ...]) -> None:
    done = explain.run(*arguments)
    assert done.returncode == 2 and done.stderr and not done.stdout


def test_output_that_cannot_be_written(explain: Explain) -> None:
    path = explain.write(FROM)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([explain.program, "explain", "-c", explain.settings, path],
                              stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1 and b"cannot write to standard output" in done.stderr

# SPDX-License-Identifier: Apache-2.0
"""A file is read as real Postfix reads the same message: the daemon behind it answers alike."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.messages import CONTOSO_ID, Message
from lab.network import LISTED_V4
from lab.relay import Lab

from .run import Explain

PROGRAMS = Path(__file__).parents[2] / "build" / "asan"
SENDER, RCPT = "alice@contoso.com", "bob@elsewhere.example"
ID = f"X-MS-Exchange-CrossTenant-Id: {CONTOSO_ID}\r\n".encode()
FROM = b"From: alice@contoso.com\r\n"

# How each is read decides the reason: what ends the header too early hides From or the stamp.
SHAPES = {
    "plain": FROM + ID,
    "no-body": FROM + ID[:-2],
    "no-header": b"\r\n" + FROM + ID,
    "no-colon": FROM + b"no field\r\n" + ID,
    "no-name": FROM + b": x\r\n" + ID,
    "blank-in-name": b"X Y: x\r\n" + FROM + ID,
    "8-bit-name": FROM + b"X\xc3\xa9: x\r\n" + ID,
    "punctuation-in-name": FROM + b"X!#$%&'()*;<>@[]|~: x\r\n" + ID,
    "blanks-before-colon": b"From \t : alice@contoso.com\r\n" + ID,
    "from-as-a-mailbox-line": b"From : alice@contoso.com\r\n" + ID,
    "second-from-with-a-blank": b"Subject: x\r\nFrom : x@y.example\r\n" + FROM + ID,
    "blank-on-top": b" x\r\n" + FROM + ID,
    "tab-on-top": b"\tx\r\n" + FROM + ID,
    "mailbox": b"From x Mon Jan 1 00:00:00 2026\r\n" + FROM + ID,
    "mailbox-twice": b">From x\r\n>>From y\r\n" + FROM + ID,
    "mailbox-and-blank": b"From x\r\n y\r\n" + FROM + ID,
    "mailbox-below": FROM + b"From x\r\n" + ID,
    "fold": b"From:\r\n alice@contoso.com\r\n" + ID,
    "blank-fold": b"From: alice@contoso.com\r\n \t\r\n" + ID,
    "fold-of-nothing": FROM + ID + b"\r\n x: y\r\n",
    "cr-in-value": FROM + ID[:-2] + b"\r \r\n",
    "cr-in-from": b"From: alice@contoso.com\rFrom: x@y.example\r\n" + ID,
    "lf": FROM.replace(b"\r", b"") + ID.replace(b"\r", b""),
    "lf-in-from": b"From: alice@contoso.com\nFrom: x@y.example\r\n" + ID,
    "nul-after-from": b"From: alice@contoso.com\x00, x@y.example\r\n" + ID,
    "nul-in-id": FROM + ID[:-2] + b"\x00x\r\n",
    "nul-and-fold": FROM + ID[:-2] + b"\x00x\r\n y\r\n",
    "nul-in-name": FROM + b"X\x00: x\r\n" + ID,
    "dropped": b"Return-Path: <x@y.example>\r\nBcc: x\r\nContent-Length: 1\r\n" + FROM + ID,
    "cut": FROM + b"X-MS-Exchange-CrossTenant-Id: " + CONTOSO_ID.encode() + 2000 * (35 * b" " + b"\r\n")
           + b" x\r\n",
    "long-line": FROM + b"X-Long: " + 900 * b"x" + b"\r\n" + ID,
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(PROGRAMS) as lab:
        lab.exogated.proofs = 1     # the stamp: what is sent is not signed
        lab.main_cf = {"message_reject_characters": ""}     # to see what a NUL hides
        lab.start()
        assert lab.missing == {}
        yield lab
        assert lab.exogated.end() == 0, lab.log_tail("exogated")


def answered(lab: Lab, content: bytes) -> tuple[str, str]:
    """What the client hears: accept, or the code and the reason."""
    end = b"" if content.endswith(b"\r\n") else b"\r\n"
    reply = lab.send(LISTED_V4, Message(SENDER, RCPT, "", content + end)).reply
    if reply.startswith("250"):
        return "250 2.0.0", "authorised"
    said = re.fullmatch(r"(\d{3} \d\.\d\.\d) .*\(exogate: (\S+)\)", reply)
    assert said, reply
    return said.groups()


def test_shapes_are_of_several_kinds(lab: Lab) -> None:
    reasons = {answered(lab, SHAPES[name])[1] for name in
               ("plain", "no-header", "no-colon", "second-from-with-a-blank")}
    assert reasons == {"authorised", "from-missing", "proof-missing", "from-multiple"}


@pytest.mark.parametrize("name", SHAPES)
def test_shape(lab: Lab, tmp_path: Path, name: str) -> None:
    explain = Explain(PROGRAMS / "exogated", lab.exogated.settings, tmp_path)
    said = explain.object(SHAPES[name], "--client", LISTED_V4, "--mail-from", SENDER,
                          "--rcpt", RCPT)
    assert (said["code"], said["reason"]) == answered(lab, SHAPES[name])

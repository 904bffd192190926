# SPDX-License-Identifier: Apache-2.0
"""The tests' own client: edits do what Postfix 3.7 was seen to do with them."""

import pytest

from .delivery import Delivered, apply_edits
from .wire import (Decoder, Edit, Packet, ProtocolError, Verdict, decode_all, decode_edit,
                   decode_verdict)

MESSAGE = Delivered("a@example.com", ("b@example.net",), (
    ("Received", " own"), ("Received", " 1"), ("Received", " 2"), ("From", " a@example.com"),
    ("Authentication-Results", " mx; forged1"), ("Subject", " t"),
    ("Authentication-Results", " other"), ("authentication-results", " mx; forged2")))


def after(*edits: Edit, leading_space: bool = True) -> list[str]:
    return [f"{name}:{value}" for name, value in
            apply_edits(MESSAGE, edits, leading_space).fields]


def test_no_edits() -> None:
    assert apply_edits(MESSAGE, []) == MESSAGE


def test_insert_counts_the_own_received() -> None:
    assert after(Edit("insert_header", "X", 0, " v"))[:2] == ["X: v", "Received: own"]
    assert after(Edit("insert_header", "X", 1, " v"))[:2] == ["Received: own", "X: v"]
    assert after(Edit("insert_header", "X", 99, " v"))[-1] == "X: v"


def test_the_same_index_twice_reverses() -> None:
    edits = [Edit("insert_header", "X", 0, " 1"), Edit("insert_header", "X", 0, " 2")]
    assert after(*edits)[:2] == ["X: 2", "X: 1"]


def test_change_does_not_count_the_own_received() -> None:
    assert after(Edit("change_header", "received", 1, " x"))[:2] == ["Received: own", "received: x"]
    assert after(Edit("change_header", "Received", 0, " x"))[1] == "Received: x"


def test_what_is_inserted_above_is_then_the_hidden_one() -> None:
    edits = [Edit("insert_header", "X", 0, " v"), Edit("change_header", "Received", 1, " x")]
    assert after(*edits)[:3] == ["X: v", "Received: x", "Received: 1"]


@pytest.mark.parametrize(("order", "left"), [
    ((3, 1), ["Authentication-Results: other"]),
    ((1, 3), ["Authentication-Results: other", "authentication-results: mx; forged2"]),
    ((1, 1, 1), []),
])
def test_a_deletion_renumbers_at_once(order: tuple[int, ...], left: list[str]) -> None:
    done = after(*(Edit("delete_header", "Authentication-Results", index) for index in order))
    assert [line for line in done if line.lower().startswith("authentication")] == left


def test_what_is_not_there() -> None:
    assert after(Edit("delete_header", "X", 1)) == after()
    assert after(Edit("change_header", "X", 1, " v"))[-1] == "X: v"


def test_without_leading_space_the_mta_puts_one() -> None:
    assert after(Edit("insert_header", "X", 0, "v"), leading_space=False)[0] == "X: v"


def test_envelope() -> None:
    done = apply_edits(MESSAGE, [Edit("change_from", value="<>"),
                                 Edit("add_rcpt", value="<c@example.net>"),
                                 Edit("delete_rcpt", value="B@example.net")])
    assert (done.mail_from, done.rcpts) == ("", ("b@example.net", "c@example.net"))


def test_body() -> None:
    assert apply_edits(MESSAGE, [Edit("replace_body", value="x")] * 2).body == "xx"


def test_decoder_takes_any_pieces() -> None:
    decoder, packets = Decoder(), []
    for octet in Packet(b"O", b"abc").encode() + Packet(b"c").encode():
        decoder.feed(bytes([octet]))
        if packet := decoder.next():
            packets.append(packet)
    assert packets == [Packet(b"O", b"abc"), Packet(b"c")]
    with pytest.raises(ProtocolError):
        decode_all(b"\0\0\0\2c")
    with pytest.raises(ProtocolError):
        decode_all(b"\0\0\0\0")


def test_replies() -> None:
    assert decode_verdict(Packet(b"a")) == Verdict("accept")
    assert decode_verdict(Packet(b"y", b"550 5.7.1 100%% no\0")) == Verdict(
        "reply", "550 5.7.1 100% no")
    assert decode_verdict(Packet(b"i", b"")) is None
    for bad in (b"550 4.7.1 x\0", b"250 x\0", b"550 a\nb\0", b"550 x"):
        with pytest.raises((ProtocolError, ValueError)):
            decode_verdict(Packet(b"y", bad))


def test_edits() -> None:
    assert decode_edit(Packet(b"m", b"\0\0\0\2X\0\0")) == Edit("delete_header", "X", 2)
    assert decode_edit(Packet(b"m", b"\0\0\0\2X\0v\0")) == Edit("change_header", "X", 2, "v")
    assert decode_edit(Packet(b"e", b"<a@b>\0")) == Edit("change_from", value="<a@b>")
    with pytest.raises(ProtocolError):
        decode_edit(Packet(b"?"))

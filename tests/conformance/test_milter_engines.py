# SPDX-License-Identifier: Apache-2.0
"""The sets milter/wire.json and milter/transcripts against the daemon itself, with both engines."""

import struct
from collections.abc import Callable

import pytest

from conversations.conftest import daemons, exogated  # noqa: F401 (fixtures)
from conversations.daemon import ENGINES, Daemon
from conversations.generated import replies_due
from conversations.test_differences import CONNECT, END, MAIL, OFFER, RCPT
from conversations.test_generated import Said, log_lines, read
from milter.client import Connection
from milter.wire import Packet, decode_all, decode_verdict

from .test_milter_wire import NEEDED_EVENTS, Dialog, dialogs

Daemons = Callable[..., Daemon]

FIELD = Packet(b"L", b"From\0 x@foreign.example\0").encode()

END_OF_HEADERS = Packet(b"N").encode()
CONTENT = FIELD + END_OF_HEADERS
TO_RCPT = OFFER + CONNECT + MAIL + RCPT

# Around a packet of this command: what makes it come in order, and what ends a message after it.
AROUND = {
    b"O": (b"", CONNECT + MAIL + RCPT + CONTENT + END),
    b"C": (OFFER, MAIL + RCPT + CONTENT + END),
    b"M": (OFFER + CONNECT, RCPT + CONTENT + END),
    b"R": (OFFER + CONNECT + MAIL, CONTENT + END),
    b"D": (TO_RCPT, CONTENT + END),     # where large ones may come
    b"T": (TO_RCPT, CONTENT + END),
    b"L": (TO_RCPT, END_OF_HEADERS + END),
    b"N": (TO_RCPT + FIELD, END),
    b"B": (TO_RCPT + CONTENT, END),
    b"E": (TO_RCPT + CONTENT, b""),
}
BETWEEN_MESSAGES = (OFFER + CONNECT, MAIL + RCPT + CONTENT + END)

# libmilter ignores a HELO that is no string, and goes on: conversations/differences.py.
IGNORED_BY_LIBMILTER = {"ppm/H/041-hostname-string-no-null-termination", "own/H/noterm"}


def is_odd(packet: bytes) -> bool:
    """A name without a value: libmilter reads beyond it (conversations/differences.py)."""
    return packet[:1] == b"D" and packet[2:].count(b"\0") % 2 == 1


def gets_a_verdict(daemon: Daemon, packet: bytes) -> bool:
    """Whether a message that this packet is a part of is judged."""
    before, after = AROUND.get(packet[:1], BETWEEN_MESSAGES)
    raw = before + struct.pack("!I", len(packet)) + packet + after + Packet(b"Q").encode()
    with Connection(daemon.socket) as connection:
        try:
            connection.send_raw(raw)
        except BrokenPipeError:
            pass
        replies = connection.rest()
    words = [verdict.word for verdict in map(decode_verdict, replies) if verdict]
    assert "accept" not in words
    return [word for word in words if word != "continue"] != []


@pytest.mark.parametrize("engine", ENGINES)
def test_wire(vectors, agreement, daemons: Daemons, engine: str) -> None:  # noqa: F811
    """A packet that must be accepted leaves the message to be judged; others end the connection."""
    daemon = daemons("base", engine)
    cases = [c for c in vectors("milter/wire.json")["decode"]
             if c["dir"] == "mta->milter" and c["cmd"] not in "QK" and c["level"] != "may"]
    if engine == "libmilter":
        cases = [case for case in cases if not is_odd(bytes.fromhex(case["payload_hex"]))]
    wrong = {case["id"] for case in cases
             if gets_a_verdict(daemon, bytes.fromhex(case["payload_hex"]))
             != (case["expect"] == "accept")}
    agreement(f"milter/wire.json, decode, {engine}", len(cases) - len(wrong), len(cases))
    assert wrong == (IGNORED_BY_LIBMILTER if engine == "libmilter" else set())


def replay(daemon: Daemon, dialog: Dialog) -> Said:
    before = len(daemon.log_text())
    packets = decode_all(dialog.stream)
    with Connection(daemon.socket) as connection:
        connection.put(packets[0])
        agreement = connection.get()
        (steps,) = struct.unpack("!I", agreement.data[8:12])
        connection.send_raw(b"".join(packet.encode() for packet in packets[1:]))
        connection.socket.shutdown(1)
        replies = connection.rest()
        assert connection.decoder.pending == b""
    answers = read(replies, replies_due(packets[1:], steps))
    return Said(answers, log_lines(daemon, before, len(answers)))


@pytest.mark.parametrize("variant", ["unread", "pass-unread"])
def test_transcripts(vector_files, agreement, daemons: Daemons, variant: str) -> None:  # noqa: F811
    """What Postfix said to other filters, said to ours: both engines judge it alike.

    Without keys to wait for, since nobody is there any more who would wait.
    """
    total, different = 0, []
    for path in vector_files("milter/transcripts/*.jsonl"):
        for connection, dialog in dialogs(path).items():
            if dialog.steps & NEEDED_EVENTS:
                continue
            total += 1
            uring, libmilter = (replay(daemons(variant, engine), dialog) for engine in ENGINES)
            if uring != libmilter or len(uring.answers) != dialog.messages:
                different.append((path.name, connection))
    agreement(f"milter/transcripts, both engines, {variant}", total - len(different), total)
    assert different == []

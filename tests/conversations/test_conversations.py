# SPDX-License-Identifier: Apache-2.0
"""Every conversation of cases.py against the real daemon, and its bytes in other pieces."""

import re
from collections.abc import Callable
from itertools import count

import pytest

from milter.client import Answer, Connection, Message, Mta
from milter.wire import Packet, decode_all

from .cases import CONVERSATIONS, Conversation, Expect
from .daemon import Daemon
from .differences import DIFFERENCES

queue_ids = (f"4Q{number:06X}" for number in count(1))
DIFFERENT = {id_ for difference in DIFFERENCES for id_ in difference.conversations}


def check(daemon: Daemon, message: Message, answer: Answer, expect: Expect) -> None:
    line = daemon.wait_for_log(f"{message.queue_id}: ")
    words = {"accept": "accept", "550": "reject", "451": "tempfail", "hold": "hold"}
    assert f" verdict={words[expect.answer]} " in line
    assert f" reason={expect.reason} " in line
    assert (" would=reject " in line) == expect.would_reject
    if expect.answer in ("accept", "hold"):
        assert answer.verdict.word == "accept"
        assert answer.edits == list(expect.edits)
        return
    code = {"550": "550 5.7.1", "451": "451 4.7.1"}[expect.answer]
    assert re.fullmatch(rf"{code} [ -~]+ \(exogate: {expect.reason}\)", answer.verdict.text)
    assert answer.edits == []


def play(daemon: Daemon, conversation: Conversation) -> Mta:
    with Mta(daemon.socket, conversation.offer) as mta:
        mta.connect(conversation.address, conversation.family)
        if conversation.certificate is not None:
            mta.helo()      # before STARTTLS
            mta.abort()
        mta.helo(conversation.certificate, conversation.tls)
        for message, expect in conversation.messages:
            message.queue_id = next(queue_ids)
            check(daemon, message, mta.message(message), expect)
        mta.quit()
    return mta


def replay(daemon: Daemon, sent: bytes, pieces: list[int]) -> bytes:
    """The same bytes in pieces that end there; what came back until the daemon closed."""
    with Connection(daemon.socket) as connection:
        for start, end in zip([0, *pieces], [*pieces, len(sent)]):
            connection.send_raw(sent[start:end])
        connection.rest()
        return connection.received


def test_ids_are_unique_and_many() -> None:
    ids = [conversation.id for conversation in CONVERSATIONS]
    assert len(set(ids)) == len(ids) >= 30


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda c: c.id)
def test_conversation(daemons: Callable[..., Daemon], engine: str,
                      conversation: Conversation) -> None:
    if engine == "libmilter" and conversation.id in DIFFERENT:
        return      # test_differences.py has it
    play(daemons(conversation.variant, engine), conversation)


# In one piece, in small ones, and cut where a packet's length and its command are apart.
SPLITS = {
    "whole": lambda sent: [],
    "bytes": lambda sent: list(range(1, len(sent))),
    "sevens": lambda sent: list(range(7, len(sent), 7)),
    "in-lengths": lambda sent: packet_offsets(sent, 2),
    "after-lengths": lambda sent: packet_offsets(sent, 4),
    "before-last-byte": lambda sent: [end - 1 for end in packet_offsets(sent, 0)[1:]],
}
SPLIT_IDS = ("authorised-v4", "forged-results", "every-event-answered", "s1", "s6",
             "limit-then-valid", "from-missing")


def packet_offsets(sent: bytes, inside: int) -> list[int]:
    offsets, at = [], 0
    for packet in decode_all(sent):
        offsets.append(at + inside)
        at += len(packet.encode())
    return offsets


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("id_", SPLIT_IDS)
def test_pieces(daemons: Callable[[str], Daemon], id_: str, split: str) -> None:
    (conversation,) = [c for c in CONVERSATIONS if c.id == id_]
    daemon = daemons(conversation.variant)
    first = play(daemon, conversation).connection
    if split == "bytes" and len(first.sent) > 50_000:
        pieces = list(range(1, 5000)) + list(range(5000, len(first.sent), 997))
    else:
        pieces = SPLITS[split](first.sent)
    assert replay(daemon, first.sent, pieces) == first.received


def test_delivered_message(daemons: Callable[[str], Daemon]) -> None:
    """The message as Postfix would deliver it: ours on top, the forged gone, the rest in place."""
    (conversation,) = [c for c in CONVERSATIONS if c.id == "forged-results"]
    message = conversation.messages[0][0]
    message.queue_id = next(queue_ids)
    with Mta(daemons("base").socket) as mta:
        mta.connect()
        mta.helo(conversation.certificate)
        delivered = mta.message(message).delivered
        mta.quit()
    names = [name for name, _ in delivered.fields]
    assert names[:5] == ["Authentication-Results", "Received", "Authentication-Results", "Received",
                         "Subject"]
    assert delivered.fields[2] == ("Authentication-Results", " other.example; none")
    assert delivered.field("From") == " Alice <alice@contoso.example.net>"
    assert delivered.mail_from == "alice@contoso.example.net"
    assert not [name for name in names if "Organization" in name or "CrossPremises" in name]


def test_no_reply_to_abort_and_macros(daemons: Callable[[str], Daemon]) -> None:
    """A reply to one of these would be taken for the verdict on the next message."""
    with Mta(daemons("base").socket) as mta:
        mta.connect()
        for _ in range(3):
            mta.abort()
            for stage in b"CHMRTLNBEU~":
                mta.connection.put(Packet(b"D", bytes([stage])))
        mta.quit()

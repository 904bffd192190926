# SPDX-License-Identifier: Apache-2.0
"""The closed list of what libmilter does otherwise: each difference seen, and nothing accepted."""

import struct
from collections.abc import Callable

import pytest

from milter.client import Answer, Connection, Message, Mta, Offer, strings
from milter.wire import (NO_BODY, NO_DATA, NO_EOH, NO_UNKNOWN, NR_BODY, NR_HEADER, Packet,
                         ProtocolError)

from .cases import CONVERSATIONS, FORGED, Conversation, exo
from .daemon import CERTIFICATE, ENGINES, TIMEOUT_S, Daemon, hold_slots, open_mta
from .differences import DIFFERENCES
from .test_conversations import queue_ids

Daemons = Callable[..., Daemon]

OFFER = Packet(b"O", struct.pack("!III", 6, 0x1ff, 0x1fffff)).encode()
CONNECT = Packet(b"C", strings("x") + b"4\0\0" + strings("40.107.1.2")).encode()
MAIL = Packet(b"M", strings("<alice@contoso.com>")).encode()
RCPT = Packet(b"R", strings("<bob@elsewhere.example>")).encode()
END = Packet(b"E").encode()


# An MTA that waits for a reply to a header field: then the message has its arena.
WAITING = Offer(steps=0x1fffff & ~NR_HEADER)


def answered(daemon: Daemon, raw: bytes) -> list[Packet]:
    """All that comes back to these bytes and a QUIT, but the agreement."""
    with Connection(daemon.socket) as connection:
        connection.send_raw(raw + Packet(b"Q").encode())
        return [packet for packet in connection.rest() if packet.command != b"O"]


def test_each_has_a_test_and_is_of_known_conversations() -> None:
    known = {conversation.id for conversation in CONVERSATIONS}
    for difference in DIFFERENCES:
        assert callable(globals().get(difference.test)), difference
        assert set(difference.conversations) <= known, difference
    assert len({difference.id for difference in DIFFERENCES}) == len(DIFFERENCES)


def steps_of(daemon: Daemon, offer: Offer) -> int:
    with Mta(daemon.socket, offer) as mta:
        mta.quit()
    return mta.steps


@pytest.mark.parametrize("offer", [Offer(), Offer(6, 0x1ff, 0x1fffff & ~NO_UNKNOWN),
                                   Offer(4, 0x3f, 0x1fffff), Offer(6, 0x11, 0x7f)],
                         ids=["all", "no-NO_UNKNOWN", "bits-of-6-in-4", "few"])
def test_negotiation(daemons: Daemons, offer: Offer) -> None:
    uring, libmilter = (steps_of(daemons("base", engine), offer) for engine in ENGINES)
    if offer.version == 6:
        assert libmilter & ~uring == 0
        assert uring & ~libmilter & ~(NR_BODY | NO_DATA | NO_EOH) == 0
    assert not libmilter & NR_BODY
    assert libmilter & NO_DATA == 0 or libmilter & NO_UNKNOWN
    assert libmilter & NO_BODY == uring & NO_BODY


@pytest.mark.parametrize("offer", [Offer(actions=0), Offer(actions=0x0f), Offer(steps=0),
                                   Offer(6, 0, 0)])
def test_nothing_offered(daemons: Daemons, offer: Offer) -> None:
    """No action and no NO_BODY is asked for that was not offered, and so no edit is made."""
    mta = open_mta(daemons("base", "libmilter"), offer)
    assert mta.actions & ~offer.actions == 0 and mta.steps & ~offer.steps == 0
    answer = mta.message(exo())
    mta.quit()
    assert offer.actions & 0x10 or "(exogate: edits-refused)" in answer.verdict.text


def test_malformed_address(daemons: Daemons) -> None:
    (listed,) = [d for d in DIFFERENCES if d.test == "test_malformed_address"]
    (conversation,) = [c for c in CONVERSATIONS if c.id in listed.conversations]
    mta = Mta(daemons(conversation.variant, "libmilter").socket)
    mta.negotiate()
    mta.connect(conversation.address, conversation.family)
    with pytest.raises((ProtocolError, BrokenPipeError)):
        mta.message(conversation.messages[0][0])
    assert mta.connection.rest() == []


ILLEGAL = {
    "mail-first": OFFER + MAIL,
    "end-after-mail": OFFER + CONNECT + MAIL + END,
    "end-twice-after-mail": OFFER + CONNECT + MAIL + END + END,
    "rcpt-before-mail": OFFER + CONNECT + RCPT + END,
    "before-the-offer": CONNECT + MAIL + RCPT + END,
    "two-offers": OFFER + OFFER,
    "unknown-before-connect": OFFER + Packet(b"U", b"FOO\0").encode() + CONNECT + MAIL + RCPT + END,
}


@pytest.mark.parametrize("name", ILLEGAL)
def test_out_of_order(daemons: Daemons, name: str) -> None:
    """One closes, one does not answer or defers; neither accepts."""
    assert answered(daemons("base", "uring"), ILLEGAL[name]) == []
    replies = answered(daemons("base", "libmilter"), ILLEGAL[name])
    assert all(packet == Packet(b"t") or packet.command == b"y" and packet.data.startswith(b"451 ")
               for packet in replies)


def test_unknown_before_the_header(daemons: Daemons) -> None:
    raw = (Packet(b"O", struct.pack("!III", 3, 0x3f, 1)).encode() + CONNECT + MAIL + RCPT
           + Packet(b"U", b"FOO\0").encode() + Packet(b"N").encode() + END)
    assert [p.command for p in answered(daemons("base", "uring"), raw)] == 5 * [b"c"] + [b"y"]
    assert [p.command for p in answered(daemons("base", "libmilter"), raw)] == 4 * [b"c"]


def test_malformed_helo(daemons: Daemons) -> None:
    """Certificates that come with it are not taken for anybody's."""
    macros = Packet(b"D", b"H" + strings("{tls_version}", "1", "{cert_subject}", CERTIFICATE))
    raw = OFFER + CONNECT + macros.encode() + Packet(b"H", b"no NUL").encode()
    raw += b"".join([MAIL, RCPT, Packet(b"L", strings("From", " a@contoso.com")).encode(), END])
    assert answered(daemons("base", "uring"), raw) == []
    (reply,) = answered(daemons("base", "libmilter"), raw)
    assert b"(exogate: cert-missing)" in reply.data


@pytest.mark.parametrize("packet", [Packet(b"L", b"\0 x\0"), Packet(b"B")])
def test_empty_values(daemons: Daemons, packet: Packet) -> None:
    raw = OFFER + CONNECT + MAIL + RCPT + packet.encode() + END
    assert answered(daemons("base", "libmilter"), raw) == []
    assert [packet.command for packet in answered(daemons("base", "uring"), raw)] == [b"y"]


@pytest.mark.parametrize("engine", ENGINES)
def test_empty_macros(daemons: Daemons, engine: str) -> None:
    """A certificate is of the HELO that it came with, an authentication of its message."""
    mta = open_mta(daemons("base", engine))
    mta.helo()
    assert "(exogate: cert-missing)" in mta.message(exo()).verdict.text
    mta.helo(CERTIFICATE)
    assert mta.message(exo()).verdict.word == "accept"
    mta.connection.put(Packet(b"H", strings("without a macro packet")))
    assert "(exogate: cert-missing)" in mta.message(exo()).verdict.text
    mta.quit()


@pytest.mark.parametrize("engine", ENGINES)
def test_empty_macros_of_mail(daemons: Daemons, engine: str) -> None:
    """With other_clients = "pass", a client that has authenticated may relay that one message."""
    mta = Mta(daemons("pass", engine).socket)
    mta.negotiate()
    mta.connect("203.0.113.9")
    mta.helo()
    user = {"{auth_type}": "PLAIN", "{auth_authen}": "alice"}
    for at_rcpt in ({}, user):
        message = exo(mail_macros=user)
        mta.mail(message)
        mta.event(b"R", strings("<bob@elsewhere.example>"), at_rcpt)
        mta.content(message)
        assert mta.end(message).verdict.word == "accept"
        mta.connection.put(Packet(b"D", b"M"))
        mta.connection.put(Packet(b"M", strings("<alice@contoso.com>")))
        mta.rcpt("bob@elsewhere.example")
        mta.content(message := exo())
        assert "(exogate: client-other)" in mta.end(message).verdict.text
    mta.quit()


def test_name_without_a_value(start: Callable[..., Daemon]) -> None:
    """Whatever becomes of the process, the message is not accepted."""
    for engine in ENGINES:
        daemon = start(engine)
        mta = Mta(daemon.socket)
        mta.negotiate()
        mta.connect()
        mta.connection.put(Packet(b"D", b"H" + strings("{tls_version}", "1", "{cert_subject}")))
        mta.connection.put(Packet(b"H", strings("x")))
        try:
            assert "(exogate: cert-missing)" in mta.message(exo()).verdict.text
        except (ProtocolError, ConnectionError):
            assert engine == "libmilter"
        daemon.process.kill()
        daemon.process.wait()


def second_client(mta: Mta, address: str) -> Answer:
    mta.connection.put(Packet(b"K"))
    mta.connect(address)
    mta.helo(CERTIFICATE)
    message = exo(queue_id=next(queue_ids))
    return mta.message(message)


def test_quit_nc(daemons: Daemons) -> None:
    """What the first client might do, the second must not, whatever its certificate."""
    mta = open_mta(daemons("base", "libmilter"))
    assert mta.message(exo()).verdict.word == "accept"
    assert "(exogate: temperror)" in second_client(mta, "203.0.113.9").verdict.text
    mta.quit()
    mta = open_mta(daemons("base", "libmilter"))
    mta.envelope(exo())
    mta.abort()
    assert "(exogate: temperror)" in second_client(mta, "203.0.113.9").verdict.text
    mta.quit()
    mta = open_mta(daemons("base", "uring"))
    assert "(exogate: client-unlisted)" in second_client(mta, "203.0.113.9").verdict.text
    mta.quit()


@pytest.mark.parametrize("packet", [
    Packet(b"H", strings(5000 * "x")), Packet(b"D", b"H" + strings("x", 5000 * "x"))],
    ids=["helo", "macros"])
def test_large_packet_before_recipients(daemons: Daemons, packet: Packet) -> None:
    mta = Mta(daemons("base", "libmilter").socket)
    mta.negotiate()
    mta.connect()
    mta.connection.put(packet)
    answer = mta.message(exo())
    mta.quit()
    assert answer.verdict.text.startswith("451 ")
    assert answered(daemons("base", "uring"), OFFER + CONNECT + packet.encode()) == []


def test_limits_are_those_of_all_packets(start: Callable[..., Daemon]) -> None:
    """A field whose deletion needs more than 1 MiB: the edit fails, so the message is deferred."""
    name = "X-MS-Exchange-Organization-" + (1024 * 1024 - 33) * "x"
    message = Message(fields=(("From", " x@foreign.example"), (name, "")), body=b"",
                      rcpts=("u@example.net",))
    words = {}
    for engine in ENGINES:
        daemon = start(engine, header="2M")
        mta = open_mta(daemon)
        words[engine] = mta.message(message).verdict
        mta.quit()
        daemon.end()
    assert words["uring"].word == "accept"
    assert "(exogate: edits-refused)" in words["libmilter"].text


def test_limits(daemons: Daemons) -> None:
    """limits.connections = 4 and limits.messages = 1 of a listener."""
    daemon = daemons("few", "libmilter")
    held = hold_slots(daemon, 4, WAITING)
    with Connection(daemon.socket) as connection:
        connection.send_raw(OFFER)
        assert connection.rest() == []
    daemon.wait_for_log("closed: full; raise limits.connections")
    for mta in held[:2]:
        mta.connect()
        mta.helo(CERTIFICATE)
        mta.envelope(exo())
    held[0].event(b"L", strings("From", " alice@contoso.com"))
    held[1].connection.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        held[1].event(b"L", strings("From", " alice@contoso.com"))
    assert "(exogate: proof-missing)" in held[0].end(exo()).verdict.text
    held[1].connection.socket.settimeout(TIMEOUT_S)
    assert held[1].connection.get().command == b"c"     # to the field that waited
    assert "(exogate: proof-missing)" in held[1].end(exo()).verdict.text
    for mta in held:
        mta.quit()


def test_progress(start: Callable[..., Daemon]) -> None:
    """A message that waits for three seconds, with limits.messages = 1."""
    heard = {}
    for engine in ENGINES:
        daemon = start(engine, messages="1", message_wait="3s", more="workers = 1;")
        holder, mta = (open_mta(daemon, WAITING if n == 0 else Offer()) for n in range(2))
        holder.envelope(exo())
        holder.event(b"L", strings("From", " alice@contoso.com"))
        mta.envelope(exo())
        mta.content(exo())
        mta.connection.put(Packet(b"E"))
        heard[engine] = [mta.connection.get().command]
        while heard[engine][-1] == b"p":
            heard[engine].append(mta.connection.get().command)
        holder.quit()
        daemon.end()
    assert heard["libmilter"] == [b"y"]
    assert len(heard["uring"]) > 1 and set(heard["uring"][:-1]) == {b"p"}
    assert heard["uring"][-1] == b"y"


def received(daemon: Daemon, conversation: Conversation) -> bytes:
    with Mta(daemon.socket, conversation.offer) as mta:
        mta.connect(conversation.address, conversation.family)
        agreement = len(mta.connection.received)
        mta.helo(conversation.certificate, conversation.tls)
        for message, _ in conversation.messages:
            mta.message(message)
        mta.quit()
    return mta.connection.received[agreement:]


def test_packing(daemons: Daemons) -> None:
    """However they are packed, they are the same bytes, where both ask for the same."""
    fields = exo(top=(("Authentication-Results", FORGED),)).fields
    conversation = Conversation("x", "x", ((Message(fields=fields), None), (exo(), None)))
    uring, libmilter = (received(daemons("unread", engine), conversation) for engine in ENGINES)
    assert len(uring) > 100
    assert uring == libmilter

# SPDX-License-Identifier: Apache-2.0
"""What one peer does wrong, or never finishes, hurts that peer only."""

import contextlib
import fcntl
import os
import socket
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.commands import wait_until
from milter.client import Answer, Connection, Message, Mta, Offer, strings
from milter.wire import Packet, ProtocolError

from .cases import AUTHORISED, exo
from .daemon import CERTIFICATE, TIMEOUT_S, Daemon, open_mta

OFFER = Packet(b"O", struct.pack("!III", 6, 0x1ff, 0x1fffff)).encode()
CONNECT = Packet(b"C", strings("x") + b"4\0\0" + strings("40.107.1.2")).encode()
HELO = Packet(b"H", strings("x")).encode()
MAIL = Packet(b"M", strings("<alice@contoso.com>")).encode()
RCPT = Packet(b"R", strings("<bob@elsewhere.example>")).encode()
FROM = Packet(b"L", strings("From", " alice@contoso.com")).encode()
END = Packet(b"E").encode()

Daemons = Callable[[str], Daemon]


def serve_one(daemon: Daemon) -> None:
    mta = open_mta(daemon)
    check_authorised(mta.message(exo()))
    mta.quit()


def wait_until_a_slot_is_free(daemon: Daemon) -> None:
    """The daemon learns a moment later that a client is gone; until then its slot is taken."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            with Mta(daemon.socket) as mta:
                mta.quit()
                return
        except (ProtocolError, BrokenPipeError):
            time.sleep(0.01)
    raise AssertionError("no slot becomes free")


def check_authorised(answer: Answer) -> None:
    assert answer.verdict.word == "accept"
    assert answer.edits == list(AUTHORISED.edits)


ILLEGAL = {
    "before-the-offer": CONNECT,
    "two-offers": OFFER + OFFER,
    "mail-first": OFFER + MAIL,
    "connect-twice": OFFER + CONNECT + CONNECT,
    "rcpt-before-mail": OFFER + CONNECT + RCPT,
    "header-before-rcpt": OFFER + CONNECT + MAIL + FROM,
    "mail-twice": OFFER + CONNECT + MAIL + MAIL,
    "end-twice": OFFER + CONNECT + MAIL + RCPT + END + END,
    "old-version": Packet(b"O", struct.pack("!III", 1, 0x3f, 0x7f)).encode(),
    "short-offer": Packet(b"O", b"\0\0\0\6").encode(),
    "unknown-command": OFFER + Packet(b"z").encode(),
    "length-0": OFFER + b"\0\0\0\0",
    "length-over-limit": OFFER + b"\0\x10\0\1",
    "length-huge": OFFER + b"\xff\xff\xff\xffA",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "smtp": b"EHLO client.example\r\n",
    "helo-too-large": OFFER + CONNECT + Packet(b"H", 5000 * b"x" + b"\0").encode(),
    "header-too-large": OFFER + CONNECT + MAIL + RCPT + struct.pack("!I", (1 << 20) + 1),
    "header-without-nul": OFFER + CONNECT + MAIL + RCPT + Packet(b"L", b"From").encode(),
}

CLOSED_FOR = {"before-the-offer": "out-of-order", "two-offers": "out-of-order",
              "old-version": "bad-version", "short-offer": "bad-packet",
              "length-0": "bad-frame", "header-too-large": "bad-frame",
               "http": "bad-frame", "helo-too-large": "too-large"}


@pytest.mark.parametrize("name", ILLEGAL)
def test_illegal_order_closes_that_connection_only(daemons: Daemons, name: str) -> None:
    daemon = daemons("base")
    other = open_mta(daemon)
    other.envelope(message := exo())
    with Connection(daemon.socket) as connection:
        connection.send_raw(ILLEGAL[name])
        connection.rest()       # until the daemon closes
    if name in CLOSED_FOR:
        daemon.wait_for_log(f"closed: {CLOSED_FOR[name]}")
    other.content(message)
    check_authorised(other.end(message))
    other.quit()


@pytest.mark.parametrize("upto", range(0, len(OFFER + CONNECT + HELO + MAIL + RCPT + FROM), 3))
def test_client_that_vanishes(daemons: Daemons, upto: int) -> None:
    """End of file is normal anywhere, and nothing stays held."""
    daemon = daemons("few")     # with one arena: were it not given back, nothing went on
    with Connection(daemon.socket) as connection:
        connection.send_raw((OFFER + CONNECT + HELO + MAIL + RCPT + FROM)[:upto])
        connection.socket.shutdown(socket.SHUT_WR)
        connection.rest()
    serve_one(daemon)


def test_client_that_resets_before_the_answer(daemons: Daemons) -> None:
    daemon = daemons("few")
    for _ in range(20):
        with Connection(daemon.socket) as connection:
            connection.send_raw(OFFER + CONNECT + HELO + MAIL + RCPT + FROM + END)
    wait_until_a_slot_is_free(daemon)
    serve_one(daemon)


SILENCES = {
    "nothing": (b"", 1),
    "half-a-length": (b"\0\0", 1),
    "half-a-packet": (OFFER + CONNECT[:9], 1),
    "within-a-message": (OFFER + CONNECT + HELO + MAIL + RCPT + FROM[:-3], 2),
}


@pytest.mark.parametrize("name", SILENCES)
def test_half_a_packet_then_silence(daemons: Daemons, name: str) -> None:
    """Closed after limits.idle or limits.message_idle; others are served in the meantime."""
    sent, limit_s = SILENCES[name]
    daemon = daemons("few")
    with Connection(daemon.socket) as connection:
        connection.send_raw(sent)
        started = time.monotonic()
        connection.rest()
        assert limit_s - 0.1 < time.monotonic() - started < limit_s + 10
    serve_one(daemon)


def drip(path: Path, ended: threading.Event) -> None:
    """Holds an arena: a whole header field, then another that comes byte by byte."""
    with Connection(path) as connection:
        connection.send_raw(OFFER + CONNECT + HELO + MAIL + RCPT + FROM + struct.pack("!I", 60_000))
        with contextlib.suppress(OSError):
            while not ended.wait(0.1):
                connection.send_raw(b"L")


def never_read(path: Path, ended: threading.Event) -> None:
    """Holds an arena: the replies to its header fields find no room."""
    hello = Packet(b"O", struct.pack("!III", 6, 0x1ff, 0)).encode() + CONNECT
    with Connection(path) as connection:
        with contextlib.suppress(OSError):
            connection.send_raw(hello + 100 * HELO + MAIL + RCPT + 2000 * FROM + END)
            ended.wait()


def fall_silent(path: Path, ended: threading.Event) -> None:
    """Holds an arena: a header, and no more."""
    with Connection(path) as connection:
        connection.send_raw(OFFER + CONNECT + HELO + MAIL + RCPT + FROM)
        ended.wait()


@pytest.mark.parametrize("bad", [drip, never_read, fall_silent])
def test_nobody_keeps_an_arena(start: Callable[..., Daemon], bad: Callable) -> None:
    """limits.idle is for a message's content in all; message_idle is for who waits for its client.

    So those who hold all arenas give them back, and a good message that waits for one goes on.
    """
    daemon = start(messages="2", idle="2s", message_idle="600s", more="workers = 1;")
    ended = threading.Event()
    clients = [threading.Thread(target=bad, args=(daemon.socket, ended)) for _ in range(2)]
    for client in clients:
        client.start()
    try:
        time.sleep(0.5)
        for _ in range(2):
            serve_one(daemon)
        daemon.wait_for_log("closed: idle")
    finally:
        ended.set()
        for client in clients:
            client.join()
    daemon.end()


def test_silence_between_messages(daemons: Daemons) -> None:
    """limits.idle alone, before the first message and after one."""
    daemon = daemons("hasty")
    with Connection(daemon.socket) as connection:
        connection.send_raw(OFFER + CONNECT)
        connection.rest()       # in time, or the test's own limit is over
    mta = open_mta(daemon)
    check_authorised(mta.message(exo()))
    mta.connection.rest()


def test_activity_keeps_a_connection(daemons: Daemons) -> None:
    """Silence is counted from the last packet, not from the first."""
    daemon = daemons("few")
    with Connection(daemon.socket) as connection:
        connection.send_raw(OFFER + CONNECT)
        started = time.monotonic()
        while time.monotonic() - started < 2.5:
            connection.send_raw(HELO)
            connection.socket.settimeout(0.2)
            with pytest.raises(TimeoutError):
                while True:
                    assert connection.socket.recv(100)


def check_read(daemon: Daemon, mta: Mta) -> None:
    """Returns once the daemon has read what was sent: nothing is left in the socket."""
    wait_until(lambda: unread_bytes(mta.connection.socket) == 0, f"{daemon.socket} to be read")


def unread_bytes(sender: socket.socket) -> int:
    """What was written to a unix socket and not read yet (SIOCOUTQ)."""
    answer = fcntl.ioctl(sender, termios.TIOCOUTQ, bytes(4))
    return int.from_bytes(answer, sys.byteorder)


def test_more_messages_than_arenas_wait(daemons: Daemons) -> None:
    """limits.messages = 1: the second message waits for the first, and loses nothing."""
    daemon = daemons("few")
    first, second = open_mta(daemon), open_mta(daemon)
    first.envelope(message := exo())
    first.content(message)
    first.connection.flush()
    check_read(daemon, first)
    second.envelope(exo())
    second.content(exo())
    second.connection.put(Packet(b"E"))
    second.connection.flush()
    second.connection.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        second.connection.get()
    check_authorised(first.end(message))
    first.quit()
    second.connection.socket.settimeout(20)
    assert second.connection.get().command == b"e"
    second.connection.put(Packet(b"Q"))
    second.connection.flush()
    assert second.connection.rest()[-1].command == b"a"


def test_clients_that_vanish_while_they_wait(start: Callable[..., Daemon]) -> None:
    """That wait for an arena: their slots are free at once, not when they have been idle."""
    daemon = start(connections="4", messages="1")
    first = open_mta(daemon)
    first.envelope(message := exo())
    first.content(message)
    first.connection.flush()
    check_read(daemon, first)
    waiting = [open_mta(daemon) for _ in range(3)]
    for mta in waiting:
        mta.envelope(exo())
        mta.content(exo())
        mta.connection.put(Packet(b"E"))
        mta.connection.flush()
    for mta in waiting:
        mta.connection.socket.close()
    wait_until_a_slot_is_free(daemon)
    check_authorised(first.end(message))
    first.quit()
    daemon.end()


def test_more_connections_than_slots(daemons: Daemons) -> None:
    """limits.connections = 4: more are closed at once, and a free slot serves again."""
    daemon = daemons("few")
    held = [open_mta(daemon) for _ in range(4)]
    with Connection(daemon.socket) as connection:
        assert connection.rest() == []
    for mta in held:
        mta.quit()
    serve_one(daemon)


def test_workers_share_the_limit_of_connections(daemons: Daemons) -> None:
    """Whichever worker has them: four in all, five times over."""
    daemon = daemons("shared")
    for _ in range(5):
        held = [open_mta(daemon) for _ in range(4)]
        with Connection(daemon.socket) as connection:
            assert connection.rest() == []
        for mta in held:
            mta.quit()
        wait_until_a_slot_is_free(daemon)


def test_a_worker_for_each_cpu(daemons: Daemons) -> None:
    daemon = daemons("base")
    tasks = Path(f"/proc/{daemon.process.pid}/task")
    names = [(task / "comm").read_text().strip() for task in tasks.iterdir()]
    assert sum(name.startswith("worker") for name in names) == len(os.sched_getaffinity(0))


def test_many_connections_at_once(daemons: Daemons) -> None:
    daemon = daemons("base")
    mtas = [open_mta(daemon) for _ in range(300)]
    messages = [exo() for _ in mtas]
    for mta, message in zip(mtas, messages):
        mta.envelope(message)
    for mta, message in zip(mtas, messages):
        mta.content(message)
    for mta, message in zip(mtas, messages):
        check_authorised(mta.end(message))
    for mta in mtas:
        mta.quit()


def test_a_peer_that_does_not_read(daemons: Daemons) -> None:
    """Replies that find no room in the socket stop that connection, not the others."""
    daemon = daemons("base")
    with Connection(daemon.socket) as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.send_raw(Packet(b"O", struct.pack("!III", 6, 0x1ff, 0)).encode() + CONNECT)
        connection.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            for _ in range(10_000):
                connection.socket.sendall(1000 * Packet(b"H", strings("x")).encode())
        serve_one(daemon)


def test_offer_with_more_data(daemons: Daemons) -> None:
    """As some MTAs send it, with macro lists; libmilter accepts it."""
    with Connection(daemons("base").socket) as connection:
        connection.put(Packet(b"O", struct.pack("!III", 6, 0x1ff, 0x1fffff) + b"\0\0\0\0j\0"))
        assert connection.get().command == b"O"


def test_quit_nc(daemons: Daemons) -> None:
    """The next client's session on the same socket, without a new offer."""
    daemon = daemons("base")
    mta = open_mta(daemon)
    check_authorised(mta.message(exo()))
    mta.connection.put(Packet(b"K"))
    mta.connect("203.0.113.9")
    mta.helo()
    answer = mta.message(exo())
    assert "(exogate: client-other)" in answer.verdict.text
    mta.quit()


def test_agreement_asks_for_the_least(daemons: Daemons) -> None:
    """No bit that was not offered, and none that is not needed."""
    for offer in (Offer(), Offer(2, 0x3f, 0x7f), Offer(6, 0, 0), Offer(7, 0xffffffff, 0xffffffff)):
        with Mta(daemons("base").socket, offer) as mta:
            assert mta.steps & ~offer.steps == 0
            assert mta.steps & ~0x1fffff == 0
            assert mta.actions & ~0x51 == 0
            mta.connect()
            mta.quit()


def test_message_after_reset_and_second_helo(daemons: Daemons) -> None:
    """Attacks S2 to S5 on the wire: RSET and HELO in a message leave nothing of it."""
    daemon = daemons("base")
    mta = open_mta(daemon)
    for again in (mta.abort, lambda: mta.helo(CERTIFICATE)):
        mta.envelope(exo())
        mta.content(exo())
        again()
        answer = mta.message(Message(fields=(("From", " alice@contoso.com"),)))
        assert "(exogate: proof-missing)" in answer.verdict.text
        mta.envelope(exo())
        again()
        check_authorised(mta.message(exo()))
    mta.quit()

# SPDX-License-Identifier: Apache-2.0
"""Messages that find no block of memory: how long they wait, what they hear, how they end."""

import struct
import time
from collections.abc import Callable

import pytest

from milter.client import Message, Mta, Offer, strings
from milter.wire import LEADING_SPACE, Packet

from .cases import exo
from .daemon import Daemon, open_mta
from .test_robustness import CONNECT, HELO, MAIL, RCPT, check_authorised, check_read

Start = Callable[..., Daemon]

BUSY = "451 4.7.1 Too many messages at once (exogate: busy)"
PROGRESS = b"p"
LARGE = exo()
LARGE.fields += tuple((f"X-{n}", " " + 50_000 * "x") for n in range(20))


def start_with_one_block(start: Start, engine: str, wait: str, **changed: str) -> Daemon:
    return start(engine, messages="1", message_wait=wait, **changed)


def hold_the_block(daemon: Daemon) -> tuple[Mta, Message]:
    holder = open_mta(daemon)
    holder.envelope(message := exo())
    holder.content(message)
    holder.connection.flush()
    check_read(daemon, holder)
    return holder, message


def put_message(mta: Mta, message: Message) -> None:
    mta.envelope(message)
    mta.content(message)
    mta.connection.put(Packet(b"E"))
    mta.connection.flush()


def packets_to_the_verdict(mta: Mta) -> list[Packet]:
    packets = [mta.connection.get()]
    while packets[-1].command not in (b"y", b"a"):
        packets.append(mta.connection.get())
    return packets


@pytest.mark.parametrize("message", [exo(), LARGE], ids=["small", "large"])
def test_who_waits_too_long_is_deferred(start: Start, engine: str, message: Message) -> None:
    """Whether or not its content finds room in the socket; and its connection lives."""
    daemon = start_with_one_block(start, engine, "2s")
    holder, held = hold_the_block(daemon)
    mta = open_mta(daemon)
    mta.connection.socket.settimeout(60)
    started = time.monotonic()
    put_message(mta, message)
    verdict = packets_to_the_verdict(mta)[-1]
    assert 1.9 < time.monotonic() - started < 20
    assert verdict.data.rstrip(b"\0").decode() == BUSY
    daemon.wait_for_log("reason=busy")
    check_authorised(holder.end(held))
    holder.quit()
    mta.abort()
    check_authorised(mta.message(exo()))
    mta.quit()
    daemon.end()


def test_who_waits_is_told_so(start: Start) -> None:
    """PROGRESS, sixteen times in limits.message_wait but no more than once a second.

    To wait is not to be silent: the other limits do not hold meanwhile.
    """
    daemon = start_with_one_block(start, "uring", "20s", message_idle="1s", more="workers = 1;")
    holder, held = hold_the_block(daemon)
    mta = open_mta(daemon)
    put_message(mta, exo())
    assert [mta.connection.get().command for _ in range(2)] == 2 * [PROGRESS]
    check_authorised(holder.end(held))
    packets = packets_to_the_verdict(mta)
    assert packets[-1].command == b"a"
    assert {packet.command for packet in packets[:-1]} & {b"m", b"i"}
    daemon.end()


def test_postfix_is_told_where_each_field_is_answered(start: Start) -> None:
    """It takes PROGRESS at any reply; an MTA of another kind only at the last."""
    daemon = start_with_one_block(start, "uring", "3s", more="workers = 1;")
    holder, held = hold_the_block(daemon)
    heard = {}
    for mta_name in ("Postfix 3.7.11", "8.17.1"):
        mta = Mta(daemon.socket, Offer(6, 0x1ff, LEADING_SPACE))
        mta.negotiate()
        mta.connection.send_raw(Packet(b"D", b"C" + strings("v", mta_name)).encode() + CONNECT +
                                HELO + MAIL + RCPT)
        for _ in range(4):
            assert mta.connection.get().command == b"c"
        field = Packet(b"L", strings("From", " alice@contoso.com")).encode()
        mta.connection.send_raw(field)
        heard[mta_name] = [mta.connection.get().command]
        while heard[mta_name][-1] == PROGRESS:
            heard[mta_name].append(mta.connection.get().command)
        mta.connection.send_raw(Packet(b"E").encode())
        assert mta.connection.get().command == b"y"
        mta.connection.socket.close()
    assert heard["8.17.1"] == [b"c"]
    assert heard["Postfix 3.7.11"][0] == PROGRESS and heard["Postfix 3.7.11"][-1] == b"c"
    check_authorised(holder.end(held))
    daemon.end()


def test_many_wait_too_long(start: Start, engine: str) -> None:
    daemon = start_with_one_block(start, engine, "1s")
    holder, held = hold_the_block(daemon)
    waiting = [open_mta(daemon) for _ in range(50)]
    for mta in waiting:
        put_message(mta, exo())
    for mta in waiting:
        assert packets_to_the_verdict(mta)[-1].data.rstrip(b"\0").decode() == BUSY
    check_authorised(holder.end(held))
    daemon.end()


def test_a_message_that_is_turned_away_takes_no_longer_than_others(start: Start) -> None:
    """limits.idle holds for the rest of it, too, however it drips."""
    daemon = start_with_one_block(start, "uring", "1s", idle="3s", message_idle="1h",
                                  more="workers = 1;")
    holder, held = hold_the_block(daemon)
    mta = open_mta(daemon)
    mta.envelope(exo())
    mta.connection.flush()
    mta.connection.send_raw(Packet(b"L", strings("From", " a@b.example")).encode())
    mta.connection.send_raw(struct.pack("!I", 60_000) + b"L")
    daemon.wait_for_log("closed: idle")     # the holder, whose time is over first
    with pytest.raises(OSError):
        for _ in range(200):
            mta.connection.send_raw(b"x")
            time.sleep(0.05)
    del holder, held
    daemon.end()


@pytest.mark.parametrize("sent", [b"", CONNECT], ids=["offer", "helo"])
def test_who_drips_is_silent(start: Start, sent: bytes) -> None:
    """A command that comes byte by byte is none until it is whole: that is to be within limits.idle."""
    daemon = start(idle="1s")
    mta = Mta(daemon.socket)
    if sent:
        mta.negotiate()
        mta.connection.send_raw(sent)
    started = time.monotonic()
    mta.connection.send_raw(struct.pack("!I", 1000) + b"H")
    with pytest.raises(OSError):
        while time.monotonic() - started < 10:
            mta.connection.send_raw(b"x")
            time.sleep(0.05)
    daemon.wait_for_log("closed: idle")
    daemon.end()

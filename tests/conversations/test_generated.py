# SPDX-License-Identifier: Apache-2.0
"""Made-up conversations: both engines say the same to legal ones; illegal ones get nothing.

By default the same few each time; with EXOGATE_EXAMPLES in the environment so many others.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.commands import wait_until
from milter.client import Connection, Mta
from milter.wire import Packet, Verdict, decode_edit, decode_verdict

from .cases import exo
from .daemon import ENGINES, TIMEOUT_S, Daemon, open_mta
from .generated import BROKEN, Generated, changes, legal, packets, replies_due

Daemons = Callable[..., Daemon]

EXAMPLES = os.environ.get("EXOGATE_EXAMPLES")
VARIANTS = st.sampled_from(["base", "unread", "pass", "monitor", "authres", "ignore", "few",
                            "least"])

many = settings(max_examples=int(EXAMPLES or "60"), derandomize=not EXAMPLES, deadline=None,
                database=None, print_blob=True, suppress_health_check=list(HealthCheck))


@dataclass
class Said:
    """What came back: an answer a message, and as many replies that only say to go on."""
    answers: list[tuple[list, Verdict]]
    lines: list[str]        # of the log

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other)


def log_lines(daemon: Daemon, since: int, n: int) -> list[str]:
    """Those about messages, n of them, without the time that they took; they may come late."""
    def find() -> list[str]:
        text = daemon.log_text()[since:]
        return [re.sub(r" ms=\S+$", "", line) for line in text.splitlines() if " verdict=" in line]
    wait_until(lambda: len(find()) >= n, f"{n} lines in {daemon.log}", TIMEOUT_S)
    return find()


def take_answer(replies: list[Packet]) -> tuple[list, Verdict]:
    edits = []
    while (verdict := decode_verdict(packet := replies.pop(0))) is None:
        edits.append(decode_edit(packet))
    return edits, verdict


def read(replies: list[Packet], due: list[bytes]) -> list[tuple[list, Verdict]]:
    answers = []
    for command in due:
        if command == b"E":
            answers.append(take_answer(replies))
        else:
            assert replies.pop(0) == Packet(b"c"), command
    assert replies == []
    return answers


def converse(daemon: Daemon, generated: Generated, cuts: list[int]) -> Said:
    before = len(daemon.log_text())
    mta = Mta(daemon.socket, generated.offer)
    with mta:
        sent = packets(generated, mta.steps)
        raw = b"".join(packet.encode() for packet in sent)
        ends = sorted({1 + cut % (len(raw) - 1) for cut in cuts})
        for start, end in zip([0, *ends], [*ends, len(raw)]):
            mta.connection.send_raw(raw[start:end])
        replies = mta.connection.rest()
        assert mta.connection.decoder.pending == b""
    answers = read(replies, replies_due(sent, mta.steps))
    return Said(answers, log_lines(daemon, before, len(answers)))


@many
@given(generated=legal(), variant=VARIANTS,
       cuts=st.lists(st.integers(0, 1 << 20), max_size=8))
def test_both_engines_say_the_same(daemons: Daemons, generated: Generated, variant: str,
                                   cuts: list[int]) -> None:
    uring, libmilter = (converse(daemons(variant, engine), generated, cuts) for engine in ENGINES)
    assert uring == libmilter
    assert len(uring.lines) == len(uring.answers)


# The order that session.h allows, anew: after which command may which come.
STATES = {
    "new": {b"C": "connected", b"A": "new", b"K": "new"},
    "connected": {b"H": "connected", b"U": "connected", b"A": "connected", b"K": "new",
                  b"M": "mail"},
    "mail": {b"R": "rcpt", b"A": "connected", b"H": "connected", b"U": "mail", b"K": "new"},
    "rcpt": {b"R": "rcpt", b"T": "rcpt", b"L": "header", b"N": "body", b"B": "body",
             b"E": "connected", b"A": "connected", b"H": "connected", b"U": "rcpt", b"K": "new"},
    "header": {b"L": "header", b"N": "body", b"B": "body", b"E": "connected", b"A": "connected",
               b"H": "connected", b"U": "header", b"K": "new"},
    "body": {b"B": "body", b"E": "connected", b"A": "connected", b"H": "connected", b"U": "body",
             b"K": "new"},
}


def expected_verdicts(pieces: list[bytes]) -> tuple[int, bool]:
    """How many messages end before the first packet that may not come, and whether there is one."""
    state, verdicts = "new", 0
    for piece in pieces:
        command = piece[4:5]
        if piece in BROKEN:
            return verdicts, True
        if command == b"Q":
            return verdicts, False
        if command == b"D":
            continue
        if command not in STATES[state]:
            return verdicts, True
        verdicts += command == b"E"
        state = STATES[state][command]
    return verdicts, False


def is_well_formed(piece: bytes) -> bool:
    """Of a packet whose command was replaced: whether its data may belong to that."""
    command, data = piece[4:5], piece[5:]
    if command in b"MR":
        return data.endswith(b"\0")
    return command not in b"CO" or piece in BROKEN


@many
@given(generated=legal(), data=st.data())
def test_what_is_illegal_gets_nothing(daemons: Daemons, generated: Generated,
                                      data: st.DataObject) -> None:
    """That connection is closed and no other; what came before in order has its verdict."""
    daemon = daemons("base")
    other = open_mta(daemon)
    other.envelope(message := exo())
    with Mta(daemon.socket, generated.offer) as mta:
        sent = packets(generated, mta.steps)
        pieces = data.draw(changes(sent))
        wanted, illegal = expected_verdicts(pieces)
        for piece in pieces:
            try:
                mta.connection.send_raw(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        if not illegal:
            end_of_stream(mta.connection)
        replies = mta.connection.rest()
    verdicts = [v for v in map(decode_verdict, replies) if v and v != Verdict("continue")]
    changed = [piece for piece in pieces if piece not in [packet.encode() for packet in sent]]
    if all(is_well_formed(piece) for piece in changed):
        assert len(verdicts) == wanted
    other.content(message)
    assert other.end(message).verdict.word == "accept"
    other.quit()


def end_of_stream(connection: Connection) -> None:
    connection.socket.shutdown(1)


def test_the_model_of_order_can_fail() -> None:
    good = [b"....C", b"....M", b"....R", b"....E"]
    assert expected_verdicts(good) == (1, False)
    assert expected_verdicts([*good, b"....E"]) == (1, True)
    assert expected_verdicts([b"....M"]) == (0, True)

# SPDX-License-Identifier: Apache-2.0
"""The kernel as oracle: what it would answer an unlisted source, the filter must not let through.

Each sequence of frames goes over a wire to a kernel that listens on port 25, from an unlisted and
from a listed source: first without the filter, then with it.  What the kernel answers then is set
against the filter's verdicts.
"""

import contextlib
import itertools
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from scapy.layers.inet import TCP
from scapy.layers.l2 import Ether
from scapy.packet import Packet

from .bpf import Counters, Program
from .cases import ALLOW, OPERATOR4, OPERATOR6, OTHER4, OTHER6, RELAY4, RELAY6
from .conftest import Place
from .sequences import SECOND4, SECOND6, SEQUENCES, Sender, Sequence

LEAST_SEQUENCES = 60
LEAST_ANSWERED = 60
QUIET_S = 0.5       # the kernel answers at once or not at all
OUTGOING = 4        # PACKET_OUTGOING
SOURCES = {"unlisted": (OTHER4, OTHER6), "listed": (OPERATOR4, OPERATOR6)}

_ports = itertools.count(20000)


class Wire:
    """The far end of the link: frames are put in, and replies from port 25 come out."""

    def __init__(self, peer: socket.socket):
        self._peer = peer

    def run(self, source: str) -> set[str]:
        senders = {sequence.id: Sender(*SOURCES[source], next(_ports)) for sequence in SEQUENCES}
        for sequence in SEQUENCES:
            for frame in sequence.frames(senders[sequence.id]):
                self._peer.send(bytes(frame))
        replied = self._replied_to({sender.port for sender in senders.values()})
        return {name for name, sender in senders.items() if sender.port in replied}

    def _replied_to(self, waiting: set[int]) -> set[int]:
        ports, quiet = set(), time.monotonic() + QUIET_S
        while time.monotonic() < quiet:
            if not select.select([self._peer], [], [], 0.05)[0]:
                continue
            frame, address = self._peer.recvfrom(65536)
            port = reply_to(frame) if address[2] != OUTGOING else None
            if port in waiting - ports:
                ports.add(port)
                quiet = time.monotonic() + QUIET_S
        return ports


def reply_to(frame: bytes) -> int | None:
    """The port that a TCP segment from port 25 goes to."""
    packet = Ether(frame)
    if TCP not in packet or packet[TCP].sport != 25:
        return None
    return packet[TCP].dport


def prepare(place: Place) -> None:
    """Both ends up, the relay's addresses, and every source behind one gateway."""
    place.namespace.ip(
        f"link set {place.iface} address 02:00:00:00:00:25 mtu 9000 up",
        "link set peer0 address 02:00:00:00:00:01 mtu 9000 up",
        *(f"address add {address}/32 dev {place.iface}" for address in (RELAY4, SECOND4)),
        *(f"address add {address}/128 dev {place.iface} nodad" for address in (RELAY6, SECOND6)),
        f"route add default via 192.0.2.1 dev {place.iface} onlink",
        f"route add default via fe80::1 dev {place.iface}",
        f"neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev {place.iface}",
        f"neighbour add fe80::1 lladdr 02:00:00:00:00:01 dev {place.iface}",
    )


@contextlib.contextmanager
def wire(place: Place) -> Iterator[Wire]:
    """The relay listens, and the far end is open."""
    with contextlib.ExitStack() as stack:
        with place.namespace.entered():
            stack.enter_context(socket.create_server(
                ("::", 25), family=socket.AF_INET6, dualstack_ipv6=True, backlog=4096))
            peer = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                                     socket.htons(3)))
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        peer.bind(("peer0", 3))
        yield Wire(peer)


@dataclass
class Oracle:
    """Which sequences were answered without the filter and with it, by source."""
    without: dict[str, set[str]]
    filtered: dict[str, set[str]]
    program: Program
    counters: Counters

    def judged(self, sequence: Sequence, source: str) -> list[tuple[str, str]]:
        """Reason and verdict of each frame, by BPF_PROG_TEST_RUN."""
        sender = Sender(*SOURCES[source], next(_ports))
        return [self._judge(frame) for frame in sequence.frames(sender)]

    def _judge(self, frame: Packet | bytes) -> tuple[str, str]:
        before = self.counters.read()
        verdict = self.program.run(bytes(frame))
        [reason] = [name for name, counted in self.counters.read().items()
                    if counted != before[name]]
        return reason, verdict


@pytest.fixture(scope="module")
def oracle(bpffs: Path) -> Iterator[Oracle]:
    place = Place(bpffs)
    try:
        place.create()
        prepare(place)
        with wire(place) as far_end:
            without = {source: far_end.run(source) for source in SOURCES}
            place.attach("--mode", "native",
                         *(argument for cidr in ALLOW for argument in ("--allow", cidr)))
            filtered = {source: far_end.run(source) for source in SOURCES}
        place.namespace.ip(f"link set {place.iface} down", "link set peer0 down")
        yield Oracle(without, filtered, place.program(), place.counters())
    finally:
        place.remove()


def test_oracle_is_alive(oracle: Oracle):
    """A kernel that answers nothing would show nothing."""
    assert len(SEQUENCES) >= LEAST_SEQUENCES
    assert len({sequence.id for sequence in SEQUENCES}) == len(SEQUENCES)
    silent = {sequence.id for sequence in SEQUENCES} - oracle.without["unlisted"]
    assert len(oracle.without["unlisted"]) >= LEAST_ANSWERED, f"not answered: {sorted(silent)}"


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda sequence: sequence.id)
def test_unlisted_source(sequence: Sequence, oracle: Oracle):
    assert sequence.id not in oracle.filtered["unlisted"], sequence.what
    if sequence.id in oracle.without["unlisted"]:
        judged = oracle.judged(sequence, "unlisted")
        assert "drop" in {verdict for _, verdict in judged}, f"{sequence.what}: {judged}"


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda sequence: sequence.id)
def test_listed_source(sequence: Sequence, oracle: Oracle):
    """What the kernel answers is let through, but for the limits that are written down."""
    if sequence.id not in oracle.without["listed"]:
        assert sequence.id not in oracle.filtered["listed"], sequence.what
        return
    dropped = {reason for reason, verdict in oracle.judged(sequence, "listed")
               if verdict == "drop"}
    assert dropped == ({sequence.limit} if sequence.limit else set()), sequence.what
    assert (sequence.id in oracle.filtered["listed"]) == (sequence.limit is None), sequence.what

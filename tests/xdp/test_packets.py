# SPDX-License-Identifier: Apache-2.0
"""The packet table through the attached program, by BPF_PROG_TEST_RUN."""

import random
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.commands import wait_until

from .bpf import Counters, Map, Program
from .cases import ALLOW, CASES, LISTED4, LISTED6, SYN4, SYN6, Case, tcp, v4
from .conftest import Place

LEAST_CASES = 80
CASE = {case.id: case for case in CASES}
# Headers that reach beyond SCATTERED_READ, as far as they are copied.
CHAINS_BEYOND_THE_COPY = {"dstopts-2048": ("chain-cut", "drop")}
SLOT = struct.pack("=I", 0)
TOP_BITS = 17  # EXOGATE_TOP_BITS
TOP_N = 1 << TOP_BITS


@pytest.fixture(scope="module")
def filtered(bpffs: Path) -> Iterator[Place]:
    """A place where the program is attached with both lists."""
    place = Place(bpffs)
    try:
        place.create()
        place.attach(*(argument for cidr in ALLOW for argument in ("--allow", cidr)))
        yield place
        place.ok("detach", place.iface)
    finally:
        place.remove()


@pytest.fixture(scope="module")
def program(filtered: Place) -> Program:
    return filtered.program()


@pytest.fixture(scope="module")
def counters(filtered: Place) -> Counters:
    return filtered.counters()


def counted(counters: Counters, before: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """What was added since, by reason."""
    return {reason: (packets - before[reason][0], size - before[reason][1])
            for reason, (packets, size) in counters.read().items()
            if (packets, size) != before[reason]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case, program: Program, counters: Counters):
    before = counters.read()
    assert program.run(case.frame) == case.verdict, case.what
    assert counted(counters, before) == {case.reason: (1, len(case.frame))}, case.what


@pytest.mark.parametrize("linear", [0, 1, 13, 14, 20, 34, 37, 40, 54, 57, 60])
def test_headers_outside_the_first_buffer(linear: int, program: Program, counters: Counters):
    """Some drivers put less than the headers there, or nothing: the answers are the same."""
    try:
        program.run_scattered(LISTED4 + bytes(100), linear)
    except OSError as error:
        pytest.skip(f"this kernel cannot be told where the first buffer ends: {error}")
    for case in CASES:
        if len(case.frame) <= linear:
            continue
        expected = CHAINS_BEYOND_THE_COPY.get(case.id, (case.reason, case.verdict))
        before = counters.read()
        assert program.run_scattered(case.frame, linear) == expected[1], case.what
        assert set(counted(counters, before)) == {expected[0]}, case.what


def test_table_is_whole(filtered: Place):
    """Every reason that the loader's lists can give has a case, with the program's verdict."""
    assert len(CASES) >= LEAST_CASES
    assert len({case.id for case in CASES}) == len(CASES)
    verdicts = {reason: row["verdict"] for reason, row in filtered.report()["counters"].items()}
    assert {(case.reason, case.verdict) for case in CASES} | {("relay-pool", "pass")} \
        == set(verdicts.items())


def list_maps(place: Place) -> tuple[Map, Map]:
    """The outer map of lists, and the array that is the list in force."""
    outer = Map.by_id(place.report()["maps"]["lists"])
    return outer, Map.by_id(struct.unpack("=I", outer.lookup(SLOT, 4))[0])


@pytest.mark.parametrize("source, reason, verdict", [
    (0, "unlisted", "drop"), (1, "microsoft", "pass"), (2, "operator", "pass"),
    (3, "relay-pool", "pass"), (4, "relay-pool-off", "drop"), (5, "unlisted", "drop"),
    (254, "unlisted", "drop"),
])
def test_source_in_a_list(place: Place, source: int, reason: str, verdict: str):
    """The list's value names the reason; one that is not known lets nobody in."""
    place.attach()
    _, held = list_maps(place)
    table = bytearray(held.lookup(SLOT, held.value_size()))
    cell = (40 << 24 | 92 << 16) >> (32 - TOP_BITS)
    table[held.value_size() - 2 * TOP_N + cell] = source
    held.update(SLOT, bytes(table))
    counters = place.counters()
    before = counters.read()
    assert place.program().run(LISTED4) == verdict
    assert counted(counters, before) == {reason: (1, len(LISTED4))}


def test_empty_slot_lets_nobody_in(place: Place):
    place.attach()
    program = place.program()
    outer, _ = list_maps(place)
    assert [program.run(frame) for frame in (LISTED4, LISTED6)] == ["pass", "pass"]
    outer.delete(SLOT)
    assert [program.run(frame) for frame in (LISTED4, LISTED6)] == ["drop", "drop"]


def test_list_of_one_family_drops_the_other(place: Place, tmp_path: Path):
    acl = tmp_path / "list.json"
    acl.write_text('[{"id": 1, "serviceArea": "Exchange", "tcpPorts": "25",'
                   ' "ips": ["40.92.0.0/15"]}]')
    done = place.loader("attach", place.iface, "--acl", acl)
    assert done.returncode == 0 and "no IPv6 prefix" in done.stderr
    assert [place.program().run(frame) for frame in (LISTED4, SYN4, LISTED6, SYN6)] \
        == ["pass", "drop", "drop", "drop"]


def test_greatest_list(place: Place, tmp_path: Path):
    """As many prefixes as a list may have, each found, and none beside them."""
    acl = tmp_path / "list.json"
    prefixes = ", ".join(f'"45.{n >> 7}.{(n & 127) * 2}.0/24"' for n in range(4096))
    acl.write_text('[{"id": 1, "serviceArea": "Exchange", "tcpPorts": "25",'
                   f' "ips": [{prefixes}]}}]')
    assert place.loader("attach", place.iface, "--acl", acl).returncode == 0
    assert place.report()["prefixes"]["microsoft"] == 4096
    program = place.program()
    for n in range(0, 4096, 97):
        source = f"45.{n >> 7}.{(n & 127) * 2}.255"
        beside = f"45.{n >> 7}.{(n & 127) * 2 + 1}.0"
        assert program.run(v4(tcp(), source)) == "pass", source
        assert program.run(v4(tcp(), beside)) == "drop", beside


@pytest.mark.parametrize("mode", ["native", "generic"])
def test_frames_from_the_wire(place: Place, mode: str):
    """What is sent at the other end of the link is judged as the table says."""
    place.attach("--mode", mode)
    place.namespace.ip(f"link set {place.iface} up", "link set peer0 up")
    counters = place.counters()
    before = counters.read()
    sent = {"unlisted": SYN4, "microsoft": LISTED6, "tag-limit": CASE["tags-9"].frame}
    with place.namespace.entered(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as peer:
        peer.bind(("peer0", 0))
        for frame in sent.values():
            peer.send(frame)

    def all_counted() -> bool:
        # Other reasons count what the kernel itself sends: neighbour discovery.
        added = counted(counters, before)
        return {reason: added.get(reason) for reason in sent} \
            == {reason: (1, len(frame)) for reason, frame in sent.items()}

    wait_until(all_counted, f"each frame counted once in {mode} mode")


def test_mangled_frames(program: Program, counters: Counters):
    """Random damage: each frame has one reason, and passes or is dropped."""
    rng = random.Random(25)
    before, n = counters.read(), 2000
    for _ in range(n):
        frame = bytearray(rng.choice(CASES).frame[:400])
        for _ in range(rng.randint(1, 4)):
            frame[rng.randrange(12, len(frame))] = rng.randrange(256)
        frame = frame[:max(14, rng.randrange(len(frame) + 1))]
        assert program.run(bytes(frame)) in ("pass", "drop"), frame.hex()
    assert sum(packets for packets, _ in counted(counters, before).values()) == n

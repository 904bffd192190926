# SPDX-License-Identifier: Apache-2.0
"""What is protected, monitor mode, and counters that are exact over all CPUs."""

import os
import random
import threading
from collections import Counter
from collections.abc import Iterable

import pytest

from .bpf import Counters, Program
from .cases import ALLOW, CASES, RELAY4, RELAY6, Case
from .conftest import Place
from .scoped import BESIDE4, SCOPED

Added = dict[str, tuple[int, int]]
BOTH_LISTS = [argument for cidr in ALLOW for argument in ("--allow", cidr)]


def added(before: Added, after: Added) -> Added:
    """Packets and bytes that were counted since, by reason."""
    return {reason: (after[reason][0] - packets, after[reason][1] - size)
            for reason, (packets, size) in before.items() if after[reason] != (packets, size)}


def expected(cases: Iterable[Case]) -> Added:
    packets, size = Counter(), Counter()
    for case in cases:
        packets[case.reason] += 1
        size[case.reason] += len(case.frame)
    return {reason: (packets[reason], size[reason]) for reason in packets}


def read(counters: Counters) -> tuple[Added, Added]:
    return counters.read(), counters.read(monitored=True)


@pytest.fixture
def relay(place: Place) -> Place:
    """A place whose host has the addresses; the loader warns of those that it has not."""
    place.namespace.ip(*(f"address add {address}/32 dev lo" for address in (RELAY4, BESIDE4)),
                       f"address add {RELAY6}/128 dev lo nodad")
    return place


def attach(place: Place, protected: tuple[str, ...]) -> None:
    place.attach_otherwise(*BOTH_LISTS, *(word for text in protected for word in ("--protect", text)))


@pytest.mark.parametrize("protected", SCOPED, ids=lambda protected: "+".join(protected))
def test_protected_endpoints(relay: Place, protected: tuple[str, ...]):
    attach(relay, protected)
    assert relay.report()["protected"] == list(protected)
    program, counters = relay.program(), relay.counters()
    for case in SCOPED[protected]:
        before = counters.read()
        assert program.run(case.frame) == case.verdict, case
        assert added(before, counters.read()) == expected([case]), case


def test_other_endpoints_in_place(relay: Place):
    [first, second, *_] = SCOPED
    for protected in (first, second, first):
        attach(relay, protected)
        program = relay.program()
        assert [program.run(case.frame) for case in SCOPED[protected]] \
            == [case.verdict for case in SCOPED[protected]]


def test_monitor(place: Place):
    """Every row that would be dropped passes, and is counted where nothing else is."""
    place.attach("--monitor", *BOTH_LISTS)
    program, counters = place.program(), place.counters()
    for case in CASES:
        decided, monitored = read(counters)
        assert program.run(case.frame) == "pass", case
        now_decided, now_monitored = read(counters)
        one = expected([case])
        assert added(decided, now_decided) == (one if case.verdict == "pass" else {}), case
        assert added(monitored, now_monitored) == (one if case.verdict == "drop" else {}), case


def test_monitor_is_ended_in_place(place: Place):
    """Attached again without --monitor it drops, and what both counted is kept."""
    dropped = [case for case in CASES if case.verdict == "drop"]
    place.attach("--monitor", *BOTH_LISTS)
    counters = place.counters()
    run_all(place.program(), dropped)
    [said] = place.attach_otherwise(*BOTH_LISTS)
    assert "monitor mode ends" in said
    program = place.program()
    assert [program.run(case.frame) for case in dropped] == ["drop"] * len(dropped)
    decided, monitored = ({reason: counted for reason, counted in counts.items() if counted[0]}
                          for counts in read(counters))
    assert decided == monitored == expected(dropped)


def test_counters_of_every_cpu(place: Place):
    """The whole table from each CPU at once, in another order each time: not one is lost."""
    rounds = 20
    place.attach(*BOTH_LISTS)
    program, counters = place.program(), place.counters()
    cpus = sorted(os.sched_getaffinity(0))
    threads = [threading.Thread(target=run_on, args=(cpu, program, rounds)) for cpu in cpus]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = {reason: pair for reason, pair in counters.read().items() if pair[0]}
    assert counted == expected(CASES * rounds * len(cpus))
    report = place.report()["counters"]
    assert {reason: (row["packets"], row["bytes"]) for reason, row in report.items()
            if row["packets"]} == counted


def run_on(cpu: int, program: Program, rounds: int) -> None:
    os.sched_setaffinity(0, {cpu})  # of this thread alone
    rng = random.Random(cpu)
    for _ in range(rounds):
        run_all(program, rng.sample(CASES, len(CASES)))


def run_all(program: Program, cases: Iterable[Case]) -> None:
    for case in cases:
        program.run(case.frame)

# SPDX-License-Identifier: Apache-2.0
"""Two attacks on the same mail at once: two wrongs make no right."""

import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

import pytest

from .case import Case, merge
from .conftest import DaemonOf
from .evidence import SOURCES, cases_for
from .mail import dialog
from .play import as_learnt, play

PAIRS = 300


def pairs(source: str) -> list[tuple[Case, Case]]:
    """Those on the same mail that change different facts; the same few of them each time."""
    together = defaultdict(list)
    for case in cases_for(source):
        if case.kind == "attacks":
            together[case.policy, repr(case.mail)].append(case)
    every = [(one, other) for cases in together.values()
             for one, other in combinations(cases, 2) if one.fact != other.fact]
    return random.Random(0).sample(every, PAIRS)


def both_orders(one: Case, other: Case) -> Iterator[dict]:
    """Facts overlap (a stamp is part of the origin): where both change one, the second counts."""
    for first, second in ((one, other), (other, one)):
        yield merge(merge(one.mail, first.attack), second.attack)


@pytest.mark.parametrize("source", SOURCES)
def test_no_two_attacks_together_are_accepted(source: str, daemon_of: DaemonOf) -> None:
    accepted = []
    for one, other in pairs(source):
        daemon = daemon_of(one.policy, "uring", source)
        for table in both_orders(one, other):
            outcome = play(daemon, as_learnt(dialog(table), source))
            if outcome.verdict.startswith("accept"):
                accepted.append((one.id, other.id, outcome.verdict))
    assert accepted == []

# SPDX-License-Identifier: Apache-2.0
"""Two attacks on the same mail at once: two wrongs make no right."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations

from conversations.daemon import Daemon

from .case import Case, merge, read_all
from .mail import dialog
from .play import play

PAIRS = 300


def pairs() -> list[tuple[Case, Case]]:
    """Those on the same mail that change different facts; the same few of them each time."""
    together = defaultdict(list)
    for case in read_all():
        if case.kind == "attacks":
            together[case.policy, repr(case.mail)].append(case)
    every = [(one, other) for cases in together.values()
             for one, other in combinations(cases, 2) if one.fact != other.fact]
    return random.Random(0).sample(every, PAIRS)


def both_orders(one: Case, other: Case) -> Iterator[dict]:
    """Facts overlap (a stamp is part of the origin): where both change one, the second counts."""
    for first, second in ((one, other), (other, one)):
        yield merge(merge(one.mail, first.attack), second.attack)


def test_no_two_attacks_together_are_accepted(daemon_of: Callable[[str, str], Daemon]) -> None:
    accepted = []
    for one, other in pairs():
        daemon = daemon_of(one.policy, "uring")
        for table in both_orders(one, other):
            outcome = play(daemon, dialog(table))
            if outcome.verdict.startswith("accept"):
                accepted.append((one.id, other.id, outcome.verdict))
    assert accepted == []

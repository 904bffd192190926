# SPDX-License-Identifier: Apache-2.0
"""Every case of the corpus on both engines: no attack is accepted, nothing legitimate is refused.

An attack counts only if its twin, the same mail without the attacked fact, is accepted, as the
tenant's own unless the case is about other ways in.
"""

from collections import Counter
from collections.abc import Callable

import pytest

from conversations.daemon import ENGINES, Daemon

from .case import AUTHORISED, Case, read_all
from .facts import differences, paths
from .mail import attacked, dialog, twin
from .play import AUTHSERV_ID, Outcome, play

CASES = list(read_all())
ATTACKS = [case for case in CASES if case.kind == "attacks"]
DEFUSED = [case for case in CASES if case.kind == "defused"]
LEGITIMATE = [case for case in CASES if case.kind == "legitimate"]


def own_results(outcome: Outcome) -> list[str]:
    return [value for name, value in outcome.delivered.fields
            if name.lower() == "authentication-results" and AUTHSERV_ID in value]


def check(outcome: Outcome, verdict: str) -> None:
    """The verdict; and a positive result of ours on what is authorised, and on nothing else."""
    assert outcome.verdict == verdict
    if outcome.delivered:
        assert len(own_results(outcome)) == (verdict == AUTHORISED)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


def each(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.id for case in cases])


def test_ids_are_unique_and_cases_are_many() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
    assert len([case for case in ATTACKS if case.twin == AUTHORISED]) >= 150
    assert len(LEGITIMATE) >= 60


@each(ATTACKS + DEFUSED)
def test_twin_differs_in_the_attacked_fact_alone(case: Case) -> None:
    differing = differences(twin(case), attacked(case))
    assert differing and differing <= paths(case.fact)


@each(ATTACKS)
def test_attack(case: Case, engine: str, daemon_of: Callable[[str, str], Daemon],
                held: Counter) -> None:
    daemon = daemon_of(case.policy, engine)
    check(play(daemon, attacked(case)), case.expect)
    check(play(daemon, twin(case)), case.twin)
    held["attacks", engine] += 1


@each(DEFUSED)
def test_defused(case: Case, engine: str, daemon_of: Callable[[str, str], Daemon],
                 held: Counter) -> None:
    """What the attack adds is taken out: what is delivered is the twin's, to the byte."""
    daemon = daemon_of(case.policy, engine)
    outcome, harmless = play(daemon, attacked(case)), play(daemon, twin(case))
    check(outcome, case.expect)
    assert outcome == harmless
    held["defused attacks", engine] += 1


@each(LEGITIMATE)
def test_legitimate(case: Case, engine: str, daemon_of: Callable[[str, str], Daemon],
                    held: Counter) -> None:
    outcome = play(daemon_of(case.policy, engine), dialog(case.mail))
    check(outcome, case.expect)
    names = {name.lower() for name, _ in outcome.delivered.fields}
    assert names.isdisjoint(name.lower() for name in case.gone)
    held["legitimate", engine] += 1

# SPDX-License-Identifier: Apache-2.0
"""Every case of the corpus on both engines, with signatures from either source: no attack is accepted, nothing legitimate is refused.

An attack counts only if its twin, the same mail without the attacked fact, is accepted, as the
tenant's own unless the case is about other ways in.
"""

import pytest

from conversations.daemon import ENGINES

from .case import AUTHORISED, Case, read_all
from .conftest import DaemonOf, Held
from .evidence import NATIVE_ONLY, SOURCES, cases_for
from .facts import differences, paths
from .mail import attacked, dialog, twin
from .play import AUTHSERV_ID, Outcome, as_learnt, play

CASES = list(read_all())
ATTACKS = [case for case in CASES if case.kind == "attacks"]
DEFUSED = [case for case in CASES if case.kind == "defused"]
LEGITIMATE = [case for case in CASES if case.kind == "legitimate"]
Played = tuple[Case, str]               # and the source of what is known of its signatures


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


def each_played(kind: str) -> pytest.MarkDecorator:
    every = [(case, source) for source in SOURCES for case in cases_for(source)
             if case.kind == kind]
    return pytest.mark.parametrize("played", every,
                                   ids=[f"{case.id}-{source}" for case, source in every])


def test_ids_are_unique_and_cases_are_many() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
    told = [case for case in ATTACKS if not case.id.startswith(NATIVE_ONLY)]
    assert len([case for case in told if case.twin == AUTHORISED]) >= 150
    assert len(LEGITIMATE) >= 60


def test_every_case_is_played_natively() -> None:
    assert [case.id for case in cases_for("native")] == [case.id for case in CASES]


@each(ATTACKS + DEFUSED)
def test_twin_differs_in_the_attacked_fact_alone(case: Case) -> None:
    differing = differences(twin(case), attacked(case))
    assert differing and differing <= paths(case.fact)


@each_played("attacks")
def test_attack(played: Played, engine: str, daemon_of: DaemonOf, held: Held) -> None:
    case, source = played
    daemon = daemon_of(case.policy, engine, source)
    check(play(daemon, as_learnt(attacked(case), source)), case.expect)
    check(play(daemon, as_learnt(twin(case), source)), case.twin)
    held("attacks", f"{engine}, {source}")


@each_played("defused")
def test_defused(played: Played, engine: str, daemon_of: DaemonOf, held: Held) -> None:
    """What the attack adds is taken out: what is delivered is the twin's, to the byte."""
    case, source = played
    daemon = daemon_of(case.policy, engine, source)
    outcome, harmless = (play(daemon, as_learnt(each, source))
                         for each in (attacked(case), twin(case)))
    check(outcome, case.expect)
    assert outcome == harmless
    held("defused", f"{engine}, {source}")


@each_played("legitimate")
def test_legitimate(played: Played, engine: str, daemon_of: DaemonOf, held: Held) -> None:
    case, source = played
    outcome = play(daemon_of(case.policy, engine, source), as_learnt(dialog(case.mail), source))
    check(outcome, case.expect)
    names = {name.lower() for name, _ in outcome.delivered.fields}
    assert names.isdisjoint(name.lower() for name in case.gone)
    held("legitimate", f"{engine}, {source}")

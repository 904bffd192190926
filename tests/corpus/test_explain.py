# SPDX-License-Identifier: Apache-2.0
"""Every case of the corpus through `exogated explain`: it says what the daemon does."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from .case import AUTHORISED, Case
from .conftest import write_policy
from .explained import explain, explainable
from .mail import Dialog, attacked, dialog, twin
from .play import AUTHSERV_ID
from .test_corpus import CASES, each


def judged(case: Case) -> Dialog:
    return dialog(case.mail) if case.kind == "legitimate" else attacked(case)


EXPLAINED = [case for case in CASES if explainable(judged(case))]


@pytest.fixture(scope="session")
def command_for(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list]:
    """The released program, since it is started for each case."""
    known: dict[str, list] = {}

    def get(policy: str) -> list:
        if policy not in known:
            settings = write_policy(policy, tmp_path_factory.mktemp(f"explain-{policy}"))
            known[policy] = [root / "build" / "exogated", "explain", "-c", settings]
        return known[policy]

    return get


def check(command: list, message: Dialog, verdict: str) -> None:
    said, edits = explain(command, message)
    assert said == verdict
    own = [edit for edit in edits if edit["op"] == "insert_header" and AUTHSERV_ID in edit["value"]]
    assert len(own) == (verdict == AUTHORISED)


def test_nearly_all_can_be_explained() -> None:
    assert len(EXPLAINED) > 0.8 * len(CASES)
    assert {case.kind for case in EXPLAINED} == {case.kind for case in CASES}


@each(EXPLAINED)
def test_explained(case: Case, command_for: Callable[[str], list], held: Counter) -> None:
    command = command_for(case.policy)
    check(command, judged(case), case.expect)
    if case.kind == "attacks" and explainable(twin(case)):
        check(command, twin(case), case.twin)
    held[case.kind, "explain"] += 1

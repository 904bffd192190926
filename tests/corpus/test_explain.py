# SPDX-License-Identifier: Apache-2.0
"""Every case of the corpus through `exogated explain`: it says what the daemon does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from . import signer
from .case import AUTHORISED, Case
from .conftest import Held, write_policy
from .evidence import SOURCES, cases_for, settings
from .explained import explain, explainable
from .mail import Dialog, attacked, dialog, twin
from .play import AUTHSERV_ID, as_learnt
from .test_corpus import CASES, Played


def judged(case: Case) -> Dialog:
    return dialog(case.mail) if case.kind == "legitimate" else attacked(case)


EXPLAINED = [(case, source) for source in SOURCES for case in cases_for(source)
             if explainable(judged(case))]
CommandFor = Callable[[str, str], list]


@pytest.fixture(scope="session")
def command_for(root: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandFor:
    """The released program, since it is started for each case; by policy and source."""
    known: dict[tuple[str, str], list] = {}

    def get(policy: str, source: str) -> list:
        if (policy, source) not in known:
            directory = tmp_path_factory.mktemp(f"explain-{policy}-{source}")
            # No name server is there: the records are a file's.
            path = write_policy(policy, directory, settings(source, "127.0.0.1:1"))
            known[policy, source] = [root / "build" / "exogated", "explain", "-c", path]
        return known[policy, source]

    return get


def check(command: list, message: Dialog, source: str, dns: Path, verdict: str) -> None:
    learnt = as_learnt(message, source)
    options = ["--dns", signer.write(dns)] if source == "native" else []
    said, edits = explain([*command, *options], learnt)
    assert said == verdict
    own = [edit for edit in edits if edit["op"] == "insert_header" and AUTHSERV_ID in edit["value"]]
    assert len(own) == (verdict == AUTHORISED)


def test_nearly_all_can_be_explained() -> None:
    natively = [case for case, source in EXPLAINED if source == "native"]
    assert len(natively) > 0.8 * len(CASES)
    assert {case.kind for case in natively} == {case.kind for case in CASES}


@pytest.mark.parametrize("played", EXPLAINED,
                         ids=[f"{case.id}-{source}" for case, source in EXPLAINED])
def test_explained(played: Played, command_for: CommandFor, tmp_path: Path,
                   held: Held) -> None:
    case, source = played
    command, dns = command_for(case.policy, source), tmp_path / "dns.json"
    check(command, judged(case), source, dns, case.expect)
    if case.kind == "attacks" and explainable(twin(case)):
        check(command, twin(case), source, dns, case.twin)
    held(case.kind, f"explain, {source}")

# SPDX-License-Identifier: Apache-2.0
"""That every trap has its tests, and that these are there."""

import re
from pathlib import Path

import pytest

from conversations.cases import CONVERSATIONS
from conversations.differences import DIFFERENCES

from .traps import TRAPS

TESTS = Path(__file__).resolve().parents[1]
CASES = {conversation.id for conversation in CONVERSATIONS}
KNOWN_DIFFERENCES = {difference.id for difference in DIFFERENCES}


def exists(reference: str) -> bool:
    if reference.startswith("case:"):
        return reference.removeprefix("case:") in CASES
    if reference.startswith("difference:"):
        return reference.removeprefix("difference:") in KNOWN_DIFFERENCES
    file, name = reference.split("::")
    pattern = rf"^TEST\({name}\)" if file.endswith(".c") else rf"^(async )?def {name}\("
    return re.search(pattern, (TESTS / file).read_text(), re.M) is not None


def test_numbers_have_no_gap() -> None:
    assert list(TRAPS) == list(range(1, len(TRAPS) + 1))


@pytest.mark.parametrize("number", TRAPS)
def test_trap_has_its_tests(number: int) -> None:
    trap = TRAPS[number]
    assert bool(trap.tests) != bool(trap.why_none)
    assert [reference for reference in trap.tests if not exists(reference)] == []


def test_a_missing_test_would_be_noticed() -> None:
    assert not exists("case:no-such-case") and not exists("difference:no-such-difference")
    assert not exists("unit/test_session.c::no_such_test")
    assert not exists("milter/test_traps.py::test_no_such_test")

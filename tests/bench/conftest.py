# SPDX-License-Identifier: Apache-2.0
"""exogate-bench run as a user runs it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

TIMEOUT_S = 120

Bench = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def bench(asan_program: Callable[[str], Path]) -> Bench:
    program = asan_program("exogate-bench")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess:
        return subprocess.run([program, *arguments], capture_output=True, text=True,
                              timeout=TIMEOUT_S)

    return run

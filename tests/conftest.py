# SPDX-License-Identifier: Apache-2.0
"""What all tests share: where things are, and programs that end at the first sanitizer report."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sanitizers import SANITIZER_OPTIONS

ROOT = Path(__file__).resolve().parents[1]
ASAN = ROOT / "build" / "asan"


def pytest_configure(config: pytest.Config) -> None:
    """For every program that a test starts; what a test sets itself is kept."""
    for name, value in SANITIZER_OPTIONS.items():
        os.environ.setdefault(name, value)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def asan_program() -> Callable[[str], Path]:
    """The sanitized program of that name; one that is not built is an error, not a skip."""

    def find(name: str) -> Path:
        path = ASAN / name
        if not path.is_file():
            pytest.fail(f"{path} is not built: run make test-programs")
        return path

    return find

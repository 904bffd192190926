# SPDX-License-Identifier: Apache-2.0
"""
What all tests share: where things are, programs that end at the first sanitizer report, and what
tests say in the closing summary.
"""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from sanitizers import SANITIZER_OPTIONS

ROOT = Path(__file__).resolve().parents[1]
ASAN = ROOT / "build" / "asan"


def pytest_configure(config: pytest.Config) -> None:
    """For every program that a test starts; what a test sets itself is kept."""
    for name, value in SANITIZER_OPTIONS.items():
        os.environ.setdefault(name, value)


# Of the property of a test that is a line of the summary; properties come with the reports of the
# processes that run the tests.
CLOSING = "closing"


@pytest.fixture
def closing(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Puts a line below a heading of the closing summary; the tests that say the same are counted."""
    return lambda heading, line: request.node.user_properties.append((CLOSING, (heading, line)))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    reports = (report for reports in terminalreporter.stats.values() for report in reports
               if getattr(report, "when", None) == "teardown")
    said = Counter(tuple(value) for report in reports for name, value in report.user_properties
                   if name == CLOSING)
    for heading in sorted({heading for heading, _ in said}):
        terminalreporter.section(heading)
        for line, n in sorted((line, n) for (where, line), n in said.items() if where == heading):
            terminalreporter.write_line(f"{line}: {n} tests" if n > 1 else line)


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

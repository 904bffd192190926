# SPDX-License-Identifier: Apache-2.0
"""Each C unit test (tests/unit/test_*.c, see harness.h) as a test of pytest's."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "tests" / "unit").glob("test_*.c"))
PROGRAMS = ROOT / "build" / "asan" / "tests"


def names_of(program: Path) -> list[str]:
    listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)
    return listed.stdout.split()


def collect() -> list:
    """A parameter a test; of a program that is missing, out of date or empty, one that fails."""
    found = []
    for source in SOURCES:
        program = PROGRAMS / source.stem
        if not program.is_file() or program.stat().st_mtime < source.stat().st_mtime:
            found.append(pytest.param(program, None, id=source.stem))
            continue
        names = names_of(program) or [None]
        found += [pytest.param(program, name, id=f"{source.stem}-{name}") for name in names]
    return found


@pytest.mark.parametrize(("program", "name"), collect())
def test_unit(program: Path, name: str | None) -> None:
    if name is None:
        pytest.fail(f"{program} is missing, older than its source, or empty: "
                    "run make test-programs")
    done = subprocess.run([program, name], capture_output=True, text=True, errors="replace",
                          timeout=300, check=False)
    if done.returncode != 0:
        pytest.fail(f"exit {done.returncode}\n{(done.stdout + done.stderr)[:4000]}", pytrace=False)


def test_there_are_sources() -> None:
    assert SOURCES

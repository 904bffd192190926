# SPDX-License-Identifier: Apache-2.0
"""The release programs, and how much of everything: little in `make test`, all of it with FULL."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conversations.daemon import Daemon, write_settings

BUILD = Path(__file__).resolve().parents[2] / "build"
FULL = "EXOGATE_RELIABILITY_FULL" in os.environ     # make test-reliability


@pytest.fixture(scope="session")
def released() -> Path:
    program = BUILD / "exogated"
    if not program.is_file():
        pytest.fail(f"{program} is not built: run make test-programs")
    return program


@pytest.fixture
def serve(released: Path, tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Starts the release daemon on tmp_path; it must end well."""
    started: list[Daemon] = []

    def begin(environment: dict[str, str] | None = None, **changed: str) -> Daemon:
        started.append(Daemon(released, write_settings(tmp_path, **changed),
                              environment=environment))
        started[-1].wait_until_it_serves()
        return started[-1]

    yield begin
    for daemon in started:
        daemon.end()


@pytest.fixture
def figure(closing: Callable[[str, str], None]) -> Callable[[str], None]:
    """Says a measured figure, in the closing summary."""
    return lambda text: closing("reliability", text)

# SPDX-License-Identifier: Apache-2.0
"""A daemon for each variant of the settings, started once and ended at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .daemon import VARIANTS, Daemon, write_settings


@pytest.fixture(scope="session")
def exogated(asan_program: Callable[[str], Path]) -> Path:
    return asan_program("exogated")


@pytest.fixture
def start(exogated: Path, tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Starts daemons on tmp_path; those that a test does not end are killed."""
    started: list[Daemon] = []

    def begin(environment: dict[str, str] | None = None, **changed: str) -> Daemon:
        started.append(Daemon(exogated, write_settings(tmp_path, **changed),
                              Path(changed.get("socket", tmp_path / "milter.sock")), environment))
        started[-1].wait_until_it_serves()
        return started[-1]

    yield begin
    for daemon in started:
        if daemon.process.poll() is None:
            daemon.process.kill()
            daemon.process.wait()


@pytest.fixture(scope="session")
def daemons(exogated: Path,
            tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Daemon]]:
    running: dict[str, Daemon] = {}

    def get(variant: str) -> Daemon:
        if variant not in running:
            directory = tmp_path_factory.mktemp(variant)
            running[variant] = Daemon(exogated, write_settings(directory, **VARIANTS[variant]))
            running[variant].wait_until_it_serves()
        assert running[variant].process.poll() is None, running[variant].log_text()[-6000:]
        return running[variant]

    yield get
    failures = []
    for variant, daemon in running.items():
        try:
            daemon.end()
        except AssertionError as failure:
            failures.append(f"{variant}: {failure}")
    assert not failures, "\n".join(failures)

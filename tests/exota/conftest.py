# SPDX-License-Identifier: Apache-2.0
"""A daemon for each environment and engine, started once and ended at the end."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from conversations.daemon import ENGINES, Daemon
from sanitizers import SANITIZER_OPTIONS

from .place import POLICY, environment


@pytest.fixture(scope="session")
def exogated(asan_program: Callable[[str], Path]) -> Path:
    return asan_program("exogated")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


def start_daemon(program: Path, directory: Path, engine: str,
                 changed: Mapping[str, str | None] | None = None,
                 policy: object = POLICY) -> Daemon:
    daemon = Daemon([program, "exota"], directory / "none.conf", directory / "milter.sock", engine,
                    SANITIZER_OPTIONS | environment(directory, changed, policy))
    daemon.wait_until_it_serves()
    return daemon


@pytest.fixture(scope="session")
def daemons(exogated: Path,
            tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Daemon]]:
    running: dict[tuple, Daemon] = {}

    def get(engine: str, changed: Mapping[str, str | None] | None = None) -> Daemon:
        key = (engine, *sorted((changed or {}).items()))
        if key not in running:
            running[key] = start_daemon(exogated, tmp_path_factory.mktemp("exota"), engine, changed)
        assert running[key].process.poll() is None, running[key].log_text()[-6000:]
        return running[key]

    yield get
    for daemon in running.values():
        daemon.end()


@pytest.fixture
def start(exogated: Path, tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Starts one daemon on tmp_path and ends it, in order unless the test has killed it."""
    started: list[Daemon] = []

    def begin(engine: str = "uring", changed: Mapping[str, str | None] | None = None,
              policy: object = POLICY) -> Daemon:
        started.append(start_daemon(exogated, tmp_path, engine, changed, policy))
        return started[-1]

    yield begin
    for daemon in started:
        if daemon.process.poll() is None:
            daemon.end()


@pytest.fixture
def run(exogated: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Runs a command of exogated's to its end."""
    def begin(*arguments: str | Path,
              variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess:
        return subprocess.run([exogated, *arguments], capture_output=True, text=True, timeout=60,
                              env=SANITIZER_OPTIONS | dict(variables or {}), check=False)
    return begin

# SPDX-License-Identifier: Apache-2.0
"""A daemon for each variant of the settings and engine, started once and ended at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .daemon import ENGINES, VARIANTS, Daemon, end_all, write_settings


@pytest.fixture(scope="session")
def exogated(asan_program: Callable[[str], Path]) -> Path:
    return asan_program("exogated")


@pytest.fixture
def start(exogated: Path, tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Starts daemons on tmp_path; those that a test does not end are killed."""
    started: list[Daemon] = []

    def begin(engine: str = "uring", environment: dict[str, str] | None = None,
              **changed: str) -> Daemon:
        started.append(Daemon(exogated, write_settings(tmp_path, **changed),
                              Path(changed.get("socket", tmp_path / "milter.sock")), engine,
                              environment))
        started[-1].wait_until_it_serves()
        return started[-1]

    yield begin
    for daemon in started:
        if daemon.process.poll() is None:
            daemon.process.kill()
            daemon.process.wait()


@pytest.fixture(scope="session")
def daemons(exogated: Path,
            tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Daemon]]:
    running: dict[tuple[str, str], Daemon] = {}

    def get(variant: str, engine: str = "uring") -> Daemon:
        key = (variant, engine)
        if key not in running:
            directory = tmp_path_factory.mktemp("-".join(key))
            running[key] = Daemon(exogated, write_settings(directory, **VARIANTS[variant]),
                                  engine=engine)
            running[key].wait_until_it_serves()
        assert running[key].process.poll() is None, running[key].log_text()[-6000:]
        return running[key]

    yield get
    end_all(running)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return request.param

# SPDX-License-Identifier: Apache-2.0
"""A daemon for each policy and engine, started once."""

import string
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conversations.daemon import Daemon, end_all
from lab.scripted_dns import Server

from . import evidence, signer
from .case import CORPUS

ENDPOINTS = CORPUS.parent / "data" / "endpoints-worldwide.json"
Held = Callable[[str, str], None]


@pytest.fixture
def held(closing: Callable[[str, str], None]) -> Held:
    """Counts the case, of a kind and in a way, as one whose verdict and reason were right."""
    return lambda kind, way: closing("corpus", f"{kind} as expected, {way}")


def write_policy(policy: str, directory: Path, sources: dict[str, str]) -> Path:
    """
    A policy of policies.toml, for a daemon in the directory; the path of its settings.  The words
    for the sources are evidence's.
    """
    policies = tomllib.loads((CORPUS / "policies.toml").read_text(encoding="utf-8"))
    text = (CORPUS / "policy.conf").read_text(encoding="utf-8")
    for values in (policies["relay"] | policies[policy],
                   {"directory": directory, "endpoints": ENDPOINTS, **sources}):
        text = string.Template(text).safe_substitute(values)
    for name, content in policies[policy].get("files", {}).items():
        (directory / name).write_text(content, encoding="utf-8")
        (directory / name).chmod(0o600)
    path = directory / "exogate.conf"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def name_server() -> Iterator[Server]:
    server = signer.serve()
    yield server
    server.close()


DaemonOf = Callable[[str, str, str], Daemon]


@pytest.fixture(scope="session")
def daemon_of(asan_program: Callable[[str], Path], name_server: Server,
              tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonOf]:
    """By policy, engine and source of signatures."""
    running: dict[tuple[str, str, str], Daemon] = {}

    def get(policy: str, engine: str, source: str) -> Daemon:
        key = (policy, engine, source)
        if key not in running:
            directory = tmp_path_factory.mktemp("-".join(("corpus", *key)))
            settings = write_policy(policy, directory,
                                    evidence.settings(source, name_server.place))
            daemon = Daemon(asan_program("exogated"), settings, engine=engine)
            daemon.wait_until_it_serves()
            running[key] = daemon
        return running[key]

    yield get
    end_all(running)

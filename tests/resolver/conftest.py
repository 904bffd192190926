# SPDX-License-Identifier: Apache-2.0
"""The resolver's probe, and DNS servers for it to ask."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab.scripted_dns import Behaviour, Server

PROBE = Path(__file__).resolve().parents[2] / "build" / "asan" / "tests" / "probe_resolver"


class Probe:
    """The resolver in a process of its own; each call returns once all is told."""

    def __init__(self, servers: str, timeout_ms: int = 3000, answers: int = 100,
                 messages: int = 10):
        self._process = subprocess.Popen([PROBE, servers, str(timeout_ms), str(answers),
                                          str(messages)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *names: str) -> list[str]:
        return self._command("ask", *names)

    def others(self, *names: str) -> list[str]:
        return self._command("others", *names)

    def authors(self, *names: str) -> list[str]:
        return self._command("authors", *names)

    def forget(self, *names: str) -> list[str]:
        return self._command("forget", *names)

    def _command(self, *words: str) -> list[str]:
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        lines: list[str] = []
        while (line := self._process.stdout.readline()) != "done\n":
            assert line, f"the probe ended with {self._process.wait()}"
            lines.append(line.rstrip("\n"))
        return lines

    def end(self) -> None:
        self._process.stdin.close()
        assert self._process.wait(timeout=10) == 0


@pytest.fixture
def serve() -> Iterator[Callable[[Behaviour], Server]]:
    servers: list[Server] = []

    def start(behaviour: Behaviour) -> Server:
        servers.append(Server(behaviour))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def probe() -> Iterator[Callable[..., Probe]]:
    probes: list[Probe] = []

    def start(*servers: Server, **options: int) -> Probe:
        probes.append(Probe(",".join(server.place for server in servers), **options))
        return probes[-1]

    yield start
    for one in probes:
        one.end()

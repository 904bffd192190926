# SPDX-License-Identifier: Apache-2.0
"""The resolver's probe, and DNS servers for it to ask."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from lab.namespaces import Namespace
from lab.scripted_dns import Behaviour, Server

PROBE = Path(__file__).resolve().parents[2] / "build" / "asan" / "tests" / "probe_resolver"


class Probe:
    """The resolver in a process of its own; each call returns once all is told."""

    def __init__(self, servers: str, timeout_ms: int = 3000, answers: int = 100,
                 messages: int = 10, within: Sequence[str] = ()):
        self._process = subprocess.Popen([*within, PROBE, servers, str(timeout_ms), str(answers),
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


class Host:
    """A namespace with an /etc, where is only a resolv.conf, and with servers at port 53, of its
    own."""

    def __init__(self, directory: Path):
        self._etc = directory / "etc"
        self._etc.mkdir()
        self.file = self._etc / "resolv.conf"
        self._namespace = Namespace(f"exogate-dns-{os.getpid()}")
        self._namespace.create()
        self._servers: list[Server] = []
        self._probes: list[Probe] = []

    def serve(self, behaviour: Behaviour) -> Server:
        with self._namespace.entered():
            self._servers.append(Server(behaviour, (f"127.0.0.{len(self._servers) + 1}", 53)))
        return self._servers[-1]

    def write(self, *servers: Server) -> None:
        self.file.write_text("".join(f"nameserver {server.place.partition(':')[0]}\n"
                                     for server in servers))

    def probe(self, **options: int) -> Probe:
        """It may not read what is another user's alone, like a daemon without privileges."""
        bind = ('mount --bind "$0" /etc && '
                'exec setpriv --bounding-set=-dac_override,-dac_read_search "$@"')
        within = self._namespace.argv(["unshare", "--mount", "sh", "-c", bind, self._etc])
        self._probes.append(Probe("", within=within, **options))
        return self._probes[-1]

    def end(self) -> None:
        for one in self._probes:
            one.end()
        for server in self._servers:
            server.close()
        self._namespace.end_processes()
        self._namespace.remove()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path)
    yield host
    host.end()


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

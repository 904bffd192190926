# SPDX-License-Identifier: Apache-2.0
"""DNS servers that answer as they are told, and the resolver's probe that asks them."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dnslib import QTYPE, RR, TXT, DNSRecord

PROBE = Path(__file__).resolve().parents[2] / "build" / "asan" / "tests" / "probe_resolver"

# What to send back for a query that came by "udp" or "tcp": nothing, or one or more messages.
Behaviour = Callable[[DNSRecord, str], list[bytes]]


def text(query: DNSRecord, *texts: str | list[str], ttl: int = 300,
         name: str | None = None) -> DNSRecord:
    """A reply with a TXT record for each of the texts, which may be several strings."""
    reply = query.reply()
    for value in texts:
        reply.add_answer(RR(name or str(query.q.qname), QTYPE.TXT, ttl=ttl, rdata=TXT(value)))
    return reply


class Server:
    """Answers over UDP and TCP on one port of the loopback, and keeps what it was asked."""

    def __init__(self, behaviour: Behaviour):
        self.behaviour = behaviour
        self.asked: list[tuple[str, str]] = []   # name and transport
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(self._tcp.getsockname())
        self.place = "127.0.0.1:%d" % self._tcp.getsockname()[1]
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    def names(self) -> list[str]:
        return [name for name, _ in self.asked]

    def close(self) -> None:
        for one in (self._udp, self._tcp):
            one.close()

    def _answers(self, data: bytes, transport: str) -> list[bytes]:
        query = DNSRecord.parse(data)
        self.asked.append((str(query.q.qname).rstrip("."), transport))
        return self.behaviour(query, transport)

    def _serve_udp(self) -> None:
        while True:
            try:
                data, client = self._udp.recvfrom(65535)
                for answer in self._answers(data, "udp"):
                    self._udp.sendto(answer, client)
            except OSError:
                return

    def _serve_tcp(self) -> None:
        while True:
            try:
                client, _ = self._tcp.accept()
                with client, client.makefile("rb") as stream:
                    data = stream.read(int.from_bytes(stream.read(2), "big"))
                    for answer in self._answers(data, "tcp"):
                        client.sendall(len(answer).to_bytes(2, "big") + answer)
                    stream.read(1)
            except OSError:
                if self._tcp.fileno() < 0:
                    return


class Probe:
    """The resolver in a process of its own; each call returns once all is told."""

    def __init__(self, servers: str, timeout_ms: int = 3000, entries: int = 100):
        self._process = subprocess.Popen([PROBE, servers, str(timeout_ms), str(entries)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *names: str) -> list[str]:
        return self._command("ask", *names)

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

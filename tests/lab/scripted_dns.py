# SPDX-License-Identifier: Apache-2.0
"""DNS servers on the loopback that answer as they are told: with lies, failures and silence."""

import socket
import threading
from collections.abc import Callable, Mapping

from dnslib import QTYPE, RCODE, RR, TXT, DNSRecord

STRING_OCTETS = 255   # of a TXT record, RFC 1035 3.3

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
    """Answers over UDP and TCP at one place of the loopback, and keeps what it was asked."""

    def __init__(self, behaviour: Behaviour, place: tuple[str, int] = ("127.0.0.1", 0)):
        self.behaviour = behaviour
        self.asked: list[tuple[str, str]] = []   # name and transport
        self._tcp = socket.create_server(place)
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(self._tcp.getsockname())
        self.place = "%s:%d" % self._tcp.getsockname()
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


class Records(Server):
    """Has these TXT records, and denies all others."""

    def __init__(self, records: Mapping[str, str]):
        self._records = records
        super().__init__(self._answer)

    def _answer(self, query: DNSRecord, transport: str) -> list[bytes]:
        record = self._records.get(str(query.q.qname).rstrip("."))
        if record is None:
            reply = query.reply()
            reply.header.rcode = RCODE.NXDOMAIN
            return [reply.pack()]
        return [text(query, [record[i:i + STRING_OCTETS]
                             for i in range(0, len(record), STRING_OCTETS)]).pack()]

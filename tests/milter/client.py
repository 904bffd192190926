# SPDX-License-Identifier: Apache-2.0
"""Speaks to a filter as Postfix 3.7 does.

One connection for an SMTP session; a macro packet before every event, also of those that the filter
switched off; no waiting where the filter said that it will not reply; writes of at most 4096 bytes;
ABORT after each message, sent with what comes next; ABORT, ABORT, QUIT at the end.
"""

import socket
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .delivery import OWN_RECEIVED, Delivered, apply_edits
from .wire import (ACTION_OF, LEADING_SPACE, NO_BIT, NR_BIT, Decoder, Edit, Packet, ProtocolError,
                   Verdict, decode_edit, decode_verdict)

WRITE_BYTES = 4096
BODY_CHUNK_BYTES = 65535
TIMEOUT_S = 20


@dataclass(frozen=True)
class Offer:
    version: int = 6
    actions: int = 0x1ff
    steps: int = 0x1fffff


@dataclass
class Answer:
    """What came after END_OF_MESSAGE."""
    verdict: Verdict
    edits: list[Edit]
    delivered: Delivered | None = None   # of an acceptance


@dataclass
class Message:
    mail_from: str = "alice@contoso.com"
    rcpts: tuple[str, ...] = ("bob@elsewhere.example",)
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b"Hello.\r\n"
    queue_id: str = "4ABCDEF"
    mail_macros: Mapping[str, str] = field(default_factory=dict)


def strings(*values: str) -> bytes:
    return b"".join(value.encode("utf-8", "surrogateescape") + b"\0" for value in values)


Place = Path | tuple[str, int]      # of a unix socket, or an address and port


def connect(place: Place) -> socket.socket:
    if isinstance(place, tuple):
        return socket.create_connection(place, TIMEOUT_S)
    connected = socket.socket(socket.AF_UNIX)
    connected.settimeout(TIMEOUT_S)
    connected.connect(str(place))
    return connected


class Connection:
    """Packets over a socket, all bytes of both directions kept."""

    def __init__(self, place: Place) -> None:
        self.socket = connect(place)
        self.buffer = b""
        self.decoder = Decoder()
        self.sent = b""
        self.received = b""

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.socket.close()

    def put(self, packet: Packet) -> None:
        self.buffer += packet.encode()
        while len(self.buffer) >= WRITE_BYTES:
            self._write(self.buffer[:WRITE_BYTES])

    def flush(self) -> None:
        if self.buffer:
            self._write(self.buffer)

    def send_raw(self, data: bytes) -> None:
        self.flush()
        self.socket.sendall(data)
        self.sent += data

    def _write(self, data: bytes) -> None:
        self.socket.sendall(data)
        self.sent += data
        self.buffer = self.buffer[len(data):]

    def _read(self) -> bytes:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.received += data
        self.decoder.feed(data)
        return data

    def get(self) -> Packet:
        self.flush()
        while (packet := self.decoder.next()) is None:
            if not self._read():
                raise ProtocolError("the filter closed the connection")
        return packet

    def rest(self) -> list[Packet]:
        """All that still comes until the filter closes."""
        while self._read():
            pass
        packets = []
        while packet := self.decoder.next():
            packets.append(packet)
        return packets


class Mta:
    """One SMTP session; see the module's text."""

    def __init__(self, place: Place, offer: Offer = Offer(),
                 connection: type[Connection] = Connection) -> None:
        self.connection = connection(place)
        self.offer = offer
        self.version = self.actions = self.steps = 0

    def __enter__(self) -> "Mta":
        self.negotiate()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.connection.socket.close()

    def negotiate(self) -> None:
        offer = self.offer
        self.connection.put(Packet(b"O", struct.pack("!III", offer.version, offer.actions,
                                                     offer.steps)))
        reply = self.connection.get()
        if reply.command != b"O" or len(reply.data) < 12:
            raise ProtocolError(f"not an answer to the offer: {reply}")
        self.version, self.actions, self.steps = struct.unpack("!III", reply.data[:12])
        if self.version > offer.version or self.actions & ~offer.actions:
            raise ProtocolError(f"asks for more than was offered: {reply}")

    def event(self, command: bytes, data: bytes = b"",
              macros: Mapping[str, str] | None = None) -> None:
        pairs = [part for pair in (macros or {}).items() for part in pair]
        self.connection.put(Packet(b"D", command + strings(*pairs)))
        if self.steps & NO_BIT[command]:
            return
        self.connection.put(Packet(command, data))
        if self.steps & NR_BIT[command]:
            return
        verdict = decode_verdict(self.connection.get())
        if verdict != Verdict("continue"):
            raise ProtocolError(f"{command!r} is answered with {verdict}")

    def connect(self, address: str = "40.107.1.2", family: str = "4") -> None:
        macros = {"j": "relay.example.net", "{daemon_name}": "relay.example.net",
                  "{daemon_addr}": "198.51.100.1", "v": "Postfix 3.7.11",
                  "_": f"unknown [{address}]"}
        place = b"" if family == "U" else struct.pack("!H", 56046) + strings(address)
        self.event(b"C", strings("client.example") + family.encode() + place, macros)

    def helo(self, certificate: str | None = None, tls: bool | None = None) -> None:
        """An EHLO; tls defaults to whether there is a certificate."""
        macros = {}
        if tls if tls is not None else certificate is not None:
            macros = {"{tls_version}": "TLSv1.3", "{cipher}": "TLS_AES_256_GCM_SHA384",
                      "{cipher_bits}": "256"}
        if certificate is not None:
            macros |= {"{cert_subject}": certificate, "{cert_issuer}": "Some CA"}
        self.event(b"H", strings("outbound.protection.outlook.com"), macros)

    def mail(self, message: Message) -> None:
        self.event(b"M", strings(f"<{message.mail_from}>", "SIZE=1024"),
                   {**message.mail_macros, "{mail_addr}": message.mail_from,
                    "{mail_host}": "next.example", "{mail_mailer}": "smtp"})

    def rcpt(self, rcpt: str, queue_id: str | None = None) -> None:
        macros = {"i": queue_id} if queue_id else {}
        macros |= {"{rcpt_addr}": rcpt, "{rcpt_host}": "next.example", "{rcpt_mailer}": "smtp"}
        self.event(b"R", strings(f"<{rcpt}>"), macros)

    def envelope(self, message: Message) -> None:
        self.mail(message)
        for n, rcpt in enumerate(message.rcpts):
            self.rcpt(rcpt, message.queue_id if n else None)

    def content(self, message: Message) -> None:
        """DATA, the header and the body, as smtpd and then cleanup send them."""
        macros = {"i": message.queue_id}
        self.event(b"T", macros=macros)
        for name, value in message.fields:
            if not self.steps & LEADING_SPACE:
                value = value.removeprefix(" ")
            self.event(b"L", strings(name, value), macros)
        self.event(b"N", macros=macros)
        for at in range(0, len(message.body), BODY_CHUNK_BYTES):
            self.event(b"B", message.body[at:at + BODY_CHUNK_BYTES], macros)

    def end(self, message: Message) -> Answer:
        self.connection.put(Packet(b"D", b"E" + strings("i", message.queue_id)))
        self.connection.put(Packet(b"E"))
        edits = []
        while (verdict := decode_verdict(packet := self.connection.get())) is None:
            if packet.command == b"p":
                continue
            edit = decode_edit(packet)
            if not ACTION_OF[edit.op] & self.actions:
                raise ProtocolError(f"an edit that was not negotiated: {edit}")
            edits.append(edit)
        answer = Answer(verdict, edits)
        if verdict.word in ("accept", "continue"):
            answer.delivered = self._deliver(message, edits)
        self.abort()
        return answer

    def _deliver(self, message: Message, edits: Iterable[Edit]) -> Delivered:
        before = Delivered(message.mail_from, message.rcpts, (OWN_RECEIVED, *message.fields),
                           message.body.decode("latin-1"))
        return apply_edits(before, edits, bool(self.steps & LEADING_SPACE))

    def message(self, message: Message) -> Answer:
        self.envelope(message)
        self.content(message)
        return self.end(message)

    def abort(self) -> None:
        self.connection.put(Packet(b"A"))

    def quit(self) -> None:
        """Says good-bye; a reply that no event asked for is an error."""
        self.abort()
        self.connection.put(Packet(b"Q"))
        self.connection.flush()
        stray = self.connection.rest()
        if stray or self.connection.decoder.pending:
            raise ProtocolError(f"stray replies: {stray} {self.connection.decoder.pending!r}")

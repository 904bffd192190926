# SPDX-License-Identifier: Apache-2.0
"""The milter protocol as an MTA sees it: packets, and what a filter's replies mean.

Written from the protocol's description alone; nothing is shared with the daemon under test.
"""

import struct
from dataclasses import dataclass

# Steps: what the MTA need not send (NO), not wait for (NR), and how headers look.
NO_CONNECT, NO_HELO, NO_MAIL, NO_RCPT, NO_BODY, NO_HEADERS, NO_EOH = (1 << n for n in range(7))
NR_HEADER, NO_UNKNOWN, NO_DATA, SKIP, RCPT_REJECTED = (1 << n for n in range(7, 12))
NR_CONNECT, NR_HELO, NR_MAIL, NR_RCPT, NR_DATA, NR_UNKNOWN, NR_EOH, NR_BODY = (
    1 << n for n in range(12, 20))
LEADING_SPACE = 1 << 20

NO_BIT = {b"C": NO_CONNECT, b"H": NO_HELO, b"M": NO_MAIL, b"R": NO_RCPT, b"T": NO_DATA,
          b"U": NO_UNKNOWN, b"L": NO_HEADERS, b"N": NO_EOH, b"B": NO_BODY}
NR_BIT = {b"C": NR_CONNECT, b"H": NR_HELO, b"M": NR_MAIL, b"R": NR_RCPT, b"T": NR_DATA,
          b"U": NR_UNKNOWN, b"L": NR_HEADER, b"N": NR_EOH, b"B": NR_BODY}

VERDICTS = {b"c": "continue", b"a": "accept", b"r": "reject", b"t": "tempfail", b"d": "discard",
            b"s": "skip", b"4": "shutdown", b"f": "connection-failure"}


class ProtocolError(Exception):
    """The filter sent what no filter may send now."""


@dataclass(frozen=True)
class Packet:
    command: bytes
    data: bytes = b""

    def encode(self) -> bytes:
        return struct.pack("!I", 1 + len(self.data)) + self.command + self.data


class Decoder:
    """Bytes in any pieces become packets."""

    def __init__(self) -> None:
        self.pending = b""

    def feed(self, data: bytes) -> None:
        self.pending += data

    def next(self) -> Packet | None:
        if len(self.pending) < 4:
            return None
        (length,) = struct.unpack("!I", self.pending[:4])
        if not 0 < length <= 1 << 24:
            raise ProtocolError(f"a packet of {length} bytes")
        if len(self.pending) < 4 + length:
            return None
        body, self.pending = self.pending[4:4 + length], self.pending[4 + length:]
        return Packet(body[:1], body[1:])


def decode_all(data: bytes) -> list[Packet]:
    """The packets of a whole stream, which must end with the last of them."""
    decoder, packets = Decoder(), []
    decoder.feed(data)
    while packet := decoder.next():
        packets.append(packet)
    if decoder.pending:
        raise ProtocolError(f"half a packet at the end: {decoder.pending!r}")
    return packets


def strings(data: bytes) -> list[bytes]:
    if data and not data.endswith(b"\0"):
        raise ProtocolError(f"a string without its NUL: {data!r}")
    return data.split(b"\0")[:-1]


@dataclass(frozen=True)
class Verdict:
    word: str              # of VERDICTS, or "reply"
    text: str = ""         # of a reply: "550 5.7.1 ..."; as the SMTP client would see it


@dataclass(frozen=True)
class Edit:
    op: str
    name: str = ""
    index: int = 0
    value: str = ""


def text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def check_reply_lines(reply: str) -> None:
    """Lines end in CR LF and have the same codes, with "-" in all but the last (RFC 5321 4.2.1)."""
    *others, last = reply.split("\r\n")
    if any(c in line for line in (*others, last) for c in "\r\n"):
        raise ProtocolError(f"a line break in a line of a reply: {reply!r}")
    codes = f"{last[:3]}-{last[4:].split(' ')[0]} "
    if not all(line.startswith(codes) for line in others) or (others and last[3:4] != " "):
        raise ProtocolError(f"lines of a reply differ in their codes: {reply!r}")


def decode_reply_text(data: bytes) -> str:
    """What Postfix makes of a REPLYCODE: a doubled % is one, a single one vanishes."""
    (line,) = strings(data)
    word = text(line)
    if not (word[:1] in ("4", "5") and word[:3].isdigit() and word[3:4] in (" ", "-")):
        raise ProtocolError(f"not an SMTP reply: {word!r}")
    if word[4:6] in ("4.", "5.") and word[4] != word[0]:
        raise ProtocolError(f"the classes of the codes differ: {word!r}")
    check_reply_lines(word)
    return word.replace("%%", "\0").replace("%", "").replace("\0", "%")


def decode_verdict(packet: Packet) -> Verdict | None:
    """The verdict, or None if the packet is none."""
    if packet.command == b"y":
        return Verdict("reply", decode_reply_text(packet.data))
    if packet.command in VERDICTS:
        if packet.data:
            raise ProtocolError(f"a verdict with data: {packet}")
        return Verdict(VERDICTS[packet.command])
    return None


def _decode_header_edit(packet: Packet) -> Edit:
    (index,) = struct.unpack("!I", packet.data[:4])
    name, value = map(text, strings(packet.data[4:]))
    if packet.command == b"i":
        return Edit("insert_header", name, index, value)
    return Edit("change_header" if value else "delete_header", name, index, value)


def decode_edit(packet: Packet) -> Edit:
    if packet.command in (b"i", b"m"):
        return _decode_header_edit(packet)
    if packet.command == b"h":
        name, value = map(text, strings(packet.data))
        return Edit("add_header", name, 0, value)
    if packet.command == b"e":
        address, *arguments = map(text, strings(packet.data))
        return Edit("change_from", " ".join(arguments), 0, address)
    if packet.command in (b"+", b"2", b"-"):
        address, *arguments = map(text, strings(packet.data))
        op = "delete_rcpt" if packet.command == b"-" else "add_rcpt"
        return Edit(op, " ".join(arguments), 0, address)
    if packet.command == b"b":
        return Edit("replace_body", value=packet.data.decode("latin-1"))
    if packet.command == b"q":
        (reason,) = map(text, strings(packet.data))
        return Edit("quarantine", value=reason)
    raise ProtocolError(f"not a reply: {packet}")


# What the MTA must have offered, and the filter asked for, before it sends an edit.
ACTION_OF = {"add_header": 0x01, "insert_header": 0x01, "replace_body": 0x02, "add_rcpt": 0x04,
             "delete_rcpt": 0x08, "change_header": 0x10, "delete_header": 0x10,
             "quarantine": 0x20, "change_from": 0x40}

# SPDX-License-Identifier: Apache-2.0
"""What the filter must find in a frame, written from the RFCs and not from bpf/classify.h.

It decides as far as the list of sources: "unlisted" means that the list is to be asked.  Only the
bytes that are there count: IPv4's total length and IPv6's payload length are not looked at, since
a receiver that trims by them sees less than is judged here, never more.

    Ethernet, 802.1Q, 802.1ad     IEEE 802.3, 802.1Q
    IPv4                          RFC 791, RFC 3128 (tiny fragments)
    IPv6 and its extensions       RFC 8200, RFC 7112, RFC 4302 (AH), RFC 6275 (mobility)
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

TAGS_MAX = 8
EXTENSIONS_MAX = 8

VLAN_TYPES = {0x8100, 0x88a8}
IP4, IP6 = 0x0800, 0x86dd
TCP = 6
HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION, MOBILITY = 0, 43, 44, 51, 60, 135
EXTENSIONS = {HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION, MOBILITY}


@dataclass(frozen=True)
class Endpoint:
    """TCP to this port of this address; None is every address of both families."""
    address: IPv4Address | IPv6Address | None
    port: int

    def __str__(self) -> str:
        if self.address is None:
            return f"any:{self.port}"
        return f"{self.address}:{self.port}" if self.address.version == 4 \
            else f"[{self.address}]:{self.port}"


@dataclass(frozen=True)
class Finding:
    """The reason, and for "unlisted" the source that the list is asked for and the port."""
    reason: str
    source: bytes = b""
    port: int = 0


class _Decided(Exception):
    def __init__(self, reason: str):
        self.reason = reason


def classify(frame: bytes, endpoints: list[Endpoint]) -> Finding:
    try:
        kind, packet = _untag(frame)
        if kind == IP4:
            source, ports, segment = _ip4(packet, endpoints)
        else:
            source, ports, segment = _ip6(packet, endpoints)
    except _Decided as decided:
        return Finding(decided.reason)
    if len(segment) < 4:
        return Finding("ports-cut")
    port = _number(segment, 2)
    return Finding("unlisted", source, port) if port in ports else Finding("unprotected")


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at:at + 2], "big")


def _untag(frame: bytes) -> tuple[int, bytes]:
    """The type of what is under the tags, and that."""
    at, tags = 12, 0
    while True:
        if len(frame) < at + 2:
            raise _Decided("malformed")
        kind = _number(frame, at)
        if kind not in VLAN_TYPES:
            break
        tags += 1
        if tags > TAGS_MAX:
            raise _Decided("tag-limit")
        at += 4
    if kind not in (IP4, IP6):
        raise _Decided("not-ip")
    return kind, frame[at + 2:]


def _ports(endpoints: list[Endpoint], destination: IPv4Address | IPv6Address) -> set[int]:
    """The ports of that address that are protected."""
    ports = {endpoint.port for endpoint in endpoints if endpoint.address in (None, destination)}
    if not ports:
        raise _Decided("unprotected")
    return ports


def _ip4(packet: bytes, endpoints: list[Endpoint]) -> tuple[bytes, set[int], bytes]:
    length = (packet[0] & 15) * 4 if packet else 0
    if len(packet) < 20 or packet[0] >> 4 != 4 or length < 20 or len(packet) < length:
        raise _Decided("malformed")
    if length > 20:  # a source route (RFC 791 3.1) may lead to another address of the host
        ports = {endpoint.port for endpoint in endpoints
                 if endpoint.address is None or endpoint.address.version == 4}
    else:
        ports = _ports(endpoints, IPv4Address(packet[16:20]))
    if packet[9] != TCP:
        raise _Decided("not-tcp")
    offset = _number(packet, 6) & 0x1fff
    if offset == 1:
        raise _Decided("tiny-fragment")
    if offset:
        raise _Decided("fragment")
    return packet[12:16], ports, packet[length:]


def _ip6(packet: bytes, endpoints: list[Endpoint]) -> tuple[bytes, set[int], bytes]:
    if len(packet) < 40 or packet[0] >> 4 != 6:
        raise _Decided("malformed")
    ports = _ports(endpoints, IPv6Address(packet[24:40]))
    following, rest = packet[6], packet[40:]
    extensions = 0
    while following in EXTENSIONS:
        extensions += 1
        if extensions > EXTENSIONS_MAX:
            raise _Decided("extension-limit")
        following, rest = _skip(following, rest)
    if following != TCP:
        raise _Decided("not-tcp")
    return packet[8:24], ports, rest


def _skip(kind: int, rest: bytes) -> tuple[int, bytes]:
    """What follows an extension header."""
    if len(rest) < 8:
        raise _Decided("chain-cut")
    if kind == FRAGMENT:
        if _number(rest, 2) >> 3:
            raise _Decided("fragment")
        length = 8
    elif kind == AUTHENTICATION:
        length = (rest[1] + 2) * 4
    else:
        length = (rest[1] + 1) * 8
    if len(rest) < length:
        raise _Decided("chain-cut")
    return rest[0], rest[length:]

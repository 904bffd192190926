# SPDX-License-Identifier: Apache-2.0
"""Sequences of frames to put to a kernel that listens on port 25, and then to the filter.

No row says what is right: the kernel does.  A row names the reason for which the filter may drop
what the kernel would answer a listed source, where that is a documented limit (bpf/classify.h).
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from scapy.layers.inet import IP, TCP, IPOption
from scapy.layers.inet6 import IPv6, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, Jumbo, RouterAlert
from scapy.layers.l2 import GRE, LLC, SNAP, Dot1AD, Dot1Q, Ether
from scapy.packet import Packet, Raw

from .cases import RELAY4, RELAY6, ah, ether, fragment6, hopbyhop, mobility, options, tagged

SECOND4, SECOND6 = "192.0.2.26", "2001:db8:25::26"
SKIPPED, DISCARDED = 0x1e, 0x5e  # types of options that nobody knows: RFC 8200 4.2


@dataclass(frozen=True)
class Sender:
    """A source that the rows are written for; replies are told apart by the port."""
    address4: str
    address6: str
    port: int

    def tcp(self, flags: str = "S", **fields) -> TCP:
        return TCP(sport=self.port, dport=25, flags=flags, seq=1000, **fields)

    def ip4(self, **fields) -> IP:
        return IP(**{"src": self.address4, "dst": RELAY4, "id": self.port} | fields)

    def ip6(self, **fields) -> IPv6:
        return IPv6(**{"src": self.address6, "dst": RELAY6} | fields)

    def syn4(self, payload: bytes = b"", **fields) -> Packet:
        return ether() / self.ip4(**fields) / self.tcp() / Raw(payload)

    def syn6(self, payload: bytes = b"", **fields) -> Packet:
        return ether() / self.ip6(**fields) / self.tcp() / Raw(payload)

    def segment4(self, payload: bytes = bytes(28), **fields) -> bytes:
        """A SYN with the checksum of the whole packet, to be cut in pieces."""
        return bytes(self.ip4() / self.tcp(**fields) / Raw(payload))[20:]

    def segment6(self, payload: bytes = bytes(28), **fields) -> bytes:
        return bytes(self.ip6() / self.tcp(**fields) / Raw(payload))[40:]

    def after6(self, header: Packet | bytes, kind: int = 60) -> Packet:
        """A SYN after a header of that kind, given without what follows it."""
        return ether() / self.ip6(nh=kind) / Raw(bytes(header) + self.segment6(b""))

    def piece4(self, at: int, data: bytes, more: bool, **fields) -> Packet:
        flags = fields.pop("flags", "MF" if more else "")
        return ether() / self.ip4(frag=at // 8, flags=flags, proto=6, **fields) / Raw(data)

    def piece6(self, at: int, data: bytes, more: bool, nh: int = 6) -> Packet:
        return ether() / self.ip6() / fragment6(data, nh=nh, offset=at // 8, m=int(more),
                                                id=self.port)

    def pieces4(self, size: int, **fields) -> list[Packet]:
        return cut(self.segment4(), size, lambda *piece: self.piece4(*piece, **fields))

    def pieces6(self, size: int, segment: bytes | None = None, nh: int = 6) -> list[Packet]:
        return cut(segment or self.segment6(), size, lambda *piece: self.piece6(*piece, nh=nh))


def cut(segment: bytes, size: int, piece: Callable[[int, bytes, bool], Packet]) -> list[Packet]:
    return [piece(at, segment[at:at + size], at + size < len(segment))
            for at in range(0, len(segment), size)]


def option(size: int, kind: int = SKIPPED, following: int = 6) -> bytes:
    """An options header of size bytes with one option in it."""
    return bytes([following, size // 8 - 1, kind, size - 4]) + bytes(size - 4)


def destinations(n: int) -> bytes:
    """n destination options headers, the last before TCP."""
    headers = [bytes([60, 0, 1, 4]) + bytes(4)] * n
    headers[-1] = bytes([6]) + headers[-1][1:]
    return b"".join(headers)


def routing(kind: int, left: int = 0) -> bytes:
    return bytes([6, 2, kind, left]) + bytes(20)


def retyped(frame: Packet, kind: int) -> bytes:
    whole = bytes(frame)
    return whole[:12] + struct.pack(">H", kind) + whole[14:]


def redirected(port: int, segment: bytes) -> bytes:
    """The segment as if for another port, its checksum corrected (RFC 1624)."""
    check = struct.unpack_from(">H", segment, 16)[0]
    total = (~check & 0xffff) + (~25 & 0xffff) + port
    total = (total & 0xffff) + (total >> 16)
    total = (total & 0xffff) + (total >> 16)
    return segment[:2] + struct.pack(">H", port) + segment[4:16] \
        + struct.pack(">H", ~total & 0xffff) + segment[18:]


@dataclass(frozen=True)
class Sequence:
    id: str
    what: str
    frames: Callable[[Sender], list[Packet | bytes]]
    limit: str | None = None  # the reason for which a listed source may be dropped


TAGS, EXTENSIONS, TINY, CHAIN = "tag-limit", "extension-limit", "tiny-fragment", "chain-cut"
OF_NO_LIST = "unlisted"  # the row has a source of its own
TCP_OPTIONS = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("WScale", 7)]

SEQUENCES = [
    Sequence("plain4", "SYN, IPv4", lambda s: [s.syn4()]),
    Sequence("plain6", "SYN, IPv6", lambda s: [s.syn6()]),
    Sequence("second4", "another address of the host", lambda s: [s.syn4(dst=SECOND4)]),
    Sequence("second6", "the same, IPv6", lambda s: [s.syn6(dst=SECOND6)]),
    Sequence("options4", "SYN with the usual TCP options, IPv4",
             lambda s: [ether() / s.ip4() / s.tcp(options=TCP_OPTIONS)]),
    Sequence("options6", "the same, IPv6",
             lambda s: [ether() / s.ip6() / s.tcp(options=TCP_OPTIONS)]),
    Sequence("ecn", "SYN that asks for ECN", lambda s: [ether() / s.ip4() / s.tcp("SEC")]),
    Sequence("syn-data4", "SYN with data, IPv4", lambda s: [s.syn4(b"EHLO x\r\n")]),
    Sequence("syn-data6", "SYN with data, IPv6", lambda s: [s.syn6(b"EHLO x\r\n")]),
    Sequence("fast-open", "SYN that asks for a Fast Open cookie, with data",
             lambda s: [ether() / s.ip4() / s.tcp(options=[(34, b"")]) / Raw(b"EHLO x\r\n")]),
    Sequence("fast-open-cookie", "SYN with a Fast Open cookie and data",
             lambda s: [ether() / s.ip6() / s.tcp(options=[(34, bytes(8))]) / Raw(b"EHLO x\r\n")]),

    Sequence("ack4", "ACK without a connection", lambda s: [ether() / s.ip4() / s.tcp("A")]),
    Sequence("ack6", "the same, IPv6", lambda s: [ether() / s.ip6() / s.tcp("A")]),
    Sequence("data", "data without a connection",
             lambda s: [ether() / s.ip4() / s.tcp("PA") / Raw(b"EHLO x\r\n")]),
    Sequence("synack", "SYN+ACK", lambda s: [ether() / s.ip4() / s.tcp("SA")]),
    Sequence("finack", "FIN+ACK", lambda s: [ether() / s.ip4() / s.tcp("FA")]),
    Sequence("fin", "FIN", lambda s: [ether() / s.ip4() / s.tcp("F")]),
    Sequence("null", "no flags", lambda s: [ether() / s.ip4() / s.tcp("")]),
    Sequence("xmas", "FIN+PSH+URG", lambda s: [ether() / s.ip4() / s.tcp("FPU")]),
    Sequence("synfin", "SYN+FIN", lambda s: [ether() / s.ip4() / s.tcp("SF")]),
    Sequence("synpsh", "SYN+PSH+URG", lambda s: [ether() / s.ip4() / s.tcp("SPU")]),
    Sequence("rst", "RST", lambda s: [ether() / s.ip4() / s.tcp("R")]),

    *(Sequence(f"tags-{n}", f"{n} VLAN tags of id 0",
               lambda s, n=n: [ether() / tagged(n, s.ip4() / s.tcp())], TAGS if n > 8 else None)
      for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 24, 32)),
    *(Sequence(f"tags6-{n}", f"{n} VLAN tags of id 0, IPv6",
               lambda s, n=n: [ether() / tagged(n, s.ip6() / s.tcp())], TAGS if n > 8 else None)
      for n in (1, 8, 9, 32)),
    Sequence("tags-ad", "802.1ad and 802.1Q tags of id 0",
             lambda s: [ether() / Dot1AD(vlan=0) / Dot1Q(vlan=0, prio=7) / s.ip4() / s.tcp()]),
    Sequence("tags-q-ad", "802.1Q, then 802.1ad",
             lambda s: [ether() / Dot1Q(vlan=0) / Dot1AD(vlan=0) / s.ip6() / s.tcp()]),
    Sequence("tag-100", "a tag of an id that the host has not",
             lambda s: [ether() / Dot1Q(vlan=100) / s.ip4() / s.tcp()]),
    Sequence("tag-9100", "a tag of type 0x9100",
             lambda s: [retyped(ether() / Dot1Q(vlan=0) / s.ip4() / s.tcp(), 0x9100)]),
    Sequence("tags-options", "tags, IPv4 options",
             lambda s: [ether() / tagged(3, s.ip4(options=[IPOption(b"\1" * 8)]) / s.tcp())]),
    Sequence("snap", "IPv4 in LLC and SNAP",
             lambda s: [Ether(dst=ether().dst, type=60) / LLC(dsap=0xaa, ssap=0xaa, ctrl=3)
                        / SNAP(code=0x800) / s.ip4() / s.tcp()]),
    Sequence("to-broadcast", "to the broadcast MAC address",
             lambda s: [Ether(dst="ff:ff:ff:ff:ff:ff") / s.ip4() / s.tcp()]),
    Sequence("type-of-6", "IPv4 under the type of IPv6", lambda s: [retyped(s.syn4(), 0x86dd)]),
    Sequence("type-of-4", "IPv6 under the type of IPv4", lambda s: [retyped(s.syn6(), 0x0800)]),

    Sequence("nops", "one word of IPv4 options",
             lambda s: [s.syn4(options=[IPOption(b"\1\1\1\1")])]),
    Sequence("ihl-15", "ten words of IPv4 options",
             lambda s: [s.syn4(options=[IPOption(b"\1" * 40)])]),
    Sequence("record-route", "record route",
             lambda s: [s.syn4(options=[IPOption(b"\x07\x0b\x04" + bytes(8) + b"\0")])]),
    Sequence("timestamp", "IPv4 timestamps",
             lambda s: [s.syn4(options=[IPOption(b"\x44\x0c\x05\x00" + bytes(8))])]),
    Sequence("alert", "router alert", lambda s: [s.syn4(options=[IPOption(b"\x94\x04\0\0")])]),
    Sequence("source-route", "loose source route, at its end",
             lambda s: [s.syn4(options=[IPOption(b"\x83\x07\x08\xc0\x00\x02\x01\0")])]),
    Sequence("source-route-on", "loose source route to another address of the host",
             lambda s: [s.syn4(dst=SECOND4,
                               options=[IPOption(b"\x83\x07\x04\xc0\x00\x02\x19\0")])]),

    Sequence("padded4", "padding to 60 bytes", lambda s: [bytes(s.syn4()) + bytes(6)]),
    Sequence("trailer4", "bytes beyond the total length",
             lambda s: [bytes(s.syn4()) + bytes(100)]),
    Sequence("trailer6", "bytes beyond the payload length",
             lambda s: [bytes(s.syn6()) + bytes(100)]),
    Sequence("tot-len-20", "TCP beyond the total length", lambda s: [s.syn4(len=20)]),
    Sequence("tot-len-39", "total length that cuts TCP", lambda s: [s.syn4(len=39)]),
    Sequence("tot-len-0", "total length 0", lambda s: [s.syn4(len=0)]),
    Sequence("tot-len-past", "total length beyond the frame", lambda s: [s.syn4(len=1000)]),
    Sequence("payload-len-0", "payload length 0", lambda s: [s.syn6(plen=0)]),
    Sequence("payload-len-19", "payload length that cuts TCP", lambda s: [s.syn6(plen=19)]),
    Sequence("ip-checksum", "wrong IP checksum", lambda s: [s.syn4(chksum=1)]),
    Sequence("tcp-checksum", "wrong TCP checksum",
             lambda s: [ether() / s.ip4() / s.tcp(chksum=1)]),
    Sequence("ttl-1", "time to live 1", lambda s: [s.syn4(ttl=1)]),
    Sequence("ttl-0", "time to live 0", lambda s: [s.syn4(ttl=0)]),
    Sequence("tos", "every bit of the type of service", lambda s: [s.syn4(tos=0xff)]),
    Sequence("flow", "traffic class and flow label", lambda s: [s.syn6(tc=0xff, fl=0xfffff)]),
    Sequence("df", "don't fragment", lambda s: [s.syn4(flags="DF")]),
    Sequence("reserved", "the reserved flag", lambda s: [s.syn4(flags="evil")]),
    Sequence("reserved-all", "the reserved flag and don't fragment",
             lambda s: [s.syn4(flags="evil+DF")]),
    Sequence("doff-0", "TCP data offset 0", lambda s: [ether() / s.ip4() / s.tcp(dataofs=0)]),
    Sequence("doff-4", "TCP data offset 4", lambda s: [ether() / s.ip4() / s.tcp(dataofs=4)]),
    Sequence("doff-15", "TCP data offset 15, of data",
             lambda s: [ether() / s.ip4() / s.tcp(dataofs=15) / Raw(b"\1" * 40)]),
    Sequence("doff-past", "TCP data offset beyond the segment",
             lambda s: [ether() / s.ip4() / s.tcp(dataofs=15)]),
    Sequence("tcp-reserved", "reserved bits of TCP",
             lambda s: [ether() / s.ip4() / s.tcp(reserved=7)]),
    Sequence("urgent", "an urgent pointer", lambda s: [ether() / s.ip4() / s.tcp("SU", urgptr=9)]),

    Sequence("frag4-8", "pieces of 8 bytes", lambda s: s.pieces4(8), TINY),
    Sequence("frag4-8-back", "the same, last first", lambda s: s.pieces4(8)[::-1], TINY),
    Sequence("frag4-8-odd", "the same, every second first",
             lambda s: s.pieces4(8)[1::2] + s.pieces4(8)[::2], TINY),
    Sequence("frag4-8-df", "the same, with don't fragment",
             lambda s: [*s.pieces4(8, flags="MF+DF")[:-1], s.pieces4(8)[-1]], TINY),
    Sequence("frag4-16", "pieces of 16 bytes", lambda s: s.pieces4(16)),
    Sequence("frag4-16-back", "the same, last first", lambda s: s.pieces4(16)[::-1]),
    Sequence("frag4-24", "pieces of 24 bytes", lambda s: s.pieces4(24)),
    Sequence("frag4-twice", "each piece twice",
             lambda s: [piece for piece in s.pieces4(16) for _ in range(2)]),
    Sequence("frag4-evil", "pieces with the reserved flag",
             lambda s: [*s.pieces4(16, flags="MF+evil")[:-1], s.pieces4(16)[-1]]),
    Sequence("frag4-options", "pieces with IPv4 options",
             lambda s: s.pieces4(16, options=[IPOption(b"\1" * 8)])),
    Sequence("frag4-padded", "pieces with padding",
             lambda s: [bytes(piece) + bytes(26) for piece in s.pieces4(16)]),
    Sequence("frag4-overlap", "a piece that overlaps",
             lambda s: [s.piece4(0, s.segment4()[:24], True), s.piece4(16, bytes(8), True),
                        s.piece4(24, s.segment4()[24:], False)]),
    Sequence("frag4-overlap-last", "the last piece overlaps",
             lambda s: [s.piece4(0, s.segment4()[:24], True),
                        s.piece4(16, s.segment4()[16:], False)]),
    Sequence("frag4-rewrite", "a first piece to port 443, and then another to 25",
             lambda s: [s.piece4(0, redirected(443, s.segment4())[:16], True),
                        s.piece4(0, s.segment4()[:16], True),
                        s.piece4(16, s.segment4()[16:], False)]),
    Sequence("frag4-rewrite-back", "the same, behind the last piece",
             lambda s: [s.piece4(16, s.segment4()[16:], False),
                        s.piece4(0, redirected(443, s.segment4())[:8], True),
                        s.piece4(0, s.segment4()[:16], True)]),
    Sequence("frag4-tagged", "pieces under tags of id 0",
             lambda s: [ether() / tagged(2, piece.payload) for piece in s.pieces4(16)]),
    Sequence("frag4-large", "3,000 bytes in pieces of 1,400",
             lambda s: cut(s.segment4(bytes(3000)), 1400, s.piece4)),

    Sequence("hopbyhop", "hop-by-hop options", lambda s: [ether() / s.ip6() / hopbyhop(s.tcp())]),
    Sequence("hopbyhop-alert", "router alert",
             lambda s: [ether() / s.ip6() / IPv6ExtHdrHopByHop(options=[RouterAlert()])
                        / s.tcp()]),
    Sequence("hopbyhop-second", "hop-by-hop options behind destination options",
             lambda s: [ether() / s.ip6() / options(1, hopbyhop(s.tcp()))]),
    Sequence("hopbyhop-twice", "hop-by-hop options twice",
             lambda s: [ether() / s.ip6() / hopbyhop(hopbyhop(s.tcp()))]),
    Sequence("jumbo", "jumbo payload option of a packet that is none",
             lambda s: [ether() / s.ip6() / IPv6ExtHdrHopByHop(options=[Jumbo(jumboplen=28)])
                        / s.tcp()]),
    Sequence("jumbo-0", "the same, with payload length 0",
             lambda s: [ether() / s.ip6(plen=0)
                        / IPv6ExtHdrHopByHop(options=[Jumbo(jumboplen=28)]) / s.tcp()]),
    Sequence("dstopts-skip", "an option to be skipped", lambda s: [s.after6(option(16))]),
    Sequence("dstopts-discard", "an option to be discarded for",
             lambda s: [s.after6(option(16, DISCARDED))]),
    Sequence("dstopts-256", "destination options of 256 bytes",
             lambda s: [s.after6(option(256))]),
    Sequence("dstopts-2048", "the longest extension header",
             lambda s: [s.after6(bytes([6, 255]) + (bytes([SKIPPED, 253]) + bytes(253)) * 8
                                 + bytes([SKIPPED, 4]) + bytes(4))]),
    Sequence("home-address", "the home address option of RFC 6275",
             lambda s: [s.after6(bytes([6, 2, 1, 2, 0, 0, 0xc9, 16]) + bytes(16))]),
    *(Sequence(f"dstopts-x{n}", f"{n} destination options headers",
               lambda s, n=n: [s.after6(destinations(n))],
               EXTENSIONS if n > 8 else None)
      for n in (1, 2, 4, 7, 8, 9, 12, 16, 32, 64, 128)),
    *(Sequence(f"routing-{kind}-{left}", f"routing header of type {kind}, {left} segments left",
               lambda s, kind=kind, left=left: [s.after6(routing(kind, left), 43)])
      for kind, left in ((0, 0), (0, 1), (2, 0), (2, 1), (3, 0), (4, 0), (4, 1), (250, 0),
                         (250, 1))),
    Sequence("segments", "a segment routing header to the next address of the host",
             lambda s: [s.after6(bytes([6, 4, 4, 1, 1, 0, 0, 0])
                                 + bytes(s.ip6())[24:40] * 2, 43)]),
    Sequence("ah6", "AH, IPv6", lambda s: [ether() / s.ip6(nh=51) / ah(s.tcp())]),
    Sequence("ah4", "AH, IPv4", lambda s: [ether() / s.ip4(proto=51) / ah(s.tcp())]),
    Sequence("mobility", "mobility header",
             lambda s: [ether() / s.ip6(nh=135) / Raw(mobility(s.tcp()))]),
    *(Sequence(f"header-{kind}", f"protocol {kind} in the form of an extension header",
               lambda s, kind=kind: [s.after6(option(8), kind)])
      for kind in (50, 59, 139, 140, 253, 254)),
    Sequence("chain-4", "hop-by-hop, routing, fragment, destination options",
             lambda s: [ether() / s.ip6() / hopbyhop(IPv6ExtHdrRouting(segleft=0)
                                                     / fragment6(options(1, s.tcp())))]),

    Sequence("atomic", "fragment header of a whole packet",
             lambda s: [ether() / s.ip6() / fragment6(s.tcp(), id=s.port)]),
    Sequence("atomic-reserved", "the same with its reserved bits",
             lambda s: [ether() / s.ip6() / fragment6(s.tcp(), res1=255, res2=3, id=s.port)]),
    Sequence("atomic-twice", "two fragment headers",
             lambda s: [ether() / s.ip6() / fragment6(fragment6(s.tcp()))]),
    Sequence("atomic-x8", "eight fragment headers",
             lambda s: [ether() / s.ip6() / fragment6(fragment6(fragment6(fragment6(
                 fragment6(fragment6(fragment6(fragment6(s.tcp()))))))))]),
    Sequence("atomic-options", "fragment header, then destination options",
             lambda s: [ether() / s.ip6() / fragment6(options(1, s.tcp()))]),
    Sequence("options-atomic", "destination options, then fragment header",
             lambda s: [ether() / s.ip6() / options(1, fragment6(s.tcp()))]),
    Sequence("frag6-8", "pieces of 8 bytes, IPv6", lambda s: s.pieces6(8)),
    Sequence("frag6-8-back", "the same, last first", lambda s: s.pieces6(8)[::-1]),
    Sequence("frag6-16", "pieces of 16 bytes", lambda s: s.pieces6(16)),
    Sequence("frag6-24", "pieces of 24 bytes", lambda s: s.pieces6(24)),
    Sequence("frag6-24-back", "the same, last first", lambda s: s.pieces6(24)[::-1]),
    Sequence("frag6-twice", "each piece twice",
             lambda s: [piece for piece in s.pieces6(24) for _ in range(2)]),
    Sequence("frag6-overlap", "a piece that overlaps",
             lambda s: [s.piece6(0, s.segment6()[:24], True), s.piece6(16, bytes(8), True),
                        s.piece6(24, s.segment6()[24:], False)]),
    Sequence("frag6-rewrite", "a first piece to port 443, and then another to 25",
             lambda s: [s.piece6(0, redirected(443, s.segment6())[:24], True),
                        s.piece6(0, s.segment6()[:24], True),
                        s.piece6(24, s.segment6()[24:], False)]),
    Sequence("frag6-kinds", "later pieces say another next header",
             lambda s: [s.piece6(0, s.segment6()[:24], True),
                        s.piece6(24, s.segment6()[24:], False, nh=17)]),
    Sequence("frag6-kinds-first", "the first piece says that options follow, later ones TCP",
             lambda s: [s.piece6(0, option(8) + s.segment6()[:24], True, nh=60),
                        s.piece6(32, s.segment6()[24:], False)]),
    Sequence("frag6-options", "destination options among the pieces",
             lambda s: s.pieces6(32, option(8) + s.segment6(), nh=60)),
    Sequence("frag6-chain-cut", "a first piece that ends in the header chain",
             lambda s: s.pieces6(16, option(24) + s.segment6(), nh=60)),
    Sequence("frag6-chain-only", "a first piece with the header chain alone",
             lambda s: s.pieces6(24, option(24) + s.segment6(), nh=60)),
    Sequence("frag6-tcp-cut", "a first piece that ends in TCP's header, behind options",
             lambda s: s.pieces6(32, option(24) + s.segment6(), nh=60)),
    Sequence("frag6-nested", "pieces of a piece",
             lambda s: [piece for inner in s.pieces6(24) for piece in
                        cut(bytes(inner)[54:], 24, lambda *p: s.piece6(*p, nh=44))]),
    Sequence("frag6-tagged", "pieces under tags of id 0",
             lambda s: [ether() / tagged(2, piece.payload) for piece in s.pieces6(24)]),
    Sequence("frag6-large", "3,000 bytes in pieces of 1,400",
             lambda s: s.pieces6(1400, s.segment6(bytes(3000)))),

    Sequence("mapped", "from ::ffff:40.92.1.2",
             lambda s: [s.syn6(src="::ffff:40.92.1.2")], OF_NO_LIST),
    Sequence("mapped-to", "to ::ffff:192.0.2.25", lambda s: [s.syn6(dst="::ffff:192.0.2.25")]),
    Sequence("nat64", "from 64:ff9b::40.92.1.2", lambda s: [s.syn6(src="64:ff9b::285c:102")],
             OF_NO_LIST),
    Sequence("from-any4", "from 0.0.0.0", lambda s: [s.syn4(src="0.0.0.0")], OF_NO_LIST),
    Sequence("from-any6", "from ::", lambda s: [s.syn6(src="::")], OF_NO_LIST),
    Sequence("from-loopback4", "from 127.0.0.1", lambda s: [s.syn4(src="127.0.0.1")], OF_NO_LIST),
    Sequence("from-loopback6", "from ::1", lambda s: [s.syn6(src="::1")], OF_NO_LIST),
    Sequence("from-itself4", "from the host's own address",
             lambda s: [s.syn4(src=RELAY4)], OF_NO_LIST),
    Sequence("from-itself6", "the same, IPv6", lambda s: [s.syn6(src=RELAY6)], OF_NO_LIST),
    Sequence("from-multicast", "from a multicast address",
             lambda s: [s.syn6(src="ff02::1")], OF_NO_LIST),
    Sequence("from-broadcast", "from 255.255.255.255",
             lambda s: [s.syn4(src="255.255.255.255")], OF_NO_LIST),
    Sequence("ipip", "IPv4 in IPv4", lambda s: [ether() / s.ip4() / s.ip4() / s.tcp()]),
    Sequence("6in4", "IPv6 in IPv4", lambda s: [ether() / s.ip4() / s.ip6() / s.tcp()]),
    Sequence("gre", "IPv4 in GRE", lambda s: [ether() / s.ip4() / GRE() / s.ip4() / s.tcp()]),

    Sequence("buffers4", "8,800 bytes of data on a SYN, IPv4", lambda s: [s.syn4(bytes(8800))]),
    Sequence("buffers6", "the same, IPv6", lambda s: [s.syn6(bytes(8800))]),
    Sequence("buffers-tags", "the same under 8 tags",
             lambda s: [ether() / tagged(8, s.ip4() / s.tcp() / Raw(bytes(8800)))]),
    Sequence("buffers-chain", "a header chain that leaves the first buffer",
             lambda s: [s.after6(b"".join(
                 bytes([after, 126]) + (bytes([SKIPPED, 251]) + bytes(251)) * 4
                 + bytes([SKIPPED, 0]) for after in (60, 60, 60, 60, 60, 60, 60, 6)))], CHAIN),
]

# SPDX-License-Identifier: Apache-2.0
"""The packet table: one frame a row, with the reason and the verdict that it must get.

Expectations come from what Linux does with such a frame on a socket that listens on port 25: what
it would deliver from an unlisted source must be dropped, what is not for the port must pass.
"""

import logging
from dataclasses import dataclass

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption
from scapy.layers.inet6 import (ICMPv6ND_NS, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, PadN)
from scapy.layers.ipsec import AH, ESP
from scapy.layers.l2 import ARP, GRE, LLC, Dot1AD, Dot1Q, Ether
from scapy.layers.sctp import SCTP
from scapy.packet import Packet, Raw

# Some segments are built without the IP header that their checksum would need.
logging.getLogger("scapy").setLevel(logging.ERROR)

# In Microsoft's worldwide list, in the list that the tests allow, and in none.
MICROSOFT4, OPERATOR4, OTHER4 = "40.92.1.2", "203.0.113.7", "198.51.100.9"
MICROSOFT6, OPERATOR6, OTHER6 = "2a01:111:f400::25", "2001:db8:a::7", "2001:db8:b::9"
ALLOW = ["203.0.113.0/24", "2001:db8:a::/48"]

RELAY4, RELAY6 = "192.0.2.25", "2001:db8:25::25"
PORT = 25


@dataclass(frozen=True)
class Case:
    id: str
    what: str
    frame: bytes
    reason: str
    verdict: str


def ether(**fields) -> Packet:
    return Ether(dst="02:00:00:00:00:25", src="02:00:00:00:00:01", **fields)


def ip4(src: str = OTHER4, **fields) -> Packet:
    return IP(src=src, dst=RELAY4, **fields)


def ip6(src: str = OTHER6, **fields) -> Packet:
    return IPv6(src=src, dst=RELAY6, **fields)


def v4(payload: Packet, src: str = OTHER4, **fields) -> bytes:
    return bytes(ether() / ip4(src, **fields) / payload)


def v6(payload: Packet, src: str = OTHER6, **fields) -> bytes:
    return bytes(ether() / ip6(src, **fields) / payload)


def tcp(dport: int = PORT, flags: str = "S", **fields) -> Packet:
    return TCP(sport=fields.pop("sport", 40000), dport=dport, flags=flags, **fields)


def options(n: int, following: Packet) -> Packet:
    """n destination options headers of 8 bytes before what follows."""
    for _ in range(n):
        following = IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]) / following
    return following


def tagged(n: int, packet: Packet) -> Packet:
    """Under n VLAN tags of id 0, which Linux strips without having any VLAN."""
    for _ in range(n):
        packet = Dot1Q(vlan=0) / packet
    return packet


def mobility(following: Packet) -> bytes:
    """A mobility header, with another protocol after it than RFC 6275 has."""
    return bytes([6, 0, 0, 0, 0, 0, 0, 0]) + bytes(following)


def ah(following: Packet) -> Packet:
    return AH(nh=6, payloadlen=4, spi=1, seq=1, icv=bytes(12)) / following


def hopbyhop(following: Packet) -> Packet:
    return IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))]) / following


def fragment6(following: Packet | bytes, **fields) -> Packet:
    if isinstance(following, bytes):
        return IPv6ExtHdrFragment(**fields) / Raw(following)
    return IPv6ExtHdrFragment(**fields) / following


def changed(frame: bytes, at: int, value: int) -> bytes:
    return frame[:at] + bytes([value]) + frame[at + 1:]


SYN4, SYN6 = v4(tcp()), v6(tcp())
LISTED4, LISTED6 = v4(tcp(), MICROSOFT4), v6(tcp(), MICROSOFT6)
WEB4, WEB6 = v4(tcp(443)), v6(tcp(443))

DROP_UNLISTED = ("unlisted", "drop")
DROP_POOL = ("relay-pool-off", "drop")
PASS_MICROSOFT = ("microsoft", "pass")
PASS_OPERATOR = ("operator", "pass")
PASS_PORT = ("unprotected", "pass")
PASS_NOT_TCP = ("not-tcp", "pass")
PASS_NOT_IP = ("not-ip", "pass")
PASS_FRAGMENT = ("fragment", "pass")
PASS_MALFORMED = ("malformed", "pass")
DROP_TAGS = ("tag-limit", "drop")
DROP_EXTENSIONS = ("extension-limit", "drop")
DROP_CHAIN = ("chain-cut", "drop")
DROP_PORTS = ("ports-cut", "drop")
DROP_TINY = ("tiny-fragment", "drop")

# id, what, frame, (reason, verdict)
_ROWS = [
    ("syn4-other", "SYN from no list, IPv4", SYN4, DROP_UNLISTED),
    ("syn4-microsoft", "SYN from Microsoft's list, IPv4", LISTED4, PASS_MICROSOFT),
    ("syn4-operator", "SYN from the operator's list, IPv4", v4(tcp(), OPERATOR4), PASS_OPERATOR),
    ("syn6-other", "SYN from no list, IPv6", SYN6, DROP_UNLISTED),
    ("syn6-microsoft", "SYN from Microsoft's list, IPv6", LISTED6, PASS_MICROSOFT),
    ("syn6-operator", "SYN from the operator's list, IPv6", v6(tcp(), OPERATOR6), PASS_OPERATOR),

    ("edge-15-first", "first address of 40.92.0.0/15", v4(tcp(), "40.92.0.0"), PASS_MICROSOFT),
    ("edge-15-last", "last address of 40.92.0.0/15", v4(tcp(), "40.93.255.255"), PASS_MICROSOFT),
    ("edge-15-below", "the address below 40.92.0.0/15", v4(tcp(), "40.91.255.255"), DROP_UNLISTED),
    ("edge-15-above", "the address above 40.92.0.0/15", v4(tcp(), "40.94.0.0"), DROP_UNLISTED),
    ("edge-17-first", "first address of 104.47.0.0/17", v4(tcp(), "104.47.0.0"), PASS_MICROSOFT),
    ("edge-17-last", "last address of 104.47.0.0/17", v4(tcp(), "104.47.127.255"), PASS_MICROSOFT),
    ("edge-17-above", "the address above 104.47.0.0/17", v4(tcp(), "104.47.128.0"), DROP_UNLISTED),
    ("edge-48-first", "first address of 2a01:111:f400::/48",
     v6(tcp(), "2a01:111:f400::"), PASS_MICROSOFT),
    ("edge-48-last", "last address of 2a01:111:f400::/48",
     v6(tcp(), "2a01:111:f400:ffff:ffff:ffff:ffff:ffff"), PASS_MICROSOFT),
    ("edge-48-below", "the address below 2a01:111:f400::/48",
     v6(tcp(), "2a01:111:f3ff:ffff:ffff:ffff:ffff:ffff"), DROP_UNLISTED),
    ("edge-48-above", "the address above 2a01:111:f400::/48",
     v6(tcp(), "2a01:111:f401::"), DROP_UNLISTED),
    ("bytes-swapped", "40.92.1.2 with its bytes in the wrong order",
     v4(tcp(), "2.1.92.40"), DROP_UNLISTED),
    ("relay-pool", "Microsoft's relay pool, not admitted",
     v4(tcp(), "40.95.80.141"), DROP_POOL),
    ("web-list", "in Exchange's list for 443, not in that for 25",
     v4(tcp(), "52.96.0.1"), DROP_UNLISTED),

    ("port-24", "port 24", v4(tcp(24)), PASS_PORT),
    ("port-26", "port 26", v4(tcp(26)), PASS_PORT),
    ("port-587", "port 587", v4(tcp(587)), PASS_PORT),
    ("port-22", "port 22", v4(tcp(22)), PASS_PORT),
    ("port-6400", "port 6400, which is 25 with its bytes swapped", v4(tcp(6400)), PASS_PORT),
    ("port-281", "port 281, whose low byte is 25", v4(tcp(281)), PASS_PORT),
    ("port-443-v6", "port 443, IPv6", WEB6, PASS_PORT),
    ("reply4", "reply to our own connection to a port 25, IPv4",
     v4(tcp(40000, "SA", sport=PORT)), PASS_PORT),
    ("reply6", "reply to our own connection to a port 25, IPv6",
     v6(tcp(40000, "SA", sport=PORT)), PASS_PORT),
    ("both-ports", "from port 25 to port 25", v4(tcp(sport=PORT)), DROP_UNLISTED),

    ("udp4", "UDP to port 25, IPv4", v4(UDP(sport=PORT, dport=PORT)), PASS_NOT_TCP),
    ("udp6", "UDP to port 25, IPv6", v6(UDP(sport=PORT, dport=PORT)), PASS_NOT_TCP),
    ("sctp", "SCTP to port 25", v4(SCTP(sport=PORT, dport=PORT)), PASS_NOT_TCP),
    ("icmp-echo", "ICMP echo request", v4(ICMP()), PASS_NOT_TCP),
    ("icmp-mtu", "ICMP fragmentation needed, quoting a segment to port 25",
     v4(ICMP(type=3, code=4, nexthopmtu=1400) / ip4() / tcp()), PASS_NOT_TCP),
    ("icmp6-ns", "ICMPv6 neighbour solicitation",
     v6(ICMPv6ND_NS(tgt=RELAY6)), PASS_NOT_TCP),
    ("arp", "ARP", ether() / ARP(), PASS_NOT_IP),
    ("lldp", "LLDP", ether(type=0x88cc) / Raw(bytes(46)), PASS_NOT_IP),
    ("length-frame", "802.3 frame with a length and LLC",
     ether(type=38) / LLC(dsap=0x42, ssap=0x42, ctrl=3) / Raw(bytes(35)), PASS_NOT_IP),
    ("ipip", "IPv4 in IPv4 with port 25 inside", v4(ip4() / tcp()), PASS_NOT_TCP),
    ("6in4", "IPv6 in IPv4 with port 25 inside", v4(ip6() / tcp()), PASS_NOT_TCP),
    ("gre", "GRE with port 25 inside", v4(GRE() / ip4() / tcp()), PASS_NOT_TCP),
    ("esp4", "ESP, IPv4",
     v4(ESP(spi=1, seq=1, data=bytes(24)), proto=50), PASS_NOT_TCP),
    ("ah4", "AH, IPv4: like ESP, without an agreed key nobody is served",
     v4(ah(tcp()), proto=51), PASS_NOT_TCP),

    ("flags-ack", "ACK without a connection", v4(tcp(flags="A")), DROP_UNLISTED),
    ("flags-rst", "RST", v4(tcp(flags="R")), DROP_UNLISTED),
    ("flags-fin", "FIN", v4(tcp(flags="F")), DROP_UNLISTED),
    ("flags-synack", "SYN+ACK", v4(tcp(flags="SA")), DROP_UNLISTED),
    ("flags-pshack", "PSH+ACK", v4(tcp(flags="PA") / Raw(b"EHLO x\r\n")), DROP_UNLISTED),
    ("flags-none", "no flags", v4(tcp(flags="")), DROP_UNLISTED),
    ("flags-xmas", "FIN+PSH+URG", v4(tcp(flags="FPU")), DROP_UNLISTED),
    ("flags-synfin", "SYN+FIN", v4(tcp(flags="SF")), DROP_UNLISTED),
    ("data-listed", "data of a listed peer",
     v4(tcp(flags="PA") / Raw(bytes(1400)), MICROSOFT4), PASS_MICROSOFT),
    ("data-other", "data from no list", v4(tcp(flags="PA") / Raw(bytes(1400))), DROP_UNLISTED),

    ("vlan-other", "one tag, no list", ether() / Dot1Q(vlan=100) / ip4() / tcp(), DROP_UNLISTED),
    ("vlan-listed", "one tag, listed",
     ether() / Dot1Q(vlan=100) / ip4(MICROSOFT4) / tcp(), PASS_MICROSOFT),
    ("vlan-0", "one tag of id 0", ether() / tagged(1, ip4() / tcp()), DROP_UNLISTED),
    ("qinq4", "802.1ad and 802.1Q, IPv4",
     ether() / Dot1AD(vlan=10) / Dot1Q(vlan=20) / ip4() / tcp(), DROP_UNLISTED),
    ("qinq6", "two 802.1Q tags, IPv6",
     ether() / Dot1Q(vlan=10) / Dot1Q(vlan=20) / ip6() / tcp(), DROP_UNLISTED),
    ("qinq6-listed", "two 802.1Q tags, IPv6, listed",
     ether() / Dot1Q(vlan=10) / Dot1Q(vlan=20) / ip6(MICROSOFT6) / tcp(), PASS_MICROSOFT),
    ("tags-3", "3 tags of id 0", ether() / tagged(3, ip4() / tcp()), DROP_UNLISTED),
    ("tags-5", "5 tags of id 0", ether() / tagged(5, ip4() / tcp()), DROP_UNLISTED),
    ("tags-8", "8 tags: the most that are read",
     ether() / tagged(8, ip4() / tcp()), DROP_UNLISTED),
    ("tags-8-listed", "8 tags, listed",
     ether() / tagged(8, ip4(MICROSOFT4) / tcp()), PASS_MICROSOFT),
    ("tags-8-web", "8 tags, port 443", ether() / tagged(8, ip4() / tcp(443)), PASS_PORT),
    ("tags-9", "9 tags", ether() / tagged(9, ip4() / tcp()), DROP_TAGS),
    ("tags-9-listed", "9 tags, listed: not read, so not known",
     ether() / tagged(9, ip4(MICROSOFT4) / tcp()), DROP_TAGS),
    ("tags-32", "32 tags, which Linux strips", ether() / tagged(32, ip4() / tcp()), DROP_TAGS),
    ("vlan-arp", "ARP under a tag", ether() / Dot1Q(vlan=100) / ARP(), PASS_NOT_IP),
    ("vlan-web", "port 443 under a tag", ether() / Dot1Q(vlan=100) / ip4() / tcp(443), PASS_PORT),
    ("vlan-cut", "ends inside the tag",
     bytes(ether() / Dot1Q(vlan=100) / ip4() / tcp())[:16], PASS_MALFORMED),

    ("ihl-6", "one word of options", v4(tcp(), options=[IPOption(b"\1\1\1\1")]), DROP_UNLISTED),
    ("ihl-6-listed", "one word of options, listed",
     v4(tcp(), MICROSOFT4, options=[IPOption(b"\1\1\1\1")]), PASS_MICROSOFT),
    ("ihl-15", "ten words of options", v4(tcp(), options=[IPOption(b"\1" * 40)]), DROP_UNLISTED),
    ("ihl-15-listed", "ten words of options, listed",
     v4(tcp(), MICROSOFT4, options=[IPOption(b"\1" * 40)]), PASS_MICROSOFT),
    ("options-like-25", "options that look like port 25 where TCP is usually",
     v4(tcp(443), options=[IPOption(b"\x94\x04\x00\x19")]), PASS_PORT),
    ("options-like-443", "options that look like port 443 where TCP is usually",
     v4(tcp(), options=[IPOption(b"\x94\x04\x01\xbb")]), DROP_UNLISTED),
    ("source-route-elsewhere", "a source route, by an address that is not ours to judge by",
     v4(tcp(), options=[IPOption(b"\x83\x07\x04\x0a\x00\x00\x01\x00")]), DROP_UNLISTED),
    ("ihl-4", "header length below the least", changed(SYN4, 14, 0x44), PASS_MALFORMED),
    ("ihl-0", "header length 0", changed(SYN4, 14, 0x40), PASS_MALFORMED),
    ("ihl-past-end", "header length beyond the frame",
     changed(SYN4[:40], 14, 0x4f), PASS_MALFORMED),
    ("version-4-says-6", "IPv4 by type, 6 by its version",
     changed(SYN4, 14, 0x65), PASS_MALFORMED),
    ("version-6-says-4", "IPv6 by type, 4 by its version",
     changed(SYN6, 14, 0x45), PASS_MALFORMED),
    ("tot-len-20", "TCP beyond the total length", v4(tcp(), len=20), DROP_UNLISTED),
    ("padded", "padded to 60 bytes", SYN4 + bytes(6), DROP_UNLISTED),
    ("doff-0", "TCP data offset 0", v4(tcp(dataofs=0)), DROP_UNLISTED),

    *((f"cut4-{n}", f"IPv4 cut at {n} bytes", SYN4[:n], PASS_MALFORMED) for n in (14, 15, 33)),
    *((f"cut6-{n}", f"IPv6 cut at {n} bytes", SYN6[:n], PASS_MALFORMED) for n in (14, 53)),
    *((f"cut4-{n}", f"IPv4 cut at {n} bytes, before the ports end", SYN4[:n], DROP_PORTS)
      for n in (34, 35, 37)),
    *((f"cut6-{n}", f"IPv6 cut at {n} bytes, before the ports end", SYN6[:n], DROP_PORTS)
      for n in (54, 57)),
    ("cut4-37-listed", "cut before the ports end, listed", LISTED4[:37], DROP_PORTS),
    *((f"cut4-{n}", f"IPv4 cut at {n} bytes, after the ports", SYN4[:n], DROP_UNLISTED)
      for n in (38, 41, 53)),
    *((f"cut4-{n}-web", f"the same to port 443, {n} bytes", WEB4[:n], PASS_PORT)
      for n in (38, 41, 53)),
    ("cut4-38-listed", "the same, listed", LISTED4[:38], PASS_MICROSOFT),
    ("cut6-58", "IPv6 cut after the ports", SYN6[:58], DROP_UNLISTED),

    ("frag4-first", "first fragment", v4(tcp() / Raw(bytes(4)), flags="MF"), DROP_UNLISTED),
    ("frag4-first-listed", "first fragment, listed",
     v4(tcp() / Raw(bytes(4)), MICROSOFT4, flags="MF"), PASS_MICROSOFT),
    ("frag4-first-web", "first fragment, port 443",
     v4(tcp(443) / Raw(bytes(4)), flags="MF"), PASS_PORT),
    ("frag4-first-8", "first fragment with 8 bytes, which Linux reassembles",
     v4(Raw(bytes(tcp())[:8]), flags="MF", proto=6), DROP_UNLISTED),
    ("frag4-offset-1", "fragment at 8 bytes: would rewrite the TCP header (RFC 3128)",
     v4(Raw(bytes(tcp())), frag=1, proto=6), DROP_TINY),
    ("frag4-offset-1-mf", "the same, more to come",
     v4(Raw(bytes(24)), frag=1, flags="MF", proto=6), DROP_TINY),
    ("frag4-later", "later fragment whose data look like TCP to port 25",
     v4(Raw(bytes(tcp())), frag=185, proto=6), PASS_FRAGMENT),
    ("frag4-later-listed", "later fragment, listed, more to come",
     v4(Raw(bytes(tcp())), MICROSOFT4, frag=185, flags="MF", proto=6), PASS_FRAGMENT),
    ("frag4-last-offset", "the greatest fragment offset",
     v4(Raw(bytes(24)), frag=8191, proto=6), PASS_FRAGMENT),
    ("frag4-udp", "later fragment of UDP",
     v4(Raw(bytes(tcp())), frag=1, proto=17), PASS_NOT_TCP),
    ("df", "don't fragment", v4(tcp(), flags="DF"), DROP_UNLISTED),
    ("reserved-flag", "the reserved flag, which Linux ignores",
     v4(tcp(), flags="evil"), DROP_UNLISTED),

    ("hopbyhop", "hop-by-hop options", v6(hopbyhop(tcp())), DROP_UNLISTED),
    ("dstopts", "destination options", v6(options(1, tcp())), DROP_UNLISTED),
    ("dstopts-listed", "destination options, listed",
     v6(options(1, tcp()), MICROSOFT6), PASS_MICROSOFT),
    ("routing", "routing header, no segments left",
     v6(IPv6ExtHdrRouting(segleft=0) / tcp()), DROP_UNLISTED),
    ("dstopts-264", "destination options of 264 bytes",
     v6(IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(255)), PadN(optdata=bytes(1))]) / tcp()),
     DROP_UNLISTED),
    ("dstopts-2048", "the longest extension header",
     v6(Raw(b"\x06\xff" + bytes(2046)) / tcp(), nh=60), DROP_UNLISTED),
    ("ah6", "AH", v6(ah(tcp()), nh=51), DROP_UNLISTED),
    ("ah6-listed", "AH, listed", v6(ah(tcp()), MICROSOFT6, nh=51), PASS_MICROSOFT),
    ("mobility", "mobility header", v6(Raw(mobility(tcp())), nh=135), DROP_UNLISTED),
    ("chain-4", "hop-by-hop, routing, fragment, destination options",
     v6(hopbyhop(IPv6ExtHdrRouting(segleft=0) / fragment6(options(1, tcp())))), DROP_UNLISTED),
    ("chain-4-listed", "the same, listed",
     v6(hopbyhop(IPv6ExtHdrRouting(segleft=0) / fragment6(options(1, tcp()))), MICROSOFT6),
     PASS_MICROSOFT),
    ("extensions-8", "8 extension headers: the most that are read",
     v6(options(8, tcp())), DROP_UNLISTED),
    ("extensions-8-listed", "8 extension headers, listed",
     v6(options(8, tcp()), MICROSOFT6), PASS_MICROSOFT),
    ("extensions-8-web", "8 extension headers, port 443", v6(options(8, tcp(443))), PASS_PORT),
    ("extensions-9", "9 extension headers", v6(options(9, tcp())), DROP_EXTENSIONS),
    ("extensions-12", "12 extension headers, which Linux accepts",
     v6(options(12, tcp())), DROP_EXTENSIONS),
    ("extensions-12-listed", "12 extension headers, listed: not read, so not known",
     v6(options(12, tcp()), MICROSOFT6), DROP_EXTENSIONS),
    ("tags-8-extensions-8", "both limits at once",
     ether() / tagged(8, ip6() / options(8, tcp())), DROP_UNLISTED),
    ("dstopts-web", "destination options, port 443", v6(options(1, tcp(443))), PASS_PORT),
    ("dstopts-udp", "destination options, UDP",
     v6(options(1, UDP(dport=PORT))), PASS_NOT_TCP),
    ("no-next", "no next header", v6(Raw(bytes(tcp())), nh=59), PASS_NOT_TCP),
    ("esp6", "ESP, IPv6", v6(ESP(spi=1, seq=1, data=bytes(24)), nh=50), PASS_NOT_TCP),
    ("extension-cut", "ends inside an extension header",
     v6(options(1, tcp()))[:60], DROP_CHAIN),
    ("extension-cut-at-0", "ends where an extension header should be",
     v6(options(1, tcp()))[:54], DROP_CHAIN),
    ("extension-past-end", "an extension header longer than the frame",
     changed(v6(options(1, tcp())), 55, 255), DROP_CHAIN),

    ("atomic", "fragment header of a whole packet", v6(fragment6(tcp())), DROP_UNLISTED),
    ("atomic-listed", "the same, listed", v6(fragment6(tcp()), MICROSOFT6), PASS_MICROSOFT),
    ("frag6-first", "first fragment",
     v6(fragment6(tcp() / Raw(bytes(4)), m=1, id=7)), DROP_UNLISTED),
    ("frag6-first-listed", "first fragment, listed",
     v6(fragment6(tcp() / Raw(bytes(4)), m=1, id=7), MICROSOFT6), PASS_MICROSOFT),
    ("frag6-first-web", "first fragment, port 443", v6(fragment6(tcp(443), m=1, id=7)), PASS_PORT),
    ("dstopts-frag", "destination options, then the fragment header",
     v6(options(1, fragment6(tcp()))), DROP_UNLISTED),
    ("frag-dstopts", "the fragment header, then destination options",
     v6(fragment6(options(1, tcp()))), DROP_UNLISTED),
    ("atomic-twice", "two fragment headers", v6(fragment6(fragment6(tcp()))), DROP_UNLISTED),
    ("frag6-first-cut", "first fragment that ends in its header chain (RFC 7112)",
     v6(fragment6(options(1, tcp()), m=1, id=7))[:62], DROP_CHAIN),
    ("frag6-first-no-tcp", "first fragment that ends before TCP",
     v6(fragment6(options(1, tcp()), m=1, id=7))[:70], DROP_PORTS),
    ("frag6-later", "later fragment whose data look like TCP to port 25",
     v6(fragment6(bytes(tcp()), nh=6, offset=1, id=7)), PASS_FRAGMENT),
    ("frag6-later-dstopts", "later fragment whose data look like destination options",
     v6(fragment6(bytes(options(1, tcp())), nh=60, offset=185, id=7)), PASS_FRAGMENT),

    ("source-mapped", "::ffff:40.92.1.2 must not match the IPv4 list",
     v6(tcp(), "::ffff:40.92.1.2"), DROP_UNLISTED),
    ("source-nat64", "64:ff9b::40.92.1.2", v6(tcp(), "64:ff9b::285c:102"), DROP_UNLISTED),
    ("source-any6", "from ::", v6(tcp(), "::"), DROP_UNLISTED),
    ("source-any4", "from 0.0.0.0", v4(tcp(), "0.0.0.0"), DROP_UNLISTED),
    ("source-loopback", "from 127.0.0.1", v4(tcp(), "127.0.0.1"), DROP_UNLISTED),
    ("source-broadcast", "from 255.255.255.255", v4(tcp(), "255.255.255.255"), DROP_UNLISTED),

    ("jumbo-other", "3,000 bytes of data, no list",
     v4(tcp(flags="A") / Raw(bytes(3000))), DROP_UNLISTED),
    ("jumbo-listed", "3,000 bytes of data, listed",
     v4(tcp(flags="A") / Raw(bytes(3000)), MICROSOFT4), PASS_MICROSOFT),
    ("buffers-other", "8,900 bytes of data in several buffers, no list",
     v6(tcp(flags="A") / Raw(bytes(8900))), DROP_UNLISTED),
    ("buffers-listed", "8,900 bytes of data in several buffers, listed",
     v6(tcp(flags="A") / Raw(bytes(8900)), MICROSOFT6), PASS_MICROSOFT),
    ("buffers-web", "8,900 bytes of data in several buffers, port 443",
     v4(tcp(443, "A") / Raw(bytes(8900))), PASS_PORT),
    ("buffers-chain", "an extension chain that leaves the first buffer",
     v6(Raw((b"\x3c\xff" + bytes(2046)) * 3 + b"\x06\xff" + bytes(2046)) / tcp(), nh=60),
     DROP_CHAIN),
]

CASES = [Case(name, what, bytes(frame), *expected) for name, what, frame, expected in _ROWS]

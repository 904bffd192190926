# SPDX-License-Identifier: Apache-2.0
"""The packet table where not every address is protected: rows by what is given to --protect."""

from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.packet import Packet, Raw

from .cases import (DROP_CHAIN, DROP_EXTENSIONS, DROP_PORTS, DROP_TAGS, DROP_TINY, DROP_UNLISTED,
                    MICROSOFT4, MICROSOFT6, OPERATOR4, OPERATOR6, OTHER4, OTHER6, PASS_FRAGMENT,
                    PASS_MALFORMED, PASS_MICROSOFT, PASS_NOT_TCP, PASS_OPERATOR, PASS_PORT,
                    RELAY4, RELAY6, Case, ether, fragment6, hopbyhop, options, tagged, tcp)

BESIDE4, OUTSIDE4 = "192.0.2.26", "192.0.2.27"
BESIDE6 = "2001:db8:25::26"


def to4(destination: str, payload: Packet, source: str = OTHER4, **fields) -> Packet:
    return ether() / IP(src=source, dst=destination, **fields) / payload


def to6(destination: str, payload: Packet, source: str = OTHER6, **fields) -> Packet:
    return ether() / IPv6(src=source, dst=destination, **fields) / payload


def cut(packet: Packet, n: int) -> bytes:
    return bytes(packet)[:n]


# What is protected, and then: id, what, frame, (reason, verdict)
_TABLES = [
    ((f"{RELAY4}:25", f"[{RELAY6}]:25", f"{BESIDE4}:587"), [
        ("own4", "the address, IPv4", to4(RELAY4, tcp()), DROP_UNLISTED),
        ("own4-microsoft", "the same from Microsoft",
         to4(RELAY4, tcp(), MICROSOFT4), PASS_MICROSOFT),
        ("own4-operator", "the same, listed", to4(RELAY4, tcp(), OPERATOR4), PASS_OPERATOR),
        ("own4-587", "the address, the other's port", to4(RELAY4, tcp(587)), PASS_PORT),
        ("own4-udp", "the address, UDP", to4(RELAY4, UDP(dport=25)), PASS_NOT_TCP),
        ("own4-tiny", "the address, fragment at 8 bytes",
         to4(RELAY4, Raw(bytes(24)), frag=1, proto=6), DROP_TINY),
        ("own4-later", "the address, later fragment",
         to4(RELAY4, Raw(bytes(24)), frag=9, proto=6), PASS_FRAGMENT),
        ("own4-cut", "the address, cut before the ports", cut(to4(RELAY4, tcp()), 36), DROP_PORTS),
        ("other4", "the other address, the first's port", to4(BESIDE4, tcp()), PASS_PORT),
        ("other4-587", "the other address and its port", to4(BESIDE4, tcp(587)), DROP_UNLISTED),
        ("other4-tagged", "the same under 8 tags",
         ether() / tagged(8, to4(BESIDE4, tcp(587)).payload), DROP_UNLISTED),
        ("free4", "an address that is not protected", to4(OUTSIDE4, tcp()), PASS_PORT),
        ("free4-listed", "the same, listed", to4(OUTSIDE4, tcp(), MICROSOFT4), PASS_PORT),
        ("free4-icmp", "the same, ICMP", to4(OUTSIDE4, ICMP()), PASS_PORT),
        ("free4-tiny", "the same, fragment at 8 bytes",
         to4(OUTSIDE4, Raw(bytes(24)), frag=1, proto=6), PASS_PORT),
        ("free4-cut", "the same, cut before the ports", cut(to4(OUTSIDE4, tcp()), 36), PASS_PORT),
        ("free4-header-cut", "the same, cut in the IP header",
         cut(to4(OUTSIDE4, tcp()), 33), PASS_MALFORMED),
        ("free4-tags-9", "under 9 tags nobody knows the address",
         ether() / tagged(9, to4(OUTSIDE4, tcp()).payload), DROP_TAGS),
        ("swapped4", "the address with its bytes swapped", to4("25.2.0.192", tcp()), PASS_PORT),
        ("own6", "the address, IPv6", to6(RELAY6, tcp()), DROP_UNLISTED),
        ("own6-microsoft", "the same from Microsoft",
         to6(RELAY6, tcp(), MICROSOFT6), PASS_MICROSOFT),
        ("own6-operator", "the same, listed", to6(RELAY6, tcp(), OPERATOR6), PASS_OPERATOR),
        ("own6-587", "the address, the other's port", to6(RELAY6, tcp(587)), PASS_PORT),
        ("own6-options-9", "the address, too many headers",
         to6(RELAY6, options(9, tcp())), DROP_EXTENSIONS),
        ("own6-cut", "the address, cut in a header",
         cut(to6(RELAY6, options(1, tcp())), 58), DROP_CHAIN),
        ("free6", "an address that is not protected", to6(BESIDE6, tcp()), PASS_PORT),
        ("free6-options-9", "the same, with more headers than are read",
         to6(BESIDE6, options(9, tcp())), PASS_PORT),
        ("free6-cut", "the same, cut in a header",
         cut(to6(BESIDE6, options(1, tcp())), 58), PASS_PORT),
        ("free6-later", "the same, later fragment",
         to6(BESIDE6, fragment6(bytes(24), nh=6, offset=9)), PASS_PORT),
        ("mapped", "the IPv4 address, mapped", to6(f"::ffff:{RELAY4}", tcp()), PASS_PORT),
        ("prefix-only", "the first half of the IPv6 address",
         to6("2001:db8:25:0:1::25", tcp()), PASS_PORT),
    ]),
    (("any:25", "any:587", f"{RELAY4}:2525"), [
        ("any-25", "first port of every address", to4(OUTSIDE4, tcp()), DROP_UNLISTED),
        ("any-587", "second port of every address", to6(BESIDE6, tcp(587)), DROP_UNLISTED),
        ("any-587-listed", "the same, listed",
         to6(BESIDE6, tcp(587), MICROSOFT6), PASS_MICROSOFT),
        ("any-465", "a port that is not protected", to4(RELAY4, tcp(465)), PASS_PORT),
        ("one-2525", "the port of one address", to4(RELAY4, tcp(2525)), DROP_UNLISTED),
        ("other-2525", "the same of another", to4(BESIDE4, tcp(2525)), PASS_PORT),
        ("other-udp", "UDP to any address", to4(BESIDE4, UDP(dport=25)), PASS_NOT_TCP),
    ]),
    ((f"[{RELAY6}]:25",), [
        ("six-own", "IPv6 alone is protected", to6(RELAY6, hopbyhop(tcp())), DROP_UNLISTED),
        ("six-4", "IPv4 is not", to4(RELAY4, tcp()), PASS_PORT),
        ("six-4-begin", "an IPv4 address that begins like it", to4("32.1.13.184", tcp()),
         PASS_PORT),
    ]),
    ((f"{RELAY4}:25",), [
        ("four-own", "IPv4 alone is protected", to4(RELAY4, tcp()), DROP_UNLISTED),
        ("four-6", "IPv6 is not", to6(RELAY6, tcp()), PASS_PORT),
        ("four-6-begin", "an IPv6 address that begins like it", to6("c000:219::25", tcp()),
         PASS_PORT),
    ]),
]

SCOPED = {protected: [Case(name, what, bytes(frame), *expected)
                      for name, what, frame, expected in rows] for protected, rows in _TABLES}

# SPDX-License-Identifier: Apache-2.0
"""Frames at random: built from the headers that the filter reads, or damaged rows of the table.

Most are nearly valid, since a frame that is damaged early shows nothing about what comes late.
"""

import random
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

from .cases import CASES, OTHER4, OTHER6, RELAY4, RELAY6
from .model import EXTENSIONS, Endpoint

ADDRESSES4 = [IPv4Address(text) for text in (RELAY4, "192.0.2.26", "192.0.3.25", "25.2.0.192")]
ADDRESSES6 = [IPv6Address(text) for text in
              (RELAY6, "2001:db8:25::26", "2001:db8:24::25", "::ffff:192.0.2.25")]
PORTS = [25, 587, 465, 24, 26, 6400, 281, 65535]
TAGS = [0x8100, 0x88a8]
OTHER_TYPES = [0x0806, 0x86dc, 0x0801, 0x9100, 0x8864, 38, 0]
NOT_TCP = [1, 4, 17, 41, 47, 50, 58, 59, 132, 139, 140, 253, 255]


def random_endpoints(rng: random.Random) -> list[Endpoint]:
    """1 to 8 of them, close to each other."""
    addresses = [None, *ADDRESSES4, *ADDRESSES6]
    return [Endpoint(rng.choice(addresses), rng.choice(PORTS)) for _ in range(rng.randint(1, 8))]


def random_frame(rng: random.Random) -> bytes:
    frame = rng.choice(CASES).frame[:2200] if rng.random() < 0.25 else _built(rng)
    chance = rng.random()
    if chance < 0.35:
        frame = _damaged(rng, frame)
    elif chance < 0.55:
        frame = frame[:rng.randint(0, len(frame))]
    return frame


def _damaged(rng: random.Random, frame: bytes) -> bytes:
    damaged = bytearray(frame)
    for _ in range(rng.randint(1, 3)):
        damaged[rng.randrange(12, len(damaged)) if len(damaged) > 12 else 0] = rng.choice(
            [0, 1, 4, 6, 43, 44, 51, 60, 255, rng.randrange(256)])
    return bytes(damaged)


def _built(rng: random.Random) -> bytes:
    ethernet = bytes(12)
    for _ in range(rng.choice([0, 0, 0, 0, 1, 1, 2, 7, 8, 8, 9, 32])):
        ethernet += rng.choice(TAGS).to_bytes(2, "big") + rng.randbytes(2)
    chance = rng.random()
    if chance < 0.05:
        return ethernet + rng.choice(OTHER_TYPES).to_bytes(2, "big") + rng.randbytes(40)
    if chance < 0.4:
        return ethernet + b"\x08\x00" + _ip4(rng)
    return ethernet + b"\x86\xdd" + _ip6(rng)


def _address(rng: random.Random, addresses: Sequence[IPv4Address | IPv6Address]) -> bytes:
    return (addresses[0] if rng.random() < 0.6 else rng.choice(addresses)).packed


def _segment(rng: random.Random) -> bytes:
    port = 25 if rng.random() < 0.5 else rng.choice(PORTS)
    ports = rng.choice([25, 40000]).to_bytes(2, "big") + port.to_bytes(2, "big")
    return (ports + rng.randbytes(16))[:rng.choice([20, 20, 20, 8, 4, 3, 2, 0])]


def _ip4(rng: random.Random) -> bytes:
    words = rng.choice([5, 5, 5, 6, 10, 15])
    offset = rng.choice([0, 0, 0, 0, 1, 2, 185, 8191, 0x2000, 0x2001, 0x4000, 0x8000, 0x9fff])
    protocol = 6 if rng.random() < 0.85 else rng.choice(NOT_TCP)
    return bytes([0x40 | words]) + rng.randbytes(5) + offset.to_bytes(2, "big") \
        + bytes([64, protocol]) + rng.randbytes(2) + IPv4Address(OTHER4).packed \
        + _address(rng, ADDRESSES4) + rng.randbytes(words * 4 - 20) + _segment(rng)


def _ip6(rng: random.Random) -> bytes:
    kinds = rng.choices(sorted(EXTENSIONS), k=rng.choice([0, 0, 1, 1, 2, 3, 4, 7, 8, 8, 9, 12]))
    last = 6 if rng.random() < 0.85 else rng.choice(NOT_TCP)
    following = [*kinds[1:], last]
    chain = b"".join(map(lambda kind, after: _extension(rng, kind, after), kinds, following))
    return b"\x60" + rng.randbytes(5) + bytes([kinds[0] if kinds else last, 64]) \
        + IPv6Address(OTHER6).packed + _address(rng, ADDRESSES6) + chain + _segment(rng)


def _extension(rng: random.Random, kind: int, following: int) -> bytes:
    if kind == 44:
        offset = 0 if rng.random() < 0.8 else rng.randrange(65536)
        flags = rng.randrange(8)  # two reserved bits, more fragments
        return bytes([following, rng.randrange(256)]) + (offset & ~7 | flags).to_bytes(2, "big") \
            + rng.randbytes(4)
    units = rng.choice([0, 0, 1, 2, 5])
    if kind == 51:
        return bytes([following, units]) + rng.randbytes(units * 4 + 6)
    return bytes([following, units]) + rng.randbytes(units * 8 + 6)

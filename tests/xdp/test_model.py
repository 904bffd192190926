# SPDX-License-Identifier: Apache-2.0
"""bpf/classify.h, compiled for the host with sanitizers, against a model written from the RFCs.

EXOGATE_XDP_FRAMES says how many frames are compared (120,000); `make fuzz-xdp` compares more,
from another seed each time.
"""

import os
import random
import struct
import subprocess
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from .cases import CASES, RELAY4, RELAY6, Case
from .frames import random_endpoints, random_frame
from .model import Endpoint, Finding, classify

FRAMES = int(os.environ.get("EXOGATE_XDP_FRAMES", 120_000))
SEED = int(os.environ.get("EXOGATE_XDP_SEED", 25))
ABI, PROTECTED_MAX = 2, 8
ANY = [Endpoint(None, 25)]
FIXED = {
    "any": ANY,
    "any-ports": [Endpoint(None, port) for port in (25, 587, 465)],
    "address4": [Endpoint(IPv4Address(RELAY4), 25)],
    "address6": [Endpoint(IPv6Address(RELAY6), 25)],
    "both": [Endpoint(IPv4Address(RELAY4), 25), Endpoint(IPv6Address(RELAY6), 25)],
    "crossed": [Endpoint(IPv4Address(RELAY4), 25), Endpoint(IPv4Address("192.0.2.26"), 26)],
    "mapped": [Endpoint(IPv6Address("::ffff:192.0.2.25"), 25)],
    "greatest": [Endpoint(IPv6Address(f"2001:db8:25::{n:x}"), 25) for n in range(0x1f, 0x27)],
}
RANDOM = 8
# The model reads whole frames, but this one's verdict comes from where its first buffer ends.
IN_ONE_BUFFER = [case for case in CASES if case.id != "buffers-chain"]
# Reasons that the list gives, which is not asked here.
AFTER_THE_LIST = {"microsoft", "operator", "relay-pool", "relay-pool-off"}


def packed(endpoints: list[Endpoint]) -> bytes:
    """struct exogate_config of bpf/exogate_abi.h."""
    config = struct.pack("=III", ABI, 0, len(endpoints))
    for endpoint in endpoints:
        address = endpoint.address
        config += struct.pack("=II16s", address.version if address else 0, endpoint.port,
                              address.packed if address else b"")
    return config.ljust(12 + PROTECTED_MAX * 24, b"\0")


def line(finding: Finding) -> str:
    if finding.reason != "unlisted":
        return finding.reason
    family = 4 if len(finding.source) == 4 else 6
    return f"{finding.reason} {family} {finding.source.hex()} {finding.port}"


def probe(program: Path, endpoints: list[Endpoint], frames: list[bytes]) -> list[str]:
    stdin = packed(endpoints) + b"".join(struct.pack("=I", len(f)) + f for f in frames)
    done = subprocess.run([program], input=stdin, capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
    return done.stdout.decode().splitlines()


def compare(program: Path, endpoints: list[Endpoint], frames: list[bytes]) -> Counter:
    """How often each reason was found; the test fails where the two differ."""
    answers = probe(program, endpoints, frames)
    assert len(answers) == len(frames)
    reasons = Counter()
    for frame, answer in zip(frames, answers, strict=True):
        finding = classify(frame, endpoints)
        assert answer == line(finding), \
            f"{[str(endpoint) for endpoint in endpoints]}: {frame.hex()}"
        reasons[finding.reason] += 1
    return reasons


@pytest.mark.parametrize("case", IN_ONE_BUFFER, ids=lambda case: case.id)
def test_model_agrees_with_the_table(case: Case):
    """The model is right where a person has written down what is right."""
    expected = "unlisted" if case.reason in AFTER_THE_LIST else case.reason
    assert classify(case.frame, ANY).reason == expected


def test_every_byte_of_the_table(asan_program: Callable[[str], Path]):
    """Each frame of the table, cut after each byte of its headers."""
    frames = [case.frame[:n] for case in CASES for n in range(min(len(case.frame), 140) + 1)]
    compare(asan_program("tests/probe_classify"), ANY, frames)


def test_random_frames(asan_program: Callable[[str], Path]):
    rng = random.Random(SEED)
    configurations = [*FIXED.values(), *(random_endpoints(rng) for _ in range(RANDOM))]
    each = -(-FRAMES // len(configurations))
    reasons = Counter()
    for endpoints in configurations:
        frames = [random_frame(rng) for _ in range(each)]
        reasons += compare(asan_program("tests/probe_classify"), endpoints, frames)
    assert reasons.total() >= FRAMES
    expected = {case.reason for case in CASES} - AFTER_THE_LIST
    rare = {reason: reasons[reason] for reason in expected if reasons[reason] < FRAMES // 500}
    assert not rare, f"hardly generated, so hardly compared: {rare}"

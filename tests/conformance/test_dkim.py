# SPDX-License-Identifier: Apache-2.0
"""The sets dkim/*: canonical forms, tag lists, and the signatures of whole messages."""

from collections.abc import Iterator

import pytest

from .conftest import Probe, vectors_root
from .dkim_cases import CALLED_OTHERWISE, DIFFERENT_BY_RFC, TAGS_READ_OTHERWISE

MAX_SIGNATURES = 8
CUTS = (1, 2, 3, 61)


def latin1(text: str) -> bytes:
    return text.encode("latin-1")


def lf(text: bytes) -> bytes:
    """As a milter delivers a field."""
    return text.replace(b"\r\n", b"\n")


# --- canonical forms ------------------------------------------------------------------------------

def body_of(probe: Probe, body: bytes, algorithm: str, cut: int) -> bytes:
    answer = probe.ask("body", body, f"{algorithm}/{cut}".encode())
    return bytes.fromhex(answer["out"])


def canonical_forms(probe: Probe, case: dict) -> Iterator[bytes]:
    """Every way in which the bytes may come."""
    text = latin1(case["in"])
    if case["kind"] == "header":
        for way in (text, lf(text)):
            answer = probe.ask("header", way, case["algo"].encode())
            yield bytes.fromhex(answer["out"])
        return
    for way in (text, lf(text)):
        for cut in range(1, len(way) + 2):
            yield body_of(probe, way, case["algo"], cut)


def test_canonical_forms(vectors, dkim_probe, agreement):
    cases = vectors("dkim/canon.json")["cases"]
    wrong = []
    for case in cases:
        found = set(canonical_forms(dkim_probe, case))
        if found != {latin1(case["out"])}:
            wrong.append((case["id"], found, case["out"]))
    agreement("dkim/canon.json", len(cases) - len(wrong), len(cases))
    assert not wrong


# --- tag lists ------------------------------------------------------------------------------------

VERBS = {"tag-list": "tags", "key-record": "key", "key-record-syntax": "record",
         "signature-value": "signature"}


def reads(probe: Probe, case: dict) -> bool:
    value = case["value"].encode("utf-8")
    if case["kind"] != "signature-header":
        return probe.ask(VERBS[case["kind"]], value)["ok"]
    name, _, value = value.partition(b":")
    if name.lower() != b"dkim-signature" or not value.endswith(b"\r\n"):
        return False
    return probe.ask("signature", value.removesuffix(b"\r\n"))["ok"]


def test_tag_lists(vectors, dkim_probe, agreement):
    cases = vectors("dkim/tags.json")["cases"]
    wrong = {case["id"] for case in cases if reads(dkim_probe, case) != case["valid"]}
    agreement("dkim/tags.json", len(cases) - len(wrong), len(cases))
    assert wrong == TAGS_READ_OTHERWISE


# --- messages -------------------------------------------------------------------------------------

def zone_lines(dns: dict) -> Iterator[str]:
    for name, value in dns.items():
        if isinstance(value, dict):
            yield f"{name} !{value['rcode']}"
            continue
        for record in [value] if isinstance(value, str) else value:
            yield f"{name} {record.encode('utf-8', 'surrogateescape').hex()}"


def results_of(probe: Probe, message: bytes, case: dict, cut: int,
               most: int = MAX_SIGNATURES) -> dict[int, dict]:
    lines = [f"{case.get('now', 1790000000)} {most} {cut}", *zone_lines(case["dns"])]
    answer = probe.ask("message", message, ("\n".join(lines) + "\n").encode())
    return {signature["i"]: signature for signature in answer["signatures"]}


def verdict_agrees(expected: dict, found: dict | None, n_tried: int) -> bool:
    """A signature beyond those that are tried is none that passes."""
    if found is None:
        return n_tried == MAX_SIGNATURES and expected["verdict"] != "pass"
    return expected["verdict"] in ("either", "pass" if found["result"] == "pass" else "nonpass")


def name_agrees(expected: dict, found: dict | None) -> bool:
    """Whether its result is called as the set accepts; what RFC 8301 rules out is not even tried."""
    return (found is None or expected["verdict"] != "nonpass" or found["why"] == "sha1"
            or found["result"] in expected["accept"])


class Comparison:
    """Of one set: which signatures differ, and for each level how many agree of how many."""

    def __init__(self) -> None:
        self.verdicts: set[str] = set()
        self.names: set[str] = set()
        self.counts: dict[str, list[int]] = {}

    def note(self, key: str, expected: dict, found: dict | None, n_tried: int) -> None:
        count = self.counts.setdefault(expected["level"], [0, 0])
        agreed = verdict_agrees(expected, found, n_tried)
        count[0] += agreed
        count[1] += 1
        if not agreed:
            self.verdicts.add(key)
        elif not name_agrees(expected, found):
            self.names.add(key)


def compare(probe: Probe, cases: list[dict]) -> Comparison:
    comparison = Comparison()
    for case in cases:
        message = (vectors_root() / "dkim" / case["message"]).read_bytes()
        found = results_of(probe, message, case, 0)
        for expected in case["expected"]:
            comparison.note(f"{case['id']}#{expected['i']}", expected,
                            found.get(expected["i"]), len(found))
    return comparison


@pytest.mark.parametrize("name", ["cases", "derived"])
def test_signatures(vectors, dkim_probe, agreement, name):
    comparison = compare(dkim_probe, vectors(f"dkim/{name}.json")["cases"])
    for level, (agreed, total) in sorted(comparison.counts.items()):
        agreement(f"dkim/{name}.json, {level}", agreed, total)
    assert comparison.verdicts == DIFFERENT_BY_RFC[name]
    assert comparison.names == CALLED_OTHERWISE[name]


@pytest.mark.parametrize("name", ["cases", "derived"])
def test_signatures_of_bodies_in_pieces(vectors, dkim_probe, name):
    """However the body is cut, and whether lines end in CR LF or LF, the results are the same."""
    for case in vectors(f"dkim/{name}.json")["cases"]:
        message = (vectors_root() / "dkim" / case["message"]).read_bytes()
        whole = results_of(dkim_probe, message, case, 0)
        for cut in CUTS:
            assert results_of(dkim_probe, message, case, cut) == whole, (case["id"], cut)
        assert results_of(dkim_probe, lf(message), case, 0) == whole, case["id"]

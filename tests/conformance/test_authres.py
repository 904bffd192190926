# SPDX-License-Identifier: Apache-2.0
"""The sets ar/*: what does an Authentication-Results field say, and which are to be stripped?"""

import pytest

OWN_SEQUENCES = [
    {
        "id": "one of three, and another's name between",
        "own_authserv_ids": ["mx.example.net"],
        "headers": [
            "Authentication-Results: relay.example; spf=pass",
            "X-Authentication-Results: mx.example.net; dkim=pass",
            "Authentication-Results: mx.example.net; dkim=pass",
            "authentication-results: mx.example.net. 1; dkim=pass",
        ],
        "expect_deleted": [["Authentication-Results", 3], ["Authentication-Results", 2]],
    },
]


def text(hexadecimal: str) -> str:
    return bytes.fromhex(hexadecimal).decode("utf-8")


def result_read(result: dict) -> dict:
    """In the shape of the set, whose names are in lower case."""
    read = {
        "method": text(result["method"]).lower(),
        "method_version": result["method_version"],
        "result": text(result["result"]).lower(),
        "props": [
            [text(prop["ptype"]).lower(), text(prop["property"]).lower(), text(prop["value"])]
            for prop in result["properties"]
        ],
    }
    if result["reason"]:
        read["reason"] = text(result["reason"])
    return read


def parse(probe, value: str) -> dict | None:
    answer = probe.ask("parse", value.encode("utf-8"))
    if not answer["ok"]:
        return None
    return {
        "authserv_id": text(answer["authserv_id"]),
        "version": answer["version"],
        "results": [result_read(result) for result in answer["results"]],
    }


def claims(probe, header: str, own_ids: list[str]) -> bool:
    name, _, value = header.partition(":")
    if name.rstrip(" \t").lower() != "authentication-results":
        return False
    return any(
        probe.ask("claims", value.encode("utf-8"), own_id.encode("utf-8"))["claims"]
        for own_id in own_ids
    )


def honours(probe, header: str, own_ids: list[str]) -> bool:
    """Whether a reader of ours would believe the field if it were left there."""
    parsed = parse(probe, header.partition(":")[2])
    return parsed is not None and parsed["authserv_id"].lower() in own_ids


def deletions(probe, headers: list[str], own_ids: list[str]) -> list[tuple[str, int]]:
    """Name and per-name index of each field to delete, highest first."""
    seen: dict[str, int] = {}
    found = []
    for header in headers:
        name = header.partition(":")[0].rstrip(" \t").lower()
        seen[name] = seen.get(name, 0) + 1
        if claims(probe, header, own_ids):
            found.append((name, seen[name]))
    return found[::-1]


def test_parse(vectors, authres_probe, agreement):
    cases = vectors("ar/parse.json")["cases"]
    wrong = []
    for case in cases:
        parsed = parse(authres_probe, case["value"])
        if parsed != case["parsed"] or (parsed is not None) != case["strict_valid"]:
            wrong.append((case["id"], parsed, case["parsed"]))
    agreement("ar/parse.json", len(cases) - len(wrong), len(cases))
    assert not wrong


def test_strip_single(vectors, authres_probe, agreement):
    cases = vectors("ar/strip.json")["single"]
    wrong = []
    for case in cases:
        own_ids = case["own_authserv_ids"]
        answer = "strip" if claims(authres_probe, case["header"], own_ids) else "keep"
        if answer == "keep" and "ignore" in case["expect"]:
            answer = "honour" if honours(authres_probe, case["header"], own_ids) else "ignore"
        if answer not in case["expect"].split("-or-"):
            wrong.append((case["id"], answer, case["expect"]))
    agreement("ar/strip.json, single", len(cases) - len(wrong), len(cases))
    assert not wrong


def sequence_agrees(probe, case: dict) -> bool:
    expected = [(name.lower(), index) for name, index in case["expect_deleted"]]
    expected.sort(key=lambda deletion: -deletion[1])
    return deletions(probe, case["headers"], case["own_authserv_ids"]) == expected


@pytest.mark.parametrize("case", OWN_SEQUENCES, ids=lambda case: case["id"])
def test_own_sequences(authres_probe, case):
    assert sequence_agrees(authres_probe, case)


def test_strip_sequence(vectors, authres_probe, agreement):
    cases = vectors("ar/strip.json")["sequence"]
    if not cases:
        pytest.skip("the set has no sequences")
    wrong = [case["id"] for case in cases if not sequence_agrees(authres_probe, case)]
    agreement("ar/strip.json, sequence", len(cases) - len(wrong), len(cases))
    assert not wrong

# SPDX-License-Identifier: Apache-2.0
"""The secret header is a fact by its name and what it proves; its value is never shown."""

from collections.abc import Callable

import pytest

from conversations.daemon import SECRETS

from .run import Explain

ALICE = b"From: alice@contoso.com\nX-OriginatorOrg: contoso.com\n"
RIGHT = b"X-Contoso-Relay: " + SECRETS[0].encode() + b"\n"
RENEWED = b"x-contoso-relay : " + SECRETS[1].encode() + b"\n"
WRONG = b"X-CONTOSO-Relay: not the secret!\n"

CASES = [
    pytest.param(b"", "absent", [], id="absent"),
    pytest.param(RIGHT, "agree", [3], id="agree"),
    pytest.param(RENEWED, "agree", [3], id="renewed"),
    pytest.param(WRONG, "conflict", [3], id="wrong"),
    pytest.param(RIGHT + b"Subject: x\n" + RIGHT, "repeated", [3, 5], id="repeated"),
    pytest.param(RIGHT + RENEWED, "repeated", [3, 4], id="both"),
    pytest.param(WRONG + WRONG, "repeated", [3, 4], id="wrong-twice"),
]


@pytest.fixture
def secret(explain_with: Callable[[str], Explain]) -> Explain:
    return explain_with("secret")


def has_no_value(text: str) -> bool:
    return not any(value in text for value in (*SECRETS, "not the secret"))


@pytest.mark.parametrize(("fields", "state", "lines"), CASES)
def test_text(secret: Explain, fields: bytes, state: str, lines: list[int]) -> None:
    text = secret.text(ALICE + fields)
    facts = [line.split() for line in text.splitlines() if line.startswith("  secret ")]
    origins = [["line", str(line)] for line in lines] or [[]]
    means = {"repeated": ["conflict:", "repeated"]}.get(state, [state])
    assert [fact[1:-1 - len(means)] for fact in facts] == origins
    assert all(fact[-len(means):] == means for fact in facts)
    assert [fact[-1 - len(means)].lower() for fact in facts] == len(origins) * ["x-contoso-relay"]
    assert has_no_value(text)


@pytest.mark.parametrize(("fields", "state", "lines"), CASES)
def test_object(secret: Explain, fields: bytes, state: str, lines: list[int]) -> None:
    said = secret.object(ALICE + fields)
    assert said["facts"]["secret"] == {"name": "X-Contoso-Relay", "lines": lines, "state": state}
    assert said["facts"]["proofs"]["secret"] == ("conflict" if state == "repeated" else state)
    assert has_no_value(str(said))


def test_a_tenant_without_one(secret: Explain, explain: Explain) -> None:
    """Not of another tenant's, nor of nobody's mail."""
    for sender in (b"x@fabrikam.com", b"x@nowhere.example"):
        content = b"From: " + sender + b"\n" + WRONG
        assert secret.object(content)["facts"]["secret"] is None
        assert "\n  secret " not in secret.text(content)
    assert explain.object(ALICE + WRONG)["facts"]["secret"] is None

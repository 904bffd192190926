# SPDX-License-Identifier: Apache-2.0
"""Whoever is refused is told what may be changed."""

import re
import subprocess
from collections.abc import Callable

import pytest

from conversations.daemon import SECRETS

from .run import Explain


def test_every_row_that_refuses_has_advice(explain: Explain) -> None:
    """In the table that the manual is made from."""
    printed = subprocess.run([explain.program, "verdicts"], capture_output=True, text=True,
                             check=True).stdout
    rows = [row.split("\n\t") for row in re.split(r"\n(?!\t)", printed.strip("\n"))]
    assert len(rows) > 10
    for reason, answer, _, *advice in rows:
        assert bool(advice) == (answer != "accept"), reason
        assert all(line.startswith("\tIf it is legitimate: ") for line in advice)


@pytest.mark.parametrize(("content", "says"), [
    (b"From: x@nowhere.example\n", "hosted.domains"),
    (b"Subject: x\n", "must write a From field"),
    (b"From: a@contoso.com\nX-OriginatorOrg: fabrikam.com\n", "originator_orgs"),
    (b"From: a@contoso.com\n", "which proof does not agree"),
])
def test_advice_follows_the_reason(explain: Explain, content: bytes, says: str) -> None:
    text = explain.text(content)
    assert says in " ".join(text.partition("\nIf it is legitimate\n")[2].partition("\n\n")[0].split())


def test_no_advice_for_what_is_accepted(explain: Explain) -> None:
    assert "legitimate" not in explain.text(b"From: a@contoso.com\nX-OriginatorOrg: contoso.com\n")


def test_lines_of_advice_fit_a_terminal(explain: Explain) -> None:
    text = explain.text(b"From: a@contoso.com\n")
    advice = text.partition("\nIf it is legitimate\n")[2].partition("\n\n")[0].splitlines()
    assert len(advice) > 1 and all(len(line) <= 80 for line in advice)


SECRET = b"X-Contoso-Relay"
ALICE = b"From: alice@contoso.com\nX-OriginatorOrg: contoso.com\n"


def advice_of(text: str) -> str:
    return " ".join(text.partition("\nIf it is legitimate\n")[2].partition("\n\n")[0].split())


@pytest.mark.parametrize(("fields", "says"), [
    (SECRET + b": not the secret!\n", "not one of its values"),
    (2 * (SECRET + b": " + SECRETS[0].encode() + b"\n"), "more than once"),
])
def test_advice_where_the_secret_conflicts(explain_with: Callable[[str], Explain], fields: bytes,
                                           says: str) -> None:
    """The stamps agree: it is not they that are to be looked at."""
    text = explain_with("secret").text(ALICE + fields)
    assert "tenant-conflict" in text.partition("\n")[0]
    advice = advice_of(text)
    assert says in advice and "X-Contoso-Relay" in advice
    assert "secret_header" in advice and "mail flow rule" in advice
    assert "originator_orgs" not in advice


def test_advice_where_both_conflict(explain_with: Callable[[str], Explain]) -> None:
    advice = advice_of(explain_with("secret").text(
        b"From: alice@contoso.com\nX-OriginatorOrg: x.example\n" + SECRET + b": not the secret!\n"))
    assert "mail flow rule" in advice and "originator_orgs" in advice

# SPDX-License-Identifier: Apache-2.0
"""What is wrong in a file of the corpus is said, with the place; and the checks can fail."""

import pytest

from .case import CaseError, read_text
from .facts import differences, paths
from .mail import attacked, twin

GOOD = """
[[case]]
id = "x"
why = "An example."
fact = "From"
expect = "550 tenant-unknown"
attack.set.From = "x@bank.example"
"""


@pytest.mark.parametrize(("old", "new", "said"), [
    ('why = "An example."', "", "attacks/f.toml: x: why is missing"),
    ('id = "x"', "", "attacks/f.toml: id is missing"),
    ('fact = "From"', "", "attacks/f.toml: x: fact is missing"),
    ("attack.set.From", "attack.set2.From", "attacks/f.toml: x: attack: set2 is not known"),
    ("attack.set.From", "mail.set.From", "attacks/f.toml: x: attack is missing"),
    ('"x@bank.example"', '"x@bank.example"\nattack.rcpt = "a@b"', "rcpt must be a list"),
    ("550 tenant-unknown", "550", "expect is an answer"),
    ("550 tenant-unknown", "552 full", "expect is an answer"),
    ("550 tenant-unknown", "accept inbound", "attacks/f.toml: x: expect: accept cannot be"),
    ('fact = ', 'twin = "550 x"\nfact = ', "attacks/f.toml: x: twin: 550 cannot be"),
    ('why = ', 'why = "" ', "attacks/f.toml: Expected newline"),
    ('"x@bank.example"', '"x"\nmail.earlier = [{ fate = "x" }]', "earlier[0]: fate is not known"),
    ('"x@bank.example"', '"x"\nmail.earlier = [{ end = "x" }]', "earlier[0]: end is one of"),
])
def test_errors_name_the_place(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(CaseError) as error:
        read_text(GOOD.replace(old, new), "attacks", "f")
    assert said in str(error.value)


def test_an_empty_file_is_an_error() -> None:
    with pytest.raises(CaseError, match="no case"):
        read_text("", "attacks", "f")


def test_legitimate_mail_attacks_nothing() -> None:
    with pytest.raises(CaseError, match="attacks nothing"):
        read_text(GOOD, "legitimate", "f")


@pytest.mark.parametrize(("more", "found"), [
    ("", {"from"}),
    ('attack.mail_from = "x@bank.example"', {"from", "envelope sender"}),
    ('attack.rcpt = ["x@bank.example"]', {"from", "recipients"}),
    ('attack.client = "192.0.2.1"', {"from", "client"}),
    ('attack.certificate = ""', {"from", "certificate"}),
    ('attack.signed = []',
     {"from", "signed", "dkim-signature", "authentication-results"}),
    ('attack.auth = "x"', {"from", "authentication"}),
    ('attack.body = "x"', {"from", "body"}),
    ('attack.server = "8.17"', {"from", "mail server"}),
    ('attack.earlier = [{}]', {"from", "earlier messages"}),
    ('attack.top = ["X-New : y"]', {"from", "x-new"}),
    ('attack.set.From = []', {"from"}),
])
def test_differences_are_found(more: str, found: set[str]) -> None:
    text = GOOD if "set.From" not in more else GOOD.replace(GOOD.splitlines()[-1], "")
    (case,) = read_text(text + more, "attacks", "f")
    differing = differences(twin(case), attacked(case))
    assert differing == found
    assert (differing <= paths("From")) == (found == {"from"})


def test_another_order_is_a_difference() -> None:
    """Of fields that both have, though each says the same in both."""
    (case,) = read_text(GOOD + 'attack.set.Subject = []\n'
                        'attack.add = ["Subject: Figures for the third quarter"]', "attacks", "f")
    assert differences(twin(case), attacked(case)) == {"from", "order"}

# SPDX-License-Identifier: Apache-2.0
"""A few of the mutations of `make mutate`, so that it keeps working; and that it sees survivors."""

import pytest

from . import mutate

SOURCE = mutate.SOURCE.read_text()
ROWS = mutate.read_rows(SOURCE)


def test_every_row_is_mutated_in_every_way() -> None:
    chosen = mutate.mutations(SOURCE)
    assert len(ROWS) > 15 and len(chosen) == len(mutate.KINDS) * len(ROWS) - 1
    assert len({mutation.source for mutation in chosen} | {SOURCE}) == len(chosen) + 1


@pytest.mark.parametrize(("kind", "row"), [("delete", "tenant_conflict"),
                                           ("negate", "certificate_untrusted"),
                                           ("swap", "client_unlisted"), ("delete", "always")])
def test_a_mutation_is_caught(kind: str, row: str) -> None:
    (mutation,) = [m for m in mutate.mutations(SOURCE, [row]) if m.kind == kind]
    assert mutate.caught_by(mutation.source)


def test_survivors_are_listed(monkeypatch: pytest.MonkeyPatch,
                              capsys: pytest.CaptureFixture[str]) -> None:
    """A mutation that changes no judgement is noticed by no test, and that is said."""
    reworded = SOURCE.replace("there is no From field", "From is not there")
    monkeypatch.setattr(mutate, "KINDS", {"reword": lambda source, rows, at: reworded})
    assert mutate.main(["from_missing"]) == 1
    assert "no test notices: reword from_missing" in capsys.readouterr().out


def test_an_unknown_row_is_an_error() -> None:
    with pytest.raises(SystemExit, match="no row has the predicate nothing"):
        mutate.mutations(SOURCE, ["nothing"])

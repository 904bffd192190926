# SPDX-License-Identifier: Apache-2.0
"""
What an administrator reads of each base message: EXOGATE_RENEW=1 writes it anew.  But for the
table, which is compared to what `exogated verdicts` prints.
"""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.mail import dialog

from .run import Explain, header

GOLDEN = Path(__file__).parent / "golden"
TABLE = "\nTable (the first yes decides; in parentheses, what later rows would say)\n"
MESSAGES = ["exo", "echospoofing", "ndr", "forwarded"]


def without_table(text: str) -> tuple[str, list[str]]:
    """The text without the rows of the table, and these."""
    before, head, rest = text.partition(TABLE)
    assert head
    table, blank, after = rest.partition("\n\n")
    return before + head + blank[1:] + after, table.rstrip("\n").split("\n")


@pytest.mark.parametrize("variant", ["base", "authres", "tenant-monitor"])
@pytest.mark.parametrize("name", MESSAGES)
def test_text(explain_with: Callable[[str], Explain], name: str, variant: str) -> None:
    message = dialog({"message": name}).message
    done = explain_with(variant).run("-", stdin=header(message.fields) + b"\nHello.\n")
    assert done.returncode == 0
    text, _ = without_table(done.stdout.decode())
    golden = GOLDEN / f"{name}-{variant}.txt"
    if os.environ.get("EXOGATE_RENEW"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_table(explain: Explain) -> None:
    """All rows as they are, the first "yes" marked and nothing else; those after it do not say yes."""
    message = dialog({"message": "forwarded"}).message
    text = explain.text(header(message.fields))
    verdicts = subprocess.run([explain.program, "verdicts"], capture_output=True, text=True,
                              check=True).stdout
    rows = [re.fullmatch(r"([> ]) (yes|no|\(yes\)|\(no\)) +(\S+) +(\S+) +(.+)", line).groups()
            for line in without_table(text)[1]]
    assert [row[2:] for row in rows] == re.findall(r"^(\S+)\n\t(\S+)\n\t(.+)$", verdicts, re.M)
    answers = [row[1] for row in rows]
    decides = answers.index("yes")
    assert [row[0] for row in rows].index(">") == decides and answers[:decides] == decides * ["no"]
    assert [row[0] for row in rows].count(">") == 1 and decides > 10
    assert set(answers[decides + 1:]) == {"(yes)", "(no)"}
    assert (answers[-1], rows[-1][2]) == ("(yes)", "authorised")


def test_all_golden_files_are_used() -> None:
    assert len(list(GOLDEN.iterdir())) == 3 * len(MESSAGES)

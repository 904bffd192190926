# SPDX-License-Identifier: Apache-2.0
"""The manual says what the tables of the program say."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "contrib" / "man").iterdir())
PAGE = {page.name: page for page in PAGES}
ANSWERS = {"ACCEPT": "accept", "REJECT": "550", "TEMPFAIL": "451"}


def words(page: str) -> str:
    """A page's source with hyphens as they are read."""
    return PAGE[page].read_text().replace("\\-", "-")


@pytest.mark.parametrize(("command", "page", "name"), [
    ("keys", "exogate.conf.5", "SETTINGS"), ("verdicts", "exogated.8", "VERDICTS")])
def test_tables_are_those_of_the_program(asan_program: Callable[[str], Path], command: str,
                                         page: str, name: str) -> None:
    """`make man` would change nothing."""
    table = subprocess.run([asan_program("exogated"), command], capture_output=True, text=True,
                           check=True).stdout
    renewed = subprocess.run([ROOT / "contrib/dev/manual-table.py", PAGE[page], name],
                             input=table, capture_output=True, text=True, check=True).stdout
    assert renewed == PAGE[page].read_text(), "run make man"
    section = renewed.partition(f"BEGIN {name}")[2].partition(f"END {name}")[0]
    assert section.count("\n.TP\n.B ") > 10
    assert section.count("\n.TP\n.B ") == sum(
        not line.startswith("\t") for line in table.splitlines())


def test_verdicts_are_the_rows_of_the_table(asan_program: Callable[[str], Path]) -> None:
    """Each with its answer, in order."""
    source = (ROOT / "daemon/core/verdict.c").read_text()
    reasons = dict(re.findall(r'X\((REASON_\w+),\s*"([^"]+)"',
                              (ROOT / "daemon/core/reason.h").read_text().replace("\\\n", " ")))
    rows = [(reasons[reason], ANSWERS[decision]) for decision, reason in re.findall(
        r"\{ \w+, VERDICT_(\w+), (REASON_\w+),", source)]
    assert len(rows) > 10
    table = subprocess.run([asan_program("exogated"), "verdicts"], capture_output=True, text=True,
                           check=True).stdout
    assert re.findall(r"^([a-z-]+)\n\t(\w+)\n\t\w", table, re.M) == rows


@pytest.mark.parametrize(("header", "table"), [("close_reason.h", "CLOSE_REASONS"),
                                               ("reason.h", "REASONS")])
def test_every_word_is_explained(header: str, table: str) -> None:
    text = (ROOT / "daemon/core" / header).read_text()
    body = text[text.index(f"#define {table}(X)"):]
    found = re.findall(r'X\(\w+,\s*"([^"]+)"', body[:body.index("\n\n")].replace("\\\n", " "))
    assert found
    page = words("exogated.8")
    assert [word for word in found if not re.search(rf"^\.BR? .*\b{word}\b", page, re.M)] == []


def test_commands_and_options(asan_program: Callable[[str], Path]) -> None:
    usage = subprocess.run([asan_program("exogated"), "--help"], capture_output=True, text=True,
                           check=True).stdout
    said = re.findall(r"^  (?:-\w, |    )?(--[a-z]+)|^  ([a-z]+) ", usage, re.M)
    names = {option or command for option, command in said}
    assert {"check", "status", "--config", "--version"} <= names
    page = words("exogated.8")
    assert [name for name in names if name not in page] == []
    glued = re.findall(r"^  (?:-\w, |    )--[a-z-]++(?: [A-Z]++)?+\S.*$", usage, re.M)
    assert glued == []


def test_advice_begins_a_line() -> None:
    """It is no part of the sentence that says what the row asks."""
    shown = subprocess.run(["groff", "-man", "-Tutf8", "-P-cbou", PAGE["exogated.8"]],
                           capture_output=True, text=True, check=True).stdout
    assert len(re.findall(r"^ +If +it +is +legitimate: ", shown, re.M)) > 10
    assert re.findall(r"^.*\S +If +it +is +legitimate:.*$", shown, re.M) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_is_well_formed(page: Path) -> None:
    done = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", page], capture_output=True,
                          text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)

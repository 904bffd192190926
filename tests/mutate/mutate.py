#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""mutate.py [ROW...] - are the tests of the verdict table worth their name?

Each row of daemon/core/verdict.c's table is deleted, negated and exchanged with the next one, in a
copy under build/mutate, and the unit tests of the verdict are run on each copy.  A test must fail
each time; its name is printed, and those mutations that no test noticed, with exit code 1.  With
names of predicates, only their rows.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "daemon" / "core" / "verdict.c"
BUILD = ROOT / "build" / "mutate"
OBJECTS = BUILD / "obj"                 # everything but the verdict, by make
# An index beyond the table ends the program.
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-O0", "-fsanitize=bounds",
         "-fsanitize-undefined-trap-on-error", "-I", ROOT / "daemon/core", "-I", ROOT / "loader/acl"]
TABLE = re.compile(r"(?P<head>static const struct \{[^}]*\} rows\[\] = \{\n)(?P<rows>.*?)(?P<tail>\n\};\n)",
                   re.S)
ROW = re.compile(r"^\t\{ (?P<predicate>\w+), VERDICT_\w+, REASON_\w+,.*?\},$", re.S | re.M)


@dataclass(frozen=True)
class Mutation:
    kind: str
    row: str                            # its predicate
    source: str


def compose(source: str, rows: Iterable[str], before: str = "") -> str:
    """The source with these rows; before stands in front of the table."""
    table = TABLE.search(source)
    text = before + table["head"] + "\n".join(rows) + table["tail"]
    return source[:table.start()] + text + source[table.end():]


def read_rows(source: str) -> list[str]:
    """The rows of the table, whole; an error if that is not all there is in it."""
    rows = [row[0] for row in ROW.finditer(TABLE.search(source)["rows"])]
    if not rows or compose(source, rows) != source:
        sys.exit("mutate: the table of verdict.c is not in the form that is expected here")
    return rows


def name_of(row: str) -> str:
    return ROW.match(row)["predicate"]


def deleted(source: str, rows: list[str], at: int) -> str:
    return compose(source, rows[:at] + rows[at + 1:])


def negated(source: str, rows: list[str], at: int) -> str:
    name = name_of(rows[at])
    function = ("static bool negated(const struct judgement *j)\n"
                f"{{\n\treturn !{name}(j);\n}}\n\n")
    row = rows[at].replace(f"{{ {name},", "{ negated,", 1)
    return compose(source, rows[:at] + [row] + rows[at + 1:], function)


def swapped(source: str, rows: list[str], at: int) -> str:
    """With the next row; the last one has none."""
    return compose(source, [*rows[:at], *reversed(rows[at:at + 2]), *rows[at + 2:]])


KINDS: dict[str, Callable[[str, list[str], int], str]] = {
    "delete": deleted, "negate": negated, "swap": swapped}


def mutations(source: str, only: Iterable[str] = ()) -> list[Mutation]:
    rows, wanted = read_rows(source), set(only)
    if unknown := wanted - {name_of(row) for row in rows}:
        sys.exit(f"mutate: no row has the predicate {', '.join(sorted(unknown))}")
    return [Mutation(kind, name_of(row), mutate(source, rows, at))
            for at, row in enumerate(rows) for kind, mutate in KINDS.items()
            if (not wanted or name_of(row) in wanted)
            and not (kind == "swap" and at == len(rows) - 1)]


def compiler() -> list[str]:
    return shlex.split(os.environ.get("CC", "gcc"))


def objects() -> list[Path]:
    """Those whose source is still there."""
    return sorted(path for path in OBJECTS.rglob("*.o")
                  if (ROOT / path.relative_to(OBJECTS)).with_suffix(".c").exists())


def build(source: str, directory: Path) -> list[Path]:
    """The test programs of a verdict.c; their paths."""
    (directory / "verdict.c").write_text(source)
    verdict = directory / "verdict.o"
    subprocess.run([*compiler(), *FLAGS, "-c", "-o", verdict, directory / "verdict.c"], check=True)
    tests = [path for path in objects() if path.name.startswith("test_verdict")]
    shared = [path for path in objects() if path not in tests]
    built = []
    for test in tests:
        program = directory / test.stem
        subprocess.run([*compiler(), "-o", program, test, verdict, *shared], check=True)
        built.append(program)
    return built


def failing_test(built: Iterable[Path]) -> str | None:
    """The first test that fails."""
    for program in built:
        names = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)
        for name in names.stdout.split():
            done = subprocess.run([program, name], capture_output=True, timeout=60, check=False)
            if done.returncode != 0:
                return f"{program.name}-{name}"
    return None


def caught_by(source: str) -> str | None:
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as directory:
        return failing_test(build(source, Path(directory)))


def main(only: list[str]) -> int:
    source = SOURCE.read_text()
    if name := caught_by(source):
        sys.exit(f"mutate: {name} fails without any mutation")
    chosen = mutations(source, only)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        caught = list(pool.map(lambda mutation: caught_by(mutation.source), chosen))
    for mutation, name in zip(chosen, caught):
        print(f"{mutation.kind:7} {mutation.row:24} {name or 'SURVIVES'}")
    survivors = [m for m, name in zip(chosen, caught) if not name]
    print(f"mutate: {len(chosen) - len(survivors)} of {len(chosen)} mutations caught")
    for mutation in survivors:
        print(f"mutate: no test notices: {mutation.kind} {mutation.row}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

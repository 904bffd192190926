#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""manual-table.py PAGE NAME < TABLE - PAGE, with the table as `exogated keys` or `verdicts` prints it.

An entry of the table is a line, then indented ones: its kind and its text, of which a line that is
indented twice begins anew.  What stands in the page between the two marks of that name is replaced;
the rest is written by hand.
"""

import sys
from pathlib import Path

BEGIN, END = '.\\" BEGIN {}: made by `make man`\n', '.\\" END {}\n'


def roff(text: str) -> str:
    """The text as roff shows it: nothing in it is a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return ("\\&" if text.startswith((".", "\\(aq")) else "") + text


def entries(table: str) -> str:
    lines = []
    for line in table.splitlines():
        if line.startswith("\t"):
            text = roff(line.lstrip("\t"))
            if lines[-1].startswith(".B"):
                text = f"({text})\n.br"
            elif line.startswith("\t\t"):
                text = f".br\n{text}"
            lines.append(text)
        else:
            lines += [".TP", f".B {roff(line)}"]
    return "\n".join(lines) + "\n"


def renewed(page: str, name: str, table: str) -> str:
    begin, end = BEGIN.format(name), END.format(name)
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    if not rest or not after:
        sys.exit("manual-table: the page lacks its marks")
    return before + begin + entries(table) + end + after


if __name__ == "__main__":
    sys.stdout.write(renewed(Path(sys.argv[1]).read_text(), sys.argv[2], sys.stdin.read()))

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""settings-manual.py PAGE < KEYS - PAGE, with the settings as `exogated keys` prints them.

What stands in the page between its two marks is replaced; the rest is written by hand.
"""

import sys
from pathlib import Path

BEGIN, END = '.\\" BEGIN SETTINGS: made by `make man`\n', '.\\" END SETTINGS\n'


def roff(text: str) -> str:
    """The text as roff shows it: nothing in it is a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return ("\\&" if text.startswith((".", "\\(aq")) else "") + text


def entries(keys: str) -> str:
    lines = []
    for line in keys.splitlines():
        if line.startswith("\t"):
            text = roff(line[1:])
            lines.append(f"({text})\n.br" if lines[-1].startswith(".B") else text)
        else:
            lines += [".TP", f".B {roff(line)}"]
    return "\n".join(lines) + "\n"


def renewed(page: str, keys: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or not after:
        sys.exit("settings-manual: the page lacks its marks")
    return before + BEGIN + entries(keys) + END + after


if __name__ == "__main__":
    sys.stdout.write(renewed(Path(sys.argv[1]).read_text(), sys.stdin.read()))

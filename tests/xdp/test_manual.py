# SPDX-License-Identifier: Apache-2.0
"""exogate-xdp(8) says what the program's own tables say."""

import re
import subprocess

import pytest
from lab.commands import ENVIRONMENT

from .conftest import LOADER, ROOT

PAGE = (ROOT / "contrib/man/exogate-xdp.8").read_text().replace("\\-", "-")


def help_of(*command: str) -> str:
    return subprocess.run([LOADER, *command, "--help"], text=True, capture_output=True, check=True,
                          env=ENVIRONMENT).stdout


def commands() -> list[str]:
    return re.findall(r"^  (\w+(?: \w+)?)  +\S", help_of().partition("\n\n")[2], re.M)


def test_reasons():
    """Each with its verdict and meaning, in the order of the table."""
    table = (ROOT / "bpf/exogate_abi.h").read_text().partition("#define EXOGATE_REASONS(X)")[2]
    rows = re.findall(r'X\(\w+, "([^"]+)", (\w+), "([^"]+)"\)', table)
    assert len(rows) > 10
    said = re.findall(r"^\.B (\S+)\n\((\w+)\) (.+)$", PAGE.partition(".SH REASONS")[2], re.M)
    assert said == [(name, verdict.lower(), meaning) for name, verdict, meaning in rows]


def test_commands():
    found = commands()
    assert {"attach", "acl show", "watch"} <= set(found)
    assert [name for name in found if not re.search(rf"^\.B {name}$", PAGE, re.M)] == []


def synopses() -> dict[str, str]:
    """What the synopsis says of each command."""
    section = PAGE.partition(".SH SYNOPSIS\n")[2].partition("\n.PP")[0]
    found = {}
    for entry in section.split("\n.br\n"):
        named = re.match(r"\.B exogate-xdp ([a-z]+(?: [a-z]+)?)", entry)
        assert named and named[1] not in found, entry
        found[named[1]] = entry
    return found


def test_synopsis_has_every_command():
    assert list(synopses()) == commands()


@pytest.mark.parametrize("command", commands())
def test_options(command: str):
    """Each has a paragraph; and it stands in the synopsis of what it belongs to, or is for all."""
    options = set(re.findall(r"^  (--[a-z-]+)", help_of(*command.split()), re.M))
    assert "--bpffs" in options
    assert [name for name in options if not re.search(rf"^\.BI? {name}(?![a-z-])", PAGE, re.M)] == []
    assert set(re.findall(r"--[a-z-]+", synopses()[command])) == options - {"--bpffs"}


def test_no_option_that_is_gone():
    known = {name for command in commands()
             for name in re.findall(r"^  (--[a-z-]+)", help_of(*command.split()), re.M)}
    assert set(re.findall(r"^\.BI? (--[a-z-]+)", PAGE, re.M)) <= known


def test_page_is_well_formed():
    done = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8",
                           ROOT / "contrib/man/exogate-xdp.8"], capture_output=True, text=True)
    assert (done.stderr, done.returncode) == ("", 0)

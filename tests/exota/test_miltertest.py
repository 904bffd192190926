# SPDX-License-Identifier: Apache-2.0
"""Scripts of miltertest's, the tool that ExOTA-Milter is tested with, against the same place."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conversations.daemon import Daemon

SCRIPTS = Path(__file__).parent / "scripts"
LIBRARY = SCRIPTS / "mta.lua"
NAMES = sorted(script.stem for script in SCRIPTS.glob("*.lua") if script != LIBRARY)


def run_script(daemon: Daemon, script: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["miltertest", "-D", f"socket=unix:{daemon.socket}", "-D", f"library={LIBRARY}",
         "-s", script], capture_output=True, text=True, timeout=60, check=False)


def test_there_are_scripts() -> None:
    assert NAMES == ["authorised", "exempt", "refused", "reused"]


@pytest.mark.parametrize("name", NAMES)
def test_script(daemons: Callable[..., Daemon], engine: str, name: str) -> None:
    done = run_script(daemons(engine), SCRIPTS / f"{name}.lua")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("before, after", [
    ("header.d=contoso.com", "header.d=attacker.example"),  # the mail is refused
    ("dkim_aligned=True", "dkim_aligned=False"),            # an edit is another
], ids=["reply", "edit"])
def test_a_script_can_fail(daemons: Callable[..., Daemon], tmp_path: Path, before: str,
                           after: str) -> None:
    text = (SCRIPTS / "authorised.lua").read_text()
    assert before in text
    changed = tmp_path / "changed.lua"
    changed.write_text(text.replace(before, after))
    done = run_script(daemons("uring"), changed)
    assert done.returncode != 0 and "FAILED: " in done.stdout

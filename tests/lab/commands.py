# SPDX-License-Identifier: Apache-2.0
"""Run a program to its end, and wait for something with a deadline."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

# Found and worded alike wherever the lab is started from.
ENVIRONMENT = os.environ | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


class LabError(Exception):
    """One line for the person at the terminal: what failed, where, and how to mend it."""


def run(argv: Sequence[str | Path], *, stdin: str = "", timeout_s: float = 30) -> str:
    """Runs argv, returns its standard output; LabError with its last words if it fails."""
    name = Path(argv[argv.index("--") + 1] if "--" in argv else argv[0]).name
    try:
        # In a session of its own, so that Ctrl-C at the terminal reaches the lab alone, which
        # then ends its programs in order.
        done = subprocess.run([str(a) for a in argv], input=stdin, text=True, timeout=timeout_s,
                              capture_output=True, start_new_session=True, env=ENVIRONMENT)
    except FileNotFoundError:
        raise LabError(f"{name}: not found; `make deps` installs what is missing") from None
    except subprocess.TimeoutExpired:
        raise LabError(f"{name}: did not end within {timeout_s:g} s") from None
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        # ip -batch has the cause in the line before its last.
        word = words[-2] if words[-1].startswith("Command failed") and words[1:] else words[-1]
        prefix = "" if word.startswith(f"{name}:") else f"{name}: "
        raise LabError(prefix + word)
    return done.stdout


def wait_until(probe: Callable[[], T], what: str, timeout_s: float = 10) -> T:
    """Returns probe()'s first true answer; LabError naming `what` if none comes in time."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {timeout_s:g} s")
        time.sleep(0.01)


def accepts(path: Path) -> bool:
    """Whether somebody serves the unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def tail(path: Path, n: int = 15) -> list[str]:
    """The last n lines of a log, none if it does not exist."""
    try:
        return path.read_text(errors="replace").splitlines()[-n:]
    except FileNotFoundError:
        return []

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Shows exogate at work: NIC, Postfix, milter, rewrite, next hop.  `make demo` runs it, as root.

All of it happens in network namespaces made for the run, without a route out.  Each line that it
prints as shown was checked.  Exit 0 if all was shown, 1 if not: because something did something
else than claimed, or because a right is missing, which is then named, and what does not need the
right is shown all the same.

Ends clean at Ctrl-C and SIGTERM too.  --keep leaves the lab standing for a look around.
"""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

from lab import alone, network, rights
from lab.commands import LabError
from lab.relay import ENDPOINTS, Lab
from lab.showings import SHOWINGS, Showing

ROOT = Path(__file__).resolve().parents[1]
GREEN, RED, YELLOW, DIM = 32, 31, 33, 2


class Interrupted(BaseException):
    """A signal asked us to end."""


class Interrupts:
    """Turns the first of the signals into an exception, and ignores all that follow it."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

    def watch(self) -> None:
        for number in self.SIGNALS:
            signal.signal(number, self._interrupt)

    def ignore(self) -> None:
        # Not SIG_IGN, which the programs that the clean-up starts would inherit.
        for number in self.SIGNALS:
            signal.signal(number, lambda number, frame: None)

    def _interrupt(self, number: int, frame: object) -> None:
        self.ignore()
        raise Interrupted(signal.Signals(number).name)


class Report:
    """The demo's output: aligned; in colour only on a terminal and without NO_COLOR."""

    MARKS = {"ok": GREEN, "FAILED": RED, "not shown": YELLOW}
    WRAP = {"break_long_words": False, "break_on_hyphens": False}  # message ids stay whole

    def __init__(self) -> None:
        terminal = sys.stdout.isatty()
        self._colour = terminal and not os.environ.get("NO_COLOR")
        self._width = shutil.get_terminal_size((100, 24)).columns if terminal else 0

    def part(self, name: str, text: str) -> None:
        self._line(f"  {name:<13}{text}")

    def showing(self, mark: str, showing: Showing) -> None:
        self._line()
        self._line(self._paint(f"  {mark:<11}", self.MARKS[mark]) + f"{showing.name:<4}"
                   + showing.claim)

    def evidence(self, label: str, text: str) -> None:
        """One line in a pipe; wrapped to the width of a terminal."""
        lines = textwrap.wrap(text, self._width - 27, **self.WRAP) if self._width > 60 else [text]
        for line in lines:
            self._line(" " * 17 + self._paint(f"{label:<10}", DIM) + line)
            label = ""

    def say(self, text: str = "") -> None:
        self._line(text)

    def _paint(self, text: str, colour: int) -> str:
        return f"\033[{colour}m{text}\033[0m" if self._colour else text

    def _line(self, text: str = "") -> None:
        print(text, flush=True)


def show(lab: Lab, showing: Showing, report: Report) -> bool:
    absent = [name for name in showing.needs if name in lab.missing]
    if absent:
        report.showing("not shown", showing)
        report.evidence("because", lab.missing[absent[0]])
        return False
    try:
        evidence = showing.show(lab)
    except LabError as error:
        report.showing("FAILED", showing)
        report.evidence("because", str(error))
        if "exogated" in showing.needs:
            show_logs(lab, report)
        return False
    report.showing("ok", showing)
    for label, text in evidence:
        report.evidence(label, text)
    return True


def show_logs(lab: Lab, report: Report) -> None:
    for log in ("exogated", "postfix"):
        for line in lab.log_tail(log):
            report.evidence(log, line)


def show_counters(lab: Lab, report: Report) -> None:
    counters = lab.xdp.counters()
    report.say("\n  packets by reason, as exogate-xdp counts them on the relay's interface")
    for reason, counter in counters.items():
        if counter["packets"]:
            report.evidence(counter["verdict"], f"{reason:<16}{counter['packets']:>8}")


def run(lab: Lab, report: Report) -> bool:
    started = time.monotonic()
    report.say("exogate demo: NIC, Postfix, milter, rewrite, next hop\n")
    try:
        lab.start(report.part)
    except LabError:
        show_logs(lab, report)
        raise
    shown = [show(lab, showing, report) for showing in SHOWINGS]
    with contextlib.suppress(LabError):  # then (b) has said why
        show_counters(lab, report)
    seconds = time.monotonic() - started
    report.say(f"\ndemo: {sum(shown)} of {len(shown)} shown in {seconds:.1f} s")
    return all(shown)


def tell_how_to_enter(lab: Lab, report: Report) -> None:
    report.say(f"\nThe lab stands, its files and logs in {lab.directory}.")
    for namespace in lab.network.namespaces:
        report.say(f"  enter    {network.shell_to_enter(namespace)}")
    report.say(f"  remove   sh {lab.write_removal_script()}")


def demo(lab: Lab, report: Report, interrupts: Interrupts, keep: bool) -> int:
    """Runs the demo; the lab is gone afterwards unless it is to be kept and nobody interrupted."""
    status, standing = 1, False
    # Two nested finally: a signal that arrives in the inner one, before it is ignored, still
    # finds the outer one ahead of it; and there is never a second one.
    try:
        try:
            status = 0 if run(lab, report) else 1
            if keep:
                tell_how_to_enter(lab, report)
                standing = True
        finally:
            interrupts.ignore()
    finally:
        for problem in [] if standing else lab.close():
            print(f"demo: clean-up: {problem}", file=sys.stderr)
            status = 1
    return status


def demo_alone(programs: Path, report: Report) -> int:
    """What needs no network, where there is no right to make one."""
    report.say("demo: missing: " + ", ".join(rights.missing()))
    report.say("demo: run it as root of the host, or in a container with --privileged;\n"
               "demo: without a network, this is exogated alone, asked as Postfix would ask it")
    with alone.Alone(programs, ENDPOINTS) as lab:
        shown = [show(lab, showing, report) for showing in alone.SHOWINGS]
    report.say(f"\ndemo: {sum(shown)} of {len(SHOWINGS)} shown")
    return 1


def main(arguments: Sequence[str], programs: Path) -> int:
    parser = argparse.ArgumentParser(description="Show exogate at work, in a lab of its own.")
    parser.add_argument("--keep", action="store_true",
                        help="leave the lab standing, and say how to enter and remove it")
    keep = parser.parse_args(arguments).keep
    if os.geteuid() != 0:
        print("demo: needs root, to make network namespaces: sudo make demo", file=sys.stderr)
        return 1
    interrupts = Interrupts()
    interrupts.watch()
    try:
        if rights.missing():
            return demo_alone(programs, Report())
        return demo(Lab(programs), Report(), interrupts, keep)
    except (LabError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
    except Interrupted as interrupted:
        print(f"demo: ended by {interrupted}; the lab is removed", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], ROOT / "build"))

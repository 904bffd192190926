# SPDX-License-Identifier: Apache-2.0
"""`exogate-bench milter`: that its report is whole and true to itself.  No time is asserted."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.messages import exo

from .conftest import Bench

LOADS = ["k=100", "k=1", "many", "paced", "unloaded", "idle", "large"]
PEERS = ["exogated", "floor", "libmilter, NR", "libmilter"]
ONLY = {"paced": "exogated", "unloaded": "floor", "idle": "exogated", "large": "exogated"}


@dataclass
class Run:
    code: int
    table: str
    errors: str
    report: dict


def quick(bench: Bench, tmp_path: Path, *arguments: str | Path) -> Run:
    path = tmp_path / "report.json"
    done = bench("milter", "--quick", "--json", path, *arguments)
    assert path.is_file(), done.stderr
    return Run(done.returncode, done.stdout, done.stderr, json.loads(path.read_text()))


@pytest.fixture(scope="module")
def run(asan_program: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Run:
    program = asan_program("exogate-bench")

    def bench(*arguments: str | Path) -> subprocess.CompletedProcess:
        return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120)

    return quick(bench, tmp_path_factory.mktemp("bench"))


def cells(report: dict) -> list[tuple[str, dict]]:
    return [(load["load"], cell) for load in report["loads"] for cell in load["peers"]]


def test_report_has_every_row(run: Run) -> None:
    assert [load["load"] for load in run.report["loads"]] == LOADS
    for load in run.report["loads"]:
        wanted = [ONLY[load["load"]]] if load["load"] in ONLY else PEERS
        assert [cell["peer"] for cell in load["peers"]] == wanted
    assert {target["id"] for target in run.report["targets"]} == {"P1", "P2", "P7", "P8"}


def test_every_message_was_answered_right(run: Run) -> None:
    for load, cell in cells(run.report):
        assert cell["messages"] > 0, (load, cell["peer"])
        assert cell["wrong"] == 0, (load, cell["peer"])


def test_figures_fit_together(run: Run) -> None:
    rounds = run.report["rounds"]
    for load, cell in cells(run.report):
        once = load in ("idle", "large")
        for figure in (cell["cpu_us"], cell["per_second"]):
            assert len(figure["rounds"]) == (1 if once else rounds)
            assert 0 < figure["min"] <= figure["median"] <= figure["max"]
        latency = cell["latency_ms"]
        assert 0 < latency["p50"] <= latency["p99"] <= latency["p99.9"] <= latency["max"]
        assert cell["rss_peak_bytes"] > 0
        assert (cell["syscalls"] is not None) == (load in ("k=100", "k=1"))
        assert cell["syscalls"] is None or cell["syscalls"] > 0


def test_targets_are_judged_by_their_limits(run: Run) -> None:
    for target in run.report["targets"]:
        value, limit = target["value"]["median"], target["limit"]
        assert target["met"] == (value >= limit if target["at_least"] else value <= limit)
    assert run.table.count("  met\n") == sum(t["met"] for t in run.report["targets"])
    assert run.table.count("  MISSED\n") == sum(not t["met"] for t in run.report["targets"])


def test_run_is_void_exactly_if_the_yardstick_is_broken(run: Run) -> None:
    figures = {cell["peer"]: cell for load, cell in cells(run.report) if load == "k=100"}
    floors = (figures["libmilter, NR"]["cpu_us"]["median"]
              / figures["floor"]["cpu_us"]["median"])
    wanted = (figures["floor"]["syscalls"] > 5) + (not 30 <= floors <= 50)
    assert len(run.report["void"]) == wanted
    assert run.table.count("\nVOID: ") == wanted
    assert run.code == (1 if wanted else 0)


def test_table_shows_what_the_json_says(run: Run) -> None:
    for load in run.report["loads"]:
        assert re.search(rf"^{re.escape(load['load'])}: {load['connections']} connections, "
                         rf"{load['messages_per_connection']} messages each", run.table, re.M)
    for peer in PEERS:
        assert re.search(rf"^  {re.escape(peer)} +\d", run.table, re.M)
    assert "quick: a check that the bench works" in run.table


def test_wrong_expectation_makes_the_run_void(bench: Bench, tmp_path: Path) -> None:
    """A message without the verifier's field, which the bench's settings demand: one proof."""
    message = tmp_path / "message.eml"
    message.write_bytes(exo().data)
    done = quick(bench, tmp_path, "--expect", "accept", message)
    assert done.code == 1
    for load, cell in cells(done.report):
        if load == "large":     # always generated
            continue
        judges = cell["peer"] != "floor"
        assert cell["wrong"] == (cell["messages"] if judges else 0), (load, cell["peer"])
        if judges:
            assert (f"\nVOID: {cell['peer']}, {load}: {cell['wrong']} wrong verdicts: "
                    "message 0 got reject where accept is right\n" in done.table)


@pytest.mark.parametrize("arguments, complaint", [
    (["--expect", "maybe"], '--expect takes accept, reject or tempfail, not "maybe"'),
    (["--rounds", "0"], "--rounds takes a number from 1 to 99"),
    (["--colour"], 'unknown or incomplete option "--colour"'),
], ids=["verdict", "rounds", "option"])
def test_wrong_usage(bench: Bench, arguments: list[str], complaint: str) -> None:
    done = bench("milter", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr


def test_programs_that_are_not_there(bench: Bench, tmp_path: Path) -> None:
    done = bench("milter", "--quick", "--programs", tmp_path)
    assert done.returncode == 1
    assert f"exogated does not serve: {tmp_path}/exogated: No such file" in done.stderr


def test_message_file_that_is_no_message(bench: Bench, tmp_path: Path) -> None:
    message = tmp_path / "message.eml"
    message.write_text("Subject: x\nno colon here\n\nbody\n")
    done = bench("milter", "--quick", message)
    assert done.returncode == 1
    assert "field 2 of the header has no colon" in done.stderr


def test_interrupt_leaves_nothing_behind(asan_program: Callable[[str], Path]) -> None:
    before = set(Path("/tmp").glob("exogate-bench.*"))
    bench = subprocess.Popen([asan_program("exogate-bench"), "milter", "--quick",
                              "--milliseconds", "20000"], stderr=subprocess.PIPE, text=True)
    children = Path(f"/proc/{bench.pid}/task/{bench.pid}/children")
    deadline = time.monotonic() + 20
    while not children.read_text().split() and time.monotonic() < deadline:
        time.sleep(0.05)
    (milter,) = children.read_text().split()
    time.sleep(1)
    bench.send_signal(signal.SIGINT)
    _, errors = bench.communicate(timeout=30)
    assert bench.returncode == 1
    assert "exogated: interrupted" in errors
    assert not os.path.exists(f"/proc/{milter}")
    assert set(Path("/tmp").glob("exogate-bench.*")) <= before

# SPDX-License-Identifier: Apache-2.0
"""`exogate-bench xdp` and its run over veth: that the reports are whole.  No time is asserted."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from .conftest import TIMEOUT_S, Bench

VETH = Path(__file__).resolve().parents[2] / "bench" / "xdp" / "veth.py"
SIZES = [6, 1000, 100000]
FAMILIES = [4, 6]
TRAFFIC = ["drop", "pass", "other port", "common", "listed", "unlisted"]
SUBJECTS = ["floor", "exogate", "bare LPM", "tables", "no blocks", "array"]
POOL = 65536    # SUBJECTS_POOL_N

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="BPF and network namespaces need root")


@pytest.fixture(scope="module")
def done(asan_program: Callable[[str], Path],
         tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess, dict]:
    path = tmp_path_factory.mktemp("bench") / "report.json"
    done = subprocess.run([asan_program("exogate-bench"), "xdp", "--quick", "--json", path],
                          capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stderr
    return done, json.loads(path.read_text())


def exists(size: int, family: int, subject: str) -> bool:
    """Whether there is such a program: the blocks are for IPv6, the array is for short lists."""
    return (subject != "no blocks" or family == 6) and (subject != "array" or size <= 1024)


@needs_root
def test_report_has_every_row(done: tuple[subprocess.CompletedProcess, dict]) -> None:
    """It exits 0 only if every verdict was right and every packet was counted."""
    run, report = done
    rows = [(row["prefixes"], row["family"], row["traffic"], row["subject"])
            for row in report["figures"]]
    assert rows == [row for row in product(SIZES, FAMILIES, TRAFFIC, SUBJECTS)
                    if exists(row[0], row[1], row[3])]
    for size, family in product(SIZES, FAMILIES):
        assert f"\n{size} prefixes, IPv{family}; ns a packet beyond" in run.stdout
    assert "quick: a check that the bench works" in run.stdout


@needs_root
def test_figures_fit_together(done: tuple[subprocess.CompletedProcess, dict]) -> None:
    _, report = done
    for row in report["figures"]:
        figure = row["ns"]
        assert 0 < figure["min"] <= figure["low"] <= figure["median"] <= figure["high"] \
            <= figure["max"]
        assert row["subject"] != "floor" or {row["least"], *row["net"].values()} == {0}


@needs_root
def test_targets_are_judged_by_their_limits(done: tuple[subprocess.CompletedProcess, dict]) -> None:
    run, report = done
    assert len(report["targets"]) == 6 + 2 * 6
    for target in report["targets"]:
        assert target["met"] == (target["least"] <= target["limit"])
    assert run.stdout.count("  met\n") == sum(t["met"] for t in report["targets"])
    assert run.stdout.count("  MISSED\n") == sum(not t["met"] for t in report["targets"])


@needs_root
def test_lists_were_exchanged(done: tuple[subprocess.CompletedProcess, dict]) -> None:
    _, report = done
    assert report["swap"]["swaps"] > 0
    assert report["swap"]["packets"] == 2 * POOL * report["rounds"]


@pytest.mark.parametrize("arguments, complaint", [
    (["xdp", "--rounds", "0"], "--rounds takes a number from 1 to 99"),
    (["xdp", "veth0"], 'xdp takes no argument "veth0"'),
    (["xdp", "--colour"], 'unknown or incomplete option "--colour"'),
    (["flood", "veth0"], 'flood wants "INTERFACE MAC"'),
    (["flood", "veth0", "02:00"], 'no Ethernet address: "02:00"'),
    (["flood", "--port", "65536"], "--port takes a number from 1 to 65535"),
], ids=["rounds", "argument", "option", "arguments", "mac", "port"])
def test_wrong_usage(bench: Bench, arguments: list[str], complaint: str) -> None:
    done = bench(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr


@needs_root
def test_flood_of_an_interface_that_is_not_there(bench: Bench) -> None:
    done = bench("flood", "exogate-none", "02:00:00:00:00:01")
    assert (done.returncode, done.stdout) == (1, "")
    assert "exogate-none: No such device" in done.stderr


@needs_root
def test_filters_over_veth(asan_program: Callable[[str], Path], tmp_path: Path) -> None:
    """Every filter drops what comes to the port, by its own count, and the run cleans up."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("needs a CPU to send and another to receive")
    path = tmp_path / "report.json"
    programs = asan_program("exogate-bench").parent
    done = subprocess.Popen([sys.executable, VETH, "--quick", "--programs", programs, "--json",
                             path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = done.communicate(timeout=TIMEOUT_S)
    assert done.returncode == 0, errors
    report = json.loads(path.read_text())
    assert [row["filter"] for row in report["drop"]] \
        == ["native", "generic", "nft ingress", "nft input", "nft input + ct"]
    assert [row["filter"] for row in report["pass"]] == ["none", "native", "generic"]
    for row in report["drop"]:
        assert row["packets"] - 100 <= row["dropped"] <= row["packets"]
    assert output.count("met\n") + output.count("MISSED\n") == len(report["targets"]) == 3
    assert not list(Path("/run/netns").glob(f"exogate-bench-{done.pid}-*"))

# SPDX-License-Identifier: Apache-2.0
"""`make bench-dkim` beside other verifiers: that its report is whole.  No time is asserted."""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from .conftest import TIMEOUT_S

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench" / "dkim_peers.py"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")


def run(*arguments: str | Path) -> subprocess.CompletedProcess:
    """Runs it to its end; none of its namespaces is left then."""
    process = subprocess.Popen([sys.executable, PEERS, *arguments], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        stdout, stderr = process.communicate(timeout=TIMEOUT_S)
    finally:
        process.kill()
        process.wait()
    assert not Path(f"/run/netns/exogate-bench-{process.pid}").exists()
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@needs_root
def test_report_has_every_row(tmp_path: Path) -> None:
    """It exits 0 only if each verified what is signed, and nothing else.  rspamd is there only after
    `make bench-dkim`; without it the report says so."""
    path = tmp_path / "report.json"
    done = run("--quick", "--json", path)
    assert (done.returncode, done.stderr) == (0, "")
    verifiers = ["exogate", "OpenDKIM"]
    if Path("/usr/bin/rspamd").exists():
        verifiers.append("rspamd")
    assert ("rspamd is not installed" in done.stdout) is ("rspamd" not in verifiers)
    rows = json.loads(path.read_text())
    sizes = sorted({(row["kind"], row["body_bytes"]) for row in rows})
    assert len(sizes) == 4 and {kind for kind, _ in sizes} == {"text", "html"}
    assert sorted((row["verifier"], row["kind"], row["body_bytes"]) for row in rows) \
        == sorted((name, *size) for name, size in product(verifiers, sizes))
    for row in rows:
        assert 0 < row["us"]["min"] <= row["us"]["median"] <= row["us"]["max"]
        assert row["verifier"] != "exogate" or row["ratio"]["median"] == 1
    asked = int(done.stdout.split("asked for the key ")[1].split()[0])
    assert len(verifiers) <= asked < len(rows), "keys were not kept"


@needs_root
def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run("--quick", "--programs", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("dkim_peers: ") and "exogated" in done.stderr


def test_wrong_usage() -> None:
    done = run("--colour")
    assert done.returncode == 2
    assert "unrecognized arguments: --colour" in done.stderr

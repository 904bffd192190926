# SPDX-License-Identifier: Apache-2.0
"""Each fuzzer for a fixed number of runs from its seeds; `make fuzz` goes on for longer."""

import subprocess
from pathlib import Path

import pytest

from .make_seeds import seeds, write

ROOT = Path(__file__).resolve().parents[2]
RUNS = 20000


def test_every_target_has_seeds() -> None:
    targets = {path.stem for path in Path(__file__).parent.glob("fuzz_*.c")}
    assert targets == set(seeds())


@pytest.mark.parametrize("target", sorted(seeds()))
def test_fuzzer_finds_nothing(target: str, tmp_path: Path) -> None:
    write(tmp_path / "seeds")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    done = subprocess.run(
        [ROOT / "build" / "fuzz" / target, f"-runs={RUNS}", "-seed=1", "-verbosity=0",
         f"-artifact_prefix={tmp_path}/", corpus, tmp_path / "seeds" / target],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]

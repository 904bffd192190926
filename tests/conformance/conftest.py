# SPDX-License-Identifier: Apache-2.0
"""Where other people's vectors are, how a probe is asked, and how many cases agreed."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROBES = ROOT / "build" / "asan" / "tests"
Closing = Callable[[str, str], None]


def vectors_root() -> Path:
    return Path(os.environ.get("EXOGATE_CONFORMANCE") or ROOT.parent / "shared" / "conformance")


def skip_absent(closing: Closing, name: str) -> NoReturn:
    path = vectors_root() / name
    closing("conformance", f"absent, so not tested: {path} (EXOGATE_CONFORMANCE)")
    pytest.skip(f"no vectors: {path}")


@pytest.fixture
def vectors(closing: Closing) -> Callable[[str], dict]:
    """Loads a set by its name; skips the test if it is not on this machine."""

    def load(name: str) -> dict:
        path = vectors_root() / name
        if not path.is_file():
            skip_absent(closing, name)
        return json.loads(path.read_text(encoding="utf-8"))

    return load


@pytest.fixture
def vector_files(closing: Closing) -> Callable[[str], list[Path]]:
    """The files of a set that match a pattern; skips the test if there are none."""

    def find(pattern: str) -> list[Path]:
        paths = sorted(vectors_root().glob(pattern))
        if not paths:
            skip_absent(closing, pattern)
        return paths

    return find


@pytest.fixture
def agreement(closing: Closing) -> Callable[[str, int, int], None]:
    """Puts "SET: N of M agree" into pytest's closing summary."""

    def record(name: str, agreed: int, total: int, remark: str = "") -> None:
        tail = f" ({remark})" if remark else ""
        closing("conformance", f"{name}: {agreed} of {total} agree{tail}")

    return record


class Probe:
    """One probe program; see probe.h for what it is asked and answers."""

    def __init__(self, name: str) -> None:
        program = PROBES / name
        if not program.is_file():
            pytest.fail(f"{program} is not built: run make test-programs")
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, verb: str, *arguments: bytes) -> dict:
        question = " ".join([verb, *(argument.hex() or "-" for argument in arguments)])
        print(question, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, f"the probe died of: {question[:2000]}"
        return json.loads(answer)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait() == 0


def run_probe(name: str) -> Iterator[Probe]:
    probe = Probe(name)
    try:
        yield probe
        probe.close()
    finally:
        probe.process.kill()
        probe.process.wait()


@pytest.fixture(scope="module")
def mailbox_probe() -> Iterator[Probe]:
    yield from run_probe("probe_mailbox")


@pytest.fixture(scope="module")
def authres_probe() -> Iterator[Probe]:
    yield from run_probe("probe_authres")


@pytest.fixture(scope="module")
def milter_probe() -> Iterator[Probe]:
    yield from run_probe("probe_milter")


@pytest.fixture(scope="module")
def dkim_probe() -> Iterator[Probe]:
    yield from run_probe("probe_dkim")

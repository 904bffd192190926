# SPDX-License-Identifier: Apache-2.0
"""The kernel's verifier accepts the program, within a budget, whichever clang compiled it.

Debian 12's own clang compiles what all tests run; those that are installed beside it are tried
here, and `make test-xdp-long` installs the newest of them.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from lab.commands import ENVIRONMENT

from .bpf import Program
from .cases import ALLOW, CASES, RELAY4
from .conftest import ENDPOINTS, ROOT, Place

BUDGET = 300_000    # of the 1,000,000 instructions that the verifier walks at most
BOTH_LISTS = [argument for cidr in ALLOW for argument in ("--allow", cidr)]

# The verifier knows the configuration, so that each is another program to it.
CONFIGURATIONS = {
    "any": ["any:25"],
    "ipv6-8": [f"[2001:db8:25::{n}]:25" for n in range(8)],
    "mixed": [*(f"[2001:db8:25::{n}]:25" for n in range(4)), f"{RELAY4}:25", "192.0.2.26:587",
              "any:465", "[2001:db8:25::9]:587"],
    "any-last": [*(f"[2001:db8:25::{n}]:25" for n in range(7)), "any:25"],
}


def other_compilers() -> list:
    """Those beside the default one, by the version in their name."""
    default = Path("/usr/bin/clang").resolve().parents[1].name  # of /usr/lib/llvm-14/bin/clang
    found = {path.name for path in Path("/usr/bin").glob("clang-*")
             if re.fullmatch(r"clang-\d+", path.name)} - {default.replace("llvm", "clang")}
    none = pytest.param("", marks=pytest.mark.skip("no other clang; make test-xdp-long has one"))
    return sorted(found) or [none]


def attach(place: Place, program: Path | None, protected: list[str]) -> Program:
    """By the loader, or by another one; what it warns of does not matter here."""
    words = [word for text in protected for word in ("--protect", text)]
    arguments = ["attach", place.iface, "--acl", ENDPOINTS, *BOTH_LISTS, *words]
    if program:
        argv = place.namespace.argv([program, *arguments, "--bpffs", place.pins])
        done = subprocess.run(argv, text=True, capture_output=True, timeout=60, env=ENVIRONMENT,
                              check=False)
    else:
        done = place.loader(*arguments)
    assert done.returncode == 0, done
    return place.program()


def test_budget(place: Place):
    walked = {}
    for name, protected in CONFIGURATIONS.items():
        walked[name] = attach(place, None, protected).verified_instructions()
    assert all(0 < n < BUDGET for n in walked.values()), walked


def build(clang: str, directory: Path) -> Path:
    """A loader whose program that clang has compiled."""
    for name in ("bpf", "loader"):
        shutil.copytree(ROOT / name, directory / name)
    shutil.copy(ROOT / "Makefile", directory)
    done = subprocess.run(["make", "-C", directory, "-j2", f"CLANG={clang}", "CFLAGS=-O0",
                           "HARDEN=", "build/exogate-xdp"],
                          text=True, capture_output=True, timeout=300, env=ENVIRONMENT,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return directory / "build" / "exogate-xdp"


@pytest.mark.parametrize("clang", other_compilers())
def test_other_compilers(place: Place, clang: str, tmp_path: Path):
    """The object of each is accepted, within the budget, and judges the packet table alike."""
    loader = build(clang, tmp_path / "source")
    walked = {name: attach(place, loader, protected).verified_instructions()
              for name, protected in CONFIGURATIONS.items()}
    assert all(0 < n < BUDGET for n in walked.values()), walked
    program = attach(place, loader, ["any:25"])
    assert [program.run(case.frame) for case in CASES] == [case.verdict for case in CASES]

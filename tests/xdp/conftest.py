# SPDX-License-Identifier: Apache-2.0
"""An interface to attach to: a namespace, a veth pair in it, a bpffs, and the loader."""

import itertools
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab.commands import ENVIRONMENT, run
from lab.namespaces import Namespace

from .bpf import Counters, Program

ROOT = Path(__file__).resolve().parents[2]
LOADER = ROOT / "build" / "asan" / "exogate-xdp"
ENDPOINTS = ROOT / "tests" / "data" / "endpoints-worldwide.json"

_numbers = itertools.count(1)


class Place:
    """Where the loader runs.  The links stay down, so that the tests' packets are the only ones."""

    def __init__(self, bpffs: Path, iface: str = "veth0"):
        number = next(_numbers)
        self.iface = iface
        self.pins = bpffs / f"exogate{number}"
        self.namespace = Namespace(f"exogate-xdp-{os.getpid()}-{number}")

    def remove(self) -> None:
        self.namespace.remove()
        if self.pins.exists():
            for pin in self.pins.iterdir():
                pin.rmdir() if pin.is_dir() else pin.unlink()
            self.pins.rmdir()

    def create(self) -> None:
        self.namespace.create()
        self.namespace.ip(f"link add {self.iface} type veth peer name peer0")

    def loader(self, *arguments: str | Path, before: tuple[str, ...] = (),
               pins: Path | None = None,
               prepare: Callable[[], None] | None = None) -> subprocess.CompletedProcess:
        """Runs the loader in the namespace, with --bpffs; prepare is called before that."""
        argv = [*before, LOADER, *arguments, "--bpffs", pins or self.pins]
        return subprocess.run(self.namespace.argv(argv), text=True, errors="backslashreplace",
                              capture_output=True, timeout=60, env=ENVIRONMENT,
                              preexec_fn=prepare)

    def ok(self, *arguments: str | Path) -> str:
        """The same, where it must succeed and have nothing to complain of."""
        done = self.loader(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def attach(self, *arguments: str | Path) -> str:
        return self.ok("attach", self.iface, "--acl", ENDPOINTS, *arguments)

    def attach_otherwise(self, *arguments: str | Path) -> list[str]:
        """The same, in place of what was attached with other options: its warnings."""
        done = self.loader("attach", self.iface, "--acl", ENDPOINTS, *arguments)
        assert done.returncode == 0, done
        return done.stderr.splitlines()

    def reports(self) -> list[dict]:
        return json.loads(self.ok("status", "--json"))["interfaces"]

    def report(self) -> dict:
        [report] = self.reports()
        return report

    def program(self) -> Program:
        return Program.by_id(self.report()["program"]["id"])

    def counters(self) -> Counters:
        report = self.report()
        return Counters(report["maps"]["counters"], list(report["counters"]))

    def attached_program(self, iface: str | None = None) -> dict | None:
        """What the kernel, not the loader, says about the interface's XDP."""
        [link] = json.loads(self.namespace.run(["ip", "-json", "link", "show", "dev",
                                                iface or self.iface]))
        return link.get("xdp")

    def ifindex(self, iface: str | None = None) -> int:
        return int(self.namespace.run(["cat", f"/proc/net/dev_snmp6/{iface or self.iface}"])
                   .split()[1])


@pytest.fixture(scope="module")
def bpffs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bpffs of this module's own; each place has its directory in it."""
    if os.geteuid() != 0:
        pytest.skip("BPF and network namespaces need root")
    mounted = tmp_path_factory.mktemp("bpf")
    run(["mount", "-t", "bpf", "none", mounted])
    yield mounted
    run(["umount", mounted])


@pytest.fixture
def places(bpffs: Path) -> Iterator[list[Place]]:
    """Made here, removed whatever happens: append what is created beyond it."""
    made: list[Place] = []
    yield made
    for place in made:
        place.remove()


@pytest.fixture
def place(places: list[Place], bpffs: Path) -> Place:
    return create(places, bpffs)


def create(places: list[Place], bpffs: Path, iface: str = "veth0") -> Place:
    place = Place(bpffs, iface)
    places.append(place)
    place.create()
    return place


def refused(done: subprocess.CompletedProcess, *says: str, code: int = 1) -> None:
    """It failed with one line, on standard error, that says all of this."""
    assert done.returncode == code, done
    [line] = done.stderr.splitlines()
    assert line.startswith("exogate-xdp: "), line
    for words in says:
        assert words in line


def with_postfix(directory: Path, settings: str) -> tuple[str, ...]:
    """What comes before a command that is to find a Postfix of these settings."""
    (directory / "main.cf").write_text("myhostname = relay.example.net\n" + settings)
    (directory / "main.cf").chmod(0o644)
    return ("unshare", "--mount", "sh", "-c",
            f'mount --bind {directory} /etc/postfix && "$@"; exit $?', "sh")


def untouched(place: Place) -> None:
    """Nothing is attached and nothing is left pinned."""
    assert place.attached_program() is None
    assert not place.pins.exists()

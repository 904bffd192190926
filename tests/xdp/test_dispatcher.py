# SPDX-License-Identifier: Apache-2.0
"""attach --libxdp: beside other XDP programs in libxdp's dispatcher, or a refusal.

A dispatcher needs a kernel that takes freplace programs, which not every host's does.  That of
`make test-debian-kernel` must, and says so by EXOGATE_DISPATCHER.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from .bpf import Program
from .cases import LISTED4, LISTED6, SYN4, SYN6
from .conftest import ENDPOINTS, Place, refused, untouched

OTHER = Path("/usr/lib/x86_64-linux-gnu/bpf/xdpfilt_alw_tcp.o")

needs_dispatcher = pytest.mark.skipif("EXOGATE_DISPATCHER" not in os.environ,
                                      reason="runs by make test-debian-kernel")


class Shared:
    """A place whose dispatcher has its pins in the run's own BPF file system."""

    def __init__(self, place: Place, bpffs: Path):
        self.place = place
        self.before = ("env", f"LIBXDP_BPFFS={bpffs}")

    def loader(self, *arguments: str | Path) -> subprocess.CompletedProcess:
        return self.place.loader(*arguments, before=self.before)

    def ok(self, *arguments: str | Path) -> str:
        done = self.loader(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def join(self, *arguments: str | Path) -> str:
        return self.ok("attach", self.place.iface, "--acl", ENDPOINTS, "--libxdp", *arguments)

    def report(self) -> dict:
        [report] = json.loads(self.ok("status", "--json"))["interfaces"]
        return report

    def others(self, *arguments: str | Path) -> str:
        return self.place.namespace.run([*self.before, "xdp-loader", *arguments])

    def load_other(self) -> None:
        self.others("load", "-m", "native", self.place.iface, OTHER)

    def programs(self) -> str:
        return self.others("status", self.place.iface)

    def verdicts(self) -> list[str]:
        """Of what the interface's dispatcher, with all that is in it, does."""
        dispatcher = Program.by_id(self.place.attached_program()["prog"]["id"])
        return [dispatcher.run(frame) for frame in (LISTED4, LISTED6, SYN4, SYN6)]


@pytest.fixture
def shared(place: Place, bpffs: Path) -> Shared:
    return Shared(place, bpffs)


def test_no_bpffs_for_the_dispatcher(place: Place, tmp_path: Path):
    done = place.loader("attach", place.iface, "--acl", ENDPOINTS, "--libxdp",
                        before=("env", f"LIBXDP_BPFFS={tmp_path}"))
    refused(done, place.iface, "nothing is attached", "Without --libxdp")
    untouched(place)


def test_confirm(place: Place):
    refused(place.loader("attach", place.iface, "--acl", ENDPOINTS, "--libxdp", "--confirm", "60"),
            "--confirm does not go with --libxdp", code=2)
    untouched(place)


def test_attached_alone(place: Place):
    place.attach()
    before = place.report()
    refused(place.loader("attach", place.iface, "--acl", ENDPOINTS, "--libxdp"),
            "without libxdp's dispatcher", "detach first")
    assert place.report() == before and before["dispatcher"] is False


@needs_dispatcher
def test_alone_in_a_dispatcher(shared: Shared):
    assert "joined libxdp's dispatcher in native mode" in shared.join()
    report = shared.report()
    assert (report["state"], report["mode"], report["dispatcher"]) == ("attached", "native", True)
    assert shared.verdicts() == ["pass", "pass", "drop", "drop"]
    shared.ok("detach", shared.place.iface)
    untouched(shared.place)


@needs_dispatcher
def test_jumbo_frames(shared: Shared):
    shared.place.namespace.ip("link set peer0 mtu 9000", f"link set {shared.place.iface} mtu 9000")
    assert "in native mode" in shared.join()


@needs_dispatcher
def test_generic_mode(shared: Shared):
    assert "in generic mode" in shared.join("--mode", "generic")
    assert shared.report()["mode"] == "generic"
    assert "counters go on" in shared.join()
    assert shared.report()["mode"] == "generic"
    refused(shared.loader("attach", shared.place.iface, "--acl", ENDPOINTS, "--libxdp",
                          "--mode", "native"), "cannot be changed in place")


@needs_dispatcher
@pytest.mark.parametrize("first", ["exogate", "other"])
def test_beside_another_program(shared: Shared, first: str):
    if first == "other":
        shared.load_other()
    shared.join()
    if first == "exogate":
        shared.load_other()
    assert shared.verdicts() == ["pass", "pass", "drop", "drop"]
    assert "exogate_xdp" in shared.programs() and "xdpfilt_alw_tcp" in shared.programs()
    shared.ok("acl", "apply", ENDPOINTS)
    assert shared.report()["counters"]["unlisted"]["packets"] == 2
    shared.ok("detach", shared.place.iface)
    assert "exogate_xdp" not in shared.programs() and "xdpfilt_alw_tcp" in shared.programs()
    assert not shared.place.pins.exists()


@needs_dispatcher
def test_upgrade_in_place(shared: Shared):
    shared.load_other()
    shared.join()
    shared.verdicts()
    before = shared.report()
    assert "counters go on" in shared.join("--allow", "192.0.2.0/24")
    after = shared.report()
    assert after["program"]["id"] != before["program"]["id"]
    assert after["counters"] == before["counters"]
    assert after["prefixes"]["operator"] == 1
    assert shared.programs().count("exogate_xdp") == 1
    assert "xdpfilt_alw_tcp" in shared.programs()


@needs_dispatcher
def test_others_have_a_dispatcher(shared: Shared):
    shared.load_other()
    refused(shared.loader("attach", shared.place.iface, "--acl", ENDPOINTS),
            "other XDP programs are attached", "--libxdp")
    assert not shared.place.pins.exists()


@needs_dispatcher
def test_in_a_dispatcher_already(shared: Shared):
    shared.join()
    before = shared.report()
    refused(shared.loader("attach", shared.place.iface, "--acl", ENDPOINTS),
            "in libxdp's dispatcher", "give --libxdp")
    assert shared.report() == before


@needs_dispatcher
def test_unloaded_by_another_tool(shared: Shared):
    shared.join()
    shared.others("unload", shared.place.iface, "--all")
    assert shared.report()["state"] == "left"
    refused(shared.loader("attach", shared.place.iface, "--acl", ENDPOINTS, "--libxdp"),
            "no more in a dispatcher", "detach first")
    shared.ok("detach", shared.place.iface)
    untouched(shared.place)


@needs_dispatcher
def test_pinned_elsewhere(shared: Shared, bpffs: Path):
    """Killed between joining and pinning, it would look the same."""
    shared.join()
    program = shared.report()["program"]["id"]
    other = bpffs / f"{shared.place.pins.name}-other"
    done = shared.place.loader("attach", shared.place.iface, "--acl", ENDPOINTS, "--libxdp",
                               before=shared.before, pins=other)
    refused(done, "in the dispatcher already", f"--id {program}")
    assert not other.exists()

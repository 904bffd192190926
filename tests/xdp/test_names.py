# SPDX-License-Identifier: Apache-2.0
"""Interfaces whose name is not what it was, or no text."""

import json
import os

import pytest

from .conftest import ENDPOINTS, Place, refused, untouched


@pytest.fixture
def renamed(place: Place) -> Place:
    """Attached as veth0, which is now called wan0."""
    place.attach()
    place.namespace.ip("link set veth0 name wan0")
    return place


def add_another(place: Place) -> None:
    place.namespace.ip("link add veth0 type veth peer name peer1")


def test_attach_under_the_new_name(renamed: Place):
    """It is ours: the line says where it is pinned, and the mend that it gives works."""
    renamed.ok("attach", "peer0", "--acl", ENDPOINTS)
    before = renamed.attached_program("wan0")
    mend = f"mv -n {renamed.pins}/veth0 {renamed.pins}/wan0"
    refused(renamed.loader("attach", "wan0", "--acl", ENDPOINTS), "wan0", "exogate's own", mend)
    refused(renamed.loader("detach", "wan0"), "wan0", "exogate's own", mend)
    assert renamed.attached_program("wan0") == before
    renamed.namespace.run(mend.split())
    assert "replaced in place" in renamed.ok("attach", "wan0", "--acl", ENDPOINTS)
    renamed.ok("detach", "wan0", "peer0")
    assert not renamed.pins.exists()


def test_status_says_the_new_name(renamed: Place):
    report = renamed.report()
    assert (report["interface"], report["pin"]) == ("wan0", f"{renamed.pins}/veth0")
    assert f"wan0: attached in native mode, ifindex {report['ifindex']}, " in renamed.ok("status")
    assert f"pinned at {renamed.pins}/veth0" in renamed.ok("status")


def test_detach_under_the_old_name(renamed: Place):
    """Nothing else has it, so that it can only mean this."""
    renamed.ok("detach", "veth0")
    assert renamed.attached_program("wan0") is None
    assert not renamed.pins.exists()


def test_another_interface_has_the_old_name(renamed: Place):
    add_another(renamed)
    before = renamed.attached_program("wan0")
    mend = f"mv -n {renamed.pins}/veth0 {renamed.pins}/wan0"
    refused(renamed.loader("attach", "veth0", "--acl", ENDPOINTS), "veth0", "wan0", mend)
    refused(renamed.loader("detach", "veth0"), "veth0", "wan0", mend)
    assert renamed.attached_program("wan0") == before
    assert renamed.attached_program("veth0") is None
    renamed.namespace.run(mend.split())
    renamed.attach()
    assert {report["interface"] for report in renamed.reports()} == {"veth0", "wan0"}


def test_name_that_is_not_utf8(place: Place):
    """The kernel takes any bytes; JSON does not."""
    name = os.fsdecode(b"veth\xff\x1b")
    place.namespace.run(["ip", "link", "set", place.iface, "name", name])
    done = place.loader("attach", name, "--acl", ENDPOINTS)
    assert (done.returncode, done.stderr) == (0, "")
    done = place.loader("status", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    [report] = json.loads(done.stdout)["interfaces"]
    assert (report["interface"], report["state"]) == (r"veth\xff\x1b", "attached")
    assert place.loader("detach", name).returncode == 0
    assert not place.pins.exists()


def test_name_in_utf8_is_kept(place: Place):
    place.namespace.run(["ip", "link", "set", place.iface, "name", "büro0"])
    place.ok("attach", "büro0", "--acl", ENDPOINTS)
    assert place.report()["interface"] == "büro0"
    place.ok("detach", "büro0")
    assert not place.pins.exists()


# --- the directory of the pins -------------------------------------------------------------------

def test_directory_of_the_administrator_stays(place: Place):
    place.pins.mkdir()
    refused(place.loader("attach", "missing0", "--acl", ENDPOINTS), "missing0")
    refused(place.loader("detach", place.iface), "not attached")
    assert place.pins.exists()


def test_directory_of_a_failed_run_goes(place: Place):
    refused(place.loader("attach", "missing0", "--acl", ENDPOINTS), "missing0")
    untouched(place)

# SPDX-License-Identifier: Apache-2.0
"""exogate-xdp: attach, replace, detach, status; what it refuses and how it says so."""

import json
import os
import struct
import subprocess
from pathlib import Path

import pytest
from lab.commands import ENVIRONMENT

from .bpf import Map, Program
from .cases import LISTED4, SYN4, tcp, v4
from .conftest import ENDPOINTS, LOADER, Place, create, refused, untouched

PREFIXES = {"microsoft": 6, "operator": 0, "relay-pool": 0, "relay-pool-off": 1}
ABI = 2


# --- attach, replace, detach, status -------------------------------------------------------------

def test_attach_and_status(place: Place):
    place.attach("--allow", "203.0.113.0/24", "--allow", "2001:db8::1", "--mode", "native")
    report = place.report()
    assert report["interface"] == place.iface
    assert report["ifindex"] == place.ifindex()
    assert (report["state"], report["mode"]) == ("attached", "native")
    assert (report["abi"], report["protected"], report["monitor"]) == (ABI, ["any:25"], False)
    assert report["prefixes"] == PREFIXES | {"operator": 2}
    assert report["program"] == {"id": place.attached_program()["prog"]["id"],
                                 "name": "exogate_xdp"}
    assert set(report["maps"]) == {"lists", "tries4", "tries6", "counters", "drops", "events",
                                   "config", "pending"}
    assert len(set(report["maps"].values())) == len(report["maps"])
    assert all(row["packets"] == row["bytes"] == 0 for row in report["counters"].values())
    assert [pin.name for pin in place.pins.iterdir()] == [place.iface]


def test_status_as_text_says_the_same(place: Place):
    place.attach()
    place.program().run(SYN4)
    report, text = place.report(), place.ok("status")
    assert f"{place.iface}: attached in native mode, ifindex {report['ifindex']}, " \
           f"program {report['program']['id']} (exogate_xdp)" in text
    rows = [line.split() for line in text.splitlines()]
    for reason, row in report["counters"].items():
        assert [reason, row["verdict"], str(row["packets"]), str(row["bytes"])] \
            in [row[:4] for row in rows]
    assert ["prefixes", "microsoft", "6", "operator", "0", "relay-pool", "0", "relay-pool-off",
            "1"] in rows
    assert f"list version {report['list']['version']}, worldwide, " in text


def test_status_of_nothing(place: Place):
    assert place.reports() == []
    assert "no interface is attached" in place.ok("status")


def test_detach_restores(place: Place):
    place.attach()
    assert place.ok("detach", place.iface) == f"{place.iface}: detached\n"
    untouched(place)


def test_detach_what_is_not_attached(place: Place):
    refused(place.loader("detach", place.iface), place.iface, "not attached")


def test_attach_again_replaces_in_place(place: Place):
    place.attach()
    before = place.report()
    program = place.program()
    for frame in (SYN4, SYN4, LISTED4):
        program.run(frame)
    said = place.attach("--allow", "198.51.100.0/24")
    assert "replaced in place" in said and "counters go on" in said
    after = place.report()
    assert after["program"]["id"] != before["program"]["id"]
    assert after["maps"]["counters"] == before["maps"]["counters"]
    assert after["prefixes"] == PREFIXES | {"operator": 1}
    assert after["counters"]["unlisted"]["packets"] == 2
    assert after["counters"]["microsoft"]["packets"] == 1
    place.program().run(SYN4)  # from 198.51.100.9, which the new list has
    assert place.report()["counters"]["operator"]["packets"] == 1
    assert place.attached_program()["prog"]["id"] == after["program"]["id"]


def test_trying_the_lists_counts_nothing(place: Place):
    place.attach()
    place.attach()
    assert all(row["packets"] == 0 for row in place.report()["counters"].values())


def test_several_interfaces(place: Place):
    place.ok("attach", place.iface, "peer0", "--acl", ENDPOINTS)
    reports = {report["interface"]: report for report in place.reports()}
    assert set(reports) == {place.iface, "peer0"}
    assert len({report["maps"]["counters"] for report in reports.values()}) == 2
    place.ok("detach", place.iface)
    assert place.report()["interface"] == "peer0"


def test_dot_in_the_name(places: list[Place], bpffs: Path):
    place = create(places, bpffs, "veth0.100")
    place.attach()
    assert place.report()["interface"] == "veth0.100"
    place.attach()
    place.ok("detach", "veth0.100")
    untouched(place)


def test_alternative_name_is_the_same_interface(place: Place):
    place.namespace.ip(f"link property add dev {place.iface} altname uplink")
    place.ok("attach", "uplink", "--acl", ENDPOINTS)
    assert place.report()["interface"] == place.iface
    assert "replaced in place" in place.attach()
    place.ok("detach", "uplink")
    untouched(place)


# --- modes ---------------------------------------------------------------------------------------

def test_auto_falls_back_and_says_why(place: Place):
    said = place.ok("attach", "lo", "--acl", ENDPOINTS)
    assert "lo: not in native mode: its driver has no native XDP; using generic mode" in said
    assert place.report()["mode"] == "generic"
    place.ok("detach", "lo")


def test_native_does_not_fall_back(place: Place):
    refused(place.loader("attach", "lo", "--mode", "native", "--acl", ENDPOINTS),
            "lo", "driver has no native XDP", "--mode generic")
    untouched(place)


@pytest.mark.parametrize("mode", ["auto", "native"])
def test_driver_says_why(places: list[Place], bpffs: Path, mode: str):
    """veth wants as many queues to receive from as its peer has to send to."""
    place = create(places, bpffs)
    place.namespace.ip("link add few0 numrxqueues 1 numtxqueues 1 type veth"
                       " peer name many0 numrxqueues 4 numtxqueues 4")
    done = place.loader("attach", "few0", "--mode", mode, "--acl", ENDPOINTS)
    said = done.stdout if mode == "auto" else done.stderr
    assert "refuses the present settings" in said and "ethtool -L" in said
    assert "it says: " in said and "queues" in said
    assert done.returncode == (0 if mode == "auto" else 1)
    if mode == "auto":
        assert place.report()["mode"] == "generic"


def test_no_ethernet(place: Place):
    """Its packets begin with an IP header, which would be taken for an Ethernet one."""
    place.namespace.ip("tuntap add dev tun9 mode tun", "tuntap add dev tap9 mode tap")
    refused(place.loader("attach", "tun9", "--acl", ENDPOINTS), "tun9: not an Ethernet interface",
            "acl export --format nft")
    place.ok("attach", "tap9", "--acl", ENDPOINTS)


def test_generic_where_native_would_do(place: Place):
    place.attach("--mode", "generic")
    assert place.report()["mode"] == "generic"
    assert place.program().run(SYN4) == "drop"


def test_mode_is_not_changed_in_place(place: Place):
    place.attach("--mode", "generic")
    before = place.report()["program"]["id"]
    refused(place.loader("attach", place.iface, "--mode", "native", "--acl", ENDPOINTS),
            "attached in generic mode", "detach first")
    assert place.report()["program"]["id"] == before
    assert "replaced in place, still in generic mode, counters go on" in place.attach()
    assert place.report()["mode"] == "generic"


# --- links whose device is gone or elsewhere -------------------------------------------------------

def test_link_of_a_removed_namespace(place: Place):
    """The pin outlives namespace and device, and neither blocks nor confuses a new one."""
    place.attach()
    place.namespace.remove()
    assert not place.namespace.path.exists()
    place.create()
    assert (place.report()["state"], place.report()["mode"]) == ("severed", None)
    said = place.attach()
    assert "device of the old link is gone" in said and "attached in native mode" in said
    assert place.report()["state"] == "attached"


def test_link_of_a_removed_interface(place: Place):
    place.attach()
    place.namespace.ip(f"link delete {place.iface}")
    assert place.report()["state"] == "severed"
    assert "severed" in place.ok("status")
    assert "gone already" in place.ok("detach", place.iface)
    assert not place.pins.exists()


def test_link_of_another_namespace(places: list[Place], bpffs: Path):
    """The same name and number in two namespaces are two interfaces."""
    here, there = create(places, bpffs), create(places, bpffs)
    there.pins = here.pins
    assert (here.iface, here.ifindex()) == (there.iface, there.ifindex())
    here.attach()
    assert there.report()["state"] == "elsewhere"
    refused(there.loader("attach", there.iface, "--acl", ENDPOINTS),
            "belongs to another network namespace", "--bpffs")
    refused(there.loader("detach", there.iface), "belongs to another network namespace")
    assert there.attached_program() is None
    there.namespace.ip(f"link delete {there.iface}")
    refused(there.loader("detach", there.iface), "belongs to another network namespace")
    assert here.report()["state"] == "attached"


# --- what others attached or pinned ----------------------------------------------------------------

def test_other_program_is_named_and_left(place: Place):
    other = Program.load_pass("someone_elses")
    with place.namespace.entered():
        link = other.attach(place.ifindex())
    number = place.attached_program()["prog"]["id"]
    for mode in ("auto", "native", "generic"):
        refused(place.loader("attach", place.iface, "--mode", mode, "--acl", ENDPOINTS),
                f"id {number}", "someone_elses", f"(process {os.getpid()})",
                "nothing was changed", f"ip link set dev {place.iface} xdpdrv off")
    assert place.attached_program()["prog"]["id"] == number
    assert not place.pins.exists()
    del link


def test_other_program_that_nobody_holds(place: Place):
    """Attached in the older way: the interface itself has it, and ip(8) takes it off."""
    source = place.pins.parent.parent / "pass.o"
    place.namespace.run(["sh", "-c", "echo 'int p(void *c) { return 2; }' | clang -O2 -target bpf"
                         f" -c -x c -o {source} -"])
    place.namespace.ip(f"link set dev {place.iface} xdpgeneric obj {source} sec .text")
    refused(place.loader("attach", place.iface, "--acl", ENDPOINTS), "held by no process",
            f"ip link set dev {place.iface} xdpgeneric off")
    place.namespace.ip(f"link set dev {place.iface} xdpgeneric off")
    place.attach()


def test_pin_of_something_else_is_left(place: Place):
    place.attach()
    place.ok("detach", place.iface)
    place.pins.mkdir()
    pin = place.pins / place.iface
    Map.create("someone_elses", 8).pin(pin)
    refused(place.loader("attach", place.iface, "--acl", ENDPOINTS), "not exogate's")
    refused(place.loader("detach", place.iface), "not exogate's", "left alone")
    assert place.reports() == []
    assert pin.exists() and place.attached_program() is None


def test_link_to_another_program_is_left(place: Place):
    place.pins.mkdir()
    pin = place.pins / place.iface
    with place.namespace.entered():
        Program.load_pass("someone_elses").attach(place.ifindex()).pin(pin)
    refused(place.loader("attach", place.iface, "--acl", ENDPOINTS), "not exogate's")
    refused(place.loader("detach", place.iface), "not exogate's")
    assert place.reports() == []
    assert place.attached_program()["prog"]["name"] == "someone_elses"


def test_pin_that_cannot_be_made(place: Place):
    (place.pins / place.iface).mkdir(parents=True)
    refused(place.loader("attach", place.iface, "--acl", ENDPOINTS), str(place.pins / place.iface))
    assert place.attached_program() is None


def test_program_of_another_abi_version(place: Place):
    """It is replaced in place, but its counters cannot be read as ours."""
    config = Map.create(".rodata.config", 8)
    config.update(struct.pack("=I", 0), struct.pack("=II", 99, 25))
    place.pins.mkdir()
    with place.namespace.entered():
        Program.load_pass("exogate_xdp", (config,)).attach(place.ifindex()) \
            .pin(place.pins / place.iface)
    report = place.report()
    assert (report["state"], report["abi"]) == ("attached", 99)
    assert report["prefixes"] is report["counters"] is None
    assert f"ABI version 99 is not {ABI}: attach again" in place.ok("status")
    assert "counters start anew" in place.attach()
    assert (place.report()["abi"], place.report()["prefixes"]) == (ABI, PREFIXES)


# --- errors ----------------------------------------------------------------------------------------

def test_interface_does_not_exist(place: Place):
    refused(place.loader("attach", "missing0", "--acl", ENDPOINTS),
            "missing0", "no such interface", "ip link")
    untouched(place)


def test_relay_pool(place: Place):
    place.attach()
    syn = v4(tcp(), src="40.95.80.141")
    assert place.program().run(syn) == "drop"
    assert place.report()["counters"]["relay-pool-off"]["packets"] == 1
    place.attach("--relay-pool")
    assert place.report()["prefixes"] == PREFIXES | {"relay-pool": 1, "relay-pool-off": 0}
    assert place.program().run(syn) == "pass"
    assert place.report()["counters"]["relay-pool"]["packets"] == 1


def test_list_from_standard_input(place: Place):
    argv = [*place.namespace.argv([LOADER]), "attach", place.iface, "--acl", "-", "--bpffs",
            place.pins]
    done = subprocess.run(argv, input=ENDPOINTS.read_text(), text=True, capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done
    assert place.report()["prefixes"]["microsoft"] == 6


def test_nothing_is_touched_if_one_name_is_wrong(place: Place):
    for names in ((place.iface, "nope"), ("nope", place.iface)):
        refused(place.loader("attach", *names, "--acl", ENDPOINTS), "nope: no such interface")
    untouched(place)
    done = place.loader("attach", place.iface, place.iface, "--acl", ENDPOINTS)
    assert (done.returncode, "named twice" in done.stderr) == (2, True)
    untouched(place)


@pytest.mark.parametrize("name", ["", "a/b", "..", "a-name-that-is-too-long"])
def test_name_that_is_no_name(place: Place, name: str):
    refused(place.loader("attach", name, "--acl", ENDPOINTS), "no such interface")
    refused(place.loader("detach", name))
    untouched(place)


def test_endpoints_file_is_missing(place: Place, tmp_path: Path):
    missing = tmp_path / "missing.json"
    refused(place.loader("attach", place.iface, "--acl", missing),
            str(missing), "does not exist", "https://endpoints.office.com/")
    untouched(place)


@pytest.mark.parametrize("text, says", [
    ("", "line 1:"),
    ("[\n{\n\"id\": 10,,\n}]", "line 3:"),
    ("{}", "no array"),
    ("[]", "no entry"),
    (ENDPOINTS.read_text()[:-3], "line "),
    (ENDPOINTS.read_text().replace("40.92.0.0/15", "40.93.0.0/15"),
     "id 10: \"40.93.0.0/15\": bits are set beyond the length"),
    (ENDPOINTS.read_text().replace("40.92.0.0/15", "10.0.0.0/8"), "id 10: \"10.0.0.0/8\""),
    (ENDPOINTS.read_text().replace("40.92.0.0/15", "0.0.0.0/0"), "id 10: \"0.0.0.0/0\""),
    (ENDPOINTS.read_text().replace("40.92.0.0/15", "40.0.0.0/7"),
     "id 10: \"40.0.0.0/7\" is shorter than /8"),
])
def test_endpoints_file_is_malformed(place: Place, tmp_path: Path, text: str, says: str):
    acl = tmp_path / "list.json"
    acl.write_text(text)
    refused(place.loader("attach", place.iface, "--acl", acl), str(acl), says)
    untouched(place)


def test_bad_list_leaves_the_good_one(place: Place, tmp_path: Path):
    place.attach()
    before = place.report()
    acl = tmp_path / "list.json"
    acl.write_text("[]")
    refused(place.loader("attach", place.iface, "--acl", acl), str(acl))
    assert place.report() == before


def test_list_that_covers_what_sends_nothing(place: Place):
    for cidr in ("255.0.0.0/8", "ff02::/16"):
        refused(place.loader("attach", place.iface, "--acl", ENDPOINTS, "--allow", cidr),
                cidr, "broadcast or multicast")
    untouched(place)


def test_no_bpffs(place: Place, tmp_path: Path):
    for pins in (tmp_path, tmp_path / "exogate"):
        for command in (("attach", place.iface, "--acl", ENDPOINTS), ("detach", place.iface),
                        ("status",)):
            done = place.loader(*command, pins=pins)
            refused(done, f"no BPF file system at {tmp_path}", "such as /sys/fs/bpf/exogate")
            assert "mount -t" not in done.stderr  # it would hide what is there
    assert list(tmp_path.iterdir()) == []


def test_no_bpffs_in_a_private_mount_namespace(place: Place, tmp_path: Path):
    """What is mounted there ends with the command; the advice must not be to mount it."""
    done = private(place, "attach", place.iface, "--acl", ENDPOINTS, pins=tmp_path)
    refused(done, f"no BPF file system at {tmp_path}", "nsenter --net=", "--bpffs")
    assert "mount -t bpf" not in done.stderr
    refused(private(place, "status", pins=tmp_path), "nsenter --net=")


def test_attach_in_a_private_mount_namespace(place: Place):
    done = private(place, "attach", place.iface, "--acl", ENDPOINTS)
    assert (done.returncode, done.stderr) == (0, "")
    note, said = done.stdout.splitlines()
    assert "private mount namespace" in note and str(place.pins) in note
    assert said == f"{place.iface}: attached in native mode"
    assert "private" not in place.attach()


def private(place: Place, *arguments: str | Path,
            pins: Path | None = None) -> subprocess.CompletedProcess:
    """Runs the loader where process 1 has other mounts than it; both are the test's own."""
    return place.loader(*arguments, pins=pins, before=(
        "unshare", "--pid", "--fork", "--mount-proc", "sh", "-c",
        'unshare --mount "$@"; exit $?', "sh"))


def test_without_the_right(place: Place):
    setpriv = ("setpriv", "--bounding-set", "-bpf,-net_admin,-perfmon,-sys_admin")
    refused(place.loader("attach", place.iface, "--acl", ENDPOINTS, before=setpriv),
            "Operation not permitted", "run as root")
    untouched(place)


# --- the command line ------------------------------------------------------------------------------

def run_loader(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([LOADER, *arguments], text=True, capture_output=True, timeout=60,
                          env=ENVIRONMENT)


@pytest.mark.parametrize("arguments, says", [
    (("attach",), "name an interface"),
    (("detach",), "name an interface"),
    (("status", "eth0"), "takes no argument"),
    (("attach", "eth0", "--nonsense"), "--nonsense"),
    (("detach", "eth0", "--acl", "x"), "--acl: no such option here"),
    (("attach", "eth0", "--acl"), "--acl needs a value: FILE"),
    (("status", "--json=1"), "--json takes no value"),
    (("attach", "eth0", "--mode=fast"), "--mode fast"),
    (("attach", "eth0", "--allow", "192.0.2.1/24"), "192.0.2.1/24: bits are set"),
    (("attach", "eth0", "--allow=0.0.0.0/0"), "--allow 0.0.0.0/0: shorter than /8"),
    (("attach", "eth0", "--allow", "40.0.0.0/7"), "--allow 40.0.0.0/7: shorter than /8"),
    (("attach", "eth0", "--allow", "2a00::/15"), "or /16 (IPv6)"),
    (("attach", "eth0", "--allow", "example.net"), "not an IPv4 or IPv6 address"),
    (("attach", *(f"eth{n}" for n in range(33))), "more than 32 interfaces"),
])
def test_usage_error(arguments: tuple[str, ...], says: str):
    refused(run_loader(*arguments), says, code=2)


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("--nonsense",)])
def test_no_command(arguments: tuple[str, ...]):
    done = run_loader(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: exogate-xdp attach IFACE..." in done.stderr


@pytest.mark.parametrize("arguments, says", [
    (("--help",), ["attach IFACE...", "detach IFACE...", "status"]),
    (("attach", "--help"), ["--mode", "--acl", "--allow", "--bpffs"]),
    (("detach", "eth0", "--help"), ["--bpffs"]),
    (("status", "--help"), ["--json", "--bpffs"]),
    (("--version",), ["exogate-xdp "]),
])
def test_help_and_version(arguments: tuple[str, ...], says: list[str]):
    done = run_loader(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(words in done.stdout for words in says)


def test_help_names_no_option_of_another_command():
    assert "--acl" not in run_loader("status", "--help").stdout
    assert "--json" not in run_loader("attach", "--help").stdout


def test_json_is_json_when_something_fails(place: Place):
    """One report that cannot be made does not spoil the document."""
    place.attach()
    (place.pins / "broken").symlink_to(ENDPOINTS)
    done = place.loader("status", "--json")
    refused(done, str(place.pins / "broken"))
    assert [report["interface"] for report in json.loads(done.stdout)["interfaces"]] \
        == [place.iface]


def test_report_that_cannot_be_written(place: Place):
    place.attach()
    for format in ((), ("--json",)):
        refused(place.loader("status", *format, before=("sh", "-c", '"$@" >/dev/full', "sh")),
                "cannot write", "standard output")

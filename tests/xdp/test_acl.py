# SPDX-License-Identifier: Apache-2.0
"""exogate-xdp acl: show, diff, apply, check, export; with a program attached and without."""

import ipaddress
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from lab.commands import ENVIRONMENT

from .cases import LISTED4, LISTED6, MICROSOFT4, SYN4, tcp, v4
from .conftest import ENDPOINTS, LOADER, Place, refused, untouched, with_postfix

WORLDWIDE = ["40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17",
             "2a01:111:f400::/48", "2a01:111:f403::/48"]

UMASK = os.umask(0o22)
os.umask(UMASK)


def endpoints(path: Path, prefixes: list[str]) -> Path:
    path.write_text(json.dumps([{"id": 10, "serviceArea": "Exchange", "tcpPorts": "25",
                                 "ips": prefixes}]))
    return path


def alone(*arguments: str | Path) -> subprocess.CompletedProcess:
    """Without a program, a namespace or any right."""
    return subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", LOADER, *arguments],
                          text=True, capture_output=True, timeout=60, env=ENVIRONMENT)


def run_loader(*arguments: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run([LOADER, *arguments], text=True, capture_output=True, timeout=60,
                          env=ENVIRONMENT, check=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that anybody may read."""
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.owner() == "root" and str(parent).startswith("/tmp/"):
            parent.chmod(0o755)
    return Path(shutil.copy(ENDPOINTS, tmp_path / "microsoft.json"))


# --- show and check ------------------------------------------------------------------------------

def test_show(place: Place):
    place.attach("--allow", "203.0.113.0/24")
    shown = json.loads(place.ok("acl", "show", "--json"))
    assert {(row["prefix"], row["source"]) for row in shown["prefixes"]} == \
        {(prefix, "microsoft") for prefix in WORLDWIDE} | {
            ("203.0.113.0/24", "operator"), ("40.95.0.0/16", "relay-pool-off")}
    assert (shown["version"], shown["instance"]) == (place.report()["list"]["version"],
                                                     "worldwide")
    rows = [line.split() for line in place.ok("acl", "show").splitlines()
            if not line.startswith("#")]
    assert rows == [[row["prefix"], row["source"]] for row in shown["prefixes"]]


@pytest.mark.parametrize("address, admitted, prefix, source", [
    ("40.92.1.2", True, "40.92.0.0/15", "microsoft"),
    ("40.93.255.255", True, "40.92.0.0/15", "microsoft"),
    ("40.94.0.0", False, None, None),
    ("2a01:111:f403::1", True, "2a01:111:f403::/48", "microsoft"),
    ("2a01:111:f402::1", False, None, None),
    ("203.0.113.7", True, "203.0.113.0/24", "operator"),
    ("40.95.1.2", False, "40.95.0.0/16", "relay-pool-off"),
    ("::ffff:40.92.1.2", True, "40.92.0.0/15", "microsoft"),
])
def test_check(place: Place, address: str, admitted: bool, prefix: str | None, source: str | None):
    """In force and from the file alike; and as the program does."""
    place.attach("--allow", "203.0.113.0/24")
    said = json.loads(place.ok("acl", "check", address, "--json"))
    assert said == {"address": address, "admitted": admitted, "prefix": prefix, "source": source}
    assert json.loads(place.ok("acl", "check", address, "--json", "--acl", ENDPOINTS, "--allow",
                               "203.0.113.0/24")) == said
    if ipaddress.ip_address(address).version == 4:
        assert place.program().run(v4(tcp(), src=address)) == ("pass" if admitted else "drop")
    text = place.ok("acl", "check", address)
    assert ("passes" if admitted else "dropped") in text
    assert prefix is None or prefix in text


def test_check_names_the_inner_prefix_too(place: Place):
    place.attach("--allow", "40.92.7.0/24")
    assert place.ok("acl", "check", "40.92.7.1") == \
        "40.92.7.1: passes, by 40.92.0.0/15 of microsoft; also in 40.92.7.0/24 of operator\n"


@pytest.mark.parametrize("address", ["", "40.92.1", "40.92.0.0/15", "example.net"])
def test_check_of_no_address(place: Place, address: str):
    place.attach()
    refused(place.loader("acl", "check", address), "not an IPv4 or IPv6 address")


# --- diff and apply ------------------------------------------------------------------------------

def test_diff_changes_nothing(place: Place, tmp_path: Path):
    place.attach()
    before = place.report()
    new = endpoints(tmp_path / "new.json", [*WORLDWIDE[:3], "104.47.0.0/18", *WORLDWIDE[4:],
                                            "192.0.1.0/24"])
    said = json.loads(place.ok("acl", "diff", new, "--json"))
    assert [row["prefix"] for row in said["added"]] == ["104.47.0.0/18", "192.0.1.0/24"]
    assert [row["prefix"] for row in said["removed"]] == ["104.47.0.0/17"]
    assert (said["version"], said["refused"]) == (before["list"]["version"], False)
    lines = place.ok("acl", "diff", new).splitlines()
    assert [line[0] for line in lines] == ["-", "+", "+", "v"]
    assert place.report() == before


def test_diff_of_files(file: Path, tmp_path: Path):
    """Nothing need be attached to know whether a list lacks much of the one before."""
    less = endpoints(tmp_path / "less.json", WORLDWIDE[:2] + WORLDWIDE[4:])
    done = alone("acl", "diff", less, "--acl", file, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert [row["prefix"] for row in said["removed"]] == WORLDWIDE[2:4]
    assert (said["added"], said["refused"]) == ([], True)
    assert not json.loads(alone("acl", "diff", file, "--acl", less, "--json").stdout)["refused"]
    assert not json.loads(
        alone("acl", "diff", less, "--acl", file, "--json", "--force").stdout)["refused"]


def test_apply(place: Place, tmp_path: Path):
    """The new list is in force, the operator's part and everything else as it was."""
    place.attach("--allow", "203.0.113.0/24", "--relay-pool")
    before, program = place.report(), place.program()
    program.run(SYN4)
    new = endpoints(tmp_path / "new.json", [*WORLDWIDE, "198.51.0.0/16"])
    refused(place.loader("acl", "apply", new), "198.51.0.0/16", "not Microsoft's")
    new = endpoints(tmp_path / "new.json", [*WORLDWIDE, "198.52.0.0/16"])
    assert "8 prefixes" not in place.ok("acl", "apply", new)
    after = place.report()
    assert after["program"] == before["program"]
    assert after["prefixes"] == before["prefixes"] | {"microsoft": 7}
    assert after["list"]["version"] != before["list"]["version"]
    assert after["list"]["file"].endswith("new.json")
    assert after["counters"]["unlisted"]["packets"] == 1
    assert program.run(v4(tcp(), src="198.52.0.1")) == "pass"
    assert program.run(LISTED4) == program.run(LISTED6) == "pass"
    assert program.run(v4(tcp(), src="203.0.113.1")) == "pass"
    assert program.run(SYN4) == "drop"


def test_apply_again_and_again(place: Place, tmp_path: Path):
    """Both slots of the tries serve in turn."""
    place.attach()
    program = place.program()
    more = endpoints(tmp_path / "more.json", [*WORLDWIDE, "198.52.128.0/24"])
    for acl, verdict in [(more, "pass"), (ENDPOINTS, "drop")] * 3:
        place.ok("acl", "apply", acl)
        assert program.run(v4(tcp(), src="198.52.128.9")) == verdict
        assert program.run(LISTED4) == "pass"


def test_apply_with_other_prefixes_of_the_operator(place: Place):
    place.attach("--allow", "203.0.113.0/24", "--allow", "192.0.2.0/24")
    done = place.loader("acl", "apply", ENDPOINTS, "--allow", "198.51.100.0/24", "--allow",
                        "192.0.2.0/24")
    assert (done.returncode, done.stderr) == (
        0, f"exogate-xdp: warning: {place.iface}: 203.0.113.0/24 of the operator's is not in the "
        "list any more\n")
    shown = json.loads(place.ok("acl", "show", "--json"))["prefixes"]
    assert [row["prefix"] for row in shown if row["source"] == "operator"] \
        == ["192.0.2.0/24", "198.51.100.0/24"]


@pytest.mark.parametrize("command, says", [
    (("attach",), "admit these sources too"), (("acl", "show"), "admit these sources too"),
    (("acl", "apply"), "instead of the operator's in force"),
    (("acl", "diff"), "instead of the operator's in force")])
def test_help_says_what_allow_does(command: tuple[str, ...], says: str):
    [line] = [line for line in alone(*command, "--help").stdout.splitlines()
              if line.startswith("  --allow ")]
    assert says in line


def test_apply_from_standard_input(place: Place):
    place.ok("attach", place.iface, "peer0", "--acl", ENDPOINTS)
    argv = place.namespace.argv([LOADER, "acl", "apply", "-", "--bpffs", place.pins])
    done = subprocess.run(argv, input=ENDPOINTS.read_text(), text=True, capture_output=True,
                          timeout=60, check=False)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 2)


@pytest.mark.parametrize("arguments, beside", [
    (("--allow", "203.0.113.0/24", "--allow", "192.0.2.0/24"),
     ", beside the operator's prefixes in this list (2), which it would replace"),
    ((), ""),
])
def test_own_ssh_connection_that_a_list_cuts_off(place: Place, arguments: tuple[str, ...],
                                                 beside: str):
    """The advice is for this command, which has no --confirm and whose --allow replaces."""
    place.attach("--protect", "any:22", *(("--allow", "198.51.100.9") if arguments else ()))
    done = place.loader("acl", "apply", ENDPOINTS, *arguments, before=(
        "env", "SSH_CONNECTION=198.51.100.9 40022 192.0.2.25 22"))
    assert done.returncode == 0
    [line] = [line for line in done.stderr.splitlines() if "ssh" in line]
    assert "your own ssh connection from 198.51.100.9/32" in line
    assert line.endswith(f": --allow 198.51.100.9/32{beside}")


def test_sharp_loss_is_refused(place: Place, tmp_path: Path):
    place.attach()
    before = place.report()
    less = endpoints(tmp_path / "less.json", WORLDWIDE[:2] + WORLDWIDE[4:])
    for command in (("acl", "apply", less), ("attach", place.iface, "--acl", less)):
        refused(place.loader(*command), "lacks much of the one in force", "2 of 6 prefixes",
                "60 % of the IPv4", "--force")
        assert place.report() == before
    assert json.loads(place.ok("acl", "diff", less, "--json"))["refused"]
    assert "refused unless --force" in place.ok("acl", "diff", less)
    place.ok("acl", "apply", less, "--force")
    assert place.report()["prefixes"]["microsoft"] == 4
    assert place.program().run(LISTED4) == "pass"


def test_file_that_is_bad_leaves_the_list(place: Place, tmp_path: Path):
    place.attach()
    before = place.report()
    bad = tmp_path / "bad.json"
    for text in ("[]", "{", ENDPOINTS.read_text()[:-5], "x" * (5 << 20)):
        bad.write_text(text)
        refused(place.loader("acl", "apply", bad), str(bad))
    refused(place.loader("acl", "apply", tmp_path / "none.json"), "does not exist")
    assert place.report() == before


def test_list_of_much_of_the_internet(place: Place, tmp_path: Path):
    """Prefixes that might each be Microsoft's, but not all of them; forced or not."""
    wide = endpoints(tmp_path / "wide.json", [f"{n}.0.0.0/8" for n in range(11, 91)])
    place.attach()
    before = place.report()
    for command in (("attach", place.iface, "--acl", wide), ("acl", "apply", wide, "--force"),
                    ("acl", "diff", wide)):
        refused(place.loader(*command), str(wide), "31.2 % of IPv4", "too much for Microsoft")
    assert place.report() == before


@pytest.mark.parametrize("prefixes, says", [
    ([*WORLDWIDE, "40.92.0.0/15"], "40.92.0.0/15 twice"),
    ([*WORLDWIDE, "40.93.0.0/16"], "40.93.0.0/16 inside 40.92.0.0/15"),
    ([*WORLDWIDE, "2a01:111:f400:1::/64"], "2a01:111:f400:1::/64 inside 2a01:111:f400::/48"),
])
def test_overlap(place: Place, tmp_path: Path, prefixes: list[str], says: str):
    acl = endpoints(tmp_path / "list.json", prefixes)
    refused(place.loader("attach", place.iface, "--acl", acl), "Microsoft's list has", says,
            "--force")
    untouched(place)
    place.ok("attach", place.iface, "--acl", acl, "--force")
    assert place.report()["prefixes"]["microsoft"] == 6
    refused(place.loader("acl", "apply", acl), says)


def test_overlap_of_the_operators(place: Place):
    """It does no harm there: said, and merged."""
    done = place.loader("attach", place.iface, "--acl", ENDPOINTS, "--allow", "198.51.100.0/24",
                        "--allow", "198.51.100.7")
    assert done.returncode == 0
    assert "198.51.100.0/24 and 198.51.100.7/32, which is in it" in done.stderr
    assert place.report()["prefixes"]["operator"] == 1


def test_overlap_behind_one_of_the_operators(place: Place, tmp_path: Path):
    acl = endpoints(tmp_path / "list.json", [*WORLDWIDE, "40.93.0.0/16"])
    refused(place.loader("attach", place.iface, "--acl", acl, "--allow", "12.0.0.0/8", "--allow",
                         "12.0.0.0/16"), "Microsoft's list has 40.93.0.0/16")


def test_instance_of_another_name(place: Place):
    done = place.loader("attach", place.iface, "--acl", ENDPOINTS, "--instance", "china")
    assert done.returncode == 0 and "looks like worldwide's, not china's" in done.stderr


# --- what is meant -------------------------------------------------------------------------------

def test_nothing_attached(place: Place):
    for command in (("show",), ("check", "192.0.2.1"), ("export", "--format", "nft"),
                    ("apply", ENDPOINTS), ("diff", ENDPOINTS)):
        refused(place.loader("acl", *command), "no interface is attached")


def test_different_lists(place: Place):
    place.attach()
    place.ok("attach", "peer0", "--acl", ENDPOINTS, "--allow", "203.0.113.0/24")
    refused(place.loader("acl", "show"), "veth0", "peer0", "different lists", "--interface")
    assert "203.0.113.0/24" in place.ok("acl", "show", "--interface", "peer0")
    assert "203.0.113.0/24" not in place.ok("acl", "show", "--interface", place.iface)
    refused(place.loader("acl", "show", "--interface", "lo"), "lo: not attached")
    place.ok("acl", "apply", ENDPOINTS)  # each keeps its own
    assert "203.0.113.0/24" in place.ok("acl", "show", "--interface", "peer0")
    place.ok("acl", "apply", ENDPOINTS, "--allow", "203.0.113.0/24", "--interface", place.iface)
    assert "203.0.113.0/24" in place.ok("acl", "show")


@pytest.mark.parametrize("instance, prefix, entry", [
    ("china", "42.159.36.0/24", 2), ("gcc-high", "23.103.191.0/24", 6), ("dod", "192.0.1.0/24", 1),
])
def test_instances(place: Place, tmp_path: Path, instance: str, prefix: str, entry: int):
    acl = tmp_path / "list.json"
    acl.write_text(json.dumps([
        {"id": entry, "serviceArea": "Exchange", "tcpPorts": " 443, 25 ",
         "ips": [prefix, "2406:e500:4420::/43"]},
        {"id": 9, "serviceArea": "Exchange", "tcpPorts": "443", "ips": ["52.96.0.0/14"]},
        {"id": 10, "serviceArea": "SharePoint", "tcpPorts": "25", "ips": ["52.97.0.0/16"]}]))
    place.ok("attach", place.iface, "--acl", acl, "--instance", instance)
    report = place.report()
    assert report["list"]["instance"] == instance
    assert report["prefixes"] == {"microsoft": 2, "operator": 0, "relay-pool": 0,
                                  "relay-pool-off": 0}
    place.ok("acl", "apply", acl)
    assert place.report()["list"]["instance"] == instance
    refused(place.loader("attach", place.iface, "--acl", acl, "--instance", instance,
                         "--relay-pool"), "--relay-pool", instance, code=2)


# --- export --------------------------------------------------------------------------------------

def export(place: Place, *arguments: str | Path) -> str:
    return place.ok("acl", "export", *arguments)


def test_export_postfix_cidr(place: Place, tmp_path: Path):
    """Postfix itself finds in it what the program passes."""
    place.attach("--allow", "203.0.113.0/24")
    (tmp_path / "main.cf").write_text("")
    table = tmp_path / "table.cidr"
    table.write_text(export(place, "--format", "postfix-cidr"))
    for address, answer in ((MICROSOFT4, "OK"), ("2a01:111:f403::9", "OK"), ("203.0.113.1", "OK"),
                            ("40.95.1.1", ""), ("198.51.100.9", ""), ("2a01:111:f402::9", "")):
        done = subprocess.run(["/usr/sbin/postmap", "-c", tmp_path, "-q", address,
                               f"cidr:{table}"], text=True, capture_output=True, env=ENVIRONMENT)
        assert (done.stdout.strip(), done.stderr) == (answer, ""), address
    table.write_text(export(place, "--format", "postfix-cidr", "--source", "microsoft"))
    assert "203.0.113.0/24" not in table.read_text() and "40.92.0.0/15 OK" in table.read_text()


def test_export_nft_filters_alike(place: Place, tmp_path: Path):
    """Loaded twice, it is one table; what it protects is what the program protects."""
    place.attach("--allow", "203.0.113.0/24", "--allow", "40.92.7.0/24",
                 "--protect", "any:25", "--protect", "any:2525")
    rules = tmp_path / "rules.nft"
    rules.write_text(export(place, "--format", "nft"))
    for _ in range(2):
        place.namespace.run(["/usr/sbin/nft", "-f", rules])
    listed = json.loads(place.namespace.run(["/usr/sbin/nft", "-j", "list", "table", "inet",
                                             "exogate"]))["nftables"]
    sets = {row["set"]["name"]: row["set"]["elem"] for row in listed if "set" in row}
    prefixes = {f"{elem['prefix']['addr']}/{elem['prefix']['len']}"
                for elems in sets.values() for elem in elems}
    assert prefixes == {*WORLDWIDE, "203.0.113.0/24"}
    rules_text = place.namespace.run(["/usr/sbin/nft", "list", "table", "inet", "exogate"])
    assert all(f"tcp dport {port} " in rules_text for port in (25, 2525))
    assert rules_text.count(" drop") == 4


def test_export_nft_of_interfaces_that_protect_others(place: Place):
    """A ruleset is for all interfaces: whose endpoints it protects is not for a name to decide."""
    place.attach("--protect", "any:25", "--protect", "any:587")
    place.ok("attach", "peer0", "--acl", ENDPOINTS, "--protect", "any:2525")
    refused(place.loader("acl", "export", "--format", "nft"), "veth0", "peer0",
            "protect different endpoints", "--interface", "--protect")
    assert "tcp dport 2525 " in export(place, "--format", "nft", "--interface", "peer0")
    assert "tcp dport 26 " in export(place, "--format", "nft", "--protect", "any:26")
    for format in ("ipset", "postfix-cidr", "json"):
        export(place, "--format", format)
    place.attach_otherwise("--protect", "any:2525", "--protect", "any:25")
    place.ok("attach", "peer0", "--acl", ENDPOINTS, "--protect", "any:25", "--protect",
             "any:2525")
    assert export(place, "--format", "nft").count(" drop") == 4


def test_export_nft_of_one_that_only_monitors(place: Place):
    place.attach()
    place.ok("attach", "peer0", "--acl", ENDPOINTS, "--monitor")
    done = place.loader("acl", "export", "--format", "nft")
    assert done.returncode == 0 and done.stdout.count(" drop") == 2
    assert done.stderr == "exogate-xdp: warning: peer0 only monitors, but the ruleset drops\n"
    export(place, "--format", "ipset")
    export(place, "--format", "nft", "--interface", place.iface)


def test_export_ipset(place: Place, tmp_path: Path):
    if not shutil.which("ipset", path=ENVIRONMENT["PATH"]):
        pytest.skip("ipset is not installed")
    place.attach("--allow", "40.92.7.0/24")
    sets = tmp_path / "sets"
    sets.write_text(export(place, "--format", "ipset"))
    try:
        place.namespace.run(["ipset", "list", "-n"])
    except Exception as error:  # the kernel's part may be missing
        pytest.skip(f"ipset: {error}")
    for _ in range(2):
        place.namespace.run(["ipset", "restore", "-f", sets])
    assert "40.92.0.0/15" in place.namespace.run(["ipset", "list", "exogate4"])
    assert place.namespace.run(["ipset", "list", "-n"]).split() == ["exogate4", "exogate6"]


def test_export_json(place: Place):
    place.attach()
    exported = json.loads(export(place, "--format", "json"))
    assert [row["prefix"] for row in exported["prefixes"]] == WORLDWIDE
    assert exported["version"] == place.report()["list"]["version"]


def test_export_without_xdp(file: Path):
    """A host that has no program, and an account that has no right."""
    done = alone("acl", "export", "--acl", file, "--format", "nft", "--allow", "203.0.113.0/24",
                 "--protect", "192.0.2.25:25")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ip daddr 192.0.2.25 tcp dport 25 ip saddr != @senders4 counter drop" in done.stdout
    assert "203.0.113.0/24" in done.stdout and "ip6 saddr" not in done.stdout
    done = alone("acl", "check", "40.92.1.2", "--acl", file)
    assert done.stdout == "40.92.1.2: passes, by 40.92.0.0/15 of microsoft\n"


def test_export_to_a_file(file: Path):
    """All of it or nothing; what was there keeps its mode and owner, and its links."""
    table, link = file.parent / "table.cidr", file.parent / "link.cidr"
    link.symlink_to(table.name)
    words = ("acl", "export", "--acl", file, "--format", "postfix-cidr", "--output")
    printed = run_loader(*words[:-1]).stdout
    assert "40.92.0.0/15 OK" in printed
    assert run_loader(*words, table).stdout == ""
    assert (table.read_text(), table.stat().st_mode & 0o777) == (printed, 0o666 & ~UMASK)
    table.write_text("the old one")
    table.chmod(0o640)
    os.chown(table, 65534, 65534)
    old = table.stat()
    assert run_loader(*words, link).returncode == 0
    new = table.stat()
    assert link.is_symlink() and table.read_text() == printed
    assert (new.st_mode, new.st_uid, new.st_gid) == (old.st_mode, 65534, 65534)
    assert new.st_ino != old.st_ino
    assert {path.name for path in file.parent.iterdir()} == {file.name, table.name, link.name}


@pytest.mark.parametrize("acl, more", [("[]", ()), (None, ("--source", "operator"))])
def test_export_that_fails_leaves_the_file(file: Path, acl: str | None, more: tuple[str, ...]):
    table = file.parent / "table.cidr"
    table.write_text("the old one")
    if acl:
        file.write_text(acl)
    refused(run_loader("acl", "export", "--acl", file, "--format", "postfix-cidr", *more,
                       "--output", table))
    assert table.read_text() == "the old one"
    assert {path.name for path in file.parent.iterdir()} == {file.name, table.name}


def test_export_to_a_full_disk_leaves_the_file(file: Path):
    """Written whole before it takes the old one's place."""
    disk = file.parent / "disk"
    disk.mkdir()
    # Three pages: one for the old file, and less than the new one has.
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c",
         f'mount -t tmpfs -o size=12k none {disk} && echo old >{disk}/table && "$@"; '
         f'code=$?; cat {disk}/table; ls -A {disk}; exit $code', "sh",
         LOADER, "acl", "export", "--acl", file, "--format", "postfix-cidr", "--allow-file",
         many_prefixes(file.parent / "allow"), "--output", disk / "table"],
        text=True, capture_output=True, timeout=60, env=ENVIRONMENT, check=False)
    refused(done, "cannot write", f"{disk}/table", "No space left")
    assert done.stdout == "old\ntable\n"


def many_prefixes(path: Path) -> Path:
    path.write_text("".join(f"203.0.{n // 256}.{n % 256}\n" for n in range(2000)))
    return path


@pytest.mark.parametrize("output, says", [
    ("/dev/null", "/dev/null: not a regular file"), ("/nonexistent/table", "No such file"),
    ("/tmp", "/tmp: not a regular file")])
def test_export_to_what_is_no_file(file: Path, output: str, says: str):
    refused(run_loader("acl", "export", "--acl", file, "--format", "json", "--output", output),
            says)


@pytest.mark.parametrize("format", ["postfix-cidr", "nft", "ipset", "json"])
@pytest.mark.parametrize("sources", [("operator",), ("relay-pool",), ("operator", "relay-pool")])
def test_export_of_nothing(file: Path, format: str, sources: tuple[str, ...]):
    """Sets without a sender would drop everybody, and a table without one is not what is meant."""
    done = alone("acl", "export", "--acl", file, "--format", format,
                 *(word for source in sources for word in ("--source", source)))
    refused(done, "no prefix", *sources)
    assert done.stdout == ""


@pytest.mark.parametrize("format, warns", [
    ("nft", True), ("ipset", True), ("postfix-cidr", False), ("json", False)])
@pytest.mark.parametrize("allow, family", [("203.0.113.0/24", 6), ("2001:db8::/32", 4)])
def test_export_without_a_family(file: Path, format: str, warns: bool, allow: str, family: int):
    done = alone("acl", "export", "--acl", file, "--format", format, "--allow", allow, "--source",
                 "operator")
    assert done.returncode == 0 and allow in done.stdout
    assert done.stderr.splitlines() == [
        f"exogate-xdp: warning: no IPv{family} prefix is exported: what drops by this list drops "
        f"all IPv{family} senders"] * warns


MX = "this host's Postfix receives mail for example.net (relay_domains): if it is its MX, "


@pytest.mark.parametrize("format, protect, advice", [
    ("nft", "any:25", ": --protect ADDR:25"), ("nft", "192.0.2.25:25", None),
    ("ipset", "any:25", ", in the rules that match these sets"),
    ("ipset", "192.0.2.25:25", ", in the rules that match these sets"),
    ("postfix-cidr", "any:25", None), ("json", "any:25", None)])
@pytest.mark.parametrize("monitor", [False, True])
def test_export_warns_an_mx(place: Place, tmp_path: Path, format: str, protect: str,
                            advice: str | None, monitor: bool):
    """As attach does; rules drop whatever the filter's mode is."""
    attached = place.loader("attach", place.iface, "--acl", ENDPOINTS, "--protect", protect,
                            *["--monitor"] * monitor)
    assert attached.returncode == 0
    bound = with_postfix(tmp_path, "mydestination =\nrelay_domains = example.net\n")
    for source in ((), ("--acl", ENDPOINTS, "--protect", protect)):
        done = place.loader("acl", "export", "--format", format, *source, before=bound)
        lines = [line for line in done.stderr.splitlines() if "MX" in line]
        assert done.returncode == 0
        assert [line.partition(MX)[2].partition("instead")[2] for line in lines] \
            == ([advice] if advice else [])


def test_export_of_a_list_without_a_family_warns_once(file: Path, place: Place):
    endpoints(file, WORLDWIDE[:4])
    done = alone("acl", "export", "--acl", file, "--format", "nft")
    assert (done.returncode, done.stderr.count("IPv6")) == (0, 2)  # in one line
    assert len(done.stderr.splitlines()) == 1
    place.loader("attach", place.iface, "--acl", file)
    done = place.loader("acl", "export", "--format", "nft")
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1)


@pytest.mark.parametrize("arguments, says", [
    (("acl", "export"), "name a --format"),
    (("acl", "export", "--format", "xml"), "--format xml: neither"),
    (("acl", "export", "--format", "nft", "--source", "me"), "--source me: neither"),
    (("acl", "show", "--allow", "192.0.2.1"), "go with --acl"),
    (("acl", "check"), "name one address"),
    (("acl", "apply"), "name one file"),
    (("acl", "nonsense"), "acl nonsense: no such command"),
    (("acl",), "acl: name a command"),
    (("attach", "lo", "--protect", "2001:db8::1:25"), "in brackets"),
    (("attach", "lo", "--protect", "any:0"), "--protect any:0: the port is not a number"),
    (("attach", "lo", "--confirm", "0"), "--confirm 0: not a number of seconds"),
    (("attach", "lo", "--instance", "mars"), "neither worldwide, china"),
    (("attach", "lo", "--allow-file", "/nonexistent"), "cannot read /nonexistent"),
    (("drops", "--top", "0"), "--top 0: not a number of rows"),
])
def test_usage_error(arguments: tuple[str, ...], says: str):
    done = subprocess.run([LOADER, *arguments], text=True, capture_output=True, timeout=60,
                          env=ENVIRONMENT)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr.splitlines()[0]


ACL_COMMANDS = ["show", "diff", "apply", "check", "export"]


@pytest.mark.parametrize("arguments", [("acl",), ("acl", "nonsense")])
def test_usage_error_of_acl_names_its_commands(arguments: tuple[str, ...]):
    lines = run_loader(*arguments).stderr.splitlines()[1:]
    assert re.findall(r"exogate-xdp acl (\w+)", "\n".join(lines)) == ACL_COMMANDS
    assert [line for line in lines if "exogate-xdp attach" in line] == []


def test_help_of_acl():
    """Of its commands alone, each with what it does."""
    done = run_loader("acl", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^(?:Usage:)? +exogate-xdp acl (\w+)", done.stdout, re.M) == ACL_COMMANDS
    assert re.findall(r"^  (\w+ \w+) +\S", done.stdout, re.M) \
        == [f"acl {name}" for name in ACL_COMMANDS]

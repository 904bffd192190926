# SPDX-License-Identifier: Apache-2.0
"""contrib/systemd/exogate-xdp@.service: its commands, run as systemd would."""

import json
import re
import subprocess
from pathlib import Path

from .conftest import ROOT, Place, refused

UNIT = (ROOT / "contrib/systemd/exogate-xdp@.service").read_text()
CHINA = ["42.159.36.0/24", "2406:e500:4420::/43"]


def execute(place: Place, setting: str, options: list[str | Path]) -> subprocess.CompletedProcess:
    """The command of the setting; $OPTIONS, which stands alone, is split into words."""
    [command] = re.findall(rf"^{setting}=/usr/local/sbin/exogate-xdp (.+)$", UNIT, re.M)
    words = [word.replace("%I", place.iface) for word in command.split()]
    at = words.index("$OPTIONS") if "$OPTIONS" in words else len(words)
    return place.loader(*words[:at], *options, *words[at + 1:])


def write(path: Path, prefixes: list[str]) -> None:
    path.write_text(json.dumps([{"id": 2, "serviceArea": "Exchange", "tcpPorts": "25",
                                 "ips": prefixes}]))


def test_reload_renews_the_list_that_it_was_started_with(place: Place, tmp_path: Path):
    """Of its own cloud, in place, with the operator's prefixes."""
    acl = tmp_path / "china.json"
    options = ["--acl", acl, "--instance", "china", "--allow", "203.0.113.0/24",
               "--protect", "any:2525"]
    write(acl, CHINA)
    assert execute(place, "ExecStart", options).returncode == 0
    before = place.report()
    write(acl, [*CHINA, "42.159.163.81/32"])
    done = execute(place, "ExecReload", options)
    assert (done.returncode, done.stderr) == (0, "")
    after = place.report()
    assert after["prefixes"] == before["prefixes"] | {"microsoft": 3}
    for key in ("protected", "mode"):
        assert after[key] == before[key]
    assert (after["list"]["instance"], after["list"]["file"]) == ("china", str(acl))
    assert after["maps"]["counters"] == before["maps"]["counters"]


def test_reload_is_guarded(place: Place, tmp_path: Path):
    acl = tmp_path / "microsoft.json"
    write(acl, CHINA)
    assert execute(place, "ExecStart", ["--acl", acl]).returncode == 0
    before = place.report()
    write(acl, CHINA[:1])
    done = execute(place, "ExecReload", ["--acl", acl])
    done.stderr = "".join(line for line in done.stderr.splitlines(True) if "warning" not in line)
    refused(done, "lacks much of the one in force")
    assert place.report() == before

# SPDX-License-Identifier: Apache-2.0
"""contrib/exogate-list.sh, with its folders moved: curl, a web server and the loader are real."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from lab.commands import ENVIRONMENT

from .conftest import LOADER, ROOT, Place

SCRIPT = (ROOT / "contrib/exogate-list.sh").read_text()
WORLDWIDE = ["40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17",
             "2a01:111:f400::/48", "2a01:111:f403::/48"]
MORE = [*WORLDWIDE, "198.52.128.0/24"]


def listing(prefixes: list[str], notes: str = "") -> bytes:
    return json.dumps([{"id": 10, "serviceArea": "Exchange", "tcpPorts": "25", "notes": notes,
                        "ips": prefixes}]).encode()


class Service(BaseHTTPRequestHandler):
    """Microsoft's web service, which gives what the test says."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body) + self.server.cut_off))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        pass


class Host:
    """What the script finds: its folders, a web service, and what it starts."""

    def __init__(self, place: Place, directory: Path):
        self.place, self.directory = place, directory
        self.list = directory / "lib/microsoft.json"
        self.table = directory / "postfix/exchange-online.cidr"
        self.calls = directory / "calls"
        self.table.parent.mkdir()
        self.script = directory / "exogate-list"
        self.script.write_text(SCRIPT.replace("/var/lib/exogate", str(directory / "lib"))
                               .replace("/etc/postfix", str(directory / "postfix"))
                               .replace("/usr/local/sbin", str(directory / "sbin")))
        self.program("exogate-xdp", f'exec {LOADER} "$@" --bpffs {place.pins}')
        self.program("systemctl", f'[ "$1" != reload ] || echo "$@" >>{self.calls}')
        self.program("postfix", f'[ "$1" != reload ] || echo postfix "$@" >>{self.calls}')
        with place.namespace.entered():
            self.service = HTTPServer(("127.0.0.1", 0), Service)
        self.service.asked, self.service.status, self.service.cut_off = [], 200, 0
        self.service.body = listing(WORLDWIDE)
        threading.Thread(target=self.service.serve_forever, daemon=True).start()

    def program(self, name: str, text: str) -> None:
        path = self.directory / "sbin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        url = f"http://127.0.0.1:{self.service.server_port}/endpoints/worldwide"
        argv = self.place.namespace.argv(["sh", self.script, *arguments])
        return subprocess.run(argv, env=ENVIRONMENT | {"EXOGATE_LIST_URL": url}, timeout=60,
                              text=True, capture_output=True, umask=0o077)

    def ok(self, *arguments: str) -> list[str]:
        """Runs it; what it called meanwhile."""
        self.calls.unlink(missing_ok=True)
        done = self.run(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), done
        assert sorted(path.name for path in self.list.parent.iterdir()) == [
            "client-request-id", "microsoft.json"]
        return self.called()

    def called(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []


@pytest.fixture
def host(place: Place, tmp_path: Path) -> Iterator[Host]:
    host = Host(place, tmp_path)
    yield host
    host.service.shutdown()
    host.service.server_close()


def test_first_list(host: Host) -> None:
    """The daemon, which reads it as another user, may."""
    host.program("systemctl", "exit 3")     # nothing is active
    assert host.ok() == []
    assert host.list.read_bytes() == host.service.body
    assert host.list.stat().st_mode & 0o777 == 0o644
    assert not host.table.exists()


@pytest.mark.parametrize("arguments", [("--help",), ("--force", "--force"), ("list.json",)])
def test_wrong_usage(host: Host, arguments: tuple[str, ...]) -> None:
    done = host.run(*arguments)
    assert (done.returncode, done.stderr) == (2, "Usage: exogate-list [--force]\n")
    assert host.service.asked == [] and not host.list.parent.exists()


def test_one_installation_has_one_id(host: Host) -> None:
    host.ok()
    host.ok()
    first, second = host.service.asked
    assert first == second
    path, _, query = first.partition("?clientrequestid=")
    assert (path, len(query)) == ("/endpoints/worldwide", 36)


def test_new_list_is_in_force_everywhere(host: Host) -> None:
    host.ok()
    host.place.ok("attach", host.place.iface, "--acl", host.list, "--allow", "203.0.113.0/24")
    host.table.write_text("")
    host.service.body = listing(MORE)
    assert host.ok() == ["reload exogated", "postfix reload"]
    assert host.list.read_bytes() == host.service.body
    prefixes = host.place.report()["prefixes"]
    assert (prefixes["microsoft"], prefixes["operator"]) == (7, 1)
    assert {line for line in host.table.read_text().splitlines() if not line.startswith("#")} \
        == {f"{prefix} OK" for prefix in MORE}
    assert host.ok() == []                  # the same once more


def test_other_entries_are_nothing_to_postfix(host: Host) -> None:
    host.ok()
    host.table.write_text("")
    host.service.body = listing(MORE)
    host.ok()
    host.service.body = listing(MORE, "of another service")
    assert host.ok() == ["reload exogated"]


@pytest.mark.parametrize("status, body, cut_off", [
    (404, b"not found", 0), (503, b"", 0), (200, listing(MORE)[:-20], 20),
    (200, listing(MORE)[:-20], 0), (200, b"", 0), (200, b"<html>proxy</html>", 0),
    (200, b"[]", 0), (200, listing(["10.0.0.0/8"]), 0),
], ids=["gone", "busy", "broken-off", "half", "empty", "proxy", "no-entry", "private"])
def test_bad_download_leaves_the_list(host: Host, status: int, body: bytes, cut_off: int) -> None:
    host.ok()
    host.place.ok("attach", host.place.iface, "--acl", host.list)
    before = host.list.read_bytes(), host.place.report()["list"]
    host.calls.unlink(missing_ok=True)
    host.script.write_text(host.script.read_text().replace("--retry 3", ""))    # takes seconds
    host.service.status, host.service.body, host.service.cut_off = status, body, cut_off
    done = host.run()
    assert done.returncode != 0
    assert done.stderr.startswith(("curl: ", "exogate-xdp: "))
    assert (host.list.read_bytes(), host.place.report()["list"]) == before
    assert host.called() == []


def test_sharp_loss_is_refused_without_a_filter_too(host: Host) -> None:
    host.ok()
    before = host.list.read_bytes()
    host.calls.unlink(missing_ok=True)
    host.service.body = listing(WORLDWIDE[:2] + WORLDWIDE[4:])
    done = host.run()
    assert (done.returncode, host.called()) == (1, [])
    assert "lacks much of" in done.stderr and "exogate-list --force" in done.stderr
    assert host.list.read_bytes() == before
    assert host.list.with_name("microsoft.json.new").read_bytes() == host.service.body
    assert host.ok("--force") == ["reload exogated"]
    assert host.list.read_bytes() == host.service.body


def test_broken_list_is_replaced(host: Host) -> None:
    """What an interrupted download of the administrator's has left."""
    host.list.parent.mkdir()
    host.list.write_text("[")
    host.ok()
    assert host.list.read_bytes() == host.service.body


def test_what_failed_is_done_at_the_next_run(host: Host) -> None:
    host.ok()
    host.service.body = listing(MORE)
    systemctl = host.directory / "sbin/systemctl"
    works = systemctl.read_text()
    systemctl.write_text("#!/bin/sh\n[ $1 != reload ]\n")
    assert host.run().returncode == 1
    systemctl.write_text(works)
    assert host.ok() == ["reload exogated"]
    assert host.ok() == []

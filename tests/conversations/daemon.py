# SPDX-License-Identifier: Apache-2.0
"""The real daemon behind its unix socket, with the settings that a conversation asks for."""

import json
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from lab.commands import LabError, accepts, wait_until
from milter.client import Mta, Offer, Place
from milter.wire import ProtocolError

TIMEOUT_S = 20
ENGINES = ("uring", "libmilter")

CONTOSO_ID = "1234abcd-18c5-45e8-88de-123456789abc"
FABRIKAM_ID = "9d2f6f0e-5b1c-4f0b-8a57-6f1f0f3e2c11"
SECRETS = ("0123456789abcdef", "fedcba9876543210+")
CERTIFICATE = "mail.protection.outlook.com"
AUTHSERV_ID = "relay.example.net"
VERIFIER_ID = "verifier.example.net"

# Microsoft's shape, with two of its prefixes.
ENDPOINTS = [{"id": 10, "serviceArea": "Exchange", "ips": ["40.107.0.0/16", "2a01:111:f403::/48"],
              "tcpPorts": "25", "category": "Allow", "required": True}]

MAP = "@contoso.com  @contoso.example.net\n@kontosö.example  @contoso.example.net\n"

SETTINGS = """\
listen = [ "unix:{socket}"{also} ]; {more}
authserv_id = "{authserv_id}";
mode = "{mode}";
acl: {{ source = "{directory}/endpoints.json"; allow = [ "192.0.2.0/24" ]; {acl}
        other_clients = "{other_clients}"; }};
certificate: {{ names = [ "{certificate}" ]; missing = "{missing}"; }};
dkim: {{ {dkim} }};
dns: {{ {dns} }};
hosted: {{ domains = [ "example.net", "behörde.example" ]; }};
tenants = (
  {{ name = "contoso"; ids = [ "{contoso_id}" ];
     domains = [ "contoso.com", "contoso.onmicrosoft.com", ".dept.contoso.com", "kontosö.example" ];
     originator_orgs = {originator_orgs}; {dkim_domains}
     relay_addresses = [ "81.144.215.152" ];
     proofs = {proofs}; mode = "{tenant_mode}"; {contoso}
     rewrite: {{ map = "{directory}/contoso.map"; }}; }},
  {{ name = "fabrikam"; ids = [ "{fabrikam_id}" ]; domains = [ "fabrikam.com" ]; proofs = 1; }}
);
limits: {{ connections = "{connections}"; messages = "{messages}"; message_header = "{header}";
           message_wait = "{message_wait}"; idle = "{idle}"; message_idle = "{message_idle}"; {limits} }};
"""

# Only what has no default.
LEAST = """\
listen = [ "unix:{socket}" ];
authserv_id = "{authserv_id}";
acl: {{ source = "{directory}/endpoints.json"; }};
dkim: {{ {dkim} }};
tenants = ( {{ name = "contoso"; ids = [ "{contoso_id}" ];
              domains = [ "contoso.com", "contoso.onmicrosoft.com" ]; }} );
"""

BASE = {"authserv_id": AUTHSERV_ID, "mode": "enforce", "other_clients": "reject",
        "certificate": CERTIFICATE, "missing": "tempfail", "dkim": 'source = "native";',
        "dns": 'servers = [ "127.0.0.1:1" ];',      # which refuses at once: never the host's
        "contoso_id": CONTOSO_ID, "fabrikam_id": FABRIKAM_ID, "proofs": "1",
        "tenant_mode": "enforce", "connections": "1000", "messages": "100", "header": "256K",
        "message_wait": "240s",
        "idle": "600s", "message_idle": "600s",
        "originator_orgs": '[ "contoso.com" ]', "dkim_domains": "", "contoso": "", "more": "", "also": "",
        "acl": "", "limits": ""}

SECRET_HEADER = ('secret_header: {{ name = "X-Contoso-Relay"; '
                 'values = "<{directory}/contoso.secret"; }};')
AUTHRES = f'source = "authres"; trusted_authserv_id = "{VERIFIER_ID}";'

# What differs from BASE.
VARIANTS: dict[str, dict[str, str]] = {
    "base": {},
    "unread": {"dkim": 'source = "none";'},     # the body is not asked for
    "pass": {"other_clients": "pass"},
    "pass-unread": {"other_clients": "pass", "dkim": 'source = "none";'},
    "pool": {"acl": 'relay_pool = "accept";'},
    "ignore": {"missing": "ignore", "dkim": AUTHRES},
    "monitor": {"mode": "monitor"},
    "tenant-monitor": {"tenant_mode": "monitor"},
    "authres": {"dkim": AUTHRES, "proofs": "2"},
    "native": {"dkim": 'source = "native";', "proofs": "2"},
    "few": {"connections": "4", "messages": "1", "header": "64K", "idle": "1s",
            "message_idle": "2s"},
    "shared": {"connections": "4", "messages": "10", "more": "workers = 2;"},
    "hasty": {"idle": "1s", "message_idle": "1h"},
    "listed": {"dkim": AUTHRES, "proofs": "2", "originator_orgs": '[ "org.example" ]',
               "dkim_domains": 'dkim_domains = [ "signer.example" ];'},
    "secret": {"proofs": "2", "contoso": SECRET_HEADER},
    "three": {"dkim": AUTHRES, "proofs": "3", "contoso": SECRET_HEADER},
    "forwards": {"dkim": AUTHRES, "proofs": "2", "contoso": 'forwarding = "srs";'},
    "resends": {"contoso": 'forwarding = "resent-from";'},
    "tells": {"more": 'reason_header = "X-Exogate-Reason";'},
    "tells-and-holds": {"more": 'reason_header = "X-Exogate-Reason";',
                        "contoso": 'refusal = "hold";'},
    "tells-and-monitors": {"more": 'reason_header = "X-Exogate-Reason";', "tenant_mode": "monitor"},
    "holds": {"contoso": 'refusal = "hold";'},
    "least": {"dkim": AUTHRES, "template": LEAST},
}


def write_settings(directory: Path, **changed: str) -> Path:
    """Settings and all that they name; the path of the settings."""
    values = BASE | {"socket": directory / "milter.sock", "directory": directory} | changed
    values["contoso"] = values["contoso"].format(directory=directory)
    (directory / "endpoints.json").write_text(json.dumps(ENDPOINTS))
    (directory / "contoso.map").write_text(MAP, encoding="utf-8")
    (directory / "contoso.secret").write_text("\n".join(["# two, for rotation", *SECRETS]))
    path = directory / "exogate.conf"
    path.write_text(values.get("template", SETTINGS).format(**values), encoding="utf-8")
    return path


class Daemon:
    def __init__(self, program: Path | list[str | Path], settings: Path,
                 socket_path: Path | None = None, engine: str = "uring",
                 environment: dict[str, str] | None = None) -> None:
        self.socket = socket_path or settings.parent / "milter.sock"
        self.log = settings.parent / "exogated.log"
        with self.log.open("ab") as log:
            self.log_before = log.tell()    # of a daemon on the same settings
            argv = [*(program if isinstance(program, list) else [program]),
                    "--engine", engine, "-c", settings]
            self.process = subprocess.Popen(argv, stdout=log, stderr=log, env=environment)

    def wait_until_it_serves(self) -> None:
        try:
            wait_until(lambda: self.process.poll() is not None or self._accepts(), "exogated",
                       TIMEOUT_S)
        except LabError:
            self.process.kill()
        assert self.process.poll() is None, f"exogated does not serve:\n{self.log_text()}"

    def _accepts(self) -> bool:
        """Only after its own word: a killed daemon's ring keeps its socket open for a while."""
        if "exogated: version" not in self.log_text():
            return False
        return accepts(self.socket)

    def log_text(self) -> str:
        return self.log.read_bytes()[self.log_before:].decode(errors="replace")

    def wait_for_log(self, text: str) -> str:
        """The first line that holds the text, waited for."""
        def find() -> str:
            return next((line for line in self.log_text().splitlines() if text in line), "")
        return wait_until(find, f"a line with {text!r} in {self.log}", TIMEOUT_S)

    def end(self) -> None:
        """SIGTERM; then exit code 0, no sanitizer's report, and no socket left."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("exogated did not end after SIGTERM") from None
        text = self.log_text()
        assert code == 0, text[-6000:]
        assert "Sanitizer" not in text and "runtime error" not in text, text[-6000:]
        assert not self.socket.exists()


def free_port(family: socket.AddressFamily, host: str) -> int:
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def end_all(daemons: Mapping[object, Daemon]) -> None:
    """Ends each, whatever becomes of the others; then fails if one did not end well."""
    failures = []
    for key, daemon in daemons.items():
        try:
            daemon.end()
        except AssertionError as failure:
            failures.append(f"{key}: {failure}")
    assert not failures, "\n".join(failures)


def hold_slots(daemon: Daemon, n: int, offer: Offer = Offer()) -> list[Mta]:
    """So many negotiated connections; those that ended before may take their slots for a moment."""
    def negotiated() -> Mta | None:
        try:
            mta = Mta(daemon.socket, offer)
            mta.negotiate()
            return mta
        except (ProtocolError, ConnectionError):
            return None
    return [wait_until(negotiated, "a free slot", TIMEOUT_S) for _ in range(n)]


def open_mta(at: Daemon | Place, offer: Offer = Offer(), address: str = "40.107.1.2") -> Mta:
    """An MTA that has said that Exchange Online is its client, with Microsoft's certificate."""
    mta = Mta(at.socket if isinstance(at, Daemon) else at, offer)
    mta.negotiate()
    mta.connect(address)
    mta.helo(CERTIFICATE)
    return mta

# SPDX-License-Identifier: Apache-2.0
"""The daemon under test: write its settings, start it, read its log, end it."""

import signal
import subprocess
from pathlib import Path

from .commands import LabError, accepts, tail, wait_until
from .messages import CONTOSO_ID
from .namespaces import Namespace

AUTHSERV_ID = "relay.example.net"

SETTINGS = """\
listen      = [ "unix:{socket}" ];
authserv_id = "{authserv_id}";
mode        = "enforce";
user        = "nobody";
acl:         {{ source = "{endpoints}"; }};
dkim:        {{ source = "native"; }};
dns:         {{ servers = [ "{name_server}" ]; }};
certificate: {{ names = [ "mail.protection.outlook.com" ]; }};
hosted:      {{ domains = [ "example.net" ]; }};
tenants = (
  {{ name            = "contoso";
    ids             = [ "{contoso_id}" ];
    domains         = [ "contoso.com", "contoso.onmicrosoft.com" ];
    originator_orgs = [ "contoso.com", "contoso.onmicrosoft.com" ];
    proofs          = {proofs};
    rewrite:        {{ map = "{map}"; }}; }}
);
"""

REWRITE_MAP = "@contoso.com  @contoso.example.net\n"


class Exogated:
    def __init__(self, program: Path, directory: Path, namespace: Namespace,
                 engine: str = "auto"):
        self.program = program
        self.engine = engine
        self.proofs = 2    # that contoso's mail needs
        self.namespace = namespace
        self.settings = directory / "exogate.conf"
        self.map = directory / "contoso.map"
        self.log = directory / "exogated.log"
        self.socket: Path | None = None
        self.process: subprocess.Popen | None = None

    def create(self, socket_path: Path, endpoints: Path, name_server: str) -> None:
        self.socket = socket_path
        self.map.write_text(REWRITE_MAP)
        self.settings.write_text(SETTINGS.format(
            socket=socket_path, authserv_id=AUTHSERV_ID, endpoints=endpoints,
            contoso_id=CONTOSO_ID, map=self.map, name_server=name_server, proofs=self.proofs))

    def start(self) -> None:
        """Returns when the socket accepts; LabError with the daemon's own last line otherwise."""
        self.process = self.namespace.start(
            [self.program, "--engine", self.engine, "-c", self.settings], self.log)
        wait_until(self._accepts, f"{self.program.name} to accept on {self.socket}")

    def end(self) -> int:
        """Asks the daemon to end; its exit code."""
        if self.process is None:
            raise LabError(f"{self.program.name} was not started")
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.program.name} did not end within 10 s of SIGTERM") from None

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """As the kernel does when memory is short: no chance to say anything."""
        self.process.kill()
        self.process.wait()

    def log_line(self, message_id: str) -> str:
        """The daemon's line about the message, waited for: it may follow the SMTP reply."""
        def find() -> str:
            return next((line for line in self.log.read_text(errors="replace").splitlines()
                         if f"msgid=<{message_id}>" in line), "")
        return wait_until(find, f"a line with msgid=<{message_id}> in {self.log}")

    def _accepts(self) -> bool:
        if self.process.poll() is not None:
            last = tail(self.log, 1) or [f"exit {self.process.returncode} without a word"]
            raise LabError(last[0])
        return accepts(self.socket)

# SPDX-License-Identifier: Apache-2.0
"""The lab put together: a relay as an operator would set it up, with a world and a next hop.

    with Lab(Path("build")) as lab:
        lab.start(print)
        lab.send(LISTED_V4, messages.exo())
"""

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from . import client, network, signing
from .certificates import Certificates
from .commands import LabError, tail
from .endpoints import smtp_prefixes
from .exogated import Exogated
from .messages import Message
from .name_server import ADDRESS as NAME_SERVER
from .name_server import NameServer
from .nexthop import NextHop
from .postfix import HOSTNAME, Postfix
from .xdp import Xdp

ENDPOINTS = Path(__file__).parents[1] / "data" / "endpoints-worldwide.json"

# For a lab that was left standing; close() does the same for one that was not.
REMOVE_SH = """\
#!/bin/sh
# Removes this lab: its processes, its mount, its namespaces, its files.
for signal in TERM KILL; do
    for namespace in {namespaces}; do
        pids=$(ip netns pids "$namespace")
        [ -z "$pids" ] || kill -s "$signal" $pids
    done
    sleep 1
done
umount {bpffs} 2>/dev/null
for namespace in {namespaces}; do
    ip netns delete "$namespace"
done
rm -rf {directory}
"""

class Lab:
    """Made by start(), removed by close() however far start() came."""

    def __init__(self, programs: Path, engine: str = "auto"):
        name = f"exogate-{os.getpid()}-{secrets.token_hex(3)}"
        # Not $TMPDIR: Postfix's users must be able to walk there, and the path of a unix socket
        # has an end at 107 bytes.
        self.directory = Path("/tmp") / name
        self.network = network.Network(name)
        self.certificates = Certificates(self.directory / "tls")
        self.name_server = NameServer(self.directory / "unbound", self.network.relay)
        self.keys: list[signing.Key] = []
        self.main_cf: dict[str, str] = {}   # of Postfix's, instead of the lab's own
        self.postfix = Postfix(self.directory / "postfix", self.network.relay)
        self.exogated = Exogated(programs / "exogated", self.directory, self.network.relay,
                                 engine)
        self.xdp = Xdp(programs / "exogate-xdp", self.directory, self.network.relay,
                       network.RELAY_IFACE)
        self.nexthop = NextHop(self.directory / "nexthop", self.network.nexthop)
        # What could not be started, and why; the rest of the lab stands without it.
        self.missing: dict[str, str] = {}

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, failure: type[BaseException] | None, *_) -> None:
        left = self.close()
        if left and failure is None:
            raise LabError("; ".join(left))

    def start(self, say: Callable[[str, str], None] = lambda part, text: None) -> None:
        """Builds it all; `say(part, text)` hears of each part that stands."""
        require_programs(self.exogated.program, self.xdp.program)
        os.umask(0o022)  # Postfix's users read what is written here
        self.directory.mkdir()
        self.network.create()
        say("network", f"{', '.join(n.name for n in self.network.namespaces)}; no route out")
        self._start_mail(say)
        self._start_part("exogate-xdp", self._start_xdp, say)

    def send(self, source: str, message: Message, *, certificate: bool = True) -> client.Result:
        """Sends from an address of the world to the relay's address of the same family."""
        server = network.RELAY_V6 if ":" in source else network.RELAY_V4
        identity = self.certificates.client if certificate else None
        return client.send(self.network.world, source, server, message,
                           self.certificates.ca.cert, identity)

    def sign(self, message: Message) -> Message:
        """By the tenant that it claims to be signed by."""
        return signing.sign(self.keys, message)

    def close(self) -> list[str]:
        """Removes all that start() made; what could not be removed is said, and the rest done."""
        steps = [*(n.end_processes for n in self.network.namespaces),
                 self.xdp.remove, self.network.remove, self._remove_directory]
        failed = []
        for step in steps:
            try:
                step()
            except (LabError, OSError) as error:
                failed.append(str(error))
        return failed

    def write_removal_script(self) -> Path:
        """A script that does what close() does, for a lab that outlives this process."""
        script = self.directory / "remove.sh"
        script.write_text(REMOVE_SH.format(
            namespaces=" ".join(n.name for n in self.network.namespaces),
            bpffs=self.xdp.bpffs, directory=self.directory))
        return script

    def log_tail(self, name: str) -> list[str]:
        return tail({"exogated": self.exogated.log, "postfix": self.postfix.log}[name])

    def _start_mail(self, say: Callable[[str, str], None]) -> None:
        addresses = (network.RELAY_V4, network.RELAY_V6)
        self.certificates.create(HOSTNAME, addresses)
        self.keys = signing.make_keys(self.directory / "keys")
        self._start_part("unbound", self._start_name_server, say)
        self.nexthop.start(network.NEXTHOP)
        self.postfix.create(addresses, network.NEXTHOP, smtp_prefixes(ENDPOINTS),
                            self.certificates, self.main_cf)
        self._start_part("exogated", self._start_exogated, say)
        self.postfix.start()
        say("postfix", f"{self.postfix.version()} on {' and '.join(addresses)}, STARTTLS, "
                       "client certificates asked for")

    def _start_name_server(self) -> str:
        self.name_server.start(signing.records(self.keys))
        return f"on {NAME_SERVER}, with the keys of {', '.join(k.domain for k in self.keys)}"

    def _start_exogated(self) -> str:
        self.exogated.create(self.postfix.socket_directory / "milter.sock", ENDPOINTS,
                             NAME_SERVER)
        self.exogated.start()
        return f"on {self.exogated.socket}"

    def _start_xdp(self) -> str:
        self.xdp.create()
        self.xdp.attach(ENDPOINTS)
        return f"native on {self.xdp.iface} of the relay, Microsoft's list from {ENDPOINTS.name}"

    def _start_part(self, name: str, start: Callable[[], str],
                    say: Callable[[str, str], None]) -> None:
        """Starts a part without which others can still be shown."""
        try:
            say(name, start())
        except LabError as error:
            self.missing[name] = str(error)
            say(name, f"not there: {error}")

    def _remove_directory(self) -> None:
        if self.directory.exists():
            shutil.rmtree(self.directory)


def require_programs(*programs: Path) -> None:
    for program in programs:
        if not program.exists():
            raise LabError(f"{program} is not there: run `make`")

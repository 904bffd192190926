# SPDX-License-Identifier: Apache-2.0
"""unbound in a namespace, which knows the records that it was given and of nothing else."""

import socket
from collections.abc import Mapping
from pathlib import Path

from .commands import LabError, tail, wait_until
from .namespaces import Namespace
from .scripted_dns import STRING_OCTETS

ADDRESS = "127.0.0.53"

CONFIG = """\
server:
    interface: {address}
    access-control: 127.0.0.0/8 allow
    do-daemonize: no
    use-syslog: no
    logfile: ""
    log-queries: yes
    pidfile: "{directory}/unbound.pid"
    directory: "{directory}"
    username: ""
    chroot: ""
    module-config: "iterator"
    num-threads: 1
    local-zone: "." static
{data}
remote-control:
    control-enable: no
"""


def _strings(text: str) -> str:
    """A TXT record's text as the strings that it has to come in."""
    parts = [text[i:i + STRING_OCTETS] for i in range(0, len(text), STRING_OCTETS)]
    return " ".join(f'"{part}"' for part in parts)


class NameServer:
    def __init__(self, directory: Path, namespace: Namespace):
        self.directory = directory
        self.namespace = namespace
        self.log = directory / "unbound.log"
        self._process = None

    def start(self, records: Mapping[str, str]) -> None:
        """Serves TXT records by their names; returns when it answers."""
        self.directory.mkdir()
        data = "\n".join(f"    local-data: '{name}. 300 IN TXT {_strings(text)}'"
                         for name, text in records.items())
        config = self.directory / "unbound.conf"
        config.write_text(CONFIG.format(address=ADDRESS, directory=self.directory, data=data))
        self._process = self.namespace.start(["/usr/sbin/unbound", "-c", config], self.log)
        wait_until(self._listens, "unbound to listen")

    def asked_for(self, name: str) -> int:
        """How often it was asked for the name's TXT records."""
        return self.log.read_text().count(f" {name}. TXT IN")

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()

    def _listens(self) -> bool:
        if self._process.poll() is not None:
            raise LabError(f"unbound ended: {tail(self.log, 3)}")
        with self.namespace.entered(), socket.socket() as probe:
            return probe.connect_ex((ADDRESS, 53)) == 0

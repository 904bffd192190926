# SPDX-License-Identifier: Apache-2.0
"""The filter on the relay's interface: attach it, read its counters, detach it."""

import json
from pathlib import Path

from .commands import LabError, run
from .namespaces import Namespace


class Xdp:
    def __init__(self, program: Path, directory: Path, namespace: Namespace, iface: str):
        self.program = program
        self.namespace = namespace
        self.iface = iface
        # Of this run and outside /sys: two runs must not share pins.
        self.bpffs = directory / "bpf"

    def create(self) -> None:
        self.bpffs.mkdir()
        try:
            run(["mount", "-t", "bpf", "none", self.bpffs])
        except LabError as error:
            raise LabError(f"{error} (a bpffs needs CAP_SYS_ADMIN and a kernel with BPF; in a "
                           "container: --privileged)") from None

    def attach(self, endpoints: Path) -> None:
        self._run("attach", self.iface, "--mode", "native", "--acl", endpoints)

    def detach(self) -> None:
        self._run("detach", self.iface)

    def status(self) -> dict:
        """What `exogate-xdp status --json` says about the interface."""
        interfaces = json.loads(self._run("status", "--json"))["interfaces"]
        for report in interfaces:
            if report["interface"] == self.iface:
                return report
        raise LabError(f"exogate-xdp: no program on {self.iface}")

    def counters(self) -> dict[str, dict]:
        """By reason: its verdict, packets and bytes."""
        return self.status()["counters"]

    def packets(self, reason: str) -> int:
        return self.counters()[reason]["packets"]

    def remove(self) -> None:
        if self.bpffs.is_mount():
            run(["umount", self.bpffs])

    def _run(self, command: str, *arguments: str | Path) -> str:
        return self.namespace.run([self.program, command, *arguments, "--bpffs", self.bpffs])

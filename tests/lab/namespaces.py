# SPDX-License-Identifier: Apache-2.0
"""One network namespace: run programs in it, enter it, end what runs in it, remove it.

`nsenter --net` rather than `ip netns exec`: the latter needs a root that is a mount point and
hides every bpffs below /sys.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from .commands import ENVIRONMENT, LabError, run, wait_until

CLONE_NEWNET = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)


def _setns(fd: int) -> None:
    if _libc.setns(fd, CLONE_NEWNET) != 0:
        raise LabError(f"setns: {os.strerror(ctypes.get_errno())}")


class Namespace:
    def __init__(self, name: str):
        self.name = name
        self.path = Path("/run/netns") / name

    def create(self) -> None:
        try:
            run(["ip", "netns", "add", self.name])
        except LabError as error:
            raise LabError(f"{error} (network namespaces need root with CAP_SYS_ADMIN and "
                           "CAP_NET_ADMIN; in a container: --privileged)") from None
        self.ip("link set lo up")

    def argv(self, argv: Sequence[str | Path]) -> list[str]:
        return ["nsenter", f"--net={self.path}", "--", *map(str, argv)]

    def run(self, argv: Sequence[str | Path], *, stdin: str = "", timeout_s: float = 30) -> str:
        return run(self.argv(argv), stdin=stdin, timeout_s=timeout_s)

    def ip(self, *commands: str) -> None:
        """Runs ip(8) commands in the namespace, all or an error."""
        self.run(["ip", "-batch", "-"], stdin="\n".join(commands) + "\n")

    def start(self, argv: Sequence[str | Path], log: Path) -> subprocess.Popen:
        """Starts a program in the namespace, both outputs appended to `log`."""
        with log.open("ab") as out:
            return subprocess.Popen(self.argv(argv), stdin=subprocess.DEVNULL, stdout=out,
                                    stderr=out, start_new_session=True, env=ENVIRONMENT)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread is in the namespace; the sockets that it makes stay there."""
        with open("/proc/thread-self/ns/net") as home, open(self.path) as there:
            _setns(there.fileno())
            try:
                yield
            finally:
                _setns(home.fileno())

    def pids(self) -> list[int]:
        """The processes in the namespace, without the caller's own and without the dead."""
        try:
            mine = os.stat(self.path)
        except FileNotFoundError:
            return []
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            with contextlib.suppress(OSError):  # it may end while we look
                if os.path.samestat(os.stat(f"/proc/{entry}/ns/net"), mine):
                    found.append(int(entry))
        return found

    def end_processes(self, patience_s: float = 5) -> None:
        """Asks every process in the namespace to end, then makes those that did not."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + patience_s
        while self.pids() and time.monotonic() < deadline:
            time.sleep(0.01)

        def gone() -> bool:
            self._signal(signal.SIGKILL)  # again and again: a parent may fork while it is killed
            return not self.pids()

        wait_until(gone, f"processes in {self.name} to end")

    def remove(self) -> None:
        if self.path.exists():
            run(["ip", "netns", "delete", self.name])

    def _signal(self, number: int) -> None:
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

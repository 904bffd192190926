# SPDX-License-Identifier: Apache-2.0
"""Stops one thread of a process that we started, as a debugger does."""

import contextlib
import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

from .commands import LabError, wait_until

PTRACE_DETACH = 17
PTRACE_SEIZE = 0x4206
PTRACE_INTERRUPT = 0x4207
WALL = 0x40000000       # of waitpid(2): threads, too

libc = ctypes.CDLL(None, use_errno=True)


def ptrace(request: int, thread: int) -> None:
    if libc.ptrace(ctypes.c_long(request), ctypes.c_long(thread), None, None):
        raise LabError(f"ptrace: {os.strerror(ctypes.get_errno())}")


def find_thread(process: int, name: str) -> int | None:
    tasks = sorted(Path(f"/proc/{process}/task").iterdir(), key=lambda task: int(task.name))
    return next((int(task.name) for task in tasks
                 if (task / "comm").read_text().strip() == name), None)


@contextlib.contextmanager
def stopped_thread(process: int, name: str) -> Iterator[None]:
    """The first thread of that name, waited for, for the time of a with block."""
    thread = wait_until(lambda: find_thread(process, name), f"a thread {name} of {process}")
    ptrace(PTRACE_SEIZE, thread)
    ptrace(PTRACE_INTERRUPT, thread)
    os.waitpid(thread, WALL)
    try:
        yield
    finally:
        ptrace(PTRACE_DETACH, thread)

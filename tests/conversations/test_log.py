# SPDX-License-Identifier: Apache-2.0
"""A reader of the log that stalls costs lines, never mail: not one message waits for it."""

import fcntl
import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.commands import accepts, wait_until

from .cases import exo
from .daemon import TIMEOUT_S, open_mta, write_settings

ROOM = 8192     # of the pipe or socket: more than is said at the start
MESSAGES = 100  # whose lines are several times that

Ends = tuple[int, int]


def pipe() -> Ends:
    """As a supervisor gives it."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, ROOM)
    return reading, writing


def stream() -> Ends:
    """As journald gives it."""
    reading, writing = socket.socketpair()
    writing.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
    return reading.detach(), writing.detach()


class Stalled:
    """A daemon whose log nobody reads."""

    def __init__(self, exogated: Path, directory: Path, engine: str, ends: Ends) -> None:
        self.reading, writing = ends
        self.socket = directory / "milter.sock"
        self.settings = write_settings(directory, more=f'control = "{directory}/control.sock";')
        self.exogated = exogated
        self.process = subprocess.Popen([exogated, "--engine", engine, "-c", self.settings],
                                        stderr=writing)
        os.set_blocking(self.reading, False)
        self.writing = writing
        self.text = ""      # all that has been read
        wait_until(lambda: accepts(self.socket), "exogated", TIMEOUT_S)

    def lost(self) -> int:
        done = subprocess.run([self.exogated, "status", "--json", "-c", self.settings],
                              capture_output=True, timeout=TIMEOUT_S, check=True)
        return json.loads(done.stdout)["log"]["lost"]

    def read(self) -> str:
        try:
            while piece := os.read(self.reading, 65536):
                self.text += piece.decode()
        except BlockingIOError:
            pass
        return self.text

    def end(self) -> None:
        self.process.terminate()
        assert self.process.wait(timeout=TIMEOUT_S) == 0

    def discard(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.reading)
        os.close(self.writing)


@pytest.fixture(params=[pipe, stream])
def stalled(request: pytest.FixtureRequest, exogated: Path, tmp_path: Path,
            engine: str) -> Iterator[Stalled]:
    daemon = Stalled(exogated, tmp_path, engine, request.param())
    yield daemon
    daemon.discard()


def send(daemon: Stalled, number: int) -> None:
    mta = open_mta(daemon.socket)
    for _ in range(number):
        assert mta.message(exo()).verdict.word == "accept"
    mta.quit()


def test_messages_and_the_end_do_not_wait(stalled: Stalled) -> None:
    send(stalled, MESSAGES)
    stalled.end()


def test_lost_lines_are_counted_and_said(stalled: Stalled) -> None:
    """Each line is written or counted, and whole; who shares the descriptor still may block."""
    send(stalled, MESSAGES)
    lost = stalled.lost()
    assert lost > MESSAGES / 4
    written = stalled.read()
    assert written.endswith("\n")
    assert written.count("reason=authorised") + lost == MESSAGES
    send(stalled, 1)
    said = f"exogated: lines of the log that nobody took in time and are lost: {lost}\n"
    wait_until(lambda: stalled.read().count("reason=authorised") == MESSAGES - lost + 1,
               "a later line", TIMEOUT_S)
    assert said in stalled.text[len(written):]
    assert stalled.lost() == lost
    assert os.get_blocking(stalled.writing)
    stalled.end()

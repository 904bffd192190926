# SPDX-License-Identifier: Apache-2.0
"""The release daemon under valgrind: no invalid access, nothing undefined used, nothing lost.

Debian 12's valgrind lets no other thread run while one waits in io_uring_enter(2); so there is one
worker here, and the main thread has its turn when the worker writes to the log.
"""

import contextlib
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from conversations.cases import CONVERSATIONS
from conversations.daemon import ENGINES, Daemon, write_settings
from conversations.test_conversations import DIFFERENT, play
from lab.commands import wait_until
from milter.wire import ProtocolError

VALGRIND = ["valgrind", "--quiet", "--error-exitcode=99", "--num-callers=20"]
# A process of libmilter's ends with that library's threads, and with a copy of its parent's memory.
LEAKS = {"uring": ["--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible"],
         "libmilter": ["--leak-check=no"]}
PLAYED = [conversation for conversation in CONVERSATIONS if conversation.variant == "base"]
PATIENCE_S = 60


def play_until(daemon: Daemon, done: Callable[[], bool], what: str) -> None:
    """Gives the main thread its turns; what it ends meanwhile may end in the middle."""

    def turn() -> bool:
        with contextlib.suppress(ProtocolError, OSError):
            if not done():
                play(daemon, PLAYED[0])
        return done()

    wait_until(turn, what, PATIENCE_S)


@pytest.mark.parametrize("engine", ENGINES)
def test_valgrind_has_nothing_to_say(released: Path, tmp_path: Path, engine: str) -> None:
    daemon = Daemon([*VALGRIND, *LEAKS[engine], released],
                    write_settings(tmp_path, more="workers = 1;"), engine=engine)
    daemon.wait_until_it_serves()
    try:
        for conversation in PLAYED:
            if engine == "uring" or conversation.id not in DIFFERENT:
                play(daemon, conversation)
        daemon.process.send_signal(signal.SIGHUP)
        play_until(daemon, lambda: "reloaded: " in daemon.log_text(), "a reload")
        play(daemon, PLAYED[0])
        daemon.process.send_signal(signal.SIGTERM)
        play_until(daemon, lambda: daemon.process.poll() is not None, "the end")
    finally:
        daemon.process.kill()
    assert daemon.process.wait() == 0, daemon.log_text()
    assert "==" not in daemon.log_text()

# SPDX-License-Identifier: Apache-2.0
"""Bad clients, a hundred of each kind at once, do not get a normal message refused."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from conversations.cases import exo
from conversations.daemon import CERTIFICATE, Daemon
from milter.client import Mta

from .conftest import FULL

BAD_CLIENTS = Path(__file__).with_name("bad_clients.py")
NUMBER = 100
MESSAGES = 5000 if FULL else 500
A_CONNECTION = 5
ROUNDS = 5 if FULL else 1
LIMIT = 2.0     # the target that the project has set itself


@contextlib.contextmanager
def crowd(daemon: Daemon) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, BAD_CLIENTS, daemon.socket, str(NUMBER)],
                               stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        yield
        assert process.poll() is None, "the bad clients have given up"
    finally:
        process.kill()
        process.wait()


def latencies_ms(daemon: Daemon) -> list[float]:
    """Of each message, from its first bytes to its verdict; all must be accepted."""
    taken = []
    for _ in range(MESSAGES // A_CONNECTION):
        with Mta(daemon.socket) as mta:
            mta.connect()
            mta.helo(CERTIFICATE)
            for _ in range(A_CONNECTION):
                started = time.perf_counter()
                assert mta.message(exo()).verdict.word == "accept"
                taken.append(1000 * (time.perf_counter() - started))
            mta.quit()
    return sorted(taken)


def p99(values: list[float]) -> float:
    return values[min(len(values) - 1, int(0.99 * len(values)))]


def test_normal_messages_beside_bad_clients(serve: Callable[..., Daemon],
                                            figure: Callable[[str], None]) -> None:
    """At most twice as slow, of the best rounds: what else runs there shares the CPUs, too."""
    daemon = serve()
    latencies_ms(daemon)        # warm
    alone, beside = [], []
    for _ in range(ROUNDS):
        alone.append(p99(latencies_ms(daemon)))
        with crowd(daemon):
            beside.append(p99(latencies_ms(daemon)))
    ratio = min(beside) / min(alone)
    figure(f"{3 * NUMBER} bad clients: p99 {min(alone):.2f} ms alone, {min(beside):.2f} ms beside "
           f"them ({ratio:.2f} times), the best of {ROUNDS}, {MESSAGES} messages each, none refused")
    if FULL:                    # `make test` asserts no times
        assert ratio <= LIMIT

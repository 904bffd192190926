# SPDX-License-Identifier: Apache-2.0
"""Bad clients, a hundred of each kind at once, do not get a normal message refused."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conversations.cases import exo
from conversations.daemon import CERTIFICATE, Daemon
from milter.client import Mta

from .conftest import FULL

BAD_CLIENTS = Path(__file__).with_name("bad_clients.py")
NUMBER = 100
MESSAGES = 5000 if FULL else 500
A_CONNECTION = 5


@pytest.fixture
def crowd() -> Iterator[Callable[[Daemon], None]]:
    running: list[subprocess.Popen] = []

    def begin(daemon: Daemon) -> None:
        process = subprocess.Popen([sys.executable, BAD_CLIENTS, daemon.socket, str(NUMBER)],
                                   stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout.readline() == "ready\n"

    yield begin
    for process in running:
        assert process.poll() is None, "the bad clients have given up"
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


def percentile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


def test_normal_messages_beside_bad_clients(serve: Callable[..., Daemon],
                                            crowd: Callable[[Daemon], None],
                                            figure: Callable[[str], None]) -> None:
    daemon = serve()
    latencies_ms(daemon)        # warm
    alone = latencies_ms(daemon)
    crowd(daemon)
    beside = latencies_ms(daemon)
    p99 = [percentile(values, 0.99) for values in (alone, beside)]
    figure(f"{3 * NUMBER} bad clients: p99 {p99[0]:.2f} ms alone, {p99[1]:.2f} ms beside them "
           f"({p99[1] / p99[0]:.2f} times), {MESSAGES} messages each, none refused")

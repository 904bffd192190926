# SPDX-License-Identifier: Apache-2.0
"""Many connections that say nothing cost little memory, and messages flow beside them."""

import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conversations.cases import exo
from conversations.daemon import CERTIFICATE, Daemon
from milter.client import Mta

IDLE = 10_000
LIMIT_BYTES = 64 << 20      # the target that the project has set itself


@pytest.fixture
def many_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = IDLE + 1000
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, before[1])))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def resident_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmRSS:")]
    return 1024 * int(line.split()[1])


def test_ten_thousand_idle_connections(serve: Callable[..., Daemon], many_files: None,
                                       figure: Callable[[str], None]) -> None:
    """Each as Postfix leaves it: negotiated, the client's address and name said."""
    daemon = serve(connections="10500", messages="1000", header="1M")
    empty = resident_bytes(daemon.process.pid)
    held = []
    for _ in range(IDLE):
        mta = Mta(daemon.socket)
        mta.negotiate()
        mta.connect()
        mta.helo(CERTIFICATE)
        mta.connection.flush()
        held.append(mta)
    idle = resident_bytes(daemon.process.pid)
    for _ in range(50):
        with Mta(daemon.socket) as mta:
            mta.connect()
            mta.helo(CERTIFICATE)
            assert mta.message(exo()).verdict.word == "accept"
            mta.quit()
    for mta in held[::100]:
        assert mta.message(exo()).verdict.word == "accept"
    busy = resident_bytes(daemon.process.pid)
    figure(f"{IDLE} idle connections: {idle / 2**20:.1f} MB resident, {empty / 2**20:.1f} MB "
           f"without them, {busy / 2**20:.1f} MB after 150 messages")
    assert max(idle, busy) <= LIMIT_BYTES

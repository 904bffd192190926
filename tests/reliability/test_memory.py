# SPDX-License-Identifier: Apache-2.0
"""What bodies cost in memory: they are hashed as they come, and none is kept."""

from collections.abc import Callable
from pathlib import Path

from conversations.cases import exo
from conversations.daemon import Daemon, open_mta
from milter.client import Mta
from milter.wire import Packet

CHUNK = 65535               # as Postfix cuts a body
LINES = (70 * b"x" + b"\r\n") * (CHUNK // 72)
PACKET = Packet(b"B", LINES).encode()
SIGNATURE = ("DKIM-Signature", " v=1; a=rsa-sha256; c=relaxed/relaxed; d=contoso.com; s=s; h=from;"
             f" bh={43 * 'A'}=; b=AAAA")
BUSY = 1000
LIMIT_BYTES = 64 << 20      # the targets that the project has set itself
A_LITTLE = 256 << 10        # as page tables and the log's lines may differ


def memory(daemon: Daemon, of: str) -> int:
    lines = Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith(f"{of}:")]
    return 1024 * int(line.split()[1])


def begin(mta: Mta) -> None:
    mta.envelope(message := exo(top=(SIGNATURE,)))
    mta.content(message)


def add_body(mta: Mta, n_bytes: int) -> None:
    """Past the connection, which keeps all that it sends."""
    mta.connection.flush()
    for _ in range(n_bytes // len(LINES)):
        mta.connection.socket.sendall(PACKET)


def test_a_thousand_bodies_at_once(serve: Callable[..., Daemon],
                                   figure: Callable[[str], None]) -> None:
    """1 MB of each under way, with a signature to verify."""
    daemon = serve(connections="2000", messages="4000")
    mtas = [open_mta(daemon) for _ in range(BUSY)]
    for mta in mtas:
        begin(mta)
        mta.connection.flush()
    for _ in range(16):
        for mta in mtas:
            add_body(mta, len(LINES))
    for mta in mtas:
        mta.end(exo())
        mta.connection.flush()
    peak = memory(daemon, "VmHWM")
    figure(f"{BUSY} messages with bodies of 1 MB at once: {peak / 2**20:.1f} MB")
    assert peak <= LIMIT_BYTES


def test_a_large_body_costs_no_more_than_a_small_one(serve: Callable[..., Daemon],
                                                     figure: Callable[[str], None]) -> None:
    daemon = serve()
    mta = open_mta(daemon)
    peaks = []
    for megabytes in (1, 150):
        begin(mta)
        add_body(mta, megabytes << 20)
        mta.end(exo())
        mta.connection.flush()
        peaks.append(memory(daemon, "VmHWM"))
    mta.quit()
    figure(f"a body of 150 MB: {(peaks[1] - peaks[0]) >> 10} KB more than one of 1 MB")
    assert peaks[1] - peaks[0] <= A_LITTLE

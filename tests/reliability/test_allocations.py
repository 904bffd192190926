# SPDX-License-Identifier: Apache-2.0
"""No memory is asked for after the start: whatever is served, from the first connection on.

But by OpenSSL and c-ares, for signatures and their keys.
"""

import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path

from conversations.cases import exo
from conversations.daemon import CERTIFICATE, Daemon, open_mta
from conversations.test_keys import signed
from lab.commands import wait_until
from lab.scripted_dns import Records
from lab.signing import Key
from milter.client import Connection, Mta
from milter.wire import Packet

from .conftest import BUILD


A_SIGNATURE = 14        # what OpenSSL 3.0 asks for to verify one, with a key that it knows
MESSAGES = 100


class Counter:
    def __init__(self, directory: Path) -> None:
        self.path = directory / "count"
        self.path.write_bytes(bytes(8))
        self.environment = os.environ | {
            "LD_PRELOAD": str(BUILD / "tests" / "count_allocations.so"),
            "COUNT_FILE": str(self.path)}

    def read(self) -> int:
        return struct.unpack("=Q", self.path.read_bytes())[0]


def serve_everything(daemon: Daemon) -> None:
    """Messages of all sorts, on connections that end in all sorts of ways."""
    held = []
    for n in range(60):
        mta = Mta(daemon.socket)
        mta.negotiate()
        mta.connect()
        mta.helo(CERTIFICATE)
        assert mta.message(exo()).verdict.word == "accept"
        mta.message(exo(None))
        mta.message(exo(" Alice <alice@contoso.com>", *(("X-Long", 5000 * "x") for _ in range(60))))
        if n % 3:
            mta.quit()
        else:
            held.append(mta)
    for _ in range(20):
        with Connection(daemon.socket) as connection:
            connection.send_raw(Packet(b"?").encode())
            connection.rest()
    for mta in held:
        mta.connection.socket.shutdown(socket.SHUT_RDWR)


def test_no_allocation_after_the_start(serve: Callable[..., Daemon], tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    daemon = serve(environment=counter.environment, more="workers = 2;")
    tasks = Path(f"/proc/{daemon.process.pid}/task")
    wait_until(lambda: len(list(tasks.iterdir())) == 3, "both workers to be there")
    before = counter.read()
    assert before > 100         # it counts at all
    serve_everything(daemon)
    assert counter.read() == before


def test_a_signature_costs_what_openssl_asks_for(serve: Callable[..., Daemon],
                                                 tmp_path: Path) -> None:
    """However often, once its key is known: nothing of ours, and nothing that grows."""
    counter, key = Counter(tmp_path), Key(tmp_path, "contoso.com")
    server = Records({key.name: key.record})
    daemon = serve(environment=counter.environment, proofs="2",
                   dns=f'servers = [ "{server.place}" ];', more="workers = 1;")
    mta = open_mta(daemon)
    message = signed(exo(), key)
    assert mta.message(message).verdict.word == "accept"    # asks for the key
    before = counter.read()
    for _ in range(MESSAGES):
        assert mta.message(message).verdict.word == "accept"
    mta.quit()
    assert 0 < counter.read() - before <= A_SIGNATURE * MESSAGES
    server.close()

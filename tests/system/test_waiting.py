# SPDX-License-Identifier: Apache-2.0
"""What real Postfix makes of a message that waits for a block of memory in exogated."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from lab import messages  # noqa: E402
from lab.endpoints import smtp_prefixes  # noqa: E402
from lab.name_server import ADDRESS as NAME_SERVER  # noqa: E402
from lab.network import LISTED_V4, NEXTHOP, RELAY_V4  # noqa: E402
from lab.postfix import HOSTNAME  # noqa: E402
from lab.relay import ENDPOINTS, Lab  # noqa: E402
from milter.client import Message, Mta  # noqa: E402

PROGRAMS = TESTS.parent / "build" / "asan"
FIELDS = (("From", " u@contoso.com"),)


@pytest.fixture
def begin() -> Iterator[Callable[[str, str], Lab]]:
    """A relay whose Postfix allows a filter so long, and its only block of memory so long a wait."""
    labs: list[Lab] = []

    def start(content_timeout: str, message_wait: str) -> Lab:
        lab = Lab(PROGRAMS, "uring")
        labs.append(lab)
        lab.directory.mkdir()
        lab.network.create()
        lab.certificates.create(HOSTNAME, [RELAY_V4])
        lab.nexthop.start(NEXTHOP)
        lab.postfix.create([RELAY_V4], NEXTHOP, smtp_prefixes(ENDPOINTS), lab.certificates,
                           {"milter_content_timeout": content_timeout})
        lab.exogated.proofs = 1     # nothing is signed
        lab.exogated.create(lab.postfix.socket_directory / "milter.sock", ENDPOINTS,
                            NAME_SERVER)
        with lab.exogated.settings.open("a") as settings:
            settings.write('workers = 1;\nlimits: { messages = "1"; '
                           f'message_wait = "{message_wait}"; }};\n')
        lab.exogated.start()
        lab.postfix.start()
        return lab

    yield start
    for lab in labs:
        assert lab.close() == []


def hold_the_block(lab: Lab) -> Mta:
    mta = Mta(lab.exogated.socket)
    mta.negotiate()
    mta.connect()
    mta.helo()
    mta.envelope(message := Message(fields=FIELDS))
    mta.content(message)
    mta.connection.flush()
    time.sleep(0.2)
    return mta


def test_postfix_waits_as_long_as_it_hears_of_progress(begin: Callable[[str, str], Lab]) -> None:
    """Its own limit is over twice before the block is free; it delivers all the same."""
    lab = begin("4s", "20s")
    holder = hold_the_block(lab)
    release = threading.Timer(9, holder.connection.socket.close)
    release.start()
    started = time.monotonic()
    result = lab.send(LISTED_V4, messages.exo())
    release.join()
    assert result.code == 250, result.reply
    assert time.monotonic() - started > 8.5


def test_postfix_hears_that_it_is_to_come_back(begin: Callable[[str, str], Lab]) -> None:
    lab = begin("300s", "2s")
    holder = hold_the_block(lab)
    result = lab.send(LISTED_V4, messages.exo())
    assert result.reply == "451 4.7.1 Too many messages at once (exogate: busy)"
    holder.connection.socket.close()
    assert lab.send(LISTED_V4, messages.exo()).code == 250

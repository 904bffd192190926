# SPDX-License-Identifier: Apache-2.0
"""Every conversation once more on a kernel that has only what io_uring has always had."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milter.client import Mta
from milter.wire import ProtocolError

from .cases import CONVERSATIONS, Conversation
from .daemon import VARIANTS, Daemon, hold_slots, write_settings
from .test_conversations import play

PLAIN = {"EXOGATE_PLAIN_RING": "1"}


@pytest.fixture(scope="module")
def plain_daemons(exogated: Path,
                  tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Daemon]]:
    running: dict[str, Daemon] = {}

    def get(variant: str) -> Daemon:
        if variant not in running:
            settings = write_settings(tmp_path_factory.mktemp(variant), **VARIANTS[variant])
            running[variant] = Daemon(exogated, settings, environment=os.environ | PLAIN)
            running[variant].wait_until_it_serves()
        return running[variant]

    yield get
    for daemon in running.values():
        daemon.end()


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda c: c.id)
def test_conversation(plain_daemons: Callable[[str], Daemon], conversation: Conversation) -> None:
    play(plain_daemons(conversation.variant), conversation)


def test_says_that_it_is_not_restricted(plain_daemons: Callable[[str], Daemon],
                                        daemons: Callable[[str], Daemon]) -> None:
    """Once, by name, whatever the number of workers; where it is, nothing is said."""
    assert plain_daemons("shared").log_text().count("IORING_REGISTER_RESTRICTIONS") == 1
    assert "IORING_REGISTER_RESTRICTIONS" not in daemons("shared").log_text()


def test_full(plain_daemons: Callable[[str], Daemon]) -> None:
    """What is not a conversation: the limit of number."""
    daemon = plain_daemons("shared")
    held = hold_slots(daemon, 4)
    with pytest.raises((ProtocolError, BrokenPipeError)):
        Mta(daemon.socket).negotiate()
    for mta in held:
        mta.quit()
    daemon.wait_for_log("closed: full")


def test_idle(plain_daemons: Callable[[str], Daemon]) -> None:
    """And of time."""
    daemon = plain_daemons("few")
    mta = Mta(daemon.socket)
    mta.negotiate()
    assert mta.connection.rest() == []
    daemon.wait_for_log("closed: idle")

# SPDX-License-Identifier: Apache-2.0
"""What explain says of every message of the conversations is what both engines do with it."""

from collections.abc import Callable

import pytest

from conversations.cases import CONVERSATIONS, Conversation, Expect
from milter.client import Message, Offer
from milter.wire import Edit

from .run import Explain, header

# What an MTA offers is no part of the file: explain takes one that offers everything.
OF_THE_OFFER = {"no-leading-space", "version-2", "no-edits-offered", "held-cannot",
                "told-without-leading-blanks"}

# Of a connection that explain does not have: more than one message would be needed for it.
MESSAGES = [pytest.param(conversation, message, expect, id=f"{conversation.id}-{n}")
            for conversation in CONVERSATIONS if conversation.id not in OF_THE_OFFER
            for n, (message, expect) in enumerate(conversation.messages)]
ANSWERS = {"accept": ("accept", "250 2.0.0"), "550": ("reject", "550 5.7.1"),
           "451": ("tempfail", "451 4.7.1"), "hold": ("hold", "250 2.0.0")}


def options(conversation: Conversation, message: Message) -> list[str]:
    trusted = conversation.certificate if conversation.tls is not False else None
    client = conversation.address.removeprefix("IPv6:") if conversation.family in "46" else "unknown"
    said = ["--client", client, "--cert-cn", trusted or "", "--mail-from", message.mail_from]
    if user := message.mail_macros.get("{auth_authen}"):
        said += ["--auth", user]
    return said + [word for rcpt in message.rcpts for word in ("--rcpt", rcpt)]


def readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def as_json(edit: Edit) -> dict:
    of_header = edit.op not in ("change_from", "quarantine")
    return {"op": edit.op, "name": readable(edit.name) if of_header else None,
            "index": edit.index if of_header else None,
            "value": readable(edit.value) if edit.op != "delete_header" else None}


def test_the_offers_are_what_is_left_out() -> None:
    left_out = [c for c in CONVERSATIONS if c.id in OF_THE_OFFER]
    assert len(left_out) == len(OF_THE_OFFER)
    assert all(c.offer != Offer() for c in left_out)


@pytest.mark.parametrize(("conversation", "message", "expect"), MESSAGES)
def test_message(explain_with: Callable[[str], Explain], conversation: Conversation,
                 message: Message, expect: Expect) -> None:
    said = explain_with(conversation.variant).object(
        header(message.fields) + b"\n" + message.body[:1000], *options(conversation, message))
    assert (said["verdict"], said["code"]) == ANSWERS[expect.answer]
    assert said["reason"] == expect.reason
    assert said["would"] == ("reject" if expect.would_reject else None)
    assert [{k: v for k, v in edit.items() if k != "rule"} for edit in said["edits"]] == \
        [as_json(edit) for edit in expect.edits]
    decided = [row["reason"] for row in said["table"] if row["matched"]][:1]
    assert decided == ([] if expect.reason == "limit" else [expect.reason])

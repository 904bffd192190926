# SPDX-License-Identifier: Apache-2.0
"""Says a dialog to a daemon, as Postfix would, and reads the verdict from the reply and the log."""

import re
import struct
from dataclasses import dataclass
from itertools import count

from conversations.daemon import Daemon
from lab.commands import wait_until
from milter import client
from milter.delivery import Delivered
from milter.wire import Packet

from . import signer
from .mail import Dialog, Message

AUTHSERV_ID = "relay.example.net"
queue_ids = (f"4C{number:06X}" for number in count(1))


@dataclass(frozen=True)
class Outcome:
    verdict: str                        # accept, hold, 451 or 550, and the reason
    delivered: Delivered | None = None  # of an acceptance, or held


def _connect(mta: client.Mta, dialog: Dialog) -> None:
    address = client.strings(dialog.client)
    place = b"" if dialog.family == "U" else struct.pack("!H", 25) + address
    mta.event(b"C", client.strings("client.example") + dialog.family.encode() + place,
              {"j": AUTHSERV_ID, "v": dialog.server, "_": f"unknown [{dialog.client}]"})
    for macros in dialog.hellos:
        _hello(mta, dict(macros))


def _hello(mta: client.Mta, macros: dict[str, str]) -> None:
    mta.event(b"H", client.strings("mail-db9pr83cu1067.outbound.protection.outlook.com"), macros)


def _spoken(message: Message) -> client.Message:
    macros = {"{auth_type}": "PLAIN", "{auth_authen}": message.auth} if message.auth else {}
    body = message.body.replace("\n", "\r\n").encode("utf-8", "surrogateescape")
    return client.Message(mail_from=message.mail_from, rcpts=message.rcpts,
                          fields=message.fields, body=body, queue_id=next(queue_ids),
                          mail_macros=macros)


def _logged_verdict(daemon: Daemon, since: int, message: client.Message) -> str:
    """Of a message that was taken, since no reply says why; its line may come after the reply."""
    def find() -> re.Match | None:
        with daemon.log.open("rb") as log:
            log.seek(since)
            text = log.read().decode(errors="replace")
        return re.search(rf"^{message.queue_id}: verdict=(\S+) (?:would=reject )?reason=(\S+) ",
                         text, re.MULTILINE)
    return " ".join(wait_until(find, f"{message.queue_id} in {daemon.log}").groups())


def _answered(daemon: Daemon, mta: client.Mta, message: Message) -> Outcome:
    spoken, since = _spoken(message), daemon.log.stat().st_size
    answer = mta.message(spoken)
    if answer.verdict.word == "accept":
        verdict = _logged_verdict(daemon, since, spoken)
        held = any(edit.op == "quarantine" for edit in answer.edits)
        assert verdict.startswith("hold " if held else "accept ")
        return Outcome(verdict, answer.delivered)
    said = re.fullmatch(r"(?:550 5|451 4)\.7\.1 .*\(exogate: (\S+)\)", answer.verdict.text)
    assert said, answer.verdict
    return Outcome(f"{answer.verdict.text[:3]} {said.group(1)}")


def _earlier(daemon: Daemon, mta: client.Mta, dialog: Dialog, message: Message) -> None:
    """A message before the one that is judged, as far as it goes."""
    if message.end == "answered":
        _answered(daemon, mta, message)
        return
    spoken = _spoken(message)
    mta.envelope(spoken)
    if message.end != "reset":
        mta.content(spoken)
    if message.end == "hello":
        _hello(mta, dict(dialog.hellos[-1]))
    elif message.end == "new-connection":
        mta.connection.put(Packet(b"K"))
        _connect(mta, dialog)
    else:
        mta.abort()


def as_learnt(dialog: Dialog, source: str) -> Dialog:
    """What is said to who learns of signatures from that source."""
    return signer.sign(dialog) if source == "native" else dialog


def play(daemon: Daemon, dialog: Dialog) -> Outcome:
    with client.Mta(daemon.socket) as mta:
        _connect(mta, dialog)
        for message in dialog.earlier:
            _earlier(daemon, mta, dialog, message)
        outcome = _answered(daemon, mta, dialog.message)
        mta.quit()
    return outcome

# SPDX-License-Identifier: Apache-2.0
"""The server behind the relay, which takes every message: start it, read what arrived."""

import json
from dataclasses import dataclass
from pathlib import Path

from .commands import LabError, tail, wait_until
from .messages import header
from .namespaces import Namespace

SINK = Path(__file__).with_name("sink.py")


@dataclass(frozen=True)
class Mail:
    mail_from: str
    rcpt_to: list[str]
    data: bytes

    def fields(self, name: str) -> list[str]:
        """The header fields of that name, from the top, as they stand."""
        return [f for f in header(self.data) if f.partition(":")[0].lower() == name.lower()]


class NextHop:
    def __init__(self, directory: Path, namespace: Namespace):
        self.directory = directory
        self.namespace = namespace
        self.log = directory / "sink.log"

    def start(self, address: str) -> None:
        self.directory.mkdir()
        process = self.namespace.start(["/usr/bin/python3", SINK, self.directory, address, "25"],
                                       self.log)

        def listens() -> bool:
            if process.poll() is not None:
                raise LabError(f"the next hop ended: {(tail(self.log, 1) or ['no word'])[0]}")
            return bool(self.namespace.run(["ss", "-Hltn", "sport = :25"]).strip())

        wait_until(listens, "the next hop to listen")

    def mails(self) -> list[Mail]:
        return [Mail(data=envelope.with_suffix(".eml").read_bytes(),
                     **json.loads(envelope.read_text()))
                for envelope in sorted(self.directory.glob("*.json"))]

    def wait_for(self, message_id: str) -> Mail:
        """The message with that Message-ID, once it has arrived."""
        def find() -> Mail | None:
            wanted = f"<{message_id}>".encode()
            return next((m for m in self.mails() if wanted in m.data), None)
        return wait_until(find, f"{message_id} to arrive at the next hop")

# SPDX-License-Identifier: Apache-2.0
"""An SMTP server that takes everything fast: `fast_sink.py FILE ADDRESS PORT`.

A line of FILE for each message taken: its recipients, and whether it still bears the mark, a field
that whoever judges a message removes.
"""

import asyncio
import sys
from pathlib import Path

MARK = b"\nAuthentication-Results: relay.example.net;"


class Sink(asyncio.Protocol):
    def __init__(self, out) -> None:
        self.out = out
        self.buffer = b""
        self.in_data = False
        self.recipients: list[str] = []

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.say("220 sink")

    def say(self, line: str) -> None:
        self.transport.write(line.encode() + b"\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self.take_message() if self.in_data else self.take_command():
            pass

    def take_message(self) -> bool:
        message, end, rest = self.buffer.partition(b"\r\n.\r\n")
        if not end:
            return False
        state = "unjudged" if MARK in message else "judged"
        self.out.write(f"{','.join(self.recipients)} {state}\n")
        self.out.flush()
        self.buffer, self.in_data, self.recipients = rest, False, []
        self.say("250 taken")
        return True

    def take_command(self) -> bool:
        line, end, rest = self.buffer.partition(b"\r\n")
        if not end:
            return False
        self.buffer = rest
        verb = line[:4].upper()
        if verb == b"RCPT":
            self.recipients.append(line[line.index(b"<") + 1:line.index(b">")].decode())
        self.in_data = verb == b"DATA"
        self.say({b"DATA": "354 go on", b"QUIT": "221 bye"}.get(verb, "250 ok"))
        if verb == b"QUIT":
            self.transport.close()
        return True


async def serve(path: Path, address: str, port: int) -> None:
    with path.open("a") as out:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Sink(out), address, port, backlog=1000)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))

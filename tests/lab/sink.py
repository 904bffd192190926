# SPDX-License-Identifier: Apache-2.0
"""An SMTP server that takes every message and writes it down: `sink.py DIRECTORY ADDRESS PORT`.

Each message becomes N.eml, the bytes as received, and then N.json, the envelope; so that whoever
sees N.json finds N.eml complete.
"""

import asyncio
import itertools
import json
import os
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Writer:
    def __init__(self, directory: Path):
        self._directory = directory
        self._numbers = itertools.count(1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        stem = self._directory / str(next(self._numbers))
        stem.with_suffix(".eml").write_bytes(envelope.original_content)
        part = stem.with_suffix(".part")
        part.write_text(json.dumps({"mail_from": envelope.mail_from,
                                    "rcpt_to": envelope.rcpt_tos}))
        os.rename(part, stem.with_suffix(".json"))
        return "250 taken"


async def serve(directory: Path, address: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    writer = Writer(directory)
    server = await loop.create_server(lambda: SMTP(writer, hostname="nexthop.example"), address,
                                      port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))

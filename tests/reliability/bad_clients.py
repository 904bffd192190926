# SPDX-License-Identifier: Apache-2.0
"""Clients that no MTA is like, many at once: `bad_clients.py SOCKET NUMBER`, until it is ended.

NUMBER of each: one that sends a byte a second, one that asks and never reads, one that opens and
closes without a word, again and again.
"""

import asyncio
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from milter.client import strings  # noqa: E402
from milter.wire import Packet  # noqa: E402

OFFER = Packet(b"O", struct.pack("!III", 6, 0x1ff, 0x1fffff)).encode()
OFFER_TO_BE_ANSWERED = Packet(b"O", struct.pack("!III", 6, 0x1ff, 0)).encode()
CONNECT = Packet(b"C", strings("x") + b"4\0\0" + strings("40.107.1.2")).encode()
HELO = Packet(b"H", strings("x")).encode()
MAIL = Packet(b"M", strings("<alice@contoso.com>")).encode()


async def drip(path: str) -> None:
    while True:
        _, writer = await asyncio.open_unix_connection(path)
        for octet in OFFER + CONNECT + HELO + MAIL:
            writer.write(bytes([octet]))
            await writer.drain()
            await asyncio.sleep(1)
        writer.close()


async def never_read(path: str) -> None:
    while True:
        reader, writer = await asyncio.open_unix_connection(path, limit=1)
        reader._transport.pause_reading()
        writer.write(OFFER_TO_BE_ANSWERED + CONNECT)
        try:
            while True:
                writer.write(1000 * HELO)
                await writer.drain()
        except ConnectionError:
            writer.close()


async def open_and_close(path: str) -> None:
    while True:
        _, writer = await asyncio.open_unix_connection(path)
        writer.close()
        await asyncio.sleep(0.1)


async def main(path: str, number: int) -> None:
    kinds = (drip, never_read, open_and_close)
    clients = [asyncio.create_task(kind(path)) for kind in kinds for _ in range(number)]
    await asyncio.sleep(1)
    print("ready", flush=True)
    await asyncio.gather(*clients)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))

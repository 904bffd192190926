# SPDX-License-Identifier: Apache-2.0
"""Keys that tenants sign with, the records that name them, and signatures by them."""

import base64
import dataclasses
import re
from collections.abc import Iterable
from pathlib import Path

import dkim

from .commands import run
from .messages import Message

HEADERS = (b"From", b"Date", b"Subject", b"Message-ID", b"Content-Type", b"MIME-Version",
           b"X-MS-Exchange-SenderADCheck")   # what Exchange Online signs


class Key:
    """An RSA key of 2048 bits, as Exchange Online's, under the selector that it would have."""

    def __init__(self, directory: Path, domain: str):
        self.domain = domain
        self.selector = f"selector1-{domain.replace('.', '-')}"
        self.file = directory / f"{domain}.pem"
        run(["openssl", "genrsa", "-out", self.file, "2048"])

    @property
    def name(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        text = run(["openssl", "rsa", "-in", self.file, "-pubout"])
        body = "".join(line for line in text.splitlines() if "-----" not in line)
        assert base64.b64decode(body)
        return f"v=DKIM1; k=rsa; p={body}"

    def sign(self, message: Message) -> Message:
        """The message with this signature instead of any that it had."""
        bare = re.sub(rb"(?im)^DKIM-Signature:.*\r\n(?:[ \t].*\r\n)*", b"", message.data)
        field = dkim.sign(bare, self.selector.encode(), self.domain.encode(),
                          self.file.read_bytes(), include_headers=list(HEADERS),
                          canonicalize=(b"relaxed", b"relaxed"))
        return dataclasses.replace(message, data=field + bare)


def make_keys(directory: Path) -> list[Key]:
    """Of contoso, and of the attacker's own tenant."""
    directory.mkdir()
    return [Key(directory, domain) for domain in ("contoso.com", "attacker.onmicrosoft.com")]


def sign(keys: Iterable[Key], message: Message) -> Message:
    """By the key of the domain that the message's template names as its signer."""
    domain = re.search(rb"(?im)^DKIM-Signature:.*\bd=([^;]+);", message.data)[1].decode()
    [key] = [key for key in keys if key.domain == domain]
    return key.sign(message)


def records(keys: Iterable[Key]) -> dict[str, str]:
    return {key.name: key.record for key in keys}

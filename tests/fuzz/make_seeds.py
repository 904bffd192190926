#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what the fuzzers start from: make_seeds.py DIRECTORY makes DIRECTORY/TARGET/*.

Made from the test data that is there anyway, so that no binary files need to be kept.
"""

import struct
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"

FROM_VALUES = (
    "user@contoso.com", "j@m\u00fcnchen.example", "j@ban\u212a.xn--mnchen-3ya.\u00e9",
    "=?utf-8?q?J=C3=B6?= <j@contoso.com>", '"a, b" <"x y"@contoso.com> (c)',
    "Group: a@x.example, b@y.example;", "<@route.example:a@b.example>", "a@[192.0.2.1]",
    "Joe <joe@\n contoso.com>", "(x (y) z) a@b.example, <>", "a@xn--mnchen-3ya.example,,",
)
AUTHRES_VALUES = (
    "mx.example.net; dkim=pass header.d=contoso.com",
    'mx.example.net 1; spf=fail (x (y)) smtp.mailfrom="a b"@c.example; dkim=none',
    '"mx.example.net" (c); none', "relay.example.net; dkim/1=pass reason=\"it's\" policy.x=y",
)

BODY_HASH = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="
SIGNATURE = (" v=1; a=rsa-sha256; c=relaxed/simple; d=contoso.com; s=sel; q=dns/txt;\n"
             "\ti=@eng.contoso.com; t=1117574938; x=9118006938; l=2; h=From:To : from;\n"
             f"\tz=From:a|To:b; bh={BODY_HASH};\n\tb=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSb==")
KEY_RECORDS = ("v=DKIM1; k=rsa; h=sha1:sha256; s=email:*; t=y:s; n=note; p=MFww DQYJ",
               "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "v=DKIM1; p=")
DKIM_MESSAGE = (f"DKIM-Signature:{SIGNATURE}\nDKIM-Signature: v=1; a=ed25519-sha256; d=a.example;"
                f" s=s; h=from; bh={BODY_HASH}; b=AAAA\nFrom: a@contoso.com\nTo : b\n"
                + "\n" + "\n".join(KEY_RECORDS) + "\nbody  \r\n\r\n")
BODIES = (" C \r\nD \t E\r\n\r\n\r\n", "a\nb\rc\r\r\n \t\r\n" + 9 * "0123456789 " + "\r\n  x")


def _packet(command: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(command + data)) + command + data


def _macros(stage: bytes, *pairs: str) -> bytes:
    return _packet(b"D", stage + b"".join(part.encode() + b"\0" for part in pairs))


def _fields(message: str) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for line in message.split("\n\n", 1)[0].replace("\r", "").splitlines():
        if line[:1] in (" ", "\t") and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]}\n{line}")
        elif ":" in line:
            fields.append(tuple(line.split(":", 1)))
    return fields


def _conversation(message: str) -> bytes:
    message = message.replace("${from_address}", "a@contoso.com")
    stream = [
        _macros(b"C", "j", "relay.example.net", "v", "Postfix 3.7.11"),
        _packet(b"C", b"host\0" + b"4" + struct.pack(">H", 25) + b"40.107.1.2\0"),
        _macros(b"H", "{tls_version}", "TLSv1.3", "{cert_subject}", "mail.protection.outlook.com"),
        _packet(b"H", b"host\0"),
        _packet(b"M", b"<a@contoso.com>\0SIZE=100\0"), _packet(b"R", b"<b@example.org>\0"),
    ]
    for name, value in _fields(message):
        stream.append(_macros(b"L", "i", "4ABC"))
        stream.append(_packet(b"L", name.encode() + b"\0" + value.encode() + b"\0"))
    body = message.partition("\n\n")[2].encode()
    stream += [_packet(b"N"), *([_packet(b"B", body)] if body else []), _packet(b"E"), _packet(b"A"), _packet(b"A"), _packet(b"Q")]
    return b"".join(stream)


def _short_conversation() -> bytes:
    guid = "1234abcd-18c5-45e8-88de-123456789abc"
    return _conversation(
        f"From: J <a@contoso.com>\nX-MS-Exchange-CrossTenant-Id: {guid}\n"
        "Authentication-Results: relay.example.net; dkim=pass\n"
        "X-MS-Exchange-Organization-SCL: -1\n\n")


def _signed_conversations() -> list[bytes]:
    """What fuzz_dialog says of a key record is said by the selector's first letter, and its digests
    are 32 octets of 0 or of 1."""
    guid = "1234abcd-18c5-45e8-88de-123456789abc"
    digests = ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
               "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")
    signature = ("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={}; s={}; h=from;"
                 " bh={}; b=AAAA\n")
    fields = f"From: J <a@contoso.com>\nX-MS-Exchange-CrossTenant-Id: {guid}\n\nbody  \r\n\r\n"
    one = [signature.format("contoso.com", letter, digest) + fields
           for letter in "abcdefg" for digest in digests]
    several = "".join(signature.format(domain, letter, digests[0])
                      for domain in ("contoso.com", "m\u00fcnchen.example") for letter in "aeg")
    return [*map(_conversation, one), _conversation(several + fields),
            _conversation(one[0])[:-5] + _conversation(one[1])]


def _frames() -> list[bytes]:
    ethernet = b"\2" * 6 + b"\4" * 6
    tcp = struct.pack(">HHIIHHHH", 40000, 25, 0, 0, 0x5002, 1024, 0, 0)
    ipv4 = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 64, 6, 0, b"\x28\x6b\1\2", b"\xc6\x33\x64\x19")
    ipv6 = struct.pack(">IHBB", 6 << 28, 20, 6, 64) + b"\x2a\1" + b"\0" * 13 + b"\1" + b"\0" * 16
    options = struct.pack(">IHBB", 6 << 28, 28, 60, 64) + ipv6[8:] + b"\6\0\1\4\0\0\0\0"
    return [ethernet + b"\x08\0" + ipv4 + tcp, ethernet + b"\x86\xdd" + ipv6 + tcp,
            ethernet + b"\x81\0\0\1\x88\xa8\0\2\x08\0" + ipv4 + tcp,
            ethernet + b"\x86\xdd" + options + tcp]


def _dns_responses() -> list[bytes]:
    def name(text: str) -> bytes:
        return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"

    def record(owner: bytes, type_: int, data: bytes) -> bytes:
        return owner + struct.pack(">HHIH", type_, 1, 300, len(data)) + data

    question = name("s1._domainkey.contoso.com") + struct.pack(">HH", 16, 1)
    text = b"\x08v=DKIM1;\x05p=abc"
    alias = record(b"\xc0\x0c", 5, name("k.example")) + record(name("k.example"), 16, text)
    soa = record(b"\xc0\x1b", 6, b"\0\0" + struct.pack(">5I", 1, 7200, 900, 86400, 60))
    header = ">HHHHHH"
    return [struct.pack(header, 1, 0x8180, 1, 1, 0, 0) + question + record(b"\xc0\x0c", 16, text),
            struct.pack(header, 1, 0x8180, 1, 2, 0, 0) + question + alias,
            struct.pack(header, 1, 0x8183, 1, 0, 1, 0) + question + soa]


def seeds() -> dict[str, list[bytes]]:
    messages = [path.read_text() for path in sorted((DATA / "messages").glob("*.eml"))]
    return {
        "fuzz_mailbox": [value.encode() for value in FROM_VALUES],
        "fuzz_authres": [value.encode() for value in AUTHRES_VALUES],
        "fuzz_dkim_tag": [SIGNATURE.encode(), *map(str.encode, KEY_RECORDS)],
        "fuzz_dkim_sig": [SIGNATURE.encode(),
                          SIGNATURE.replace("contoso", "m\u00fcnchen").encode()],
        "fuzz_dkim_key": [record.encode() for record in KEY_RECORDS],
        "fuzz_dkim_canon": [bytes([how, 9, 70]) + body.encode() for body in BODIES
                            for how in range(4)],
        "fuzz_dkim_check": [DKIM_MESSAGE.encode()],
        "fuzz_endpoints": [(DATA / "endpoints-worldwide.json").read_bytes()],
        "fuzz_classify": _frames(),
        "fuzz_dns_message": _dns_responses(),
        "fuzz_dialog": [_short_conversation(), *_signed_conversations(),
                        *map(_conversation, messages)],
    }


def write(directory: Path) -> None:
    for target, values in seeds().items():
        place = directory / target
        place.mkdir(parents=True, exist_ok=True)
        for number, value in enumerate(values):
            (place / f"{number:02}").write_bytes(value)


if __name__ == "__main__":
    write(Path(sys.argv[1]))

# SPDX-License-Identifier: Apache-2.0
"""Signatures, as the cases name them, become real ones, and the key records that belong to them.

The signer is the cryptography library and the model of tests/conformance, so that nothing of
exogate has a part in what is valid.  Keys are made once, and a record for each way in which the
cases want one to be wrong, under a selector of its own.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from dnslib import RCODE, DNSRecord

from conformance import dkim_generator, dkim_model
from lab.scripted_dns import STRING_OCTETS, Server, text

from .evidence import Signature
from .mail import Dialog, Field, Message

# What is at each name: a record, or the code that says why there is none.
records: dict[str, str] = {}


@cache
def _key(domain: str, kind: str) -> dkim_generator.Key:
    if kind == "ed25519":
        return dkim_generator.Key("ed25519-sha256", ed25519.Ed25519PrivateKey.generate())
    bits = int(kind.removeprefix("rsa-"))
    return dkim_generator.Key("rsa-sha256", rsa.generate_private_key(65537, bits))


def _selector(signature: Signature) -> str:
    """Publishes the record that the signature's selector is to find."""
    domain = signature.domain.lower()
    record = signature.rcode or signature.record.replace("${p}", _key(domain, signature.key).text)
    wrong = hashlib.sha256(record.encode()).hexdigest()[:8]
    selector = "selector1-" + (domain.replace(".", "-") if signature.plain() else wrong)
    records[f"{selector}._domainkey.{domain}"] = record
    return selector


def _octets(field: Field) -> tuple[bytes, bytes]:
    name, value = field
    return name.encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape")


def _when_signed(message: Message, signature: Signature) -> dkim_generator.Message:
    """The message as the signer saw it."""
    was = {name.lower(): f" {value}" for name, value in signature.signed_set}
    fields = [_octets((name.rstrip(" \t"), was.get(name.lower(), value)))
              for name, value in message.fields]
    body = message.body if signature.signed_body is None else signature.signed_body
    return dkim_generator.Message(fields=fields, body=body.encode("utf-8", "surrogateescape"))


def _tags(seen: dkim_generator.Message, signature: Signature) -> dict[str, str]:
    """All but b=, whose value is empty where it stands."""
    algorithm = signature.algorithm
    tags = {"v": "1", "a": algorithm, "c": signature.canon, "d": signature.domain,
            "s": _selector(signature), "h": signature.headers, **dict(signature.tags)}
    body = dkim_model.BODIES[signature.canon.split("/")[1]](seen.body)
    covered = body[:int(tags["l"])] if "l" in tags else body
    digest = hashlib.new(algorithm.split("-")[1], covered).digest()
    return {**tags, "bh": base64.b64encode(digest).decode(), "b": ""}


def _sign(key: dkim_generator.Key, algorithm: str, data: bytes) -> str:
    if algorithm == "rsa-sha1":
        made = key.private.sign(data, padding.PKCS1v15(), hashes.SHA1())
    else:
        made = key.sign(hashlib.sha256(data).digest())
    return base64.b64encode(made).decode()


def _value(message: Message, signature: Signature) -> str:
    """Of the DKIM-Signature field."""
    seen = _when_signed(message, signature)
    tags = _tags(seen, signature)
    unsigned = " " + ";\n ".join(f"{name}={value}" for name, value in tags.items())
    data = dkim_generator.signed_text(seen, signature.canon.split("/")[0],
                                      [name.encode() for name in tags["h"].split(":")],
                                      unsigned.encode())
    key = _key((signature.by or signature.domain).lower(), signature.key)
    return unsigned + _sign(key, tags["a"], data)


def _fields(message: Message) -> Iterator[Field]:
    """The base message's signature fields stand in for the real ones, in the case's order."""
    signatures = iter(message.signed)
    for name, value in message.fields:
        if name == "DKIM-Signature" and (signature := next(signatures, None)):
            yield from signature.times * [(name, _value(message, signature))]
        else:
            yield name, value


@cache
def _signed(message: Message) -> Message:
    fields = tuple(_fields(message))
    assert sum(name == "DKIM-Signature" for name, _ in fields) == sum(
        signature.times for signature in message.signed)
    return replace(message, fields=fields)


def sign(dialog: Dialog) -> Dialog:
    """The same, really signed: what is judged, and what came before it."""
    return replace(dialog, message=_signed(dialog.message),
                   earlier=tuple(map(_signed, dialog.earlier)))


def _answer(query: DNSRecord, transport: str) -> list[bytes]:
    record = records.get(str(query.q.qname).rstrip(".").lower(), "NXDOMAIN")
    if record in ("NXDOMAIN", "SERVFAIL"):
        reply = query.reply()
        reply.header.rcode = getattr(RCODE, record)
        return [reply.pack()]
    return [text(query, [record[at:at + STRING_OCTETS]
                         for at in range(0, len(record), STRING_OCTETS)]).pack()]


def serve() -> Server:
    """A name server that has the records of whatever is signed by now."""
    return Server(_answer)


def write(path: Path) -> Path:
    """The records so far, for explain."""
    path.write_text(json.dumps({
        name: {"rcode": record} if record in ("NXDOMAIN", "SERVFAIL") else record
        for name, record in records.items()}), encoding="utf-8")
    return path

# SPDX-License-Identifier: Apache-2.0
"""
Signed messages, and messages with one byte changed, made from a seed alone.

The signer is dkim_model.py and the cryptography library, so that nothing of exogate has a part in
what is valid.  Keys are made from the seed too: a run can be had again.
"""

import base64
import hashlib
import math
import random
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from .dkim_model import BODIES, HEADERS

DOMAIN = "example.com"
SELECTOR = "sel"
NAME = f"{SELECTOR}._domainkey.{DOMAIN}"
EXPONENT = 65537


# Most candidates have one of these.
SMALL_PRIMES = math.prod(n for n in range(3, 2000, 2)
                         if all(n % k for k in range(3, math.isqrt(n) + 1, 2)))


def _is_prime(candidate: int, rng: random.Random) -> bool:
    """Miller and Rabin."""
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(10):
        power = pow(rng.randrange(2, candidate - 1), odd, candidate)
        if power in (1, candidate - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % candidate
            if power == candidate - 1:
                break
        else:
            return False
    return True


def _prime(bits: int, rng: random.Random) -> int:
    while True:
        candidate = rng.getrandbits(bits) | 3 << (bits - 2) | 1
        if candidate % EXPONENT != 1 and math.gcd(candidate, SMALL_PRIMES) == 1 \
                and _is_prime(candidate, rng):
            return candidate


def _rsa_key(bits: int, rng: random.Random) -> rsa.RSAPrivateKey:
    p, q = _prime(bits // 2, rng), _prime(bits // 2, rng)
    d = pow(EXPONENT, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(EXPONENT, p * q)).private_key()


class Key:
    """A key pair: what is in its record, and how it signs a hash."""

    def __init__(self, algorithm: str, private) -> None:
        self.algorithm = algorithm
        self.private = private
        if algorithm == "rsa-sha256":
            public = private.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        else:
            public = private.public_key().public_bytes(
                serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.text = base64.b64encode(public).decode()

    def sign(self, digest: bytes) -> bytes:
        if self.algorithm == "rsa-sha256":
            return self.private.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        return self.private.sign(digest)


def make_keys(seed: int) -> list[Key]:
    rng = random.Random(seed)
    return [Key("rsa-sha256", _rsa_key(1024, rng)), Key("rsa-sha256", _rsa_key(2048, rng)),
            Key("ed25519-sha256",
                ed25519.Ed25519PrivateKey.from_private_bytes(rng.randbytes(32)))]


@dataclass
class Message:
    """A message that is signed once, in parts, so that one of them can be changed."""

    signature: bytes = b""          # the value of its field
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    record: bytes = b""
    changed: str = ""               # which part, or nothing

    def header(self) -> bytes:
        lines = [(b"DKIM-Signature", self.signature), *self.fields]
        return b"".join(name + b":" + value + b"\r\n" for name, value in lines)

    def whole(self) -> bytes:
        return self.header() + b"\r\n" + self.body


WORDS = (b"a", b"hello", b"world,", b"=20", b"<b@example.org>", b"\xc3\xa4\xc3\xb6", b"x" * 70,
         b"f=1;", b"..", b"(c)", b"\"q\"")
BLANKS = (b" ", b" ", b" ", b"  ", b"\t", b" \t ")
FOLDS = (b"\r\n ", b"\r\n\t", b" \r\n  ")
NAMES = (b"To", b"Cc", b"Subject", b"Date", b"Message-ID", b"Received", b"Received", b"X-Tag",
         b"MIME-Version", b"x-tag", b"Reply-To")


def _text(rng: random.Random, most: int, folds: bool) -> bytes:
    text = b""
    for _ in range(rng.randrange(most)):
        text += rng.choice(WORDS)
        text += rng.choice(FOLDS) if folds and rng.random() < 0.1 else rng.choice(BLANKS)
    return text.rstrip(b"\r\n \t") if folds or rng.random() < 0.7 else text


def _make_fields(rng: random.Random) -> list[tuple[bytes, bytes]]:
    made = [(rng.choice(NAMES), rng.choice((b" ", b"", b"  ")) + b"x" + _text(rng, 8, True) + b".")
            for _ in range(rng.randrange(1, 9))]
    made.insert(rng.randrange(len(made) + 1), (b"From", b" Alice <alice@example.com>"))
    return made


def _make_body(rng: random.Random) -> bytes:
    lines = [_text(rng, 12, False) for _ in range(rng.randrange(12))]
    body = b"".join(line + b"\r\n" for line in lines) + b"\r\n" * rng.randrange(3)
    return body.removesuffix(b"\r\n") if rng.random() < 0.1 else body


def _make_names(rng: random.Random, fields: list[tuple[bytes, bytes]]) -> list[bytes]:
    """Of the fields that are signed, in any order; some repeated, some that are not there."""
    names = [name for name, _ in fields if name != b"From" and rng.random() < 0.7]
    names += [rng.choice(NAMES) for _ in range(rng.randrange(3))]
    names += [b"From"] * rng.choice((1, 1, 2))
    rng.shuffle(names)
    return [name.lower() if rng.random() < 0.5 else name for name in names]


def signed_text(message: Message, canon: str, names: list[bytes], unsigned: bytes) -> bytes:
    """What RFC 6376 3.7 has hashed; unsigned is the signature's field with an empty b=."""
    left = list(message.fields)
    text = b""
    for name in names:
        for at in reversed(range(len(left))):
            if left[at][0].lower() == name.lower():
                text += HEADERS[canon](*left.pop(at))
                break
    return text + HEADERS[canon](b"DKIM-Signature", unsigned).removesuffix(b"\r\n")


def _make_tags(rng: random.Random, message: Message, key: Key, canons: tuple[str, str],
               names: list[bytes]) -> list[bytes]:
    """All tags but b=, in any order after v=."""
    hashed = BODIES[canons[1]](message.body)
    tags = [b"a=" + key.algorithm.encode(), b"d=" + DOMAIN.encode(), b"s=" + SELECTOR.encode(),
            b"c=" + "/".join(canons).encode(),
            b"h=" + rng.choice((b":", b" : ", b":\r\n ")).join(names)]
    if rng.random() < 0.15:
        length = rng.randrange(len(hashed) + 1)
        hashed = hashed[:length]
        tags.append(b"l=%d" % length)
    tags.append(b"bh=" + base64.b64encode(hashlib.sha256(hashed).digest()))
    optional = (b"i=@example.com", b"i=alice@sub.example.com", b"q=dns/txt", b"z=From:a|To:b",
                b"t=1700000000", b"x=4000000000", b"ext=1")
    chosen = [tag for tag in optional if rng.random() < 0.25]
    if chosen[:2] == list(optional[:2]):
        chosen.pop(0)
    tags += chosen
    rng.shuffle(tags)
    return [b"v=1", *tags]


def _join(rng: random.Random, tags: list[bytes]) -> bytes:
    value = b" "
    for tag in tags:
        value += tag + b";" + rng.choice((b" ", b" ", b"", b"\r\n\t", b"\r\n  "))
    return value.rstrip(b" \t\r\n;") if rng.random() < 0.7 else value.rstrip(b" \t\r\n")


def _fold(rng: random.Random, text: bytes) -> bytes:
    """Base64 in lines, as signers write it."""
    if rng.random() < 0.4:
        return text
    return b"\r\n\t ".join(text[at:at + 60] for at in range(0, len(text), 60))


def make_valid(rng: random.Random, keys: list[Key]) -> Message:
    key = rng.choice(keys)
    canons = (rng.choice(list(HEADERS)), rng.choice(list(BODIES)))
    message = Message(fields=_make_fields(rng), body=_make_body(rng))
    names = _make_names(rng, message.fields)
    tags = _make_tags(rng, message, key, canons, names)
    at = rng.randrange(1, len(tags) + 1)
    tags.insert(at, b"b=\0")
    unsigned = _join(rng, tags)
    before, after = unsigned.split(b"b=\0")
    text = signed_text(message, canons[0], names, before + b"b=" + after)
    signature = base64.b64encode(key.sign(hashlib.sha256(text).digest()))
    message.signature = before + b"b=" + _fold(rng, signature) + after
    kind = b"k=ed25519; " if key.algorithm.startswith("ed25519") else rng.choice((b"", b"k=rsa; "))
    message.record = rng.choice((b"v=DKIM1; ", b"")) + kind + b"p=" + key.text.encode()
    return message


# Bytes that mean something in one place or another.  No CR, LF or NUL: where a line ends is not
# the verifier's question.
BYTES = b" \t;:=/@.,abzAZ019+-_\"<>(~\x7f\xe9"


def _change(rng: random.Random, text: bytes) -> bytes:
    """One byte changed; line ends are left alone, and the blanks that make folds of them."""
    places = [at for at in range(len(text))
              if text[at] not in b"\r\n" and text[max(at - 1, 0)] != ord("\n")]
    if not places:
        return text
    at = rng.choice(places)
    changed = text[at] ^ 0x20 if rng.random() < 0.3 and chr(text[at]).isalpha() \
        else rng.choice(BYTES)
    return text[:at] + bytes([changed]) + text[at + 1:]


def make_changed(rng: random.Random, keys: list[Key]) -> Message:
    message = make_valid(rng, keys)
    message.changed = rng.choice(("signature", "field", "body", "record"))
    if message.changed == "signature":
        message.signature = _change(rng, message.signature)
    elif message.changed == "field":
        at = rng.randrange(len(message.fields))
        name, value = message.fields[at]
        message.fields[at] = (name, _change(rng, value))
    elif message.changed == "body":
        message.body = _change(rng, message.body)
    else:
        message.record = _change(rng, message.record)
    return message


def make(rng: random.Random, keys: list[Key]) -> Message:
    """One of three is valid."""
    return make_valid(rng, keys) if rng.random() < 1 / 3 else make_changed(rng, keys)

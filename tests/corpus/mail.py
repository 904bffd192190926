# SPDX-License-Identifier: Apache-2.0
"""What a case says becomes what a mail server says: connection, envelope, header and body."""

import re
import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from lab.messages import TEMPLATES

from . import evidence
from .case import CORPUS, Case, Table, merge

Field = tuple[str, str]                 # name, and all that follows the colon, folds as LF

EXO = "40.107.22.83"                    # in Microsoft's published ranges
CERTIFICATE = "mail.protection.outlook.com"
POSTFIX = "Postfix 3.7.11"

# The same in every message, so that two of them differ only in what the case says.
FIXED = {
    "to_name": "Bob Recipient",
    "to_address": "bob@recipient.example",
    "subject": "Figures for the third quarter",
    "date": "Mon, 13 Jul 2026 09:26:53 +0000",
    "arrival": "13 Jul 2026 09:26:53.4127 (UTC)",
    "message_id": "DB9PR83MB1067E1B5A6C9F0A4E0B7D2A1@DB9PR83MB1067.EURPRD83.prod.outlook.com",
    "network_message_id": "6b1b8f5c-63a5-4d0f-9f0e-08dcb3a1c7e5",
    "auth_as": "Internal",
    "from_entity": "Hosted",
}


@dataclass(frozen=True)
class Message:
    mail_from: str
    rcpts: tuple[str, ...]
    auth: str                           # the user of SMTP AUTH, or nobody
    fields: tuple[Field, ...]
    body: str
    signed: tuple[evidence.Signature, ...]  # what its fields and the verifier's result say
    end: str = "answered"


@dataclass(frozen=True)
class Dialog:
    """One connection: its last message is the one that is judged."""
    client: str
    family: str                         # as in the milter protocol: 4, 6, L or U
    server: str                         # the mail server's own name and version
    hellos: tuple[Mapping[str, str], ...]   # the macros that come with each
    earlier: tuple[Message, ...]
    message: Message


@cache
def senders() -> dict[str, dict]:
    return tomllib.loads((CORPUS / "senders.toml").read_text(encoding="utf-8"))


@cache
def _template(name: str) -> tuple[str, str]:
    """The header and the body of a base message."""
    head, _, body = (TEMPLATES / f"{name}.eml").read_text(encoding="utf-8").partition("\n\n")
    return head, body


def _fields(head: str) -> Iterable[Field]:
    for text in re.split(r"\n(?![ \t])", head):
        name, _, value = text.partition(":")
        yield name, value


def _values(table: Table) -> dict[str, str]:
    """What fills the ${names} of a base message."""
    sender = senders()[table.get("sender", "contoso")]
    origin = senders()[table.get("origin", table.get("sender", "contoso"))]
    words = {**FIXED, **sender, "originator_org": origin["originator_org"],
             "tenant_id": origin["tenant_id"], "attributed_tenant_id": origin["tenant_id"],
             "from_domain": sender["org"], "attributed_ip": sender["relay_address"],
             "attributed_helo": sender["relay_name"], "signed": origin["signed"]}
    return {**words, **table.get("values", {})}


def _filled(field: Field, values: Mapping[str, str], signed: Iterable[evidence.Signature]) -> list[Field]:
    """A signature field once for each signature, every other once."""
    name, value = field
    template = string.Template(value)
    if name != "DKIM-Signature":
        return [(name, template.substitute(values))]
    return [(name, template.substitute(values, **evidence.signature_values(signature)))
            for signature in signed]


def _set(fields: list[Field], name: str, said: str | list) -> list[Field]:
    """The field has these values, where its first one stood or else at the end of the header."""
    values = [said] if isinstance(said, str) else said
    at = [n for n, (other, _) in enumerate(fields) if other.lower() == name.lower()]
    kept = [field for n, field in enumerate(fields) if n not in at]
    place = at[0] if at else len(fields)
    return [*kept[:place], *((name, f" {value}") for value in values), *kept[place:]]


def _literal(text: str) -> Field:
    name, _, value = text.partition(":")
    return name, value


def _padding(name: str, fields: int = 1, octets: int = 1, value: str = "") -> list[Field]:
    """So many fields of that value, or of so many octets each, folded as long fields are."""
    line = 70 * "x" + "\n "
    filler = (octets // len(line) * line + octets % len(line) * "x").rstrip()
    return fields * [(name, f" {value or filler}")]


def _header(table: Table, head: str, values: Mapping[str, str],
            signed: Iterable[evidence.Signature]) -> list[Field]:
    fields = [field for template in _fields(head)
              for field in _filled(template, values, signed)]
    for name, said in table.get("set", {}).items():
        fields = _set(fields, name, said)
    verified = [("Authentication-Results", f" {value}") for value in
                table.get("verifier", evidence.verifier_fields(signed))]
    padding = _padding(**table["pad"]) if "pad" in table else []
    return [*verified, *map(_literal, table.get("top", [])), *fields, *padding,
            *map(_literal, table.get("add", []))]


def _octets(text: str, table: Table) -> str:
    """The text in the character set that the case is in, as UTF-8 with surrogates."""
    return text.encode(table.get("bytes", "utf-8")).decode("utf-8", "surrogateescape")


def _message(table: Table) -> Message:
    head, body = _template(table.get("message", "exo"))
    values = _values(table)
    signed = tuple(map(evidence.signature, table.get("signed", values["signed"])))
    fields = _header(table, head, values, signed)
    return Message(
        mail_from=table.get("mail_from", values["from_address"]),
        rcpts=tuple(table.get("rcpt", [values["to_address"]])), auth=table.get("auth", ""),
        fields=tuple((_octets(name, table), _octets(value, table)) for name, value in fields),
        body=_octets(table.get("body", string.Template(body).safe_substitute(values)), table),
        signed=signed, end=table.get("end", "answered"))


def _hellos(table: Table) -> tuple[Mapping[str, str], ...]:
    """Before STARTTLS and after it."""
    if "hello" in table:
        return tuple(table["hello"])
    if not (certificate := table.get("certificate", CERTIFICATE)):
        return ({},)
    return ({}, {"{tls_version}": "TLSv1.3", "{cipher}": "TLS_AES_256_GCM_SHA384",
                 "{cipher_bits}": "256", "{cert_subject}": certificate,
                 "{cert_issuer}": "DigiCert Cloud Services CA-1"})


def _family(client: str) -> str:
    return "6" if ":" in client else "4"


def dialog(table: Table) -> Dialog:
    client = table.get("client", EXO)
    return Dialog(client=client, family=table.get("family", _family(client)),
                  server=table.get("server", POSTFIX), hellos=_hellos(table),
                  earlier=tuple(map(_message, table.get("earlier", []))),
                  message=_message(table))


def attacked(case: Case) -> Dialog:
    return dialog(merge(case.mail, case.attack))


def twin(case: Case) -> Dialog:
    """The case without its attack."""
    return dialog(case.mail)

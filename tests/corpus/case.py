# SPDX-License-Identifier: Apache-2.0
"""The cases: read from the files under attacks, defused and legitimate (see README.md).

Whatever in a file is not understood is an error that names the file, the case and the key: a case
must not say less than its author thinks.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path(__file__).resolve().parent
KINDS = ("attacks", "defused", "legitimate")
ANSWERS = ("accept", "hold", "451", "550")

# What a message may say, and of what type; README.md explains each.
MESSAGE_KEYS: dict[str, type] = {
    "message": str, "sender": str, "origin": str, "values": dict, "set": dict, "top": list,
    "add": list, "pad": dict, "body": str, "bytes": str, "signed": list, "verifier": list,
    "mail_from": str, "rcpt": list, "auth": str,
}
CONNECTION_KEYS: dict[str, type] = {
    "client": str, "family": str, "certificate": str, "hello": list, "server": str,
    "earlier": list,
}
EARLIER_KEYS: dict[str, type] = {"end": str}
ENDS = ("answered", "aborted", "reset", "hello", "new-connection")

CASE_KEYS: dict[str, type] = {"id": str, "why": str, "fact": str, "expect": str,
                              "twin": str, "gone": list, "policy": str, "mail": dict, "attack": dict}
FILE_KEYS: dict[str, type] = {"policy": str, "fact": str, "expect": str, "twin": str,
                              "gone": list, "mail": dict, "attack": dict, "case": list}
AUTHORISED = "accept authorised"

Table = Mapping[str, object]


class CaseError(Exception):
    """A file of the corpus is wrong; the text says where."""


@dataclass(frozen=True)
class Case:
    id: str                 # file/id; the file is the class of attack or of mail
    kind: str               # of KINDS
    why: str
    policy: str             # of policies.toml
    expect: str             # the answer, of ANSWERS, and the reason
    fact: str = ""          # what twin and attack differ in; not of legitimate
    twin: str = AUTHORISED  # the same of an attack's twin
    gone: Sequence[str] = ()    # fields that are not delivered
    mail: Table = field(default_factory=dict)
    attack: Table = field(default_factory=dict)


def merge(mail: Table, changes: Table) -> dict:
    """Tables key by key, fields to add one after the other; of all else the change counts."""
    merged = dict(mail)
    for key, value in changes.items():
        if isinstance(value, dict):
            merged[key] = {**merged.get(key, {}), **value}
        elif key in ("add", "top"):
            merged[key] = [*merged.get(key, []), *value]
        else:
            merged[key] = value
    return merged


def _check_keys(table: Table, keys: Mapping[str, type], where: str) -> None:
    for key, value in table.items():
        if key not in keys:
            raise CaseError(f"{where}: {key} is not known; it may say {', '.join(sorted(keys))}")
        if not isinstance(value, keys[key]):
            raise CaseError(f"{where}: {key} must be a {keys[key].__name__}")


def _check_mail(table: Table, where: str) -> None:
    _check_keys(table, MESSAGE_KEYS | CONNECTION_KEYS, where)
    for n, earlier in enumerate(table.get("earlier", [])):
        _check_keys(earlier, MESSAGE_KEYS | EARLIER_KEYS, f"{where}: earlier[{n}]")
        if earlier.get("end", "answered") not in ENDS:
            raise CaseError(f"{where}: earlier[{n}]: end is one of {', '.join(ENDS)}")


def _check_verdict(text: str, accepted: bool, where: str) -> None:
    answer, _, reason = text.partition(" ")
    if answer not in ANSWERS or not reason:
        raise CaseError(f"{where} is an answer ({', '.join(ANSWERS)}) and a reason")
    if (answer == "accept") != accepted:
        raise CaseError(f"{where}: {answer} cannot be")


def _require(table: Table, names: tuple[str, ...], where: str) -> None:
    for name in names:
        if not table.get(name):
            raise CaseError(f"{where}: {name} is missing")


def _case(table: Table, shared: Table, kind: str, where: str) -> Case:
    _check_keys(table, CASE_KEYS, where)
    _require(table, ("id",), where)
    where = f"{where}: {table['id']}"
    whole = {"mail": {}, **shared, **table}
    for part in ("mail", "attack"):
        if part in shared:
            whole[part] = merge(shared[part], table.get(part, {}))
    _require(whole, ("why", "expect"), where)
    if kind != "attacks" and "twin" in whole:
        raise CaseError(f"{where}: only an attack has a twin of its own")
    if kind != "legitimate" and "gone" in whole:
        raise CaseError(f"{where}: gone is of legitimate mail")
    if kind == "legitimate" and ("attack" in whole or "fact" in whole):
        raise CaseError(f"{where}: what is legitimate attacks nothing")
    if kind != "legitimate":
        _require(whole, ("fact", "attack"), where)
    _check_mail(whole["mail"], f"{where}: mail")
    _check_mail(whole.get("attack", {}), f"{where}: attack")
    _check_verdict(whole["expect"], kind != "attacks", f"{where}: expect")
    _check_verdict(whole.get("twin", AUTHORISED), True, f"{where}: twin")
    return Case(**{"kind": kind, "policy": "relay"} | whole)


def read_text(text: str, kind: str, name: str) -> list[Case]:
    """The cases of one file; name is what their ids begin with."""
    where = f"{kind}/{name}.toml"
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{where}: {error}") from None
    _check_keys(tables, FILE_KEYS, where)
    shared = {key: value for key, value in tables.items() if key != "case"}
    cases = [_case(table, shared, kind, where) for table in tables.get("case", [])]
    if not cases:
        raise CaseError(f"{where}: no case")
    return [Case(**vars(case) | {"id": f"{name}/{case.id}"}) for case in cases]


def read_all(root: Path = CORPUS) -> Iterator[Case]:
    for kind in KINDS:
        for file in sorted((root / kind).glob("*.toml")):
            yield from read_text(file.read_text(encoding="utf-8"), kind, file.stem)

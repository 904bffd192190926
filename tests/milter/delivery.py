# SPDX-License-Identifier: Apache-2.0
"""The message as Postfix would deliver it after a filter's edits."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .wire import Edit

OWN_RECEIVED = ("Received", " from client by relay.example.net (Postfix)")


@dataclass(frozen=True)
class Delivered:
    mail_from: str
    rcpts: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]   # raw values: whatever follows the colon
    body: str = ""

    def field(self, name: str) -> str:
        (value,) = [v for n, v in self.fields if n.lower() == name.lower()]
        return value


def _find(fields: list[tuple[str, str]], name: str, index: int) -> int | None:
    """Where the field of the per-name index is; the first field of all is hidden from filters."""
    count = 0
    for at, (other, _) in enumerate(fields):
        if at > 0 and other.lower() == name.lower():
            count += 1
            if count == max(index, 1):
                return at
    return None


def _edit_header(fields: list[tuple[str, str]], edit: Edit, value: str) -> None:
    at = _find(fields, edit.name, edit.index)
    if edit.op == "insert_header":
        fields.insert(min(edit.index, len(fields)), (edit.name, value))
    elif edit.op == "add_header" or (edit.op == "change_header" and at is None):
        fields.append((edit.name, value))
    elif edit.op == "change_header":
        fields[at] = (edit.name, value)
    elif at is not None:
        del fields[at]


def _bare(address: str) -> str:
    return address[1:-1] if address.startswith("<") and address.endswith(">") else address


def apply_edits(message: Delivered, edits: Iterable[Edit], leading_space: bool = True) -> Delivered:
    """Without leading_space (as negotiated) the MTA puts a blank before each value."""
    fields, rcpts = list(message.fields), list(message.rcpts)
    mail_from, body = message.mail_from, None
    for edit in edits:
        if edit.op.endswith("_header"):
            _edit_header(fields, edit, edit.value if leading_space else " " + edit.value)
        elif edit.op == "change_from":
            mail_from = _bare(edit.value)
        elif edit.op == "add_rcpt":
            rcpts.append(_bare(edit.value))
        elif edit.op == "delete_rcpt":
            rcpts = [rcpt for rcpt in rcpts if rcpt != _bare(edit.value)]
        elif edit.op == "replace_body":
            body = (body or "") + edit.value
    return replace(message, mail_from=mail_from, rcpts=tuple(rcpts), fields=tuple(fields),
                   body=message.body if body is None else body)

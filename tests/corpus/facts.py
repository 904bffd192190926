# SPDX-License-Identifier: Apache-2.0
"""What an attack changes: the facts of a mail, by the paths on which they arrive.

A case names its one attacked fact; differences() finds by itself in what two mails differ, so that
no attack owes its refusal to anything else.
"""

from collections import defaultdict

from .mail import Dialog, Field

TENANT_ID = "x-ms-exchange-crosstenant-id"
ORIGINATOR_ORG = "x-originatororg"
ATTRIBUTED = "x-ms-exchange-crosstenant-originalattributedtenantconnectingip"
STAMPS = {TENANT_ID, ORIGINATOR_ORG, ATTRIBUTED}
SIGNATURE = {"signed", "dkim-signature", "authentication-results"}

# Facts that arrive on several paths at once.  Any other fact is the field of that name, or one of
# the paths of the envelope and the connection.
SEVERAL_PATHS = {
    "signature": SIGNATURE,
    "stamps": STAMPS,
    "origin": STAMPS | SIGNATURE,
    "end of header": {"from", "body"},
}


def paths(fact: str) -> set[str]:
    return SEVERAL_PATHS.get(fact, {fact.lower()})


def _name(field: Field) -> str:
    return field[0].rstrip(" \t").lower()


def _by_path(dialog: Dialog) -> dict[str, object]:
    message = dialog.message
    found: dict[str, object] = defaultdict(tuple, {
        "client": (dialog.client, dialog.family), "mail server": dialog.server,
        "certificate": dialog.hellos, "earlier messages": dialog.earlier,
        "envelope sender": message.mail_from, "recipients": message.rcpts,
        "authentication": message.auth, "signed": message.signed, "body": message.body})
    for field in message.fields:
        found[_name(field)] += (field,)
    return found


def _order(dialog: Dialog, without: set[str]) -> list[Field]:
    return [field for field in dialog.message.fields if _name(field) not in without]


def differences(one: Dialog, other: Dialog) -> set[str]:
    """The paths on which they differ; "order" if the fields that they share stand otherwise."""
    mine, theirs = _by_path(one), _by_path(other)
    differing = {path for path in {*mine, *theirs} if mine[path] != theirs[path]}
    if _order(one, differing) != _order(other, differing):
        differing.add("order")
    return differing

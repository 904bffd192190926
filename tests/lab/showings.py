# SPDX-License-Identifier: Apache-2.0
"""What the lab can show: each showing checks what it claims and returns the evidence for it."""

from collections.abc import Callable
from dataclasses import dataclass

from . import client, messages
from .commands import LabError
from .exogated import AUTHSERV_ID
from .network import LISTED_V4, LISTED_V6, UNLISTED_V4
from .relay import Lab

Evidence = list[tuple[str, str]]  # label, text

SENDER = "alice@contoso.com"
REWRITTEN = "alice@contoso.example.net"


class NotAsClaimed(LabError):
    """The lab did something else than the showing claims."""


@dataclass(frozen=True)
class Showing:
    name: str
    claim: str
    needs: tuple[str, ...]  # parts of the lab
    show: Callable[[Lab], Evidence]


def _expect(true: bool, what: str) -> None:
    if not true:
        raise NotAsClaimed(what)


def _rewritten_and_relayed(lab: Lab, source: str) -> Evidence:
    message = lab.sign(messages.exo())
    result = lab.send(source, message)
    _expect(result.code == 250, f"the reply is not 250: {result.reply}")
    line = lab.exogated.log_line(message.message_id)
    for word in ("verdict=accept", "reason=authorised", "tenant=contoso",
                 "proofs=stamp,signature"):
        _expect(word in line.split(), f"{word} is not in the log line: {line}")
    mail = lab.nexthop.wait_for(message.message_id)
    _expect(mail.mail_from == REWRITTEN, f"the envelope sender is {mail.mail_from}")
    _expect(mail.rcpt_to == [message.rcpt_to], f"the recipients are {mail.rcpt_to}")
    _expect_only_our_edits(message, mail.data)
    return [("reply", result.reply), ("log", line),
            ("next hop", f"MAIL FROM:<{mail.mail_from}>  {mail.fields('From')[0]}")]


def _expect_only_our_edits(sent: messages.Message, received: bytes) -> None:
    """From rewritten, a result and a trace field added, every other byte as it was sent."""
    wanted = [field.replace(SENDER, REWRITTEN) if field.startswith("From:") else field
              for field in sent.header]
    rest = messages.header(received)
    for field in wanted:
        _expect(field in rest, f"this field did not arrive: {field}")
        rest.remove(field)
    added = sorted(field.partition(":")[0] for field in rest)
    _expect(added == ["Authentication-Results", "Received"], f"fields added on the way: {added}")
    result = next(f for f in rest if f.startswith("Authentication-Results:"))
    _expect(result.split()[1] == f"{AUTHSERV_ID};", f"the added result is: {result}")
    _expect(messages.body(received) == sent.body, "the body is not as it was sent")


def authorised_ipv4(lab: Lab) -> Evidence:
    return _rewritten_and_relayed(lab, LISTED_V4)


def authorised_ipv6(lab: Lab) -> Evidence:
    return _rewritten_and_relayed(lab, LISTED_V6)


def unlisted_dropped(lab: Lab) -> Evidence:
    before = lab.xdp.packets("unlisted")
    result = lab.send(UNLISTED_V4, messages.exo())
    after = lab.xdp.packets("unlisted")
    _expect(result.outcome == client.CONNECT_TIMEOUT, f"not a time-out: {result.reply}")
    _expect(after > before, f"the counter of dropped packets stays at {after}")
    _expect(UNLISTED_V4 not in lab.postfix.log.read_text(), "Postfix heard of the connection")
    return [("client", f"{result.reply} after {client.CONNECT_TIMEOUT_S} s from {UNLISTED_V4}"),
            ("counter", f"unlisted {before} -> {after} packets")]


def _refused(lab: Lab, message: messages.Message, code: int, reason: str, *,
             certificate: bool = True) -> Evidence:
    result = lab.send(LISTED_V4, message, certificate=certificate)
    _expect(result.code == code, f"the reply is not {code}: {result.reply}")
    _expect(f"(exogate: {reason})" in result.reply, f"another reason: {result.reply}")
    line = lab.exogated.log_line(message.message_id)
    _expect(f"reason={reason}" in line.split(), f"reason={reason} is not in the log line: {line}")
    return [("reply", result.reply), ("log", line)]


def echospoofing_refused(lab: Lab) -> Evidence:
    return _refused(lab, lab.sign(messages.echospoofing()), 550, "tenant-conflict")


def unsigned_refused(lab: Lab) -> Evidence:
    return _refused(lab, messages.exo(), 550, "proof-missing")


def certificate_missing(lab: Lab) -> Evidence:
    return _refused(lab, lab.sign(messages.exo()), 451, "cert-missing", certificate=False)


SHOWINGS = (
    Showing("a4", "mail of tenant contoso over IPv4: authorised, rewritten, at the next hop",
            ("exogated", "unbound"), authorised_ipv4),
    Showing("a6", "the same over IPv6", ("exogated", "unbound"), authorised_ipv6),
    Showing("b", "the same from an address outside the list: dropped at the NIC",
            ("exogate-xdp",), unlisted_dropped),
    Showing("c", "EchoSpoofing, From of contoso with another tenant's stamp: refused",
            ("exogated",), echospoofing_refused),
    Showing("s", "mail with contoso's stamps, but a signature that is not contoso's: refused",
            ("exogated", "unbound"), unsigned_refused),
    Showing("d", "mail of contoso without a client certificate: not now",
            ("exogated",), certificate_missing),
)

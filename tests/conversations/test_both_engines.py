# SPDX-License-Identifier: Apache-2.0
"""Where filters have come to grief on the protocol: both engines where they must do alike."""

import re
import struct
from collections.abc import Callable

import pytest

from milter.client import Answer, Message, Mta, Offer, strings
from milter.wire import NO_BIT, NO_DATA, NO_EOH, Packet

from .cases import AUTHORISED, FABRIKAM_ID, FROM, exo
from .daemon import CERTIFICATE, Daemon, open_mta
from .test_conversations import queue_ids
from .test_generated import log_lines

Daemons = Callable[..., Daemon]


def from_mail_on(mta: Mta, mail: Packet, *rcpts: Packet) -> Answer:
    """A message of Exchange Online's, with an envelope in these packets."""
    message = exo()
    rcpts = rcpts or (Packet(b"R", strings("<bob@elsewhere.example>")),)
    for packet in (mail, *rcpts):
        mta.connection.put(packet)
    mta.content(message)
    return mta.end(message)


def test_macros_of_events_that_are_switched_off(daemons: Daemons, engine: str) -> None:
    """Of DATA, the end of headers and the body, with something in them and empty."""
    mta = open_mta(daemons("unread", engine))
    assert all(mta.steps & NO_BIT[command] for command in (b"T", b"N", b"B", b"U"))
    mta.envelope(message := exo())
    for command in (b"T", b"N", b"B", b"U"):
        mta.connection.put(Packet(b"D", command))
        mta.connection.put(Packet(b"D", command + strings("i", "4X", "{j}", "x")))
    mta.content(message)
    assert mta.end(message).edits == list(AUTHORISED.edits)
    mta.quit()


def test_replies_of_the_operators(start: Callable[..., Daemon], engine: str) -> None:
    """One of several lines, one of one; others are exogate's own."""
    daemon = start(engine, more=r"""replies = (
        { reason = "from-missing"; text = "No author.\nSee https://relay.example.net/"; },
        { reason = "cert-missing"; text = "Later"; } );""")
    mta = open_mta(daemon)
    assert mta.message(exo(None)).verdict.text == (
        "550-5.7.1 No author.\r\n"
        "550 5.7.1 See https://relay.example.net/ (exogate: from-missing)")
    assert mta.message(exo(" a@unknown.example")).verdict.text == (
        "550 5.7.1 No tenant here may use this From domain (exogate: tenant-unknown)")
    mta.quit()
    mta = Mta(daemon.socket)
    mta.negotiate()
    mta.connect()
    mta.helo()
    assert mta.message(exo()).verdict.text == "451 4.7.1 Later (exogate: cert-missing)"
    mta.quit()
    daemon.end()


@pytest.mark.parametrize(("limit", "set_to", "message"), [
    ("recipients", 'recipients = "2";', exo(rcpts=("a@b.example", "c@d.example", "e@f.example"))),
    ("edits", 'edits = "10";', exo(top=(("X-MS-Exchange-Organization-SCL", " 1"),) * 11)),
    ("header", "", exo(None, *[("X-Large", " " + 30000 * "x")] * 9)),
    ("sender", "", exo(mail_from=f"{520 * 'a'}@contoso.com")),
], ids=["recipients", "edits", "header", "sender"])
def test_log_says_which_limit(start: Callable[..., Daemon], engine: str, limit: str, set_to: str,
                              message: Message) -> None:
    daemon = start(engine, limits=set_to)
    mta = open_mta(daemon)
    assert mta.message(message).verdict.text == (
        "451 4.7.1 Message exceeds a limit (exogate: limit)")
    mta.quit()
    daemon.wait_for_log(f" verdict=tempfail reason=limit limit={limit} tenant=")
    daemon.end()


def test_odd_macros(daemons: Daemons) -> None:
    """The first of two, and nothing of a name that stands alone."""
    mta = Mta(daemons("base").socket)
    mta.negotiate()
    mta.connect()
    for macros, reason in [(strings("{tls_version}", "1", "{cert_subject}", CERTIFICATE,
                                    "{cert_subject}", "x"), None),
                           (strings("{tls_version}", "1", "{cert_subject}", "x",
                                    "{cert_subject}", CERTIFICATE), "cert-untrusted"),
                           (strings("{tls_version}", "1", "{cert_subject}"), "cert-missing")]:
        mta.connection.put(Packet(b"D", b"H" + macros))
        mta.connection.put(Packet(b"H", strings("x")))
        verdict = mta.message(exo()).verdict
        assert verdict.word == "accept" if reason is None else f": {reason})" in verdict.text
    mta.quit()


def test_queue_id_is_of_its_message(daemons: Daemons, engine: str) -> None:
    """A message whose id never comes is not logged under that of the one before."""
    daemon = daemons("base", engine)
    mta = open_mta(daemon)
    mta.message(exo(queue_id=(first := next(queue_ids))))
    before = len(daemon.log_text())
    for packet in (Packet(b"M", strings("<alice@contoso.com>")),
                   Packet(b"R", strings("<bob@elsewhere.example>")), Packet(b"E")):
        mta.connection.put(Packet(b"D", packet.command))
        mta.connection.put(packet)
    assert mta.connection.get().command == b"y"
    mta.quit()
    (line,) = log_lines(daemon, before, 1)
    assert line.startswith("noqueue: ") and first not in line


def test_the_log_says_whose_stamps_conflict(daemons: Daemons, engine: str) -> None:
    """And nothing in them upsets who reads it, however much it is; of one's own it says nothing."""
    daemon = daemons("base", engine)
    before = len(daemon.log_text())
    mta = open_mta(daemon)
    mta.message(exo(stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}",
                            "X-OriginatorOrg": " a\x1b b=c\\" + 4000 * "\xff"}))
    mta.message(exo())
    mta.quit()
    conflict, own = log_lines(daemon, before, 2)
    assert f" id={FABRIKAM_ID} org=a\\x1b\\x20b=c\\x5c\\x" in conflict and len(conflict) < 1000
    assert re.search(r" org=\S+\.\.\. msgid=", conflict)
    assert " org=" not in own and " id=" not in own


@pytest.mark.parametrize("then", [[Packet(b"D", b"M" + strings("{mail_addr}", "x"))],
                                  [Packet(b"H", strings("again"))]], ids=["other-macros", "helo"])
def test_authenticated_in_macros_whose_mail_never_came(daemons: Daemons, engine: str,
                                                       then: list[Packet]) -> None:
    """Who sends the next message has not authenticated by them."""
    mta = Mta(daemons("pass", engine).socket)
    mta.negotiate()
    mta.connect("203.0.113.9")
    mta.helo()
    user = Packet(b"D", b"M" + strings("{auth_authen}", "alice"))
    mail = Packet(b"M", strings("<alice@contoso.com>"))
    mta.connection.put(user)
    assert from_mail_on(mta, mail).verdict.word == "accept"
    mta.abort()
    for packet in (user, *then):
        mta.connection.put(packet)
    assert "(exogate: client-other)" in from_mail_on(mta, mail).verdict.text
    mta.quit()


def test_abort_after_the_answer(daemons: Daemons, engine: str) -> None:
    """However many: the answer stands, and the next message is whole."""
    mta = open_mta(daemons("base", engine))
    for aborts in (0, 1, 2, 3):
        assert mta.message(exo()).edits == list(AUTHORISED.edits)
        for _ in range(aborts):
            mta.abort()
    mta.quit()


def test_xclient(daemons: Daemons, engine: str) -> None:
    """QUIT in the middle of a message; the next connection's client is judged by itself."""
    daemon = daemons("base", engine)
    mta = open_mta(daemon)
    mta.envelope(exo())
    mta.connection.put(Packet(b"Q"))
    mta.connection.flush()
    assert mta.connection.rest() == []
    mta = open_mta(daemon, address="203.0.113.9")
    assert "(exogate: client-unlisted)" in mta.message(exo()).verdict.text
    mta.quit()


@pytest.mark.parametrize("sender", ["<>", ""])
def test_null_sender_without_brackets(daemons: Daemons, engine: str, sender: str) -> None:
    mta = open_mta(daemons("base", engine))
    answer = from_mail_on(mta, Packet(b"M", strings(sender)))
    mta.quit()
    assert answer.verdict.word == "accept"
    assert answer.edits[0] == FROM


def test_addresses_in_utf_8(daemons: Daemons, engine: str) -> None:
    """Octets above ASCII go through untouched, and are no domain of a stranger's."""
    mta = open_mta(daemons("base", engine))
    mail = Packet(b"M", strings("<j\u00fcrgen@contoso.com>", "SMTPUTF8"))
    answer = from_mail_on(mta, mail, Packet(b"R", strings("<\u00fc@\u00fc.example>")))
    assert answer.edits[0].value == "<j\u00fcrgen@contoso.example.net>"
    answer = from_mail_on(mta, Packet(b"M", strings("<a@cont\u00f6so.com>", "SMTPUTF8")))
    assert "(exogate: envelope-foreign)" in answer.verdict.text
    mta.quit()


def test_parameters(daemons: Daemons, engine: str) -> None:
    mta = open_mta(daemons("base", engine))
    mail = Packet(b"M", strings("<alice@contoso.com>", "SIZE=1", "NOTIFY", "",
                                "X=<x@fabrikam.com>"))
    rcpt = Packet(b"R", strings("<bob@elsewhere.example>", "", "ORCPT=rfc822;u@example.net"))
    assert from_mail_on(mta, mail, rcpt).edits == list(AUTHORISED.edits)
    mta.quit()


@pytest.mark.parametrize("steps", [0x1fffff, 0x1fffff & ~(NO_EOH | NO_DATA), 0x3f80],
                         ids=["all", "told-of-the-end-of-headers", "told-of-all"])
def test_no_body(daemons: Daemons, engine: str, steps: int) -> None:
    mta = open_mta(daemons("base", engine), Offer(steps=steps))
    assert mta.message(exo(body=b"")).verdict.word == "accept"
    mta.quit()


@pytest.mark.parametrize("steps", [0x1fffff, 0x7f, 0x80, 0x1fffff & ~0x10])
def test_end_with_data(daemons: Daemons, engine: str, steps: int) -> None:
    """As Sendmail may send the last of a body: one verdict, whatever else is agreed."""
    mta = open_mta(daemons("base", engine), Offer(steps=steps))
    for body in (b"", b"Hello.\r\n"):
        mta.envelope(message := exo(body=body))
        mta.content(message)
        mta.connection.put(Packet(b"E", b"the last chunk\r\n"))
        while (packet := mta.connection.get()).command != b"a":
            assert packet.command in (b"e", b"m", b"i")
        mta.abort()
    mta.quit()


def test_value_that_starts_with_a_line_break(daemons: Daemons, engine: str) -> None:
    mta = open_mta(daemons("base", engine))
    answer = mta.message(exo("\n Alice <alice@contoso.com>", ("X-Blank", " "), ("X-None", "")))
    mta.quit()
    assert answer.edits[1].value == "\n Alice <alice@contoso.example.net>"


def test_localhost_is_nobody(daemons: Daemons, engine: str) -> None:
    """As Postfix tells of mail of local programs: no TLS, port 0, addresses as they are."""
    mta = Mta(daemons("base", engine).socket)
    mta.negotiate()
    mta.event(b"C", strings("localhost") + b"4" + struct.pack("!H", 0) + strings("127.0.0.1"))
    mta.event(b"H", strings("localhost"))
    answer = from_mail_on(mta, Packet(b"M", strings("alice@contoso.com")),
                          Packet(b"R", strings("bob@elsewhere.example")))
    mta.quit()
    assert "(exogate: client-other)" in answer.verdict.text

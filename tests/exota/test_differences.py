# SPDX-License-Identifier: Apache-2.0
"""What is done in ExOTA-Milter's place, and each way in which it is done otherwise.

A case names the difference of exogate-exota(7) that it shows, and the attacks of the conformance
suite's list ("B1") that it is one of.  A twin is the same mail without the one thing that is shown.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from conversations.daemon import Daemon
from milter.client import Answer, Message, Mta

from .place import (CERTIFICATE, CONTOSO_ID, FABRIKAM_ID, RESULT, TENANT_ID, VERIFIER, mail,
                    result_of, verified)

MAN = Path(__file__).parents[2] / "contrib" / "man" / "exogate-exota.7"
EXO, LOOPBACK = "40.107.1.2", "127.0.0.1"

TEXTS = {"reject": ("550 5.7.1", "Security policy violation!"),
         "tempfail": ("450 4.7.1", "Service temporarily not available! Please try again later.")}

DKIM_ALONE = {"MILTER_TENANT_ID_REQUIRED": None}
TENANT_ID_ALONE = {"MILTER_DKIM_ENABLED": None, "MILTER_TRUSTED_AUTHSERVID": None,
                   "MILTER_DKIM_ALIGNMENT_REQUIRED": None}
NOTHING = DKIM_ALONE | TENANT_ID_ALONE
UNALIGNED = {"MILTER_DKIM_ALIGNMENT_REQUIRED": "False"}
NO_X509 = {"MILTER_X509_ENABLED": None, "MILTER_X509_IP_WHITELIST": None}


@dataclass(frozen=True)
class Case:
    message: Message
    reason: str
    verdict: str = "reject"
    shows: str = ""                 # a difference
    environment: Mapping[str, str | None] = field(default_factory=dict)
    address: str = EXO
    family: str = "4"
    certificate: str | None = CERTIFICATE


def accepted(message: Message, **rest: object) -> Case:
    return Case(message, "authorised", "accept", **rest)


def forged(*names: str) -> list[tuple[str, str]]:
    return [(name, f" {VERIFIER}; auth=pass") for name in names]


ORG = ("X-OriginatorOrg", " nobody.example")
NOBODY = {"sender": "x@nobody.example", "signed": "nobody.example"}

CASES = {
    # What it shares with ExOTA-Milter.
    "L1": accepted(mail()),
    "L2": Case(mail(signed=None), "proof-missing"),
    "L3-A1": Case(mail(signed="attacker.example", tenant=FABRIKAM_ID), "tenant-conflict"),
    "L4": Case(mail(), "cert-untrusted", certificate="mail.protection.outlook.com.evil.example"),
    "A2": Case(mail(signed="attacker.example"), "proof-missing"),
    "A3": Case(mail("a@fabrikam.com", signed=None), "tenant-conflict"),
    "A3-twin": accepted(mail("a@fabrikam.com", signed=None, tenant=FABRIKAM_ID)),
    "C1": accepted(mail("alice@contoso.com", (TENANT_ID, f" {CONTOSO_ID}"))),
    "C9": Case(mail("alice@contoso.com", (f"{TENANT_ID} ", f" {FABRIKAM_ID}")),
               "tenant-conflict"),
    "C2": Case(mail("alice@contoso.com", (TENANT_ID, f" {FABRIKAM_ID}")), "tenant-conflict"),
    "C3": accepted(mail(tenant=CONTOSO_ID.upper())),
    "C4-C5": accepted(mail(tenant=f"\t{CONTOSO_ID}  ")),
    "C6": Case(mail(tenant=f"{{{CONTOSO_ID}}}"), "tenant-conflict"),
    "B20": accepted(mail("alice@CONTOSO.COM")),
    "B26": Case(mail("a@b\udce9.example", mail_from="alice@contoso.com"), "from-malformed"),
    "B27": Case(mail(None, mail_from="alice@contoso.com"), "from-missing"),
    "F2": accepted(mail(), address=LOOPBACK, certificate=None),
    "F6": accepted(mail(), address="IPv6:::1", family="6", certificate=None),
    "F7": accepted(mail(mail_from="")),
    "exempt-still-proves": Case(mail(signed=None), "proof-missing", address=LOOPBACK,
                                certificate=None),
    "not-exempt": Case(mail(), "cert-missing", "tempfail", address="127.0.0.2", certificate=None),
    "no-x509": accepted(mail(), environment=NO_X509 | {"MILTER_POLICY_FILE": None},
                        certificate=None),

    # alignment: d= is one of the tenant's domains, or no proof.
    "any-signature": Case(mail(signed="attacker.example"), "proof-missing", shows="alignment",
                          environment=UNALIGNED),
    "any-signature-twin": accepted(mail(signed="contoso.onmicrosoft.com"), shows="alignment",
                                   environment=UNALIGNED),
    "tenants-other-domain": accepted(mail(signed="contoso.onmicrosoft.com"), shows="alignment"),
    "D17": Case(mail(signed="mail.contoso.com"), "proof-missing", shows="alignment"),

    # from: one field with one address.
    "B1": Case(mail("alice@contoso.com", top=(("From", " x@victim.example"),)), "from-multiple",
               shows="from"),
    "B2": Case(mail("alice@contoso.com", ("From", " x@victim.example")), "from-multiple",
               shows="from"),
    "B3": Case(mail("x@attacker.example, ceo@contoso.com", mail_from="a@contoso.com"),
               "from-multiple", shows="from"),
    "B4": Case(mail("ceo@contoso.com, x@attacker.example", mail_from="a@contoso.com"),
               "from-multiple", shows="from"),
    "B8": Case(mail("x@attacker.example)<ceo@contoso.com>", mail_from="a@contoso.com"),
               "from-malformed", shows="from"),

    **{id_: Case(mail(value, mail_from="ceo@contoso.com"), "from-malformed", shows="from")
       for id_, value in {
        "B6": "<ceo@contoso.com> <x@attacker.example>",
        "B7": "ceo@contoso.com <x@attacker.example>",
        "B9": '"ceo@contoso.com" x@attacker.example',
        "B10": "ceo@contoso.com (x) <x@attacker.example>",
        "B22": "ceo@ban\u212a.example",
       }.items()},
    "B5": Case(mail('"ceo@contoso.com" <x@attacker.example>', mail_from="ceo@contoso.com"),
               "tenant-unknown", shows="from"),
    "B5-of-ones-own": accepted(mail('"x@victim.example" <ceo@contoso.com>',
                                    mail_from="ceo@contoso.com"), shows="from"),
    "B11": Case(mail("Undisclosed: x@attacker.example, ceo@contoso.com;",
                     mail_from="ceo@contoso.com"), "from-multiple", shows="from"),
    "B14": Case(mail("ceo@contoso.com", ("From ", " x@victim.example")), "from-multiple",
                shows="from"),
    "B16": accepted(mail("\n\tCeo\n\t<ceo@contoso.com>", mail_from="ceo@contoso.com"),
                    shows="from"),
    "B25": accepted(mail("J\udce9r\udcf4me <ceo@contoso.com>", mail_from="ceo@contoso.com"),
                    shows="from"),

    # results: the verifier's field is the topmost, and no other claims to be its.
    "D1": Case(mail("alice@contoso.com", verified("contoso.com"), signed="attacker.example"),
               "proof-missing", shows="results"),
    "D2": Case(mail(signed=None, top=(verified("contoso.com", result="fail"),
                                      verified("contoso.com"))),
               "proof-missing", shows="results"),
    "D3": Case(mail("alice@contoso.com", verified("contoso.com"), signed=None), "proof-missing",
               shows="results"),
    "D4": Case(mail(signed=None, top=(verified("contoso.com", f"{VERIFIER} (evil)"),
                                      verified("attacker.example"))),
               "proof-missing", shows="results"),
    "D9": Case(mail(signed=None, top=(("Authentication-Results", f" {VERIFIER}; none (dkim=pass "
                                       "header.d=contoso.com)"),)),
               "proof-missing", shows="results"),
    "D13": accepted(mail(signed=None, top=((
        "Authentication-Results",
        f" {VERIFIER}; dkim=pass; dkim=pass header.d=contoso.com"),)), shows="results"),

    **{id_: Case(mail(signed=None, top=(("Authentication-Results", f" {value}"),)),
                 "proof-missing", shows="results") for id_, value in {
        "D5": f"{VERIFIER} 2; dkim=pass header.d=contoso.com",
        "D6": f"(x) {VERIFIER}x; dkim=pass header.d=contoso.com",
        "D8": f"{VERIFIER.upper()}; dkim=pass header.d=contoso.com",    # byte for byte
        "D10": f'{VERIFIER}; dkim=fail reason="dkim=pass header.d=contoso.com" header.d=x.example',
        "D11": f'{VERIFIER}; spf=pass smtp.mailfrom="dkim=pass header.d=contoso.com"',
        "D12": f"{VERIFIER}; dkim=pass header.i=@contoso.com",
        "D16": f"{VERIFIER}; dkim=fail header.d=contoso.com; dkim=pass header.d=x.example",
    }.items()},
    "D7": Case(mail(signed=None, top=(verified("contoso.com", f'"{VERIFIER}"'),
                                      verified("attacker.example"))),
               "proof-missing", shows="results"),
    "D15": accepted(mail(signed="CONTOSO.COM"), shows="results"),
    "D18": accepted(mail("alice@contoso.com", ("Authentication-Results", " x; " + "a" * 60000)),
                    shows="results"),

    # envelope: null, or the tenant's.
    "envelope": Case(mail(mail_from="x@attacker.example"), "envelope-foreign", shows="envelope"),
    "envelope-twin": accepted(mail(mail_from="x@contoso.onmicrosoft.com"), shows="envelope"),

    # sender: one address, not another tenant's.
    "sender": Case(mail("alice@contoso.com", ("Sender", " a@fabrikam.com")), "sender-foreign",
                   shows="sender"),
    "sender-twice": Case(mail("alice@contoso.com", ("Sender", " a@contoso.com"),
                              ("Sender", " a@contoso.com")), "sender-foreign", shows="sender"),
    "sender-twin": accepted(mail("alice@contoso.com", ("Sender", " a@contoso.com")),
                            shows="sender"),

    # stamps: all that Microsoft stamps, demanded or not.
    "foreign-id-not-demanded": Case(mail(tenant=FABRIKAM_ID), "tenant-conflict", shows="stamps",
                                    environment=DKIM_ALONE),
    "no-id-not-demanded": accepted(mail(tenant=None), shows="stamps", environment=DKIM_ALONE),
    "foreign-org": Case(mail("alice@contoso.com", ("X-OriginatorOrg", " attacker.example")),
                        "tenant-conflict", shows="stamps"),
    "org-for-id": accepted(mail("alice@contoso.com", ("X-OriginatorOrg", " contoso.com"),
                                tenant=None), shows="stamps"),
    "no-stamp": Case(mail(tenant=None), "proof-missing", shows="stamps"),
    "relayed-through": Case(mail("alice@contoso.com",
                                 ("X-MS-Exchange-CrossTenant-AuthAs", " Anonymous")),
                            "relayed-through", shows="stamps"),

    # empty-id: no identity.
    "A4": Case(mail(tenant="", **NOBODY), "tenant-conflict", shows="empty-id"),
    "empty-id-any-id": Case(mail(tenant=CONTOSO_ID, **NOBODY), "tenant-conflict",
                            shows="empty-id"),
    "empty-id-not-demanded": accepted(mail(**NOBODY), shows="empty-id", environment=DKIM_ALONE),
    "empty-id-foreign-org": Case(mail(NOBODY["sender"], ("X-OriginatorOrg", " evil.example"),
                                      signed="nobody.example"),
                                 "tenant-conflict", shows="empty-id", environment=DKIM_ALONE),
    "empty-id-twin": accepted(mail(NOBODY["sender"], ORG, signed="nobody.example"),
                              shows="empty-id", environment=DKIM_ALONE),

    # case: domains and ids have none (the policy says Fabrikam.com, and its id in upper case).
    "C7-C8": accepted(mail("a@fabrikam.com", signed=None, tenant=FABRIKAM_ID), shows="case"),

    # nothing: where nothing is demanded, the stamp is.
    "nothing-demanded": Case(mail(signed=None, tenant=None), "proof-missing", shows="nothing",
                             environment=NOTHING),
    "nothing-demanded-foreign": Case(mail(signed=None, tenant=FABRIKAM_ID), "tenant-conflict",
                                     shows="nothing", environment=NOTHING),
    "nothing-demanded-twin": accepted(mail(signed=None), shows="nothing", environment=NOTHING),

    # forwarded: a foreign From is refused, whoever sent it again.
    "B30": Case(mail("x@victim-bank.example", ("Resent-From", " alice@contoso.com"),
                     mail_from="alice@contoso.com"), "tenant-unknown", shows="forwarded"),
    "B31": Case(mail("x@victim-bank.example", ("Resent-From", " a@fabrikam.com"), signed=None,
                     tenant=None, mail_from="a@fabrikam.com"), "tenant-unknown",
                shows="forwarded"),

    # certificate: without one for now, and only over TLS.
    "L5": Case(mail(), "cert-missing", "tempfail", shows="certificate", certificate=None),

    # address: a client without one is nobody.
    "F3": Case(mail(), "client-unlisted", "tempfail", shows="address", family="U"),
    "F4": Case(mail(), "client-other", shows="address", address="/run/x", family="L",
               certificate=None),

    # postmaster: mail to the bare name passes.
    "postmaster": Case(mail("x@attacker.example", signed=None, rcpts=("postmaster",)), "role",
                       "accept", shows="postmaster"),
    "postmaster-twin": Case(mail("x@attacker.example", signed=None,
                                 rcpts=("postmaster", "bob@elsewhere.example")),
                            "tenant-unknown", shows="postmaster"),

    # stripping: whatever the case of the name.
    "E1": accepted(mail("alice@contoso.com", *forged(RESULT)), shows="stripping"),
    "E2": accepted(mail("alice@contoso.com", *forged(RESULT.lower())), shows="stripping"),
    "E3": accepted(mail("alice@contoso.com", *forged(RESULT, RESULT.upper(), RESULT)),
                   shows="stripping"),
}

queue_ids = (f"4E{number:06X}" for number in count(1))


def play(daemon: Daemon, case: Case) -> Answer:
    case.message.queue_id = next(queue_ids)
    with Mta(daemon.socket) as mta:
        mta.connect(case.address, case.family)
        mta.helo(case.certificate)
        answer = mta.message(case.message)
        mta.quit()
    line = daemon.wait_for_log(f"{case.message.queue_id}: ")
    assert f" verdict={case.verdict} reason={case.reason} " in line
    return answer


def check_reply(answer: Answer, case: Case) -> None:
    code, text = TEXTS[case.verdict]
    assert answer.edits == []
    assert re.fullmatch(
        rf"{re.escape(code)} queue_id: {case.message.queue_id} - {re.escape(text)} - "
        rf"reason: [ -~]+ \(exogate: {case.reason}\)", answer.verdict.text)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_case(daemons: Callable[..., Daemon], start: Callable[..., Daemon], engine: str,
              case: Case) -> None:
    if "MILTER_POLICY_FILE" in case.environment:    # a policy of its own
        environment = {n: v for n, v in case.environment.items() if n != "MILTER_POLICY_FILE"}
        daemon = start(engine, environment, {"contoso.com": {"tenant_id": CONTOSO_ID}})
    else:
        daemon = daemons(engine, case.environment)
    answer = play(daemon, case)
    if case.verdict == "accept":
        assert answer.verdict.word == "accept"
        added = [v for n, v in answer.delivered.fields if n.lower() == RESULT.lower()]
        assert len(added) == (case.reason == "authorised")
    else:
        check_reply(answer, case)


# The field that is added, to the byte.
RESULTS = {
    "all": (accepted(mail()), result_of()),
    "unaligned": (accepted(mail(signed="contoso.onmicrosoft.com")), result_of(aligned=False)),
    "case": (accepted(mail("Alice <alice@CONTOSO.com>", mail_from="")), result_of()),
    "no-dkim": (accepted(mail("a@fabrikam.com", signed=None, tenant=FABRIKAM_ID)),
                result_of("fabrikam.com", dkim=False, aligned=False)),
}


@pytest.mark.parametrize("case, value", RESULTS.values(), ids=RESULTS.keys())
def test_result(daemons: Callable[..., Daemon], engine: str, case: Case, value: str) -> None:
    answer = play(daemons(engine), case)
    assert answer.delivered.field(RESULT) == value
    assert [name for name, _ in answer.delivered.fields][:2] == [RESULT, "Authentication-Results"]


def test_no_result_unless_asked_for(daemons: Callable[..., Daemon], engine: str) -> None:
    """The forged one goes all the same."""
    daemon = daemons(engine, {"MILTER_ADD_HEADER": None, "MILTER_AUTHSERVID": None})
    answer = play(daemon, accepted(mail("alice@contoso.com", *forged(RESULT.upper()))))
    assert RESULT.lower() not in {name.lower() for name, _ in answer.delivered.fields}


def test_replies_are_the_operators(daemons: Callable[..., Daemon], engine: str) -> None:
    daemon = daemons(engine, {"MILTER_REJECT_MESSAGE": 'Not "here"!',
                              "MILTER_TMPFAIL_MESSAGE": "x" * 200})
    text = play(daemon, Case(mail(signed=None), "proof-missing")).verdict.text
    assert re.search(r'550 5\.7\.1 queue_id: 4E\w+ - Not "here"! - reason: ', text)
    case = Case(mail(), "cert-missing", "tempfail", certificate=None)
    assert f" - {'x' * 200} - reason: No verified client certificate (exogate: cert-missing)" in (
        play(daemon, case).verdict.text)


def test_reply_without_a_queue_id(daemons: Callable[..., Daemon], engine: str) -> None:
    message = mail(signed=None, queue_id="")
    with Mta(daemons(engine).socket) as mta:
        mta.connect(EXO)
        mta.helo(CERTIFICATE)
        assert mta.message(message).verdict.text.startswith("550 5.7.1 queue_id: noqueue - ")
        mta.quit()


# One connection, message after message: "abort" gives a message up before its end.
STATE = {
    "S1": [(mail(), "accept"), (mail(signed=None, tenant=None), "proof-missing")],
    "S2": [(mail(), "abort"), (mail(signed=None, tenant=None), "proof-missing")],
    "S3": [(mail(), "abort"), (mail(None, signed=None, tenant=None, mail_from="a@contoso.com"),
                               "from-missing")],
    "S4": [(mail("alice@contoso.com", ("Resent-From", " alice@contoso.com")), "abort"),
           (mail("x@victim-bank.example", mail_from="alice@contoso.com"), "tenant-unknown")],
    "S5": [(mail("alice@contoso.com", (TENANT_ID, f" {FABRIKAM_ID}")), "abort"),
           (mail(), "accept")],
    "S6": [(mail("alice@contoso.com, x@attacker.example", mail_from=""), "from-multiple"),
           (mail(), "accept")],
}


@pytest.mark.parametrize("messages", STATE.values(), ids=STATE.keys())
def test_state(daemons: Callable[..., Daemon], engine: str,
               messages: list[tuple[Message, str]]) -> None:
    with Mta(daemons(engine).socket) as mta:
        mta.connect(EXO)
        mta.helo(CERTIFICATE)
        for message, expected in messages:
            message.queue_id = next(queue_ids)
            if expected == "abort":
                mta.envelope(message)
                mta.content(message)
                mta.abort()
            elif expected == "accept":
                assert mta.message(message).verdict.word == "accept"
            else:
                assert f"(exogate: {expected})" in mta.message(message).verdict.text
        mta.quit()


def test_the_list_of_addresses_is_a_gate(daemons: Callable[..., Daemon], engine: str) -> None:
    endpoints = Path(__file__).parents[1] / "data" / "endpoints-worldwide.json"
    daemon = daemons(engine, {"EXOGATE_ACL_SOURCE": str(endpoints)})
    play(daemon, accepted(mail()))
    play(daemon, Case(mail(), "client-unlisted", "tempfail", address="203.0.113.9"))
    play(daemon, Case(mail(), "client-other", address=LOOPBACK, certificate=None))


# Differences that are shown elsewhere than in CASES, and where.
ELSEWHERE = {
    "state": test_state,
    "replies": test_reply_without_a_queue_id,
    "result": test_result,
    "list": test_the_list_of_addresses_is_a_gate,
    "start": "test_environment.py: test_refused, test_warned",
    "tenants": "test_import.py: test_dkim_of_some_domains_is_demanded_of_all",
    "reload": "test_environment.py: test_reload",
    "log": "test_environment.py: test_log_level",
}


def test_every_difference_is_in_the_manual_and_shown() -> None:
    section = MAN.read_text().partition(".SH DIFFERENCES")[2].partition(".SH ")[0]
    described = re.findall(r"^\.TP\n\.B ([a-z\\-]+)$", section, re.M)
    shown = {case.shows for case in CASES.values() if case.shows} | set(ELSEWHERE)
    assert {name.replace("\\-", "-") for name in described} == shown
    assert len(described) == len(set(described))

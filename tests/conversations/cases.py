# SPDX-License-Identifier: Apache-2.0
"""Conversations as data: what the MTA says, what must come back, and why."""

from dataclasses import dataclass, field, replace

from milter.client import Message, Offer
from milter.wire import LEADING_SPACE, Edit

from .daemon import AUTHSERV_ID, CERTIFICATE, CONTOSO_ID, FABRIKAM_ID, SECRETS, VERIFIER_ID

EXO_V4, EXO_V6, OTHER, ALLOWED = "40.107.1.2", "2a01:111:f403::1", "203.0.113.9", "192.0.2.7"
POOL = "40.95.80.141"      # of Microsoft's relay pool
ATTRIBUTED = "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp"


@dataclass(frozen=True)
class Expect:
    reason: str
    answer: str                       # "accept", "550", "451" or "hold"
    edits: tuple[Edit, ...] = ()
    would_reject: bool = False


@dataclass(frozen=True)
class Conversation:
    id: str
    why: str
    messages: tuple[tuple[Message, Expect], ...]
    variant: str = "base"
    address: str = EXO_V4
    family: str = "4"
    certificate: str | None = CERTIFICATE
    tls: bool | None = None
    offer: Offer = field(default_factory=Offer)


STAMPS = {"X-MS-Exchange-CrossTenant-Id": f" {CONTOSO_ID}", "X-OriginatorOrg": " contoso.com",
          "X-MS-Exchange-CrossTenant-AuthAs": " Internal",
          "X-MS-Exchange-CrossTenant-FromEntityHeader": " Hosted"}


def exo(sender: str | None = " Alice <alice@contoso.com>", *extra: tuple[str, str],
        top: tuple[tuple[str, str], ...] = (), without: tuple[str, ...] = (),
        stamps: dict[str, str] | None = None, **message: object) -> Message:
    """A message with From and Exchange Online's stamps, some of them changed or left out."""
    stamped = {n: v for n, v in (STAMPS | (stamps or {})).items() if n not in without}
    fields = [*top, ("Received", " from x by y"), ("Subject", " Hello")]
    fields += [("From", sender)] if sender is not None else []
    fields += [("Message-ID", " <1@contoso.com>"), *stamped.items(), *extra]
    return Message(fields=tuple(fields), **message)


def result(domain: str = "contoso.com", proofs: str = "policy.proof=stamp",
           tenant: str = "contoso", blank: str = " ") -> Edit:
    return Edit("insert_header", "Authentication-Results", 0,
                f"{blank}{AUTHSERV_ID};\n\tx-exogate=pass {proofs}\n"
                f"\tpolicy.tenant={tenant} header.from={domain}")


def deletion(name: str, index: int) -> Edit:
    return Edit("delete_header", name, index)


FROM = Edit("change_header", "From", 1, " Alice <alice@contoso.example.net>")
SENDER = Edit("change_from", value="<alice@contoso.example.net>")
AUTHORISED = Expect("authorised", "accept", (SENDER, FROM, result()))


def rejected(reason: str) -> Expect:
    return Expect(reason, "550")


def deferred(reason: str) -> Expect:
    return Expect(reason, "451")


def one(id_: str, why: str, message: Message, expect: Expect, **rest: object) -> Conversation:
    return Conversation(id_, why, ((message, expect),), **rest)


FORGED = f" {AUTHSERV_ID}; dkim=pass header.d=contoso.com"
VERIFIED = f" {VERIFIER_ID}; dkim=pass header.d=contoso.com"

GATES = [
    one("authorised-v4", "all factors agree (attacks L1)", exo(), AUTHORISED),
    one("authorised-v6", "the same over IPv6", exo(), AUTHORISED, address=EXO_V6, family="6"),
    one("authorised-v6-prefixed", "IPv6: before the address, as in macros",
        exo(), AUTHORISED, address=f"IPv6:{EXO_V6}", family="6"),
    one("authorised-v4-mapped", "an IPv4 client on an IPv6 socket", exo(), AUTHORISED,
        address=f"::ffff:{EXO_V4}", family="6"),
    one("pool-unlisted", "the relay pool is not Exchange Online", exo(),
        deferred("client-unlisted"), address=POOL),
    one("pool-other", "nor is it without a certificate", exo(), rejected("client-other"),
        address=POOL, certificate=None),
    one("pool-accepted", "unless the operator takes it for that", exo(), AUTHORISED,
        variant="pool", address=POOL),
    one("pool-ends", "an address below the pool", exo(), deferred("client-unlisted"),
        variant="pool", address="40.94.255.255"),
    one("pool-and-list", "the list still counts", exo(), AUTHORISED, variant="pool"),
    one("client-other", "neither EXO nor listed", exo(), rejected("client-other"), address=OTHER,
        certificate=None),
    one("client-other-mapped-loopback", "attacks F5", exo(), rejected("client-other"),
        address="::ffff:127.0.0.1", family="6", certificate=None),
    one("client-unknown", "attacks F3", exo(), rejected("client-other"),
        family="U", certificate=None),
    one("client-unknown-v4", "XCLIENT ADDR=[UNAVAILABLE]", exo(),
        rejected("client-other"), address="unknown", certificate=None),
    one("client-local", "attacks F4", exo(), rejected("client-other"), address="/run/x",
        family="L", certificate=None),
    one("client-localhost", "mail of the host itself, as non_smtpd_milters show it", exo(),
        rejected("client-other"), address="127.0.0.1", certificate=None),
    one("client-unlisted", "Microsoft's certificate from an address that no list has", exo(),
        deferred("client-unlisted"), address=OTHER),
    one("client-foreign-certificate", "somebody else's certificate helps nobody", exo(),
        rejected("client-other"), address=OTHER, certificate="mail.evil.example"),
    one("cert-missing", "no client certificate (attacks L5)", exo(), deferred("cert-missing"),
        certificate=None),
    one("cert-missing-tls", "TLS, but no verified certificate", exo(), deferred("cert-missing"),
        certificate=None, tls=True),
    one("cert-without-tls", "a name without {tls_version} is never trusted",
        exo(), deferred("cert-missing"), tls=False),
    one("cert-untrusted", "attacks L4", exo(), rejected("cert-untrusted"),
        certificate="mail.protection.outlook.com.evil.example"),
    one("cert-case", "host names have no case", exo(), AUTHORISED,
        certificate="MAIL.Protection.Outlook.com"),
]

FROM_FIELDS = [
    one("from-missing", "attacks B27", exo(None), rejected("from-missing")),
    one("from-multiple-fields", "attacks B1", exo(" x@victim.example",
        ("From", " alice@contoso.com")), rejected("from-multiple")),
    one("from-multiple-mailboxes", "attacks B4", exo(" ceo@contoso.com, x@fabrikam.com"),
        rejected("from-multiple")),
    one("from-malformed", "attacks B8", exo(" x@fabrikam.com)<ceo@contoso.com>"),
        rejected("from-malformed")),
    one("from-encoded-line", "attacks B13: an encoded line break stays encoded",
        exo(" =?utf-8?q?a=0D=0AFrom=3A_x?= <alice@contoso.com>"),
        Expect("authorised", "accept",
               (SENDER, replace(FROM, value=" =?utf-8?q?a=0D=0AFrom=3A_x?= "
                                            "<alice@contoso.example.net>"), result()))),
    one("from-folded", "attacks B16: every other byte stays",
        exo(' "Alice, (x)"\n\t<Alice@CONTOSO.com> (contoso.com)'),
        Expect("authorised", "accept",
               (SENDER, replace(FROM, value=' "Alice, (x)"\n\t<Alice@contoso.example.net> '
                                            "(contoso.com)"), result()))),
    one("from-8-bit", "attacks B25: Latin-1 in a display name", exo(" J\udcfcrgen <a@contoso.com>"),
        Expect("authorised", "accept",
               (SENDER, replace(FROM, value=" J\udcfcrgen <a@contoso.example.net>"), result()))),
    one("from-after-an-empty-line", "a field may begin with a fold",
        exo("\n Alice <alice@contoso.com>"),
        Expect("authorised", "accept",
               (SENDER, replace(FROM, value="\n Alice <alice@contoso.example.net>"), result()))),
    one("from-hidden-by-blank", "attacks B14: From and a blank is From too",
        exo(" alice@contoso.com", ("From ", " x@fabrikam.com")), rejected("from-multiple")),
    one("from-u-label", "attacks B21: of the domain its bytes alone are replaced",
        exo(" J\u00fcrgen (kontos\u00f6.example) <j\u00fc@Kontos\u00f6.example>\n (\u00f6)",
            mail_from="j\u00fc@kontos\u00f6.example"),
        Expect("authorised", "accept",
               (replace(SENDER, value="<j\u00fc@contoso.example.net>"),
                replace(FROM, value=" J\u00fcrgen (kontos\u00f6.example) "
                                    "<j\u00fc@contoso.example.net>\n (\u00f6)"),
                result("xn--kontos-1xa.example")))),
    one("from-a-label", "attacks B21: the domain of a policy in U-labels",
        exo(" Alice <alice@XN--kontos-1xa.example>", mail_from="alice@kontos\u00f6.example"),
        Expect("authorised", "accept", (SENDER, FROM, result("xn--kontos-1xa.example")))),
    one("from-u-label-foreign", "a look-alike in Cyrillic is a domain of its own",
        exo(" a@c\u043entoso.com"), rejected("tenant-unknown")),
    one("hosted-u-label", "a stranger writes to a domain that is hosted, in U-labels",
        exo(" x@foreign.example", mail_from="x@foreign.example", without=tuple(STAMPS),
            rcpts=("u@beh\u00f6rde.example", "v@xn--behrde-yxa.example")),
        Expect("inbound", "accept")),
    one("from-kelvin-sign-in-a-u-label", "attacks B22, beside an octet that may be there",
        exo(" a@\u212aontos\u00f6.example"), rejected("from-malformed")),
    one("from-kelvin-sign", "attacks B22: what is not ASCII never becomes it",
        exo(" a@contoso\u212a.com"), rejected("from-malformed")),
]

TENANTS = [
    one("inbound", "a stranger writes to a hosted domain",
        exo(" x@foreign.example", stamps={"X-OriginatorOrg": " fabrikam.com"},
            rcpts=("u@example.net", "v@example.net")), Expect("inbound", "accept")),
    one("inbound-stripped", "forged results and trust fields go in every row",
        exo(" x@foreign.example", ("X-MS-Exchange-Organization-SCL", " -1"),
            top=(("Authentication-Results", FORGED),), rcpts=("u@example.net",)),
        Expect("inbound", "accept", (deletion("Authentication-Results", 1),
                                     deletion("X-MS-Exchange-Organization-SCL", 1)))),
    one("inbound-mixed", "hosted and foreign recipients: must not relay",
        exo(" x@foreign.example", rcpts=("u@example.net", "bob@elsewhere.example")),
        rejected("tenant-unknown")),
    one("role", "postmaster and abuse reach whoever runs the domain, whatever the From",
        exo(None, rcpts=("postmaster", "Abuse@example.net")), Expect("role", "accept"),
        address=OTHER, certificate=None),
    one("role-and-foreign", "a role recipient beside a foreign one opens nothing",
        exo(None, rcpts=("postmaster@example.net", "bob@elsewhere.example")),
        rejected("from-missing")),
    one("tenant-unknown", "EchoSpoofing with a From of nobody's",
        exo(" x@foreign.example", stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}"}),
        rejected("tenant-unknown")),
    one("tenant-conflict-id", "attacks L3", exo(
        stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}"}), rejected("tenant-conflict")),
    one("tenant-conflict-org", "the stamps disagree", exo(
        stamps={"X-OriginatorOrg": " fabrikam.com"}), rejected("tenant-conflict")),
    one("tenant-conflict-attributed", "the attributed tenant is another", exo(" alice@contoso.com",
        (ATTRIBUTED, f" TenantId={FABRIKAM_ID};Ip=[81.144.215.152];Helo=[x]")),
        rejected("tenant-conflict")),
    one("tenant-conflict-twice", "attacks C2", exo(" alice@contoso.com",
        ("x-ms-exchange-crosstenant-id", f" {FABRIKAM_ID}")), rejected("tenant-conflict")),
    one("tenant-id-case", "attacks C3, C5", exo(
        stamps={"X-MS-Exchange-CrossTenant-Id": f"\t{CONTOSO_ID.upper()} "}), AUTHORISED),
    one("envelope-foreign", "the envelope sender is a stranger's",
        exo(mail_from="x@foreign.example"), rejected("envelope-foreign")),
    one("envelope-of-another-tenant", "From of one tenant, envelope of another",
        exo(mail_from="x@fabrikam.com"), rejected("envelope-foreign")),
    one("sender-in-utf8", "SMTPUTF8: the octets of the local part stay",
        exo(mail_from="j\u00fcrgen@contoso.com"),
        Expect("authorised", "accept", (replace(SENDER, value="<j\u00fcrgen@contoso.example.net>"),
                                        FROM, result()))),
    one("null-sender", "attacks F7", exo(mail_from=""),
        Expect("authorised", "accept", (FROM, result()))),
    one("relayed-through", "mail relayed through the tenant by a stranger", exo(
        stamps={"X-MS-Exchange-CrossTenant-AuthAs": " Anonymous",
                "X-MS-Exchange-CrossTenant-FromEntityHeader": " HybridOnPrem"}),
        rejected("relayed-through")),
    one("relayed-through-listed", "the same from the tenant's own server", exo(
        " Alice <alice@contoso.com>",
        (ATTRIBUTED, f" TenantId={CONTOSO_ID};Ip=[81.144.215.152];Helo=[x]"),
        stamps={"X-MS-Exchange-CrossTenant-AuthAs": " Anonymous"}), AUTHORISED),
    one("relayed-through-no-ip", "an attributed field without Ip=", exo(
        " Alice <alice@contoso.com>", (ATTRIBUTED, f" TenantId={CONTOSO_ID}"),
        stamps={"X-MS-Exchange-CrossTenant-AuthAs": " Anonymous"}), rejected("relayed-through")),
    one("proof-missing", "nothing says that it is the tenant's (attacks A3, L2)",
        exo(without=tuple(STAMPS)), rejected("proof-missing")),
    one("no-move", "a domain that stays", exo(" a@contoso.onmicrosoft.com",
        mail_from="a@contoso.onmicrosoft.com"),
        Expect("authorised", "accept", (result("contoso.onmicrosoft.com"),))),
    one("subdomain", "of the entry with a leading dot", exo(" a@x.dept.contoso.com",
        mail_from="a@y.dept.contoso.com"),
        Expect("authorised", "accept", (result("x.dept.contoso.com"),))),
]

EDITS = [
    one("forged-results", "attacks D1 to D7 and E: highest index first", exo(
        " Alice <alice@contoso.com>", ("Authentication-Results", FORGED),
        ("x-ms-exchange-organization-AuthAs", " Internal"),
        ("X-MS-Exchange-CrossPremises-x", " y"), ("AUTHENTICATION-RESULTS", f" (x){FORGED}"),
        top=(("Authentication-Results", FORGED),
             ("Authentication-Results", " other.example; none"))),
        Expect("authorised", "accept", (
            deletion("AUTHENTICATION-RESULTS", 4), deletion("Authentication-Results", 3),
            deletion("Authentication-Results", 1), deletion("X-MS-Exchange-CrossPremises-x", 1),
            deletion("x-ms-exchange-organization-AuthAs", 1), SENDER, FROM, result()))),
    one("no-leading-space", "not agreed, so none is sent", exo(),
        Expect("authorised", "accept", (SENDER, replace(FROM, value=FROM.value[1:]),
                                        result(blank=""))),
        offer=Offer(steps=0x1fffff & ~LEADING_SPACE)),
    one("every-event-answered", "an MTA that offers no NR steps", exo(), AUTHORISED,
        offer=Offer(steps=LEADING_SPACE | 0x7f)),
    one("version-7", "a newer MTA", exo(), AUTHORISED,
        offer=Offer(7, 0xffffffff, 0xffffffff)),
    one("version-2", "too old to change the sender, so nothing is let through half edited", exo(),
        deferred("edits-refused"), offer=Offer(2, 0x3f, 0x7f)),
    one("no-edits-offered", "what must be edited and cannot be", exo(), deferred("edits-refused"),
        offer=Offer(actions=0)),
    one("no-edits-needed", "the same, and nothing to edit", exo(" x@foreign.example",
        rcpts=("u@example.net",)), Expect("inbound", "accept"), offer=Offer(actions=0)),
    one("60000-bytes", "the longest field that Postfix sends", exo(
        " Alice <alice@contoso.com>", ("X-Long", " " + 857 * (69 * "x" + "\n "))), AUTHORISED),
    one("limit", "a header that outgrows limits.message_header is deferred", exo(
        " Alice <alice@contoso.com>", *(("X-Long", 60000 * "x") for _ in range(6))),
        deferred("limit")),
    one("large-body", "a body is not even sent", exo(body=3_000_000 * b"x"), AUTHORISED),
    one("large-body-sent", "or sent by an MTA that cannot leave it out", exo(
        body=400_000 * b"x"), AUTHORISED, offer=Offer(steps=0x1fffff & ~0x10)),
]

VARIED = [
    one("pass-hosted", "other clients may write to hosted domains",
        exo(" x@foreign.example", rcpts=("u@example.net",)), Expect("client-other", "accept"),
        variant="pass", address=OTHER, certificate=None),
    one("pass-foreign", "and nowhere else", exo(), rejected("client-other"), variant="pass",
        address=OTHER, certificate=None),
    one("pass-allowed", "the operator's list is not refused, and not judged", exo(),
        Expect("client-other", "accept"), variant="pass", address=ALLOWED, certificate=None),
    Conversation("pass-authenticated", "authentication is of one message only", (
        (exo(mail_macros={"{auth_type}": "PLAIN", "{auth_authen}": "alice"}),
         Expect("client-other", "accept")),
        (exo(), rejected("client-other"))), variant="pass", address=OTHER, certificate=None),
    one("monitor", "a 550 becomes acceptance, unchanged but for what is stripped",
        exo(" x@foreign.example", top=(("Authentication-Results", FORGED),)),
        Expect("tenant-unknown", "accept", (deletion("Authentication-Results", 1),), True),
        variant="monitor"),
    one("monitor-451", "a 451 stays", exo(" x@foreign.example"), deferred("cert-missing"),
        variant="monitor", certificate=None),
    one("monitor-of-tenant", "From's tenant decides, not the global mode",
        exo(stamps={"X-OriginatorOrg": " fabrikam.com"}), rejected("tenant-conflict"),
        variant="monitor"),
    one("tenant-monitor", "its own mode", exo(stamps={"X-OriginatorOrg": " fabrikam.com"}),
        Expect("tenant-conflict", "accept", (), True), variant="tenant-monitor"),
    one("tenant-monitor-others", "is not that of the others", exo(" x@foreign.example"),
        rejected("tenant-unknown"), variant="tenant-monitor"),
    one("ignore-two-proofs", "no certificate demands one proof more",
        exo(top=(("Authentication-Results", VERIFIED),)),
        Expect("authorised", "accept",
               (SENDER, FROM, result(proofs="policy.proof=stamp policy.proof=signature"))),
        variant="ignore", certificate=None),
    one("ignore-one-proof", "which is not there", exo(), rejected("proof-missing"),
        variant="ignore", certificate=None),
    one("authres-both", "stamp and signature", exo(top=(("Authentication-Results", VERIFIED),)),
        Expect("authorised", "accept",
               (SENDER, FROM, result(proofs="policy.proof=stamp policy.proof=signature"))),
        variant="authres"),
    one("authres-temperror", "the signature could not be verified for now", exo(
        top=(("Authentication-Results", VERIFIED.replace("pass", "temperror")),)),
        deferred("temperror"), variant="authres"),
    one("authres-unaligned", "attacks A1: another's signature", exo(
        top=(("Authentication-Results", VERIFIED.replace("contoso.com", "fabrikam.com")),)),
        rejected("proof-missing"), variant="authres"),
    one("authres-not-on-top", "attacks D2: below another field", exo(
        " Alice <alice@contoso.com>", ("Authentication-Results", VERIFIED)),
        rejected("proof-missing"), variant="authres"),
    one("authres-twice", "attacks D1: a second one from outside", exo(
        " Alice <alice@contoso.com>", ("Authentication-Results", VERIFIED),
        top=(("Authentication-Results", VERIFIED),)), rejected("proof-missing"),
        variant="authres"),
    one("authres-two-fields", "one about SPF, one about DKIM, as OpenDKIM and others write them",
        exo(top=(("Authentication-Results", f" {VERIFIER_ID}; spf=pass smtp.mailfrom=contoso.com"),
                 ("Authentication-Results", VERIFIED))),
        Expect("authorised", "accept",
               (SENDER, FROM, result(proofs="policy.proof=stamp policy.proof=signature"))),
        variant="authres"),
    one("authres-two-about-dkim", "attacks D1: the sender's own field right below", exo(
        top=(("Authentication-Results", f" {VERIFIER_ID}; dkim=none"),
             ("Authentication-Results", VERIFIED))), rejected("proof-missing"), variant="authres"),
    one("authres-own-id", "attacks D3: our own name is no verifier's", exo(
        top=(("Authentication-Results", FORGED),)), rejected("proof-missing"), variant="authres"),
    one("authres-in-a-comment", "attacks D9", exo(top=(("Authentication-Results",
        f" {VERIFIER_ID}; spf=pass (dkim=pass header.d=contoso.com)"),)),
        rejected("proof-missing"), variant="authres"),
    one("inbound-own", "own mail coming back through a list", exo(
        top=(("Authentication-Results", VERIFIED),),
        stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}"}, rcpts=("u@example.net",)),
        Expect("inbound-own", "accept"), variant="authres"),
]

LISTED = {"stamps": {"X-OriginatorOrg": " org.example"},
          "top": (("Authentication-Results", VERIFIED.replace("contoso.com", "signer.example")),)}
BOTH = "policy.proof=stamp policy.proof=signature"

LISTS = [
    one("org-not-listed", "a domain of the tenant's that originator_orgs leaves out",
        exo(stamps={"X-OriginatorOrg": " contoso.onmicrosoft.com"}), rejected("tenant-conflict")),
    one("listed", "what the tenant's lists say instead of its domains", exo(**LISTED),
        Expect("authorised", "accept", (SENDER, FROM, result(proofs=BOTH))), variant="listed"),
    one("listed-org-only", "the domain's own signature counts no longer",
        exo(**LISTED | {"top": (("Authentication-Results", VERIFIED),)}),
        rejected("proof-missing"), variant="listed"),
    one("listed-signer-only", "nor the domain as an originator",
        exo(**LISTED | {"stamps": {}}), rejected("tenant-conflict"), variant="listed"),
]

SECRET = "X-Contoso-Relay"
STAMP_AND_SECRET = "policy.proof=stamp policy.proof=secret"


def secret(*values: str, name: str = SECRET) -> Message:
    return exo(" Alice <alice@contoso.com>", *((name, f" {value}") for value in values))


SECRET_HEADERS = [
    one("secret", "stamp and secret; the field does not go on", secret(SECRETS[0]),
        Expect("authorised", "accept", (deletion(SECRET, 1), SENDER, FROM,
                                        result(proofs=STAMP_AND_SECRET))), variant="secret"),
    one("secret-rotated", "the other value, and names have no case",
        secret(SECRETS[1], name="x-contoso-relay"),
        Expect("authorised", "accept", (deletion("x-contoso-relay", 1), SENDER, FROM,
                                        result(proofs=STAMP_AND_SECRET))), variant="secret"),
    one("secret-missing", "the stamp alone", exo(), rejected("proof-missing"), variant="secret"),
    one("secret-wrong", "one byte is another", secret(SECRETS[0][:-1] + "0"),
        rejected("tenant-conflict"), variant="secret"),
    one("secret-twice", "a guess beside the right one", secret(SECRETS[0], SECRETS[0]),
        rejected("tenant-conflict"), variant="secret"),
    one("secret-of-no-tenant", "what it says to a hosted domain is not passed on either",
        exo(" x@foreign.example", (SECRET, f" {SECRETS[0]}"), (SECRET.upper(), " guess"),
            rcpts=("u@example.net",)),
        Expect("inbound", "accept", (deletion(SECRET.upper(), 2), deletion(SECRET, 1))),
        variant="secret"),
    one("three-proofs", "all that there are", exo(
        " Alice <alice@contoso.com>", (SECRET, f" {SECRETS[0]}"),
        top=(("Authentication-Results", VERIFIED),)),
        Expect("authorised", "accept", (deletion(SECRET, 1), SENDER, FROM, result(
            proofs="policy.proof=stamp policy.proof=signature policy.proof=secret"))),
        variant="three"),
    one("three-proofs-of-two", "no secret", exo(top=(("Authentication-Results", VERIFIED),)),
        rejected("proof-missing"), variant="three"),
    one("three-proofs-one-unknown", "the signature might make the third", exo(
        " Alice <alice@contoso.com>", (SECRET, f" {SECRETS[0]}"),
        top=(("Authentication-Results", VERIFIED.replace("pass", "temperror")),)),
        deferred("temperror"), variant="three"),
]

# Exchange Online signs what it forwards with the tenant's d=, and leaves the author's signature.
SIGNED = (("Authentication-Results", f"{VERIFIED};\n\tdkim=pass header.d=foreign.example"),)
STRANGER = " Bob <bob@foreign.example>"

FORWARDING = [
    one("forwarded", "untouched, and without a result", exo(STRANGER, top=SIGNED),
        Expect("forwarded", "accept"), variant="forwards"),
    one("forwarded-stripped", "forged results go in every row", exo(
        STRANGER, ("Authentication-Results", FORGED), top=SIGNED),
        Expect("forwarded", "accept", (deletion("Authentication-Results", 2),)),
        variant="forwards"),
    one("forwarded-not-allowed", "the tenant's policy says nothing of it", exo(
        STRANGER, top=SIGNED), rejected("tenant-unknown"), variant="authres"),
    one("forwarded-unsigned", "nothing says that From is right", exo(
        STRANGER, top=(("Authentication-Results", VERIFIED),)), rejected("tenant-unknown"),
        variant="forwards"),
    one("forwarded-temperror", "the author's signature could not be verified for now", exo(
        STRANGER, top=((SIGNED[0][0], SIGNED[0][1].replace(
            "pass header.d=foreign", "temperror header.d=foreign")),)),
        deferred("temperror"), variant="forwards"),
    one("forwarded-by-another", "stamps of a tenant that does not forward", exo(
        STRANGER, top=SIGNED, stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}",
                                      "X-OriginatorOrg": " fabrikam.com"}),
        rejected("tenant-unknown"), variant="forwards"),
    one("forwarded-envelope", "its own sender instead of the tenant's", exo(
        STRANGER, top=SIGNED, mail_from="bob@foreign.example"), rejected("tenant-unknown"),
        variant="forwards"),
    one("resent", "by one of the tenant's", exo(
        STRANGER, ("Resent-From", " Alice <alice@contoso.com>")), Expect("forwarded", "accept"),
        variant="resends"),
    one("resent-by-two", "not exactly one", exo(STRANGER, ("Resent-From", " alice@contoso.com"),
        ("Resent-From", " alice@contoso.com")), rejected("tenant-unknown"), variant="resends"),
    one("resent-by-another", "attacks B30: not the tenant whose stamps it has", exo(
        STRANGER, ("Resent-From", " x@fabrikam.com")), rejected("tenant-unknown"),
        variant="resends"),
    one("resent-not-allowed", "attacks B30", exo(
        STRANGER, ("Resent-From", " alice@contoso.com"), top=(("Authentication-Results", VERIFIED),)),
        rejected("tenant-unknown"), variant="forwards"),
]

HELD = Edit("quarantine", value="exogate: tenant-conflict")

HOLDING = [
    one("held", "taken, stripped and kept instead of refused", exo(
        " Alice <alice@contoso.com>", ("X-MS-Exchange-Organization-SCL", " -1"),
        stamps={"X-OriginatorOrg": " fabrikam.com"}),
        Expect("tenant-conflict", "hold", (deletion("X-MS-Exchange-Organization-SCL", 1), HELD)),
        variant="holds"),
    one("held-cannot", "by a mail server that offers no quarantine", exo(
        stamps={"X-OriginatorOrg": " fabrikam.com"}), rejected("tenant-conflict"),
        variant="holds", offer=Offer(actions=0x1ff & ~0x20)),
    one("held-authorised", "what is right is not", exo(), AUTHORISED, variant="holds"),
    one("held-451", "nor what may be tried again", exo(), deferred("cert-missing"),
        variant="holds", certificate=None),
    one("held-of-no-tenant", "it is the tenant's setting", exo(STRANGER),
        rejected("tenant-unknown"), variant="holds"),
]

TOLD = "X-Exogate-Reason"


def told(words: str, blank: str = " ") -> Edit:
    return Edit("insert_header", TOLD, 0, f"{blank}verdict={words}")


REASON_HEADER = [
    one("told", "a field of its own, below the result", exo(), Expect("authorised", "accept", (
        told("accept reason=authorised tenant=contoso"), SENDER, FROM, result())),
        variant="tells"),
    one("told-without-leading-blanks", "as the mail server wants values", exo("A <a@fabrikam.com>",
        mail_from="a@fabrikam.com", stamps={"X-MS-Exchange-CrossTenant-Id": FABRIKAM_ID,
                                            "X-OriginatorOrg": "fabrikam.com"}),
        Expect("authorised", "accept", (
            told("accept reason=authorised tenant=fabrikam", ""),
            result("fabrikam.com", tenant="fabrikam", blank=""))),
        variant="tells", offer=Offer(steps=0x1fffff & ~LEADING_SPACE)),
    one("told-forged", "what says so already goes, highest index first, and names have no case", exo(
        " x@foreign.example", (TOLD, " verdict=accept reason=authorised"), (TOLD.lower(), "\n x"),
        ("X-Exogate-Reason-Too", " stays"), top=((TOLD.upper(), " "),), rcpts=("u@example.net",)),
        Expect("inbound", "accept", (
            deletion(TOLD.lower(), 3), deletion(TOLD, 2), deletion(TOLD.upper(), 1),
            told("accept reason=inbound"))),
        variant="tells"),
    one("told-refused", "only what is taken", exo(" x@foreign.example", (TOLD, " x")),
        rejected("tenant-unknown"), variant="tells"),
    one("told-held", "to who looks through the quarantine", exo(
        stamps={"X-OriginatorOrg": " fabrikam.com"}), Expect("tenant-conflict", "hold", (
            told("hold reason=tenant-conflict tenant=contoso"), HELD)), variant="tells-and-holds"),
    one("told-monitored", "that it would be refused", exo(
        stamps={"X-OriginatorOrg": " fabrikam.com"}), Expect("tenant-conflict", "accept", (
            told("accept would=reject reason=tenant-conflict tenant=contoso"),), True),
        variant="tells-and-monitors"),
]

DEFAULTS = [
    one("mode-of-all", "of a tenant that has none of its own",
        exo(" x@fabrikam.com", mail_from="x@fabrikam.com"),
        Expect("tenant-conflict", "accept", (), True), variant="monitor"),
    one("default-authorised", "with Microsoft's certificate and two proofs",
        exo(top=(("Authentication-Results", VERIFIED),)),
        Expect("authorised", "accept", (result(proofs=BOTH),)), variant="least"),
    one("default-proofs", "one is not enough", exo(), rejected("proof-missing"), variant="least"),
    one("default-org", "any domain of the tenant's", exo(
        top=(("Authentication-Results", VERIFIED.replace("contoso", "contoso.onmicrosoft")),),
        stamps={"X-OriginatorOrg": " contoso.onmicrosoft.com"}),
        Expect("authorised", "accept", (result(proofs=BOTH),)), variant="least"),
    one("default-certificate", "its absence is for a while",
        exo(top=(("Authentication-Results", VERIFIED),)), deferred("cert-missing"),
        variant="least", certificate=None),
    one("default-other-clients", "are refused", exo(), rejected("client-other"), variant="least",
        address=OTHER, certificate=None),
    one("default-hosted", "nothing is", exo(" x@foreign.example", rcpts=("u@example.net",)),
        rejected("tenant-unknown"), variant="least"),
]

NO_EVIDENCE = (exo(without=tuple(STAMPS)), rejected("proof-missing"))
CONFLICT = (exo(stamps={"X-OriginatorOrg": " fabrikam.com"}), rejected("tenant-conflict"))
VALID = (exo(), AUTHORISED)

SEVERAL = [
    Conversation("s1", "attacks S1: accepted, then without evidence", (VALID, NO_EVIDENCE)),
    Conversation("s6", "attacks S6: refused, then valid", (CONFLICT, VALID)),
    Conversation("many", "one after the other", (VALID, NO_EVIDENCE, CONFLICT) * 5),
    Conversation("limit-then-valid", "a message over the limits leaves nothing behind",
                 ((exo(None, *(("X-Long", 60000 * "x") for _ in range(6))), deferred("limit")),
                  VALID)),
]

CONVERSATIONS = GATES + FROM_FIELDS + TENANTS + EDITS + VARIED + LISTS + SECRET_HEADERS + FORWARDING + HOLDING + REASON_HEADER + DEFAULTS + SEVERAL

# SPDX-License-Identifier: Apache-2.0
"""What is valid: spellings, includes, warnings, and many tenants."""

import os
import subprocess

import pytest

from .conftest import BASE, ENDPOINTS, EXOGATED, Settings, exogated
from .test_errors import GUID, OTHER_GUID, tenant

OK = "exogate.conf: ok: 1 tenant, 2 domains, 6 Microsoft prefixes\n"

NATIVE = 'dkim: { source = "native"; };'
SPELLINGS = {
    "equals-for-groups": {"acl": f'acl = {{ source = "{ENDPOINTS}" }}'},
    "round-list": {"listen": 'listen = ( "unix:/a", "inet:25@localhost" )'},
    "no-semicolons": {key: line.rstrip(";") for key, line in BASE.items()},
    "all-kinds-of-sockets": {"listen": 'listen = [ "unix:/a", "inet:8891@127.0.0.1", '
                                       '"inet6:8891@::1", "inet:1@mail.example.net", '
                                       '"inet6:65535@localhost" ];'},
    "long-socket-path": {"listen": f'listen = [ "unix:/{"x" * 106}" ];'},
    "everything-by-default": {"extra": "certificate: { }; hosted: { }; limits: { };"},
    "empty-where-it-means-none": {"extra": "hosted: { domains = [ ]; };",
                                  "acl": f'acl: {{ source = "{ENDPOINTS}"; allow = [ ]; }};',
                                  "tenants": tenant(relay_addresses="[ ]")},
    "literal-asterisk": {"extra": 'certificate: { names = [ "*.mail.protection.partner.outlook.cn"'
                                  ' ]; };'},
    "strings-beside-keys": {"extra": 'user = "root" mode = "enforce" // "b"\n'
                                     'certificate: { missing = "tempfail" }'},
    "x00-behind-a-backslash": {"extra": 'certificate: { names = [ "\\\\x00" ]; };'},
    "digits-where-they-are-no-number": {
        "extra": '# 1234567890\nhosted: { domains = [ "a1234567890.example" ]; }; # 0x1234567890',
        "tenants": tenant(name='"1234567890"', proofs="000000002")},
    "hex": {"tenants": tenant(proofs="0x00000002")},
    "u-labels": {"extra": 'hosted: { domains = [ "Bücher.example", ".b\u00fccher.example" ]; };',
                 "tenants": tenant(
                     originator_orgs='[ "münchen.example", "fa\u00df.example", '
                                     '"contoso.onmicrosoft.com" ]',
                     dkim_domains='[ "mu\u0308nchen.example", "contoso.onmicrosoft.com" ]')},
    "hosted-beside-a-tenant": {"extra": 'hosted: { domains = [ "example.net", ".contoso.com" ]; };'},
    "limits-in-units": {"extra": 'limits: { connections = "10K"; messages = "100K"; '
                                 'message_header = "8M"; idle = "1d"; };'},
    "limits-at-the-end": {"extra": 'limits: { connections = "1"; messages = "1"; '
                                   'message_header = "65536"; idle = "1s"; };'},
    "proofs-64-bit": {"tenants": tenant(proofs="2L")},
    "tenant-mode": {"tenants": tenant(mode='"enforce"'), "extra": 'mode = "enforce";'},
    "one-proof-for-a-reason": {"tenants": tenant(proofs="1",
                                                 proofs_reason='"keine Schlüssel vor Mai, 100%"')},
    "refusal": {"tenants": tenant(refusal='"hold"')},
    "forwarding": {"tenants": tenant(forwarding='"srs"')},
    "user": {"extra": 'user = "root";'},
    "name-servers": {"dkim": NATIVE,
                     "extra": 'dns: { servers = [ "127.0.0.1", "127.0.0.53:65535", "::1", '
                              '"[::1]", "[::1]:1", "[::ffff:127.0.0.1]:53" ]; };'},
    "name-servers-without-use": {"extra": 'dns: { servers = [ "192.0.2.1" ]; };'},
    "other-clients": {"acl": f'acl: {{ source = "{ENDPOINTS}"; other_clients = "pass"; '
                             'allow = [ "192.0.2.1", "2001:db8::/32", "10.0.0.0/8", '
                             '"10.1.0.0/16", "2400::/16" ]; };'},
}


@pytest.mark.parametrize("changed", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_spelling(settings: Settings, changed: dict[str, str]) -> None:
    changed = dict(changed)
    answer = settings.check(changed.pop("extra", ""), **changed)
    assert (answer.lines, answer.out, answer.code) == ([], OK, 0)


def test_counts(settings: Settings) -> None:
    one = {"ips": ["40.92.0.0/15"], "id": 1, "serviceArea": "Exchange", "tcpPorts": "25"}
    settings.write("one.json", f"[{one}]".replace("'", '"'))
    answer = settings.check(acl='acl: { source = "$DIR/one.json"; };',
                            tenants=tenant(domains='[ "contoso.onmicrosoft.com" ]'))
    assert answer.out == "exogate.conf: ok: 1 tenant, 1 domain, 1 Microsoft prefix\n"


@pytest.mark.parametrize("instance", ["china", "gcc-high", "dod"])
def test_instance(settings: Settings, instance: str) -> None:
    one = {"ips": ["23.103.191.0/24"], "id": 1, "serviceArea": "Exchange", "tcpPorts": "25"}
    settings.write("one.json", f"[{one}]".replace("'", '"'))
    acl = f'source = "$DIR/one.json"; instance = "{instance}"; '
    answer = settings.check(acl=f"acl: {{ {acl} }};")
    assert (answer.lines, answer.code) == ([], 0)
    answer = settings.check(acl=f'acl: {{ {acl} relay_pool = "accept"; }};')
    assert (answer.lines, answer.code) == (
        [f"exogate.conf:3: acl.relay_pool: {instance} has no relay pool, which is worldwide's; "
         "take it out"], 1)


def test_relay_pool(settings: Settings) -> None:
    answer = settings.check(acl=f'acl: {{ source = "{ENDPOINTS}"; relay_pool = "accept"; }};')
    assert (answer.lines, answer.out) == ([], OK.replace("6 Microsoft", "7 Microsoft"))


def test_pipe() -> None:
    done = exogated("check", "-c", "/dev/stdin", stdin="\n".join(BASE.values()) + 'user = "nobody";')
    assert (done.stderr, done.returncode) == ("", 0)


def test_process_substitution() -> None:
    """As a shell has it: a pipe without a name, whose writer takes its time."""
    reading, writing = os.pipe()
    lines = BASE | {"acl": f'acl: {{ source = "/dev/fd/{reading}"; }};'}
    slow = subprocess.Popen(["sh", "-c", 'sleep 0.3; exec cat "$0"', ENDPOINTS], stdout=writing)
    os.close(writing)
    done = subprocess.run([EXOGATED, "check", "-c", "/dev/stdin"], capture_output=True, text=True,
                          input="\n".join(lines.values()), pass_fds=[reading], timeout=60,
                          check=False)
    os.close(reading)
    assert (done.stderr, done.returncode, slow.wait()) == ("", 0, 0)


def test_includes(settings: Settings) -> None:
    """Absolute paths, nested, in the middle of a list; not where it is a comment or a string."""
    settings.write("dkim.conf", BASE["dkim"])
    settings.write("inner.conf", '"contoso.com",\n@include "$DIR/innermost.conf"\n'
                   .replace("$DIR", str(settings.directory)))
    settings.write("innermost.conf", '"contoso.onmicrosoft.com"\n')
    answer = settings.check(
        "# a\n#@include \"/nonexistent\"\n//\n/*\n@include \"/nonexistent\"\n*/",
        '@include "$DIR/dkim.conf" # it is there',
        'tenants = ( { name = "contoso"; ids = [ "1234abcd-18c5-45e8-88de-123456789abc" ];',
        "domains = [", '  @include "$DIR/inner.conf"', " ]; } );",
        dkim="", tenants="")
    assert (answer.lines, answer.out) == ([], OK)


def test_no_more_is_included_than_libconfig_would(settings: Settings) -> None:
    for depth in range(1, 11):
        below = f'@include "{settings.directory}/{depth + 1}.conf"\n' if depth < 10 else ""
        settings.write(f"{depth}.conf", below)
    answer = settings.check('@include "$DIR/1.conf"')
    assert (answer.lines, answer.out) == ([], OK)


LEFT_OUT = ('without "contoso.onmicrosoft.com" notices that the tenant\'s own service sends may be '
            "refused; add it")
MONITOR = '"monitor" refuses nothing, right only to begin with: see exogated status --tenants'
HOSTED = ('tenant "contoso"\'s: mail to it is taken from anyone; right only if this relay is its '
          "MX")
MICROSOFT = "is, or holds, an address of Exchange Online"

ELSEWHERE = ("is not on this host: who can forge its answers can forge signatures; best is a "
             "resolver here that validates")

WARNINGS = {
    "one-proof": (
        {"tenants": tenant(proofs="1")},
        "exogate.conf:5: warning: tenants[0].proofs: one forged or leaked signal is enough; "
        "if it must be, say why in proofs_reason"),
    "reason-without-need": (
        {"tenants": tenant(proofs_reason='"old"')},
        "exogate.conf:5: warning: tenants[0].proofs_reason: has no effect while more than one "
        "proof must agree"),
    "monitor": (
        {"mode": 'mode = "monitor";'},
        f"exogate.conf:6: warning: mode: {MONITOR}"),
    "tenant-monitor": (
        {"tenants": tenant(mode='"monitor"')},
        f"exogate.conf:5: warning: tenants[0].mode: {MONITOR}"),
    "hosted-and-tenant": (
        {"hosted": 'hosted: { domains = [ "example.net", "contoso.com" ]; };'},
        f'exogate.conf:6: warning: hosted.domains[1]: "contoso.com" is {HOSTED}'),
    "hosted-subdomains-of-a-tenant": (
        {"tenants": tenant(domains='[ ".contoso.com", "contoso.onmicrosoft.com" ]'),
         "hosted": 'hosted: { domains = [ ".contoso.com", "contoso.com" ]; };'},
        f'exogate.conf:6: warning: hosted.domains[0]: ".contoso.com" is {HOSTED}'),
    "allow-microsoft": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; other_clients = "pass"; '
                'allow = [ "192.0.2.1", "40.107.3.4" ]; };'},
        f'exogate.conf:3: warning: acl.allow[1]: "40.107.3.4/32" {MICROSOFT}: has no effect on '
        "those; whoever is in Exchange Online is judged"),
    "exempt-microsoft": (
        {"certificate": 'certificate: { exempt = [ "40.0.0.0/8" ]; };'},
        f'exogate.conf:6: warning: certificate.exempt[0]: "40.0.0.0/8" {MICROSOFT}: from there no '
        "tenant's mail needs a certificate"),
    "relay-address-of-microsoft": (
        {"tenants": tenant(relay_addresses='[ "40.92.0.0/15" ]')},
        f'exogate.conf:5: warning: tenants[0].relay_addresses[0]: "40.92.0.0/15" {MICROSOFT}: '
        "any tenant's server there may relay through this one"),
    "no-initial-domain": (
        {"tenants": tenant(domains='[ "contoso.com" ]')},
        "exogate.conf:5: warning: tenants[0].domains: no *.onmicrosoft.com domain: notices that "
        "the tenant's own service sends will be refused"),
    "no-initial-domain-but-below-one": (
        {"tenants": tenant(domains='[ "contoso.com", "x.contoso.onmicrosoft.com" ]')},
        "exogate.conf:5: warning: tenants[0].domains: no *.onmicrosoft.com domain: notices that "
        "the tenant's own service sends will be refused"),
    "orgs-without-the-initial-domain": (
        {"tenants": tenant(originator_orgs='[ "contoso.com" ]')},
        f"exogate.conf:5: warning: tenants[0].originator_orgs: {LEFT_OUT}"),
    "signers-without-the-initial-domain": (
        {"tenants": tenant(dkim_domains='[ "contoso.com" ]')},
        f"exogate.conf:5: warning: tenants[0].dkim_domains: {LEFT_OUT}"),
    "no-certificate": (
        {"certificate": 'certificate: { check = "none"; };'},
        "exogate.conf:6: warning: certificate.check: the address is the only gate, and every "
        'tenant of Microsoft\'s sends from it; "names" checks the certificate too'),
    "partial-body": (
        {"dkim": 'dkim: { partial_body = "accept"; };'},
        "exogate.conf:4: warning: dkim.partial_body: a signature is a proof though anyone may "
        "have added to the body"),
    "name-server-elsewhere": (
        {"dkim": NATIVE, "extra": 'dns: { servers = [ "127.0.0.1", "192.0.2.1:5353" ]; };'},
        f'exogate.conf:6: warning: dns.servers[1]: "192.0.2.1:5353" {ELSEWHERE}'),
    "name-server-elsewhere-6": (
        {"dkim": NATIVE, "extra": 'dns: { servers = [ "[2001:db8::1]:53" ]; };'},
        f'exogate.conf:6: warning: dns.servers[0]: "[2001:db8::1]:53" {ELSEWHERE}'),
    "no-id": (
        {"tenants": tenant(ids="")},
        "exogate.conf:5: warning: tenants[0].ids: none: mail that carries a tenant id, as "
        "Exchange Online's does, will be refused"),
    "resent-from": (
        {"tenants": tenant(forwarding='"resent-from"')},
        "exogate.conf:5: warning: tenants[0].forwarding: whoever can send as the tenant can write "
        "any From that is no tenant's"),
    "allow-without-effect": (
        {"acl": f'acl: {{ source = "{ENDPOINTS}"; allow = [ "192.0.2.1" ]; }};'},
        'exogate.conf:3: warning: acl.allow: has no effect while other_clients is "reject"'),
    "asterisk": (
        {"certificate": 'certificate: { names = [ "*.mail.protection.outlook.com" ]; };'},
        "exogate.conf:6: warning: certificate.names[0]: an asterisk is only itself: no other name "
        "matches"),
}


@pytest.mark.parametrize("changed, line", WARNINGS.values(), ids=WARNINGS.keys())
def test_warning(settings: Settings, changed: dict[str, str], line: str) -> None:
    answer = settings.check(**changed)
    assert (answer.lines, answer.code) == ([line], 0)


def test_certificate_may_be_missing(settings: Settings) -> None:
    answer = settings.check('certificate: { missing = "ignore"; };')
    assert answer.lines == [
        "exogate.conf:6: warning: certificate.missing: who holds no certificate of Microsoft's "
        "can send too, with one proof more",
        "exogate.conf:5: warning: tenants[0].proofs: mail without a certificate needs 3 proofs, "
        "more than there can be: it will be refused"]


def two_tenants(contoso: str = "", fabrikam: str = "") -> str:
    return (f'tenants = ( {{ name = "contoso"; ids = [ "{GUID}" ]; {contoso} '
            'domains = [ "contoso.com", "contoso.onmicrosoft.com" ]; },\n'
            f'{{ name = "fabrikam"; ids = [ "{OTHER_GUID}" ]; {fabrikam} '
            'domains = [ ".fabrikam.com", "fabrikam.onmicrosoft.com" ]; } );')


def shared(place: str, domain: str, theirs: str, counts: str) -> str:
    return (f'exogate.conf:{place}: "{domain}" of tenant "{theirs}" counts for tenant "{counts}" '
            "too: right only while they merge")


SHARED = {
    "org": (two_tenants(
                fabrikam='originator_orgs = [ "contoso.com", "fabrikam.onmicrosoft.com" ];'),
            shared("6: warning: tenants[1].originator_orgs[0]", "contoso.com", "contoso",
                   "fabrikam")),
    "dkim": (two_tenants('dkim_domains = [ "contoso.onmicrosoft.com", "mail.fabrikam.com" ];'),
             shared("5: warning: tenants[0].dkim_domains[1]", "mail.fabrikam.com", "fabrikam",
                    "contoso")),
    "both-listed": (two_tenants('dkim_domains = [ "signer.example", "contoso.onmicrosoft.com" ];',
                                'dkim_domains = [ "signer.example", "fabrikam.onmicrosoft.com" ];'),
                    shared("6: warning: tenants[1].dkim_domains[0]", "signer.example", "contoso",
                           "fabrikam")),
}


@pytest.mark.parametrize("tenants, line", SHARED.values(), ids=SHARED.keys())
def test_what_counts_for_two_tenants(settings: Settings, tenants: str, line: str) -> None:
    answer = settings.check(tenants=tenants)
    assert (answer.lines, answer.code) == ([line], 0)


def test_an_org_of_one_and_a_signer_of_another(settings: Settings) -> None:
    answer = settings.check(tenants=two_tenants(
        'originator_orgs = [ "x.example", "contoso.onmicrosoft.com" ];',
        'dkim_domains = [ "x.example", "fabrikam.onmicrosoft.com" ];'))
    assert (answer.lines, answer.code) == ([], 0)


@pytest.mark.parametrize("domain", ["x.onmicrosoft.us", "x.partner.onmschina.cn"])
def test_initial_domains_of_other_clouds(settings: Settings, domain: str) -> None:
    assert settings.check(tenants=tenant(domains=f'[ "{domain}" ]')).lines == []


def test_no_warnings_beside_errors(settings: Settings) -> None:
    answer = settings.check("mode = 1;", tenants=tenant(proofs="1"))
    assert len(answer.lines) == 1 and "warning" not in answer.lines[0]


def test_many_tenants(settings: Settings) -> None:
    """A list of 100,000, each name looked up among all others."""
    n = 100_000
    groups = ",\n".join(
        f'{{ name = "t{i}"; ids = [ "{i:08x}{GUID[8:]}" ]; '
        f'domains = [ "t{i}.example", "t{i}.onmicrosoft.com" ]; }}' for i in range(n))
    answer = settings.check(tenants=f"tenants = (\n{groups} );")
    assert (answer.lines, answer.out) == (
        [f"exogate.conf:5: warning: tenants: {n} tenants; more than 1000 are read faster, and need "
         "less memory, from a table: tenant_table"],
        f"exogate.conf: ok: {n} tenants, {2 * n} domains, 6 Microsoft prefixes\n")


def test_account_that_is_not_here(settings: Settings) -> None:
    answer = settings.check('user = "exogate-nobody-has";')
    assert answer.code == 0
    assert answer.lines == ['exogate.conf: warning: user: no account "exogate-nobody-has" here; '
                            'exogated will not start']

# SPDX-License-Identifier: Apache-2.0
"""The table of tenants: rows, comments, quotes, and the line of each error."""

import uuid

import pytest

from .conftest import Answer, Settings

GUID = "1234abcd-18c5-45e8-88de-123456789abc"
OTHER_GUID = "00000000-18c5-45e8-88de-123456789abc"
ROW = f"name=contoso ids={GUID} domains=contoso.com,contoso.onmicrosoft.com"
OTHER = f"name=fabrikam ids={OTHER_GUID} domains=fabrikam.com,fabrikam.onmicrosoft.com"
TABLE = 'tenant_table = "$DIR/tenants.tab";'


def check(settings: Settings, table: str | bytes, *extra: str, **changed: str) -> Answer:
    settings.write("tenants.tab", table if isinstance(table, bytes) else
                   table.replace("$DIR", str(settings.directory)))
    return settings.check(TABLE, *extra, **{"tenants": "", **changed})


VALID = {
    "row": (f"{ROW}\n", 1, 2),
    "no-newline": (ROW, 1, 2),
    "two": (f"{ROW}\n{OTHER}\n", 2, 4),
    "comments": (f"# name=x\n\n  \t\n   # more\n{ROW} # why=not\n", 1, 2),
    "blanks": ("\t" + ROW.replace(" ", " \t ") + " \t\n", 1, 2),
    "crlf": (f"{ROW}\r\n\r\n{OTHER}\r\n", 2, 4),
    "order": (" ".join(reversed(ROW.split())) + "\n", 1, 2),
    "quotes": (ROW.replace("name=contoso", 'name="contoso"') + '\n', 1, 2),
    "case-and-dot": (f"name=contoso ids={GUID.upper()} domains=CONTOSO.COM.,.Contoso.com,"
                     "c.onmicrosoft.com\n", 1, 3),
    "all-keys": (f"{ROW} originator_orgs=contoso.com,contoso.onmicrosoft.com "
                 "dkim_domains=contoso.onmicrosoft.com proofs=2 required=stamp,signature relay_addresses=192.0.2.1,2001:db8::/32 "
                 "mode=enforce unknown_ids=conflict rewrite.map=$DIR/contoso.map\n", 1, 3),
    "secret": (f"{ROW} secret_header.name=X-Contoso-Relay secret_header.values=<$DIR/secret "
               "proofs=3 required=secret forwarding=srs refusal=hold\n", 1, 2),
    "rate-limit": (f"{ROW} rate_limit.messages_minute=300 rate_limit.recipients_hour=30K\n", 1, 2),
    "reason": (f'{ROW} proofs=1 proofs_reason="signs nothing before May"\n', 1, 2),
    "hash-in-value": (f"{ROW} rewrite.map=$DIR/a#b.map\n", 1, 3),
    "blank-in-path": (f'{ROW} rewrite.map="$DIR/a b.map"\n', 1, 3),
}


@pytest.mark.parametrize("table, tenants, domains", VALID.values(), ids=VALID.keys())
def test_valid(settings: Settings, table: str, tenants: int, domains: int) -> None:
    for name in ("contoso.map", "a#b.map", "a b.map"):
        settings.write(name, "@contoso.com @contoso.example\n")
    settings.write("secret", "0123456789abcdef\n").chmod(0o640)
    answer = check(settings, table)
    assert (answer.lines, answer.out, answer.code) == (
        [], f"exogate.conf: ok: {tenants} {'tenant' if tenants == 1 else 'tenants'} "
        f"(of which {tenants} from tenants.tab), {domains} domains, 6 Microsoft prefixes\n", 0)


def test_beside_those_of_the_settings(settings: Settings) -> None:
    settings.write("tenants.tab", f"{OTHER}\n")
    answer = settings.check(TABLE)
    assert (answer.lines, answer.out) == (
        [], "exogate.conf: ok: 2 tenants (of which 1 from tenants.tab), 4 domains, "
        "6 Microsoft prefixes\n")


def row(**changed: str) -> str:
    fields = {"name": "contoso", "ids": GUID,
              "domains": "contoso.com,contoso.onmicrosoft.com"} | changed
    return " ".join(f"{key}={value}" for key, value in fields.items() if value) + "\n"


NO_FIELD = "not a field; write KEY=VALUE, as in name=contoso"

ERRORS = {
    "unknown-key": (row(domain="x"),
                    'tenants.tab:1: domain: unknown key; did you mean "domains"?'),
    "unknown-key-in-group": (row(**{"rewrite.mop": "/a"}),
                             'tenants.tab:1: rewrite.mop: unknown key; did you mean "map"?'),
    "unknown-group": (row(**{"rewrit.map": "/a"}),
                      'tenants.tab:1: rewrit.map: unknown key; did you mean "rewrite"?'),
    "no-group": (row(**{"ids.map": "/a"}),
                 "tenants.tab:1: ids.map: not a group; leave out the dot and what follows"),
    "group": (row(rewrite="/a"),
              "tenants.tab:1: rewrite: a group; write its keys, as in rewrite.map=PATH"),
    "line": (f"\n# x\n{row(mode='watch')}",
             'tenants.tab:3: mode: "watch": unknown; write "enforce" or "monitor"'),
    "word": (f"{row()[:-1]} contoso\n", f"tenants.tab:1: {NO_FIELD}"),
    "no-key": ("=contoso\n", f"tenants.tab:1: {NO_FIELD}"),
    "blank-before-equals": ("name =contoso\n", f"tenants.tab:1: {NO_FIELD}"),
    "quote-in-key": ('"name"=contoso\n', f"tenants.tab:1: {NO_FIELD}"),
    "quote-without-end": (f'{row()[:-1]} mode="monitor\n',
                          'tenants.tab:1: mode: a quoted value begins here and has no end; '
                          'write "'),
    "after-quote": (f'{row()[:-1]} mode="monitor"x\n',
                    "tenants.tab:1: mode: a quoted value ends before a blank; write one behind it"),
    "twice": (f"{row()[:-1]} mode=monitor mode=monitor\n",
              "tenants.tab:1: mode: given twice in this row; take one of them out"),
    "no-name": (row(name=""), "tenants.tab:1: name: missing; write name=VALUE"),
    "no-domains": (row(domains=""),
                   "tenants.tab:1: domains: missing; write domains=VALUE,VALUE"),
    "empty-name": (f"name= {row(name='')}",
                   'tenants.tab:1: name: "": not a name of 1 to 64 letters, digits, "_" and "-"'),
    "empty-list": (f"{row(ids='')[:-1]} ids=\n",
                   "tenants.tab:1: ids: an empty list; take it out, or write ids=VALUE,VALUE"),
    "empty-item": (row(domains="a.onmicrosoft.com,,b.example"),
                   'tenants.tab:1: domains: "": not a domain name'),
    "item-twice": (row(domains="a.onmicrosoft.com,b.example,A.onmicrosoft.com"),
                   'tenants.tab:1: domains: "a.onmicrosoft.com" is in the list already '
                   "(tenants.tab:1)"),
    "range": (row(proofs="9"), "tenants.tab:1: proofs: 9: out of range; from 1 to 3"),
    "rate": (row(**{"rate_limit.messages_hour": "many"}),
             'tenants.tab:1: rate_limit.messages_hour: "many": not a number, with or '
             "without K or M; from 0 to 100M"),
    "id": (row(ids=GUID[1:]), f'tenants.tab:1: ids: "{GUID[1:]}": not a GUID; it looks like {GUID}'),
    "control-character": (row(domains="a\x1b[1m"),
                          'tenants.tab:1: domains: "a?[1m": not a domain name'),
    "name-twice": (f"{ROW}\n{OTHER.replace('fabrikam ', 'contoso ')}\n",
                   'tenants.tab:2: name: "contoso" is already the name of a tenant '
                   "(tenants.tab:1)"),
    "id-twice": (f"{ROW}\n\n{OTHER.replace(OTHER_GUID, GUID)}\n",
                 f'tenants.tab:3: ids: "{GUID}" is already the id of a tenant (tenants.tab:1)'),
    "domain-twice": (f"{ROW}\n{OTHER},CONTOSO.com\n",
                     'tenants.tab:2: domains: "contoso.com" is already the domain of tenant '
                     '"contoso" (tenants.tab:1)'),
    "subdomains-twice": (f"{ROW},.a.example\n{OTHER},.a.example\n",
                         'tenants.tab:2: domains: ".a.example" is already the domain of tenant '
                         '"contoso" (tenants.tab:1)'),
    "map": (row(**{"rewrite.map": "$DIR/none.map"}),
            "tenants.tab:1: rewrite.map: cannot read none.map: No such file or directory"),
    "empty-map": (row(**{"rewrite.map": '""'}),
                  'tenants.tab:1: rewrite.map: "": not an absolute path'),
    "secret-in-the-row": (row(**{"secret_header.name": "X-Relay", "secret_header.values": "0123"}),
                          'tenants.tab:1: secret_header.values: not "<" and the path of a file, '
                          'such as "</etc/exogate/secret"'),
    "three-proofs": (row(proofs="3"), "tenants.tab:1: proofs: 3 proofs need a secret header; "
                                      "add secret_header, or write proofs = 2"),
}


@pytest.mark.parametrize("table, line", ERRORS.values(), ids=ERRORS.keys())
def test_error(settings: Settings, table: str, line: str) -> None:
    answer = check(settings, table)
    assert (answer.lines, answer.out, answer.code) == ([line], "", 1)


def test_duplicates_of_the_settings(settings: Settings) -> None:
    settings.write("tenants.tab", ROW)
    assert settings.check(TABLE).lines == [
        'tenants.tab:1: name: "contoso" is already the name of a tenant (exogate.conf:5)',
        f'tenants.tab:1: ids: "{GUID}" is already the id of a tenant (exogate.conf:5)',
        *(f'tenants.tab:1: domains: "{domain}" is already the domain of tenant "contoso" '
          "(exogate.conf:5)" for domain in ("contoso.com", "contoso.onmicrosoft.com"))]


def test_every_error_has_its_line(settings: Settings) -> None:
    answer = check(settings, f"name=a\n{ROW} x=y\n\nname=b ids=1\n")
    assert [line.split(" ")[0] for line in answer.lines] == [
        "tenants.tab:1:", "tenants.tab:2:", "tenants.tab:4:"]


def test_files_that_are_no_table(settings: Settings) -> None:
    for table, why in ((b"name=\0\n", "there is a NUL byte in it"), (b"", None)):
        expected = (f"exogate.conf:5: tenant_table: cannot read tenants.tab: {why}" if why else
                    "exogate.conf:5: tenant_table: no tenant in tenants.tab; write a row, as in "
                    f"name=contoso ids={GUID} domains=contoso.com,contoso.onmicrosoft.com")
        assert check(settings, table).lines == [expected]
    answer = settings.check('tenant_table = "$DIR";', tenants="")
    assert answer.lines == [f"exogate.conf:5: tenant_table: cannot read {settings.directory}: "
                            "Is a directory"]
    answer = settings.check('tenant_table = "$DIR/none.tab";', tenants="")
    assert answer.lines == ["exogate.conf:5: tenant_table: cannot read none.tab: "
                            "No such file or directory"]


ONE_PROOF = "one forged or leaked signal is enough; if it must be, say why in proofs_reason"

WARNINGS = {
    "one-proof": (row(proofs="1"), f"tenants.tab:1: warning: proofs: {ONE_PROOF}"),
    "idle-reason": (row(proofs_reason="none"), "tenants.tab:1: warning: proofs_reason: has no "
                    "effect while more than one proof must agree"),
    "monitor": (row(mode="monitor"), 'tenants.tab:1: warning: mode: "monitor" refuses nothing, '
                "right only to begin with: see exogated status --tenants"),
    "relay-addresses": (row(relay_addresses="192.0.2.1,40.107.1.2"),
                        'tenants.tab:1: warning: relay_addresses: "40.107.1.2/32" is, or holds, an '
                        "address of Exchange Online: any tenant's server there may relay through "
                        "this one"),
    "no-initial-domain": (row(domains="contoso.com"),
                          "tenants.tab:1: warning: domains: no *.onmicrosoft.com domain: notices "
                          "that the tenant's own service sends will be refused"),
    "no-id": (row(ids=""), "tenants.tab:1: warning: ids: none: mail that carries a tenant id, as "
              "Exchange Online's does, will be refused"),
    "shared": (f"{ROW} dkim_domains=contoso.onmicrosoft.com,signer.example\n{OTHER} "
               "dkim_domains=signer.example,fabrikam.onmicrosoft.com\n",
               'tenants.tab:2: warning: dkim_domains: "signer.example" of tenant "contoso" counts '
               'for tenant "fabrikam" too: right only while they merge'),
}


@pytest.mark.parametrize("table, line", WARNINGS.values(), ids=WARNINGS.keys())
def test_warning(settings: Settings, table: str, line: str) -> None:
    answer = check(settings, table)
    assert (answer.lines, answer.code) == ([line], 0)


def test_many_rows(settings: Settings) -> None:
    n = 20_000
    answer = check(settings, "".join(
        f"name=t{i} ids={uuid.UUID(int=i + 1)} domains=t{i}.example,t{i}.onmicrosoft.com\n"
        for i in range(n)))
    assert (answer.lines, answer.out) == (
        [], f"exogate.conf: ok: {n} tenants (of which {n} from tenants.tab), {2 * n} domains, "
        "6 Microsoft prefixes\n")


def test_one_tenant_with_many_domains(settings: Settings) -> None:
    n = 20_000
    domains = ",".join(["a.onmicrosoft.com", *(f"d{i}.example" for i in range(n))])
    answer = check(settings, row(domains=domains))
    assert (answer.lines, answer.out) == (
        [], f"exogate.conf: ok: 1 tenant (of which 1 from tenants.tab), {n + 1} domains, "
        "6 Microsoft prefixes\n")

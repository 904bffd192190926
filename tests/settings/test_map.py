# SPDX-License-Identifier: Apache-2.0
"""The rewrite map: rows, comments, and the line of each error."""

import pytest

from .conftest import Settings

GUIDS = ("1234abcd-18c5-45e8-88de-123456789abc", "00000000-18c5-45e8-88de-123456789abc")
ROW = "not a row that is known; write @old.example @new.example"


def tenants(map_path: str = "$DIR/contoso.map", second_map: str = "") -> str:
    """contoso with subdomains of contoso.com, and fabrikam with those of fabrikam.com."""
    maps = [f'rewrite: {{ map = "{path}"; }};' if path else "" for path in (map_path, second_map)]
    return "tenants = ( " + ", ".join(
        f'{{ name = "{name}"; ids = [ "{guid}" ]; domains = [ "{name}.com", ".{name}.com", '
        f'"{name}.onmicrosoft.com" ]; {rewrite} }}'
        for name, guid, rewrite in zip(("contoso", "fabrikam"), GUIDS, maps)) + " );"


VALID = {
    "empty": ("", 6),
    "comments": ("# nothing\n\n  \t\n   # more\n", 6),
    "row": ("@contoso.com  @new.example\n", 7),
    "tabs": ("\t@contoso.com\t@new.example\t# why\n", 7),
    "no-newline": ("@contoso.com @new.example", 7),
    "crlf": ("@contoso.com @new.example\r\n@a.contoso.com @new2.example\r\n", 8),
    "case-and-dot": ("@CONTOSO.com. @New.Example.\n", 7),
    "subdomain": ("@eu.contoso.com @new.example\n", 7),
    "two-into-one": ("@contoso.com @new.example\n@a.contoso.com @new.example\n", 7),
    "into-own": ("@a.contoso.com @contoso.com\n", 6),
    "into-own-subdomain": ("@contoso.com @a.contoso.com\n", 6),
    "swap": ("@contoso.com @a.contoso.com\n@a.contoso.com @contoso.com\n", 6),
}


@pytest.mark.parametrize("text, domains", VALID.values(), ids=VALID.keys())
def test_valid(settings: Settings, text: str, domains: int) -> None:
    settings.write("contoso.map", text)
    answer = settings.check(tenants=tenants())
    assert (answer.lines, answer.out, answer.code) == (
        [], f"exogate.conf: ok: 2 tenants, {domains} domains, 6 Microsoft prefixes\n", 0)


ERRORS = {
    "one-word": ("\n# x\n@contoso.com\n", [f"contoso.map:3: {ROW}"]),
    "three-words": ("@contoso.com @b.example @c.example\n", [f"contoso.map:1: {ROW}"]),
    "address": ("user@contoso.com user@new.example\n", [f"contoso.map:1: {ROW}"]),
    "address-to-domain": ("user@contoso.com @new.example\n", [f"contoso.map:1: {ROW}"]),
    "domain-to-address": ("@contoso.com user@new.example\n", [f"contoso.map:1: {ROW}"]),
    "no-at": ("contoso.com new.example\n", [f"contoso.map:1: {ROW}"]),
    "comment-for-target": ("@contoso.com #@new.example\n", [f"contoso.map:1: {ROW}"]),
    "nothing-after-at": ("@contoso.com @\n", ['contoso.map:1: "@": not a domain name']),
    "not-a-domain": ("@contoso..com @new.example\n",
                     ['contoso.map:1: "@contoso..com": not a domain name']),
    "subdomains": ("@.contoso.com @new.example\n",
                   ['contoso.map:1: "@.contoso.com": not a domain name']),
    "no-u-label": ("@contoso.com @\u00dcnchen.example\n",
                   ['contoso.map:1: "@\u00dcnchen.example": not a domain name of IDNA2008, in lower '
                    'case; write it as the registry shows it, or the A-label (xn--...)']),
    "nul": ("@contoso.com @new\0.example\n",
            ['contoso.map:1: "@new?.example": not a domain name']),
    "twice": ("@contoso.com @new.example\n\n@Contoso.com @other.example\n",
              ["contoso.map:3: @contoso.com moves already, on line 1"]),
    "itself": ("@contoso.com @CONTOSO.com\n", ["contoso.map:1: @contoso.com moves to itself"]),
    "not-ours": ("@example.org @new.example\n",
                 ['contoso.map:1: @example.org is no domain of tenant "contoso"; '
                  "add it to the tenant's domains"]),
    "theirs": ("@fabrikam.com @new.example\n",
               ['contoso.map:1: @fabrikam.com is no domain of tenant "contoso"; '
                "add it to the tenant's domains"]),
    "into-theirs": ("@contoso.com @fabrikam.com\n",
                    ['contoso.map:1: @fabrikam.com belongs to tenant "fabrikam", not to '
                     '"contoso"']),
    "into-their-subdomain": ("@contoso.com @mail.fabrikam.com\n",
                             ['contoso.map:1: @mail.fabrikam.com belongs to tenant "fabrikam", '
                              'not to "contoso"']),
    "chain": ("@contoso.com @new.example\n@new.example @newer.example\n",
              ['contoso.map:2: @new.example is no domain of tenant "contoso"; '
               "add it to the tenant's domains"]),
    "several": ("x\n@contoso.com @a..b\n@contoso.com @new.example\ny z\n",
                [f"contoso.map:1: {ROW}", 'contoso.map:2: "@a..b": not a domain name',
                 f"contoso.map:4: {ROW}"]),
    "too-many": ("".join(f"@d{i}.contoso.com @new.example\n" for i in range(1001)),
                 ["contoso.map:1001: more than 1000 rows"]),
}


@pytest.mark.parametrize("text, lines", ERRORS.values(), ids=ERRORS.keys())
def test_error(settings: Settings, text: str, lines: list[str]) -> None:
    settings.write("contoso.map", text)
    answer = settings.check(tenants=tenants())
    assert (answer.lines, answer.code) == (lines, 1)


def test_two_tenants_move_to_the_same_domain(settings: Settings) -> None:
    settings.write("contoso.map", "@contoso.com @new.example\n")
    settings.write("fabrikam.map", "@fabrikam.com @new.example\n")
    answer = settings.check(tenants=tenants(second_map="$DIR/fabrikam.map"))
    assert answer.lines == [
        'fabrikam.map:1: @new.example belongs to tenant "contoso", not to "fabrikam"']


@pytest.mark.parametrize("path, line", [
    ("$DIR/none.map", "cannot read none.map: No such file or directory"),
    ("/tmp", "cannot read /tmp: Is a directory"),
    ("contoso.map", '"contoso.map": not an absolute path'),
])
def test_map_that_cannot_be_read(settings: Settings, path: str, line: str) -> None:
    answer = settings.check(tenants=tenants(path))
    assert answer.lines == [f"exogate.conf:5: tenants[0].rewrite.map: {line}"]

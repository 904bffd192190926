# SPDX-License-Identifier: Apache-2.0
"""Secret headers: their file, and what is said about it, which never is a value."""

import pytest

from .conftest import Settings
from .test_accepted import OK, two_tenants
from .test_errors import tenant

VALUES = ("0123456789abcdef", "fedcba9876543210+")
HEADER = '{ name = "X-Contoso-Relay"; values = "<$DIR/secret"; }'
GENERATE = "; `openssl rand -hex 24` makes one"
FILE = "tenants[0].secret_header.values"


def write(settings: Settings, text: str, name: str = "secret") -> None:
    settings.write(name, text).chmod(0o640)


@pytest.mark.parametrize("text", [VALUES[0], "\n".join(VALUES) + "\n", f"# old\n\n {VALUES[0]}\r\n",
                                  "x" * 128, f"{VALUES[0]}#{VALUES[1]}"])
def test_accepted(settings: Settings, text: str) -> None:
    write(settings, text)
    for keys in ({}, {"proofs": "3"}, {"required": '[ "secret" ]'}):
        answer = settings.check(tenants=tenant(secret_header=HEADER, **keys))
        assert (answer.lines, answer.out) == ([], OK)


def test_instead_of_signatures(settings: Settings) -> None:
    write(settings, VALUES[0])
    answer = settings.check(dkim="", tenants=tenant(secret_header=HEADER))
    assert (answer.lines, answer.code) == ([], 0)


FILES = {
    "short": ("x" * 15, f"secret:1: not a value of 16 to 128 characters{GENERATE}"),
    "long": ("x" * 129, f"secret:1: not a value of 16 to 128 characters{GENERATE}"),
    "blank": ("\n01234567 89abcdef", "secret:2: a blank, or what is not printable ASCII, in the "
                                     f"value{GENERATE}"),
    "utf8": ("0123456789abcdef\u00e9", "secret:1: a blank, or what is not printable ASCII, in the "
                                       f"value{GENERATE}"),
    "empty": ("# none\n\n", f"exogate.conf:5: {FILE}: secret holds no value{GENERATE}"),
    "many": ("".join(f"{n:016}\n" for n in range(9)),
             "secret:9: more than 8 values; take out those that are no longer sent"),
    "twice": (f"{VALUES[0]}\n{VALUES[0]}\n",
              "secret:2: the value is there already, for exogate.conf:5; each tenant needs its own"),
}


@pytest.mark.parametrize(("text", "line"), FILES.values(), ids=FILES.keys())
def test_file(settings: Settings, text: str, line: str) -> None:
    write(settings, text)
    answer = settings.check(tenants=tenant(secret_header=HEADER))
    assert (answer.code, answer.lines) == (1, [line])


def test_no_file(settings: Settings) -> None:
    answer = settings.check(tenants=tenant(secret_header=HEADER))
    assert answer.lines == [f"exogate.conf:5: {FILE}: cannot read secret: "
                            "No such file or directory"]
    (settings.directory / "secret").mkdir()
    answer = settings.check(tenants=tenant(secret_header=HEADER))
    assert answer.lines == [f"exogate.conf:5: {FILE}: cannot read secret: Is a directory"]


def test_everyone_can_read_it(settings: Settings) -> None:
    settings.write("secret", VALUES[0]).chmod(0o644)
    answer = settings.check(tenants=tenant(secret_header=HEADER))
    assert (answer.code, answer.lines) == (0, [
        f"exogate.conf:5: warning: {FILE}: everyone can read secret; `chmod o= secret`"])


def test_two_tenants_need_two_secrets(settings: Settings) -> None:
    write(settings, VALUES[0])
    header = f"secret_header: {HEADER};"
    answer = settings.check(tenants=two_tenants(header, header))
    assert answer.lines == ["secret:1: the value is there already, for exogate.conf:5; "
                            "each tenant needs its own"]
    write(settings, VALUES[1], "other")
    answer = settings.check(tenants=two_tenants(header, header.replace("$DIR/secret", "$DIR/other")))
    assert (answer.lines, answer.code) == ([], 0)


OTHERS = "a name that others write; choose one of your own"
NEEDED = "does not begin with X-, so that mail may need the field"
NAMES = {
    "Subject": NEEDED, "X": NEEDED, "X-": NEEDED, "x-ms-exchange-organization-x": OTHERS,
    "X-OriginatorOrg": OTHERS, "X-ExOTA-Authentication-Results": OTHERS,
    "X Relay": 'not a name of 1 to 63 letters, digits, "_" and "-"',
    "X-Relay:": 'not a name of 1 to 63 letters, digits, "_" and "-"',
    "X-" + 62 * "y": 'not a name of 1 to 63 letters, digits, "_" and "-"',
}


@pytest.mark.parametrize("name", NAMES)
def test_name(settings: Settings, name: str) -> None:
    write(settings, VALUES[0])
    answer = settings.check(tenants=tenant(secret_header=HEADER.replace("X-Contoso-Relay", name)))
    assert answer.lines == [
        f'exogate.conf:5: tenants[0].secret_header.name: "{name}": {NAMES[name]}']


HEADERS = {
    "no-name": ('{ values = "<$DIR/secret"; }', 'name: missing; write name = "X-Contoso-Relay"'),
    "no-values": ('{ name = "X-Contoso-Relay"; }',
                  'values: missing; write values = "</etc/exogate/contoso.secret"'),
    "in-the-settings": (f'{{ name = "X-Contoso-Relay"; values = "{VALUES[0]}"; }}',
                        'values: not "<" and the path of a file, such as '
                        '"</etc/exogate/secret"'),
}


@pytest.mark.parametrize(("header", "line"), HEADERS.values(), ids=HEADERS.keys())
def test_header(settings: Settings, header: str, line: str) -> None:
    write(settings, VALUES[0])
    answer = settings.check(tenants=tenant(secret_header=header))
    assert (answer.code, answer.lines) == (1, [f"exogate.conf:5: tenants[0].secret_header.{line}"])


def test_proofs_without_one(settings: Settings) -> None:
    answer = settings.check(tenants=tenant(proofs="3"))
    assert answer.lines == ["exogate.conf:5: tenants[0].proofs: 3 proofs need a secret header; "
                            "add secret_header, or write proofs = 2"]
    answer = settings.check(tenants=tenant(required='[ "secret" ]'))
    assert answer.lines == ["exogate.conf:5: tenants[0].required: there is no secret header; add "
                            'secret_header, or take "secret" out']


def test_name_of_the_reason_header(settings: Settings) -> None:
    """In which exogate writes itself, and which is a name of the same kind."""
    write(settings, VALUES[0])
    answer = settings.check('reason_header = "X-Contoso-RELAY";',
                            tenants=tenant(secret_header=HEADER))
    assert (answer.code, answer.lines) == (1, [
        "exogate.conf:5: tenants[0].secret_header.name: the name that reason_header has; give the "
        "secret one of its own"])
    answer = settings.check('reason_header = "X-Exogate-Reason";',
                            tenants=tenant(secret_header=HEADER))
    assert (answer.code, answer.lines) == (0, [])
    answer = settings.check('reason_header = "Subject";')
    assert answer.lines == [f'exogate.conf:6: reason_header: "Subject": {NEEDED}']

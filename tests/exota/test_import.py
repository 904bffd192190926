# SPDX-License-Identifier: Apache-2.0
"""`exogated import-exota`: the policy file as tenants, and what is refused in it."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conversations.daemon import Daemon
from milter.client import Mta
from sanitizers import SANITIZER_OPTIONS

from .place import CERTIFICATE, CONTOSO_ID, FABRIKAM_ID, POLICY, VERIFIER, environment, mail

Run = Callable[..., subprocess.CompletedProcess]
ENDPOINTS = Path(__file__).parents[1] / "data" / "endpoints-worldwide.json"

SETTINGS = """\
listen = [ "unix:{directory}/milter.sock" ];
authserv_id = "relay.example.net";
acl: {{ source = "{endpoints}"; }};
dkim: {{ source = "authres"; trusted_authserv_id = "{verifier}"; }};
@include "{directory}/tenants.conf"
"""


def imported(run: Run, directory: Path, policy: object) -> subprocess.CompletedProcess:
    path = directory / "policy.json"
    path.write_text(policy if isinstance(policy, str) else json.dumps(policy, indent=2))
    return run("import-exota", path)


def place_in_settings(directory: Path, tenants: str) -> Path:
    (directory / "tenants.conf").write_text(tenants)
    path = directory / "exogate.conf"
    path.write_text(SETTINGS.format(directory=directory, endpoints=ENDPOINTS, verifier=VERIFIER))
    return path


def bare(text: str) -> str:
    """Without comments and blanks."""
    return "".join(re.sub(r"(?m)#.*$", "", text).split())


def test_the_same_policy(run: Run, tmp_path: Path) -> None:
    done = imported(run, tmp_path, POLICY)
    assert (done.stderr, done.returncode) == ("", 0)
    assert bare(done.stdout) == bare(f"""
        tenants = (
          {{ name = "contoso_com"; ids = [ "{CONTOSO_ID}" ];
             domains = [ "contoso.com", "contoso.onmicrosoft.com" ];
             proofs = 2; required = [ "stamp", "signature" ]; }},
          {{ name = "fabrikam_com"; ids = [ "{FABRIKAM_ID}" ];
             domains = [ "fabrikam.com" ];
             proofs = 1; required = [ "stamp" ]; }},
          {{ name = "nobody_example";
             domains = [ "nobody.example" ];
             proofs = 2; required = [ "stamp", "signature" ]; }} );""")


# What the operator must decide, and of which entry.
DECISIONS = {
    "id": ({"tenant_id": ""}, "its tenant_id was empty"),
    "no-id": ({}, "its tenant_id was empty"),
    "dkim": ({"tenant_id": CONTOSO_ID, "dkim_enabled": False}, "dkim_enabled was false, so"),
    "alignment": ({"tenant_id": CONTOSO_ID, "dkim_alignment_required": False},
                  "no alignment was required"),
    "onmicrosoft": ({"tenant_id": CONTOSO_ID}, "add the tenant's own NAME.onmicrosoft.com"),
}


@pytest.mark.parametrize("entry, words", DECISIONS.values(), ids=DECISIONS.keys())
def test_what_is_to_be_decided(run: Run, tmp_path: Path, entry: dict, words: str) -> None:
    assert f"# DECIDE: {words}" in imported(run, tmp_path, {"contoso.com": entry}).stdout
    twin = {"contoso.onmicrosoft.com": {"tenant_id": CONTOSO_ID}}
    assert "DECIDE" not in imported(run, tmp_path, twin).stdout


def test_dkim_of_some_domains_is_demanded_of_all(run: Run, tmp_path: Path) -> None:
    done = imported(run, tmp_path, {
        "a.example": {"tenant_id": CONTOSO_ID},
        "b.example": {"tenant_id": CONTOSO_ID, "dkim_enabled": False}})
    assert done.returncode == 0
    assert done.stderr == (
        f'{tmp_path}/policy.json: warning: "b.example": dkim_enabled is false, but true of '
        '"a.example" of the same tenant: a signature is demanded of both\n')
    assert "proofs = 2;" in done.stdout
    assert re.search(r"was false for some.*\n.*\n    #   b\.example\n", done.stdout)


def test_tenants_come_in_the_order_of_the_file(run: Run, tmp_path: Path) -> None:
    done = imported(run, tmp_path, {
        "z.example": {"tenant_id": FABRIKAM_ID}, "y.example": {}, "x.example": {},
        "b.example": {"tenant_id": CONTOSO_ID}, "a.example": {"tenant_id": FABRIKAM_ID}})
    assert re.findall(r'name = "(\w+)"', done.stdout) == [
        "z_example", "y_example", "x_example", "b_example"]
    assert re.search(r'"z\.example",\s+"a\.example"\s+\]', done.stdout)


def test_names_differ(run: Run, tmp_path: Path) -> None:
    long = ".".join(["x" * 60] * 3)
    domains = ["a-b.c.example", "a.b-c.example", "a_b.example", "a.b.example", f"a{long}.example",
               f"a{long}.example.net"]
    done = imported(run, tmp_path, {domain: {} for domain in domains})
    names = re.findall(r'name = "([^"]+)"', done.stdout)
    assert len(set(names)) == len(domains)
    assert all(re.fullmatch(r"[\w-]{1,64}", name) for name in names)


REFUSED = {
    "unknown-key": ('{\n "contoso.com": {\n  "dkim": true }}',
                    ':3: "contoso.com".dkim: unknown key; '
                    'known here: tenant_id, dkim_enabled, dkim_alignment_required'),
    "no-guid": ('{\n "contoso.com": { "tenant_id":\n"1234" }}',
                ':2: "contoso.com".tenant_id: not a GUID; '
                'it looks like 1234abcd-18c5-45e8-88de-123456789abc'),
    "guid-in-braces": (json.dumps({"contoso.com": {"tenant_id": f"{{{CONTOSO_ID}}}"}}),
                       ':1: "contoso.com".tenant_id: not a GUID; '
                       'it looks like 1234abcd-18c5-45e8-88de-123456789abc'),
    "consumers": ('{"contoso.com": {"tenant_id": "84df9e7f-e9f6-40af-b435-aaaaaaaaaaaa"}}',
                  ':1: "contoso.com".tenant_id: Microsoft\'s consumer service (outlook.com), '
                  'where anyone can send from'),
    "id-null": ('{"contoso.com": {"tenant_id": null}}',
                ':1: "contoso.com".tenant_id: expected a string; write the tenant\'s id, or ""'),
    "dkim-text": ('{"contoso.com": {"dkim_enabled": "true"}}',
                  ':1: "contoso.com".dkim_enabled: expected true or false, without quotes'),
    "alignment-number": ('{"contoso.com":\n{"dkim_alignment_required": 1}}',
                         ':2: "contoso.com".dkim_alignment_required: '
                         'expected true or false, without quotes'),
    "entry": ('{"contoso.com": []}',
              ':1: "contoso.com": expected an object; write { "tenant_id": "..." }'),
    "no-domain": ('{"contoso com": {}}', ':1: "contoso com": not a domain name'),
    "top-level": ('{"com": {}}', ':1: "com": a suffix that others have domains under; '
                                 'write the whole domain'),
    "no-u-label": ('{"Bücher\u212a.example": {}}',
                   ':1: "Bücher\u212a.example": not a domain name of IDNA2008, in lower case; '
                   'write it as the registry shows it, or the A-label (xn--...)'),
    "nul-escaped": (r'{"b\u0000.example": {}}',
                    r""":1: NUL byte in object key not supported near '"b\u0000.example"'"""),
    "escaped": (r'{"\u0062ad example": {}}', ': "bad example": not a domain name'),
    "twice": ('{"contoso.com": {},\n "contoso.com": {}}',
              ":2: duplicate object key near '\"contoso.com\"'"),
    "twice-but-for-case": ('{"contoso.com": {}, "Contoso.COM": {}}',
                           ': "contoso.com": written twice, in another case or with a dot; '
                           'leave one'),
    "twice-but-for-dot": ('{"contoso.com.": {}, "contoso.com": {}}',
                          ': "contoso.com": written twice, in another case or with a dot; '
                          'leave one'),
    "key-twice": ('{"contoso.com": {"tenant_id": "", "tenant_id": ""}}',
                  ":1: duplicate object key near '\"tenant_id\"'"),
    "list": ("[]", ': expected an object; write { "contoso.com": { ... } }'),
    "empty": ("{}", ": there is no domain in it"),
    "no-json": ("{", ":1: string or '}' expected near end of file"),
    "nothing": ("", ":1: '[' or '{' expected near end of file"),
    "nul": ('{"contoso.com": {}}\0', ": cannot be read: there is a NUL byte in it"),
}


@pytest.mark.parametrize("policy, line", REFUSED.values(), ids=REFUSED.keys())
def test_refused(run: Run, tmp_path: Path, policy: str, line: str) -> None:
    done = imported(run, tmp_path, policy)
    assert (done.stdout, done.returncode, done.stderr.count("\n")) == ("", 1, 1)
    assert done.stderr == f"{tmp_path}/policy.json{line}\n"


def test_many_errors_are_told_at_once(run: Run, tmp_path: Path) -> None:
    done = imported(run, tmp_path, {f"d{n}.example": {"tenant_id": n} for n in range(120)})
    lines = done.stderr.splitlines()
    assert (len(lines), done.returncode) == (101, 1)
    assert lines[100] == f"{tmp_path}/policy.json: 20 more errors"


def test_of_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    done = run("import-exota", tmp_path / "none.json")
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr == f"{tmp_path}/none.json: cannot be read: No such file or directory\n"


def test_output_that_cannot_be_written(exogated: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text(json.dumps(POLICY))
    with open("/dev/full", "w") as full:
        done = subprocess.run([exogated, "import-exota", tmp_path / "policy.json"], stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False, env=SANITIZER_OPTIONS)
    assert (done.stderr, done.returncode) == (
        "exogated: cannot write to standard output: No space left on device\n", 1)


def test_check_accepts_it(run: Run, tmp_path: Path) -> None:
    settings = place_in_settings(tmp_path, imported(run, tmp_path, POLICY).stdout)
    done = run("check", "-c", settings)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{settings}: ok: 3 tenants, 4 domains, 6 Microsoft prefixes\n"


def test_ten_thousand_domains(run: Run, tmp_path: Path) -> None:
    policy = {f"d{n}.example": {"tenant_id": f"1234abcd-18c5-45e8-88de-{n // 2:012x}"}
              for n in range(10000)}
    settings = place_in_settings(tmp_path, imported(run, tmp_path, policy).stdout)
    assert ": ok: 5000 tenants, 10000 domains," in run("check", "-c", settings).stdout


# The same messages, by the tenants that were imported and by the environment: one judgement.
MESSAGES = {
    "all-agree": (mail(), "authorised"),
    "merged-domain": (mail("a@contoso.onmicrosoft.com", signed="contoso.com"), "authorised"),
    "not-signed": (mail(signed=None), "proof-missing"),
    "foreign-id": (mail(tenant=FABRIKAM_ID), "tenant-conflict"),
    "without-dkim": (mail("bob@fabrikam.com", signed=None, tenant=FABRIKAM_ID), "authorised"),
    "without-dkim-foreign-id": (mail("bob@fabrikam.com", signed=None), "tenant-conflict"),
    "id-not-known": (mail("x@nobody.example", signed="nobody.example"), "tenant-conflict"),
    "unknown": (mail("x@elsewhere.example"), "tenant-unknown"),
}


def reasons(daemon: Daemon) -> dict[str, str]:
    found = {}
    with Mta(daemon.socket) as mta:
        mta.connect("40.107.1.2")
        mta.helo(CERTIFICATE)
        for number, (id_, (message, _)) in enumerate(MESSAGES.items()):
            message.queue_id = f"4R{number:06X}"
            mta.message(message)
            line = daemon.wait_for_log(f"{message.queue_id}: ")
            found[id_] = re.search(r" reason=([\w-]+) ", line)[1]
        mta.quit()
    return found


@pytest.mark.parametrize("of", ["file", "environment"])
def test_a_conversation_by_what_was_imported(run: Run, exogated: Path, tmp_path: Path, engine: str,
                                             of: str) -> None:
    if of == "file":
        settings = place_in_settings(tmp_path, imported(run, tmp_path, POLICY).stdout)
    else:
        settings = tmp_path / "exogate.conf"
        settings.write_text(run("import-exota", variables=environment(tmp_path)).stdout)
    daemon = Daemon(exogated, settings, tmp_path / "milter.sock", engine)
    daemon.wait_until_it_serves()
    assert reasons(daemon) == {id_: reason for id_, (_, reason) in MESSAGES.items()}
    daemon.end()


def test_a_conversation_in_its_place(daemons: Callable[..., Daemon], engine: str) -> None:
    assert reasons(daemons(engine)) == {id_: reason for id_, (_, reason) in MESSAGES.items()}

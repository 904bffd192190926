# SPDX-License-Identifier: Apache-2.0
"""The printed reference of all keys, and the example that is installed."""

import re
import subprocess

import pytest

from .conftest import BASE, ENDPOINTS, ENVIRONMENT, EXOGATED, ROOT, Settings, exogated

EXAMPLE = ROOT / "contrib" / "exogate.conf"

# Type, range and default of each key, as a user reads them.
KEYS = {
    "listen": "list, each unix:PATH, inet:PORT@HOST or inet6:PORT@HOST; required",
    "socket.mode": 'a file mode; default: "660"',
    "socket.group": "a group; default: the directory's, if that is set-group-id",
    "control": "the path of a socket; default: none",
    "user": "an account; default: stay who started it",
    "workers": "a number from 1 to 256; default: one for each CPU that it may use",
    "authserv_id": "a host name; required",
    "mode": '"enforce" or "monitor"; default: "enforce"',
    "log_messages": '"all" or "refused"; default: "all"',
    "acl.check": '"addresses" or "none"; default: "addresses"',
    "acl.source": 'a path; required with check = "addresses"',
    "acl.instance": '"worldwide" or "china" or "gcc-high" or "dod"; default: "worldwide"',
    "acl.relay_pool": '"ignore" or "accept"; default: "ignore"',
    "acl.allow": "list, each an address or ADDRESS/LENGTH; default: none",
    "acl.other_clients": '"reject" or "pass"; default: "reject"',
    "certificate.check": '"names" or "none"; default: "names"',
    "certificate.names": 'list, each a certificate\'s common name; '
                         'default: [ "mail.protection.outlook.com" ]',
    "certificate.missing": '"tempfail" or "ignore"; default: "tempfail"',
    "certificate.exempt": "list, each an address or ADDRESS/LENGTH; default: none",
    "dkim.source": '"none" or "authres" or "native"; default: "native"',
    "dns.servers": "list, each a name server; default: those of /etc/resolv.conf",
    "dns.timeout": 'a duration from 1s to 120s; default: "12s"',
    "dns.cache": 'a number from 1 to 1M; default: "1000"',
    "dkim.signatures": "a number from 1 to 16; default: 8",
    "dkim.min_rsa_bits": "a number from 1024 to 4096; default: 1024",
    "dkim.partial_body": '"ignore" or "accept"; default: "ignore"',
    "dkim.trusted_authserv_id": 'a host name; required with source = "authres"',
    "hosted.domains": "list, each a domain, or .DOMAIN for its subdomains; default: none",
    "replies[].reason": "a reason; required",
    "replies[].text": "a text of lines; required",
    "reason_header": "the name of a header field; default: no such field is added",
    "exota.reject_message": "a text; default: replies are exogate's",
    "exota.tempfail_message": "a text; default: replies are exogate's",
    "exota.authserv_id": "a host name; default: no such field is added",
    "rate_limit.messages_minute": "a number from 0 to 100M; default: as for all, or no limit",
    "rate_limit.messages_hour": "a number from 0 to 100M; default: as for all, or no limit",
    "rate_limit.recipients_minute": "a number from 0 to 100M; default: as for all, or no limit",
    "rate_limit.recipients_hour": "a number from 0 to 100M; default: as for all, or no limit",
    "tenant_table": "a path; default: none",
    "tenants[].name": "a name; required",
    "tenants[].ids": "list, each a GUID; default: none",
    "tenants[].unknown_ids": '"conflict" or "ignore"; default: "conflict"',
    "tenants[].domains": "list, each a domain, or .DOMAIN for its subdomains; required",
    "tenants[].originator_orgs": "list, each a domain; "
                                 "default: domains, and what rewrite.map moves senders to",
    "tenants[].dkim_domains": "list, each a domain; "
                              "default: domains, and what rewrite.map moves senders to",
    "tenants[].secret_header.name": "the name of a header field; required",
    "tenants[].secret_header.values": "<FILE; required",
    "tenants[].proofs": "a number from 1 to 3; default: 2",
    "tenants[].proofs_reason": "a text; default: none",
    "tenants[].required": 'list, each "stamp" or "signature" or "secret"; default: none',
    "tenants[].relay_addresses": "list, each an address or ADDRESS/LENGTH; default: none",
    "tenants[].forwarding": '"reject" or "srs" or "resent-from"; default: "reject"',
    "tenants[].mode": '"enforce" or "monitor"; default: the mode of all',
    "tenants[].refusal": '"reject" or "hold"; default: "reject"',
    "tenants[].rate_limit.messages_minute": "a number from 0 to 100M; default: as for all, or no limit",
    "tenants[].rate_limit.messages_hour": "a number from 0 to 100M; default: as for all, or no limit",
    "tenants[].rate_limit.recipients_minute": "a number from 0 to 100M; default: as for all, or no limit",
    "tenants[].rate_limit.recipients_hour": "a number from 0 to 100M; default: as for all, or no limit",
    "tenants[].rewrite.map": "a path; required",
    "limits.connections": 'a number from 1 to 65000; default: "10000"',
    "limits.messages": 'a number from 1 to 100K; default: "1000"',
    "limits.message_wait": 'a duration from 1s to 1d; default: "240s"',
    "limits.message_header": 'a size from 64K to 8M; default: "1M"',
    "limits.recipients": 'a number from 1 to 1M; default: "10000"',
    "limits.edits": 'a number from 10 to 4K; default: "1000"',
    "limits.idle": 'a duration from 1s to 1d; default: "600s"',
    "limits.message_idle": 'a duration from 1s to 1d; default: "4h"',
}


def printed_keys() -> dict[str, list[str]]:
    """What `exogated keys` prints: the lines below each key."""
    done = exogated("keys")
    assert (done.stderr, done.returncode) == ("", 0)
    keys: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        if line.startswith("\t"):
            keys[key].append(line[1:])
        else:
            key = line
            keys[key] = []
    return keys


@pytest.mark.parametrize("arguments", [["keys"], ["check", "-c"]], ids=["keys", "check"])
def test_output_that_cannot_be_written(settings: Settings, arguments: list[str]) -> None:
    if arguments[-1] == "-c":
        arguments = [*arguments, settings.write("exogate.conf", "\n".join(BASE.values()))]
    with open("/dev/full", "w") as full:
        done = subprocess.run([EXOGATED, *arguments], stdout=full, stderr=subprocess.PIPE,
                              text=True, timeout=60, env=ENVIRONMENT)
    assert (done.stderr, done.returncode) == (
        "exogated: cannot write to standard output: No space left on device\n", 1)


def test_hosted_domains_are_not_for_anyone() -> None:
    """Other clients are refused by default, whomever they send to."""
    for text in (" ".join(printed_keys()["hosted.domains"]), EXAMPLE.read_text()):
        assert "anyone may send" not in text


def test_each_key_has_its_type_and_default() -> None:
    assert {key: lines[0] for key, lines in printed_keys().items()} == KEYS


def test_each_key_has_a_meaning() -> None:
    for key, lines in printed_keys().items():
        assert len(lines) > 1 and lines[-1].endswith("."), key
        assert max(map(len, lines)) < 90, key


def example_text(settings: Settings) -> str:
    """The example, with the files that it names in the test's directory."""
    settings.write("contoso.map", "@contoso.com @contoso.example\n")
    settings.write("contoso.secret", "0123456789abcdef\n").chmod(0o640)
    settings.write("tenants.tab", "name=fabrikam ids=00000000-18c5-45e8-88de-123456789abc "
                   "domains=fabrikam.onmicrosoft.com\n")
    return (EXAMPLE.read_text()
            .replace("/var/lib/exogate/microsoft.json", str(ENDPOINTS))
            .replace("/etc/exogate/contoso.map", "$DIR/contoso.map")
            .replace("/etc/exogate/contoso.secret", "$DIR/contoso.secret")
            .replace("/etc/exogate/tenants.tab", "$DIR/tenants.tab")
            .replace("/etc/exogate/more.conf", "$DIR/more.conf")
            .replace('user = "exogate"', 'user = "root"'))  # an account that is everywhere


def test_example_is_valid(settings: Settings) -> None:
    answer = settings.check_text(example_text(settings))
    assert (answer.lines, answer.out) == (
        [], "exogate.conf: ok: 1 tenant, 2 domains, 6 Microsoft prefixes\n")


def test_example_is_valid_with_everything_in_it(settings: Settings) -> None:
    settings.write("more.conf", "")
    text = re.sub(r"(?m)^#(?=[a-z@])", "", example_text(settings))
    text = re.sub(r"(?m)^proofs_reason .*$", "", text)          # which has no use beside 2 proofs
    answer = settings.check_text(text)
    assert (answer.lines, answer.out) == (
        [], "exogate.conf: ok: 2 tenants (of which 1 from tenants.tab), 4 domains, "
        "6 Microsoft prefixes\n")


def test_example_has_each_key() -> None:
    """Each key of the table stands in the example under its group, set or as a comment."""
    text = re.sub(r"(?m)^ *#( .*)?$|^#|\"[^\"]*\"", "", EXAMPLE.read_text())
    found, groups = set(), []
    for match in re.finditer(r"(?P<name>\w*)\s*[:=]?\s*(?P<open>[{(])|(?P<close>[})])"
                             r"|(?P<key>\w+)\s*=", text):
        if match["close"]:
            groups.pop()
        elif match["open"]:
            groups.append(match["name"] + "[]" * (match["open"] == "("))
        else:
            found.add(".".join([*filter(None, groups), match["key"]]))
    assert found >= set(KEYS)

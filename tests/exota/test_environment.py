# SPDX-License-Identifier: Apache-2.0
"""Each environment variable: honoured, or refused with a line that names it."""

import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conversations.daemon import Daemon
from lab.commands import wait_until
from milter.client import Mta
from sanitizers import SANITIZER_OPTIONS

from .place import CERTIFICATE, POLICY, VERIFIER, environment, mail

Run = Callable[..., subprocess.CompletedProcess]
MAN = Path(__file__).parents[2] / "contrib" / "man" / "exogate-exota.7"
SOURCE = Path(__file__).parents[2] / "daemon" / "exota" / "exota_environment.c"


def settings_of(run: Run, directory: Path, **changed: str | None) -> subprocess.CompletedProcess:
    """The settings that the environment stands for."""
    return run("import-exota", variables=environment(directory, changed))


# What a variable puts into the settings.
HONOURED = {
    "name": ({"MILTER_SOCKET": None, "MILTER_NAME": "guard"},
             ['listen = [ "unix:/socket/guard" ];', 'authserv_id = "guard";']),
    "no-name": ({"MILTER_SOCKET": None}, ['listen = [ "unix:/socket/exota-milter" ];',
                                          'authserv_id = "exota-milter";']),
    "path": ({"MILTER_SOCKET": "/run/a b"}, ['listen = [ "unix:/run/a b" ];']),
    "unix": ({"MILTER_SOCKET": "unix:/run/a"}, ['listen = [ "unix:/run/a" ];']),
    "local": ({"MILTER_SOCKET": "local:/run/a"}, ['listen = [ "unix:/run/a" ];']),
    "inet": ({"MILTER_SOCKET": "inet:4321@0.0.0.0"}, ['listen = [ "inet:4321@0.0.0.0" ];']),
    "inet-brackets": ({"MILTER_SOCKET": "inet:4321@[127.0.0.1]"},
                      ['listen = [ "inet:4321@127.0.0.1" ];']),
    "inet-port": ({"MILTER_SOCKET": "inet:4321"}, ['listen = [ "inet:4321@0.0.0.0" ];']),
    "inet6": ({"MILTER_SOCKET": "inet6:4321@[2001:db8::1]"},
              ['listen = [ "inet6:4321@2001:db8::1" ];']),
    "inet6-any": ({"MILTER_SOCKET": "inet6:4321@[::]"}, ['listen = [ "inet6:4321@::" ];']),
    "inet6-port": ({"MILTER_SOCKET": "inet6:4321"}, ['listen = [ "inet6:4321@::" ];']),
    "mode": ({}, ['socket: { mode = "666"; };']),
    "messages": ({"MILTER_REJECT_MESSAGE": 'No "way" \\o/', "MILTER_TMPFAIL_MESSAGE": "Later"},
                 [r'reject_message = "No \"way\" \\o/";', 'tempfail_message = "Later";']),
    "no-messages": ({}, ['reject_message = "Security policy violation!";',
                         'tempfail_message = "Service temporarily not available! '
                         'Please try again later.";']),
    "log-level": ({"LOG_LEVEL": "Error"}, ['log_messages = "refused";']),
    "log-level-warn": ({"LOG_LEVEL": "warn"}, ['log_messages = "refused";']),
    "dkim": ({}, [f'dkim: {{ source = "authres"; trusted_authserv_id = "{VERIFIER}"; }};']),
    "no-dkim": ({"MILTER_DKIM_ENABLED": None, "MILTER_DKIM_ALIGNMENT_REQUIRED": None,
                 "MILTER_TRUSTED_AUTHSERVID": None}, ['dkim: { source = "none"; };']),
    "x509": ({}, ['certificate: { names = [ "mail.protection.outlook.com" ]; '
                  'exempt = [ "127.0.0.1", "::1" ]; };']),
    "x509-name": ({"MILTER_X509_TRUSTED_CN": "*.mail.protection.partner.outlook.cn"},
                  ['names = [ "*.mail.protection.partner.outlook.cn" ];']),
    "x509-addresses": ({"MILTER_X509_IP_WHITELIST": " 192.0.2.1 ,\t2001:db8::/32,"},
                       ['exempt = [ "192.0.2.1", "2001:db8::/32" ];']),
    "x509-nobody": ({"MILTER_X509_IP_WHITELIST": ""}, ["exempt = [  ];"]),
    "no-x509": ({"MILTER_X509_ENABLED": None}, ['certificate: { check = "none"; };']),
    "no-list": ({}, ['acl: { check = "none"; };']),
    "list": ({"EXOGATE_ACL_SOURCE": "/x/microsoft.json"},
             ['acl: { source = "/x/microsoft.json"; };']),
    "header": ({"MILTER_AUTHSERVID": "some-id"}, ['  authserv_id = "some-id";']),
    "tenant-id-and-dkim": ({}, ['required = [ "stamp", "signature" ];']),
    "dkim-alone": ({"MILTER_TENANT_ID_REQUIRED": None},
                   ['required = [ "signature" ];', 'unknown_ids = "ignore";']),
    "tenant-id-alone": ({"MILTER_DKIM_ENABLED": None}, ['required = [ "stamp" ];']),
    "nothing-demanded": ({"MILTER_DKIM_ENABLED": None, "MILTER_TENANT_ID_REQUIRED": None},
                         ['required = [ "stamp" ];']),
}


@pytest.mark.parametrize("changed, lines", HONOURED.values(), ids=HONOURED.keys())
def test_honoured(run: Run, tmp_path: Path, changed: dict, lines: list[str]) -> None:
    done = settings_of(run, tmp_path, **changed)
    assert done.returncode == 0, done.stderr
    assert [line for line in lines if line not in done.stdout] == []


def test_without_the_header(run: Run, tmp_path: Path) -> None:
    done = settings_of(run, tmp_path, MILTER_ADD_HEADER=None, MILTER_AUTHSERVID=None)
    exota = re.search(r"exota: \{(.*?)\};", done.stdout, re.S)[1]
    assert "authserv_id" not in exota


REFUSED = {
    "ldap": ({"MILTER_POLICY_SOURCE": "ldap", "MILTER_LDAP_SERVER_URI": "ldaps://x"},
             "MILTER_POLICY_SOURCE: this version reads no directory; write what is in it to a "
             "policy file (ldapsearch), name that in MILTER_POLICY_FILE, and set this to \"file\""),
    "source": ({"MILTER_POLICY_SOURCE": "sql"},
               'MILTER_POLICY_SOURCE: "sql": unknown; write "file"'),
    "verifier": ({"MILTER_TRUSTED_AUTHSERVID": None},
                 "MILTER_TRUSTED_AUTHSERVID: not set; set it to the verifier's name in "
                 "Authentication-Results"),
    "verifier-is-us": ({"MILTER_NAME": VERIFIER.upper()},
                       "MILTER_NAME: the same as MILTER_TRUSTED_AUTHSERVID, but it names this "
                       "filter's own results, which are removed from what comes in; give it "
                       "another name"),
    "alignment": ({"MILTER_DKIM_ALIGNMENT_REQUIRED": "true"},
                  'MILTER_DKIM_ALIGNMENT_REQUIRED: "true": write True or False'),
    "authservid": ({"MILTER_AUTHSERVID": None},
                   "MILTER_AUTHSERVID: not set; set it to the name in "
                   "X-ExOTA-Authentication-Results"),
    "open": ({"MILTER_X509_ENABLED": None, "MILTER_DKIM_ENABLED": None,
              "MILTER_DKIM_ALIGNMENT_REQUIRED": None, "MILTER_TRUSTED_AUTHSERVID": None},
             "MILTER_X509_ENABLED: an open relay without it: neither certificate, address nor "
             "signature is checked, and anyone can write a tenant's id; set it, "
             "EXOGATE_ACL_SOURCE or MILTER_DKIM_ENABLED"),
    "policy": ({"MILTER_POLICY_FILE": "/none/policy.json"},
               "/none/policy.json: cannot be read: No such file or directory"),
    "no-policy": ({"MILTER_POLICY_FILE": None},
                  "/data/policy.json: cannot be read: No such file or directory"),
}


@pytest.mark.parametrize("command", ["exota", "import-exota"])
@pytest.mark.parametrize("changed, line", REFUSED.values(), ids=REFUSED.keys())
def test_refused(run: Run, tmp_path: Path, changed: dict, line: str, command: str) -> None:
    done = run(command, variables=environment(tmp_path, changed))
    assert (done.stdout, done.stderr, done.returncode) == ("", f"{line}\n", 1)


# What the settings refuse, wherever they come from.
REFUSED_BY_SETTINGS = {
    "socket": ({"MILTER_SOCKET": "run/x"}, "the path of the socket is not absolute"),
    "port": ({"MILTER_SOCKET": "inet:123456@0.0.0.0"}, "the port is not from 1 to 65535"),
    "percent": ({"MILTER_REJECT_MESSAGE": "100% no"}, 'without "%"'),
    "message-lines": ({"MILTER_TMPFAIL_MESSAGE": "a\r\n250 b"}, "printable ASCII alone"),
    "address": ({"MILTER_X509_IP_WHITELIST": "localhost"}, "certificate.exempt[0]"),
    "everyone": ({"MILTER_X509_IP_WHITELIST": "0.0.0.0/0"}, "certificate.exempt[0]"),
    "authservid": ({"MILTER_AUTHSERVID": "a b"}, "exota.authserv_id"),
    "list": ({"EXOGATE_ACL_SOURCE": "/none/microsoft.json"}, "acl.source: cannot read"),
    "a-tenant-without-evidence": (
        {"MILTER_X509_ENABLED": None, "MILTER_X509_IP_WHITELIST": None},
        "tenants[1].proofs: an open relay: neither address nor certificate is checked"),
}


@pytest.mark.parametrize("changed, words", REFUSED_BY_SETTINGS.values(),
                         ids=REFUSED_BY_SETTINGS.keys())
def test_refused_by_the_settings(run: Run, tmp_path: Path, changed: dict, words: str) -> None:
    done = run("exota", variables=environment(tmp_path, changed))
    errors = [line for line in done.stderr.splitlines() if ": warning: " not in line]
    assert (done.returncode, len(errors)) == (1, 1), done.stderr
    assert errors[0].startswith("environment:") and words in errors[0]
    assert not (tmp_path / "milter.sock").exists()


WARNED = {
    "switch": ({"MILTER_X509_ENABLED": "False"},
               'MILTER_X509_ENABLED: warning: "False" switches it on, as every value does; '
               'unset it'),
    "switch-empty": ({"MILTER_ADD_HEADER": ""},
                     'MILTER_ADD_HEADER: warning: "" switches it on, as every value does; '
                     'unset it'),
    "unknown": ({"MILTER_DKIM_ENABLE": "1"},
                "MILTER_DKIM_ENABLE: warning: unknown, and not looked at"),
    "ldap": ({"MILTER_LDAP_BINDPW": "secret"},
             'MILTER_LDAP_BINDPW: warning: has no effect while MILTER_POLICY_SOURCE is "file"'),
    "log-level": ({"LOG_LEVEL": "debug"},
                  'LOG_LEVEL: warning: "debug" is as "info": the log has one line for each '
                  'message'),
    "without-switch": ({"MILTER_ADD_HEADER": None},
                       "MILTER_AUTHSERVID: warning: has no effect while MILTER_ADD_HEADER is not "
                       "set"),
}


@pytest.mark.parametrize("changed, line", WARNED.values(), ids=WARNED.keys())
def test_warned(run: Run, tmp_path: Path, changed: dict, line: str) -> None:
    done = settings_of(run, tmp_path, **changed)
    assert (done.stderr, done.returncode) == (f"{line}\n", 0)
    assert settings_of(run, tmp_path, LOG_LEVEL="INFO").stderr == ""


def test_control_characters_are_not_printed(run: Run, tmp_path: Path) -> None:
    done = settings_of(run, tmp_path, **{"MILTER_\x1b[2J": "x", "LOG_LEVEL": "\x1b[31m"})
    assert "\x1b" not in done.stderr and done.stderr.count("\n") == 2


def test_what_the_environment_stands_for_is_valid(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "exogate.conf"
    path.write_text(settings_of(run, tmp_path).stdout)
    done = run("check", "-c", path)
    assert done.stdout == f"{path}: ok: 3 tenants, 4 domains, 0 Microsoft prefixes\n"


def test_every_variable_is_in_the_manual() -> None:
    names = re.findall(r'\{ "([A-Z0-9_]+)", (?:VALUE|SWITCH)', SOURCE.read_text())
    assert len(names) == 17
    page = MAN.read_text()
    assert [name for name in names if f"\n.B {name}\n" not in page] == []


def free_port(family: socket.AddressFamily, address: str) -> int:
    with socket.socket(family) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("family, form, address", [
    (socket.AF_INET, "inet:{}@127.0.0.1", "127.0.0.1"),
    (socket.AF_INET6, "inet6:{}@[::1]", "::1")], ids=["inet", "inet6"])
def test_tcp(exogated: Path, tmp_path: Path, engine: str, family: socket.AddressFamily,
             form: str, address: str) -> None:
    port = free_port(family, address)
    daemon = Daemon([exogated, "exota"], tmp_path / "none.conf", tmp_path / "none.sock", engine,
                    SANITIZER_OPTIONS | environment(tmp_path, {"MILTER_SOCKET": form.format(port)}))
    try:
        daemon.wait_for_log("exogated: version")
        with Mta((address, port)) as mta:
            mta.connect("40.107.1.2")
            mta.helo(CERTIFICATE)
            assert mta.message(mail()).verdict.word == "accept"
            mta.quit()
        daemon.end()
    finally:
        daemon.process.kill()


def test_log_level(start: Callable[..., Daemon], engine: str) -> None:
    """At "warning" and "error" what passes is not logged."""
    daemon = start(engine, {"LOG_LEVEL": "error"})
    with Mta(daemon.socket) as mta:
        mta.connect("40.107.1.2")
        mta.helo(CERTIFICATE)
        for message, word in ((mail(queue_id="4PASS1"), "accept"),
                              (mail(signed=None, queue_id="4REFUSED"), "reply")):
            assert mta.message(message).verdict.word == word
        mta.quit()
    daemon.wait_for_log("4REFUSED: verdict=reject ")
    daemon.end()
    assert "4PASS1" not in daemon.log_text()


def test_who_reaches_the_socket_may_connect(start: Callable[..., Daemon], engine: str) -> None:
    assert start(engine).socket.stat().st_mode & 0o777 == 0o666


def test_reload(start: Callable[..., Daemon], engine: str, tmp_path: Path) -> None:
    """SIGHUP reads the policy file again; one with an error leaves the old policy."""
    daemon = start(engine)
    unknown = mail("x@new.example", signed="new.example", queue_id="4NEW01")

    def answer(number: int) -> str:
        unknown.queue_id = f"4NEW{number:02}"
        with Mta(daemon.socket) as mta:
            mta.connect("40.107.1.2")
            mta.helo(CERTIFICATE)
            word = mta.message(unknown).verdict.word
            mta.quit()
        return word

    def reload(policy: object, line: str) -> None:
        environment(tmp_path, policy=policy)
        before = daemon.log_text().count(line)
        daemon.process.send_signal(1)
        wait_until(lambda: daemon.log_text().count(line) > before, line)

    assert answer(1) != "accept"
    tenant = POLICY["contoso.com"]
    reload(POLICY | {"new.example": tenant}, "reloaded: ")
    wait_until(lambda: answer(2) == "accept", "the new policy")
    reload({"new.example": {"tenant": 1}}, "not reloaded, the policy stays as it was")
    daemon.wait_for_log('"new.example".tenant: unknown key')
    assert answer(3) == "accept"

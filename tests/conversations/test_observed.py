# SPDX-License-Identifier: Apache-2.0
"""What the daemon observes of tenants, and its alarms: from monitor to enforce."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from lab.commands import wait_until

from .cases import exo
from .daemon import (
    AUTHRES, CONTOSO_ID, FABRIKAM_ID, SECRET_HEADER, SECRETS, VERIFIER_ID, Daemon, open_mta)
from .test_supervision import control_of, run, status_of

UNKNOWN_ID = "00000000-1111-2222-3333-444444444444"

# As long as in daemon/io/stamp_watch.h.
ESTABLISHED, ABSENT = 50, 5


def tenants_of(exogated: Path, directory: Path) -> dict:
    done = run(exogated, "status", "--tenants", "--json", "-c", directory / "exogate.conf")
    assert (done.stderr, done.returncode) == ("", 0)
    return json.loads(done.stdout)


def begin(start: Callable[..., Daemon], directory: Path, **changed: str) -> Daemon:
    return start(**{"more": control_of(directory) + changed.pop("more", "")} | changed)


def send(daemon: Daemon, *messages: object, **rest: str) -> None:
    mta = open_mta(daemon, **rest)
    for message in messages:
        mta.message(message)
    mta.quit()


STRANGE = exo(" <x@news.example>", stamps={"X-MS-Exchange-CrossTenant-Id": f" {UNKNOWN_ID}",
                                          "X-OriginatorOrg": " adatum.example"})


def test_rows(start: Callable[..., Daemon], exogated: Path, tmp_path: Path, engine: str) -> None:
    """A known tenant's mail, an unknown one's, and one's in monitor mode, over all threads."""
    daemon = begin(start, tmp_path, engine=engine, mode="monitor",
                   more="" if engine == "libmilter" else "workers = 2;")
    for _ in range(3):
        send(daemon, exo())
    send(daemon, STRANGE, STRANGE)
    send(daemon, exo(), address="203.0.113.9")      # a stale list, or a stranger's relay

    def settled() -> dict:
        found = tenants_of(exogated, tmp_path)
        return found if sum(row["messages"] for row in found["tenants"]) == 6 else {}

    found = wait_until(settled, "the messages to be counted")
    assert found["forgotten"] == 0
    own, strange = found["tenants"]
    assert (own["tenant"], own["mode"], own["tenant_id"], own["originator_org"],
            own["from_domain"]) == ("contoso", "enforce", CONTOSO_ID, "contoso.com", "contoso.com")
    assert (own["messages"], own["accept"]) == (4, {"authorised": 3})
    assert own["tempfail"] == {"client-unlisted": 1}
    assert own["stamps"] == {"tenant-id": 4, "originator-org": 4, "attributed": 0}
    assert own["proofs"]["stamp"] == {"absent": 0, "agree": 4, "conflict": 0, "unknown": 0,
                                      "failed": 0}
    assert own["proofs"]["signature"]["absent"] == 4
    assert not any(own["proofs"]["secret"].values())  # it has none
    assert own["last_seen_s_ago"] < 20
    assert (strange["tenant"], strange["mode"], strange["tenant_id"]) == (None, "monitor",
                                                                          UNKNOWN_ID)
    assert (strange["originator_org"], strange["from_domain"]) == ("adatum.example",
                                                                   "news.example")
    assert strange["would_reject"] == {"tenant-unknown": 2}
    messages = status_of(exogated, tmp_path)["messages"]
    assert messages["monitored"] == 2
    assert messages["would_reject"] == {"tenant-unknown": 2}
    daemon.end()


def test_secrets_are_counted(start: Callable[..., Daemon], exogated: Path, tmp_path: Path,
                             engine: str) -> None:
    """The third proof beside the others: right, wrong and not there, and never its value."""
    daemon = begin(start, tmp_path, engine=engine, proofs="2", contoso=SECRET_HEADER)
    send(daemon, *(exo(" Alice <alice@contoso.com>", ("X-Contoso-Relay", f" {value}"))
                   for value in (*SECRETS, "not-the-secret-01")), exo())

    def settled() -> list:
        found = tenants_of(exogated, tmp_path)["tenants"]
        return found if found and found[0]["messages"] == 4 else []

    (own,) = wait_until(settled, "the messages to be counted")
    assert own["proofs"]["secret"] == {"absent": 1, "agree": 2, "conflict": 1, "unknown": 0,
                                       "failed": 0}
    done = run(exogated, "status", "--tenants", "-c", tmp_path / "exogate.conf")
    assert re.search(r"^  secret +1 absent, 2 agree, 1 conflict$", done.stdout, re.MULTILINE)
    assert not any(secret in done.stdout for secret in SECRETS)
    daemon.end()


def test_text_has_an_entry_that_is_ready(start: Callable[..., Daemon], exogated: Path,
                                         tmp_path: Path) -> None:
    """Of an unknown tenant: with what Microsoft stamped, not with what anyone writes in From."""
    daemon = begin(start, tmp_path, mode="monitor", dkim=AUTHRES)
    send(daemon, STRANGE, exo())
    done = run(exogated, "status", "--tenants", "-c", tmp_path / "exogate.conf")
    assert (done.stderr, done.returncode) == ("", 0)
    assert f"contoso: From contoso.com, OriginatorOrg contoso.com, tenant id {CONTOSO_ID}" \
        in done.stdout
    assert "  would reject 1 tenant-unknown\n" in done.stdout
    entry = done.stdout[done.stdout.index("  { name"):]
    assert entry.splitlines() == [
        '  { name    = "adatum";',
        f'    ids     = [ "{UNKNOWN_ID}" ];',
        '    domains = [ "adatum.example" ];',
        '    # From also says "news.example": add it to domains only if it is theirs',
        "  }",
    ]
    settings = tmp_path / "exogate.conf"
    settings.write_text(settings.read_text().replace("\n);\nlimits", f",\n{entry});\nlimits"))
    done = run(exogated, "check", "-c", settings)
    assert done.returncode == 0, done.stderr
    daemon.end()


def test_entry_of_an_id_that_a_tenant_has(start: Callable[..., Daemon], exogated: Path,
                                          tmp_path: Path) -> None:
    daemon = begin(start, tmp_path, mode="monitor")
    send(daemon, exo(), exo(" <x@contoso.example>",
                            stamps={"X-OriginatorOrg": " contoso.example"}))
    done = run(exogated, "status", "--tenants", "-c", tmp_path / "exogate.conf")
    assert '    # the id is that of tenant "contoso": add the domains there\n' in done.stdout
    daemon.end()


def test_the_consumer_service_is_no_entry(start: Callable[..., Daemon], exogated: Path,
                                          tmp_path: Path) -> None:
    daemon = begin(start, tmp_path, mode="monitor")
    send(daemon, exo(" <x@outlook.com>", stamps={
        "X-MS-Exchange-CrossTenant-Id": " 84df9e7f-e9f6-40af-b435-aaaaaaaaaaaa",
        "X-OriginatorOrg": " outlook.com"}))
    done = run(exogated, "status", "--tenants", "-c", tmp_path / "exogate.conf")
    assert "OriginatorOrg outlook.com" in done.stdout and "{ name" not in done.stdout
    daemon.end()


def test_an_entry_has_a_name_of_its_own(start: Callable[..., Daemon], exogated: Path,
                                        tmp_path: Path) -> None:
    """Not one that a tenant, or another entry, has; and all of them are ready together."""
    daemon = begin(start, tmp_path, mode="monitor", dkim=AUTHRES)
    send(daemon, exo(), *(exo(" <x@news.example>", stamps={
        "X-MS-Exchange-CrossTenant-Id": f" {UNKNOWN_ID[:-1]}{i}", "X-OriginatorOrg": f" {org}"})
        for i, org in enumerate(("Contoso.example", "adatum.example", "adatum.test"))))
    done = run(exogated, "status", "--tenants", "-c", tmp_path / "exogate.conf")
    names = re.findall(r'name    = "(.*)"', done.stdout)
    assert len(names) == 3 and "Contoso-example" in names
    assert {"adatum", "adatum-test"} < set(names) or {"adatum", "adatum-example"} < set(names)
    entries = done.stdout[done.stdout.index("  { name"):]
    settings = tmp_path / "exogate.conf"
    settings.write_text(settings.read_text().replace("\n);\nlimits", f",\n{entries});\nlimits"))
    done = run(exogated, "check", "-c", settings)
    assert done.returncode == 0, done.stderr
    daemon.end()


def test_a_signature_of_the_author_is_seen_before_the_tenant_is_known(
        start: Callable[..., Daemon], exogated: Path, tmp_path: Path) -> None:
    daemon = begin(start, tmp_path, mode="monitor", dkim=AUTHRES)
    results = ("Authentication-Results", f" {VERIFIER_ID}; dkim=pass header.d=")
    send(daemon, *(exo(" <x@news.example>", top=((results[0], results[1] + signer),),
                       stamps={"X-MS-Exchange-CrossTenant-Id": f" {UNKNOWN_ID}",
                               "X-OriginatorOrg": " adatum.example"})
                   for signer in ("news.example", "adatum.example", "other.example")))
    (row,) = tenants_of(exogated, tmp_path)["tenants"]
    assert row["proofs"]["signature"] == {"absent": 1, "agree": 2, "conflict": 0, "unknown": 0,
                                          "failed": 0}
    nothing = {"absent": 0, "agree": 0, "conflict": 0, "unknown": 0, "failed": 0}
    assert row["proofs"]["stamp"] == nothing and row["proofs"]["secret"] == nothing
    done = run(exogated, "status", "--tenants", "-c", tmp_path / "exogate.conf")
    assert re.search(r"^  signature +1 absent, 2 agree$", done.stdout, re.MULTILINE)
    assert not re.search(r"^  (stamp|secret) ", done.stdout, re.MULTILINE)
    daemon.end()


def test_hostile_values_make_no_entry(start: Callable[..., Daemon], exogated: Path,
                                      tmp_path: Path) -> None:
    daemon = begin(start, tmp_path, mode="monitor")
    for org in (' a"; ids = "', " -x.example", " x\x1b[2J.example", " localhost",
                " " + 300 * "a" + ".example"):
        send(daemon, exo(" <x@news.example>", stamps={"X-OriginatorOrg": org,
                                                      "X-MS-Exchange-CrossTenant-Id":
                                                          f" {UNKNOWN_ID}"}))
    send(daemon, exo(" <x@news.example>", stamps={"X-MS-Exchange-CrossTenant-Id": ' "; x = "'}))
    done = run(exogated, "status", "--tenants", "-c", tmp_path / "exogate.conf")
    assert "no tenant" in done.stdout
    assert "{ name" not in done.stdout and "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 500
    assert len(tenants_of(exogated, tmp_path)["tenants"]) == 6
    daemon.end()


def test_nothing_was_seen(start: Callable[..., Daemon], exogated: Path, tmp_path: Path) -> None:
    daemon = begin(start, tmp_path)
    done = run(exogated, "status", "--tenants", "-c", tmp_path / "exogate.conf")
    assert done.stdout == "no mail of Exchange Online's since the start\n"
    daemon.end()


def test_alarms_of_clients(start: Callable[..., Daemon], exogated: Path, tmp_path: Path,
                           engine: str) -> None:
    daemon = begin(start, tmp_path, engine=engine)
    for _ in range(3):
        send(daemon, exo(), address="203.0.113.9")
    mta = open_mta(daemon)
    mta.helo(None)
    mta.message(exo())
    mta.quit()
    wait_until(lambda: status_of(exogated, tmp_path)["messages"]["total"] == 4, "four messages")
    alarms = status_of(exogated, tmp_path)["alarms"]
    assert alarms == {"client-unlisted": 3, "cert-missing": 1, "rate-limit": 0,
                      "stamp-vanished": 0, "name-server": 0, "dns-full": 0}
    lines = [line for line in daemon.log_text().splitlines() if "alarm: " in line]
    assert any("alarm: client-unlisted: 203.0.113.9: " in line for line in lines)
    assert len(lines) <= 3      # one a minute of each kind and thread, and two threads at most
    daemon.end()


def test_alarm_of_a_stamp(start: Callable[..., Daemon], exogated: Path, tmp_path: Path,
                          engine: str) -> None:
    """Of the tenant's own mail only: others' stamps say nothing."""
    daemon = begin(start, tmp_path, engine=engine,
                   more="" if engine == "libmilter" else "workers = 1;")
    without = exo(without=("X-MS-Exchange-CrossTenant-Id",))
    foreign = exo(without=("X-OriginatorOrg",),
                  stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}"})
    send(daemon, *ESTABLISHED * [exo()], *2 * ABSENT * [foreign], *(ABSENT - 1) * [without])
    assert status_of(exogated, tmp_path)["alarms"]["stamp-vanished"] == 0
    send(daemon, without)
    line = daemon.wait_for_log("alarm: stamp-vanished: ")
    assert "tenant contoso, X-MS-Exchange-CrossTenant-Id: " in line
    assert status_of(exogated, tmp_path)["alarms"]["stamp-vanished"] == 1
    daemon.end()

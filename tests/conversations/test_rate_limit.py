# SPDX-License-Identifier: Apache-2.0
"""Limits of what a tenant may send: over all threads and processes, and over reloads."""

import re
from collections.abc import Callable
from pathlib import Path

from lab.commands import wait_until

from .cases import exo
from .daemon import CONTOSO_ID, FABRIKAM_ID, Daemon, open_mta
from .test_supervision import control_of, run, status_of

# Refills in hours, so that no test depends on how fast it is.
LIMITED = """\
listen = [ "unix:{socket}", "unix:{directory}/other.sock" ]; {more}
authserv_id = "{authserv_id}";
acl: {{ source = "{directory}/endpoints.json"; }};
dkim: {{ {dkim} }};
rate_limit: {{ {all} }};
tenants = (
  {{ name = "contoso"; ids = [ "{contoso_id}" ]; domains = [ "contoso.com" ]; proofs = 1;
     rate_limit: {{ {own} }}; mode = "{tenant_mode}"; {contoso} }},
  {{ name = "fabrikam"; ids = [ "{fabrikam_id}" ]; domains = [ "fabrikam.com" ]; proofs = 1; }}
);
"""

FABRIKAM = exo(" <bob@fabrikam.com>", mail_from="bob@fabrikam.com",
               stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}",
                       "X-OriginatorOrg": " fabrikam.com"})
FOREIGN = exo(stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}"})


def begin(start: Callable[..., Daemon], directory: Path, engine: str, own: str = "",
          everyone: str = "", **changed: str) -> Daemon:
    return start(**{"engine": engine, "template": LIMITED, "own": own, "all": everyone,
                    "more": control_of(directory)} | changed)


def answers(place: Daemon | Path, *messages: object) -> list[str]:
    """Of each message, on a connection of its own: accept, or the reason."""
    found = []
    for message in messages:
        mta = open_mta(place)
        text = mta.message(message).verdict
        mta.quit()
        reason = re.search(r"\(exogate: ([a-z-]+)\)", text.text)
        found.append(reason[1] if reason else text.word)
    return found


def test_beyond_the_limit_mail_is_put_off(start: Callable[..., Daemon], exogated: Path,
                                          tmp_path: Path, engine: str) -> None:
    """What is refused uses nothing up, and one tenant's limit is not another's."""
    daemon = begin(start, tmp_path, engine, 'messages_hour = "3";')
    assert answers(daemon, *4 * [FOREIGN]) == 4 * ["tenant-conflict"]
    assert answers(daemon, *5 * [exo()]) == 3 * ["accept"] + 2 * ["rate-limit"]
    assert answers(daemon, *5 * [FABRIKAM]) == 5 * ["accept"]
    wait_until(lambda: status_of(exogated, tmp_path)["messages"]["total"] == 14, "all")
    status = status_of(exogated, tmp_path)
    assert status["messages"]["tempfail"] == {"rate-limit": 2}
    assert status["alarms"]["rate-limit"] == 2
    assert "tenant contoso: " in daemon.wait_for_log("alarm: rate-limit: ")
    assert "verdict=tempfail reason=rate-limit tenant=contoso" in daemon.log_text()
    daemon.end()


def test_what_is_forwarded_counts(start: Callable[..., Daemon], tmp_path: Path,
                                  engine: str) -> None:
    """Or else a tenant in other hands would send on without end, by any other From."""
    forwarded = exo(" <eve@author.example>", ("Resent-From", " <alice@contoso.com>"))
    daemon = begin(start, tmp_path, engine, 'messages_hour = "3";',
                   contoso='forwarding = "resent-from";')
    assert answers(daemon, *4 * [forwarded]) == 3 * ["accept"] + ["rate-limit"]
    assert answers(daemon, exo()) == ["rate-limit"]
    daemon.end()


def test_the_reply_is_a_451(start: Callable[..., Daemon], tmp_path: Path, engine: str) -> None:
    daemon = begin(start, tmp_path, engine, 'messages_hour = "1";')
    mta = open_mta(daemon)
    assert mta.message(exo()).verdict.word == "accept"
    assert mta.message(exo()).verdict.text == (
        "451 4.7.1 Tenant sends more than it may for now (exogate: rate-limit)")
    mta.quit()
    daemon.end()


def test_it_holds_for_all_listeners_together(start: Callable[..., Daemon], tmp_path: Path,
                                             engine: str) -> None:
    """With libmilter they are processes."""
    daemon = begin(start, tmp_path, engine, 'messages_hour = "3";')
    other = tmp_path / "other.sock"
    assert answers(daemon, exo(), exo()) == 2 * ["accept"]
    assert answers(other, exo(), exo()) == ["accept", "rate-limit"]
    assert answers(daemon, exo()) == ["rate-limit"]
    daemon.end()


def test_recipients_count(start: Callable[..., Daemon], tmp_path: Path, engine: str) -> None:
    daemon = begin(start, tmp_path, engine, 'recipients_hour = "5";')
    three = exo(rcpts=tuple(f"r{i}@elsewhere.example" for i in range(3)))
    assert answers(daemon, three, three, exo(), exo(), exo()) == [
        "accept", "rate-limit", "accept", "accept", "rate-limit"]
    daemon.end()


def test_the_limit_of_all_is_for_who_has_none(start: Callable[..., Daemon], tmp_path: Path,
                                              engine: str) -> None:
    daemon = begin(start, tmp_path, engine, 'messages_hour = "0";', 'messages_hour = "2";')
    assert answers(daemon, *4 * [exo()]) == 4 * ["accept"]
    assert answers(daemon, *3 * [FABRIKAM]) == ["accept", "accept", "rate-limit"]
    daemon.end()


def test_monitor_mode_leaves_it_alone(start: Callable[..., Daemon], tmp_path: Path,
                                      engine: str) -> None:
    daemon = begin(start, tmp_path, engine, 'messages_hour = "1";', tenant_mode="monitor")
    assert answers(daemon, exo(), exo()) == ["accept", "rate-limit"]
    daemon.end()


def test_a_reload_does_not_refill(start: Callable[..., Daemon], exogated: Path, tmp_path: Path,
                                  engine: str) -> None:
    daemon = begin(start, tmp_path, engine, 'messages_hour = "2";')
    assert answers(daemon, *3 * [exo()]) == ["accept", "accept", "rate-limit"]
    path = tmp_path / "exogate.conf"
    assert run(exogated, "reload", "-c", path).returncode == 0
    assert answers(daemon, exo()) == ["rate-limit"]
    path.write_text(path.read_text().replace('messages_hour = "2"', 'messages_hour = "0"'))
    assert run(exogated, "reload", "-c", path).returncode == 0
    assert answers(daemon, *3 * [exo()]) == 3 * ["accept"]
    daemon.end()

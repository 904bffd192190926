# SPDX-License-Identifier: Apache-2.0
"""Mail through real Postfix while the daemon is reloaded all the time and killed now and then.

    smtp-source -> Postfix, which queues -> Postfix with exogated -> sink

Whatever happens to the daemon, each message is at the sink or in a queue, and what is at the sink
has been judged.  A deferred one is tried again by the Postfix that sent it.
"""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conversations.daemon import ENGINES
from lab.certificates import Certificates
from lab.commands import ENVIRONMENT
from lab.endpoints import smtp_prefixes
from lab.exogated import Exogated
from lab.name_server import ADDRESS as NAME_SERVER
from lab.network import LISTED_V4, NEXTHOP, RELAY_V4, Network
from lab.postfix import HOSTNAME, Postfix
from lab.relay import ENDPOINTS

from .conftest import FULL

MESSAGES = 100_000 if FULL else 500
RELOAD_S, KILL_S = 1.0, 7.0 if FULL else 2.0
SINK = Path(__file__).with_name("fast_sink.py")

MESSAGE = """\
Authentication-Results: relay.example.net; dkim=pass header.d=contoso.com
From: someone@foreign.example
To: u@example.net
Subject: One of many
Message-ID: <one@foreign.example>

Hello.
"""

IMPATIENT = {"minimal_backoff_time": "2s", "maximal_backoff_time": "4s", "queue_run_delay": "2s",
             "transport_retry_time": "2s", "smtpd_client_connection_count_limit": "0",
             "in_flow_delay": "0"}


class Storm:
    def __init__(self, program: Path, engine: str) -> None:
        name = f"exogate-{os.getpid()}-{secrets.token_hex(3)}"
        self.directory = Path("/tmp") / name    # Postfix's users must be able to walk there
        self.network = Network(name)
        self.certificates = Certificates(self.directory / "tls")
        self.relay = Postfix(self.directory / "relay", self.network.relay)
        self.sender = Postfix(self.directory / "sender", self.network.world)
        self.exogated = Exogated(program, self.directory, self.network.relay, engine)
        self.exogated.proofs = 1    # nothing is signed
        self.taken = self.directory / "taken"
        self.reloads = self.kills = 0

    def start(self) -> None:
        self.directory.mkdir()
        self.directory.chmod(0o755)
        self.network.create()
        self.certificates.create(HOSTNAME, [RELAY_V4])
        self.network.nexthop.start(["/usr/bin/python3", SINK, self.taken, NEXTHOP, "25"],
                                   self.directory / "sink.log")
        self.relay.create([RELAY_V4], NEXTHOP, smtp_prefixes(ENDPOINTS), self.certificates,
                          IMPATIENT)
        self.sender.create(["127.0.0.1"], RELAY_V4, ["127.0.0.0/8"], self.certificates,
                           IMPATIENT | {"smtpd_milters": "", "myhostname": "sender.example",
                                        "smtp_bind_address": LISTED_V4})
        self.exogated.create(self.relay.socket_directory / "milter.sock", ENDPOINTS, NAME_SERVER)
        self.exogated.start()
        self.relay.start()
        self.sender.start()

    def send(self) -> subprocess.Popen:
        message = self.directory / "message"
        message.write_text(MESSAGE)
        argv = ["smtp-source", "-s", "10", "-m", str(MESSAGES), "-N", "-F", message,
                "-f", "someone@foreign.example", "-t", "u@example.net", "127.0.0.1:25"]
        return subprocess.Popen(self.network.world.argv(argv), env=ENVIRONMENT)

    def disturb(self, now: float, last: dict[str, float]) -> None:
        if now - last["kill"] > KILL_S:
            self.exogated.kill()
            self.exogated.start()
            self.kills += 1
            last["kill"] = now
        elif now - last["reload"] > RELOAD_S:
            self.exogated.signal(signal.SIGHUP)
            self.reloads += 1
            last["reload"] = now

    def delivered(self) -> Counter:
        """How often each line was written: a recipient and a state."""
        return Counter(self.taken.read_text().splitlines()) if self.taken.exists() else Counter()

    def n_queued(self) -> int:
        """Messages in the queues of both, whatever their state."""
        return sum(1 for postfix in (self.sender, self.relay)
                   for queue in ("maildrop", "incoming", "active", "deferred", "hold")
                   for path in (postfix.queue / queue).rglob("*") if path.is_file())

    def close(self) -> None:
        for namespace in self.network.namespaces:
            namespace.end_processes()
        self.network.remove()
        shutil.rmtree(self.directory, ignore_errors=True)


@pytest.fixture(params=ENGINES)
def storm(released: Path, request: pytest.FixtureRequest) -> Iterator[Storm]:
    storm = Storm(released, request.param)
    try:
        storm.start()
        yield storm
    finally:
        storm.close()


def test_nothing_is_lost_and_nothing_unjudged(storm: Storm,
                                              figure: Callable[[str], None]) -> None:
    started = time.monotonic()
    last = {"kill": started, "reload": started}
    source = storm.send()
    limit_s = 1800 if FULL else 300
    while source.poll() is None or storm.kills < 2:
        storm.disturb(time.monotonic(), last)
        time.sleep(0.05)
        assert time.monotonic() - started < limit_s
    assert source.returncode == 0
    while len(storm.delivered()) < MESSAGES and storm.n_queued() > 0:
        time.sleep(0.5)
        assert time.monotonic() - started < limit_s
    taken_s = time.monotonic() - started
    delivered = storm.delivered()
    queued = storm.n_queued()
    recipients = {line.split()[0] for line in delivered}
    unjudged = [line for line in delivered if line.endswith(" unjudged")]
    deferrals = storm.sender.log.read_text(errors="replace").count("status=deferred")
    figure(f"{storm.exogated.engine}: {MESSAGES} messages, {storm.reloads} reloads, "
           f"{storm.kills} kills, {deferrals} deferrals, in {taken_s:.0f} s: "
           f"{len(recipients)} delivered, "
           f"{sum(delivered.values()) - len(recipients)} of them again, {queued} in a queue, "
           f"{len(unjudged)} unjudged")
    assert unjudged == []
    assert len(recipients) + queued >= MESSAGES
    assert all(recipient.endswith("u@example.net") for recipient in recipients)
    assert "status=bounced" not in storm.sender.log.read_text(errors="replace")
    assert deferrals > 0 or not FULL    # the daemon's end was felt at all

# SPDX-License-Identifier: Apache-2.0
"""exogate-xdp drops and watch: who is dropped, and monitor mode, which drops nobody."""

import json
import os
import pty
import select
import signal
import socket
import subprocess
from collections.abc import Callable

import pytest
from lab.commands import ENVIRONMENT, wait_until

from .cases import ALLOW, CASES, LISTED4, SYN4, SYN6, tcp, v4
from .conftest import LOADER, Place, refused

TAGS9 = next(case.frame for case in CASES if case.id == "tags-9")
RECORDED_MAX = 1024  # EXOGATE_RECORDED_MAX
SAMPLE = 64          # EXOGATE_SAMPLE


def drops(place: Place, *arguments: str) -> list[dict]:
    return json.loads(place.ok("drops", "--json", *arguments))["drops"]


def test_ranked_by_prefix(place: Place):
    place.attach()
    program = place.program()
    assert drops(place) == [] and "nothing has been dropped" in place.ok("drops")
    for source, n in (("198.51.100.1", 3), ("198.51.100.2", 4), ("192.0.2.7", 5)):
        for _ in range(n):
            program.run(v4(tcp(), src=source))
    program.run(SYN6)
    program.run(TAGS9)
    program.run(LISTED4)
    rows = [(row["prefix"], row["packets"], row["source"], row["reason"]) for row in drops(place)]
    assert rows[:2] == [("198.51.100.0/24", 7, "198.51.100.2", "unlisted"),
                        ("192.0.2.0/24", 5, "192.0.2.7", "unlisted")]
    assert sorted(rows[2:], key=str) == [("2001:db8:b::/48", 1, "2001:db8:b::9", "unlisted"),
                                         (None, 1, None, "tag-limit")]
    assert len(drops(place, "--top", "2")) == 2
    lines = place.ok("drops", "--top", "1").splitlines()
    assert lines[1].split()[:4] == ["7", "198.51.100.0/24", "198.51.100.2", "unlisted"]


def test_rank_goes_on_over_an_upgrade(place: Place):
    place.attach()
    place.program().run(SYN4)
    place.attach()
    place.program().run(SYN4)
    assert [row["packets"] for row in drops(place)] == [2]


def test_flood_is_sampled(place: Place):
    """The counter is exact; the ranking is an estimate that is not far off."""
    place.attach()
    n = 20 * RECORDED_MAX
    assert place.program().run_many(SYN4, n) == "drop"
    assert place.report()["counters"]["unlisted"]["packets"] == n
    [row] = drops(place)
    assert n - 4 * SAMPLE <= row["packets"] <= n + 4 * SAMPLE


def test_monitor_passes_and_counts(place: Place):
    place.attach("--monitor", *(word for cidr in ALLOW for word in ("--allow", cidr)))
    report = place.report()
    assert report["monitor"] is True
    program, counters = place.program(), place.counters()
    for case in CASES:
        before = counters.read(), counters.read(monitored=True)
        assert program.run(case.frame) == "pass", case.what
        after = counters.read(), counters.read(monitored=True)
        changed = {(reason, mode) for mode in (0, 1) for reason in after[mode]
                   if after[mode][reason] != before[mode][reason]}
        assert changed == {(case.reason, int(case.verdict == "drop"))}, case.what
    assert drops(place)[0]["packets"] > 1
    assert "monitor only" in place.ok("status")
    place.attach_otherwise()
    assert place.program().run(SYN4) == "drop"


# --- watch ---------------------------------------------------------------------------------------

def watch(place: Place, stdout: int) -> subprocess.Popen:
    argv = place.namespace.argv([LOADER, "watch", "--bpffs", place.pins])
    return subprocess.Popen(argv, stdout=stdout, stderr=subprocess.PIPE, env=ENVIRONMENT)


def end(watching: subprocess.Popen) -> None:
    watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate(timeout=10)
    assert (watching.returncode, errors) == (0, b"")


def read_until(fd: int, done: Callable[[str], bool], again: Callable[[], None]) -> str:
    """What was read by the time that it suffices; again makes more of it."""
    text = ""

    def enough() -> bool:
        nonlocal text
        again()
        if select.select([fd], [], [], 0.2)[0]:  # it may not have been watching yet
            text += os.read(fd, 65536).decode()
        return done(text)

    wait_until(enough, "watch to show the drop")
    return text


@pytest.fixture
def linked(place: Place) -> Place:
    """With its links up, so that frames come over the wire."""
    place.attach()
    place.namespace.ip(f"link set {place.iface} up", "link set peer0 up")
    return place


def send(place: Place, frame: bytes) -> None:
    with place.namespace.entered(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as peer:
        peer.bind(("peer0", 0))
        peer.send(frame)


def test_watch_through_a_pipe(linked: Place):
    """A line a drop, with interface, reason, addresses and port; nothing of the time before."""
    send(linked, v4(tcp(), src="198.51.100.77"))
    watching = watch(linked, subprocess.PIPE)
    text = read_until(watching.stdout.fileno(), lambda text: "\n" in text,
                      lambda: send(linked, SYN4))
    assert text.splitlines()[0].split()[1:] == [
        linked.iface, "unlisted", "198.51.100.9", ">", "192.0.2.25", "port", "25"]
    assert "198.51.100.77" not in text
    end(watching)


def test_watch_on_a_terminal(linked: Place):
    ours, theirs = pty.openpty()
    watching = watch(linked, theirs)
    os.close(theirs)
    text = read_until(ours, lambda text: "198.51.100.9 > 192.0.2.25" in text,
                      lambda: send(linked, SYN4))
    assert "packets/s" in text and "unlisted" in text
    end(watching)
    os.close(ours)


def test_only_one_watches(linked: Place):
    watching = watch(linked, subprocess.PIPE)
    read_until(watching.stdout.fileno(), lambda text: "\n" in text, lambda: send(linked, SYN4))
    refused(linked.loader("watch"), "somebody else watches")
    end(watching)


def test_watch_ends_with_what_it_watches(linked: Place):
    watching = watch(linked, subprocess.PIPE)
    read_until(watching.stdout.fileno(), lambda text: "\n" in text, lambda: send(linked, SYN4))
    linked.ok("detach", linked.iface)
    _, errors = watching.communicate(timeout=20)
    assert (watching.returncode, errors) == (0, b"exogate-xdp: warning: veth0: detached\n")


def test_nothing_to_watch(place: Place):
    refused(place.loader("watch"), "no interface is attached")
    refused(place.loader("drops"), "no interface is attached")


def test_watch_ends_when_nobody_reads(linked: Place):
    watching = watch(linked, subprocess.PIPE)
    read_until(watching.stdout.fileno(), lambda text: "\n" in text, lambda: send(linked, SYN4))
    watching.stdout.close()

    def ended() -> bool:
        send(linked, SYN4)
        return watching.poll() is not None

    wait_until(ended, "watch to end")
    assert watching.stderr.read() in (b"", b"exogate-xdp: cannot write all of it to standard "
                                           b"output\n")

# SPDX-License-Identifier: Apache-2.0
"""attach --confirm: undone by itself, unless confirmed; and the warnings before it is too late."""

import fcntl
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from lab.commands import ENVIRONMENT, wait_until

from .cases import LISTED4, SYN4
from .conftest import ENDPOINTS, LOADER, Place, refused, with_postfix

SOON = "2"  # seconds
LATER = "600"


def waiting(place: Place) -> list[int]:
    """The processes that wait in the place's namespace."""
    return place.namespace.pids()


@pytest.fixture(autouse=True)
def end_waiting(place: Place):
    yield
    for pid in waiting(place):
        os.kill(pid, signal.SIGKILL)


def test_undone_by_itself(place: Place):
    said = place.attach("--confirm", SOON)
    assert f"undone in {SOON} s unless `exogate-xdp confirm`" in said
    assert place.program().run(SYN4) == "drop"
    assert 1 <= place.report()["confirm_s"] <= int(SOON)
    assert "unless confirmed" in place.ok("status")
    wait_until(lambda: not place.attached_program(), "the attachment to be undone")
    wait_until(lambda: not waiting(place), "the waiting processes to end")
    assert not place.pins.exists()


def test_undone_under_a_relative_path(place: Place):
    """The processes that wait leave the directory that it is relative to."""
    done = place.loader("attach", place.iface, "--acl", ENDPOINTS, "--confirm", SOON,
                        pins=Path(place.pins.name), before=("env", "-C", str(place.pins.parent)))
    assert (done.returncode, done.stderr) == (0, "")
    assert place.report()["confirm_s"]
    wait_until(lambda: not place.attached_program(), "the attachment to be undone")
    wait_until(lambda: not waiting(place), "the waiting processes to end")
    assert not place.pins.exists()


def test_confirmed(place: Place):
    place.attach("--confirm", SOON)
    assert place.ok("confirm") == f"{place.iface}: confirmed\n"
    assert place.report()["confirm_s"] is None
    program = place.report()["program"]
    wait_until(lambda: not waiting(place), "the waiting processes to end")
    assert place.report()["program"] == program
    refused(place.loader("confirm"), "nothing waits for confirmation")


def test_waiting_processes_hold_nothing_of_the_caller(place: Place, tmp_path: Path):
    """As a cron job's lock: descriptors from 3 up are theirs only if they opened them."""
    lock = tmp_path / "lock"
    done = place.loader("attach", place.iface, "peer0", "--acl", ENDPOINTS, "--confirm", LATER,
                        before=("flock", str(lock)))
    assert done.returncode == 0 and len(waiting(place)) == 2
    with lock.open() as again:
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
    for pid in waiting(place):
        held = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]
        assert sorted(name.partition(":")[0] for name in held) == ["/dev/null"] * 3 + ["pipe"]


@pytest.mark.parametrize("end", [("confirm",), ("detach", "veth0"),
                                 ("attach", "veth0", "--acl", ENDPOINTS)], ids=lambda end: end[0])
def test_waiting_ends_with_what_was_waited_for(place: Place, end: tuple[str | Path, ...]):
    place.attach("--confirm", LATER)
    time.sleep(2)
    assert len(waiting(place)) == 2
    assert place.loader(*end).returncode == 0
    wait_until(lambda: not waiting(place), "the waiting processes to end")


def test_waiting_goes_on_for_the_others(place: Place):
    place.ok("attach", place.iface, "peer0", "--acl", ENDPOINTS, "--confirm", "5")
    place.ok("confirm", "peer0")
    wait_until(lambda: not place.attached_program(), "the attachment to be undone")
    assert place.report()["interface"] == "peer0"


def test_waiting_ends_if_nothing_was_attached(place: Place):
    refused(place.loader("attach", "lo", "--mode", "native", "--acl", ENDPOINTS, "--confirm",
                         LATER), "lo: cannot attach in native mode")
    wait_until(lambda: not waiting(place), "the waiting processes to end")


def test_pin_that_is_gone_is_logged(place: Place, tmp_path: Path):
    """Both processes say why they undo nothing."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(tmp_path / "log"))
        log.settimeout(10)
        done = place.loader("attach", place.iface, "--acl", ENDPOINTS, "--confirm", LATER, before=(
            "unshare", "--mount", "sh", "-c",
            "mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && touch /dev/log && "
            f'mount --bind {tmp_path}/log /dev/log && exec "$@"', "sh"))
        assert (done.returncode, done.stderr) == (0, "")
        (place.pins / place.iface).unlink()
        for _ in range(2):
            assert f"{place.iface}: nothing is pinned at {place.pins / place.iface} any more, " \
                "nothing to undo" in log.recv(4096).decode()


def test_what_was_before_comes_back(place: Place):
    """With its list, its settings and all counters."""
    place.attach("--allow", "198.51.100.0/24", "--protect", "any:2525")
    before = place.report()
    warnings(place, "--confirm", SOON)
    assert place.report()["protected"] == ["any:25"]
    place.program().run(SYN4)
    wait_until(lambda: not waiting(place), "the attachment to be undone")
    after = place.report()
    assert after["counters"]["unlisted"]["packets"] == 1
    for key in ("program", "list", "prefixes", "protected", "maps"):
        assert after[key] == before[key]


def test_what_was_attached_meanwhile_stays(place: Place):
    """It confirms what waited, in a way; so that is said."""
    place.attach("--confirm", SOON)
    assert warnings(place) == [
        f"exogate-xdp: warning: {place.iface}: what waited for confirmation is replaced: it will "
        "not be undone"]
    program = place.report()["program"]
    wait_until(lambda: not waiting(place), "the waiting processes to end")
    assert place.report()["program"] == program
    assert warnings(place) == []


def test_detached_meanwhile(place: Place):
    place.attach("--confirm", SOON)
    place.ok("detach", place.iface)
    wait_until(lambda: not waiting(place), "the waiting processes to end")
    assert place.attached_program() is None and not place.pins.exists()


def test_not_twice(place: Place):
    place.attach("--confirm", LATER)
    program = place.report()["program"]
    refused(place.loader("attach", place.iface, "--acl", ENDPOINTS, "--confirm", LATER),
            "itself to be confirmed", "exogate-xdp confirm")
    assert place.report()["program"] == program


def test_several_interfaces(place: Place):
    place.ok("attach", place.iface, "peer0", "--acl", ENDPOINTS, "--confirm", SOON)
    assert place.ok("confirm", "peer0") == "peer0: confirmed\n"
    refused(place.loader("confirm", "lo"), "lo: does not wait for confirmation")
    wait_until(lambda: not waiting(place), "the attachment to be undone")
    assert place.attached_program() is None
    assert place.report()["interface"] == "peer0"


def test_no_list_meanwhile(place: Place):
    """It would be undone with the rest, unannounced."""
    place.attach("--confirm", LATER)
    refused(place.loader("acl", "apply", ENDPOINTS), "itself to be confirmed")
    assert place.report()["confirm_s"]


def test_undone_though_another_loader_is_stuck(place: Place):
    place.attach("--confirm", SOON)
    lock = os.open(place.pins, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wait_until(lambda: not place.attached_program(), "the attachment to be undone", 20)
    finally:
        os.close(lock)


@pytest.mark.parametrize("victim", [0, 1], ids=["first", "second"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_undone_though_one_process_is_gone(place: Place, victim: int, how: signal.Signals):
    place.attach("--confirm", SOON)
    pids = sorted(waiting(place))
    assert len(pids) == 2
    os.kill(pids[victim], how)
    wait_until(lambda: not place.attached_program(), "the attachment to be undone", 20)


def test_undone_though_its_session_ends(place: Place):
    """As when the operator's connection is lost: SIGHUP to all of the terminal's session.

    The signal has its effect, whatever these tests were started by (nohup ignores it).
    """
    argv = [LOADER, "attach", place.iface, "--acl", ENDPOINTS, "--bpffs", place.pins,
            "--confirm", SOON]
    master, terminal = os.openpty()
    shell = subprocess.Popen(["env", "--default-signal=HUP", "setsid", "--ctty",
                              *place.namespace.argv(["sh", "-c", '"$@"; kill -HUP 0', "sh", *argv])],
                             stdin=terminal, stdout=terminal, stderr=terminal, env=ENVIRONMENT)
    os.close(terminal)
    assert shell.wait(timeout=60) == -signal.SIGHUP
    os.close(master)  # the terminal hangs up
    assert place.attached_program() and len(waiting(place)) == 2
    wait_until(lambda: not place.attached_program(), "the attachment to be undone")


def test_overdue(place: Place):
    """Nothing will be undone once both waiting processes are gone, and status says so."""
    place.attach("--confirm", SOON)
    for pid in waiting(place):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: place.report()["confirm_s"] == 0, "the time to be over")
    assert "overdue: the processes that wait are gone" in place.ok("status")
    assert place.ok("confirm") == f"{place.iface}: confirmed\n"
    assert place.report()["confirm_s"] is None


def test_nothing_attached_nothing_to_undo(place: Place):
    done = place.loader("attach", "lo", "--mode", "native", "--acl", ENDPOINTS, "--confirm", SOON)
    refused(done, "lo: cannot attach in native mode")
    assert "undone" not in done.stdout


def test_loader_says_that_it_waits(place: Place):
    place.attach()
    lock = os.open(place.pins, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    argv = place.namespace.argv([LOADER, "detach", place.iface, "--bpffs", place.pins])
    detaching = subprocess.Popen(argv, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 env=ENVIRONMENT)
    assert "waiting for another exogate-xdp" in detaching.stderr.readline()
    assert place.attached_program()
    os.close(lock)
    assert detaching.communicate(timeout=20)[0] == f"{place.iface}: detached\n"


# --- warnings ------------------------------------------------------------------------------------

def warnings(place: Place, *arguments: str | Path, before: tuple[str, ...] = ()) -> list[str]:
    done = place.loader("attach", place.iface, "--acl", ENDPOINTS, *arguments, before=before)
    assert done.returncode == 0, done
    lines = done.stderr.splitlines()
    assert all(line.startswith("exogate-xdp: warning: ") for line in lines)
    return lines


def ssh(client: str, server: str, port: int) -> tuple[str, ...]:
    return ("env", f"SSH_CONNECTION={client} 40022 {server} {port}")


@pytest.mark.parametrize("client, server, port, protect, warned", [
    ("198.51.100.9", "192.0.2.25", 22, "any:25", False),
    ("198.51.100.9", "192.0.2.25", 22, "any:22", True),
    ("40.92.1.2", "192.0.2.25", 22, "any:22", False),
    ("2001:db8::9", "2001:db8::25", 25, "any:25", True),
    ("198.51.100.9", "192.0.2.25", 22, "192.0.2.25:22", True),
    ("198.51.100.9", "192.0.2.25", 22, "192.0.2.26:22", False),
    ("fe80::9%eth0", "fe80::1%eth0", 22, "any:22", True),
    ("nonsense", "x", 22, "any:22", False),
])
def test_own_ssh_connection(place: Place, client: str, server: str, port: int, protect: str,
                            warned: bool):
    lines = [line for line in warnings(place, "--protect", protect,
                                       before=ssh(client, server, port)) if "ssh" in line]
    assert len(lines) == warned
    if warned:
        assert client.split("%")[0] in lines[0] and "--confirm" in lines[0]


@pytest.mark.parametrize("options, advice", [
    ((), ": --allow 198.51.100.9/32, or --confirm 60 to be on the safe side"),
    (("--confirm", LATER), f": --allow 198.51.100.9/32; it is undone in {LATER} s unless confirmed"),
])
def test_advice_fits_the_options(place: Place, options: tuple[str, ...], advice: str):
    [line] = warnings(place, "--protect", "any:22", *options,
                      before=ssh("198.51.100.9", "192.0.2.25", 22))
    assert line.endswith(advice)


def test_own_ssh_connection_behind_sudo(place: Place):
    """The variable is gone from the loader's environment, but not from its ancestor's."""
    lines = warnings(place, "--protect", "any:22", before=(
        *ssh("198.51.100.9", "192.0.2.25", 22), "sh", "-c",
        'env -u SSH_CONNECTION "$@"; exit $?', "sh"))
    assert any("your own ssh connection from 198.51.100.9/32" in line for line in lines)


def test_ssh_connection_that_is_allowed(place: Place):
    assert not warnings(place, "--protect", "any:22", "--allow", "198.51.100.0/24",
                        before=ssh("198.51.100.9", "192.0.2.25", 22))


def test_what_is_given_up(place: Place):
    """An attachment is what its options say; what was there before is named."""
    warnings(place, "--monitor", "--allow", "198.51.100.0/24", "--protect", "any:2525")
    lines = warnings(place)
    assert len(lines) == 3
    assert "198.51.100.0/24 of the operator's is not in the list any more" in lines[0]
    assert "any:2525 is not protected any more" in lines[1]
    assert "monitor mode ends" in lines[2]
    assert warnings(place) == []


def test_monitor_harms_nobody(place: Place):
    assert not warnings(place, "--protect", "any:22", "--monitor",
                        before=ssh("198.51.100.9", "192.0.2.25", 22))


def test_address_of_another_host(place: Place):
    [line] = warnings(place, "--protect", "192.0.2.99:25")
    assert "192.0.2.99:25 is no address of this host" in line
    place.namespace.ip(f"address add 192.0.2.99/32 dev {place.iface}")
    assert not warnings(place, "--protect", "192.0.2.99:25")


@pytest.mark.parametrize("settings, says", [
    ("mydestination = $myhostname, localhost.$mydomain, localhost\n", None),
    ("mydestination = $myhostname, relay, !nomatch.example, localhost\n", None),
    ("mydestination =\nrelay_domains = example.net\n", "for example.net (relay_domains)"),
    ("mydestination = localhost, $myhostname, example.net\n",
     "for example.net (mydestination)"),
    ("mydestination = localhosting.example\n", "for localhosting.example (mydestination)"),
    ("mydestination = !nomatch.example, example.net\n", "for example.net (mydestination)"),
    ("mydestination = /etc/postfix/local-host-names\n",
     "for what /etc/postfix/local-host-names lists (mydestination)"),
    ("relay_domains = hash:/etc/postfix/relay_domains\n",
     "for what hash:/etc/postfix/relay_domains lists (relay_domains)"),
    ("relay_domains = !hash:/etc/postfix/not, proxy:mysql:/etc/postfix/vd.cf\n",
     "for what proxy:mysql:/etc/postfix/vd.cf lists (relay_domains)"),
    ("virtual_alias_maps = hash:/etc/postfix/virtual\n",
     "for what hash:/etc/postfix/virtual lists (virtual_alias_domains)"),
    ("virtual_mailbox_domains = mysql:/etc/postfix/vd.cf\n",
     "for what mysql:/etc/postfix/vd.cf lists (virtual_mailbox_domains)"),
])
def test_mx(place: Place, tmp_path: Path, settings: str, says: str | None):
    """Postfix says what it receives mail for."""
    bound = with_postfix(tmp_path, settings)
    lines = [line for line in warnings(place, before=bound) if "MX" in line]
    assert len(lines) == (says is not None)
    assert all(f"receives mail {says}: " in line and "--protect ADDR:25" in line
               for line in lines)
    assert not [line for line in warnings(place, "--protect", "192.0.2.25:25", before=bound)
                if "MX" in line]

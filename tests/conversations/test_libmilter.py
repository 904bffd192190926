# SPDX-License-Identifier: Apache-2.0
"""The life of the engine on libmilter, and how it comes to serve."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab.commands import wait_until
from milter.client import Place
from milter.wire import ProtocolError

from .cases import exo
from .daemon import ENGINES, TIMEOUT_S, Daemon, open_mta, write_settings
from .test_life import SECCOMP, failed_line
from .test_supervision import reason_of, refuse_contoso, run
from .test_supervision import status_of as json_status_of
from .test_supervision import supervised  # noqa: F401, a fixture

Start = Callable[..., Daemon]


def check_serves(place: Place) -> None:
    mta = open_mta(place)
    assert mta.message(exo()).verdict.word == "accept"
    mta.quit()


def children(daemon: Daemon) -> list[int]:
    pid = daemon.process.pid
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines)


def is_gone(pid: int) -> bool:
    try:
        return status_of(pid)["State"].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True


class Refused(Daemon):
    """A daemon with the default engine, under a kernel that refuses a system call."""

    def __init__(self, program: Path, settings: Path, call: str) -> None:
        self.socket = settings.parent / "milter.sock"
        self.log = settings.parent / "exogated.log"
        self.log_before = 0
        with self.log.open("wb") as log:
            argv = [sys.executable, SECCOMP, call, program, "-c", settings]
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)


@pytest.mark.parametrize("call", ["io_uring_setup", "io_uring_enter"])
def test_auto_serves_where_io_uring_is_refused(exogated: Path, tmp_path: Path, call: str) -> None:
    daemon = Refused(exogated, write_settings(tmp_path), call)
    daemon.wait_until_it_serves()
    check_serves(daemon.socket)
    (why,) = [line for line in daemon.log_text().splitlines() if "io_uring" in line]
    assert "Operation not permitted" in why and why.endswith("; libmilter serves instead")
    assert "seccomp" in why
    assert "serves with libmilter" in daemon.log_text()
    daemon.end()


def test_auto_prefers_io_uring(start: Start) -> None:
    daemon = start("auto")
    assert "serves with uring" in daemon.log_text()
    assert children(daemon) == []
    daemon.end()


def test_uring_alone_fails_where_it_is_refused(exogated: Path, tmp_path: Path) -> None:
    line = failed_line(sys.executable, SECCOMP, "io_uring_setup", exogated, "--engine", "uring",
                       "-c", write_settings(tmp_path))
    assert "io_uring" in line


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_several_listeners(start: Start, tmp_path: Path) -> None:
    """A process for each, which all end with the daemon."""
    ports = {"127.0.0.1": free_port(), "::1": free_port()}
    daemon = start("libmilter", also=f', "inet:{ports["127.0.0.1"]}@127.0.0.1", '
                                     f'"inet6:{ports["::1"]}@::1", "unix:{tmp_path}/b.sock"')
    assert len(pids := children(daemon)) == 4
    for address in (daemon.socket, tmp_path / "b.sock", *ports.items()):
        check_serves(address)
    daemon.end()
    assert all(is_gone(pid) for pid in pids)
    assert not (tmp_path / "b.sock").exists()


def test_leaves_nothing_beside_the_socket(start: Start, tmp_path: Path) -> None:
    before = {path.name for path in tmp_path.iterdir()}
    daemon = start("libmilter")
    made = {path.name for path in tmp_path.iterdir()} - before
    assert made == {"milter.sock", "exogated.log", "exogate.conf", "endpoints.json",
                    "contoso.map", "contoso.secret"}
    assert os.stat(daemon.socket).st_mode & 0o777 == 0o660
    daemon.end()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_signals_to_a_child_do_nothing(start: Start, number: signal.Signals) -> None:
    """libmilter would end at them; they are the parent's."""
    daemon = start("libmilter")
    (pid,) = children(daemon)
    mta = open_mta(daemon.socket)
    mta.envelope(message := exo())
    mta.connection.flush()
    os.kill(pid, number)
    check_serves(daemon.socket)
    mta.content(message)
    assert mta.end(message).verdict.word == "accept"
    mta.quit()
    daemon.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_finishes_what_is_under_way(start: Start, number: signal.Signals) -> None:
    """New connections get nothing, and the message that has begun its answer."""
    daemon = start("libmilter")
    mta = open_mta(daemon.socket)
    mta.envelope(message := exo())
    mta.connection.flush()
    check_serves(daemon.socket)
    daemon.process.send_signal(number)
    daemon.wait_for_log("stopping")
    wait_until(lambda: not daemon.socket.exists(), "the socket to go", TIMEOUT_S)
    mta.content(message)
    assert mta.end(message).verdict.word == "accept"
    assert daemon.process.wait(timeout=TIMEOUT_S) == 0


def test_port_is_free_at_once(start: Start) -> None:
    """Also while a message on it is being finished."""
    port = free_port()
    daemon = start("libmilter", also=f', "inet:{port}@127.0.0.1"')
    mta = open_mta(("127.0.0.1", port))
    mta.envelope(message := exo())
    mta.connection.flush()
    check_serves(("127.0.0.1", port))
    daemon.process.kill()
    daemon.process.wait()
    wait_until(lambda: not is_open(port), "the port to close", 4)     # libmilter polls for 5 s
    mta.content(message)
    assert mta.end(message).verdict.word == "accept"
    mta.quit()


def test_does_not_wait_for_idle_connections(start: Start) -> None:
    daemon = start("libmilter")
    mta = open_mta(daemon.socket)
    assert mta.message(exo()).verdict.word == "accept"
    daemon.end()
    with pytest.raises((ProtocolError, BrokenPipeError)):
        mta.message(exo())


def test_ends_with_its_child(start: Start) -> None:
    """A child that died is the service manager's to replace, with all else."""
    daemon = start("libmilter", also=f', "inet:{free_port()}@127.0.0.1"')
    first, second = children(daemon)
    os.kill(first, signal.SIGKILL)
    assert daemon.process.wait(timeout=TIMEOUT_S) == 1
    assert "ended by signal 9" in daemon.log_text()
    assert is_gone(second) and not daemon.socket.exists()


def test_children_end_with_the_daemon(start: Start) -> None:
    """Killed, it leaves them only to finish what is under way, beside which another can start."""
    also = f', "inet:{free_port()}@127.0.0.1", "inet6:{free_port()}@::1"'
    daemon = start("libmilter", also=also)
    pids = children(daemon)
    mta = open_mta(daemon.socket)
    mta.envelope(message := exo())
    mta.connection.flush()
    check_serves(daemon.socket)
    daemon.process.kill()
    daemon.process.wait()
    wait_until(lambda: len([pid for pid in pids if not is_gone(pid)]) == 1, "the idle ones to end",
               TIMEOUT_S)
    other = start("libmilter", also=also)
    check_serves(other.socket)
    mta.content(message)
    assert mta.end(message).verdict.word == "accept"
    mta.quit()
    wait_until(lambda: all(map(is_gone, pids)), "the busy one to end", TIMEOUT_S)
    other.end()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_serves_as_the_user(start: Start) -> None:
    account = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as directory:    # others cannot reach into tmp_path
        os.chown(directory, account.pw_uid, account.pw_gid)
        daemon = start("libmilter", more='user = "nobody";', socket=f"{directory}/milter.sock")
        for pid in (daemon.process.pid, *children(daemon)):
            status = status_of(pid)
            assert status["Uid"].split() == 4 * [str(account.pw_uid)]
            assert status["Gid"].split() == 4 * [str(account.pw_gid)]
            assert status["NoNewPrivs"] == "1"
        check_serves(daemon.socket)
        daemon.end()


def test_warns_of_root_once(start: Start) -> None:
    daemon = start("libmilter", also=f', "inet:{free_port()}@127.0.0.1"')
    assert daemon.log_text().count("serves as root") == (os.geteuid() == 0)
    daemon.end()


# --- reloading ------------------------------------------------------------------------------------

@pytest.fixture
def two_listeners(supervised: Start, tmp_path: Path) -> Daemon:
    return supervised(engine="libmilter", also=f', "unix:{tmp_path}/b.sock"')


def reload_while(exogated: Path, daemon: Daemon, pid: int,
                 meanwhile: Callable[[], None]) -> subprocess.CompletedProcess:
    """A reload during which a child is stopped, and something is done before it goes on."""
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor() as pool:
        reloading = pool.submit(run, exogated, "reload", "-c", daemon.log.parent / "exogate.conf")
        try:
            time.sleep(1)
            meanwhile()
        finally:
            os.kill(pid, signal.SIGCONT)
        return reloading.result()


def verdicts(daemon: Daemon) -> list[str]:
    """Of each listener."""
    return [reason_of(daemon, open_mta(place))
            for place in (daemon.socket, daemon.socket.with_name("b.sock"))]


def test_reload_is_done_when_all_have_done_it(two_listeners: Daemon, exogated: Path,
                                              tmp_path: Path) -> None:
    """What is said to be in force is, at once, at every listener."""
    path = tmp_path / "exogate.conf"
    before = path.read_text()
    refuse_contoso(path)
    for text, expected in ((path.read_text(), "tenant-conflict"), (before, "accept")):
        path.write_text(text)
        done = reload_while(exogated, two_listeners, children(two_listeners)[1], lambda: None)
        assert done.returncode == 0, done.stderr
        assert verdicts(two_listeners) == 2 * [expected]
    two_listeners.end()


@pytest.mark.parametrize("which", [0, 1])
def test_reload_fails_for_all_if_it_does_for_one(two_listeners: Daemon, exogated: Path,
                                                 tmp_path: Path, which: int) -> None:
    """The file was good when the daemon read it, and is not when one of its processes does."""
    path = tmp_path / "exogate.conf"
    refuse_contoso(path)
    new = path.read_text()
    done = reload_while(exogated, two_listeners, children(two_listeners)[which],
                        lambda: path.write_text(new + "nonsense = 1;\n"))
    assert done.returncode == 1
    assert f"the process of listener {which + 1} could not read the settings" in done.stderr
    path.write_text(new)
    policy = json_status_of(exogated, tmp_path)["policy"]
    assert (policy["reloads"], policy["failed_reloads"]) == (0, 1)
    assert verdicts(two_listeners) == 2 * ["accept"]
    assert run(exogated, "reload", "-c", path).returncode == 0
    assert verdicts(two_listeners) == 2 * ["tenant-conflict"]
    two_listeners.end()


def test_reload_does_not_wait_for_ever(two_listeners: Daemon, exogated: Path,
                                       tmp_path: Path) -> None:
    """Nor is what comes too late taken for the answer to the next one, or for the child's end."""
    path = tmp_path / "exogate.conf"
    refuse_contoso(path)
    done = reload_while(exogated, two_listeners, children(two_listeners)[0],
                        lambda: two_listeners.wait_for_log("listener 1 does not answer"))
    assert done.returncode == 1
    assert verdicts(two_listeners) == 2 * ["accept"]
    assert run(exogated, "reload", "-c", path).returncode == 0
    assert verdicts(two_listeners) == 2 * ["tenant-conflict"]
    two_listeners.end()


def test_listener_that_cannot_be_had(exogated: Path, tmp_path: Path) -> None:
    """The same line as with the other engine."""
    (tmp_path / "milter.sock").write_text("precious")
    path = write_settings(tmp_path)
    lines = [failed_line(exogated, "--engine", engine, "-c", path) for engine in ENGINES]
    assert lines[0] == lines[1] and "not a socket" in lines[0]


def test_many_connections_at_once(start: Start) -> None:
    daemon = start("libmilter")
    mtas = [open_mta(daemon.socket) for _ in range(100)]
    messages = [exo() for _ in mtas]
    for mta, message in zip(mtas, messages):
        mta.envelope(message)
    for mta, message in zip(mtas, messages):
        mta.content(message)
    for mta, message in zip(mtas, messages):
        assert mta.end(message).verdict.word == "accept"
    for mta in mtas:
        mta.quit()
    daemon.end()


def test_clients_that_vanish_give_all_back(start: Start) -> None:
    """limits.messages = 1: were its arena lost, nothing went on."""
    daemon = start("libmilter", messages="1", connections="4")
    for _ in range(20):
        mta = open_mta(daemon.socket)
        mta.envelope(exo())
        mta.connection.flush()
        mta.connection.socket.close()
    def serves() -> bool:
        try:
            check_serves(daemon.socket)
        except (ProtocolError, BrokenPipeError):
            return False
        return True
    wait_until(serves, "a free slot", TIMEOUT_S)
    daemon.end()

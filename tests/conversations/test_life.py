# SPDX-License-Identifier: Apache-2.0
"""How the daemon starts, says that it cannot, and ends."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.commands import accepts, wait_until
from milter.client import Mta
from milter.wire import ProtocolError

from .cases import exo
from .daemon import CERTIFICATE, TIMEOUT_S, Daemon, free_port, write_settings

SECCOMP = Path(__file__).resolve().parents[1] / "lab" / "seccomp.py"
SYSCTL = Path("/proc/sys/kernel/io_uring_disabled")


def failed_line(*argv: str | Path) -> str:
    """The one line, but for warnings, that a start which must fail says."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 1, done
    assert done.stdout == ""
    (line,) = [line for line in done.stderr.splitlines() if ": warning: " not in line]
    return line


def test_malformed_settings(exogated: Path, tmp_path: Path) -> None:
    path = tmp_path / "exogate.conf"
    path.write_text('authserv_id = "x";\nlisten = [ "unix:/x";\n')
    line = failed_line(exogated, "-c", path)
    assert f"{path}:2:" in line


def test_missing_settings(exogated: Path, tmp_path: Path) -> None:
    line = failed_line(exogated, "-c", tmp_path / "none.conf")
    assert "none.conf" in line and "No such file" in line


def test_unknown_key_names_the_nearest(exogated: Path, tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    path.write_text(path.read_text().replace("certificate:", "certifcate:"))
    line = failed_line(exogated, "-c", path)
    assert f"{path}:6:" in line and '"certificate"' in line


def test_missing_endpoints(exogated: Path, tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    (tmp_path / "endpoints.json").unlink()
    line = failed_line(exogated, "-c", path)
    assert "endpoints.json" in line and "No such file" in line
    assert "endpoints.office.com" in line       # where to get it


def test_endpoints_without_a_prefix(exogated: Path, tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    (tmp_path / "endpoints.json").write_text("[]")
    assert "endpoints.json" in failed_line(exogated, "-c", path)


def test_socket_directory_missing(exogated: Path, tmp_path: Path) -> None:
    path = tmp_path / "none" / "milter.sock"
    line = failed_line(exogated, "-c", write_settings(tmp_path, socket=str(path)))
    assert str(path) in line and "make its directory" in line


def test_socket_path_is_a_file(exogated: Path, tmp_path: Path) -> None:
    path = tmp_path / "milter.sock"
    path.write_text("precious")
    line = failed_line(exogated, "-c", write_settings(tmp_path))
    assert str(path) in line and "not a socket" in line
    assert path.read_text() == "precious"


def test_socket_path_is_a_link(exogated: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "milter.sock").symlink_to(tmp_path / "precious")
    failed_line(exogated, "-c", write_settings(tmp_path))
    assert (tmp_path / "precious").read_text() == "precious"


def test_socket_of_another_type(exogated: Path, tmp_path: Path) -> None:
    """No stream can be had to it, and yet a process has it."""
    path = tmp_path / "milter.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(path))
        line = failed_line(exogated, "-c", write_settings(tmp_path))
        assert str(path) in line and "another process serves it" in line
        other.connect(str(path))
        assert other.send(b"still there") and other.recv(20) == b"still there"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("setting", ["listen", "control"])
def test_socket_that_may_not_be_tried(exogated: Path, setting: str) -> None:
    """Root's, in a directory of the user's: it could be removed, but who knows whether it serves."""
    with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX) as other:
        directory = Path(name)
        path = directory / "root.sock"
        other.bind(str(path))
        path.chmod(0o600)
        other.listen()
        if setting == "listen":
            settings = write_settings(directory, socket=str(path))
        else:
            settings = write_settings(directory, more=f'control = "{path}";')
        os.chown(directory, (nobody := pwd.getpwnam("nobody")).pw_uid, nobody.pw_gid)
        line = failed_line("setpriv", "--reuid", "nobody", "--clear-groups", exogated,
                           "-c", settings)
        assert str(path) in line and "Permission denied" in line and "remove it" in line
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


@pytest.mark.parametrize("problem", ["a-file", "no-directory"])
def test_control_socket_that_cannot_be_had(exogated: Path, tmp_path: Path, problem: str) -> None:
    """It is another setting's than what Postfix connects to."""
    path = tmp_path / ("file" if problem == "a-file" else "none/control.sock")
    (tmp_path / "file").write_text("precious")
    line = failed_line(exogated, "-c", write_settings(tmp_path, more=f'control = "{path}";'))
    assert str(path) in line and "Postfix" not in line and '"listen"' not in line
    assert ('"control"' if problem == "a-file" else "make its directory") in line


def test_socket_path_too_long(exogated: Path, tmp_path: Path) -> None:
    path = tmp_path / (200 * "x")
    line = failed_line(exogated, "-c", write_settings(tmp_path, socket=str(path)))
    assert "listen" in line and "longer than the 107 bytes" in line


def test_another_daemon_serves(start: Callable[..., Daemon], exogated: Path,
                               tmp_path: Path) -> None:
    """The second one says so, and takes nothing from the first."""
    daemon = start()
    line = failed_line(exogated, "-c", tmp_path / "exogate.conf")
    assert str(daemon.socket) in line and "stop" in line
    with Mta(daemon.socket) as mta:
        mta.connect()
        mta.quit()
    daemon.end()


@pytest.mark.parametrize("call", ["io_uring_setup", "io_uring_enter"])
def test_kernel_that_refuses_io_uring(exogated: Path, tmp_path: Path, call: str) -> None:
    settings = write_settings(tmp_path)
    line = failed_line(sys.executable, SECCOMP, call, exogated, "--engine", "uring", "-c", settings)
    assert "io_uring" in line and "Operation not permitted" in line
    assert "seccomp" in line and "sysctl" not in line
    assert not (tmp_path / "milter.sock").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount over the sysctl")
@pytest.mark.skipif(not SYSCTL.exists(), reason="the sysctl came with Linux 6.6")
def test_sysctl_that_disables_io_uring(exogated: Path, tmp_path: Path) -> None:
    """As it looks with kernel.io_uring_disabled = 2, which would be set for the whole host."""
    settings = write_settings(tmp_path)
    (tmp_path / "disabled").write_text("2\n")
    command = (f"mount --bind {tmp_path}/disabled {SYSCTL} && "
               f"exec {sys.executable} {SECCOMP} io_uring_setup {exogated} "
               f"--engine uring -c {settings}")
    line = failed_line("unshare", "--mount", "sh", "-c", command)
    assert "sysctl kernel.io_uring_disabled" in line and "seccomp" not in line


def test_the_refusing_kernel_refuses_nothing_else(exogated: Path, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, SECCOMP, "io_uring_setup", exogated, "check", "-c",
                           write_settings(tmp_path)], timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_when_asked(start: Callable[..., Daemon], number: signal.Signals) -> None:
    daemon = start()
    daemon.process.send_signal(number)
    assert daemon.process.wait(timeout=TIMEOUT_S) == 0
    assert not daemon.socket.exists()


def test_ends_with_open_connections(start: Callable[..., Daemon]) -> None:
    """Those between messages are closed soon; a message under way is finished, and then, too.

    Far from the ten seconds that a message would have had.
    """
    daemon = start()
    idle, busy = Mta(daemon.socket), Mta(daemon.socket)
    for mta in (idle, busy):
        mta.negotiate()
        mta.connect()
        mta.helo(CERTIFICATE)
        mta.connection.flush()
    busy.envelope(message := exo())
    busy.connection.flush()
    check_served(daemon)
    daemon.process.send_signal(signal.SIGTERM)
    since = time.monotonic()
    with pytest.raises(ProtocolError, match="closed"):
        idle.connection.get()
    busy.content(message)
    assert busy.end(message).verdict.word == "accept"
    assert daemon.process.wait(timeout=TIMEOUT_S) == 0
    assert time.monotonic() - since < 6
    daemon.wait_for_log("reason=authorised")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_serves_as_the_user(start: Callable[..., Daemon]) -> None:
    """In every identity, saved ones and groups too; the socket is still the daemon's to remove."""
    account = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as directory:    # others cannot reach into tmp_path
        os.chown(directory, account.pw_uid, account.pw_gid)
        daemon = start(more='user = "nobody";', socket=f"{directory}/milter.sock")
        lines = Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines)
        assert status["Uid"].split() == 4 * [str(account.pw_uid)]
        assert status["Gid"].split() == 4 * [str(account.pw_gid)]
        assert status["Groups"].split() == [str(account.pw_gid)]
        check_served(daemon)
        daemon.end()


def test_leaves_what_took_its_place(start: Callable[..., Daemon], engine: str,
                                    tmp_path: Path) -> None:
    """At the end it removes its own sockets, not those that are at these paths by now."""
    paths = [tmp_path / "milter.sock", tmp_path / "control.sock"]
    daemon = start(engine, more=f'control = "{paths[1]}";')
    others = [socket.socket(socket.AF_UNIX) for _ in paths]
    for path, other in zip(paths, others):
        path.rename(path.with_suffix(".moved"))
        other.bind(str(path))
        other.listen()
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(timeout=TIMEOUT_S) == 0
    for path, other in zip(paths, others):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
        other.close()


@pytest.mark.parametrize("kind", ["unix", "inet"])
def test_the_next_daemon_need_not_wait(start: Callable[..., Daemon], engine: str, kind: str,
                                       tmp_path: Path) -> None:
    """It serves new clients while the one before finishes a message, and keeps its sockets."""
    port = free_port(socket.AF_INET, "127.0.0.1")
    place = {"also": f', "inet:{port}@127.0.0.1"'} if kind == "inet" else {}
    settings = {"more": f'control = "{tmp_path}/control.sock";', **place}
    first = start(engine, **settings)
    busy = Mta(("127.0.0.1", port) if kind == "inet" else first.socket)
    busy.negotiate()
    busy.connect()
    busy.helo(CERTIFICATE)
    busy.envelope(message := exo())
    busy.connection.flush()
    check_served(first)
    first.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not accepts(first.socket), "the end of listening", TIMEOUT_S)
    second = start(engine, **settings)
    busy.content(message)
    assert busy.end(message).verdict.word == "accept"
    busy.quit()
    assert first.process.wait(timeout=TIMEOUT_S) == 0
    with Mta(("127.0.0.1", port) if kind == "inet" else second.socket) as mta:
        mta.connect()
        mta.quit()
    assert (tmp_path / "control.sock").exists()
    second.end()


def check_served(daemon: Daemon) -> None:
    """A connection made after others is answered after what they sent was read."""
    with Mta(daemon.socket) as mta:
        mta.connect()
        mta.quit()


def test_stale_socket_is_replaced(start: Callable[..., Daemon], tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "milter.sock"))
    assert (tmp_path / "milter.sock").exists()
    start().end()


def wait_until_refused(path: Path) -> None:
    """A killed daemon's socket is stale only when the kernel has ended its ring, a little later."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                return
    raise AssertionError(f"{path} still accepts")


def test_killed_and_started_again(start: Callable[..., Daemon]) -> None:
    first = start()
    first.process.kill()
    first.process.wait()
    wait_until_refused(first.socket)
    start().end()


def test_socket_is_not_for_everyone(start: Callable[..., Daemon]) -> None:
    daemon = start()
    assert os.stat(daemon.socket).st_mode & 0o007 == 0
    daemon.end()


@pytest.mark.parametrize(("arguments", "code"), [
    (["--help"], 0), (["--version"], 0), (["--nonsense"], 2), (["nonsense"], 2), (["-c"], 2),
    (["check", "more"], 2), (["--engine", "nonsense"], 2)])
def test_command_line(exogated: Path, arguments: list[str], code: int) -> None:
    done = subprocess.run([exogated, *arguments], capture_output=True, text=True,
                          timeout=TIMEOUT_S, check=False)
    assert done.returncode == code
    assert (done.stdout if code == 0 else done.stderr).strip()

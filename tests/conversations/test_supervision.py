# SPDX-License-Identifier: Apache-2.0
"""What an operator and a service manager do with a running daemon."""

import grp
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.commands import accepts, wait_until
from lab.threads import stopped_thread
from milter.client import Mta
from milter.wire import ProtocolError

from .cases import exo
from .daemon import CERTIFICATE, CONTOSO_ID, TIMEOUT_S, Daemon, free_port, hold_slots, open_mta, write_settings

MANUAL = Path(__file__).resolve().parents[2] / "contrib" / "man" / "exogated.8"

# Settings whose tenants are all in a table.
TABLE = """\
listen = [ "unix:{socket}" ]; {more}
authserv_id = "{authserv_id}";
acl: {{ source = "{directory}/endpoints.json"; }};
tenant_table = "{directory}/tenants.tab";
dkim: {{ source = "authres"; trusted_authserv_id = "verifier.example.net"; }};
"""

Start = Callable[..., Daemon]


def control_of(directory: Path) -> str:
    return f'control = "{directory}/control.sock";'


@pytest.fixture
def supervised(start: Start, tmp_path: Path) -> Start:
    """start() with a control socket."""

    def begin(**changed: object) -> Daemon:
        return start(**changed | {"more": control_of(tmp_path) + changed.get("more", "")})

    return begin


def reason_of(daemon: Daemon, mta: Mta | None = None) -> str:
    """What becomes of a message of contoso's, on a connection of its own if none is given."""
    mta = mta or open_mta(daemon)
    answer = mta.message(exo())
    found = re.search(r"\(exogate: ([a-z-]+)\)", answer.verdict.text)
    return found[1] if found else answer.verdict.word


def run(exogated: Path, *arguments: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run([exogated, *arguments], capture_output=True, text=True,
                          timeout=TIMEOUT_S, check=False)


def status_of(exogated: Path, directory: Path) -> dict:
    done = run(exogated, "status", "--json", "-c", directory / "exogate.conf")
    assert (done.stderr, done.returncode) == ("", 0)
    return json.loads(done.stdout)


# --- status ---------------------------------------------------------------------------------------

def test_status_counts(supervised: Start, exogated: Path, tmp_path: Path) -> None:
    daemon = supervised(more="workers = 2;")
    held = open_mta(daemon)
    mta = open_mta(daemon)
    mta.message(exo())
    mta.message(exo(None))
    mta.quit()
    with Mta(daemon.socket):
        pass        # ends without a word
    Mta(daemon.socket).connection.send_raw(b"\0\0\0\0")
    daemon.wait_for_log("closed: bad-frame")

    def settled() -> dict:
        status = status_of(exogated, tmp_path)
        return status if status["connections"]["open"] == 1 else {}

    status = wait_until(settled, "the connections to end")
    connections, messages = status["connections"], status["messages"]
    assert status["pid"] == daemon.process.pid
    assert status["engine"] == "uring"
    assert messages["accept"] == {"authorised": 1}
    assert messages["reject"] == {"from-missing": 1}
    assert (messages["total"], messages["tempfail"], messages["would_reject"]) == (2, {}, {})
    # The test's own look whether the daemon serves is among those that ended without a word.
    assert connections["closed"] == {"quit": 1, "ended": 2, "bad-frame": 1}
    assert connections["total"] == 5
    assert sum(worker["connections"] for worker in status["workers"]) == 5
    assert sum(worker["messages"] for worker in status["workers"]) == 2
    held.quit()


def test_status_of_libmilter(supervised: Start, exogated: Path, tmp_path: Path) -> None:
    """Of all its processes; that library does not tell how a connection ends."""
    daemon = supervised(engine="libmilter", also=f', "unix:{tmp_path}/second.sock"')
    for place in (daemon.socket, tmp_path / "second.sock"):
        mta = open_mta(place)
        mta.message(exo())
        mta.message(exo(None))
        mta.quit()
    held = open_mta(daemon)

    def settled() -> dict:
        status = status_of(exogated, tmp_path)
        return status if status["connections"]["open"] == 1 else {}

    status = wait_until(settled, "the connections to end")
    assert (status["engine"], status["pid"]) == ("libmilter", daemon.process.pid)
    assert status["messages"]["accept"] == {"authorised": 2}
    assert status["messages"]["reject"] == {"from-missing": 2}
    assert status["connections"]["closed"] == {"ended": 2}
    assert [worker["messages"] for worker in status["workers"]] == [2, 2]
    held.quit()
    daemon.end()


def test_status_as_text(supervised: Start, exogated: Path, tmp_path: Path) -> None:
    daemon = supervised()
    reason_of(daemon)
    done = run(exogated, "status", "-c", tmp_path / "exogate.conf")
    assert (done.stderr, done.returncode) == ("", 0)
    assert f"pid {daemon.process.pid}, serves with uring" in done.stdout
    assert re.search(r"^  accept +1 authorised$", done.stdout, re.M)
    assert re.search(r"^  reject +none$", done.stdout, re.M)


@pytest.mark.parametrize(("listeners", "engine"), [(1, "uring"), (1, "libmilter"),
                                                   (2, "libmilter")])
def test_status_says_the_limit_that_holds(exogated: Path, tmp_path: Path, engine: str,
                                          listeners: int) -> None:
    """Not what the settings say, if the limit of open files is lower."""
    also = f', "unix:{tmp_path}/second.sock"' if listeners == 2 else ""
    settings = write_settings(tmp_path, more=control_of(tmp_path) + "workers = 1;",
                              connections="1000", also=also)
    daemon = Daemon(["prlimit", "--nofile=300", exogated], settings, engine=engine)
    daemon.wait_until_it_serves()
    limits = re.findall("limits.connections is cut to ([0-9]+) by", daemon.log_text())
    assert len(limits) == listeners and all(200 < int(limit) < 300 for limit in limits)
    assert status_of(exogated, tmp_path)["connections"]["limit"] == sum(map(int, limits))
    held = hold_slots(daemon, int(limits[0]))
    with pytest.raises((ProtocolError, ConnectionError)):
        Mta(daemon.socket).negotiate()
    daemon.wait_for_log("closed: full; raise LimitNOFILE")
    for mta in held:
        mta.connection.socket.close()
    daemon.end()


def test_workers_take_turns(supervised: Start, exogated: Path, tmp_path: Path) -> None:
    """Of connections that come one by one, each thread gets some; a busy machine decides how many.

    With accepts that go on (multishot) the kernel gives all of them to one.
    """
    daemon = supervised(more="workers = 4;")

    def all_have_some() -> bool:
        for _ in range(10):
            with Mta(daemon.socket) as mta:
                mta.quit()
        counts = [worker["connections"] for worker in status_of(exogated, tmp_path)["workers"]]
        assert len(counts) == 4
        return min(counts) >= 2

    wait_until(all_have_some, "each worker to get a connection", TIMEOUT_S)


def test_nobody_serves(exogated: Path, tmp_path: Path) -> None:
    path = write_settings(tmp_path, more=control_of(tmp_path))
    for command in ("status", "reload"):
        done = run(exogated, command, "-c", path)
        assert (done.stdout, done.returncode) == ("", 1)
        assert f"{tmp_path}/control.sock" in done.stderr and "running" in done.stderr


def test_no_control_socket(exogated: Path, tmp_path: Path) -> None:
    done = run(exogated, "status", "-c", write_settings(tmp_path))
    assert done.returncode == 1
    assert "control: not set" in done.stderr


def test_control_socket_is_the_owners(supervised: Start, tmp_path: Path) -> None:
    supervised()
    assert os.stat(tmp_path / "control.sock").st_mode & 0o777 == 0o600


@pytest.mark.parametrize("said", [b"", b"nonsense\n", b"status", 200 * b"x", b"\xff\0\n\n", b"\n"])
def test_nonsense_on_the_control_socket(supervised: Start, exogated: Path, tmp_path: Path,
                                        said: bytes) -> None:
    """It is answered or given up, and the next client is served."""
    supervised()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(TIMEOUT_S)
        client.connect(str(tmp_path / "control.sock"))
        try:
            client.sendall(said)
            assert client.recv(1000) in (b"", b'{"error": "unknown command"}')
        except (ConnectionResetError, BrokenPipeError):
            pass        # given up before it had said all
    assert status_of(exogated, tmp_path)["messages"]["total"] == 0


def test_first_client_that_takes_its_time(supervised: Start, tmp_path: Path) -> None:
    """What the daemon waits for is there later: the kernel wakes it up for other reasons, too."""
    supervised()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(TIMEOUT_S)
        client.connect(str(tmp_path / "control.sock"))
        time.sleep(0.3)
        client.sendall(b"status\n")
        assert client.recv(100).startswith(b'{"version"')


# --- reload ---------------------------------------------------------------------------------------

def refuse_contoso(path: Path) -> None:
    """Contoso's stamp now is another one."""
    path.write_text(path.read_text().replace("1234abcd-", "4321abcd-"))


def by_command(daemon: Daemon, exogated: Path, path: Path) -> None:
    done = run(exogated, "reload", "-c", path)
    assert done.returncode == 0, done.stderr


def by_signal(daemon: Daemon, exogated: Path, path: Path) -> None:
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for_log("reloaded: ")


@pytest.mark.parametrize("reload", [by_command, by_signal])
def test_reload(supervised: Start, exogated: Path, tmp_path: Path, engine: str,
                reload: Callable) -> None:
    """New connections are judged by the new policy, those that are open by their own."""
    daemon, path = supervised(engine=engine), tmp_path / "exogate.conf"
    before = open_mta(daemon)
    assert reason_of(daemon, before) == "accept"
    refuse_contoso(path)
    reload(daemon, exogated, path)
    wait_until(lambda: reason_of(daemon) == "tenant-conflict", "the new policy", TIMEOUT_S)
    assert reason_of(daemon, before) == "accept"
    before.quit()
    status = status_of(exogated, tmp_path)["policy"]
    assert (status["reloads"], status["failed_reloads"]) == (1, 0)
    assert (status["mode"], status["monitored"]) == ("enforce", 0)
    path.write_text(path.read_text().replace('mode = "enforce"', 'mode = "monitor"'))
    reload(daemon, exogated, path)
    now = wait_until(lambda: (found := status_of(exogated, tmp_path)["policy"])
                     ["reloads"] == 2 and found, "the new policy", TIMEOUT_S)
    assert (now["mode"], now["monitored"]) == ("monitor", now["tenants"]) and now["tenants"]
    text = run(exogated, "status", "-c", path).stdout
    assert f"policy: mode monitor; tenants: {now['tenants']}, of which {now['tenants']} in" in text
    daemon.end()


def test_the_manual_has_each_member_of_status(supervised: Start, exogated: Path,
                                              tmp_path: Path) -> None:
    daemon = supervised()
    assert reason_of(daemon) == "accept"
    page = MANUAL.read_text().replace("\\-", "-")
    section = page[page.index("\n.SH STATUS AS JSON\n"):page.index("\n.SH VERDICTS\n")]
    members = set(status_of(exogated, tmp_path))
    for group in ("policy", "connections", "messages"):
        members |= set(status_of(exogated, tmp_path)[group])
    rows = json.loads(run(exogated, "status", "--tenants", "--json", "-c",
                          tmp_path / "exogate.conf").stdout)
    members |= set(rows) | set(rows["tenants"][0])
    for group in ("stamps", "proofs"):
        members |= set(rows["tenants"][0][group])
    assert [name for name in members if not re.search(rf"\b{name}\b", section)] == []
    daemon.end()


@pytest.mark.parametrize("broken", ["nonsense = 1;\n", "authserv_id = ;\n", None])
def test_reload_of_what_is_bad(supervised: Start, exogated: Path, tmp_path: Path, engine: str,
                               broken: str | None) -> None:
    """The old policy stays, and who asked is told where the file is bad."""
    daemon, path = supervised(engine=engine), tmp_path / "exogate.conf"
    good = path.read_text()
    if broken is None:
        (tmp_path / "endpoints.json").write_text("[]")
        where = "endpoints.json"
    else:
        path.write_text(good + broken)
        where = f"{path}:{good.count(chr(10)) + 1}:"
    done = run(exogated, "reload", "-c", path) if broken != "authserv_id = ;\n" else None
    if done is None:        # not even the control socket's path can be read
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_for_log("not reloaded")
    else:
        assert (done.stdout, done.returncode) == ("", 1)
        assert where in done.stderr and "goes on as before" in done.stderr
    assert daemon.wait_for_log(f"reload: {path if broken else tmp_path}").count(where) == 1
    assert reason_of(daemon) == "accept"
    path.write_text(good)
    assert status_of(exogated, tmp_path)["policy"]["failed_reloads"] == 1
    daemon.end()


def test_ends_though_a_reload_finds_a_named_pipe(supervised: Start, tmp_path: Path,
                                                engine: str) -> None:
    """In the place of the settings, to which nobody writes: SIGTERM is heeded all the same."""
    daemon, path = supervised(engine=engine), tmp_path / "exogate.conf"
    path.unlink()
    os.mkfifo(path)
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for_log("not reloaded")
    daemon.end()


def test_reload_of_the_table_of_tenants(supervised: Start, exogated: Path, tmp_path: Path,
                                        engine: str) -> None:
    """Connections go on with the tenants that they began with; a bad table changes nothing."""
    table = tmp_path / "tenants.tab"
    filler = "".join(f"name=t{i} ids={i:08x}{CONTOSO_ID[8:]} domains=t{i}.onmicrosoft.com\n"
                     for i in range(2000))
    contoso = f"name=contoso ids={CONTOSO_ID} domains=contoso.com proofs=1\n"
    table.write_text(filler)
    daemon = supervised(engine=engine, template=TABLE)
    before = open_mta(daemon)
    assert reason_of(daemon, before) == "tenant-unknown"

    table.write_text(filler + contoso)
    assert run(exogated, "reload", "-c", tmp_path / "exogate.conf").returncode == 0
    assert reason_of(daemon, before) == "tenant-unknown"
    assert reason_of(daemon) == "accept"
    assert status_of(exogated, tmp_path)["policy"]["tenants"] == 2001

    table.write_text(filler + contoso + "name=contoso\n")
    done = run(exogated, "reload", "-c", tmp_path / "exogate.conf")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        1, f"{table}:2002: domains: missing; write domains=VALUE,VALUE")
    assert reason_of(daemon) == "accept"
    before.quit()
    daemon.end()


def test_reload_says_lines_that_are_not_utf8(supervised: Start, exogated: Path,
                                             tmp_path: Path) -> None:
    """Nothing of what is said gets lost on its way to who asked."""
    supervised()
    path = tmp_path / "exogate.conf"
    path.write_bytes(path.read_bytes().replace(b'"enforce"', b'"Stra\xdfe"', 1))
    done = run(exogated, "reload", "-c", path)
    assert done.returncode == 1
    assert "Stra\\xdfe" in done.stderr


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """Where others can read, as they cannot in tmp_path."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o777)
        yield Path(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("hidden", [None, "exogate.conf", "endpoints.json", "contoso.map"])
def test_reload_as_the_user(exogated: Path, open_directory: Path, engine: str,
                            hidden: str | None) -> None:
    """What the account cannot read is named by a check and at the start, not first by a reload that
    fails."""
    settings = write_settings(open_directory,
                              more=f'{control_of(open_directory)} user = "nobody";')
    if hidden:
        (open_directory / hidden).chmod(0o600)
    foreseen = [line for line in run(exogated, "check", "-c", settings).stderr.splitlines()
                if "a reload will fail" in line]
    daemon = Daemon(exogated, settings, engine=engine)
    daemon.wait_until_it_serves()
    warned = [line for line in daemon.log_text().splitlines() if "a reload will fail" in line]
    done = run(exogated, "reload", "-c", settings)
    assert foreseen == warned
    if hidden:
        (line,) = warned
        assert str(open_directory / hidden) in line and '"nobody"' in line
        assert "Permission denied" in line and line.endswith("the right to read it")
        assert done.returncode == 1 and "Permission denied" in done.stderr
    else:
        assert warned == []
        assert done.returncode == 0
        assert reason_of(daemon) == "accept"
    daemon.end()


def test_reload_says_what_has_to_wait(supervised: Start, exogated: Path, tmp_path: Path) -> None:
    daemon, path = supervised(), tmp_path / "exogate.conf"
    path.write_text(path.read_text().replace('connections = "1000"', 'connections = "7"')
                    .replace("control = ", "workers = 3; control = "))
    done = run(exogated, "reload", "-c", path)
    assert done.returncode == 0
    lines = [line for line in done.stderr.splitlines() if "warning" not in line]
    assert lines == ["workers: a change takes effect at the next start",
                     "limits.connections: a change takes effect at the next start"]
    assert status_of(exogated, tmp_path)["connections"]["limit"] == 1000
    daemon.end()


def test_reloads_while_messages_flow(supervised: Start, exogated: Path, tmp_path: Path,
                                     engine: str) -> None:
    """Every message is judged, by one policy or the other."""
    daemon, path = supervised(engine=engine, more="workers = 2;"), tmp_path / "exogate.conf"
    texts = [path.read_text()]
    refuse_contoso(path)
    texts.append(path.read_text())
    stop, reasons, failures = threading.Event(), set(), []

    def flow() -> None:
        try:
            while not stop.is_set():
                with Mta(daemon.socket) as mta:
                    mta.connect()
                    mta.helo(CERTIFICATE)
                    first = reason_of(daemon, mta)
                    assert reason_of(daemon, mta) == first
                    reasons.add(first)
                    mta.quit()
        except (AssertionError, OSError, ProtocolError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=flow) for _ in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(20):
        path.write_text(texts[turn % 2])
        assert run(exogated, "reload", "-c", path).returncode == 0
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert reasons == {"accept", "tenant-conflict"}
    daemon.end()


# --- sockets --------------------------------------------------------------------------------------

@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to any group")
def test_socket_mode_and_group(supervised: Start, engine: str) -> None:
    daemon = supervised(engine=engine, more='socket: { mode = "0620"; group = "daemon"; };')
    state = os.stat(daemon.socket)
    assert (state.st_mode & 0o777, state.st_gid) == (0o620, grp.getgrnam("daemon").gr_gid)
    daemon.end()


def test_group_that_is_not_there(exogated: Path, tmp_path: Path) -> None:
    path = write_settings(tmp_path, more='socket: { group = "no-such-group"; };')
    done = run(exogated, "-c", path)
    assert done.returncode == 1
    assert '"no-such-group"' in done.stderr and "socket.group" in done.stderr


def test_several_listeners(exogated: Path, tmp_path: Path) -> None:
    """unix, inet and inet6 at once; each serves."""
    v4, v6 = free_port(socket.AF_INET, "127.0.0.1"), free_port(socket.AF_INET6, "::1")
    path = write_settings(tmp_path)
    path.write_text(path.read_text().replace(
        "milter.sock\" ]", f'milter.sock", "unix:{tmp_path}/second.sock", '
                           f'"inet:{v4}@127.0.0.1", "inet6:{v6}@::1" ]'))
    daemon = Daemon(exogated, path)
    daemon.wait_until_it_serves()
    for place in (daemon.socket, tmp_path / "second.sock", ("127.0.0.1", v4), ("::1", v6)):
        with Mta(place) as mta:
            mta.connect()
            mta.helo(CERTIFICATE)
            assert reason_of(daemon, mta) == "accept"
            mta.quit()
    daemon.end()
    assert not (tmp_path / "second.sock").exists()


def test_vanished_hosts_are_noticed(start: Start, tmp_path: Path) -> None:
    """A peer whose host is gone says nothing for ever: keep-alives find out."""
    port = free_port(socket.AF_INET, "127.0.0.1")
    daemon = start(also=f', "inet:{port}@127.0.0.1"')
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S):
        def accepted() -> list[list[str]]:
            rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
            return [row for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01"]

        (row,) = wait_until(accepted, "the connection", TIMEOUT_S)
        assert row[5].split(":")[0] == "02"     # the keep-alive timer runs
    daemon.end()


def test_standard_streams_that_are_closed(exogated: Path, tmp_path: Path, engine: str) -> None:
    """Lines of the log do not go into what would have their numbers."""
    settings = write_settings(tmp_path)
    process = subprocess.Popen(["/bin/sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', exogated,
                                "--engine", engine, "-c", settings])
    wait_until(lambda: accepts(tmp_path / "milter.sock"), "exogated", TIMEOUT_S)
    streams = [os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in range(3)]
    mta = open_mta(tmp_path / "milter.sock")
    assert mta.message(exo()).verdict.word == "accept"
    mta.quit()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=TIMEOUT_S) == 0
    assert streams == 3 * ["/dev/null"]


def test_inherited_descriptors_are_closed(exogated: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    path = write_settings(tmp_path)
    with (tmp_path / "exogated.log").open("ab") as log:
        process = subprocess.Popen([exogated, "-c", path], pass_fds=[writing], stderr=log)
    os.close(writing)
    os.set_blocking(reading, False)

    def ended() -> bool:
        try:
            return os.read(reading, 1) == b""
        except BlockingIOError:
            return False

    wait_until(ended, "the inherited pipe to be closed", TIMEOUT_S)
    assert process.poll() is None
    process.terminate()
    assert process.wait(timeout=TIMEOUT_S) == 0
    os.close(reading)


# --- a service manager ----------------------------------------------------------------------------

class Manager:
    """Receives what sd_notify(3) sends, and passes sockets as sd_listen_fds(3) expects them."""

    def __init__(self, directory: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(directory / "notify.sock"))
        self.socket.settimeout(TIMEOUT_S)
        self.environment = os.environ | {"NOTIFY_SOCKET": str(directory / "notify.sock")}

    def wait_for(self, word: str) -> None:
        deadline = time.monotonic() + TIMEOUT_S
        while word not in self.socket.recv(4096).decode().split("\n"):
            assert time.monotonic() < deadline, f"no {word}"

    def wait_for_silence(self, seconds: float) -> None:
        deadline = time.monotonic() + TIMEOUT_S
        self.socket.settimeout(seconds)
        with pytest.raises(TimeoutError):
            while True:
                self.socket.recv(4096)
                assert time.monotonic() < deadline, "no silence"


def test_what_the_service_manager_is_told(supervised: Start, tmp_path: Path,
                                          engine: str) -> None:
    manager = Manager(tmp_path)
    daemon = supervised(engine=engine, environment=manager.environment)
    manager.wait_for("READY=1")
    daemon.process.send_signal(signal.SIGHUP)
    manager.wait_for("RELOADING=1")
    manager.wait_for("READY=1")
    daemon.process.terminate()
    manager.wait_for("STOPPING=1")
    assert daemon.process.wait(timeout=TIMEOUT_S) == 0


def test_watchdog(supervised: Start, tmp_path: Path, engine: str) -> None:
    manager = Manager(tmp_path)
    supervised(engine=engine, environment=manager.environment | {"WATCHDOG_USEC": "400000"})
    for _ in range(3):
        manager.wait_for("WATCHDOG=1")


def test_watchdog_sees_a_stuck_worker(supervised: Start, tmp_path: Path) -> None:
    """One of two threads, stopped as early as it can be: before it has told a second."""
    manager = Manager(tmp_path)
    daemon = supervised(environment=manager.environment | {"WATCHDOG_USEC": "400000"},
                        more="workers = 2;")
    with stopped_thread(daemon.process.pid, "worker"):
        manager.wait_for("WATCHDOG=1")
        manager.wait_for_silence(seconds=2)


ACTIVATE = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'


def start_with_socket(exogated: Path, path: Path, listener: socket.socket,
                      engine: str = "uring") -> subprocess.Popen:
    with (path.parent / "exogated.log").open("ab") as log:
        return subprocess.Popen(["sh", "-c", ACTIVATE, "sh", exogated, "--engine", engine,
                                 "-c", path], stderr=log,
                                close_fds=False,
                                preexec_fn=lambda: os.dup2(listener.fileno(), 3))


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "milter.sock"))
        listening.listen(100)
        yield listening


def end_activated(process: subprocess.Popen) -> None:
    process.terminate()
    assert process.wait(timeout=TIMEOUT_S) == 0


def test_restart_under_socket_activation(exogated: Path, tmp_path: Path, engine: str,
                                         listener: socket.socket) -> None:
    """Sessions that begin at any moment of three restarts are all served to their end."""
    path = write_settings(tmp_path, more="workers = 2;")
    stop, served, failures = threading.Event(), [], []

    def flow() -> None:
        try:
            while not stop.is_set():
                with Mta(tmp_path / "milter.sock") as mta:
                    mta.connect()
                    mta.helo(CERTIFICATE)
                    served.append(mta.message(exo()).verdict.word)
                    mta.quit()
        except (AssertionError, OSError, ProtocolError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=flow) for _ in range(4)]
    process = start_with_socket(exogated, path, listener, engine)
    for thread in threads:
        thread.start()
    for _ in range(3):
        before = len(served)
        wait_until(lambda: len(served) > before + 20 or failures, "messages to flow", TIMEOUT_S)
        end_activated(process)
        process = start_with_socket(exogated, path, listener, engine)
    stop.set()
    for thread in threads:
        thread.join()
    end_activated(process)
    assert failures == []
    assert set(served) == {"accept"}
    assert (tmp_path / "milter.sock").exists()      # it is the manager's


def test_socket_that_listen_does_not_name(exogated: Path, tmp_path: Path,
                                          listener: socket.socket) -> None:
    path = write_settings(tmp_path, socket=str(tmp_path / "other.sock"))
    process = start_with_socket(exogated, path, listener)
    assert process.wait(timeout=TIMEOUT_S) == 1
    assert f'"{tmp_path}/milter.sock", which the setting "listen" does not name' in (
        tmp_path / "exogated.log").read_text()
    assert not (tmp_path / "other.sock").exists()

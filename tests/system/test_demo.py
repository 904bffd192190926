# SPDX-License-Identifier: Apache-2.0
"""Runs what the demo runs, with the sanitized programs and both engines, and how it ends when it is
disturbed."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from lab import messages  # noqa: E402
from lab.commands import LabError, accepts, wait_until  # noqa: E402
from lab.network import LISTED_V4, UNLISTED_V4  # noqa: E402
from lab.relay import ENDPOINTS, Lab  # noqa: E402
from lab.showings import SHOWINGS, Showing  # noqa: E402

PROGRAMS = TESTS.parent / "build" / "asan"

DEMO = ["/usr/bin/python3", "-c",
        "import sys, pathlib, demo; sys.exit(demo.main([], pathlib.Path(sys.argv[1])))"]


def leftovers(name: str) -> list[str]:
    """What on this machine bears a lab's name: files, namespaces, mounts, processes."""
    found = [str(path) for directory in ("/tmp", "/run/netns")
             for path in Path(directory).glob(f"{name}*")]
    found += [line for line in Path("/proc/mounts").read_text().splitlines() if name in line]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            # Postfix's programs are known by the environment and the queue they stand in.
            traces = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            traces += os.fsencode(os.readlink(process / "cwd"))
        except OSError:
            continue  # it has ended, or belongs to the kernel
        if name.encode() in traces:
            found.append(f"process {process.name}: {traces!r}")
    return found


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(PROGRAMS, request.param) as lab:
        lab.start()
        assert lab.missing == {}
        assert f"serves with {request.param}" in lab.exogated.log.read_text()
        yield lab
        status = lab.exogated.end()
        assert status == 0, lab.log_tail("exogated")
    assert leftovers(lab.directory.name) == []


with_uring = pytest.mark.parametrize("lab", ["uring"], indirect=True)
with_libmilter = pytest.mark.parametrize("lab", ["libmilter"], indirect=True)


def check_shown(lab: Lab, showing: Showing) -> None:
    try:
        assert showing.show(lab)
    except LabError as error:
        pytest.fail("\n".join([str(error), *lab.log_tail("exogated")]))


@with_uring
@pytest.mark.parametrize("showing", SHOWINGS, ids=lambda showing: showing.name)
def test_showing(lab: Lab, showing: Showing) -> None:
    check_shown(lab, showing)


@with_uring
def test_filter_is_attached_natively(lab: Lab) -> None:
    status = lab.xdp.status()
    assert (status["state"], status["mode"]) == ("attached", "native")


@with_uring
@pytest.mark.parametrize(("before", "after"), [
    (b"X-Note: a\x00b\r\n", b""), (b"X-Note: a\r\n \x00b\r\n", b""), (b"", b"\x00\r\n")],
    ids=["field", "fold", "body"])
def test_nul_is_refused_by_postfix(lab: Lab, before: bytes, after: bytes) -> None:
    """It would cut a line of the header there, for exogated and for the next hop."""
    message = lab.sign(messages.exo())
    hostile = replace(message, data=before + message.data + after)
    assert lab.send(LISTED_V4, hostile).reply == "550 5.7.1 disallowed character"


@with_uring
def test_drop_is_the_filters_doing(lab: Lab) -> None:
    """Without the filter the unlisted address is answered, and Postfix refuses to relay for it."""
    lab.xdp.detach()
    try:
        result = lab.send(UNLISTED_V4, messages.exo())
    finally:
        lab.xdp.attach(ENDPOINTS)
    assert [(command, code) for command, code, _ in result.replies][0] == ("CONNECT", 220)
    assert result.code == 554


@with_libmilter
@pytest.mark.parametrize("showing", [s for s in SHOWINGS if "exogated" in s.needs],
                         ids=lambda showing: showing.name)
def test_showing_of_the_other_engine(lab: Lab, showing: Showing) -> None:
    check_shown(lab, showing)


@pytest.mark.parametrize("lab", ["libmilter", "uring"], indirect=True)
def test_daemon_that_is_gone_defers(lab: Lab) -> None:
    """Postfix's default action is to refuse for now; once the daemon is back, mail goes on."""
    lab.exogated.kill()
    wait_until(lambda: not accepts(lab.exogated.socket), "libmilter's process to end, too")
    result = lab.send(LISTED_V4, message := messages.exo())
    assert 400 <= result.code < 500
    lab.exogated.start()
    assert lab.send(LISTED_V4, again := lab.sign(messages.exo())).code == 250
    lab.nexthop.wait_for(again.message_id)
    assert message.message_id not in lab.exogated.log.read_text()


@pytest.mark.parametrize("message", [messages.exo(), messages.echospoofing()],
                         ids=["exo", "echospoofing"])
def test_messages_are_realistic(message: messages.Message) -> None:
    assert 30 <= len(message.header) <= 45
    assert 6_000 <= len(message.data) <= 12_000
    assert all(re.match(r"[A-Za-z0-9_-]+:", field) for field in message.header)


def start_demo(programs: Path) -> subprocess.Popen:
    return subprocess.Popen([*DEMO, str(programs)], cwd=TESTS, text=True, start_new_session=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env=os.environ | {"PYTHONUNBUFFERED": "1"})


@pytest.mark.parametrize("number, moment", [(signal.SIGINT, "network"), (signal.SIGTERM, "a4")],
                         ids=["SIGINT while it builds", "SIGTERM while it shows"])
def test_interrupted_demo_leaves_nothing(number: signal.Signals, moment: str) -> None:
    demo = start_demo(PROGRAMS)
    name = f"exogate-{demo.pid}-"
    try:
        for line in demo.stdout:
            if moment in line.split():
                break
        else:
            pytest.fail(f"the demo ended before it said {moment}")
        assert leftovers(name) != []
        demo.send_signal(number)
        demo.send_signal(number)  # a second one must not disturb the clean-up
        rest, _ = demo.communicate(timeout=30)
    finally:
        demo.kill()
        demo.wait()
    assert demo.returncode == 1
    assert f"demo: ended by {number.name}; the lab is removed" in rest
    assert leftovers(name) == []


def test_what_needs_no_filter_is_shown_without_it(tmp_path: Path) -> None:
    (tmp_path / "exogated").symlink_to(PROGRAMS / "exogated")
    refusing = tmp_path / "exogate-xdp"
    refusing.write_text("#!/bin/sh\necho 'exogate-xdp: no right to load' >&2\nexit 1\n")
    refusing.chmod(0o755)
    demo = start_demo(tmp_path)
    output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert re.search(r"not shown +b .*\n +because +exogate-xdp: no right to load\n", output)
    assert "demo: 5 of 6 shown in " in output
    assert leftovers(f"exogate-{demo.pid}-") == []


@pytest.mark.parametrize("right", ["sys_admin", "net_admin"])
def test_missing_right_is_named_and_the_rest_is_shown(right: str) -> None:
    demo = subprocess.run(["setpriv", f"--bounding-set=-{right}", *DEMO, str(PROGRAMS)], cwd=TESTS,
                          text=True, capture_output=True, timeout=60)
    assert demo.returncode == 1
    assert f"missing: CAP_{right.upper()} (" in demo.stdout
    assert "demo: 3 of 6 shown" in demo.stdout
    assert "(exogate: tenant-conflict)" in demo.stdout
    assert "Traceback" not in demo.stderr


def test_plain_container_shows_the_milter() -> None:
    """Neither namespaces nor io_uring, as in a container with its engine's usual profile."""
    seccomp = TESTS / "lab" / "seccomp.py"
    demo = subprocess.run(["setpriv", "--bounding-set=-sys_admin", sys.executable, seccomp,
                           "io_uring_setup", *DEMO, str(PROGRAMS)], cwd=TESTS, text=True,
                          capture_output=True, timeout=60)
    assert "demo: 3 of 6 shown" in demo.stdout, demo.stdout
    assert demo.stdout.count("  ok  ") == 3
    assert "Traceback" not in demo.stderr

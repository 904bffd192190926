# SPDX-License-Identifier: Apache-2.0
"""The loader is killed under traffic: what is in force then is the old state or the new one.

strace kills it as it enters the nth call of a kind.  Here those calls are tried that change
something; `make test-xdp-long` tries every call of every command.
"""

import json
import os
import re
import select
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lab.commands import ENVIRONMENT, wait_until

from .bpf import Program
from .cases import LISTED4, SYN4
from .conftest import ENDPOINTS, ROOT, Place

LONG = bool(os.environ.get("EXOGATE_XDP_LONG"))
# A sanitizer does not see its program's end here, and may not be traced.
PROGRAM = ROOT / "build" / "exogate-xdp"
CALLS = ["bpf", "unlink", "mkdir", "rmdir"]
KILLED = 128 + 9
PAUSE_S = 0.0005  # between two pairs of frames
DRAIN_S = 0.02

State = tuple[int, str] | None  # the attached program's id and its list's version


# --- traffic -----------------------------------------------------------------------------------

@dataclass
class Seen:
    """What came through the filter, of what was sent."""
    sent: int = 0
    through: Counter = field(default_factory=Counter)


class Traffic(threading.Thread):
    """A frame of a listed source and one of another, again and again, over the wire."""

    def __init__(self, place: Place):
        super().__init__()
        self.seen = Seen()
        self._ended = threading.Event()
        with place.namespace.entered():
            self._sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self._receiver = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._sender.bind(("peer0", 0))
        self._receiver.bind((place.iface, 3))
        self._receiver.setblocking(False)

    def run(self) -> None:
        while not self._ended.is_set():
            self._sender.send(LISTED4)
            self._sender.send(SYN4)
            self.seen.sent += 1
            self._receive(PAUSE_S)
        self._receive(DRAIN_S)

    def end(self) -> Seen:
        self._ended.set()
        self.join()
        self._sender.close()
        self._receiver.close()
        return self.seen

    def _receive(self, patience_s: float) -> None:
        end = time.monotonic() + patience_s
        while select.select([self._receiver], [], [], max(0, end - time.monotonic()))[0]:
            frame = self._receiver.recv(2048)
            if frame == LISTED4:
                self.seen.through["listed"] += 1
            elif frame == SYN4:
                self.seen.through["unlisted"] += 1


def settled(place: Place) -> Counter:
    """What of one pair comes through now."""
    traffic = Traffic(place)
    traffic.start()
    wait_until(lambda: traffic.seen.sent, "a pair of frames")
    seen = traffic.end()
    return Counter({kind: n // seen.sent for kind, n in seen.through.items()
                    if n in (0, seen.sent)})


# --- commands ----------------------------------------------------------------------------------

@dataclass(frozen=True)
class Command:
    """What is run, what comes before it, and what must hold while it runs and is killed."""
    name: str
    words: Callable[[Place, Path], list[str | Path]]
    before: Callable[[Place], None]
    changes: dict[str, int]  # the calls that change something: so many of each, the last ones
    gapless: bool = False    # the filter is in force before, after, and all the time
    attached: bool = True    # when it is complete


def attach_words(place: Place, acl: Path) -> list[str | Path]:
    return ["attach", place.iface, "--acl", acl, "--mode", "native"]


def detach_words(place: Place, _: Path) -> list[str | Path]:
    return ["detach", place.iface]


def apply_words(_: Place, acl: Path) -> list[str | Path]:
    return ["acl", "apply", acl]


def loader(place: Place, *words: str | Path,
           before: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    argv = [*before, PROGRAM, *words, "--bpffs", place.pins]
    return subprocess.run(place.namespace.argv(argv), text=True, capture_output=True, timeout=60,
                          env=ENVIRONMENT, check=False)


def succeed(place: Place, *words: str | Path) -> None:
    done = loader(place, *words)
    assert done.returncode == 0, done


def attached(place: Place) -> None:
    """With the old list."""
    if (place.pins / place.iface).exists():
        succeed(place, "acl", "apply", ENDPOINTS)
    else:
        succeed(place, "attach", place.iface, "--acl", ENDPOINTS, "--mode", "native")


def detached(place: Place) -> None:
    if place.pins.exists() and (place.pins / place.iface).exists():
        succeed(place, "detach", place.iface)
    assert not place.pins.exists()


def severed(place: Place) -> None:
    """The pin is that of a device which is gone, and there is another of its name."""
    detached(place)
    attached(place)
    place.namespace.ip(f"link delete {place.iface}")
    create_link(place)


def create_link(place: Place) -> None:
    place.namespace.ip(f"link add {place.iface} type veth peer name peer0",
                       f"link set {place.iface} up", "link set peer0 up")


COMMANDS = [
    Command("attach-new", attach_words, detached,
            {"BPF_LINK_CREATE": 1, "BPF_OBJ_PIN": 1}),
    Command("attach-severed", attach_words, severed,
            {"unlink": 1, "BPF_OBJ_PIN": 1}),
    Command("replace", attach_words, attached, {"BPF_LINK_UPDATE": 1}, gapless=True),
    Command("apply", apply_words, attached,
            {"BPF_MAP_UPDATE_ELEM": 2, "BPF_MAP_DELETE_ELEM": 1}, gapless=True),
    Command("detach", detach_words, attached, {"BPF_LINK_DETACH": 1, "unlink": 1, "rmdir": 1},
            attached=False),
    Command("detach-severed", detach_words, severed, {"unlink": 1, "rmdir": 1}, attached=False),
]


def state(place: Place) -> State:
    """What the kernel has on the interface, and what the loader says of its list."""
    link = place.attached_program()
    if link is None:
        return None
    done = loader(place, "status", "--json")
    [report] = json.loads(done.stdout)["interfaces"]
    assert (report["state"], report["program"]["id"]) == ("attached", link["prog"]["id"]), report
    return report["program"]["id"], report["list"]["version"]


# --- killing -----------------------------------------------------------------------------------

@dataclass(frozen=True)
class Step:
    """The nth call of a kind, and what it asks for."""
    call: str
    n: int
    what: str

    def inject(self) -> tuple[str, ...]:
        return ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={self.call}", "-e",
                f"inject={self.call}:signal=KILL:when={self.n}")


def traced(place: Place, command: Command, acl: Path, log: Path) -> list[Step]:
    """The steps of the whole command, in order."""
    done = loader(place, *command.words(place, acl),
                  before=("strace", "-f", "-qq", "-o", str(log), "-e", f"trace={','.join(CALLS)}"))
    assert done.returncode == 0, done
    counts, steps = Counter(), []
    for line in log.read_text().splitlines():
        found = re.match(r"\d+ +(\w+)\((BPF_\w+)?", line)
        if found:
            counts[found[1]] += 1
            steps.append(Step(found[1], counts[found[1]], found[2] or found[1]))
    return steps


def chosen(command: Command, steps: list[Step]) -> list[Step]:
    """Those that change something; in the long form all."""
    if LONG:
        return steps
    kept = []
    for what, n in command.changes.items():
        found = [step for step in steps if step.what == what]
        assert len(found) >= n, f"{command.name} has no {n} calls of {what}"
        kept += found[-n:]
    return kept


@dataclass
class Trial:
    place: Place
    command: Command
    acl: Path

    def kill_at(self, step: Step) -> bool:
        """Whether the new state was reached."""
        self.command.before(self.place)
        old = state(self.place)
        traffic = Traffic(self.place)
        traffic.start()
        done = loader(self.place, *self.command.words(self.place, self.acl),
                      before=step.inject())
        seen = traffic.end()
        assert done.returncode in (KILLED, -9), (step, done)
        now = state(self.place)
        self._check_traffic(seen, step)
        assert now == old or self._is_new(now, old), (step, old, now)
        assert settled(self.place) == Counter(listed=1, unlisted=int(now is None)), step
        self._check_pins(step)
        self._go_on(step, old)
        return now != old

    def _is_new(self, now: State, old: State) -> bool:
        if not self.command.attached:
            return now is None
        if now is None:
            return False
        if old is None:
            return True
        same_program = self.command.name == "apply"
        return (now[0] == old[0]) == same_program and now[1] != old[1]

    def _check_traffic(self, seen: Seen, step: Step) -> None:
        assert seen.sent > 0
        if self.command.gapless:
            assert seen.through == Counter(listed=seen.sent), (step, seen)

    def _check_pins(self, step: Step) -> None:
        """Nothing is held but by the interface's own pin."""
        pins = [pin.name for pin in self.place.pins.iterdir()] if self.place.pins.exists() else []
        assert pins in ([], [self.place.iface]), step

    def _go_on(self, step: Step, old: State) -> None:
        """The same command succeeds, or has nothing to do; the program before is gone then."""
        done = loader(self.place, *self.command.words(self.place, self.acl))
        pinned = (self.place.pins / self.place.iface).exists()
        assert done.returncode == 0 or "not attached" in done.stderr, (step, done)
        assert pinned == self.command.attached, step
        now = state(self.place)
        assert (now is not None) == self.command.attached, step
        if old and (now is None or now[0] != old[0]):
            wait_until(lambda: not exists(old[0]), f"program {old[0]} to be gone")


def exists(program: int) -> bool:
    try:
        Program.by_id(program)
    except FileNotFoundError:
        return False
    return True


@pytest.fixture(scope="module")
def strace() -> None:
    done = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True,
                          text=True, env=ENVIRONMENT, check=False)
    if done.returncode != 0:
        pytest.skip(f"strace is not permitted here: {done.stderr.strip()}")


@pytest.fixture
def acl(tmp_path: Path) -> Iterator[Path]:
    """The new list: a prefix more than the old one."""
    path = tmp_path / "new.json"
    old = ENDPOINTS.read_text()
    new = old.replace('"40.92.0.0/15"', '"40.92.0.0/15", "45.8.0.0/24"')
    assert new != old
    path.write_text(new)
    yield path


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_killed(place: Place, command: Command, acl: Path, tmp_path: Path,
                capsys: pytest.CaptureFixture):
    place.namespace.ip(f"link set {place.iface} up", "link set peer0 up")
    command.before(place)
    steps = traced(place, command, acl, tmp_path / "trace")
    trial = Trial(place, command, acl)
    reached = [trial.kill_at(step) for step in chosen(command, steps)]
    assert reached
    if LONG:
        with capsys.disabled():
            print(f"\n{command.name}: killed at each of {len(steps)} steps, the new state after "
                  f"{sum(reached)} of them")

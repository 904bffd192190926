#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a message with a DKIM signature costs exogated, OpenDKIM and rspamd, each as a milter.

`make bench-dkim` runs it, as root.  In a network namespace of the run, without a route out, unbound
has the key, and the three take turns: each gets the same message again and again for a second, as
Postfix would send it, on up to 16 connections (`exogate-bench drive`).  Measured is the CPU time of all
its processes, a message.

Each must have verified the signature of every size of message, and must not pass a message of which
one octet is another; else this is an error.

Exit 0 if all was measured, 1 if not: then a line says why.
"""

import argparse
import dataclasses
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from lab import messages                                # noqa: E402
from lab.commands import LabError, accepts, tail, wait_until    # noqa: E402
from lab.commands import run as command                 # noqa: E402
from lab.exogated import Exogated                       # noqa: E402
from lab.name_server import ADDRESS, NameServer         # noqa: E402
from lab.namespaces import Namespace                    # noqa: E402
from lab.network import LISTED_V4                       # noqa: E402
from lab.signing import Key                             # noqa: E402
from milter.client import Answer, Connection, Message, Mta      # noqa: E402

ENDPOINTS = ROOT / "tests" / "data" / "endpoints-worldwide.json"
CERTIFICATE = "mail.protection.outlook.com"
SIZES = (4_000, 100_000, 1_000_000, 25_000_000)
CONNECTIONS, SECONDS = 16, 1
BYTES_AT_ONCE = 100_000_000     # of large messages there are fewer connections
KINDS = ("text", "html")
START_PATIENCE_S = 60       # rspamd compiles patterns first
PATIENCE_S = 120


# --- the messages ---------------------------------------------------------------------------------


def body(kind: str, size: int) -> bytes:
    """Lines of 60 to 70 characters; of HTML indented, with empty lines between."""
    chosen = random.Random(size)
    lines, length = [], 0
    while length < size:
        line = "  " * chosen.randrange(6) if kind == "html" else ""
        while len(line) < 60:
            line += "".join(chosen.choices("abcdefghijklmnopqrstuvwxyz",
                                           k=chosen.randrange(1, 10))) + " "
        lines.append(line.rstrip() + ".")
        length += len(lines[-1]) + 2
        if kind == "html" and not chosen.randrange(10):
            lines.append("")
            length += 2
    return "\r\n".join([*lines, ""]).encode()


def make(key: Key, kind: str, size: int) -> Message:
    """As Exchange Online sends it, signed with the key, ready for a milter."""
    whole = messages.exo()
    unsigned = dataclasses.replace(
        whole, data=whole.data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body(kind, size))
    signed = key.sign(unsigned)
    fields = tuple((name, value.replace("\r\n", "\n")) for name, _, value in
                   (field.partition(":") for field in signed.header))
    return Message(mail_from=signed.mail_from, rcpts=(signed.rcpt_to,), fields=fields,
                   body=signed.body)


def text_of(message: Message) -> bytes:
    header = "".join(f"{name}:{value}\n" for name, value in message.fields).replace("\n", "\r\n")
    return header.encode() + b"\r\n" + message.body


def changed(message: Message) -> Message:
    return dataclasses.replace(message, body=b"X" + message.body[1:])


class Forgetful(Connection):
    """Keeps nothing of what it has sent."""

    def _write(self, data: bytes) -> None:
        self.socket.sendall(data)
        self.buffer = self.buffer[len(data):]


# --- who verifies ---------------------------------------------------------------------------------


class Verifier:
    """A milter of the run: how it is started, and how it says that a signature is good."""

    name = program = config = ""
    what = ""   # it does beside verifying

    def __init__(self, directory: Path, namespace: Namespace):
        self.directory = directory / self.name
        self.directory.mkdir(mode=0o755)
        self.socket = self.directory / "milter.sock"
        self.log = self.directory / "log"
        self._namespace = namespace
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        config = self.directory / "config"
        config.write_text(self.config.format(directory=self.directory, socket=self.socket,
                                             name_server=ADDRESS))
        self._process = self._namespace.start(self.argv(config), self.log)
        wait_until(self._serves, f"{self.name} to serve", START_PATIENCE_S)

    def argv(self, config: Path) -> list[str | Path]:
        raise NotImplementedError

    def passes(self, answer: Answer) -> bool:
        """Whether it said so of the message that it answered last."""
        raise NotImplementedError

    def end(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(20)

    def pids(self) -> list[int]:
        """Of all its processes."""
        found = [self._process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        return found

    def cpu_us(self) -> float:
        """The clock that clock_getcpuclockid(3) has for each process: of all its threads, also
        of those that have ended."""
        return sum(time.clock_gettime(~pid << 3 | 2) for pid in self.pids()) * 1e6

    def _serves(self) -> bool:
        if self._process.poll() is not None:
            raise LabError(f"{self.name} ended: {' '.join(tail(self.log, 2))}")
        return accepts(self.socket)


class Ours(Verifier):
    name = "exogate"
    what = "judges the message by its whole policy, rewrites, adds a result, logs a line"

    def __init__(self, directory: Path, namespace: Namespace, programs: Path):
        super().__init__(directory, namespace)
        self._exogated = Exogated(programs / "exogated", self.directory, namespace)

    def start(self) -> None:
        # It opens its socket and then is nobody.
        self._exogated.create(self.socket, ENDPOINTS, f"{ADDRESS}:53")
        self._exogated.start()
        self._process = self._exogated.process

    def passes(self, answer: Answer) -> bool:
        return answer.verdict.word in ("accept", "continue")    # with proofs = 2


class OpenDkim(Verifier):
    name = "OpenDKIM"
    program = "/usr/sbin/opendkim"
    what = "adds a result; keeps keys for their time (QueryCache); logs nothing"
    config = """\
Mode               v
Socket             local:{socket}
Nameservers        {name_server}
QueryCache         yes
Background         no
Syslog             no
UserID             root
AuthservID         relay.example.net
On-BadSignature    accept
On-KeyNotFound     accept
"""

    def argv(self, config: Path) -> list[str | Path]:
        return [self.program, "-f", "-x", config]

    def passes(self, answer: Answer) -> bool:
        return any(edit.name == "Authentication-Results" and "dkim=pass" in edit.value
                   for edit in answer.edits)


class Rspamd(Verifier):
    name = "rspamd"
    program = "/usr/bin/rspamd"
    what = "only its dkim module, no rules in Lua; parses MIME and text; logs a line"
    config = """\
options {{
    filters = "dkim";
    pidfile = "{directory}/pid";
    control_socket = "{directory}/control mode=0600";
    cache_file = "{directory}/symbols";
    hs_cache_dir = "{directory}";
    history_rows = 1;
    dns {{ nameserver = ["{name_server}:53"]; timeout = 2s; }}
    task_timeout = 60s;
}}
logging {{ type = "console"; level = "info"; color = false;
    log_format = "verified: $symbols"; }}
dkim {{ dkim_cache_size = 2k; dkim_cache_expire = 1d; time_jitter = 6h; }}
worker "rspamd_proxy" {{
    bind_socket = "{socket} mode=0666";
    milter = yes; timeout = 60s; count = 1;
    upstream "local" {{ default = yes; self_scan = yes; }}
}}
"""

    def __init__(self, directory: Path, namespace: Namespace):
        super().__init__(directory, namespace)
        self._seen = 0      # lines about results

    def argv(self, config: Path) -> list[str | Path]:
        return [self.program, "-f", "-i", "-c", config]

    def passes(self, answer: Answer) -> bool:
        def lines() -> list[str]:
            return [line for line in self.log.read_text(errors="replace").splitlines()
                    if "verified:" in line]
        found = wait_until(lambda: lines()[self._seen:], "rspamd to log its result")
        self._seen += len(found)
        return "R_DKIM_ALLOW" in found[-1]


# --- measuring ------------------------------------------------------------------------------------


@contextmanager
def session(verifier: Verifier) -> Iterator[Mta]:
    with Mta(verifier.socket, connection=Forgetful) as mta:
        mta.connect(LISTED_V4)
        mta.helo(CERTIFICATE)
        yield mta
        mta.quit()


def check(verifier: Verifier, message: Message) -> None:
    """That it verifies this message, and would not any other."""
    for sent, wanted in ((message, True), (changed(message), False)):
        with session(verifier) as mta:
            answer = mta.message(sent)
        if verifier.passes(answer) is not wanted:
            raise LabError(f"{verifier.name}: {'did not verify' if wanted else 'verified'} a "
                           f"message of {len(sent.body)} bytes{'' if wanted else ', changed'}: "
                           f"{answer.verdict} {' '.join(tail(verifier.log, 2))}")


def drive(verifier: Verifier, file: Path, options: argparse.Namespace) -> float:
    """CPU time of one message, in us."""
    connections = min(CONNECTIONS, BYTES_AT_ONCE // file.stat().st_size)
    before = verifier.cpu_us()
    done = command([options.programs / "exogate-bench", "drive", "--connections",
                    str(1 if options.quick else connections), "--seconds", str(SECONDS),
                    verifier.socket, file], timeout_s=PATIENCE_S)
    return (verifier.cpu_us() - before) / int(done.split()[0])


def measure(verifiers: list[Verifier], key: Key, options: argparse.Namespace) -> list[dict]:
    figures = []
    for kind in KINDS:
        for size in SIZES[:2] if options.quick else SIZES:
            message, file = make(key, kind, size), key.file.parent / "message"
            file.write_bytes(text_of(message))
            samples: dict[str, list[float]] = {verifier.name: [] for verifier in verifiers}
            for verifier in verifiers:
                check(verifier, message)
            for _ in range(1 if options.quick else options.rounds):
                for verifier in verifiers:
                    samples[verifier.name].append(drive(verifier, file, options))
            figures += [figure(name, kind, message, taken, samples[Ours.name])
                        for name, taken in samples.items()]
            show(figures[-len(verifiers):])
    return figures


# --- the report -----------------------------------------------------------------------------------


def spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def figure(name: str, kind: str, message: Message, taken: list[float], ours: list[float]) -> dict:
    """The ratio is taken round by round."""
    return {"verifier": name, "kind": kind, "body_bytes": len(message.body), "us": spread(taken),
            "ratio": spread([one / our for one, our in zip(taken, ours)])}


def show(figures: list[dict]) -> None:
    for row in figures:
        us, ratio = row["us"], row["ratio"]
        print(f"{row['kind']:5}{row['body_bytes']:9} bytes  {row['verifier']:9}"
              f"{us['median']:10.0f} us ({us['min']:.0f} to {us['max']:.0f})"
              f"  {ratio['median']:6.1f} x exogate ({ratio['min']:.1f} to {ratio['max']:.1f})",
              flush=True)


def present(chosen: list[type[Verifier]]) -> list[type[Verifier]]:
    """Those that are installed; of the others it is said that they are left out."""
    for verifier in chosen:
        if not Path(verifier.program).exists():
            print(f"{verifier.name} is not installed and left out; `make bench-dkim` installs it")
    return [verifier for verifier in chosen if Path(verifier.program).exists()]


def run(stack: ExitStack, directory: Path, options: argparse.Namespace) -> list[dict]:
    namespace = Namespace(f"exogate-bench-{os.getpid()}")
    stack.callback(namespace.remove)
    namespace.create()
    stack.callback(namespace.end_processes)
    key = Key(directory, "contoso.com")
    name_server = NameServer(directory / "unbound", namespace)
    name_server.start({key.name: key.record})
    verifiers: list[Verifier] = [Ours(directory, namespace, options.programs)]
    verifiers += [peer(directory, namespace) for peer in present([OpenDkim, Rspamd])]
    print("CPU time of one message, rsa-sha256 of 2048 bits, relaxed/relaxed, key cached\n")
    for verifier in verifiers:
        verifier.start()
        print(f"{verifier.name}: {verifier.what}")
    print()
    figures = measure(verifiers, key, options)
    print(f"\nunbound was asked for the key {name_server.asked_for(key.name)} times, by all of them")
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, default=ROOT / "build", help="where they are built")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="the figures for programs, too")
    parser.add_argument("--quick", action="store_true",
                        help="two sizes, few messages: does it work?")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))    # and cleans up
    directory = Path(tempfile.mkdtemp(prefix="exogate-bench-"))
    directory.chmod(0o755)
    try:
        with ExitStack() as stack:
            figures = run(stack, directory, options)
    except LabError as error:
        print(f"dkim_peers: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Lists are exchanged under traffic, and no packet sees an empty or a mixed one.

`exogate-xdp acl apply` goes back and forth between two lists that overlap, while packets run in
batches of one source each, so that the counters tell of each kind exactly what became of it.  Here
it is a short form; `make test-xdp-long` runs 1,000 swaps and at least 10,000,000 packets.
"""

import json
import os
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .bpf import Counters, Program
from .cases import tcp, v4, v6
from .conftest import LOADER, Place

LONG = bool(os.environ.get("EXOGATE_XDP_LONG"))
SWAPS = 1000 if LONG else 15
PACKETS = 10_000_000 if LONG else 100_000
# In the long form the loader that users have: the sanitized one takes most of the time.
PROGRAM = LOADER.parents[1] / "exogate-xdp" if LONG else LOADER
BATCH = 2000
SINGLE = 50  # and so many runs of one packet each, which are apart for the kernel

# What both lists have, by another prefix in each; what one has; and what none has, also beside
# what they have.  By /17s, by /48s and by longer prefixes: each is looked up in another place.
FIRST = ["40.92.0.0/15", "51.4.72.0/24", "104.47.8.16/29", "2a01:111:f400::/48",
         "2a01:111:e000::/48", "2603:1000:1:2::/64"]
SECOND = ["40.92.0.0/16", "51.4.80.0/24", "104.47.8.16/28", "2a01:111:f400::/52",
          "2a01:111:e800::/48", "2603:1000:1::/56"]
FILLER = [f"45.{n >> 7}.{(n & 127) * 2}.0/24" for n in range(200)] \
    + [f"2620:1ec:{n:x}::/48" for n in range(200)]
SOURCES = {
    "both": ["40.92.1.2", "104.47.8.17", "2a01:111:f400:1::25", "2603:1000:1:2::25"],
    "neither": ["198.51.100.9", "104.47.8.15", "104.47.8.32", "40.94.0.1", "2001:db8:b::9",
                "2a01:111:f401::25", "2603:1000:1:100::25"],
    "one": ["51.4.72.9", "51.4.80.9", "2a01:111:e000::9", "2a01:111:e800::9"],
}


@dataclass(frozen=True)
class Batch:
    kind: str
    source: str
    frame: bytes

    def wrong(self, reasons: Counter) -> bool:
        """Whether any packet got a verdict that neither list gives it."""
        if self.kind == "one":
            return bool(set(reasons) - {"microsoft", "unlisted"})
        return set(reasons) != {"microsoft" if self.kind == "both" else "unlisted"}


BATCHES = [Batch(kind, source, v6(tcp(), source) if ":" in source else v4(tcp(), source))
           for kind, sources in SOURCES.items() for source in sources]


class Traffic:
    """Batch after batch; what is wrong is kept as text."""

    def __init__(self, program: Program, counters: Counters):
        self.sent: Counter = Counter()
        self.reasons: Counter = Counter()
        self.wrong: list[str] = []
        self._program = program
        self._counters = counters

    def send(self, batch: Batch) -> None:
        before = self._counters.read()
        self._program.run_many(batch.frame, BATCH)
        for _ in range(SINGLE):
            self._program.run(batch.frame)
        reasons = Counter({reason: packets - before[reason][0]
                           for reason, (packets, _) in self._counters.read().items()
                           if packets != before[reason][0]})
        if batch.wrong(reasons) or reasons.total() != BATCH + SINGLE:
            self.wrong.append(f"{batch.kind}, {batch.source}: {dict(reasons)}")
        self.sent[batch.kind] += BATCH + SINGLE
        if batch.kind == "one":
            self.reasons += reasons


class Swapper(threading.Thread):
    """Puts the lists in force in turn."""

    def __init__(self, place: Place, lists: list[Path]):
        super().__init__()
        self.done = 0
        self.error = ""
        self.stop = threading.Event()
        self._place = place
        self._lists = lists

    def run(self) -> None:
        while not self.stop.is_set() and not self.error:
            argv = [PROGRAM, "acl", "apply", self._lists[self.done % len(self._lists)], "--force",
                    "--bpffs", self._place.pins]
            done = subprocess.run(self._place.namespace.argv(argv), capture_output=True,
                                  text=True, timeout=60, check=False)
            if done.returncode != 0:
                self.error = done.stderr
            self.done += 1


@pytest.fixture
def lists(tmp_path: Path) -> Iterator[list[Path]]:
    paths = []
    for name, prefixes in (("second", SECOND), ("first", FIRST)):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps([{"id": 1, "serviceArea": "Exchange", "tcpPorts": "25",
                                     "ips": prefixes + FILLER}]))
        paths.append(path)
    yield paths


def test_swaps_under_traffic(place: Place, lists: list[Path], capsys: pytest.CaptureFixture):
    done = place.loader("attach", place.iface, "--acl", lists[1])
    assert done.returncode == 0, done
    traffic = Traffic(place.program(), place.counters())
    swapper = Swapper(place, lists)
    swapper.start()
    try:
        while swapper.is_alive() and not traffic.wrong \
                and (swapper.done < SWAPS or traffic.sent.total() < PACKETS):
            for batch in BATCHES:
                traffic.send(batch)
    finally:
        swapper.stop.set()
        swapper.join()
    assert not traffic.wrong and not swapper.error
    assert swapper.done >= SWAPS and traffic.sent.total() >= PACKETS
    # Both lists were seen at work.
    assert set(traffic.reasons) == {"microsoft", "unlisted"}
    if LONG:
        with capsys.disabled():
            print(f"\n{swapper.done} swaps, packets {dict(traffic.sent)}, no wrong verdict; of "
                  f"sources in one list {dict(traffic.reasons)}")

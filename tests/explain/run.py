# SPDX-License-Identifier: Apache-2.0
"""Runs `exogated explain` on messages that tests make."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Explain:
    program: Path
    settings: Path
    directory: Path             # for messages
    count: int = field(default=0)

    def write(self, message: bytes) -> Path:
        self.count += 1
        path = self.directory / f"{self.count}.eml"
        path.write_bytes(message)
        return path

    def run(self, *arguments: str | Path, stdin: bytes | None = None) -> subprocess.CompletedProcess:
        done = subprocess.run([self.program, "explain", "-c", self.settings, *arguments],
                              input=stdin, capture_output=True, timeout=60, check=False)
        assert done.returncode in (0, 1, 2), done.stderr.decode(errors="replace")
        return done

    def object(self, message: bytes, *options: str) -> dict:
        done = self.run(self.write(message), "--json", *options)
        assert done.returncode == 0, done.stderr.decode()
        (line,) = done.stdout.decode().splitlines()
        return json.loads(line)

    def text(self, message: bytes, *options: str) -> str:
        done = self.run(self.write(message), *options)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


def header(fields: Iterable[tuple[str, str]]) -> bytes:
    """Fields as (name, all that follows the colon), folds as LF."""
    return "".join(f"{name}:{value}\n" for name, value in fields).encode("utf-8", "surrogateescape")

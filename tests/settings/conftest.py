# SPDX-License-Identifier: Apache-2.0
"""`exogated check` on settings that a test writes, and what it printed."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from sanitizers import SANITIZER_OPTIONS

ROOT = Path(__file__).resolve().parents[2]
EXOGATED = ROOT / "build" / "asan" / "exogated"
ENDPOINTS = ROOT / "tests" / "data" / "endpoints-worldwide.json"

# Complete and without warnings; tests replace a line or add some.
BASE = {
    "listen": 'listen = [ "unix:/run/exogate/milter.sock" ];',
    "authserv_id": 'authserv_id = "relay.example.net";',
    "acl": f'acl: {{ source = "{ENDPOINTS}"; }};',
    "dkim": 'dkim: { source = "authres"; trusted_authserv_id = "dkim.example.net"; };',
    "tenants": 'tenants = ( { name = "contoso"; ids = [ "1234abcd-18c5-45e8-88de-123456789abc" ];'
               ' domains = [ "contoso.com", "contoso.onmicrosoft.com" ]; } );',
}


@dataclass
class Answer:
    code: int
    out: str
    lines: list[str]    # of standard error, without the directory of the test


ENVIRONMENT = SANITIZER_OPTIONS | {"LC_ALL": "C"}


def exogated(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess:
    if not EXOGATED.exists():
        pytest.fail(f"{EXOGATED} is not there: run `make {EXOGATED.relative_to(ROOT)}`")
    return subprocess.run([EXOGATED, *arguments], input=stdin, capture_output=True, text=True,
                          timeout=60, env=ENVIRONMENT)


class Settings:
    """A directory with the settings and whatever they name."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.path = directory / "exogate.conf"

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.directory / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def check_text(self, text: str | bytes) -> Answer:
        """Checks this text; `$DIR` in it stands for the directory."""
        if isinstance(text, str):
            text = text.replace("$DIR", str(self.directory)).encode()
        self.write("exogate.conf", text)
        done = exogated("check", "-c", self.path)
        shown = f"{self.directory}/"
        return Answer(done.returncode, done.stdout.replace(shown, ""),
                      done.stderr.replace(shown, "").splitlines())

    def check(self, *extra: str, **changed: str) -> Answer:
        """Checks the base, a line a key, with keys changed ("" removes one) and lines added."""
        lines = [line for line in (BASE | changed).values() if line]
        return self.check_text("\n".join([*lines, *extra]) + "\n")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path)

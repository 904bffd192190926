# SPDX-License-Identifier: Apache-2.0
"""What contrib/systemd/exogated.service leaves the daemon is enough, from its start to a reload."""

import grp
import os
import pwd
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .daemon import Daemon, write_settings
from .test_life import check_served
from .test_supervision import control_of, run

ROOT = Path(__file__).resolve().parents[2]
UNIT = (ROOT / "contrib/systemd/exogated.service").read_text()
OTHER = pwd.getpwnam("daemon")


def restricted() -> list[str]:
    """As systemd's first: the capabilities of the unit and no others, and no way to new ones."""
    [names] = re.findall(r"^CapabilityBoundingSet=(.+)$", UNIT, re.M)
    capabilities = ",".join(name.lower().replace("cap_", "+") for name in names.split())
    assert "NoNewPrivileges=yes\n" in UNIT
    return ["setpriv", "--no-new-privs", f"--bounding-set=-all,{capabilities}"]


def bounding_set(pid: int) -> int:
    return int(re.search(r"^CapBnd:\s+(\w+)$", Path(f"/proc/{pid}/status").read_text(), re.M)[1], 16)


@pytest.fixture
def socket_directory() -> Iterator[Path]:
    """Another's, whose group the socket is to have; the account of the daemon cannot write there."""
    with tempfile.TemporaryDirectory() as directory:
        os.chown(directory, OTHER.pw_uid, OTHER.pw_gid)
        os.chmod(directory, 0o1755)
        yield Path(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("user", ["nobody", None])
def test_capabilities_are_enough(exogated: Path, socket_directory: Path, engine: str,
                                 user: str | None) -> None:
    path = socket_directory / "milter.sock"
    group = grp.getgrgid(OTHER.pw_gid).gr_name
    with tempfile.TemporaryDirectory() as place:        # others cannot reach into tmp_path
        directory = Path(place)
        directory.chmod(0o755)
        settings = write_settings(directory, socket=str(path), more=(
            f'{control_of(directory)} socket: {{ mode = "660"; group = "{group}"; }};'
            + (f'user = "{user}";' if user else "")))
        daemon = Daemon([*restricted(), exogated], settings, path, engine)
        daemon.wait_until_it_serves()
        # What a container has kept from root already, it has not either.
        assert bounding_set(daemon.process.pid) == bounding_set(os.getpid()) & 0x10044cb
        assert (path.stat().st_gid, path.stat().st_mode & 0o777) == (OTHER.pw_gid, 0o660)
        check_served(daemon)
        assert run(exogated, "reload", "-c", settings).returncode == 0
        check_served(daemon)
        daemon.process.terminate()
        assert daemon.process.wait(timeout=20) == 0

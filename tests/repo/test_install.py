# SPDX-License-Identifier: Apache-2.0
"""`make install` and `make uninstall`, into a folder."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARIES = ["sbin/exogated", "sbin/exogate-xdp", "bin/exogate-bench"]
PROGRAMS = [*BINARIES, "sbin/exogate-list"]
PAGES = [f"share/man/man{page.suffix[1:]}/{page.name}"
         for page in (ROOT / "contrib/man").iterdir()]
UNITS = [f"lib/systemd/system/{unit.name}" for unit in (ROOT / "contrib/systemd").iterdir()]
CONF = "etc/exogate/exogate.conf"


def make(target: str, folder: Path, *variables: str) -> None:
    subprocess.run(["make", "--no-print-directory", target, f"DESTDIR={folder}", *variables],
                   cwd=ROOT, check=True, capture_output=True, umask=0o077)


def modes(folder: Path) -> dict[str, str]:
    """Of each file below it; the folders are open to all, however careful root's umask is."""
    found = {path: f"{path.stat().st_mode & 0o7777:o}" for path in folder.rglob("*")}
    assert {mode for path, mode in found.items() if path.is_dir()} == {"755"}
    return {str(path.relative_to(folder)): mode for path, mode in found.items()
            if not path.is_dir()}


@pytest.mark.parametrize("prefix", ["usr/local", "opt/exogate"])
def test_everything_is_there_and_goes_again(tmp_path: Path, prefix: str) -> None:
    make("install", tmp_path, f"prefix=/{prefix}")
    wanted = {CONF: "644"} | {f"{prefix}/{name}": "755" for name in PROGRAMS} \
        | {f"{prefix}/{name}": "644" for name in [*PAGES, *UNITS]}
    assert len(PAGES) >= 5 and len(UNITS) >= 3
    assert modes(tmp_path) == wanted
    make("uninstall", tmp_path, f"prefix=/{prefix}")
    assert modes(tmp_path) == {CONF: "644"}


def test_settings_are_kept(tmp_path: Path) -> None:
    """By an upgrade too: they are written once."""
    make("install", tmp_path)
    assert (tmp_path / CONF).read_bytes() == (ROOT / "contrib/exogate.conf").read_bytes()
    (tmp_path / CONF).write_text("mine\n")
    (tmp_path / CONF).chmod(0o640)
    make("install", tmp_path)
    assert (tmp_path / CONF).read_text() == "mine\n"
    assert modes(tmp_path)[CONF] == "640"


@pytest.mark.parametrize("prefix", ["/usr/local", "/opt/exogate"])
def test_units_run_what_is_installed(tmp_path: Path, prefix: str) -> None:
    make("install", tmp_path, f"prefix={prefix}")
    units = (tmp_path / prefix[1:] / "lib/systemd/system").iterdir()
    programs = re.findall(r"^Exec\w+=(\S+)", "\n".join(unit.read_text() for unit in units), re.M)
    assert len(programs) >= 4
    assert [name for name in programs if not (tmp_path / name[1:]).is_file()] == []
    script = (tmp_path / prefix[1:] / "sbin/exogate-list").read_text()
    assert f"\nPATH={prefix}/sbin:" in script


def test_units_are_well_formed(tmp_path: Path) -> None:
    """For systemd, with all that they start in its place."""
    make("install", Path("/"), f"prefix={tmp_path}/usr", f"sysconfdir={tmp_path}/etc")
    units = [unit for unit in (tmp_path / "usr/lib/systemd/system").iterdir()]
    names = [str(unit).replace("@.", "@eth0.") for unit in units]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["exogated.service", "exogated.socket", "exogate-xdp@.service"])
def test_units_come_before_postfix(name: str) -> None:
    """On Debian that is postfix@-.service; its postfix.service does nothing."""
    [before] = re.findall(r"^Before=(.+)$", (ROOT / "contrib/systemd" / name).read_text(), re.M)
    assert set(before.split()) == {"postfix.service", "postfix@-.service"}


def test_installed_programs_run(tmp_path: Path) -> None:
    """They are whole, and no sanitized ones."""
    make("install", tmp_path)
    for name in BINARIES:
        program = tmp_path / "usr/local" / name
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout.startswith(f"{program.name} ")
        assert b"AddressSanitizer" not in program.read_bytes()

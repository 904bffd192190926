# SPDX-License-Identifier: Apache-2.0
"""What installing packages leaves behind, and what the programs need of them.

apt-get and dpkg are played; the script, systemctl and the folders that both change are real, but
for this test's mount namespace alone.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "contrib/dev/install-deps.sh"
LISTS = [ROOT / "contrib/dev/packages-build.txt", ROOT / "contrib/dev/packages.txt"]

# Empty folders in the place of those that are changed, and a unit that is enabled already.
PLACE = """\
mount -t tmpfs none /etc/systemd/system
mount -t tmpfs none /run/lock
mkdir {tmp}/layer && mount -t tmpfs none {tmp}/layer && mkdir {tmp}/layer/upper {tmp}/layer/work
mount -t overlay -o lowerdir=/usr/sbin,upperdir={tmp}/layer/upper,workdir={tmp}/layer/work none /usr/sbin
rm -f /usr/sbin/policy-rc.d
cd /etc/systemd/system
mkdir multi-user.target.wants
for unit in was.service came.service postfix.service; do
    printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n' >$unit
done
ln -s ../was.service multi-user.target.wants/
{script} {lists}
code=$?
ls multi-user.target.wants >{tmp}/enabled
[ ! -e /usr/sbin/policy-rc.d ] || code=99
exit $code
"""

# Installs two services, as postinst scripts do.
APT_GET = """\
case " $* " in
*" -s "* | *" update "*) exit 0 ;;
esac
/usr/sbin/policy-rc.d && exit 1
cd /etc/systemd/system/multi-user.target.wants
ln -s ../came.service ../postfix.service .
exit {code}
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts")
@pytest.mark.parametrize("code", [0, 100], ids=["done", "failed"])
def test_nothing_starts_with_the_host(tmp_path: Path, code: int) -> None:
    """But what did before; Postfix does not start before it is configured."""
    for name, text in (("apt-get", APT_GET.format(code=code)), ("debconf-set-selections", ""),
                       ("dpkg-query", "echo not-installed")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    script = PLACE.format(tmp=tmp_path, script=SCRIPT, lists=" ".join(map(str, LISTS)))
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SYSTEMD_OFFLINE": "1"})
    assert (done.returncode == 0) == (code == 0), done
    assert (tmp_path / "enabled").read_text().split() == ["postfix.service", "was.service"]


def needed_packages() -> set[str]:
    """Of the libraries that the release programs are linked with, but libc."""
    found = set()
    for program in ("exogated", "exogate-xdp"):
        dynamic = subprocess.run(["readelf", "-d", ROOT / "build" / program], check=True,
                                 capture_output=True, text=True).stdout
        libraries = subprocess.run(["ldd", ROOT / "build" / program], check=True,
                                   capture_output=True, text=True).stdout
        for name in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
            path = re.search(rf"{re.escape(name)} => (\S+)", libraries)[1]
            place = "/".join(Path(path).resolve().parts[-2:])     # below /lib or /usr/lib
            owner = subprocess.run(["dpkg", "-S", f"*/{place}"], check=True, capture_output=True,
                                   text=True).stdout
            found.add(owner.partition(":")[0])
    return found - {"libc6"}


def test_readme_names_what_the_programs_are_linked_with() -> None:
    """For who builds elsewhere."""
    [named] = re.findall(r"^ +apt-get install -y ((?:z?lib\S+ ?|\\\n +)+)$",
                         (ROOT / "README.md").read_text(), re.M)
    assert set(named.replace("\\", "").split()) == needed_packages()

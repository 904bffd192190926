# SPDX-License-Identifier: Apache-2.0
"""The command line of exogate-bench, and `decide`."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conversations.daemon import Daemon, write_settings
from lab.messages import echospoofing, exo

from .conftest import Bench


def test_help_lists_every_command_and_each_has_its_own(bench: Bench) -> None:
    done = bench("--help")
    commands = re.findall(r"^  (\w+) +\S", done.stdout, re.M)
    assert (done.returncode, done.stderr) == (0, "")
    assert "decide" in commands
    for command in commands:
        own = bench(command, "--help")
        assert (own.returncode, own.stderr) == (0, "")
        assert own.stdout.startswith(f"Usage: exogate-bench {command} ")


def test_page_says_what_help_says(bench: Bench, root: Path) -> None:
    """Each command, and its options unless it leaves them to --help."""
    page = (root / "contrib/man/exogate-bench.1").read_text().replace("\\-", "-")
    commands = re.findall(r"^  (\w+) +\S", bench("--help").stdout, re.M)
    synopsis = page.partition(".SH SYNOPSIS\n")[2].partition(".SH ")[0]
    assert sorted(re.findall(r"^\.B exogate-bench (\w+)", synopsis, re.M)) == sorted(commands)
    for command in commands:
        text = page.partition(f"\n.SS {command}\n")[2]
        section = re.split(r"^\.S[SH] ", text, flags=re.M)[0]
        options = set(re.findall(r"^ +(?:-\w, )?(--\w+)", bench(command, "--help").stdout, re.M))
        if f"exogate-bench {command} --help" not in section:
            assert set(re.findall(r"--\w+", section)) == options - {"--help"}, command


def test_version(bench: Bench) -> None:
    done = bench("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"exogate-bench \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("arguments, complaint", [
    ([], "Usage: exogate-bench COMMAND"),
    (["measure"], 'no such command "measure"'),
    (["decide"], 'decide wants "-c FILE MESSAGE"'),
    (["decide", "--colour"], 'unknown or incomplete option "--colour"'),
    (["decide", "-n", "0"], "--messages takes a number from 1 to"),
    (["decide", "-n", "12x"], "--messages takes a number from 1 to"),
    (["dkim", "--colour"], 'unknown option "--colour"'),
    (["dkim", "more"], 'unexpected argument "more"'),
    (["domains"], 'domains wants "-c FILE"'),
    (["domains", "-c", "FILE", "-n", "0"], "--lookups takes a number from 1 to"),
    (["drive", "milter.sock"], 'drive wants "SOCKET MESSAGE..."'),
    (["drive", "--seconds", "0", "s", "m"], "--seconds takes a number from 1 to"),
], ids=["none", "command", "arguments", "option", "zero", "no-number", "dkim-option",
        "dkim-argument", "no-file", "no-lookups", "drive-arguments", "drive-seconds"])
def test_wrong_usage_is_named(bench: Bench, arguments: list[str], complaint: str) -> None:
    done = bench(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr


@pytest.mark.parametrize("dkim", ['source = "none";', 'source = "native";'])
def test_decide_says_what_it_judged(bench: Bench, tmp_path: Path, dkim: str) -> None:
    message = tmp_path / "message.eml"
    sent = exo()
    message.write_bytes(sent.data)
    done = bench("decide", "-c", write_settings(tmp_path, dkim=dkim), "-n", "10", "--mail-from",
                 "<alice@contoso.com>", message)
    assert done.returncode == 0
    assert done.stdout.startswith("dkim     not verified here") is ("native" in dkim)
    assert re.search("^verdict  accept \\(authorised\\), ", done.stdout, re.M)
    assert re.search(rf"^message  {len(sent.header)} fields, \d+ bytes of header", done.stdout,
                     re.M)


def test_dkim_has_a_line_a_body(bench: Bench) -> None:
    """It verifies what it measures; timings are reported, not judged."""
    done = bench("dkim", "--quick")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()[1:]
    assert [line.split()[0] for line in lines] == ["base64"] * 2 + ["text"] * 2 + ["html"] * 2
    for line in lines:
        found = re.fullmatch(r"\w+ +\d+ bytes  verified +[\d.]+ us  bare OpenSSL +[\d.]+ us  "
                             r"ratio [\d.]+  allocations ([\d.]+), bare ([\d.]+)", line)
        assert found and float(found[1]) == float(found[2]) > 0, line


def test_drive_sends_what_exogated_accepts(bench: Bench, tmp_path: Path,
                                           asan_program: Callable[[str], Path]) -> None:
    """And says of a message that it refuses what is wrong, and of a socket that nobody is there."""
    daemon = Daemon(asan_program("exogated"), write_settings(tmp_path))
    good, forged = tmp_path / "good.eml", tmp_path / "forged.eml"
    good.write_bytes(exo().data)
    forged.write_bytes(echospoofing().data)
    daemon.wait_until_it_serves()
    done = bench("drive", "--connections", "3", "--messages", "2", daemon.socket, good)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(re.fullmatch(r"(\d+) messages\n", done.stdout)[1]) > 3
    done = bench("drive", "--connections", "1", daemon.socket, good, forged)
    assert done.returncode == 1
    assert "message 1 got reject where accept is right, and so " in done.stderr
    daemon.end()
    done = bench("drive", daemon.socket, good)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{daemon.socket}: No such file or directory" in done.stderr


def test_decide_of_a_message_that_is_not_there(bench: Bench, tmp_path: Path) -> None:
    done = bench("decide", "-c", write_settings(tmp_path), tmp_path / "none.eml")
    assert done.returncode == 1
    assert "none.eml: No such file or directory" in done.stderr


def test_domains_of_a_policy(bench: Bench, tmp_path: Path) -> None:
    done = bench("domains", "-c", write_settings(tmp_path), "-n", "1000")
    assert done.returncode == 0
    loaded, *looked_up = done.stdout.splitlines()
    assert re.fullmatch(r"loaded  2 tenants, 6 domains in [\d.]+ s of CPU, [\d.]+ MiB", loaded)
    assert [re.sub(r" +[\d.]+", " N", line) for line in looked_up] == 2 * [
        f"{kind:7} of N: CPU ns a look-up  min N  median N  max N" for kind in ("known", "unknown")]

# SPDX-License-Identifier: Apache-2.0
"""What holds for the repository as a whole: layout, licences, sizes, and tables that agree."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {"bpf", "daemon", "loader", "bench", "tests", "contrib", "Makefile", "README.md",
             "LICENSE", "CHANGELOG.md"}
GENERATED = {"build", "compile_commands.json", ".git", "__pycache__", ".pytest_cache",
             ".hypothesis"}
NEEDS_SPDX = {".c", ".h", ".py", ".sh", ".ini", ".conf"}


def _files() -> list[Path]:
    """What git knows, or without git (a release, another owner's checkout) what is there."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
    files = [ROOT / name for name in listed if name and (ROOT / name).is_file()]
    return files or [path for path in ROOT.rglob("*") if path.is_file()
                     and not GENERATED & set(path.relative_to(ROOT).parts)]


FILES = _files()
SOURCES = [file for file in FILES if file.suffix in (".c", ".h")]


def _relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_files_are_found() -> None:
    assert len(SOURCES) > 50


def test_top_level_holds_nothing_else() -> None:
    names = {Path(_relative(file)).parts[0] for file in FILES}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL | GENERATED


@pytest.mark.parametrize("file", [f for f in FILES if f.suffix in NEEDS_SPDX], ids=_relative)
def test_licence_is_named_and_right(file: Path) -> None:
    head = "\n".join(file.read_text(errors="replace").splitlines()[:2])
    in_kernel = file.parent == ROOT / "bpf" or file.name.endswith((".bpf.c", "_abi.h"))
    wanted = "GPL-2.0-only OR BSD-2-Clause" if in_kernel else "Apache-2.0"
    found = re.search(r"SPDX-License-Identifier: ([^*\n]+)", head)
    assert found and found.group(1).strip() == wanted


@pytest.mark.parametrize("file", SOURCES, ids=_relative)
def test_file_is_short_enough_to_read(file: Path) -> None:
    lines = file.read_text().count("\n")
    limit = 600 if file.suffix == ".c" else 200
    assert lines <= limit, f"{lines} lines; split it"


def _functions(file: Path) -> list[tuple[str, int]]:
    """Name and length of each function: kernel style puts its braces alone in the first column."""
    found, name, start = [], "", 0
    lines = file.read_text().splitlines()
    for number, line in enumerate(lines):
        if line == "{":
            before = " ".join(lines[max(0, number - 4):number])
            name = (re.findall(r"(\w+)\(", before) or ["?"])[0]
            start = number
        elif line == "}" and start:
            found.append((name, number - start))
            start = 0
    return found


def test_functions_are_small() -> None:
    lengths = [length for file in SOURCES if "tests" not in file.parts
               for _, length in _functions(file)]
    assert len(lengths) > 200
    assert sorted(lengths)[len(lengths) // 2] < 25


@pytest.mark.parametrize("file", SOURCES, ids=_relative)
def test_no_function_is_over_80_lines(file: Path) -> None:
    assert [f for f in _functions(file) if f[1] > 80] == []


def _rows(header: str, macro: str) -> list[tuple[str, str]]:
    """The (identifier, word) pairs of a table `#define NAME(X) X(ID, "word", ...)`."""
    text = (ROOT / header).read_text()
    body = text[text.index(f"#define {macro}(X)"):]
    body = body[:body.index("\n\n")]
    return re.findall(r'X\((\w+),\s*"([^"]+)"', body.replace("\\\n", " "))


def test_readme_names_every_reason_and_no_other() -> None:
    reasons = {word for _, word in _rows("daemon/core/reason.h", "REASONS")}
    readme = (ROOT / "README.md").read_text()
    section = readme[readme.index("## How a message is judged"):]
    section = section[:section.index("\n## ", 3)]
    table = set(re.findall(r"`([a-z-]+)`", " ".join(
        line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))))
    prose = set(re.findall(r"`([a-z-]+)`", section))
    assert table <= reasons
    assert reasons <= prose


def test_make_help_lists_every_phony_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.findall(r"^\.PHONY: (.+)$", makefile, re.M))
    helped = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout
    listed = {line.split()[0] for line in helped.splitlines()}
    assert phony <= listed


def test_layers_hold() -> None:
    done = subprocess.run(["make", "--no-print-directory", "check-layers"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_layer_check_can_fail(tmp_path: Path) -> None:
    """A core that calls malloc() is found out."""
    source = tmp_path / "impure.c"
    source.write_text("void *malloc(unsigned long);\nvoid *f(void);\nvoid *f(void)\n"
                      "{\n\treturn malloc(1);\n}\n")
    subprocess.run(["cc", "-c", "-o", tmp_path / "impure.o", source], check=True)
    done = subprocess.run(["contrib/dev/check-layers.sh", tmp_path / "impure.o"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "malloc" in done.stderr


def test_nothing_refers_to_what_is_not_here() -> None:
    """A file that readers do not have must not be named as if they had."""
    absent = ("DESIGN.md", "FIELD.md", "MILTER.md", "XDP.md", "TRIED.md", "PERFORMANCE.md")
    hits = [f"{_relative(file)}: {name}" for file in FILES if file != Path(__file__)
            for name in absent if name in file.read_text(errors="replace")]
    assert hits == []


@pytest.mark.parametrize("file", SOURCES, ids=_relative)
def test_lines_fit_100_columns(file: Path) -> None:
    long = [number for number, line in enumerate(file.read_text().splitlines(), 1)
            if len(line.expandtabs(8)) > 100]
    assert long == []

# SPDX-License-Identifier: Apache-2.0
"""Gives a dialog's message to `exogated explain`, as the file and the options that describe it."""

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .mail import Dialog, Field

WORDS = {"accept": "accept", "hold": "hold", "reject": "550", "tempfail": "451"}


def _has_line(field: Field) -> bool:
    """Whether a file can hold the field so that Postfix reads just this from it."""
    name, value = field
    return bool(re.fullmatch(r"[!-9;-~]+[ \t]*", name)) and not re.search(r"\n(?![ \t])|[\0\r]", value)


def explainable(dialog: Dialog) -> bool:
    """
    Not so is what only a mail server's dialog can say: earlier messages, macros out of the ordinary,
    clients without an address, and fields that no file holds.
    """
    said = dialog.hellos[-1]
    ordinary = not said or {"{tls_version}", "{cert_subject}"} <= set(said)
    return (not dialog.earlier and ordinary and len(dialog.hellos) <= 2 and "{verify}" not in said
            and dialog.server.startswith("Postfix") and dialog.family in "46U"
            and all(map(_has_line, dialog.message.fields)))


def _arguments(dialog: Dialog) -> list[str]:
    message = dialog.message
    client = "unknown" if dialog.family == "U" else dialog.client.removeprefix("IPv6:")
    said = ["--client", client, "--cert-cn", dialog.hellos[-1].get("{cert_subject}", ""),
            "--mail-from", message.mail_from, "--auth", message.auth]
    return said + [word for rcpt in message.rcpts for word in ("--rcpt", rcpt)]


def _file(dialog: Dialog) -> bytes:
    lines = [f"{name}:{value}\n" for name, value in dialog.message.fields]
    return "".join([*lines, "\n", dialog.message.body]).encode("utf-8", "surrogateescape")


def explain(command: Sequence[str | Path], dialog: Dialog) -> tuple[str, list[dict]]:
    """The answer and the reason, and the edits."""
    arguments = [word.encode("utf-8", "surrogateescape") for word in _arguments(dialog)]
    done = subprocess.run([*command, "--json", *arguments, "-"], input=_file(dialog),
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    said = json.loads(done.stdout)
    return f"{WORDS[said['verdict']]} {said['reason']}", said["edits"]

# SPDX-License-Identifier: Apache-2.0
"""The sets milter/wire.json and milter/transcripts: packets, and whole dialogs of Postfix."""

import ast
import json
import struct
from collections import defaultdict
from pathlib import Path

# Level "may", where the set's authors themselves differ: README.md has the reasons.
DECODED_DIFFERENTLY = {
    "ppm/O/003-too-long",
    "ppm/D/009-invalid-command-without-data",
    "ppm/D/010-invalid-command-with-data",
    "ppm/D/011-data-missing-null-termination",
    "ppm/D/012-data-invalid-num-separators",
    "ppm/D/013-utf8-impossible-byte-3.5.1-symbol",
    "ppm/D/014-utf8-impossible-byte-3.5.1-value",
    "ppm/C/027-ipv4-invalid-char-hostname",
    "ppm/C/031-ipv6-invalid-char-hostname",
    "ppm/C/032-hostname-utf8-impossible-byte-3.5.1",
    "ppm/C/034-unix-socket-invalid-char",
    "ppm/M/068-f-cmd-class.-name-non-ascii-esmtp-arg-name-",
    "ppm/R/069-f-cmd-class.-name-non-ascii-esmtp-arg-name-",
    "ppm/M/070-f-cmd-class.-name-multiple-key-value-separators-",
    "ppm/R/071-f-cmd-class.-name-multiple-key-value-separators-",
    "gomilter/C/18-conn-tcp6-protocol-2",
}
ENCODED_DIFFERENTLY = {"gomilter/enc/13-e-fixup-2"}

# The calls of the encode cases that make what exogate sends, too.
SENT = ("ChangeHeader", "InsertHeader", "ChangeFrom", "ChangeMailFrom", "TempFailWithCode",
        "RejectWithCode")

# NO_CONNECT, NO_HELO, NO_MAIL, NO_RCPT, NO_HEADERS: exogate never switches these events off.
NEEDED_EVENTS = 0x2f


def same_packet(payload: bytes, answer: dict) -> bool:
    """Whether the packet can be made anew from what was read in it."""
    command = payload[:1]
    text, rest = (bytes.fromhex(answer.get(key, "")) for key in ("text", "rest"))
    again = {
        b"H": text + b"\0",
        b"M": text + b"\0" + rest,
        b"R": text + b"\0" + rest,
        b"L": text + b"\0" + rest + b"\0",
        b"B": text,
        b"E": text,
    }
    return again.get(command, payload[1:]) == payload[1:]


def test_decode(vectors, milter_probe, agreement):
    cases = [c for c in vectors("milter/wire.json")["decode"] if c["dir"] == "mta->milter"]
    levels, wrong = defaultdict(lambda: [0, 0]), set()
    for case in cases:
        payload = bytes.fromhex(case["payload_hex"])
        answer = milter_probe.ask("event", payload)
        agrees = answer["ok"] == (case["expect"] == "accept")
        assert not answer["ok"] or same_packet(payload, answer), case["id"]
        levels[case["level"]][0] += agrees
        levels[case["level"]][1] += 1
        if not agrees:
            wrong.add(case["id"])
    for level in ("must", "should", "may"):
        agreement(f"milter/wire.json, decode, {level}", *levels[level])
    assert wrong == DECODED_DIFFERENTLY


def call_of(case: dict) -> tuple[str, list, dict]:
    """The call that a case encodes, written as one of Python, or as arguments of Go."""
    text = case["op"] if "(" in case["op"] else f"{case['op']}({case['args']})"
    call = ast.parse(text, mode="eval").body
    values = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    return call.func.id, [ast.literal_eval(value) for value in call.args], values


def header_question(index: int, name: str, value: str) -> list[bytes]:
    return [struct.pack("!I", index) + name.encode(), value.encode()]


def question_of(case: dict) -> list | None:
    """What the probe is asked; None for what exogate does not send."""
    if not case["op"].startswith(SENT):
        return None
    op, values, named = call_of(case)
    if op in ("ChangeHeader", "InsertHeader"):
        index, name, value = values or (
            named.get("index", named.get("nth_occurrence")), named["headername"],
            named["headertext"])
        return [op.removesuffix("Header").lower(), *header_question(index, name, value)]
    if op in ("ChangeFrom", "ChangeMailFrom"):
        address, parameters = values or (named["mail_from"], "")
        brackets = address if "<" in address or named else f"<{address}>"
        return None if parameters else ["from", brackets.encode()]
    parts = ["".join(map(str, named["primary_code"])),
             ".".join(map(str, named.get("enhanced_code", ()))), named.get("text", "")]
    return ["reply", " ".join(filter(None, parts)).encode()]


def test_encode(vectors, milter_probe, agreement):
    cases = vectors("milter/wire.json")["encode"]
    asked, wrong = 0, set()
    for case in cases:
        question = question_of(case)
        if question is None:
            continue
        asked += 1
        if milter_probe.ask(*question)["packet"] != case["payload_hex"]:
            wrong.add(case["id"])
    agreement("milter/wire.json, encode", asked - len(wrong), asked,
              f"{len(cases) - asked} more are of edits that exogate does not make")
    assert wrong == ENCODED_DIFFERENTLY


def packet(entry: dict) -> bytes:
    data = entry["data"].encode("latin-1")
    return struct.pack("!I", 1 + len(data)) + entry["cmd"].encode("latin-1") + data


class Dialog:
    """What was said on one connection of a transcript."""

    def __init__(self) -> None:
        self.stream = b""       # of the MTA
        self.messages = 0       # that came to their end
        self.quits = False
        self.steps = 0          # that the filter of the transcript asked for

    def add(self, entry: dict) -> None:
        if entry["dir"] != "mta":
            if entry["cmd"] == "O":
                (self.steps,) = struct.unpack("!I", entry["data"].encode("latin-1")[8:12])
            return
        self.stream += packet(entry)
        self.messages += entry["cmd"] == "E"
        self.quits = entry["cmd"] == "Q"


def dialogs(path: Path) -> dict[int, Dialog]:
    found = defaultdict(Dialog)
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        found[entry["conn"]].add(entry)
    return {conn: dialog for conn, dialog in found.items() if dialog.stream}


def count_verdicts(replies: bytes) -> int:
    found, at = 0, 0
    while at < len(replies):
        (length,) = struct.unpack("!I", replies[at:at + 4])
        found += replies[at + 4:at + 5] in (b"a", b"c", b"y")
        at += 4 + length
    assert at == len(replies)
    return found


def follows(probe, dialog: Dialog) -> bool:
    """Closed at QUIT and not before, and a verdict for each message: in pieces of any size."""
    whole, by_bytes = probe.ask("play", dialog.stream), probe.ask("bytes", dialog.stream)
    return (whole == by_bytes and whole["closed"] == ("quit" if dialog.quits else "")
            and count_verdicts(bytes.fromhex(whole["replies"])) == dialog.messages)


def test_transcripts(vector_files, milter_probe, agreement):
    total, incomplete, wrong = 0, 0, []
    for path in vector_files("milter/transcripts/*.jsonl"):
        for connection, dialog in dialogs(path).items():
            if dialog.steps & NEEDED_EVENTS:
                incomplete += 1
                continue
            total += 1
            if not follows(milter_probe, dialog):
                wrong.append((path.name, connection))
    agreement("milter/transcripts, dialogs", total - len(wrong), total,
              f"{incomplete} more lack events that exogate asks for")
    assert not wrong

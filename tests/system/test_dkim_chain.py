# SPDX-License-Identifier: Apache-2.0
"""Signed by OpenDKIM, sent through Postfix, verified here with unbound's answers."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from lab import messages  # noqa: E402
from lab.commands import ENVIRONMENT, accepts, wait_until  # noqa: E402
from lab.network import LISTED_V4  # noqa: E402
from lab.relay import Lab  # noqa: E402
from lab.signing import Key  # noqa: E402
from milter.client import Message, Mta  # noqa: E402

PROGRAMS = TESTS.parent / "build" / "asan"

OPENDKIM_CONF = """\
Mode               s
Domain             {key.domain}
Selector           {key.selector}
KeyFile            {key.file}
Canonicalization   {canonicalization}
SignatureAlgorithm rsa-sha256
Socket             local:{directory}/opendkim.sock
Background         no
UserID             root
RequireSafeKeys    no
InternalHosts      {directory}/internal
"""


class OpenDkim:
    """Signs what it is shown, as a filter of the sender's mail server."""

    def __init__(self, directory: Path, key: Key, canonicalization: str):
        directory.mkdir()
        (directory / "internal").write_text("0.0.0.0/0\n")
        config = directory / "opendkim.conf"
        config.write_text(OPENDKIM_CONF.format(directory=directory, key=key,
                                               canonicalization=canonicalization))
        self.socket = directory / "opendkim.sock"
        self.process = subprocess.Popen(["/usr/sbin/opendkim", "-f", "-x", config],
                                        env=ENVIRONMENT)
        wait_until(lambda: accepts(self.socket), "opendkim")

    def sign(self, message: messages.Message) -> messages.Message:
        bare = [field for field in message.header if not field.startswith("DKIM-Signature:")]
        pairs = (field.partition(":") for field in bare)
        fields = tuple((name, value.replace("\r\n", "\n")) for name, _, value in pairs)
        with Mta(self.socket) as mta:
            mta.connect(LISTED_V4)
            mta.helo()
            answer = mta.message(Message(mail_from=message.mail_from, rcpts=(message.rcpt_to,),
                                         fields=fields, body=message.body))
        [edit] = [edit for edit in answer.edits if edit.name == "DKIM-Signature"]
        signature = f"DKIM-Signature:{edit.value}".replace("\n", "\r\n")
        header = "\r\n".join([signature, *bare])
        return replace(message, data=header.encode() + b"\r\n\r\n" + message.body)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


@pytest.fixture(scope="module", params=["uring", "libmilter"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(PROGRAMS, request.param) as lab:
        lab.start()
        assert lab.missing == {}
        yield lab
        assert lab.exogated.end() == 0, lab.log_tail("exogated")


@pytest.mark.parametrize("canonicalization", ["relaxed/relaxed", "simple/simple",
                                              "relaxed/simple", "simple/relaxed"])
def test_chain(lab: Lab, tmp_path: Path, canonicalization: str) -> None:
    [key] = [key for key in lab.keys if key.domain == "contoso.com"]
    opendkim = OpenDkim(tmp_path / "opendkim", key, canonicalization)
    try:
        message = opendkim.sign(messages.exo())
    finally:
        opendkim.end()
    assert f"c={canonicalization}".encode() in message.data
    result = lab.send(LISTED_V4, message)
    assert result.code == 250, result.reply
    line = lab.exogated.log_line(message.message_id)
    assert "reason=authorised" in line and "proofs=stamp,signature" in line, line
    lab.nexthop.wait_for(message.message_id)

    changed = subject_changed(message)
    refused = lab.send(LISTED_V4, changed)
    assert refused.code == 550 and "(exogate: proof-missing)" in refused.reply, refused.reply


def subject_changed(message: messages.Message) -> messages.Message:
    """One letter of the subject is another."""
    assert b"Subject: Figures" in message.data
    return replace(message, data=message.data.replace(b"Subject: Figures", b"Subject: figures"))


def test_one_question_for_all(lab: Lab) -> None:
    """What unbound was asked for the key, of all messages until here: once by each worker."""
    [key] = [key for key in lab.keys if key.domain == "contoso.com"]
    lab.send(LISTED_V4, lab.sign(messages.exo()))
    before = lab.name_server.asked_for(key.name)
    assert 1 <= before
    for _ in range(5):
        assert lab.send(LISTED_V4, lab.sign(messages.exo())).code == 250
    assert lab.name_server.asked_for(key.name) - before <= 2

# SPDX-License-Identifier: Apache-2.0
"""What can be shown without a network: exogated alone, asked at its socket as Postfix asks it."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from milter.client import Answer, Mta
from milter.client import Message as MilterMessage

from . import messages, signing
from .commands import ENVIRONMENT, tail
from .exogated import Exogated
from .network import LISTED_V4
from .scripted_dns import Records
from .showings import REWRITTEN, SENDER, Evidence, NotAsClaimed, Showing

CERTIFICATE = "mail.protection.outlook.com"


class Here:
    """Starts programs where we are, as a Namespace does elsewhere."""

    def start(self, argv: Sequence[str | Path], log: Path) -> subprocess.Popen:
        with log.open("ab") as out:
            return subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=out,
                                    stderr=out, start_new_session=True, env=ENVIRONMENT)


class Alone:
    """exogated on a socket in a directory of its own, for the time of a with block."""

    missing: dict[str, str] = {}  # as a Lab has it

    def __init__(self, programs: Path, endpoints: Path):
        self.directory = Path(tempfile.mkdtemp(prefix="exogate-"))
        self.directory.chmod(0o755)
        self.socket = self.directory / "milter.sock"
        self.exogated = Exogated(programs / "exogated", self.directory, Here())
        self.endpoints = endpoints
        self.keys = signing.make_keys(self.directory / "keys")
        self.name_server = Records(signing.records(self.keys))

    def __enter__(self) -> "Alone":
        try:
            self.exogated.create(self.socket, self.endpoints, self.name_server.place)
            self.exogated.start()
        except BaseException:
            shutil.rmtree(self.directory)
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        try:
            self.exogated.end()
        finally:
            self.name_server.close()
            shutil.rmtree(self.directory)

    def log_tail(self, log: str) -> list[str]:
        return tail(self.exogated.log) if log == "exogated" else []

    def ask(self, unsigned: messages.Message, certificate: str | None) -> Answer:
        message = signing.sign(self.keys, unsigned)
        fields = tuple((name, value.replace("\r\n", "\n"))
                       for name, _, value in (field.partition(":") for field in message.header))
        with Mta(self.socket) as mta:
            mta.connect(LISTED_V4)
            mta.helo(certificate)
            return mta.message(MilterMessage(mail_from=SENDER, rcpts=(message.rcpt_to,),
                                             fields=fields, body=message.body))


def _refused(answer: Answer, words: str) -> Evidence:
    if words not in answer.verdict.text:
        raise NotAsClaimed(f"the reply has no {words}: {answer.verdict}")
    return [("reply", answer.verdict.text)]


def _authorised(alone: Alone) -> Evidence:
    delivered = alone.ask(messages.exo(), CERTIFICATE).delivered
    if delivered is None or REWRITTEN not in delivered.field("From"):
        raise NotAsClaimed(f"not accepted and rewritten: {delivered}")
    return [("From", delivered.field("From").strip())]


def _spoofed(alone: Alone) -> Evidence:
    return _refused(alone.ask(messages.echospoofing(), CERTIFICATE), "(exogate: tenant-conflict)")


def _without_certificate(alone: Alone) -> Evidence:
    return _refused(alone.ask(messages.exo(), None), "(exogate: cert-missing)")


# Named as those of the whole lab are.
SHOWINGS = (
    Showing("a4", "mail of tenant contoso: authorised, rewritten", ("exogated",), _authorised),
    Showing("c", "EchoSpoofing, From of contoso with another tenant's stamp: refused",
            ("exogated",), _spoofed),
    Showing("d", "mail of contoso without a client certificate: not now", ("exogated",),
            _without_certificate),
)

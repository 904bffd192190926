# SPDX-License-Identifier: Apache-2.0
"""One SMTP conversation as Exchange Online holds it: STARTTLS, client certificate, one message.

Whatever the server does is a result, not an exception: a refusal, a closed connection, and a
connection that is never answered.
"""

import contextlib
import smtplib
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from .certificates import Pair
from .messages import Message
from .namespaces import Namespace

CONNECT_TIMEOUT_S = 2.5  # Linux repeats a SYN after 1 s: two at least are seen
REPLY_TIMEOUT_S = 30
COMPLETED = "completed"
CONNECT_TIMEOUT = "connection timed out"
EHLO_NAME = "eur05-am6-obe.outbound.protection.outlook.com"


@dataclass
class Result:
    outcome: str = COMPLETED  # or CONNECT_TIMEOUT, or what else ended the conversation, in words
    replies: list[tuple[str, int, str]] = field(default_factory=list)  # command, code, text

    @property
    def code(self) -> int:
        """The code of the reply that decided: the last before QUIT, 0 without any."""
        return self._last()[1]

    @property
    def reply(self) -> str:
        """The reply that decided, as text, or what happened instead."""
        command, code, text = self._last()
        return f"{code} {text}" if command else self.outcome

    def _last(self) -> tuple[str, int, str]:
        decided = [r for r in self.replies if r[0] != "QUIT"]
        return decided[-1] if decided else ("", 0, "")


class _Smtp(smtplib.SMTP):
    """smtplib's client that notes every reply beside the command it answers."""

    def __init__(self, result: Result, source: str):
        super().__init__(local_hostname=EHLO_NAME, timeout=CONNECT_TIMEOUT_S,
                         source_address=(source, 0))
        self._result = result
        self._command = "CONNECT"

    def putcmd(self, cmd: str, args: str = "") -> None:
        self._command = cmd.split()[0].upper()
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        # The second reply to DATA is the one to the message.
        if self._result.replies and self._result.replies[-1][:2] == ("DATA", 354):
            self._command = "."
        code, text = super().getreply()
        self._result.replies.append((self._command, code, text.decode(errors="replace")))
        return code, text


def send(world: Namespace, source: str, server: str, message: Message, ca: Path,
         identity: Pair | None) -> Result:
    """Sends one message from `source` to `server`, with the client certificate `identity`."""
    tls = ssl.create_default_context(cafile=str(ca))
    if identity:
        tls.load_cert_chain(identity.cert, identity.key)
    result = Result()
    with world.entered():
        try:
            _converse(_Smtp(result, source), server, message, tls)
        except TimeoutError:
            result.outcome = "no reply in time" if result.replies else CONNECT_TIMEOUT
        except OSError as error:  # smtplib's and ssl's errors are of this class too
            result.outcome = str(error) or type(error).__name__
    return result


def _converse(smtp: _Smtp, server: str, message: Message, tls: ssl.SSLContext) -> None:
    smtp._host = server  # what starttls() checks the certificate against
    try:
        code, _ = smtp.connect(server, 25)
        if code == 220:
            smtp.sock.settimeout(REPLY_TIMEOUT_S)
            _deliver(smtp, message, tls)
            smtp.quit()
    finally:
        smtp.close()


def _deliver(smtp: _Smtp, message: Message, tls: ssl.SSLContext) -> None:
    smtp.ehlo()
    smtp.starttls(context=tls)
    smtp.ehlo()
    if smtp.mail(message.mail_from)[0] == 250 and smtp.rcpt(message.rcpt_to)[0] == 250:
        with contextlib.suppress(smtplib.SMTPDataError):  # the reply is noted
            smtp.data(message.data)

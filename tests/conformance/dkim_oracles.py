# SPDX-License-Identifier: Apache-2.0
"""Other implementations of RFC 6376, asked whether a message's signature passes."""

import logging
import subprocess
from pathlib import Path

import dkim

MAIL_DKIM = Path(__file__).with_name("mail_dkim.pl")


class Dkimpy:
    """python3-dkim."""

    name = "dkimpy"

    def __init__(self) -> None:
        self.logger = logging.getLogger("dkimpy")
        self.logger.setLevel(logging.CRITICAL + 1)  # it says why of every message that fails

    def passes(self, message: bytes, name: str, record: bytes) -> tuple[bool, str]:
        def look_up(asked: bytes, timeout: int = 5) -> bytes | None:
            return record if asked.lower().rstrip(b".") == name.encode() else None

        try:
            return dkim.DKIM(message, logger=self.logger, minkey=1024).verify(dnsfunc=look_up), ""
        except Exception as error:  # noqa: BLE001 (whatever it raises, the signature did not pass)
            return False, f"{type(error).__name__}: {error}"

    def close(self) -> None:
        pass


class MailDkim:
    """libmail-dkim-perl."""

    name = "Mail::DKIM"

    def __init__(self) -> None:
        self.process = subprocess.Popen(["perl", MAIL_DKIM], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, errors="replace")

    def passes(self, message: bytes, name: str, record: bytes) -> tuple[bool, str]:
        print(message.hex(), name.encode().hex(), record.hex(), file=self.process.stdin,
              flush=True)
        answer = self.process.stdout.readline()
        assert answer, "Mail::DKIM died"
        return answer.startswith("pass"), answer.strip()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait() == 0

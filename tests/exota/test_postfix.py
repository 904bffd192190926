# SPDX-License-Identifier: Apache-2.0
"""In ExOTA-Milter's place behind real Postfix, with TLS and Exchange Online's certificate."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conversations.daemon import ENGINES
from lab import messages
from lab.commands import wait_until
from lab.exogated import Exogated
from lab.network import LISTED_V4
from lab.relay import Lab

from .place import RESULT, VERIFIER, environment

PROGRAMS = Path(__file__).parents[2] / "build" / "asan"

# There is no verifier in this lab.
WITHOUT_DKIM = {"MILTER_DKIM_ENABLED": None, "MILTER_DKIM_ALIGNMENT_REQUIRED": None,
                "MILTER_TRUSTED_AUTHSERVID": None}


class InItsPlace(Exogated):
    def create(self, socket_path: Path, endpoints: Path, name_server: str) -> None:
        self.socket = socket_path
        self.variables = environment(self.log.parent, WITHOUT_DKIM | {
            "MILTER_SOCKET": str(socket_path), "EXOGATE_ACL_SOURCE": str(endpoints)})

    def start(self) -> None:
        variables = [f"{name}={value}" for name, value in self.variables.items()]
        self.process = self.namespace.start(
            ["env", *variables, self.program, "exota", "--engine", self.engine], self.log)
        wait_until(self._accepts, f"exogated to accept on {self.socket}")


@pytest.fixture(scope="module", params=ENGINES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(PROGRAMS, request.param) as lab:
        lab.exogated = InItsPlace(PROGRAMS / "exogated", lab.directory, lab.network.relay,
                                  request.param)
        lab.start()
        assert lab.missing == {}
        yield lab
        assert lab.exogated.end() == 0, lab.log_tail("exogated")


def test_own_mail_arrives_with_its_result(lab: Lab) -> None:
    message = messages.exo()
    assert lab.send(LISTED_V4, message).code == 250
    (field,) = lab.nexthop.wait_for(message.message_id).fields(RESULT)
    assert field == (f"{RESULT}: {VERIFIER};\r\n  auth=pass 5322_from_domain=contoso.com dkim=False "
                     "dkim_aligned=False x509_client_trust=True forwarded=False")


def test_replies_come_through_postfix(lab: Lab) -> None:
    refused = lab.send(LISTED_V4, messages.echospoofing()).reply
    assert re.fullmatch(
        r"550 5\.7\.1 queue_id: \w+ - Security policy violation! - "
        r"reason: Another tenant may not use this From domain \(exogate: tenant-conflict\)", refused)
    deferred = lab.send(LISTED_V4, messages.exo(), certificate=False).reply
    assert re.fullmatch(
        r"450 4\.7\.1 queue_id: \w+ - Service temporarily not available! Please try again later\. "
        r"- reason: No verified client certificate \(exogate: cert-missing\)", deferred)

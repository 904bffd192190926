# SPDX-License-Identifier: Apache-2.0
"""Messages as Exchange Online sends them, from templates in tests/data/messages.

A template is a whole message with ${names}; each has a default, and any can be given.
The signatures in the templates are of the right shape but sign nothing.
"""

import email.utils
import re
import string
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).parents[1] / "data" / "messages"

CONTOSO_ID = "1234abcd-18c5-45e8-88de-123456789abc"
ATTACKER_ID = "9d2f6f0e-5b1c-4f0b-8a57-6f1f0f3e2c11"


@dataclass(frozen=True)
class Message:
    mail_from: str
    rcpt_to: str
    message_id: str  # without angle brackets
    data: bytes      # CRLF line ends, no dot stuffing

    @property
    def header(self) -> list[str]:
        return header(self.data)

    @property
    def body(self) -> bytes:
        return body(self.data)


def header(data: bytes) -> list[str]:
    """The header fields of a message in order, each as it stands, with its folding."""
    head = data.partition(b"\r\n\r\n")[0].decode(errors="surrogateescape")
    return re.split(r"\r\n(?![ \t])", head)


def body(data: bytes) -> bytes:
    return data.partition(b"\r\n\r\n")[2]


def exo(**values: str) -> Message:
    """Mail that a user of contoso's own tenant sends."""
    return _fill("exo.eml", {
        "from_name": "Alice Contoso",
        "from_address": "alice@contoso.com",
        "org": "contoso.com",
        "dkim_domain": "contoso.com",
        "dkim_selector": "selector1-contoso-com",
        "originator_org": "contoso.com",
        "tenant_id": CONTOSO_ID,
        "auth_as": "Internal",
        "from_entity": "Hosted",
        "subject": "Figures for the third quarter",
    } | values)


def echospoofing(**values: str) -> Message:
    """Mail with a foreign From that an attacker's own server relays through the attacker's tenant.

    All that Exchange Online stamps or signs names the attacker's tenant.
    """
    return _fill("echospoofing.eml", {
        "from_name": "Contoso Accounts",
        "from_address": "billing@contoso.com",
        "from_domain": "contoso.com",
        "dkim_domain": "attacker.onmicrosoft.com",
        "dkim_selector": "selector1-attacker-onmicrosoft-com",
        "originator_org": "attacker.onmicrosoft.com",
        "tenant_id": ATTACKER_ID,
        "attributed_tenant_id": ATTACKER_ID,
        "attributed_ip": "192.0.2.152",
        "attributed_helo": "mta7.attacker.example",
        "subject": "Your subscription ends today",
    } | values)


def _fill(template: str, values: dict[str, str]) -> Message:
    now = time.time()
    defaults = {
        "to_name": "Bob Recipient",
        "to_address": "bob@recipient.example",
        "date": email.utils.formatdate(now),
        "arrival": time.strftime("%d %b %Y %H:%M:%S.0000 (UTC)", time.gmtime(now)),
        "message_id": f"{uuid.uuid4().hex.upper()}@DB9PR83MB1067.EURPRD83.prod.outlook.com",
        "network_message_id": str(uuid.uuid4()),
    }
    filled = defaults | values
    text = string.Template((TEMPLATES / template).read_text()).substitute(filled)
    return Message(mail_from=filled.get("mail_from", filled["from_address"]),
                   rcpt_to=filled["to_address"], message_id=filled["message_id"],
                   data=text.replace("\n", "\r\n").encode())

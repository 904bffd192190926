# SPDX-License-Identifier: Apache-2.0
"""In the place of ExOTA-Milter: its environment, its policy file, and the mail that it sees."""

import json
from collections.abc import Mapping
from pathlib import Path

from milter.client import Message

CONTOSO_ID = "1234abcd-18c5-45e8-88de-123456789abc"
FABRIKAM_ID = "9d2f6f0e-5b1c-4f0b-8a57-6f1f0f3e2c11"
CERTIFICATE = "mail.protection.outlook.com"
VERIFIER = "my-auth-serv-id"
RESULT = "X-ExOTA-Authentication-Results"
TENANT_ID = "X-MS-Exchange-CrossTenant-Id"

# Three tenants: one that signs, one that does not, and one whose id nobody wrote down.
POLICY = {
    "contoso.com": {"tenant_id": CONTOSO_ID},
    "contoso.onmicrosoft.com": {"tenant_id": CONTOSO_ID, "dkim_alignment_required": False},
    "Fabrikam.com": {"tenant_id": FABRIKAM_ID.upper(), "dkim_enabled": False},
    "nobody.example": {"tenant_id": "", "dkim_enabled": True},
}

# As strict as ExOTA-Milter can be.
STRICT = {
    "MILTER_TENANT_ID_REQUIRED": "yes",
    "MILTER_DKIM_ENABLED": "yes",
    "MILTER_DKIM_ALIGNMENT_REQUIRED": "True",
    "MILTER_TRUSTED_AUTHSERVID": VERIFIER,
    "MILTER_X509_ENABLED": "yes",
    "MILTER_ADD_HEADER": "yes",
    "MILTER_AUTHSERVID": VERIFIER,
}


def environment(directory: Path, changed: Mapping[str, str | None] | None = None,
                policy: object = POLICY) -> dict[str, str]:
    """STRICT with the paths of a test; variables changed, added, or (None) unset."""
    path = directory / "policy.json"
    path.write_text(policy if isinstance(policy, str) else json.dumps(policy, indent=2))
    given = STRICT | {"MILTER_SOCKET": str(directory / "milter.sock"),
                      "MILTER_POLICY_FILE": str(path)} | dict(changed or {})
    return {name: value for name, value in given.items() if value is not None}


def verified(domain: str, verifier: str = VERIFIER, result: str = "pass") -> tuple[str, str]:
    return "Authentication-Results", f" {verifier}; dkim={result} header.d={domain}"


def mail(sender: str | None = "alice@contoso.com", *extra: tuple[str, str],
         signed: str | None = "contoso.com", tenant: str | None = CONTOSO_ID,
         top: tuple[tuple[str, str], ...] = (), **message: object) -> Message:
    """A message as the verifier before us hands it on."""
    fields = [*top]
    fields += [verified(signed)] if signed else []
    fields += [("Received", " from x by y"), ("Subject", " Hello")]
    fields += [("From", f" {sender}")] if sender is not None else []
    fields += [(TENANT_ID, f" {tenant}")] if tenant is not None else []
    envelope = {"mail_from": sender or ""} | message
    return Message(fields=tuple([*fields, *extra]), **envelope)


def result_of(domain: str = "contoso.com", dkim: bool = True, aligned: bool = True,
              x509: bool = True) -> str:
    return (f" {VERIFIER};\n  auth=pass 5322_from_domain={domain} dkim={dkim} "
            f"dkim_aligned={aligned} x509_client_trust={x509} forwarded=False")

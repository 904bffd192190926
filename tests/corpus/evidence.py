# SPDX-License-Identifier: Apache-2.0
"""Signatures, as the cases name them, become what exogate learns of them.

A case says "contoso.com" (a signature of that domain verifies) or "contoso.com fail" (it does not:
fail, temperror, ...).  So far a verifier before exogate in the chain of milters says so, in a field
on top of the message; the signatures themselves have only the right shape.
"""

from collections.abc import Iterable

VERIFIER = "verifier.example.net"
SETTINGS = f'source = "authres"; trusted_authserv_id = "{VERIFIER}";'


def _parts(signature: str) -> tuple[str, str]:
    domain, _, result = signature.partition(" ")
    return domain, result or "pass"


def signature_values(signature: str) -> dict[str, str]:
    """What fills the DKIM-Signature field of a base message."""
    domain, _ = _parts(signature)
    return {"dkim_domain": domain, "dkim_selector": f"selector1-{domain.replace('.', '-')}"}


def verifier_fields(signed: Iterable[str]) -> list[str]:
    results = [f";\n\tdkim={result} header.d={domain} header.s=selector1"
               for domain, result in map(_parts, signed)]
    return [VERIFIER + ("".join(results) or "; dkim=none")]

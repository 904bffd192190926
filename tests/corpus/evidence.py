# SPDX-License-Identifier: Apache-2.0
"""Signatures, as the cases name them, become what exogate learns of them, from either source.

A case says "contoso.com" (a signature of that domain verifies) or "contoso.com fail" (it does not:
fail, temperror, ...).  With the source "authres" a verifier before exogate in the chain of milters
says so, in a field on top of the message; the signatures themselves have only the right shape.  With
"native" they are real (signer.py), and that field is text like any other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace

from .case import Case, CaseError, merge, read_all

VERIFIER = "verifier.example.net"
SOURCES = ("authres", "native")
NATIVE_ONLY = "native-"     # files of cases that only a signature itself can tell
HEADERS = "From:Date:Subject:Message-ID:Content-Type:MIME-Version:X-MS-Exchange-SenderADCheck"


@dataclass(frozen=True)
class Signature:
    """README.md explains what a case may say of one; unless it does, the signature is good."""
    domain: str
    result: str = "pass"        # what the verifier in front says of it
    key: str = "rsa-2048"       # or of other bits, or ed25519
    by: str = ""                # the domain whose key made it, if not its own
    record: str = "v=DKIM1; k=rsa; p=${p}"
    rcode: str = ""             # NXDOMAIN or SERVFAIL instead of a record
    algorithm: str = "rsa-sha256"
    canon: str = "relaxed/relaxed"
    headers: str = HEADERS
    tags: tuple[tuple[str, str], ...] = ()
    signed_set: tuple[tuple[str, str], ...] = ()    # fields as they were when it was made
    signed_body: str | None = None                  # likewise
    times: int = 1

    def plain(self) -> bool:
        """Its key is the one that the domain's mail is usually signed with."""
        return (self.key, self.record, self.rcode) == ("rsa-2048", Signature.record, "")


# What makes a real signature come to the result that the case names.
FLAWS: dict[str, dict[str, object]] = {
    "pass": {},
    "fail": {"signed_body": "Another text.\n"},
    "permerror": {"record": "v=DKIM1; p="},
    "neutral": {"tags": (("v", "2"),)},
    "policy": {"key": "rsa-512"},
    "temperror": {"rcode": "SERVFAIL"},
}
KEYS = {field.name for field in fields(Signature)}


def _of_table(said: Mapping[str, object]) -> Signature:
    if not {"domain"} <= set(said) <= KEYS:
        raise CaseError(f"a signature has a domain and may say {', '.join(sorted(KEYS))}")
    return Signature(**{key: tuple(value.items()) if isinstance(value, dict) else value
                        for key, value in said.items()})


def signature(said: str | Mapping[str, object]) -> Signature:
    if not isinstance(said, str):
        return _of_table(said)
    domain, _, result = said.partition(" ")
    return Signature(domain, result or "pass", **FLAWS[result or "pass"])


def signature_values(said: Signature) -> dict[str, str]:
    """What fills the DKIM-Signature field of a base message."""
    domain = said.domain
    return {"dkim_domain": domain, "dkim_selector": f"selector1-{domain.replace('.', '-')}"}


def verifier_fields(signed: Iterable[Signature]) -> list[str]:
    results = [f";\n\tdkim={each.result} header.d={each.domain} header.s=selector1"
               for each in signed]
    return [VERIFIER + ("".join(results) or "; dkim=none")]


def settings(source: str, server: str) -> dict[str, str]:
    """The words of policy.conf that say where signatures are learnt from."""
    if source == "native":
        return {"source": 'source = "native";', "dns": f'dns: {{ servers = [ "{server}" ]; }};'}
    return {"source": f'source = "authres"; trusted_authserv_id = "{VERIFIER}";', "dns": ""}


def _native(case: Case) -> Case:
    """
    An attack on the signature that leaves the signatures alone is one on the verifier's word.  It is
    played without any, so that the forged field is all that there is.
    """
    if case.kind == "attacks" and case.fact == "signature" and "signed" not in case.attack:
        return replace(case, attack=merge(case.attack, {"signed": []}))
    return case


def cases_for(source: str) -> list[Case]:
    if source == "native":
        return [_native(case) for case in read_all()]
    return [case for case in read_all() if not case.id.startswith(NATIVE_ONLY)]

# SPDX-License-Identifier: Apache-2.0
"""
A forward that is refused is explained as one: who seems to have forwarded it, and what is not met.
The domain of a stranger is never to become the tenant's.
"""

from collections.abc import Callable

import pytest

from conversations.cases import FABRIKAM_ID, SIGNED, STRANGER, VERIFIED, exo

from .run import Explain, header

DANGEROUS = "Add From's domain"
SENDER = ("--mail-from", "alice@contoso.com")
UNSIGNED = (("Authentication-Results", VERIFIED),)
MISSING = {"forwarding": 'forwarding is "reject"', "proofs": "proofs do not suffice",
           "author": "no signature of From's domain verifies", "envelope": "envelope sender is not",
           "received": "a server outside had the tenant send it"}
ENTITY = "X-MS-Exchange-CrossTenant-FromEntityHeader"


def message(*args: object, **changed: object) -> bytes:
    return header(exo(STRANGER, *args, **changed).fields) + b"\nHello.\n"


def advice(text: str) -> str:
    return " ".join(text.partition("\nIf it is legitimate\n")[2].partition("\n\n")[0].split())


@pytest.mark.parametrize(("variant", "content", "options", "unmet"), [
    pytest.param("authres", message(top=SIGNED), SENDER, ["forwarding"], id="reject"),
    pytest.param("base", message(), SENDER, ["forwarding", "author"], id="reject-and-unsigned"),
    pytest.param("forwards", message(top=UNSIGNED), SENDER, ["author"], id="unsigned"),
    pytest.param("resends", message(), SENDER, ["author"], id="not-resent"),
    pytest.param("forwards", message(top=SIGNED), ("--mail-from", "bob@foreign.example"),
                 ["envelope"], id="envelope"),
    pytest.param("forwards", message(top=SIGNED), (), ["envelope"], id="envelope-assumed"),
    pytest.param("forwards", message(top=SIGNED, stamps={ENTITY: " HybridOnPrem"}), SENDER,
                 ["received"], id="handed-over"),
    pytest.param("forwards", message(), SENDER, ["proofs", "author"], id="proofs"),
    pytest.param("forwards", message(), (), ["proofs", "author", "envelope"], id="nothing"),
])
def test_unmet(explain_with: Callable[[str], Explain], variant: str, content: bytes,
               options: tuple[str, ...], unmet: list[str]) -> None:
    explain = explain_with(variant)
    text = explain.text(content, *options)
    said = advice(text)
    assert "tenant-unknown" in text.partition("\n")[0]
    assert DANGEROUS not in said
    assert "contoso seems to have forwarded it" in said and "unless it is contoso's own" in said
    assert [name for name, words in MISSING.items() if words in said] == \
        [name for name in MISSING if name in unmet]
    assert ("--mail-from" in said) == ("envelope" in unmet and not options)
    facts = explain.object(content, *options)
    assert facts["tenant"] is None
    assert facts["facts"]["forwarder"] == {"tenant": "contoso", "unmet": unmet}
    assert facts["facts"]["proofs"]["stamp"] == "agree"
    assert "; contoso requires " in text.partition("  proofs  ")[2].partition("\n")[0]


def test_resent_from_is_named_where_it_helps(explain_with: Callable[[str], Explain]) -> None:
    assert "Resent-From" in advice(explain_with("resends").text(message(), *SENDER))
    assert "Resent-From" not in advice(explain_with("forwards").text(message(), *SENDER))


@pytest.mark.parametrize("content", [
    pytest.param(message(without=("X-MS-Exchange-CrossTenant-Id", "X-OriginatorOrg")), id="none"),
    pytest.param(message(stamps={"X-MS-Exchange-CrossTenant-Id": f" {FABRIKAM_ID}"}), id="two"),
    pytest.param(message(stamps={"X-OriginatorOrg": " stranger.example"}), id="contradiction"),
    pytest.param(message(("X-OriginatorOrg", " fabrikam.com")), id="repeated"),
])
def test_without_one_tenant_that_has_stamped_it(explain: Explain, content: bytes) -> None:
    text = explain.text(content)
    assert "seems to have forwarded" not in text
    assert "if it is the tenant's own" in advice(text)
    assert explain.object(content)["facts"]["forwarder"] is None


def test_another_reason(explain_with: Callable[[str], Explain]) -> None:
    """What is accepted as forwarded, or refused before that is asked, has no such advice."""
    forwards = explain_with("forwards")
    assert forwards.object(message(top=SIGNED), *SENDER)["reason"] == "forwarded"
    for options in (SENDER, ("--cert-cn", "mail.evil.example")):
        assert forwards.object(message(top=SIGNED), *options)["facts"]["forwarder"] is None

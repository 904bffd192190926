# SPDX-License-Identifier: Apache-2.0
"""Why another implementation may differ from exogate on a generated message; see README.md."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from .dkim_generator import Message
from .dkim_model import BODIES


@dataclass
class Difference:
    """A message on which exogate and an oracle do not agree."""

    message: Message
    why: str            # exogate's reason
    oracle: str
    passed: bool        # of the oracle; exogate says the opposite
    says: str           # the oracle's reason

    def tag(self, pattern: bytes) -> bytes:
        found = re.search(rb"[;\s]" + pattern, self.message.signature)
        return found.group(1) if found else b""

    def body_canon(self) -> str:
        return self.tag(rb"c=\w+/(\w+)").decode() or "simple"

    def covered(self) -> bytes:
        """What l= leaves of the canonical body."""
        whole = BODIES[self.body_canon()](self.message.body)
        length = self.tag(rb"l=(\d+)")
        return whole[:int(length)] if length else whole


def _no_ed25519(d: Difference) -> bool:
    return d.oracle == "Mail::DKIM" and "unsupported algorithm ed25519" in d.says


def _blanks_at_the_end(d: Difference) -> bool:
    return d.oracle == "dkimpy" and not d.passed and d.why == "verified" \
        and d.body_canon() == "relaxed" and d.message.body.endswith((b" ", b"\t"))


def _damaged_key(d: Difference) -> bool:
    return d.oracle == "dkimpy" and d.passed and d.why == "key-unusable" \
        and d.message.changed == "record"


def _parameters_of_the_algorithm(d: Difference) -> bool:
    return d.oracle == "dkimpy" and not d.passed and d.why == "verified" \
        and d.message.changed == "record"


def _no_last_line_end(d: Difference) -> bool:
    return d.oracle == "Mail::DKIM" and not d.passed and d.why == "verified" \
        and d.body_canon() == "simple" and not d.message.body.endswith(b"\r\n")


def _length_of_part_of_a_line_end(d: Difference) -> bool:
    return d.oracle == "Mail::DKIM" and not d.passed and d.why == "verified" \
        and d.covered() != BODIES[d.body_canon()](d.message.body) \
        and (not d.covered() or d.covered().endswith(b"\r"))


def _tag_names(d: Difference) -> bool:
    return d.oracle == "Mail::DKIM" and d.passed \
        and d.why in ("key-malformed", "tag-list-malformed")


def _no_base64(d: Difference) -> bool:
    return d.oracle == "Mail::DKIM" and d.passed and d.why in ("b-malformed", "bh-malformed")


# Each is a row of README.md.
EXPLANATIONS: dict[str, Callable[[Difference], bool]] = {
    "RFC 8463": _no_ed25519,
    "RFC 6376 3.4.4": _blanks_at_the_end,
    "RFC 6376 3.6.1, p=": _damaged_key,
    "RFC 3279 2.3.1": _parameters_of_the_algorithm,
    "RFC 6376 3.4.3": _no_last_line_end,
    "RFC 6376 3.5, l=": _length_of_part_of_a_line_end,
    "RFC 6376 3.2": _tag_names,
    "RFC 6376 3.5, b=": _no_base64,
}


def explain(difference: Difference) -> str | None:
    for clause, applies in EXPLANATIONS.items():
        if applies(difference):
            return clause
    return None

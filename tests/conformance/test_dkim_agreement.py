# SPDX-License-Identifier: Apache-2.0
"""
Generated messages, a third of them valid and the others with one byte changed, judged by exogate
and by two other implementations.  Each disagreement has an explanation, or the test fails.

EXOGATE_DKIM_MESSAGES is how many (`make test-dkim-long`: 16000), EXOGATE_DKIM_SEED which.
"""

import os
import random
import time
from collections import Counter

import pytest

from .conftest import Probe
from .dkim_explanations import Difference, explain
from .dkim_generator import NAME, Message, make, make_keys
from .dkim_oracles import Dkimpy, MailDkim

MESSAGES = int(os.environ.get("EXOGATE_DKIM_MESSAGES", "2500"))
SEED = int(os.environ.get("EXOGATE_DKIM_SEED", "1"))
KEY_SEED = 7


@pytest.fixture(scope="module")
def oracles():
    found = [Dkimpy(), MailDkim()]
    yield found
    for oracle in found:
        oracle.close()


def judge(probe: Probe, message: Message) -> tuple[bool, str]:
    lines = f"{int(time.time())} 8 0\n{NAME} {message.record.hex()}\n"
    signatures = probe.ask("message", message.whole(), lines.encode())["signatures"]
    if not signatures:
        return False, "none"
    return signatures[0]["result"] == "pass", signatures[0]["why"]


def differences(probe: Probe, oracles, message: Message) -> list[Difference]:
    passed, why = judge(probe, message)
    assert passed or message.changed, (why, message)
    found = []
    for oracle in oracles:
        theirs, says = oracle.passes(message.whole(), NAME, message.record)
        if theirs != passed:
            found.append(Difference(message, why, oracle.name, theirs, says))
    return found


def test_agreement(dkim_probe, oracles, agreement) -> None:
    rng = random.Random(SEED)
    keys = make_keys(KEY_SEED)
    explained: Counter[str] = Counter()
    unexplained = []
    valid = 0
    for number in range(MESSAGES):
        message = make(rng, keys)
        valid += not message.changed
        for difference in differences(dkim_probe, oracles, message):
            clause = explain(difference)
            if clause:
                explained[f"{difference.oracle}, {clause}"] += 1
            else:
                unexplained.append((number, difference))
    n_explained = sum(explained.values())
    agreement(f"dkim agreement, seed {SEED}, {valid} valid of {MESSAGES} messages",
              2 * MESSAGES - n_explained - len(unexplained), 2 * MESSAGES,
              f"{n_explained} explained: {dict(sorted(explained.items()))}")
    assert valid > MESSAGES / 4
    assert unexplained == []

# SPDX-License-Identifier: Apache-2.0
"""Replies in the operator's words, as explain shows them."""

from collections.abc import Callable

import pytest
from conversations.daemon import VARIANTS

from .run import Explain

FOREIGN = b"From: a@unknown.example\n"
WORDS = r"""replies = ( { reason = "tenant-unknown"; text = "Not ours.\nAsk us."; } );"""


@pytest.mark.parametrize(("mode", "begins"), [("enforce", "  "), ("monitor", "  would be: ")])
def test_a_line_each(explain_with: Callable[[str], Explain], monkeypatch: pytest.MonkeyPatch,
                     mode: str, begins: str) -> None:
    name = f"worded-{mode}"
    monkeypatch.setitem(VARIANTS, name, {"more": WORDS, "mode": mode})
    explain = explain_with(name)
    lines = explain.text(FOREIGN).splitlines()
    at = lines.index(f"{begins}550-5.7.1 Not ours.")
    assert lines[at + 1] == " " * len(begins) + "550 5.7.1 Ask us. (exogate: tenant-unknown)"
    if mode == "enforce":
        assert explain.object(FOREIGN)["code"] == "550 5.7.1"

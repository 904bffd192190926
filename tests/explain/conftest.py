# SPDX-License-Identifier: Apache-2.0
"""`exogated explain` with the settings of the conversations."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conversations.daemon import VARIANTS, write_settings

from .run import Explain


@pytest.fixture(scope="session")
def explain_with(asan_program: Callable[[str], Path],
                 tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Explain]:
    known: dict[str, Explain] = {}

    def get(variant: str) -> Explain:
        if variant not in known:
            directory = tmp_path_factory.mktemp(variant)
            known[variant] = Explain(asan_program("exogated"),
                                     write_settings(directory, **VARIANTS[variant]), directory)
        return known[variant]

    return get


@pytest.fixture
def explain(explain_with: Callable[[str], Explain]) -> Explain:
    return explain_with("base")

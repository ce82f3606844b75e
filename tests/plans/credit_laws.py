"""How a law of the credit engine is tried on many histories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given as any_given
from hypothesis import settings
from hypothesis import strategies as st

Test = Callable[..., None]


def given(*strategies: st.SearchStrategy[Any]) -> Callable[[Test], Test]:
    """Try a law on many histories, however slow the machine."""

    def decorate(test: Test) -> Test:
        return settings(deadline=None)(any_given(*strategies)(test))

    return decorate

"""Words of the program: what several of something are called."""

from __future__ import annotations

import pytest

from convledger.words import unit_words


@pytest.mark.parametrize(
    ("name", "several"),
    [("conversation", "conversations"), ("active_user", "active users"), ("credits", "credits"),
     ("resolved", "resolved"), ("marketing", "marketing"), ("reply", "replies"), ("day", "days"),
     ("", "")],
)  # fmt: skip
def test_units_are_named_for_several(name: str, several: str) -> None:
    assert unit_words(name) == unit_words(name, 0) == several


def test_one_unit_keeps_its_name() -> None:
    assert unit_words("active_user", 1) == "active user"

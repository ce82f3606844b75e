"""The page on the plan language names everything that the parser knows."""

from __future__ import annotations

import re

import pytest

from convledger.manual import page_text, topics
from convledger.plans import parse_units
from convledger.plans.parse import BLOCK_KEYS, TOP_KEYS
from convledger.plans.parse_where import CONDITIONS, PARTICIPANTS

NAMED = set(re.findall(r"[a-z][a-z0-9_.]*[a-z0-9]|[a-z]", page_text("plan-language")))
KEYS = sorted({*TOP_KEYS, *CONDITIONS, *(key for keys in BLOCK_KEYS.values() for key in keys)})
WORDS = sorted(
    {
        *parse_units.COUNTS,
        *parse_units.BOUNDARIES,
        *parse_units.MEASURES,
        *(event for event in parse_units.EVENTS if "*" not in event),
        *PARTICIPANTS,
    }
)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_on_the_page(key: str) -> None:
    assert key in NAMED


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_on_the_page(word: str) -> None:
    assert word in NAMED


@pytest.mark.parametrize("block", sorted(BLOCK_KEYS))
def test_every_block_has_its_place(block: str) -> None:
    assert f"[{block}]" in page_text("plan-language")


def test_the_page_is_in_the_manual() -> None:
    assert "plan-language" in topics()

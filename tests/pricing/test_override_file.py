"""A price or a name written into a prices.toml: it counts, and all the rest stays as it was."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.errors import ConfigError
from convledger.pricing import State, parse_overrides
from convledger.pricing.likeness import likest
from convledger.pricing.listing import list_rows
from convledger.pricing.override_file import (
    NewAlias,
    NewPrice,
    amount,
    can_be_priced,
    with_alias,
    with_price,
)

from .shared import instant, rate, shipped_book

HAND_WRITTEN = """\
# Terms of 2026   (do not sort!)

[[price]]   # ours
provider = "anthropic"
model    = 'claude-sonnet-5'
input = "1.80"
output = "9.00"


  # everything of the house
  # is one model
  [[alias]]
  pattern = "house-*"
  provider = "anthropic"
  model = "claude-opus-4-5"

[[modifier]]
when = { inference_geo = "us" }
multiplier = "1.10"  # last line has no end"""

NEW = NewPrice("northwind-7b", {"input": "0.20", "output": "0.60"})


def total(model: str, prices_toml: str, **where: str) -> int | None:
    return rate(model, prices_toml=prices_toml, **where).total_pico  # type: ignore[arg-type]


def test_price_in_an_empty_file_is_the_file() -> None:
    text = with_price("", NEW)

    assert text == '[[price]]\nmodel = "northwind-7b"\ninput = "0.20"\noutput = "0.60"\n'
    assert total("northwind-7b", text) == 800 * 1_000_000


def test_everything_written_by_hand_stays_byte_for_byte() -> None:
    text = with_price(HAND_WRITTEN, NEW)

    assert text.startswith(HAND_WRITTEN + "\n\n[[price]]\n")
    assert total("claude-sonnet-5", text) == total("claude-sonnet-5", HAND_WRITTEN)
    assert total("house-3", text) == total("house-3", HAND_WRITTEN)
    assert total("northwind-7b", text) == 800 * 1_000_000


def test_lines_end_as_the_other_lines_of_the_file_do() -> None:
    text = with_price('[[alias]]\r\npattern = "x"\r\nfree = true\r\n', NEW)

    assert "\n" not in text.replace("\r\n", "")
    assert total("northwind-7b", text) == 800 * 1_000_000


def test_price_set_again_goes_before_the_earlier_one() -> None:
    once = with_price("", NEW)
    twice = with_price(once, NewPrice("northwind-7b", {"input": "1", "output": "1"}))

    assert total("northwind-7b", twice) == 2_000 * 1_000_000


def test_price_of_one_provider_leaves_the_same_name_elsewhere_alone() -> None:
    own = NewPrice("claude-sonnet-5", {"input": "0", "output": "0"}, provider="lmstudio")
    text = with_price("", own)

    assert rate("claude-sonnet-5", provider="lmstudio", prices_toml=text).state is State.FREE
    assert total("claude-sonnet-5", text) == total("claude-sonnet-5", "")


def test_cache_prices_and_note_are_written_with_the_price() -> None:
    amounts = {"input": "1", "output": "2", "cache_read": "0.1", "cache_write_5m": "1.25"}
    text = with_price("", NewPrice("northwind-7b", amounts, note='rack 4, "blue"'))
    own = parse_overrides(text).prices[0]

    assert {key: str(price.base) for key, price in own.prices.items()} == amounts
    assert own.note == 'rack 4, "blue"'


def test_price_without_input_and_output_is_refused() -> None:
    with pytest.raises(ConfigError, match="needs input or output"):
        with_price("", NewPrice("northwind-7b", {"cache_read": "1"}))


def test_alias_prices_a_name_like_another_model() -> None:
    text = with_alias("", NewAlias("corp-sonnet", "claude-sonnet-5", "anthropic"))

    assert total("corp-sonnet", text) == total("claude-sonnet-5", "")


def test_alias_without_a_model_is_free() -> None:
    text = with_alias(HAND_WRITTEN, NewAlias("northwind-7b"))

    assert text.startswith(HAND_WRITTEN)
    assert rate("northwind-7b", prices_toml=text).state is State.FREE


def test_alias_for_one_source_says_nothing_of_others() -> None:
    text = with_alias("", NewAlias("northwind-7b", log="codex"))

    assert rate("northwind-7b", source="codex", prices_toml=text).state is State.FREE
    assert rate("northwind-7b", source="claude-code", prices_toml=text).state is State.UNPRICED


def test_alias_goes_before_one_that_would_catch_the_name_first() -> None:
    text = with_alias(HAND_WRITTEN, NewAlias("house-mini", "claude-haiku-4-5", "anthropic"))

    assert total("house-mini", text) == total("claude-haiku-4-5", "")
    assert total("house-big", text) == total("claude-opus-4-5", "")
    added = re.search(r"\[\[alias\]\]\npattern = \"house-mini\"\n(.+\n)+\n", text)
    assert added is not None
    assert text.replace(added[0], "") == HAND_WRITTEN
    assert added.end() == text.index("  # everything of the house")


def test_header_within_a_text_is_not_taken_for_a_header() -> None:
    text = (
        '[[price]]\nmodel = "a"\ninput = "1"\nnote = """\n[[alias]]\n"""\n\n'
        '[[alias]]\npattern = "*"\nfree = true\n'
    )
    changed = with_alias(text, NewAlias("b", "claude-sonnet-5", "anthropic"))

    assert total("b", changed) == total("claude-sonnet-5", "")
    assert parse_overrides(changed).prices == parse_overrides(text).prices


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[price]\n", "not valid TOML"),
        ('[[price]]\nmodel = "a"\ninptu = "1"\n', "inptu"),
        ('price = [{ model = "a", input = "1" }]\n', "add it by hand"),
    ],
    ids=["broken", "with a wrong key", "one list"],
)
def test_file_that_cannot_take_it_is_refused_with_the_reason(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        with_price(text, NEW)


def test_alias_under_a_name_with_a_star_is_refused() -> None:
    with pytest.raises(ConfigError, match="other models too"):
        with_alias("", NewAlias("north*", "claude-sonnet-5", "anthropic"))


@pytest.mark.parametrize("name", ["", "unknown", " <synthetic> ", "x" * 513, "a\ud800"])
def test_name_that_says_nothing_carries_no_price(name: str) -> None:
    assert not can_be_priced(name)
    with pytest.raises(ConfigError, match="name no model"):
        with_price("", NewPrice(name, {"input": "1"}))


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("3", "3"), ("1.80", "1.80"), (" $0.075 ", "0.075"), (".5", "0.5"), ("15.", "15"),
        ("1_000", "1000"),
    ],
)  # fmt: skip
def test_amount_is_taken_as_it_is_written(written: str, exact: str) -> None:
    assert amount(written) == exact


@pytest.mark.parametrize("written", ["", "-1", "1,80", "1e3", "٣", "free", "0.1.2", "1" * 13])
def test_what_is_no_amount_is_said_to_be_none(written: str) -> None:
    with pytest.raises(ValueError, match=r"dollars|point"):
        amount(written)


@given(st.text(min_size=1, max_size=60).filter(can_be_priced))
def test_any_name_can_be_written_and_is_read_back(name: str) -> None:
    own = parse_overrides(with_price(HAND_WRITTEN, NewPrice(name, {"input": "1"}))).prices[-1]

    assert own.model == name.strip().lower()


def test_models_of_the_maker_with_the_same_words_come_first() -> None:
    lines = list_rows(shipped_book(), None, None, instant("2026-11-10"))
    found = likest(lines, "claude-opus-9-20270101", "anthropic")

    assert found[0].provider == "anthropic"
    assert all("opus" in line.model for line in found[:8])
    assert all(line.input and line.output and line.tier_above is None for line in found)

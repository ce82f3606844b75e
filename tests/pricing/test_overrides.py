"""The user's prices.toml: what it changes, and how it complains."""

from __future__ import annotations

import pytest

from convledger.errors import ConfigError
from convledger.money import usd_text
from convledger.pricing import State, parse_overrides
from convledger.records import Usage

from .shared import ONE_KILO, instant, rate, shipped_rater

SPEC = """
[[price]]
provider = "anthropic"
model = "claude-sonnet-5"
effective_from = 2026-11-01T00:00:00Z
input = "1.80"
output = "9.00"
cache_read = "0.18"
cache_write_5m = "2.25"
cache_write_1h = "3.60"
tier = [{ above = 200000, input = "3.60", output = "13.50" }]
note = "negotiated, contract 2026-114"

[[alias]]
log = "opencode"
pattern = "big-pickle"
free = true

[[alias]]
pattern = "house-*"
provider = "anthropic"
model = "claude-opus-4-5"

[[modifier]]
provider = "anthropic"
when = { inference_geo = "us" }
multiplier = "1.20"
components = ["input", "output"]
"""


def total(model: str, usage: Usage = ONE_KILO, at: str = "2026-11-10", context: str = "") -> str:
    rated = rate(model, usage, at=at, context=context, prices_toml=SPEC)
    assert rated.total_pico is not None
    return usd_text(rated.total_pico)


def test_own_price_holds_from_its_start() -> None:
    assert total("claude-sonnet-5", at="2026-10-31T23:59:59.999999") == "0.012"
    assert total("claude-sonnet-5", at="2026-11-01") == "0.0108"
    assert rate("claude-sonnet-5", prices_toml=SPEC).price_source == "prices.toml"


def test_own_price_holds_for_the_dated_name_and_other_spellings() -> None:
    assert total("claude-sonnet-5-20261001") == "0.0108"
    assert total("anthropic/claude-sonnet-5[1m]") == "0.0108"


def test_tier_leaves_what_it_does_not_name() -> None:
    usage = Usage(input=200_001, cache_read=1_000_000, output=1_000)

    assert total("claude-sonnet-5", usage) == "0.9135036"


def test_alias_makes_a_name_free_for_its_source_only() -> None:
    free = rate("big-pickle", source="opencode", prices_toml=SPEC)
    other = rate("big-pickle", source="codex", prices_toml=SPEC)

    assert (free.total_pico, free.state, free.rule) == (0, State.FREE, "override")
    assert free.price_source == "prices.toml"
    assert other.total_pico is None


def test_alias_stands_for_a_model_of_the_book() -> None:
    rated = rate("house-large", prices_toml=SPEC)

    assert (rated.model, rated.rule, rated.state) == ("claude-opus-4-5", "override", State.PRICED)


def test_own_multiplier_replaces_ours_and_touches_its_components_only() -> None:
    usage = Usage(input=1_000_000, cache_read=1_000_000)

    assert total("claude-opus-4-5", Usage(input=100_000), context="inference_geo=us") == "0.6"
    assert total("claude-opus-4-5", usage, context="inference_geo=us") == "6.5"


def test_later_start_wins_and_an_end_is_exclusive() -> None:
    text = """
    [[price]]
    model = "m"
    input = 3
    [[price]]
    model = "m"
    input = "5"
    effective_from = 2026-01-01
    effective_to = 2026-02-01
    """
    usage = Usage(input=1_000_000)
    days = ("2025-12-31", "2026-01-01", "2026-01-31T23:59:59", "2026-02-01")

    costs = [rate("m", usage, at=day, prices_toml=text).total_pico for day in days]

    assert costs == [3 * 10**12, 5 * 10**12, 5 * 10**12, 3 * 10**12]


def test_price_of_another_provider_does_not_apply() -> None:
    text = (
        '[[price]]\nprovider = "openrouter"\nmodel = "claude-opus-4-5"\ninput = "1"\noutput = "1"'
    )

    assert rate("claude-opus-4-5", prices_toml=text) == rate("claude-opus-4-5")


def test_web_search_fee_outlives_an_own_token_price() -> None:
    text = '[[price]]\nmodel = "claude-opus-4-5"\ninput = "1"\noutput = "1"'

    rated = rate("claude-opus-4-5", Usage(web_searches=1), prices_toml=text)

    assert rated.total_pico == 10**10


def test_digest_is_about_meaning_not_layout() -> None:
    one, same, other = (
        parse_overrides(f'[[price]]\nmodel = "m"\n{rest}')
        for rest in ('input = "1.50"', 'input = "1.5" # contract', 'input = "1.51"')
    )

    assert one.digest == same.digest != other.digest
    assert shipped_rater("").digest != shipped_rater(SPEC).digest


PRICE = '[[price]]\nmodel = "m"\n'
DATED = PRICE + 'input = "1"\neffective_from = '
TIERED = PRICE + 'input = "1"\ntier = '
DOUBLE = '[[modifier]]\nmultiplier = "2"\n'
MISTAKES = [
    (PRICE + 'inptu = "1"', '[[price]] number 1: "inptu" is not a known key'),
    (PRICE + 'inptu = "1"', 'did you mean "input"?'),
    ('[[prices]]\nmodel = "m"', '"prices" is not a known key; did you mean "price"?'),
    (PRICE + "input = 1.5", '"input" must be in quotes to stay exact: input = "1.5"'),
    (PRICE + 'input = "-1"', '"input" must be an amount like "1.25"'),
    (PRICE + 'input = "1e9"', '"input" must be an amount'),
    (PRICE + 'input = "NaN"', '"input" must be an amount'),
    (PRICE + "input = true", '"input" must be an amount'),
    (PRICE, '"input" is missing'),
    ('[[price]]\ninput = "1"', '"model" is missing'),
    (PRICE + 'free = true\ninput = "1"', '"free" is true, but'),
    (DATED + "2026-01-01T00:00:00", '"effective_from" needs an offset'),
    (DATED + '"2026"', '"effective_from" must be a date without quotes'),
    (DATED + "2026-02-01\neffective_to = 2026-01-01", "is not after"),
    (TIERED + "[{ abov = 1 }]", 'tier number 1: "abov" is not a known key'),
    (TIERED + '[{ above = 1, output = "2" }]', '"tier" has a price for output'),
    (TIERED + '[{ above = "1" }]', '"above" must be a whole number of tokens'),
    ('[[alias]]\npattern = "p"', '"model" or "free = true" is needed'),
    (DOUBLE + 'when = { sped = "fast" }', 'when: "sped" is not a known key; did you mean "speed"?'),
    (DOUBLE, '"when" needs a condition'),
    (DOUBLE + 'when = { speed = "x" }\ncomponents = ["inpt"]', 'did you mean "input"?'),
    ("price = 1", '"price" must be a list of tables'),
    ("[[price]", "not valid TOML"),
    ("a = " + "[" * 100_000, "it nests too deeply"),
    ("#" * (1024 * 1024 + 1), "larger than 1 MB"),
]


@pytest.mark.parametrize(("text", "complaint"), MISTAKES, ids=lambda text: str(text)[:30])
def test_mistake_is_named_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_overrides(text, "team/prices.toml")

    assert str(caught.value).startswith("team/prices.toml: ")
    assert complaint in str(caught.value)


UNNAMED = """
[[alias]]
log = "claude-ai"
pattern = "unknown"
provider = "anthropic"
model = "claude-sonnet-4-5"

[[alias]]
pattern = "*"
free = true
"""


def test_calls_that_name_no_model_are_given_one_in_their_source_only() -> None:
    rater = shipped_rater(UNNAMED)
    told = rater.rate("claude-ai", None, "unknown", instant("2026-11-10"), ONE_KILO, "")
    other = rater.rate("amp", None, "unknown", instant("2026-11-10"), ONE_KILO, "")

    assert (told.model, told.state.name) == ("claude-sonnet-4-5", "ESTIMATED")
    assert (other.total_pico, other.state.name) == (None, "UNPRICED")


@pytest.mark.parametrize("name", ["<synthetic>", "", "none"])
def test_what_is_no_model_is_never_given_one(name: str) -> None:
    toml = f'[[alias]]\nlog = "claude-ai"\npattern = "{name or "*"}"\nmodel = "claude-sonnet-4-5"'
    rated = shipped_rater(toml).rate("claude-ai", None, name, instant("2026-11-10"), ONE_KILO, "")
    assert rated.total_pico is None

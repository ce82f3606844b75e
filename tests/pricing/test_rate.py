"""What calls cost, worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from convledger.money import usd_text
from convledger.pricing import State
from convledger.records import Usage

from .shared import rate


def usd(pico: int | None) -> str:
    assert pico is not None
    return usd_text(pico)


def test_long_request_pays_the_tier_for_everything() -> None:
    rated = rate("claude-sonnet-4-5-20250929", Usage(input=300_000, output=1_000))

    assert usd(rated.total_pico) == "1.8225"
    assert rated.tier_above == 200_000


def test_threshold_counts_what_was_cached_and_is_itself_below() -> None:
    at_threshold = rate("claude-sonnet-4-5", Usage(input=1, cache_read=199_999))
    above = rate("claude-sonnet-4-5", Usage(input=1, cache_read=199_999, cache_write_5m=1))

    assert usd(at_threshold.total_pico) == "0.0600027"
    assert usd(above.total_pico) == "0.1200129"
    assert (at_threshold.tier_above, above.tier_above) == (None, 200_000)


def test_fast_mode_multiplies_cache_parts_too() -> None:
    usage = Usage(input=100, output=50, cache_write_5m=1_000, cache_read=2_000)

    rated = rate("claude-opus-4-6", usage, context="speed=fast")

    assert usd(rated.total_pico) == "0.054"
    assert rated.modifiers == ("speed=fast x6",)
    assert {line.multiplier for line in rated.lines} == {"6"}


def test_book_variant_wins_over_our_multiplier() -> None:
    before = rate("claude-opus-4-5", at="2026-10-13T23:59:59", context="processing=batch")
    after = rate("claude-opus-4-5", at="2026-10-14", context="processing=batch")

    assert usd(before.total_pico) == usd(after.total_pico) == "0.015"
    assert before.modifiers == ("processing=batch x0.5",)
    assert after.modifiers == ("processing=batch: own price row",)


def test_service_tier_batch_is_batch() -> None:
    one, other = (
        rate("gpt-5.2", source="codex", context=context)
        for context in ("service_tier=batch", "processing=batch")
    )

    assert one == other
    assert usd(one.total_pico) == "0.007875"


def test_modifiers_of_different_kinds_multiply() -> None:
    rated = rate("claude-opus-4-8", context="inference_geo=us;speed=fast")

    assert usd(rated.total_pico) == "0.066"
    assert rated.state is State.PRICED


def test_tool_fees_are_never_multiplied() -> None:
    usage = Usage(input=1_000_000, web_searches=2)

    rated = rate("claude-opus-4-8", usage, context="processing=batch")

    assert [(line.component, usd(line.pico)) for line in rated.lines] == [
        ("input", "2.5"),
        ("web_searches", "0.02"),
    ]


def test_tool_without_a_fee_makes_the_cost_an_estimate() -> None:
    rated = rate("claude-3-haiku-20240307", Usage(input=1, web_searches=3))

    assert usd(rated.total_pico) == "0.00000025"
    assert rated.state is State.ESTIMATED
    assert rated.warnings == ("no_price: web_searches",)


@pytest.mark.parametrize("context", ["speed=warp", "processing=bacth", "colour=red"])
def test_unknown_modifier_is_said_and_costs_the_standard_price(context: str) -> None:
    rated = rate("claude-opus-4-5", context=context)

    assert usd(rated.total_pico) == "0.03"
    assert rated.state is State.ESTIMATED
    assert rated.warnings == (f"modifier_unmatched: {context}",)


def test_ordinary_context_values_change_nothing() -> None:
    context = "inference_geo=not_available;service_tier=standard;speed="

    assert rate("claude-opus-4-5", context=context) == rate("claude-opus-4-5")


def test_one_hour_write_pays_its_own_price() -> None:
    rated = rate("claude-sonnet-4-5", Usage(input=1, cache_write_1h=100_000))

    assert usd(rated.total_pico) == "0.600003"


def test_one_hour_write_without_a_price_is_twice_the_input_for_claude() -> None:
    rated = rate("claude-sonnet-4.6", Usage(cache_write_1h=1_000_000), provider="github-copilot")

    assert usd(rated.total_pico) == "6"


def test_every_part_of_a_call_is_a_line() -> None:
    usage = Usage(input=23, output=103, cache_read=3_000, cache_write_5m=180, cache_write_1h=120)

    rated = rate("claude-opus-5-5", usage, at="2026-11-20")

    assert usd(rated.total_pico) == "0.004612"
    assert [(line.quantity, line.unit_price) for line in rated.lines] == [
        (23, "4"),
        (103, "20"),
        (3_000, "0.2"),
        (180, "5"),
        (120, "8"),
    ]


def test_missing_cache_price_is_the_input_price() -> None:
    rated = rate("gpt-4", Usage(cache_read=1_000, cache_write_5m=1_000), source="codex")

    assert usd(rated.total_pico) == "0.06"


def test_reasoning_is_not_charged_twice() -> None:
    plain = rate("gpt-5.2-codex", Usage(output=1_000), source="codex")
    thinking = rate("gpt-5.2-codex", Usage(output=1_000, reasoning=900), source="codex")

    assert plain.total_pico == thinking.total_pico


def test_price_changes_at_utc_midnight() -> None:
    usage = Usage(input=300_000)
    before = rate("claude-opus-4-6", usage, at="2026-03-12T23:59:59.999999")
    after = rate("claude-opus-4-6", usage, at="2026-03-13T00:00:00")

    assert (usd(before.total_pico), usd(after.total_pico)) == ("3", "1.5")
    assert (before.effective_from, after.effective_from) == (None, date(2026, 3, 13))


def test_daily_window_ends_before_its_end() -> None:
    usage = Usage(input=1_000_000)
    peak = rate("deepseek-v4-pro", usage, at="2026-11-20T03:59:59.999999")
    off_peak = rate("deepseek-v4-pro", usage, at="2026-11-20T04:00:00")

    assert (usd(peak.total_pico), usd(off_peak.total_pico)) == ("1.32", "0.66")


def test_model_with_an_empty_price_set_is_unpriced_not_free() -> None:
    rated = rate("gpt-4.1", provider="github-copilot", source="copilot")

    assert rated.total_pico is None
    assert rated.state is State.UNPRICED
    assert rated.lines == ()


def test_explicit_zeros_are_free() -> None:
    zero = '[[price]]\nmodel = "own-model"\ninput = "0"\noutput = "0"'

    rated = rate("own-model", prices_toml=zero)

    assert (rated.total_pico, rated.state) == (0, State.FREE)


def test_tokens_without_any_price_make_the_call_unpriced() -> None:
    rated = rate("text-embedding-3-small", Usage(input=10, output=1), provider="openai")

    assert rated.total_pico is None
    assert rated.warnings == ("no_price: output",)


def test_request_fee_is_a_line() -> None:
    rated = rate("sonar", Usage(input=1_000_000), provider="perplexity")

    assert [(line.component, usd(line.pico)) for line in rated.lines] == [
        ("input", "1"),
        ("requests", "0.012"),
    ]

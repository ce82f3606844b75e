"""The shipped book says, row for row, what genai-prices says."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from convledger.errors import ConvledgerError
from convledger.pricing import PriceBook, Rated, Rater, State, build, list_rows, parse_overrides
from convledger.pricing.book import Model
from convledger.pricing.prices import day_of, thresholds
from convledger.records import Usage

from .shared import BOOK_FILE, instant, micros, shipped_book


def moments(model: Model) -> list[datetime]:
    """Return instants around every change of a model's prices."""
    found = {datetime(2026, 11, 20, 12, tzinfo=UTC)}
    rows = [*model.rows, *(variant.row for variant in model.variants)]
    for day in {day_of(row.since) for row in rows}:
        if day is not None:
            start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            found |= {start, start - timedelta(microseconds=1)}
    for row in rows:
        for edge in row.window or ():
            start = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(microseconds=edge)
            found |= {start, start - timedelta(microseconds=1)}
    return sorted(found)


def usages(model: Model, randomness: random.Random) -> Iterator[Usage]:
    """Return usages below, at and above every tier, with only what the model has a price for."""
    priced = {key for row in model.rows for key in row.prices}
    has_own_long_write = all("cache_write_1h" in row.prices for row in model.rows)
    edges = {0, 1_000} | {edge for row in model.rows for edge in thresholds(row.prices)}
    for edge in sorted(edges):
        for total in (edge, edge + 1, edge + randomness.randrange(1, 90_000)):
            cuts = sorted(randomness.randrange(total + 1) for _ in range(3))
            yield Usage(
                input=cuts[0] if "input" in priced else 0,
                output=randomness.randrange(100_000) if "output" in priced else 0,
                cache_read=cuts[1] - cuts[0] if "input" in priced else 0,
                cache_write_5m=cuts[2] - cuts[1] if "input" in priced else 0,
                cache_write_1h=total - cuts[2] if has_own_long_write else 0,
                web_searches=randomness.randrange(4) if "web_searches" in priced else 0,
            )


def contexts(model: Model) -> list[dict[str, str]]:
    """Return no context, and each that the model has prices for."""
    found = [{}, *(dict(variant.when) for variant in model.variants)]
    return [each for place, each in enumerate(found) if each not in found[:place]]


def unrounded(rated: Rated) -> Fraction:
    """Return the exact dollars of a call without the multipliers, which are ours alone."""
    return sum(
        (Fraction(line.unit_price) * line.quantity / line.per for line in rated.lines), Fraction()
    )


def in_their_words(usage: Usage) -> dict[str, int]:
    """Return the counts of `usage` as genai-prices has them: totals that include their parts."""
    written = usage.cache_write_5m + usage.cache_write_1h
    return {
        "input_tokens": usage.input + usage.cache_read + written,
        "output_tokens": usage.output,
        "cache_read_tokens": usage.cache_read,
        "cache_write_tokens": written,
        "cache_write_1h_tokens": usage.cache_write_1h,
        "web_searches": usage.web_searches,
    }


def cases(model: Model, randomness: random.Random) -> Iterator[tuple[str, datetime, Usage]]:
    """Return every context, instant and size at which the prices of a model may differ."""
    for context in contexts(model):
        text = ";".join(f"{key}={value}" for key, value in context.items())
        for moment in moments(model):
            for usage in usages(model, randomness):
                yield text, moment, usage


def test_every_row_costs_what_genai_prices_says() -> None:
    data = pytest.importorskip("genai_prices.data", reason="genai-prices is not installed")
    their_usage = importlib.import_module("genai_prices").Usage
    theirs = {provider.id: provider for provider in data.providers}
    rater, randomness = Rater(shipped_book()), random.Random(20261120)
    compared = 0
    for provider in shipped_book().providers.values():
        originals = theirs[provider.id].models
        assert [model.id for model in provider.models] == [model.id for model in originals]
        for model, original in zip(provider.models, originals, strict=True):
            for context, moment, usage in cases(model, randomness):
                rated = rater.rate("any", provider.id, model.id, micros(moment), usage, context)
                if rated.rule == "alias" or rated.total_pico is None:
                    continue  # a free variant, or nothing we have a price for
                answer = original.calc_price(
                    their_usage(**in_their_words(usage)),
                    theirs[provider.id],
                    genai_request_timestamp=moment,
                    price_context=dict(part.split("=", 1) for part in context.split(";") if part),
                )
                case = (provider.id, model.id, context, moment, usage)
                assert unrounded(rated) == Fraction(answer.total_price), case
                compared += 1
    assert compared > 20_000


def test_models_without_a_price_are_those_without_a_price_for_text() -> None:
    for provider in shipped_book().providers.values():
        for model in provider.models:
            rated = Rater(shipped_book()).rate("any", provider.id, model.id, 0, Usage(), "")
            has_price = any("input" in row.prices or "output" in row.prices for row in model.rows)
            assert (rated.state is State.UNPRICED) == (not has_price and rated.rule != "alias")


def test_every_model_of_the_book_is_found_by_its_id() -> None:
    for provider in shipped_book().providers.values():
        for model in provider.models:
            found = shipped_book().find_model(provider, model.id.lower())
            assert found is not None
            assert found[0].id.lower() == model.id.lower()


@pytest.mark.parametrize("data", [b"", b"junk", b"\x1f\x8b\x08", BOOK_FILE.read_bytes()[:20_000]])
def test_damaged_book_is_refused(data: bytes) -> None:
    with pytest.raises(ConvledgerError, match="price book"):
        PriceBook.from_bytes(data)


def test_book_names_its_source() -> None:
    book = shipped_book()

    assert book.source == "genai-prices 0.2.3"
    assert book.licence.startswith("MIT")
    assert len(book.retrieved) == 10


def test_shipped_file_is_current() -> None:
    pytest.importorskip("genai_prices.data", reason="genai-prices is not installed")

    assert build.main(["--check"]) == 0


def test_list_shows_tiers_and_the_users_prices() -> None:
    own = parse_overrides('[[price]]\nmodel = "claude-sonnet-4-5"\ninput = "1"\noutput = "2"')

    lines = list_rows(shipped_book(), own, "claude-sonnet-4-5", instant("2026-11-10"))
    first_party = [line for line in lines if line.provider in ("any", "anthropic")]

    assert [(line.source, line.tier_above, line.input, line.output) for line in first_party] == [
        ("prices.toml", None, "1", "2"),
        ("genai-prices 0.2.3", None, "3", "15"),
        ("genai-prices 0.2.3", 200_000, "6", "22.5"),
    ]


def test_list_takes_a_pattern_and_an_instant() -> None:
    lines = list_rows(shipped_book(), None, "anthropic/claude-opus-4-6*", instant("2026-11-10"))

    assert [(line.model, line.tier_above, line.effective_from) for line in lines] == [
        ("claude-opus-4-6", None, "2026-03-13")
    ]

"""Names of models as chat products and editors write them."""

from __future__ import annotations

import pytest

from convledger.pricing import State

from .shared import ONE_KILO, instant, shipped_rater


@pytest.mark.parametrize(
    ("slug", "model"),
    [
        ("gpt-5-thinking", "gpt-5"),
        ("gpt-5-thinking-mini", "gpt-5-mini"),
        ("gpt-5-t-mini", "gpt-5-mini"),
        ("gpt-5-instant", "gpt-5"),
        ("gpt-5-1-thinking", "gpt-5.1"),
        ("gpt-5-1-instant", "gpt-5.1"),
        ("gpt-5-2-thinking", "gpt-5.2"),
        ("gpt-5-2-instant", "gpt-5.2"),
        ("gpt-4-1", "gpt-4.1"),
        ("gpt-4-5", "gpt-4.5-preview"),
        ("o4-mini-high", "o4-mini"),
        ("gpt-4o", "gpt-4o"),
    ],
)
def test_slug_of_chatgpt_is_the_model_that_openai_says_it_is(slug: str, model: str) -> None:
    rated = shipped_rater().rate("chatgpt", "openai", slug, instant("2026-11-10"), ONE_KILO, "")
    assert (rated.model, rated.state) == (model, State.PRICED)


@pytest.mark.parametrize(
    ("slug", "same"),
    [
        ("gpt-5-instant", "gpt-5-thinking"),
        ("gpt-5-1-instant", "gpt-5-1-thinking"),
        ("gpt-5-2-instant", "gpt-5-2-thinking"),
    ],
)
def test_modes_that_chatgpt_chooses_between_are_sold_at_one_price(slug: str, same: str) -> None:
    rater, at = shipped_rater(), instant("2026-11-10")
    one, other = (rater.rate("chatgpt", "openai", name, at, ONE_KILO, "") for name in (slug, same))

    assert one.total_pico is not None
    assert one.total_pico == other.total_pico


@pytest.mark.parametrize(
    ("source", "provider", "name"),
    [
        ("chatgpt", "openai", "auto"),
        ("chatgpt", "openai", "research"),
        ("chatgpt", "openai", "gpt-5-1-pro"),  # in ChatGPT only
        ("chatgpt", "openai", "gpt-4-browsing"),
        ("chatgpt", "openai", "text-davinci-002-render-sha"),
        ("cursor", None, "default"),
        ("cursor", None, "auto"),
        ("qwen-code", None, "coder-model"),
        ("codex", "openai", "gpt-5-thinking"),  # a slug means something in its product only
    ],
)
def test_name_that_is_no_single_model_stays_unpriced(
    source: str, provider: str | None, name: str
) -> None:
    rated = shipped_rater().rate(source, provider, name, instant("2026-11-10"), ONE_KILO, "")
    assert rated.total_pico is None


def test_cursor_writes_claude_in_another_order_and_with_its_mode() -> None:
    rater, at = shipped_rater(), instant("2026-11-10")
    rated = rater.rate("cursor", None, "claude-4.5-sonnet-thinking", at, ONE_KILO, "")
    assert (rated.model, rated.state) == ("claude-sonnet-4-5", State.PRICED)

"""What holds for every call: one answer on both paths, exact rounding, no cheaper for more."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.money import PICO
from convledger.pricing import State
from convledger.pricing.arithmetic import half_even, line_pico
from convledger.pricing.fastpath import COMPONENTS
from convledger.records import Usage

from .shared import fast_pico, instant, shipped_book, shipped_rater

OWN = """
[[price]]
model = "own-model"
input = "0.0018125"
output = "0.3333333333333333"
effective_from = 2026-05-01
effective_to = 2026-09-01T12:00:00+02:00
tier = [{ above = 1000, output = "7.77" }]
[[price]]
model = "claude-opus-4-5"
input = "0"
output = "0"
effective_to = 2026-06-01
[[alias]]
pattern = "gift-*"
free = true
[[modifier]]
model = "own-*"
when = { speed = "fast" }
multiplier = "1.37"
components = ["output"]
effective_from = 2026-07-01
"""
NAMES = st.sampled_from(
    [
        ("claude-code", None, "claude-sonnet-4-5-20250929"),
        ("claude-code", None, "claude-opus-4-6"),
        ("claude-code", None, "claude-opus-4-5"),
        ("claude-code", None, "claude-haiku-5-5"),
        ("claude-code", None, "glm-4.7-x"),
        ("codex", "openai", "gpt-5.2-codex"),
        ("codex", "openai", "gpt-5.6-terra"),
        ("codex", "mock", "gpt-5.4"),
        ("gemini-cli", None, "gemini-2.5-pro"),
        ("opencode", "openrouter", "google/gemini-2.5-pro"),
        ("opencode", "deepseek", "deepseek-v4-pro"),
        ("opencode", "perplexity", "sonar"),
        ("opencode", "openai", "text-embedding-3-small"),
        ("copilot", "github-copilot", "gpt-4.1"),
        ("x", None, "own-model"),
        ("x", None, "gift-model"),
    ]
)
CONTEXTS = st.sampled_from(
    [
        "",
        "speed=fast",
        "inference_geo=us",
        "inference_geo=us;speed=fast",
        "processing=batch",
        "service_tier=priority",
        "service_tier=flex;speed=warp",
    ]
)
COUNTS = st.one_of(st.just(0), st.integers(0, 500_000), st.integers(199_990, 200_010))
USAGES = st.builds(
    Usage,
    input=COUNTS,
    output=COUNTS,
    reasoning=st.just(0),
    cache_read=COUNTS,
    cache_write_5m=COUNTS,
    cache_write_1h=COUNTS,
    web_searches=st.integers(0, 3),
)
INSTANTS = st.integers(instant("2025-01-01"), instant("2027-06-01"))
NOW = instant("2026-11-10")
SURE = settings(derandomize=True, deadline=None, database=None, max_examples=600)


@SURE
@given(NAMES, CONTEXTS, INSTANTS, USAGES)
def test_fast_path_and_explained_path_agree(
    name: tuple[str, str | None, str], context: str, at: int, usage: Usage
) -> None:
    rater = shipped_rater(OWN)
    rated = rater.rate(*name, at, usage, context)

    assert fast_pico(rater, (*name, at, context), usage) == (rated.total_pico, int(rated.state))
    assert (rated.total_pico is None) == (rated.state is State.UNPRICED)
    if rated.total_pico is not None:
        assert rated.total_pico == sum(line.pico for line in rated.lines)
        for line in rated.lines:
            exact = Fraction(line.unit_price) * Fraction(line.multiplier) * line.quantity / line.per
            assert line.pico == round(exact * PICO)


@SURE
@given(NAMES, CONTEXTS, INSTANTS, USAGES)
def test_parts_at_the_rates_in_force_are_the_lines_that_explain_them(
    name: tuple[str, str | None, str], context: str, at: int, usage: Usage
) -> None:
    rater = shipped_rater(OWN)
    rated = rater.rate(*name, at, usage, context)
    quantities = [getattr(usage, component) for component in COMPONENTS[:-1]]
    sent = usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h
    parts = rater.tile(*name, at, context).segment(sent).parts([*quantities, 1])

    if rated.total_pico is None:
        assert parts is None
    else:
        assert parts is not None
        found = {part: pico for part, pico in zip(COMPONENTS, parts, strict=True) if pico}
        assert found == {line.component: line.pico for line in rated.lines if line.pico}


@SURE
@given(NAMES, CONTEXTS, USAGES, st.sampled_from(["input", "output", "cache_read"]), COUNTS)
def test_more_tokens_never_cost_less(
    name: tuple[str, str | None, str], context: str, usage: Usage, part: str, more: int
) -> None:
    rater = shipped_rater(OWN)
    before, _ = fast_pico(rater, (*name, NOW, context), usage)
    setattr(usage, part, getattr(usage, part) + more)
    after, _ = fast_pico(rater, (*name, NOW, context), usage)

    assert before is None or after is None or after >= before


@SURE
@given(st.integers(0, 10**30), st.integers(1, 10**20))
def test_rounding_is_half_to_even(numerator: int, denominator: int) -> None:
    assert half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@SURE
@given(
    st.integers(0, 10**12),
    st.decimals(0, 10_000, places=12, allow_nan=False),
    st.decimals(0, 10, places=6, allow_nan=False),
)
def test_a_line_is_rounded_once(quantity: int, price: Decimal, factor: Decimal) -> None:
    exact = Fraction(price) * Fraction(factor) * quantity * PICO / 1_000_000

    assert line_pico(quantity, price, 1_000_000, factor) == round(exact)


@SURE
@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=60), st.text(max_size=40))
def test_any_text_gives_an_answer(source: str, provider: str, model: str, context: str) -> None:
    rater = shipped_rater(OWN)

    rated = rater.rate(source, provider, model, NOW, Usage(input=1), context)

    assert fast_pico(rater, (source, provider, model, NOW, context), Usage(input=1)) == (
        rated.total_pico,
        int(rated.state),
    )


def test_digests_name_the_rows() -> None:
    assert len(shipped_book().digest) == 64
    assert shipped_rater("").digest != shipped_book().digest

"""Scenarios as text: what is written reads back, and each mistake is named with its fix."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.context_policy import ContextPolicy
from convledger.economics.conversation_costs import SEGMENTS
from convledger.economics.scenario_text import factor_of, read_scenario, scenario_text, share_of
from convledger.economics.scenarios import (
    NEW,
    OPENING,
    SENT,
    OtherContext,
    OtherModel,
    Scenario,
    ShorterPrompts,
)
from convledger.errors import ConfigError
from convledger.manual import page_text

WORDS = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() == text and text)
PRINTED = WORDS.filter(str.isprintable)
SHARES = st.integers(0, 10_000).map(lambda number: Fraction(number, 10_000))
SCOPES = st.dictionaries(
    st.sampled_from((*SEGMENTS, "conversation")),
    st.lists(PRINTED, min_size=1, max_size=3).map(tuple),
    max_size=2,
)
POLICIES = st.one_of(
    st.just(ContextPolicy()),
    st.integers(50_001, 10**7).map(lambda cap: ContextPolicy("window", cap)),
    st.integers(1, 500).map(lambda every: ContextPolicy("reset", every=every)),
    st.integers(60_001, 10**7).map(lambda cap: ContextPolicy("summarise", cap, summary_tokens=900)),
)
SCENARIOS = st.builds(
    Scenario,
    name=PRINTED,
    note=PRINTED,
    scope=SCOPES,
    prices_on=st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    prompts=st.none()
    | st.builds(ShorterPrompts, SHARES, st.sampled_from((SENT, NEW)))
    | st.builds(ShorterPrompts, SHARES, st.just(OPENING), st.integers(1, 10**6)),
    context=st.none()
    | st.builds(
        OtherContext,
        POLICIES,
        st.integers(0, 50_000),
        st.sampled_from((None, True, False)),
        st.sampled_from((300_000_000, 3_600_000_000)),
    ),
    models=st.lists(
        st.builds(
            OtherModel,
            PRINTED,
            st.lists(PRINTED, max_size=2).map(tuple),
            st.just("") | PRINTED,
            st.integers(1, 50_000).map(lambda number: Fraction(number, 1000)),
            SCOPES,
        ),
        max_size=2,
    ).map(tuple),
    escalation=st.none() | SHARES,
)


@given(SCENARIOS)
def test_what_is_written_reads_back_as_the_same(scenario: Scenario) -> None:
    assert read_scenario(scenario_text(scenario)) == scenario


def test_the_page_s_own_example_is_a_scenario() -> None:
    text = page_text("simulate").split("```")[1].lstrip("\n")

    found = read_scenario(text)

    assert found.prompts == ShorterPrompts(Fraction(1, 5))
    assert found.context == OtherContext(ContextPolicy("window", 64_000), 12_000)
    assert found.models == (
        OtherModel(
            "claude-haiku-4-5", ("claude-opus*",), factor=Fraction(11, 10),
            scope={"client": ("acme",)},
        ),
    )  # fmt: skip
    assert found.escalation == Fraction(1, 10)
    assert found.steps == ("prompts", "context", "model", "escalation")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", 'lean.toml: "schema" must be 1'),
        ("schema = 2", "must be 1"),
        ("schema = 1\nescalaton = 1", "did you mean"),
        ("schema = 1\n[prompts]\nshorter = 0.2", 'must stand in quotes, like "0.2"'),
        ('schema = 1\n[prompts]\nshorter = "120%"', "is more than all of it"),
        ('schema = 1\n[prompts]\nshorter = "some"', 'write it like "20%"'),
        ('schema = 1\n[prompts]\nshorter = "1%"\nof = "old"', "it may be sent, new, opening"),
        ('schema = 1\n[prompts]\nshorter = "1%"\nof = "opening"', '"tokens" must be a whole'),
        ('schema = 1\n[prompts]\nshorter = "1%"\ntokens = 5', "leave it out"),
        ('schema = 1\n[context]\npolicy = "windw"', 'did you mean "window"?'),
        ('schema = 1\n[context]\npolicy = "window"', '"cap" is missing: window needs'),
        ('schema = 1\n[context]\npolicy = "reset"', "or every = TURNS"),
        ('schema = 1\n[context]\npolicy = "window"\ncap = 0', "must be a whole number from 1"),
        ('schema = 1\n[context]\npolicy = "window"\ncap = 9\nevery = 2', "leave it out"),
        (
            'schema = 1\n[context]\npolicy = "window"\ncap = 9\ninstructions = 9',
            "must be larger than instructions",
        ),
        ('schema = 1\n[context]\npolicy = "full"\ncache_lives = "P1M"', 'like "5m" or "1h"'),
        ('schema = 1\n[context]\npolicy = "full"\ncache = "maybe"', "recorded, on, off"),
        ("schema = 1\n[[model]]", '[[model]] number 1: "to" is missing'),
        ('schema = 1\n[[model]]\nto = "x"\ntokenizer_factor = "0"', "is above 0"),
        ('schema = 1\n[[model]]\nto = "x"\nscope = { shop = "a" }', "did you mean"),
        ("schema = 1\n[escalation]", '"rate"'),
        ("schema = 1\n[scope]\nproject = []", "must be a text or a list of them"),
        ("schema = 1\nprices_on = 12", "must be a day, like 2026-11-20"),
        ('schema = 1\nname = "a\\u001bb"', "printable characters"),
        ("schema = 1\n[model]\nto = 1", "must be a list of tables, like [[model]]"),
        ("schema = ", "not valid TOML"),
    ],
)
def test_a_mistake_names_the_key_and_the_fix(body: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        read_scenario(body, "lean.toml")


@given(st.text(max_size=60) | st.builds("schema = 1\n{}".format, st.text(max_size=60)))
def test_any_text_is_a_scenario_or_has_a_mistake_in_words(text: str) -> None:
    try:
        found: Any = read_scenario(text)
    except ConfigError as error:
        found = str(error)
    assert found


def test_shares_and_factors_are_exact() -> None:
    assert share_of(" 12.5 % ") == Fraction(1, 8)
    assert share_of("0.1") == Fraction(1, 10)
    assert factor_of("1.35") == Fraction(27, 20)
    with pytest.raises(ValueError, match="at most 100"):
        factor_of("100.1")

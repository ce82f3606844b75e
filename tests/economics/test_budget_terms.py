"""A budget comes from price, margin and other costs; its text is read strictly."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.budget_position import (
    Position,
    Spent,
    crossings,
    edge_names,
    position_edges,
    position_histogram,
    spread,
)
from convledger.economics.budget_terms import CUSTOMERS, PERIODS, BudgetTerms
from convledger.economics.budget_text import budget_text, read_budget
from convledger.economics.ladder import ACTIONS, Step
from convledger.errors import ConfigError

PRICED = 'price = "19"\ngross_margin = "70%"\nexpected_conversations = 6\n'


def at_each(*amounts: str) -> list[Spent]:
    return [Spent(place, Fraction(amount)) for place, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    ("other", "per_user", "per_unit", "alerts"),
    [
        ("", "5.70", "0.95", ("0.665", "0.855", "0.95")),
        ('other_cogs = "2.70"\n', "3", "0.50", ("0.35", "0.45", "0.50")),
    ],
)
def test_price_margin_and_other_costs_make_a_budget(
    other: str, per_user: str, per_unit: str, alerts: tuple[str, ...]
) -> None:
    terms = read_budget(PRICED + other, "pro")
    assert (terms.per_user, terms.per_unit) == (Fraction(per_user), Fraction(per_unit))
    assert terms.alerts == tuple(Fraction(each) for each in alerts)


def test_no_conversations_expected_is_no_budget_for_one() -> None:
    terms = read_budget(PRICED.replace("6", "0"), "pro")
    assert terms.per_user == Fraction("5.70")
    assert (terms.per_unit, terms.alerts, terms.is_under_water) == (None, None, False)


def test_other_costs_beyond_what_the_margin_leaves_put_it_under_water() -> None:
    terms = read_budget(PRICED + "other_cogs = 6\n", "pro")
    assert (terms.per_user, terms.per_unit) == (Fraction("-0.30"), Fraction("-0.05"))
    assert terms.is_under_water
    assert terms.alerts is None


def test_an_amount_for_each_needs_no_price() -> None:
    terms = read_budget('amount = "0.50"\ncurrency = "eur"\n', "desk")
    assert (terms.per_unit, terms.per_user, terms.currency) == (Fraction(1, 2), None, "EUR")
    assert read_budget('amount = "0.5"\nexpected_conversations = 4\n', "desk").per_user == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", '"price" is missing'),
        ("prise = 19", 'line 1: "prise" is not a known key; did you mean "price"?'),
        ('price = "19"', '"expected_conversations" is missing'),
        ('amount = "1"\nprice = 2', 'line 2: "price" can\'t stand beside amount'),
        ("amount = 0.95", 'decimal in quotes, like amount = "2.70"'),
        ('amount = "5%"', '"amount" is money, no share'),
        ('price = "-1"\nexpected_conversations = 1', "can't be less than nothing"),
        (PRICED.replace("70%", "170%"), "must be a share from 0 to 1"),
        ('amount = "1"\ncounts = "machines"', 'did you mean "machine"?'),
        ('amount = "1"\ncurrency = "US$"', "must be a code of ISO 4217"),
        ('amount = "1"\nat = [0, 70]', "whole percents from 1 to 10,000"),
        ('amount = "1"\nat = []', "like at = [70, 90, 100]"),
        ('amount = "1"\n[scope]\nteir = "pro"', 'did you mean "tier"?'),
        ('amount = "1"\n[scope]\ntier = []', 'like tier = ["pro"]'),
        ('amount = "1"\n[[step]]\nat = 70\naction = "summarize"', 'did you mean "summarise"?'),
        ('amount = "1"\n[[step]]\nat = "70"\naction = "end"', "from 1 to 10,000, in percent"),
        ('amount = "1"\nsmall_model = 2', "is a part from 0 to 1"),
        ('amount = "1"\nsince = "soon"', "must be a day, like since = 2026-10-01"),
        ('amount = "1"\nsince = 2026-10-02\nuntil = 2026-10-02', "must be later than since"),
        ("amount =", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_the_way_out(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_budget(text, "pro")
    assert str(caught.value).startswith('budget "pro"')
    assert says in str(caught.value)


def test_a_step_is_named_once() -> None:
    step = '[[step]]\nat = 70\naction = "end"\n'
    with pytest.raises(ConfigError, match="names end a second time"):
        read_budget('amount = "1"\n' + step + step.replace("70", "80"), "pro")


DECIMALS = st.decimals(0, 10**6, places=4).map(Fraction)
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text and bool(text)
)


@given(
    st.builds(
        BudgetTerms,
        name=st.just("any"),
        price=DECIMALS,
        gross_margin=st.integers(0, 10_000).map(lambda part: Fraction(part, 10_000)),
        other_costs=DECIMALS,
        expected=DECIMALS,
        per=st.sampled_from(PERIODS),
        customer=st.sampled_from(CUSTOMERS),
        counts=st.sampled_from(("full", "machine", "billed", "list")),
        scope=st.dictionaries(
            st.sampled_from(("tier", "client", "tag")),
            st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple),
        ),
        thresholds=st.sets(st.integers(1, 500), min_size=1, max_size=4).map(
            lambda found: tuple(sorted(found))
        ),
        steps=st.lists(
            st.builds(Step, st.integers(1, 200), st.sampled_from(ACTIONS)),
            max_size=3,
            unique_by=lambda step: step.action,
        ).map(lambda found: tuple(sorted(found, key=lambda s: (s.at, ACTIONS.index(s.action))))),
        small_model=st.one_of(
            st.just("claude-haiku-4-5"), st.integers(0, 100).map(lambda part: Fraction(part, 100))
        ),
        summary_share=st.integers(0, 100).map(lambda part: Fraction(part, 100)),
        since=st.none() | st.just(date(2026, 10, 1)),
        until=st.none() | st.just(date(2027, 2, 28)),
    )
)
def test_what_is_written_is_what_is_read(terms: BudgetTerms) -> None:
    assert read_budget(budget_text(terms), "any") == terms


@pytest.mark.parametrize(
    ("spent", "budget", "expected"),
    [
        (("65", "5", "-1", "2"), "100", {70: 1}),
        (("0.664999",), "0.95", {}),
        (("0.665",), "0.95", {70: 0}),
        (("92", "-7", "8"), "100", {70: 0, 90: 0}),
        (("0", "0.01"), "0", {70: 1, 90: 1, 100: 1}),
        (("0",), "0", {}),
        (("1", "1"), "-5", {70: 0, 90: 0, 100: 0}),
    ],
)
def test_a_threshold_is_crossed_once(
    spent: tuple[str, ...], budget: str, expected: dict[int, int]
) -> None:
    found = crossings(at_each(*spent), Fraction(budget), (70, 90, 100))
    assert {each.threshold: each.at for each in found} == expected


@given(
    st.lists(st.fractions(-5, 20, max_denominator=50), max_size=30),
    st.fractions(0, 50, max_denominator=20),
    st.lists(st.integers(1, 200), min_size=1, max_size=5),
)
def test_thresholds_rise_and_none_comes_twice(
    amounts: list[Fraction], budget: Fraction, thresholds: list[int]
) -> None:
    spent = [Spent(place, amount) for place, amount in enumerate(amounts)]
    found = crossings(spent, budget, thresholds)
    assert [each.threshold for each in found] == sorted({each.threshold for each in found})
    assert [each.at for each in found] == sorted(each.at for each in found)
    for each in found:
        assert each.spent == sum(amounts[: each.at + 1])
        assert each.spent * 100 >= each.threshold * budget


@given(st.fractions(-9, 9), st.lists(st.integers(0, 50), min_size=1, max_size=9))
def test_what_is_spread_adds_up(amount: Fraction, weights: list[int]) -> None:
    assert sum(spread(amount, weights)) == amount


def test_a_position_of_no_budget_has_no_share_and_anything_is_over() -> None:
    assert Position(1, 0).share is None
    assert Position(1, 0).is_over
    assert not Position(0, -1).is_over
    assert Position(1, -1).reached((70,)) == (70,)
    assert Position(None, 5).reached((70,)) == ()
    assert not Position(5, None).is_over
    assert not Position(95, 95).is_over


def test_the_histogram_has_the_thresholds_among_its_edges() -> None:
    edges = position_edges((70, 90, 100))
    assert edges == [0, 25, 50, 70, 90, 100, 150, 200, 500]
    assert edge_names(edges)[2:4] == ["50–70 %", "70–90 %"]
    shares = [Fraction(7, 10), Fraction(1), Fraction(6), Fraction(-1, 5)]
    assert position_histogram(shares, edges) == [1, 0, 0, 1, 0, 1, 0, 0, 1]

"""Agreement of reviewers as published worked examples have it, and what must hold of any."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.agreement import (
    NO_OVERLAP,
    ONE_CATEGORY,
    ORDINAL,
    cohens_kappa,
    krippendorffs_alpha,
    percent_agreement,
    wilson,
)

# Krippendorff's own example: twelve units, four observers, some of whom left units out.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
UNITS = [[value for value in unit if value] for unit in zip(*OBSERVERS, strict=True)]
ORDER = (1, 2, 3, 4, 5)
VERDICTS = ("pass", "minor", "major", "fail")
some_units = st.lists(st.lists(st.sampled_from(VERDICTS), max_size=5), max_size=12)


def table(both: int, first: int, second: int, neither: int) -> list[tuple[str, str]]:
    """Return the pairs of a table of two reviewers who say yes or no."""
    return [
        *[("yes", "yes")] * both,
        *[("yes", "no")] * first,
        *[("no", "yes")] * second,
        *[("no", "no")] * neither,
    ]


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        ((20, 5, 10, 15), Fraction(2, 5)),
        ((45, 15, 25, 15), Fraction(3, 23)),
        ((25, 35, 5, 35), Fraction(7, 27)),
        ((10, 0, 0, 10), Fraction(1)),
        ((0, 10, 10, 0), Fraction(-1)),
        ((25, 25, 25, 25), Fraction(0)),
    ],
)
def test_kappa_of_two_reviewers_is_that_of_the_worked_tables(
    counts: tuple[int, int, int, int], kappa: Fraction
) -> None:
    assert cohens_kappa(table(*counts)).value == kappa


def test_kappa_of_cohens_three_categories() -> None:
    rows = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
    pairs = [
        (one, other)
        for one, row in enumerate(rows)
        for other, count in enumerate(row)
        for _ in range(count)
    ]

    assert round(float(cohens_kappa(pairs).value or 0), 3) == 0.492


def test_alpha_is_that_of_the_canonical_example() -> None:
    nominal = krippendorffs_alpha(UNITS).value
    ordinal = krippendorffs_alpha(UNITS, ORDER, ORDINAL).value

    assert nominal is not None
    assert round(float(nominal), 3) == 0.743
    assert ordinal is not None
    assert round(float(ordinal), 3) == 0.815


def test_alpha_is_that_of_the_example_of_two_observers() -> None:
    pairs = list(zip((0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0), strict=True))

    assert round(float(krippendorffs_alpha(pairs).value or 0), 3) == 0.095


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
        (29, 29, "0.8830", "1.0000"),
    ],
)
def test_wilsons_interval_is_that_of_the_known_tables(
    hits: int, of: int, low: str, high: str
) -> None:
    found = wilson(hits, of)

    assert found.low is not None
    assert found.high is not None
    assert [f"{found.low:.4f}", f"{found.high:.4f}"] == [low, high]
    assert found.share == Fraction(hits, of)


def test_of_nothing_there_is_no_rate() -> None:
    found = wilson(0, 0)

    assert (found.share, found.low, found.high) == (None, None, None)
    with pytest.raises(ValueError, match="3 of 2 is no share"):
        wilson(3, 2)


@pytest.mark.parametrize("units", [[], [["pass"], ["fail"], []]])
def test_without_overlap_nothing_is_told_and_why(units: Sequence[Sequence[str]]) -> None:
    for found in (
        percent_agreement(units), krippendorffs_alpha(units), cohens_kappa([]),
        krippendorffs_alpha(units, VERDICTS, ORDINAL),
    ):  # fmt: skip
        assert (found.value, found.why) == (None, NO_OVERLAP)


def test_with_one_category_only_percent_is_told() -> None:
    units = [["pass", "pass"], ["pass", "pass", "pass"]]

    assert percent_agreement(units).value == 1
    assert krippendorffs_alpha(units).why == ONE_CATEGORY
    assert krippendorffs_alpha(units, VERDICTS, ORDINAL).value is None
    assert cohens_kappa([("pass", "pass")] * 3).why == ONE_CATEGORY


def test_percent_counts_pairs_of_verdicts() -> None:
    assert percent_agreement([["a", "a", "b"], ["a", "a"], ["b"]]).value == Fraction(2, 4)


@given(some_units)
def test_full_agreement_is_one_or_untold(units: list[list[str]]) -> None:
    same = [[values[0]] * len(values) for values in units if values]

    for found in (krippendorffs_alpha(same), krippendorffs_alpha(same, VERDICTS, ORDINAL)):
        assert found.value in (None, 1)


@given(some_units)
def test_alpha_knows_no_order_of_units_or_reviewers(units: list[list[str]]) -> None:
    turned = [list(reversed(values)) for values in reversed(units)]

    assert krippendorffs_alpha(units) == krippendorffs_alpha(turned)
    assert krippendorffs_alpha(units, VERDICTS, ORDINAL) == krippendorffs_alpha(
        turned, tuple(reversed(VERDICTS)), ORDINAL
    )


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("ab")), min_size=2))
def test_of_two_values_both_metrics_are_one(pairs: list[tuple[str, str]]) -> None:
    assert krippendorffs_alpha(pairs) == krippendorffs_alpha(pairs, ("a", "b"), ORDINAL)


@given(st.lists(st.tuples(st.sampled_from(VERDICTS), st.sampled_from(VERDICTS))))
def test_kappa_and_alpha_never_pass_one_and_know_no_side(pairs: list[tuple[str, str]]) -> None:
    kappa, alpha = cohens_kappa(pairs), krippendorffs_alpha(pairs)

    assert kappa.value is None or kappa.value <= 1
    assert alpha.value is None or alpha.value <= 1
    assert cohens_kappa([(other, one) for one, other in pairs]) == kappa


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share_and_narrows_with_more(hits: int, misses: int) -> None:
    found, more = wilson(hits, hits + misses), wilson(10 * hits, 10 * (hits + misses))

    if found.share is None or found.low is None or found.high is None:
        assert hits + misses == 0
        return
    assert 0 <= found.low <= Decimal(hits) / (hits + misses) + Decimal("0.000001")
    assert Decimal(hits) / (hits + misses) - Decimal("0.000001") <= found.high <= 1
    assert more.low is not None
    assert more.high is not None
    assert more.high - more.low <= found.high - found.low
    other = wilson(misses, hits + misses)
    assert other.low is not None
    assert abs(other.low - (1 - found.high)) <= Decimal("0.000001")

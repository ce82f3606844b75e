"""Unit economics of anything: nothing raises, parts add up, what is unknown is never nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from datetime import UTC
from fractions import Fraction
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.cli.economics_asked import Asked
from convledger.cli.economics_tables import print_economics
from convledger.economics.conversation_costs import PARTS, SEGMENTS, TalkCost
from convledger.ingest.rates import Rates, load_rates
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.costs import Costs
from convledger.reports.unit_costs.document import amount_text, document_of, ratio_text
from convledger.reports.unit_costs.summary import Economics, summary_of
from tests.economics.talks import amounts, many
from tests.reports.books import Books
from tests.reports.shop import at


@cache
def books() -> tuple[Books, Rates]:
    return Books(), load_rates(Path("/nowhere/prices.toml"))


def economics(costs: Sequence[TalkCost], **facts: object) -> Economics:
    ledger, rates = books()
    query = CostQuery(at("2026-10-01"), at("2026-11-01"), at("2026-10-20"), UTC)
    found = Costs(query, costs=[*costs])
    for name, value in facts.items():
        setattr(found, name, value)
    return summary_of(found, ledger.connection, rates.rater)


@settings(deadline=None)
@given(
    many,
    st.dictionaries(st.sampled_from(PARTS), amounts),
    st.dictionaries(st.sampled_from(PARTS), st.just("nobody knows")),
    st.none() | amounts,
    st.none() | st.fractions(0, 100),
    amounts,
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=2, unique=True),
)
def test_nothing_raises_and_every_figure_is_text_or_nothing(
    costs: list[TalkCost],
    left: dict[str, int],
    unknown: dict[str, str],
    hourly: int | None,
    minutes: Fraction | None,
    revenue: int,
    by: list[str],
) -> None:
    found = economics(
        costs, unallocated=left, unknown=unknown, hourly=hourly, baseline_minutes=minutes,
        unallocated_revenue=revenue,
    )  # fmt: skip

    document = document_of(found, by, with_components=True, with_ids=True)

    assert not any(isinstance(value, float) for value in _values(document))
    json.dumps(document)
    with redirect_stdout(io.StringIO()) as printed:
        print_economics(
            found, Asked(found.costs.query, tuple(by), Fraction(10)), components=True,
            everything=True,
        )  # fmt: skip
    assert printed.getvalue().startswith("October 2026 · ")
    if unknown:
        assert found.waterfall.full.amount is None
        assert found.back is None
        assert found.revenue.margin is None
    for name in ("messages", "turns", "minutes", "tokens"):
        assert sum(each.count for each in found.spreads[name].bins) == len(costs)
    assert all(row.multiple >= 10 for row in found.outliers.found)


def _values(document: object) -> list[object]:
    if isinstance(document, dict):
        return [value for each in document.values() for value in _values(each)]
    if isinstance(document, list):
        return [value for each in document for value in _values(each)]
    return [document]


@settings(deadline=None)
@given(many)
def test_every_way_and_every_bin_opens_those_it_counts(costs: list[TalkCost]) -> None:
    found = economics(costs)

    for way in found.service.ways:
        assert len(found.behind(f"way:{way.name}")) == way.units
    for name, spread in found.spreads.items():
        for each in spread.bins:
            assert {cost.talk.id for cost in found.behind(f"bin:{name}:{each.name}")} == {*each.ids}
    for row in found.table(["client"]).rows:
        behind = found.behind(f"segment:{row.keys[0]}", ["client"])
        assert [cost.talk.id for cost in behind] == row.ids
    assert len(found.behind("outliers")) == len(found.outliers.found)
    for user in found.heavy.users:
        assert len(found.behind(f"user:{user.name}")) == len(user.ids)


@given(st.integers(-(10**20), 10**20) | st.fractions(), st.booleans())
def test_amounts_and_ratios_are_plain_decimals(value: int | Fraction, is_ratio: bool) -> None:
    text = ratio_text(value) if is_ratio else amount_text(value)

    assert text is not None
    assert set(text) <= set("-0123456789.")
    unit, places = (1, 6) if is_ratio else (10**12, 12)
    assert abs(Fraction(text) * unit - Fraction(value)) <= Fraction(unit, 2 * 10**places)

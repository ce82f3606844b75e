"""A month beside the one before it: both figures, and by how much they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from convledger.reports.client_report.amounts import UNKNOWN, change, money, number
from convledger.reports.client_report.facts import ClientReport
from convledger.reports.client_report.page import Column, Section, Table
from convledger.reports.client_report.tally import Tally
from convledger.reports.unit_costs.noted import span_name

Value = int | Fraction | None
_OF_TOKENS = ("list_cost", "billed_cost")


class Compared(NamedTuple):
    """A measure of this month and of the one before; money where `places` says so."""

    name: str
    label: str
    now: Value
    before: Value
    places: int | None  # more than a coin's


def name_before(report: ClientReport) -> str:
    """Return what the month before is called."""
    return span_name(report.query.month_before)


def compared(report: ClientReport) -> Iterator[Compared]:
    """Yield the measures of both months."""
    now, before = report.total, report.total_before
    yield Compared("conversations", "Conversations", now.units, before.units, None)
    yield Compared("calls", "Calls", now.calls, before.calls, None)
    yield Compared("tokens", "Tokens", now.known_tokens, before.known_tokens, None)
    yield Compared("list_cost", "At list prices", now.at_list, before.at_list, 0)
    yield Compared("billed_cost", "Billed for tokens", now.billed, before.billed, 0)
    yield Compared("full_cost", "Full cost", now.full, before.full, 0)
    yield Compared("cost_per_conversation", "Per conversation", now.per_unit, before.per_unit, 1)
    if now.handed_over or before.handed_over:
        yield Compared(
            "handed_over", "With people in them", now.handed_over, before.handed_over, None
        )
    if now.minutes is not None or before.minutes is not None:
        yield Compared("minutes", "People's minutes", now.minutes, before.minutes, None)


def comparison_section(report: ClientReport) -> Section:
    """Return this month beside the one before."""
    before = name_before(report)
    columns = (
        Column("Measure", "left"), Column(before), Column(report.query.name),
        Column("Difference"), Column("Change"),
    )  # fmt: skip
    rows = tuple(_row(report, each) for each in compared(report))
    notes = []
    if report.query.is_open:
        notes.append(f"{report.query.name} is not over; {before} is there whole.")
    if not report.total_before.units:
        notes.append(f"No conversation began in {before}: there is nothing to measure a change by.")
    elif any(text == UNKNOWN for *_, text in rows):
        notes.append("A change of nothing, or of what is unknown, has no percentage.")
    return Section(
        "comparison",
        "Beside the month before",
        blocks=(Table(columns, rows, caption=f"{report.query.name} beside {before}"),),
        notes=tuple(notes),
    )


def _row(report: ClientReport, each: Compared) -> tuple[str, ...]:
    def text(tally: Tally, *, signed: bool = False) -> Callable[[Value], str]:
        if each.places is None:
            return lambda value: (
                ("+" if signed and value is not None and value > 0 else "") + number(value)
            )
        places = each.places
        return lambda value: money(
            value, report.currency, estimated=is_doubtful(tally), signed=signed, more_places=places
        )

    def is_doubtful(tally: Tally) -> bool:
        return tally.tokens_doubt if each.name in _OF_TOKENS else tally.doubt

    moved = None if each.now is None or each.before is None else each.now - each.before
    either = report.total if is_doubtful(report.total) else report.total_before
    return (
        each.label,
        text(report.total_before)(each.before),
        text(report.total)(each.now),
        text(either, signed=True)(moved),
        change(each.now, each.before),
    )

"""The days of a report: a bar for each, stacked by model, and the figures."""

from __future__ import annotations

from convledger.reports.client_report.amounts import money
from convledger.reports.client_report.facts import ClientReport
from convledger.reports.client_report.names import safe
from convledger.reports.client_report.page import Bars, Column, Day, Section, Segment, Table
from convledger.reports.client_report.tally import Tally
from convledger.reports.client_report.words import day_label
from convledger.reports.render.numbers import count

SERIES = 5  # models with a colour of their own, the dearest ones


def days_section(report: ClientReport) -> Section:
    """Return the spend of each day on which conversations began."""
    currency = report.currency
    shown = report.models if len(report.models) <= SERIES else report.models[: SERIES - 1]
    days = []
    for place, (day, tally) in enumerate(report.days):
        segments = [Segment(at, tally.by_model.get(name, 0)) for at, name in enumerate(shown)]
        rest = sum(tally.by_model.values()) - sum(part.amount for part in segments)
        if rest:
            segments.append(Segment(len(shown), rest))
        text = f"{day_label(day)}: {money(tally.at_list, currency, estimated=tally.tokens_doubt)}"
        parts = tuple(part for part in segments if part.amount > 0)
        days.append(Day(str(day.day), text, parts, is_marked=place % 7 == 0))
    chart = Bars(
        "List price by day and model",
        "A bar for each day on which conversations began, stacked by model. The table below has "
        "the figures.",
        tuple(days),
        tuple(_legend(report, shown)),
        currency,
    )
    columns = (
        Column("Day", "left"), Column("Conversations"), Column("At list"), Column("Billed"),
        Column("Full cost"),
    )  # fmt: skip
    rows = tuple((day_label(day), *_cells(tally, currency)) for day, tally in report.days)
    left = report.left
    if left is not None:
        rows += (("Borne by no conversation", *_cells(left, currency)),)
    table = Table(
        columns, rows, ("Total", *_cells(report.total, currency)), "Spend by day", folded=True
    )
    blocks = (chart, table) if any(day.segments for day in days) else (table,)
    return Section("days", "Day by day", blocks=blocks)


def _cells(tally: Tally, currency: str) -> tuple[str, ...]:
    doubt, of_tokens = tally.doubt, tally.tokens_doubt
    return (
        count(tally.units),
        money(tally.at_list, currency, estimated=of_tokens),
        money(tally.billed, currency, estimated=of_tokens),
        money(tally.full, currency, estimated=doubt),
    )


def _legend(report: ClientReport, shown: tuple[str, ...]) -> list[tuple[str, str]]:
    sums = report.total.by_model
    found = [(safe(name, 40), money(sums.get(name, 0), report.currency)) for name in shown]
    rest = sum(sums.values()) - sum(sums.get(name, 0) for name in shown)
    if rest:
        other = f"{len(report.models) - len(shown)} other models"
        found.append((other, money(rest, report.currency)))
    return found

"""How long the conversations of a report were, and the largest of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from convledger.economics.conversation_costs import LIST, NONE, TalkCost
from convledger.economics.ratios import Number
from convledger.economics.spread import Bin, Spread
from convledger.reports.client_report.amounts import money, number, tokens
from convledger.reports.client_report.facts import ClientReport
from convledger.reports.client_report.names import Names
from convledger.reports.client_report.page import Column, Histogram, Section, Table
from convledger.reports.client_report.words import day_label
from convledger.reports.periods import local_day
from convledger.reports.render.numbers import count
from convledger.reports.unit_costs.spreads import COST, MESSAGES, MINUTES, TOKENS, TURNS

_MEASURES = (
    (MESSAGES, "Messages"),
    (TURNS, "Turns"),
    (MINUTES, "Active minutes"),
    (TOKENS, "Tokens"),
    (COST, "Full cost"),
)


def length_section(report: ClientReport) -> Section:
    """Return how the lengths and the costs of conversations are spread."""
    spreads = report.found.spreads
    messages = spreads[MESSAGES]
    if not messages.members:
        return Section("lengths", "How long they were", notes=("There was none.",))
    chart = Histogram(
        "Conversations by number of messages",
        "How many conversations have how many messages. The table below has the percentiles.",
        tuple((each.name, each.count) for each in _filled(messages)),
    )
    columns = (
        Column("Measure", "left"), Column("Half have at most"), Column("9 of 10 at most"),
        Column("99 of 100 at most"), Column("Mean"),
    )  # fmt: skip
    rows = []
    for name, label in _MEASURES:
        spread = spreads[name]
        text = _text_of(name, report)
        values = (*(spread.at(percent) for percent in (50, 90, 99)), spread.mean)
        rows.append((label, *(text(value) for value in values)))
    table = Table(columns, tuple(rows), caption="Length and cost of conversations")
    return Section(
        "lengths",
        "How long they were",
        blocks=(chart, table),
        notes=(
            "Active minutes leave out every silence beyond five minutes.",
            "Percentiles are those of the nearest rank: each is the value of a conversation.",
        ),
    )


def _filled(spread: Spread) -> list[Bin]:
    """Return the bins from the first to the last that has anything in it."""
    places = [place for place, each in enumerate(spread.bins) if each.count]
    return list(spread.bins[: places[-1] + 1]) if places else []


def _text_of(name: str, report: ClientReport) -> Callable[[Number | None], str]:
    if name == COST:
        return lambda value: money(
            value, report.currency, estimated=report.total.doubt, more_places=1
        )
    if name == TOKENS:
        return lambda value: tokens(None if value is None else round(Fraction(value)))
    return number


def largest_section(report: ClientReport, names: Names) -> Section:
    """Return the dearest conversations."""
    columns = (
        Column("Conversation", "left", foreign=True), Column("Began", "left"),
        Column("Project", "left", foreign=True), Column("Main model", "left", foreign=True),
        Column("Messages"), Column("Tokens"), Column("At list"), Column("Full cost"),
    )  # fmt: skip
    rows = tuple(_row(report, names, place, cost) for place, cost in enumerate(report.largest, 1))
    if not rows:
        return Section("largest", "The largest conversations", notes=("There was none.",))
    table = Table(columns, rows, caption="The largest conversations")
    return Section("largest", "The largest conversations", blocks=(table,))


def _row(report: ClientReport, names: Names, place: int, cost: TalkCost) -> tuple[str, ...]:
    talk, currency = cost.talk, report.currency
    doubt = talk.doubt or talk.minutes_assumed
    began = day_label(local_day(talk.opened_at, report.query.costs.zone))
    return (
        names.conversation(talk, place),
        began,
        names.segment("project", talk.segments.get("project", "")),
        names.segment("model", talk.segments.get("model", NONE)),
        count(talk.messages),
        tokens(None if talk.lacks_tokens else talk.tokens),
        money(cost.known((LIST,)) if cost.is_known else None, currency, estimated=talk.doubt),
        money(cost.full if cost.is_whole else None, currency, estimated=doubt),
    )

"""Puts a report together: figures first, then the parts of the cost, days, groups, lengths."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from convledger.economics.waterfall import BILLED_SUM
from convledger.reports.client_report import comparison, words
from convledger.reports.client_report.amounts import change, money, tokens
from convledger.reports.client_report.asked import ANONYMOUS
from convledger.reports.client_report.by_day import days_section
from convledger.reports.client_report.facts import ClientReport
from convledger.reports.client_report.groups import group_section, models_section
from convledger.reports.client_report.lengths import largest_section, length_section
from convledger.reports.client_report.names import Names, safe
from convledger.reports.client_report.page import (
    Column,
    Fall,
    Figure,
    Page,
    Section,
    Table,
    Waterfall,
)
from convledger.reports.client_report.people import people_section
from convledger.reports.render.numbers import count, share
from convledger.reports.unit_costs.doubts import doubts_of
from convledger.words import plural


def page_of(report: ClientReport) -> Page:
    """Return the report as words, tables and charts."""
    query = report.query
    names = Names(report)
    client = safe(query.client)
    title = safe(query.title, 120) or (
        f"AI usage and cost: {client}, {query.name}"
        if client
        else f"AI usage and cost, {query.name}"
    )
    return Page(
        title=title,
        facts=tuple(_facts(report, client)),
        figures=tuple(_figures(report)),
        warnings=tuple(words.warnings(report)),
        sections=tuple(_sections(report, names)),
        footer=f"Made on {words.moment(query.costs.now, report)} by convledger {query.version}.",
    )


def _sections(report: ClientReport, names: Names) -> Iterator[Section]:
    yield parts_section(report)
    yield days_section(report)
    yield from (group_section(report, names, by) for by in report.groups if by != ("kind",))
    yield models_section(report)
    if ("kind",) in report.groups and report.query.by != ("kind",):
        yield group_section(report, names, ("kind",))
    yield length_section(report)
    yield largest_section(report, names)
    if report.has_people:
        yield people_section(report)
    yield comparison.comparison_section(report)
    yield Section("method", "How it was counted", notes=tuple(words.method(report)))


def _facts(report: ClientReport, client: str) -> Iterator[tuple[str, str]]:
    query = report.query
    if client:
        yield "Client", client
    elif not query.costs.scope:
        yield "Client", "all conversations"
    for name, wanted in query.costs.scope.items():
        if name != "client" and not (query.shown == ANONYMOUS and name in ("project", "user")):
            yield words.capital(name), ", ".join(safe(each) for each in wanted)
    yield "Period", words.period(report)
    coverage = report.found.coverage
    began = plural(coverage.conversations, "conversation")
    calls = plural(coverage.calls, "call")
    yield "Covers", f"{began} that began in it, {calls}; costs of {words.part_list(report)}"
    yield "Currency", report.currency


def _figures(report: ClientReport) -> Iterator[Figure]:
    total, before, currency = report.total, report.total_before, report.currency
    name = comparison.name_before(report)
    full = report.found.waterfall.full.amount
    yield Figure(
        "Full cost",
        money(full, currency, estimated=total.doubt),
        _against(full, before.full, name),
    )
    billed = report.found.waterfall.step(BILLED_SUM).amount
    yield Figure(
        "Billed for tokens",
        money(billed, currency, estimated=total.tokens_doubt),
        _against(billed, before.billed, name),
    )
    yield Figure(
        "At list prices",
        money(total.at_list, currency, estimated=total.tokens_doubt),
        "the same calls, never added",
    )
    yield Figure("Conversations", count(total.units), _against(total.units, before.units, name))
    per_unit = report.found.waterfall.full.per_unit
    yield Figure(
        "Per conversation",
        money(per_unit, currency, estimated=total.doubt, more_places=1),
        _against(per_unit, before.per_unit, name),
    )
    yield Figure(
        "Tokens",
        tokens(total.known_tokens),
        _against(total.known_tokens, before.known_tokens, name),
    )


def _against(now: int | Fraction | None, before: int | Fraction | None, name: str) -> str:
    moved = change(now, before)
    return f"{moved} on {name}" if moved != "–" else ""


def parts_section(report: ClientReport) -> Section:
    """Return the cost in its parts, from the list price to the full cost."""
    currency, doubts = report.currency, doubts_of(report.found)
    steps = report.found.waterfall.steps
    full = report.found.waterfall.full.amount
    falls, rows, sums = [], [], set()
    for place, step in enumerate(steps):
        label, doubt = words.step_words(step.name), step.name in doubts.steps
        text = money(step.amount, currency, estimated=doubt)
        before = 0 if step.is_sum else step.before
        falls.append(Fall(label, step.amount, before, text, step.is_sum))
        if step.is_sum:
            sums.add(place)
        part = share(step.amount, full) if step.amount is not None and full and full > 0 else "–"
        each = money(step.per_unit, currency, estimated=doubt, more_places=1)
        rows.append((label, text, each, part))
    columns = (
        Column("Part", "left"), Column("Amount"), Column("Per conversation"),
        Column("Of full cost"),
    )  # fmt: skip
    table = Table(columns, tuple(rows), caption="Cost by part", sums=frozenset(sums))
    chart = Waterfall(
        "From list price to full cost",
        "Each bar begins where the one before ends; sums begin at zero. The table has the figures.",
        tuple(falls),
    )
    notes = []
    if report.left is not None and report.left.full:
        notes.append(
            f"{money(report.left.full, currency)} of it is borne by no conversation: none began "
            "in its time."
        )
    return Section("parts", "What it cost", blocks=(chart, table), notes=tuple(notes))

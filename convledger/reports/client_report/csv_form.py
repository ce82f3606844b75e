"""A report as rows of CSV: one section after the other, one row for each of its keys."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from convledger.economics.conversation_costs import LIST, TalkCost
from convledger.money import usd_text
from convledger.reports.client_report import comparison, words
from convledger.reports.client_report.asked import ANONYMOUS
from convledger.reports.client_report.facts import ClientReport
from convledger.reports.client_report.names import Names, safe
from convledger.reports.client_report.tally import Tally
from convledger.reports.periods import local_day
from convledger.reports.render import csv_out
from convledger.reports.render.csv_out import Cell
from convledger.reports.unit_costs.doubts import doubts_of

HEADER = (
    "section", "key", "detail", "conversations", "messages", "calls", "tokens", "people_minutes",
    "list_cost", "billed_cost", "full_cost", "cost_per_conversation", "value", "before", "currency",
    "estimated", "text",
)  # fmt: skip
Row = dict[str, Cell]


def csv_text(report: ClientReport) -> str:
    """Return the report as CSV; amounts are exact, what is unknown is empty."""
    stream = io.StringIO()
    rows = [[row.get(name) for name in HEADER] for row in _rows(report)]
    csv_out.write(stream, HEADER, rows)
    return stream.getvalue()


def _rows(report: ClientReport) -> Iterator[Row]:
    names = Names(report)
    yield from _head(report)
    yield {"section": "total", "key": "total", **_figures(report, report.total)}
    doubts = doubts_of(report.found)
    for step in report.found.waterfall.steps:
        yield {
            "section": "part",
            "key": step.name,
            "detail": "sum" if step.is_sum else "",
            "value": _money(step.amount),
            "cost_per_conversation": _money(step.per_unit),
            **_of_amount(report, step.name in doubts.steps),
        }
    for day, tally in report.days:
        yield {"section": "day", "key": day.isoformat(), **_figures(report, tally)}
    yield from _left(report, "day")
    for day, tally in report.days:
        for name, amount in sorted(tally.by_model.items()):
            yield {
                "section": "day and model",
                "key": day.isoformat(),
                "detail": safe(name),
                "list_cost": _money(amount),
                **_of_amount(report, tally.tokens_doubt),
            }
    for by, groups in report.groups.items():
        section = " and ".join(by)
        for group in groups:
            keys = [names.segment(kind, key) for kind, key in zip(by, group.keys, strict=True)]
            yield {
                "section": section,
                "key": keys[0],
                "detail": keys[1] if len(keys) > 1 else "",
                **_figures(report, group.tally),
            }
        yield from _left(report, section)
    for model in report.found.models:
        yield {
            "section": "list price by model",
            "key": safe(model.name),
            "conversations": len(model.ids),
            "calls": model.calls,
            "tokens": model.tokens,
            "list_cost": _money(model.at_list),
            **_of_amount(report, report.total.tokens_doubt),
        }
    yield from _lengths(report)
    for rank, cost in enumerate(report.largest, 1):
        yield _conversation(report, names, rank, cost)
    yield from _service(report)
    for each in comparison.compared(report):
        is_money = each.places is not None
        yield {
            "section": "month before",
            "key": each.name,
            "value": _money(each.now) if is_money else _plain(each.now),
            "before": _money(each.before) if is_money else _plain(each.before),
            "currency": report.currency if is_money else "",
        }
    for text in words.warnings(report):
        yield {"section": "note", "key": "important", "text": text}
    for text in words.method(report):
        yield {"section": "note", "key": "method", "text": text}


def _head(report: ClientReport) -> Iterator[Row]:
    query = report.query
    asked = query.costs
    facts = {
        "title": safe(query.title, 120),
        "client": safe(query.client),
        "month": asked.days.since.isoformat()[:7],
        "since": asked.days.since.isoformat(),
        "until": asked.days.until.isoformat(),
        "zone": asked.zone_name,
        "currency": report.currency,
        "made": words.moment(asked.now, report),
        "version": f"convledger {query.version}",
        "price book": report.prices.book,
    }
    for name, text in facts.items():
        if text:
            yield {"section": "report", "key": name, "text": text}
    for name, wanted in asked.scope.items():
        hidden = query.shown == ANONYMOUS and name in ("project", "user")
        if name != "client" and not hidden:
            text = ", ".join(safe(each) for each in wanted)
            yield {"section": "report", "key": f"only {name}", "text": text}


def _figures(report: ClientReport, tally: Tally) -> Row:
    return {
        "conversations": tally.units,
        "messages": tally.messages,
        "calls": tally.calls,
        "tokens": tally.known_tokens,
        "people_minutes": _plain(tally.minutes),
        "list_cost": _money(tally.at_list),
        "billed_cost": _money(tally.billed),
        "full_cost": _money(tally.full),
        "cost_per_conversation": _money(tally.per_unit),
        **_of_amount(report, tally.doubt),
    }


def _of_amount(report: ClientReport, doubt: bool) -> Row:
    return {"currency": report.currency, "estimated": "yes" if doubt else "no"}


def _left(report: ClientReport, section: str) -> Iterator[Row]:
    if report.left is not None:
        row: Row = {"section": section, "key": "borne by no conversation"}
        yield {**row, **_figures(report, report.left)}


def _lengths(report: ClientReport) -> Iterator[Row]:
    for measure, spread in report.found.spreads.items():
        is_money = measure == "cost"
        values = {f"p{percent}": value for percent, value in spread.percentiles.items()}
        for name, value in {**values, "mean": spread.mean}.items():
            yield {
                "section": "length",
                "key": measure,
                "detail": name,
                "value": _money(value) if is_money else _plain(value),
                "currency": report.currency if is_money else "",
            }
    for each in report.found.spreads["messages"].bins:
        yield {
            "section": "messages in a conversation",
            "key": each.name,
            "conversations": each.count,
        }


def _conversation(report: ClientReport, names: Names, rank: int, cost: TalkCost) -> Row:
    talk = cost.talk
    shown = names.conversation(talk, rank)
    return {
        "section": "largest conversation",
        "key": str(rank),
        "detail": shown,
        "messages": talk.messages,
        "calls": talk.calls,
        "tokens": None if talk.lacks_tokens else talk.tokens,
        "people_minutes": _plain(talk.minutes),
        "list_cost": _money(cost.known((LIST,)) if cost.is_known else None),
        "full_cost": _money(cost.full if cost.is_whole else None),
        "text": local_day(talk.opened_at, report.query.costs.zone).isoformat(),
        **_of_amount(report, talk.doubt or talk.minutes_assumed),
    }


def _service(report: ClientReport) -> Iterator[Row]:
    if not report.has_people:
        return
    for way in report.found.service.ways:
        yield {
            "section": "served",
            "key": way.name,
            "conversations": way.units,
            "full_cost": _money(way.cost),
            "cost_per_conversation": _money(way.per_unit),
            **_of_amount(report, report.total.doubt),
        }


def _money(pico: int | Fraction | None) -> Decimal | None:
    """Return picounits as an exact decimal, a ratio of them rounded to the picounit."""
    return None if pico is None else Decimal(usd_text(round(pico)))


def _plain(value: int | Fraction | None) -> Decimal | None:
    """Return a measure with at most two decimal places."""
    if value is None:
        return None
    hundredths = Decimal(round(Fraction(value) * 100)).scaleb(-2)
    return Decimal(f"{hundredths:f}".rstrip("0").rstrip("."))

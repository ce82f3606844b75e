"""Comparisons as tables for people, and their rows as JSON says them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convledger.cli import streams
from convledger.cli.doubt_words import known_text
from convledger.cli.names import plural
from convledger.cli.plan_words import money_words
from convledger.cli.printing import print_table
from convledger.money import usd_text
from convledger.reports.render.numbers import difference as difference_words
from convledger.reports.render.numbers import doubted, share
from convledger.reports.render.table import Column
from convledger.text.display import display_text
from convledger.words import unit_words

if TYPE_CHECKING:
    from convledger.plans.versions import Change
    from convledger.reports.plan_figures import BreakEven, Compared, Comparison, Sensitivity


def row_document(row: Compared) -> dict[str, Any]:
    """Return one plan of a comparison as JSON says it; amounts are exact decimals."""

    def amount(pico: int | None) -> str | None:
        return None if pico is None else usd_text(pico)

    return {
        "plan": row.plan_id,
        "name": row.name,
        "version": row.version,
        "rule": row.rule,
        "unit": row.unit_name,
        "units": row.units,
        "included": row.included,
        "over": row.over,
        "currency": row.currency,
        "fees": amount(row.fees),
        "usage": known_text(row.usage, row.doubt),
        "total": known_text(row.total, row.doubt),
        "per_conversation": amount(row.per_conversation),
        "per_message": amount(row.per_message),
        "difference": amount(row.difference),
        "cheapest": row.is_cheapest,
        "in_force": row.is_in_force,
        "breakage_credits": usd_text(row.breakage),
        "breakage_cost": usd_text(row.breakage_money),
        "reversals": row.reversals,
        "refused": usd_text(row.blocked),
        "served_at_less": usd_text(row.degraded),
        "owed_credits": usd_text(row.owed),
        "grace_credits": usd_text(row.grace),
        "unpriced_calls": row.unpriced_calls,
        "unpriced_units": row.unpriced,
        "note": row.note,
        "units_estimated": row.counted_doubt.is_estimated,
        "total_estimated": row.doubt.is_estimated,
        "difference_estimated": row.difference_doubt.is_estimated,
        "calls_without_tokens": row.uncounted_calls,
    }


def print_comparison(found: Comparison, bands: BreakEven | None) -> None:
    """Print plans side by side, the cheapest first, with what they were fed."""
    columns = [
        Column("plan", shrink=True, minimum=12),
        Column(""),
        Column("counts", shrink=True, minimum=14, optional=4),
        Column("units", "right"),
        Column("included", "right", optional=2),
        Column("over", "right", optional=3),
        Column("fees", "right", optional=1),
        Column("usage", "right", optional=1),
        Column("total", "right"),
        Column("per conv.", "right", optional=5),
        Column("per message", "right", optional=6),
        Column("vs now", "right", optional=1),
        Column("note", shrink=True, minimum=10, optional=7),
    ]
    rows = [_row(row) for row in found.rows]
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    print_table(
        [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]
    )
    for text in _below(found):
        streams.remark(display_text(text))
    if bands is not None and len(bands.bands) > 0:
        unit = unit_words(bands.unit_name)
        streams.say()
        streams.remark(
            display_text(f"Cheapest by how much of your kind of usage there is ({unit} a period):")
        )
        for text in band_lines(bands):
            streams.say(display_text(text))


def _row(row: Compared) -> list[str]:
    marks = [word for word, holds in (("cheapest", row.is_cheapest), ("in force", row.is_in_force))
             if holds]  # fmt: skip
    unit = unit_words(row.unit_name, row.units)
    difference = ""
    if row.difference is not None:
        difference = money_words(row.difference, row.currency, signed=True)
        difference = doubted(difference, row.difference, row.difference_doubt)
    notes = [row.note] if row.note else []
    if row.uncounted_calls:
        notes.append(f"{plural(row.uncounted_calls, 'call')} of unknown tokens left out")
    if row.priceless_calls:
        notes.append(f"{plural(row.priceless_calls, 'call')} without a price left out")
    return [
        row.name or row.plan_id,
        ", ".join(marks),
        row.rule,
        f"{doubted(f'{row.units:,}', row.units, row.counted_doubt)} {unit}".rstrip(),
        "–" if row.included is None else f"{row.included:,}",
        "–" if row.over is None else doubted(f"{row.over:,}", row.over, row.over_doubt),
        money_words(row.fees, row.currency),
        _amount(row, row.usage),
        _amount(row, row.total),
        _amount(row, row.per_conversation, more_places=1),
        _amount(row, row.per_message, more_places=2),
        difference,
        " · ".join(notes),
    ]


def _amount(row: Compared, amount: int | None, *, more_places: int = 0) -> str:
    return doubted(money_words(amount, row.currency, more_places=more_places), amount, row.doubt)


def _below(found: Comparison) -> list[str]:
    state = "closed" if found.is_closed else "so far"
    parts = [
        f"{found.name}, {state}",
        plural(found.conversations, "conversation"),
        plural(found.messages, "message"),
        plural(found.calls, "call"),
    ]
    if found.calls:
        parts.append(f"{share(found.calls - found.unpriced_calls, found.calls)} priced")
    if found.estimated_calls:
        parts.append(f"~ {found.estimated_calls:,} estimated")
    if found.uncounted_calls:
        parts.append(f"{found.uncounted_calls:,} without tokens")
    lines = [" · ".join(parts)]
    if len({row.currency for row in found.rows}) > 1:
        lines.append("the currencies differ: totals can't be weighed against each other")
    return lines


def band_lines(found: BreakEven) -> list[str]:
    """Return in words which plan is cheapest for how many units a period."""
    parts = []
    for each in found.bands:
        if each.until is None:
            reach = f"from {each.since_text}" if each.since else "for any number"
        elif each.since:
            reach = f"{each.since_text} to {each.until_text}"
        else:
            reach = f"up to {each.until_text}"
        parts.append(f"  {reach}: {each.name}")
    last = found.bands[-1] if found.bands else None
    if last is not None and last.until is not None:
        mark = "~" if last.until_is_estimate else ""
        parts.append(
            f"  from {mark}{last.until + 1:,}: none that refuses nothing and leaves nothing out"
        )
    return parts


def print_months(found: Sequence[tuple[str, Comparison]]) -> None:
    """Print the cheapest plan of each month beside the one in force."""
    columns = [
        Column("month"),
        Column("conversations", "right", optional=1),
        Column("cheapest", shrink=True, minimum=12),
        Column("total", "right"),
        Column("in force", shrink=True, minimum=12, optional=2),
        Column("its total", "right", optional=2),
        Column("saved", "right"),
    ]
    rows = []
    for name, comparison in found:
        best = next((row for row in comparison.rows if row.is_cheapest), None)
        own = next((row for row in comparison.rows if row.is_in_force), None)
        saved = ""
        if best is not None and own is not None and own.difference is None:
            less = (own.total or 0) - (best.total or 0)
            saved = difference_words(money_words(less, own.currency), less, own.doubt | best.doubt)
        rows.append(
            [
                name if comparison.is_closed else f"{name}, so far",
                f"{comparison.conversations:,}",
                "–" if best is None else best.name,
                "–" if best is None else _amount(best, best.total),
                "" if own is None else own.name,
                "" if own is None else _amount(own, own.total),
                saved,
            ]
        )
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    print_table(
        [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]
    )


def print_sweep(found: Sensitivity, span: str) -> None:
    """Print units and bill by inactivity timeout, with the plan's own marked."""
    from convledger.plans.lengths import elapsed_words

    held = found.steps[found.own]
    own = held.total
    columns = [
        Column("timeout"),
        Column("units", "right"),
        Column("total", "right"),
        Column("difference", "right"),
        Column(""),
    ]
    rows = []
    for place, step in enumerate(found.steps):
        change = None if step.total is None or own is None else step.total - own
        words = "" if not change else money_words(change, found.currency, signed=True)
        words = difference_words(words, change, step.doubt | held.doubt) if change else ""
        rows.append(
            [
                elapsed_words(step.timeout),
                f"{step.units:,}",
                doubted(money_words(step.total, found.currency), step.total, step.doubt),
                words,
                "the plan's own" if place == found.own else "",
            ]
        )
    print_table(columns, rows)
    unit = found.unit_name.replace("_", " ")  # which kind of units, not how many
    streams.remark(display_text(f"{unit} units of {found.plan_name} in {span}, by inactivity"))


def print_changes(changes: Sequence[Change]) -> None:
    """Print what differs between two versions."""
    columns = [
        Column("what", shrink=True, minimum=12),
        Column("before", shrink=True, minimum=12),
        Column("after", shrink=True, minimum=12),
    ]
    print_table(columns, [[each.what, each.before, each.after] for each in changes])

"""Unit economics as calm tables for people, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convledger.cli import streams
from convledger.cli.economics_asked import Asked
from convledger.cli.economics_spread import heading, print_lengths, print_outliers, print_users
from convledger.cli.economics_words import about, exactly, per_unit, plan_words
from convledger.cli.names import plural
from convledger.cli.plan_words import money_words
from convledger.cli.printing import print_table
from convledger.economics.closing import by_line
from convledger.economics.conversation_costs import (
    BOT,
    ESCALATED,
    PEOPLE,
    PEOPLE_ONLY,
    UNANSWERED,
)
from convledger.economics.cost_items import REVENUE
from convledger.economics.waterfall import FULL_SUM, MACHINE_SUM
from convledger.reports.render.numbers import compact, share
from convledger.reports.render.table import Column
from convledger.reports.unit_costs.costs import NO_RATE
from convledger.reports.unit_costs.doubts import Doubts, doubts_of
from convledger.reports.unit_costs.noted import PART_WORDS, decimal, step_words
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.economics.segments import SegmentRow
    from convledger.reports.unit_costs.summary import Economics

WAY_WORDS = {
    BOT: "bot only",
    ESCALATED: "escalated",
    PEOPLE_ONLY: "people only",
    UNANSWERED: "unanswered",
}
MOST_ROWS = 12


def print_economics(found: Economics, asked: Asked, *, components: bool, everything: bool) -> None:
    """Print everything, the most important first."""
    _say_what(found)
    if not found.costs.is_empty:
        _print_waterfall(found)
        if components:
            _print_components(found)
    if found.costs.costs:
        _print_service(found)
        _print_return(found)
        print_lengths(found)
        _print_efficiency(found)
        _print_pivot(found, asked.by, everything=everything)
        print_outliers(found, everything=everything)
        print_users(found, everything=everything)
    elif found.costs.adjusted:
        _print_pivot(found, asked.by, everything=everything)
    if found.notes:
        streams.say()
    for note in found.notes:
        # Of nothing there is nothing to compare with, whatever was entered.
        if found.costs.costs or note.about not in ("return", "margin"):
            streams.remark(display_text(note.text + _way_out(note.about, found)))
    for currency in found.costs.missing_rates:
        streams.remark(
            f"`convledger cost rate {currency} {found.currency} RATE --since DAY` says what one "
            f"{currency} is worth."
        )


def _way_out(subject: str, found: Economics) -> str:
    """Return which command enters what a note misses."""
    costs = found.costs
    if subject == "conversations" and (narrowed := [k for k, v in costs.query.scope.items() if v]):
        return f" `convledger economics --by {narrowed[0]}` lists the names there are."
    if subject == "return" and found.back is None:
        if costs.baseline_minutes is None:
            return " `convledger cost minutes --baseline 9` sets it."
        if costs.hourly is None and costs.no_hourly == NO_RATE:
            return " `convledger cost hourly 25` sets it."
    if subject == "margin" and found.revenue.amount is None and REVENUE not in costs.unknown:
        return " `convledger cost add revenue NAME AMOUNT` enters it."
    return ""


def _say_what(found: Economics) -> None:
    coverage = found.coverage
    parts = [found.name, plural(coverage.conversations, "conversation")]
    if coverage.calls:
        parts.append(f"{share(coverage.priced_calls, coverage.calls)} of calls priced")
    if coverage.doubt:
        parts.append("~ in part estimated")
    streams.say(" · ".join(parts))


def _print_waterfall(found: Economics) -> None:
    heading("From list cost to full cost")
    rows, doubts = [], doubts_of(found)
    for place, step in enumerate(found.waterfall.steps):
        sign = step.is_sum or place == 0
        amount = money_words(step.amount, found.currency, signed=not sign)
        rows.append(
            [
                "=" if step.is_sum else "",
                step_words(step, found.waterfall),
                amount if step.amount is None else about(amount, step.name in doubts.steps),
                about(
                    per_unit(step.per_unit, found.currency, signed=not sign),
                    step.name in doubts.steps,
                ),
            ]
        )
    columns = [Column(""), Column("part"), Column("all", "right"), Column("a conv.", "right")]
    print_table(columns, rows)
    for part, left in found.costs.unallocated.items():
        streams.remark(
            f"{money_words(left, found.currency)} of it is unallocated: no conversation bears it "
            f"({PART_WORDS[part]})"
        )
    for line, changed in by_line(found.costs.adjustments, named=True).items():
        pico = sum(each.amount for each in changed)
        how = money_words(pico, found.currency, signed=True) if pico else "divided anew"
        name = line.name or PART_WORDS[line.part]
        kind = "revenue " if line.part == REVENUE else ""
        streams.remark(display_text(f"adjustment of {line.month:%B %Y}, {kind}{name}: {how}"))
    if any(step.name == "plan" for step in found.waterfall.steps):
        streams.remark("list and billed are two views of the same calls and are never added")
    for use in found.plans:
        streams.remark(plan_words(use, found.costs.query.zone, found.currency))


def _print_components(found: Economics) -> None:
    heading("List cost by component")
    rows = [
        [
            f"  of it {row.name}" if row.within else row.name.replace("_", " "),
            money_words(row.pico, "USD"),
            exactly(row.share),
            f"{len(row.ids):,}",
        ]
        for row in found.components.rows
    ]
    columns = [
        Column("component"),
        Column("list cost", "right"),
        Column("share", "right"),
        Column("conv.", "right"),
    ]
    total = ["all", money_words(found.components.total, "USD"), "", ""]
    print_table(columns, rows, total)


def _print_service(found: Economics) -> None:
    service, doubts = found.service, doubts_of(found)
    if service.served.total == service.way(BOT).units and not service.way(UNANSWERED).units:
        return
    heading("Bot, escalated, blended")
    full = found.waterfall.full.amount
    rows = [
        [
            WAY_WORDS[way.name],
            f"{way.units:,}",
            share(way.units, service.conversations),
            about(money_words(way.cost, found.currency), way.name in doubts.ways),
            "–" if way.cost is None or not full else share(way.cost, full),
            about(per_unit(way.per_unit, found.currency), way.name in doubts.ways),
        ]
        for way in service.ways
        if way.units
    ]
    blended = about(per_unit(service.blended, found.currency), bool(doubts.ways))
    rows.append(["= blended", f"{service.served.total:,}", "", "", "", blended])
    columns = [
        Column("served by"),
        Column("conv.", "right"),
        Column("share", "right"),
        Column("full cost", "right"),
        Column("share", "right"),
        Column("per conv.", "right"),
    ]
    print_table(columns, rows)
    if service.multiplier is not None:
        streams.remark(f"an escalated one costs {decimal(service.multiplier)} × a bot-only one")
    served = service.served
    streams.remark(
        f"automation {exactly(served.automation_rate)} of all served · of those with a bot: "
        f"containment {exactly(served.containment_rate)}, escalation "
        f"{exactly(served.escalation_rate)}, resolution {exactly(served.resolution_rate)}"
        f"{' (nobody has said how they ended)' if served.silent else ''}"
    )
    if served.reversed:
        streams.remark(
            f"{plural(served.reversed, 'resolution')} of this time or an earlier one "
            f"{'was' if served.reversed == 1 else 'were'} reversed in it, and taken off"
        )


def _print_return(found: Economics) -> None:
    back, costs = found.back, found.costs
    if back is None and found.revenue.amount is None:
        return
    heading("Return")
    rows = []
    if back is not None:
        minutes = decimal(costs.baseline_minutes or 0)
        hour = money_words(costs.hourly, found.currency)
        how = f"{found.service.known:,} × {minutes} min × {hour}/h"
        rows += [
            ["All by people", how, about(money_words(round(back.baseline), found.currency))],
            [
                "As it was",
                "machine and people",
                about(money_words(round(back.actual), found.currency), found.coverage.doubt),
            ],
            [
                "Saved",
                f"ROI {exactly(back.roi)} of the cost",
                about(money_words(round(back.savings), found.currency)),
            ],
        ]
    if found.revenue.amount is not None:
        earned = found.revenue
        rows += [
            [
                "Revenue",
                f"{per_unit(earned.per_unit, found.currency)} a conversation",
                money_words(earned.amount, found.currency),
            ],
            [
                "Margin",
                f"{exactly(earned.margin)} of revenue",
                money_words(earned.left, found.currency),
            ],
        ]
    print_table([Column(""), Column("how"), Column("amount", "right")], rows)
    if back is not None:
        streams.remark("what people alone would have cost is an estimate")


def _print_efficiency(found: Economics) -> None:
    cached = found.efficiency
    if not found.coverage.calls:
        return
    heading("Efficiency")
    saved, again = cached.savings, cached.retries
    rows = [
        [
            "Cache savings",
            money_words(None if saved is None else round(saved.net), "USD"),
            f"{exactly(cached.hit_rate)} of input came from the cache",
        ],
        [
            "Repeated context",
            "–" if cached.repeated is None else f"{decimal(cached.repeated)} ×",
            f"{compact(cached.sent)} tokens of input billed, {compact(cached.distinct)} new",
        ],
        [
            "Attempts in vain",
            exactly(again.overhead),
            "unknown: no source tells"
            if again.superseded is None
            else f"{plural(again.calls, 'call')}, {money_words(again.superseded, 'USD')}",
        ],
    ]
    print_table([Column("what"), Column("how much", "right"), Column("of what")], rows)


def _print_pivot(found: Economics, by: Sequence[str], *, everything: bool) -> None:
    heading(f"By {' and '.join(by)}")
    table, doubts = found.table(by), doubts_of(found)
    shown = table.rows if everything else table.rows[:MOST_ROWS]
    columns = [
        *(Column(name, shrink=True, minimum=8, path=name == "project") for name in by),
        Column("conv.", "right"),
        Column("escalated", "right", optional=2),
        Column("machine", "right", optional=1),
        Column("people", "right", optional=1),
        Column("full", "right"),
        Column("per conv.", "right"),
        Column("margin", "right", optional=3),
    ]
    rows = [[*row.keys, *_numbers(row, found.currency, doubts)] for row in shown]
    total = ["all", *[""] * (len(by) - 1), *_numbers(table.total, found.currency, doubts)]
    kept = [
        place
        for place, column in enumerate(columns)
        if column.title not in ("escalated", "people", "margin")
        or any(row[place] not in ("", "–", "$0.00", "0") for row in [*rows, total])
    ]
    print_table(
        [columns[place] for place in kept],
        [[row[place] for place in kept] for row in rows],
        [total[place] for place in kept],
    )
    if len(shown) < len(table.rows):
        streams.remark(f"{len(table.rows) - len(shown):,} more rows: `--all` shows them")


def _numbers(row: SegmentRow, currency: str, doubts: Doubts) -> list[str]:
    is_known = row.known > 0 or not row.units
    amounts = {
        MACHINE_SUM: row.machine if is_known else None,
        PEOPLE: row.people if row.whole or not row.units else None,
        FULL_SUM: row.cost,
    }
    return [
        f"{row.units:,}",
        f"{row.escalated:,} · {exactly(row.escalation)}" if row.escalated else "0",
        *(
            about(money_words(pico, currency), row.doubt and name in doubts.steps and bool(pico))
            for name, pico in amounts.items()
        ),
        about(
            per_unit(row.per_unit, currency),
            row.doubt and FULL_SUM in doubts.steps and bool(row.per_unit),
        ),
        exactly(row.margin),
    ]

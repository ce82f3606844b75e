"""Lengths, costs, outliers and heavy users as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.cli import streams
from convledger.cli.economics_words import exactly
from convledger.cli.names import plural
from convledger.cli.plan_words import money_words
from convledger.cli.printing import print_table
from convledger.economics.ratios import Number
from convledger.reports.render.numbers import compact
from convledger.reports.render.table import Column
from convledger.reports.unit_costs.noted import decimal
from convledger.reports.unit_costs.spreads import COST, MEASURES, MESSAGES, MINUTES, TOKENS
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.reports.unit_costs.summary import Economics

MOST = 5
BAR = 32


def heading(title: str) -> None:
    """Print what the next block is about."""
    streams.say()
    streams.say(streams.bold(title))


def print_lengths(found: Economics) -> None:
    """Print percentiles of every measure, and how conversations are spread by messages."""
    heading("Length and cost of a conversation")
    rows = []
    for name in MEASURES:
        spread = found.spreads[name]
        values = [*spread.percentiles.values(), spread.mean]
        rows.append([name, *(_value(name, value, found.currency) for value in values)])
    columns = [Column(""), *(Column(name, "right") for name in ("p50", "p90", "p99", "mean"))]
    print_table(columns, rows)
    heading("Length, in messages")
    bins = found.spreads[MESSAGES].bins
    highest = max((each.count for each in bins), default=0)
    sign = "#" if streams.ascii_only() else "▇"
    with_bars = streams.is_terminal_out()
    columns = [Column("messages"), Column("conv.", "right"), Column("")]
    counted = [
        [each.name, f"{each.count:,}", sign * -(-each.count * BAR // highest) if highest else ""]
        for each in bins
    ]
    wanted = slice(None) if with_bars else slice(2)
    print_table(columns[wanted], [row[wanted] for row in counted])


def _value(measure: str, value: Number | None, currency: str) -> str:
    if value is None:
        return "–"
    if measure == COST:
        return money_words(round(value), currency)
    if measure == TOKENS:
        return compact(round(value))
    return f"{decimal(value)} min" if measure == MINUTES else decimal(value)


def print_outliers(found: Economics, *, everything: bool) -> None:
    """Print who costs many times the median, and why."""
    outliers = found.outliers
    heading("Outliers")
    times = decimal(outliers.multiple)
    median = None if outliers.median is None else round(outliers.median)
    limit = f"{times} × the median list cost of {money_words(median, found.currency)}"
    if not outliers.found:
        streams.remark(f"no conversation costs {limit} or more")
        return
    shown = outliers.found if everything else outliers.found[:MOST]
    columns = [
        Column("conversation", shrink=True, minimum=16),
        Column("source", optional=1),
        Column("why", shrink=True, minimum=20),
        Column("times", "right"),
        Column("list cost", "right"),
    ]
    rows = [
        [
            row.title or row.name.partition(":")[2],
            row.source,
            row.why,
            f"{decimal(round(row.multiple))} ×",
            money_words(row.at_list, found.currency),
        ]
        for row in shown
    ]
    print_table(columns, rows)
    streams.remark(
        f"{len(outliers.found):,} of {outliers.members:,} cost {limit} or more: "
        f"{exactly(outliers.share)} of the list cost, "
        f"{money_words(outliers.at_list, found.currency)}"
    )
    if len(shown) < len(outliers.found):
        streams.remark("`--all` shows them all, `--behind outliers` lists the conversations")


def print_users(found: Economics, *, everything: bool) -> None:
    """Print the users that cost most, beside the one in the middle."""
    users = found.heavy.users
    if not users:
        return
    heading("Heavy users")
    shown = users if everything else users[:MOST]
    rows = [
        [
            user.name,
            f"{len(user.ids):,}",
            money_words(user.cost, found.currency),
            "–" if user.multiple is None else f"{decimal(user.multiple)} ×",
        ]
        for user in shown
    ]
    columns = [
        Column("user", shrink=True, minimum=12),
        Column("conv.", "right"),
        Column("full cost", "right"),
        Column("median user", "right"),
    ]
    print_table(columns, rows)
    median = None if found.heavy.median is None else round(found.heavy.median)
    streams.remark(
        display_text(
            f"{plural(len(users), 'user')}; the one in the middle costs "
            f"{money_words(median, found.currency)}"
        )
    )

"""A usage report as a table for people, with what its total does not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convledger.cli import streams
from convledger.cli.names import short_id, tilde
from convledger.cli.printing import print_table
from convledger.money import usd_display
from convledger.pricing.names import UNNAMED
from convledger.reports.render.numbers import compact, count, marked
from convledger.reports.render.table import Column
from convledger.reports.usage import PERIODS, UsageReport, UsageRow
from convledger.reports.usage_doubt import how_to_count, how_to_name
from convledger.text.display import clip, display_text

if TYPE_CHECKING:
    from convledger.ledger import Ledger

MOST_ROWS = 100  # on a terminal; more than that nobody reads, and --all shows them
NARROW = 110
TITLES = {"window5h": "5 hours from", "week": "week from"}


def print_usage(ledger: Ledger, report: UsageReport, *, everything: bool = False) -> None:
    """Print a report as a table with its total, then what the total leaves out."""
    if not report.rows:
        streams.say("No calls match. `convledger report` without filters shows all there are.")
        return
    rows = _ordered(report)
    left_out = 0
    if not everything and streams.is_terminal_out() and len(rows) > MOST_ROWS:
        left_out = len(rows) - MOST_ROWS
        rows = rows[-MOST_ROWS:] if report.query.by[0] in PERIODS else rows[:MOST_ROWS]
    wide = streams.table_width()
    narrow = wide is not None and wide < NARROW
    number = compact if narrow and not everything else count
    keys = report.query.by
    columns = [_key_column(key) for key in keys]
    if "conversation" in keys:
        columns.append(Column("title", shrink=True, minimum=30))
    columns += _columns(report.total, everything)
    cells = [
        _keys(row, keys, narrow) + _numbers(row, report.total, everything, number) for row in rows
    ]
    numbers = _numbers(report.total, report.total, everything, number)
    total = ["total", *[""] * (len(columns) - len(numbers) - 1), *numbers]
    print_table(columns, cells, total)
    if left_out:
        streams.remark(f"{left_out:,} more rows: `--all` shows them")
    for text in coverage(ledger, report):
        streams.remark(text)


def coverage(ledger: Ledger, report: UsageReport) -> list[str]:
    """Return what the total does not hold or only estimates, a line for each."""
    total, lines = report.total, []
    if total.lacking:
        lines.append(f"tokens of some calls are in no source, and unknown: {how_to_count()}")
    if total.counted and not total.estimated_calls:
        lines.append("~ tokens are counted from texts where the source records none")
    if total.unpriced_calls or total.estimated_calls:
        unpriced, estimated = ledger.doubtful_models(report.query)
        if total.unpriced_calls:
            names = _names(unpriced)
            no_tokens = " or no tokens" if ledger.lacks_tokens() else ""
            have = "has" if total.unpriced_calls == 1 else "have"
            lines.append(
                f"{total.unpriced_calls:,} of {total.calls:,} calls {have} no price{no_tokens}: "
                f"{names}; `convledger sources --unpriced`"
            )
            can_name = UNNAMED in unpriced and not total.lacking  # no price helps without tokens
            unnamed = ledger.unnamed_sources(report.query) if can_name else []
            if unnamed:
                lines.append(how_to_name(unnamed))
        if total.estimated_calls:
            names = _names(estimated)
            why = "model or mode is not in the prices as such"
            if ledger.counts_tokens():
                why = f"tokens are counted from texts, or their {why}"
            are = "is" if total.estimated_calls == 1 else "are"
            lines.append(
                f"~ {total.estimated_calls:,} of {total.calls:,} calls {are} estimated, their "
                f"{why}: {names}"
            )
    return lines


def _names(models: list[str]) -> str:
    """Return models for a sentence, at most four by name."""
    names = [clip(display_text(model or "unnamed"), 40) for model in models]
    more = f" and {len(names) - 4:,} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more


def _ordered(report: UsageReport) -> list[UsageRow]:
    """Return the rows as people read them: by time, or the costliest first, group by group."""
    if any(key in PERIODS for key in report.query.by):
        return report.rows
    rows = sorted(report.rows, key=lambda row: (-(row.list_pico or 0), -row.tokens))
    first = report.query.by[0]
    groups: dict[str | None, list[UsageRow]] = {}
    for row in rows:
        groups.setdefault(row.keys[first], []).append(row)
    return [row for group in groups.values() for row in group]


def _key_column(key: str) -> Column:
    if key in ("project", "model", "tag", "client"):
        return Column(key, shrink=True, minimum=18 if key == "model" else 12)
    return Column(TITLES.get(key, key))


def _columns(total: UsageRow, everything: bool) -> list[Column]:
    """Return the columns of numbers; those that would be empty are left out."""
    columns = [
        Column("calls", "right"),
        Column("conversations", "right", optional=3),
        Column("input", "right", optional=1),
        Column("output", "right", optional=1),
    ]
    if everything:
        columns.append(Column("reasoning", "right", optional=4))
    columns.append(Column("cache read", "right", optional=2))
    if everything:
        columns += [
            Column("write 5 min", "right", optional=4),
            Column("write 1 h", "right", optional=4),
        ]
    else:
        columns.append(Column("cache write", "right", optional=2))
    columns.append(Column("list cost", "right"))
    if total.reported_pico is not None:
        columns.append(Column("reported", "right", optional=5))
    return columns


def _numbers(
    row: UsageRow, total: UsageRow, everything: bool, number: Callable[[int], str]
) -> list[str]:

    def known(tokens: int) -> str:
        return marked(number(tokens), tokens, counted=row.counted, lacking=row.lacking)

    cells = [count(row.calls), count(row.conversations)]
    cells += [known(row.input), known(row.output)]
    if everything:
        cells.append(number(row.reasoning))
    cells.append(number(row.cache_read))
    if everything:
        cells += [number(row.cache_write_5m), number(row.cache_write_1h)]
    else:
        cells.append(number(row.cache_write_5m + row.cache_write_1h))
    mark = "~" if row.estimated_calls else ""
    cells.append(mark + usd_display(row.list_pico))
    if total.reported_pico is not None:
        cells.append(usd_display(row.reported_pico))
    return cells


def _keys(row: UsageRow, keys: tuple[str, ...], narrow: bool) -> list[str]:
    cells = [_key_text(key, row.keys[key], narrow) for key in keys]
    if "conversation" in keys:
        cells.append(row.title or "untitled")
    return cells


def _key_text(key: str, value: str | None, narrow: bool) -> str:
    if not value:
        return "–"
    if key == "conversation":
        return short_id(value)
    if key in ("hour", "window5h"):
        return value.replace("T", " ")
    if key == "project":
        return _last_parts(value) if narrow else tilde(value)
    return value


def _last_parts(path: str) -> str:
    """Return the last two parts of a path: where there is little room they say the most."""
    parts = [part for part in path.replace("\\", "/").split("/") if part]
    return f"…/{'/'.join(parts[-2:])}" if len(parts) > 2 else path

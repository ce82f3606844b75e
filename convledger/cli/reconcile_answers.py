"""What `reconcile` prints: the comparison, and its differences opened down to the calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convledger.cli import streams
from convledger.cli.names import short_id
from convledger.cli.printing import print_documents_as_csv, print_json, print_table
from convledger.cli.wrapping import wrapped
from convledger.clock import to_datetime
from convledger.economics.reconciling import CALLS, COST, EQUAL, KINDS, REQUESTS, Cell, Comparison
from convledger.money import PICO, usd_display, usd_text
from convledger.reports.render.numbers import compact, count
from convledger.reports.render.table import Column
from convledger.text.display import clip, display_text

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.reconciling.ledger_side import CallBehind
    from convledger.reports.reconciling.result import Reconciliation

WORDS = {
    "cache_read": "cache read",
    "cache_write": "cache write",
    "cache_write_5m": "write 5 min",
    "cache_write_1h": "write 1 h",
    REQUESTS: "premium requests",
}
_MOST_NAMED, _MOST_REJECTED = 3, 3


def show(
    ledger: Ledger,
    found: Reconciliation,
    *,
    only_differences: bool,
    calls: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print a comparison in the form that was asked for."""
    from convledger.reports.reconciling.result import CSV_HEADER, csv_rows

    opened = {each: ledger.calls_behind(found, each) for each in found.differing} if calls else None
    if as_json:
        document = found.document(opened)
        if only_differences:
            document["rows"] = [row for row in document["rows"] if row["verdict"] != EQUAL]
        print_json(document)
    elif as_csv:
        print_documents_as_csv(csv_rows(found, only_differences=only_differences), CSV_HEADER)
    else:
        _print(found, only_differences=only_differences, opened=opened)


def _print(
    found: Reconciliation,
    *,
    only_differences: bool,
    opened: dict[Comparison, list[CallBehind]] | None,
) -> None:
    for line in _folded(_covered(found)):
        streams.say(line)
    rows = []
    for each in found.comparisons:
        if not (each.is_equal and only_differences):
            rows += _lines(found, each)
    if rows:
        print_table(
            [
                Column("day"),
                Column("model", shrink=True, minimum=12),
                Column("what"),
                Column("there", "right"),
                Column("here", "right"),
                Column("", shrink=True, minimum=8),
            ],
            rows,
        )
    streams.say(_summary(found))
    for line in _totals(found):
        streams.say(line)
    for text in _remarks(found):
        streams.remark(text)
    if opened is not None:
        _print_calls(found, opened)
    elif found.differing:
        streams.remark("`--calls` opens each difference down to the ledger's calls")


def _folded(text: str) -> Iterator[str]:
    """Yield the lines of a sentence, folded where the width of tables is limited."""
    wide = streams.table_width()
    yield from [text] if wide is None else wrapped(text, wide)


def _covered(found: Reconciliation) -> str:
    """Say which days and models a file covers."""
    name = display_text(found.file)
    models = len(found.scope.models or ())
    of = f"{models:,} {'model' if models == 1 else 'models'}" if models else "all models together"
    days = str(found.since)
    if found.last_day != found.since:
        days += f" to {found.last_day}"
    return f"{name}: {found.bill.title}, {days} ({found.query.zone_name}), {of}"


def _lines(found: Reconciliation, each: Comparison) -> list[list[str]]:
    """Return a day and model in lines: one where all is equal, else one for each difference."""
    name = found.name_of(each.model)
    cells = each.differing or _telling(each)
    lines = []
    for number, cell in enumerate(cells):
        day, model = (str(each.day), name) if not number else ("", "")
        verdict = cell.verdict
        if len(cells) > 1 and not number and each.verdict == "counted otherwise":
            verdict = f"{each.verdict}: {cell.verdict}"
        lines.append([day, model, _kind(cell.kind), *_pair(cell), verdict])
    return lines


def _telling(each: Comparison) -> tuple[Cell, ...]:
    """Return the one figure that stands for a day and model where all is equal."""
    for kind in (COST, "tokens", "output", CALLS, REQUESTS):
        for cell in each.cells:
            if cell.kind == kind:
                return (cell,)
    return each.cells[:1]


def _kind(kind: str) -> str:
    return WORDS.get(kind, kind)


def _pair(cell: Cell) -> tuple[str, str]:
    """Return both figures, with as many digits as it takes to tell them apart."""
    there, here = figure(cell.kind, cell.there), figure(cell.kind, cell.here)
    if there == here and cell.there != cell.here and not cell.is_equal and cell.kind == COST:
        return _exact(cell.there), _exact(cell.here)
    return there, here


def _exact(pico: int | None) -> str:
    return "–" if pico is None else f"${usd_text(pico)}"


def figure(kind: str, amount: int | None) -> str:
    """Return an amount of a kind for people."""
    if amount is None:
        return "–"
    if kind == COST:
        return (
            usd_display(amount)
            if abs(amount) >= PICO // 100 or not amount
            else usd_display(amount, 6)
        )
    if kind == REQUESTS:
        return usd_text(amount * PICO // 1000)
    return count(amount)


def _summary(found: Reconciliation) -> str:
    counts = found.counts
    whole = len(found.comparisons)
    what = "day and model" if whole == 1 else "days and models"
    if counts[EQUAL] == whole:
        return f"{whole:,} {what} compared: all equal"
    parts = [f"{n:,} {verdict}" for verdict, n in counts.items() if n]
    return f"{whole:,} {what} compared: {', '.join(parts)}"


def _totals(found: Reconciliation) -> list[str]:
    """Return the sums of both sides: tokens together, calls, money with its tolerance."""
    cells = {cell.kind: cell for cell in found.totals}
    lines = []
    kinds = [cell for kind, cell in cells.items() if kind in KINDS]
    if kinds:
        there, here = (sum(side) for side in zip(*((c.there or 0, c.here or 0) for c in kinds),
                                                  strict=True))  # fmt: skip
        lines.append(f"  tokens: {count(there)} there, {count(here)} here")
    if cell := cells.get(CALLS):
        lines.append(f"  calls: {figure(CALLS, cell.there)} there, {figure(CALLS, cell.here)} here")
    if cell := cells.get(REQUESTS):
        lines.append(
            f"  premium requests: {figure(REQUESTS, cell.there)} there; calls: "
            f"{figure(REQUESTS, cell.here)} here"
        )
    if cell := cells.get(COST):
        there_words, here_words = _pair(cell)
        tolerance = (cell.slack + 1) // 2
        least = "<$0.000001" if tolerance < PICO // 10**6 else _exact(tolerance)
        about = f", give or take {least} of rounding" if tolerance else ""
        lines.append(f"  cost: {there_words} there, {here_words} here at list prices{about}")
    return lines


def _remarks(found: Reconciliation) -> list[str]:
    """Return what the figures do not hold, a sentence each."""
    bill, lines = found.bill, list(found.bill.notes)
    if bill.rejected:
        rows = "1 row is" if len(bill.rejected) == 1 else f"{len(bill.rejected):,} rows are"
        some = "; ".join(
            f"line {each.line}: {clip(display_text(each.reason), 80)}"
            for each in bill.rejected[:_MOST_REJECTED]
        )
        lines.append(f"{rows} not read: {some}")
    if bill.passed_over:
        are = (
            "row is a sum or another product"
            if bill.passed_over == 1
            else ("rows are sums or other products")
        )
        lines.append(f"{bill.passed_over:,} {are}, and passed over")
    if found.unmatched:
        names = _names(
            name if is_known else f"{name} (not in the price book)"
            for name, is_known in found.unmatched
        )
        help_ = (
            ""
            if all(known for _, known in found.unmatched)
            else (". An alias in prices.toml brings names together")
        )
        lines.append(f"No call of those days is of {names}{help_}")
    if found.missing_rates:
        lines.append(
            f"No rate turns {', '.join(found.missing_rates)} into dollars on those days, so that "
            f"money is unknown: `convledger cost rate {found.missing_rates[0]} USD RATE --since "
            f"{found.since}` says one"
        )
    if REQUESTS in bill.told:
        lines.append("Premium requests are not calls: only whether both sides have any is compared")
    if found.untold and bill.told & {*KINDS}:
        lines.append(f"{found.untold:,} tokens of kinds that the file does not tell are left out")
    if found.doubtful:
        lines.append(f"~ the tokens of {found.doubtful:,} calls are estimated or unknown")
    if found.partial_day:
        lines.append(f"{found.partial_day} is not over: what comes later is in neither or in one")
    if found.scope.sources:
        lines.append(f"Compared with the calls of {', '.join(found.scope.sources)} alone")
    if found.left_out:
        calls = sum(each.calls for each in found.left_out)
        pico = sum(each.list_pico for each in found.left_out)
        names = _names(dict.fromkeys(each.model for each in found.left_out))
        lines.append(
            f"Not compared: {calls:,} other {'call' if calls == 1 else 'calls'} of those days, "
            f"{usd_display(pico)} at list prices: {names}; nor any other day"
        )
    else:
        lines.append("Other days of the ledger are not compared")
    return lines


def _names(names: Any) -> str:
    every = [clip(display_text(name), 60) for name in names]
    more = f" and {len(every) - _MOST_NAMED:,} more" if len(every) > _MOST_NAMED else ""
    return ", ".join(every[:_MOST_NAMED]) + more


def _print_calls(found: Reconciliation, opened: dict[Comparison, list[CallBehind]]) -> None:
    """Print the ledger's calls behind each difference."""
    zone = found.query.zone
    for each, calls in opened.items():
        name = display_text(found.name_of(each.model))
        streams.say()
        streams.say(streams.bold(f"{each.day} {name}: {each.verdict}"))
        if not calls:
            streams.say("  no call here")
            continue
        print_table(
            [
                Column("at"),
                Column("call", shrink=True, minimum=14, path=True),
                Column("conversation"),
                Column("input", "right", optional=2),
                Column("cached", "right", optional=3),
                Column("output", "right", optional=1),
                Column("list cost", "right"),
            ],
            [
                [
                    to_datetime(call.at).astimezone(zone).strftime("%H:%M:%S"),
                    call.id,
                    short_id(call.conversation),
                    compact(call.tokens["input"]),
                    compact(call.total - call.tokens["input"] - call.tokens["output"]),
                    compact(call.tokens["output"]),
                    figure(COST, call.list_pico),
                ]
                for call in calls
            ],
        )

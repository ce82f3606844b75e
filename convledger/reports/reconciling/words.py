"""A comparison with a provider's table in words: figures, sums, and what they do not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convledger.economics.reconciling import CALLS, COST, EQUAL, KINDS, REQUESTS, Cell, Comparison
from convledger.money import PICO, usd_display, usd_text
from convledger.reports.render.numbers import count
from convledger.text.display import clip, display_text

if TYPE_CHECKING:
    from convledger.reports.reconciling.result import Reconciliation

_KINDS = {
    "cache_read": "cache read",
    "cache_write": "cache write",
    "cache_write_5m": "write 5 min",
    "cache_write_1h": "write 1 h",
    REQUESTS: "premium requests",
}
_MOST_NAMED, _MOST_REJECTED = 3, 3


def covered(found: Reconciliation) -> str:
    """Say which days and models a file covers."""
    name = display_text(found.file)
    models = len(found.scope.models or ())
    of = f"{models:,} {'model' if models == 1 else 'models'}" if models else "all models together"
    days = str(found.since)
    if found.last_day != found.since:
        days += f" to {found.last_day}"
    return f"{name}: {found.bill.title}, {days} ({found.query.zone_name}), {of}"


def telling(each: Comparison) -> tuple[Cell, ...]:
    """Return the one figure that stands for a day and model where all is equal."""
    for kind in (COST, "tokens", "output", CALLS, REQUESTS):
        for cell in each.cells:
            if cell.kind == kind:
                return (cell,)
    return each.cells[:1]


def kind_words(kind: str) -> str:
    """Return what a figure counts."""
    return _KINDS.get(kind, kind)


def pair_words(cell: Cell) -> tuple[str, str]:
    """Return both figures, with as many digits as it takes to tell them apart."""
    there, here = figure_words(cell.kind, cell.there), figure_words(cell.kind, cell.here)
    if there == here and cell.there != cell.here and not cell.is_equal and cell.kind == COST:
        return exact_words(cell.there), exact_words(cell.here)
    return there, here


def exact_words(pico: int | None) -> str:
    """Return picodollars to their last digit, a dash where they are unknown."""
    return "–" if pico is None else f"${usd_text(pico)}"


def figure_words(kind: str, amount: int | None) -> str:
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


def summary_words(found: Reconciliation) -> str:
    """Return how many days and models are equal, missing, or otherwise."""
    counts = found.counts
    whole = len(found.comparisons)
    what = "day and model" if whole == 1 else "days and models"
    if counts[EQUAL] == whole:
        return f"{whole:,} {what} compared: all equal"
    parts = [f"{n:,} {verdict}" for verdict, n in counts.items() if n]
    return f"{whole:,} {what} compared: {', '.join(parts)}"


def total_lines(found: Reconciliation) -> list[str]:
    """Return the sums of both sides: tokens together, calls, money with its tolerance."""
    cells = {cell.kind: cell for cell in found.totals}
    lines = []
    kinds = [cell for kind, cell in cells.items() if kind in KINDS]
    if kinds:
        there, here = (sum(side) for side in zip(*((c.there or 0, c.here or 0) for c in kinds),
                                                  strict=True))  # fmt: skip
        lines.append(f"tokens: {count(there)} there, {count(here)} here")
    if cell := cells.get(CALLS):
        lines.append(
            f"calls: {figure_words(CALLS, cell.there)} there, {figure_words(CALLS, cell.here)} here"
        )
    if cell := cells.get(REQUESTS):
        lines.append(
            f"premium requests: {figure_words(REQUESTS, cell.there)} there; calls: "
            f"{figure_words(REQUESTS, cell.here)} here"
        )
    if cell := cells.get(COST):
        there_words, here_words = pair_words(cell)
        tolerance = (cell.slack + 1) // 2
        least = "<$0.000001" if tolerance < PICO // 10**6 else exact_words(tolerance)
        about = f", give or take {least} of rounding" if tolerance else ""
        lines.append(f"cost: {there_words} there, {here_words} here at list prices{about}")
    return lines


def remarks(found: Reconciliation) -> list[str]:
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

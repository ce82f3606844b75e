"""What `reconcile` prints: the comparison, and its differences opened down to the calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convledger.cli import streams
from convledger.cli.names import short_id
from convledger.cli.printing import print_documents_as_csv, print_json, print_table
from convledger.cli.wrapping import wrapped
from convledger.clock import to_datetime
from convledger.economics.reconciling import COST, EQUAL, Comparison
from convledger.reports.reconciling.words import (
    covered,
    figure_words,
    kind_words,
    pair_words,
    remarks,
    summary_words,
    telling,
    total_lines,
)
from convledger.reports.render.numbers import compact
from convledger.reports.render.table import Column
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.reconciling.ledger_side import CallBehind
    from convledger.reports.reconciling.result import Reconciliation


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
    for line in _folded(covered(found)):
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
    streams.say(summary_words(found))
    for line in total_lines(found):
        streams.say(f"  {line}")
    for text in remarks(found):
        streams.remark(text)
    if opened is not None:
        _print_calls(found, opened)
    elif found.differing:
        streams.remark("`--calls` opens each difference down to the ledger's calls")


def _folded(text: str) -> Iterator[str]:
    """Yield the lines of a sentence, folded where the width of tables is limited."""
    wide = streams.table_width()
    yield from [text] if wide is None else wrapped(text, wide)


def _lines(found: Reconciliation, each: Comparison) -> list[list[str]]:
    """Return a day and model in lines: one where all is equal, else one for each difference."""
    name = found.name_of(each.model)
    cells = each.differing or telling(each)
    lines = []
    for number, cell in enumerate(cells):
        day, model = (str(each.day), name) if not number else ("", "")
        verdict = cell.verdict
        if len(cells) > 1 and not number and each.verdict == "counted otherwise":
            verdict = f"{each.verdict}: {cell.verdict}"
        lines.append([day, model, kind_words(cell.kind), *pair_words(cell), verdict])
    return lines


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
                    figure_words(COST, call.list_pico),
                ]
                for call in calls
            ],
        )

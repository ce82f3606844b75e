"""The commands `memory review` and `memory hygiene`."""

from __future__ import annotations

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.memory_words import ROW, cost_words, document_of, flat, reason_words
from convledger.cli.printing import print_documents_as_csv, print_json, print_table

USUAL = 30


@click.command(short_help="What wants a look, and why.")
@click.option("--reason", multiple=True, metavar="NAME", help="Only for these reasons.")
@click.option("--limit", type=click.IntRange(1), help=f"At most so many.  [default: {USUAL}]")
@options.json_flag
@options.csv_flag
def review(reason: tuple[str, ...], limit: int | None, as_json: bool, as_csv: bool) -> int:
    """List the entries that want a look, those first whose reasons weigh and cost most.

    In the app a review is a sitting, one key for each verdict: 3 for Memory, then v. Here
    `memory confirm`, `edit`, `merge`, `snooze`, `archive`, `choose` and `no-pair` decide.
    """
    from convledger.memory.drafts import one_of
    from convledger.memory.reasons import WEIGHTS
    from convledger.reports.render.table import Column
    from convledger.text.secrets import veiled
    from convledger.zones import machine_zone

    options.one_form(as_json, as_csv)
    zone, _ = machine_zone()
    kinds = [one_of(each, tuple(WEIGHTS), "reason") for each in options.parts(reason)]
    with chosen.open_ledger() as ledger:
        ledger.memory.count_tokens()
        queue = ledger.memory.queue(clock.now_us(), zone, kinds)
    most = limit or (None if as_json or as_csv else USUAL)
    shown = queue[:most]
    documents = [document_of(one.entry, one.reasons, one.cost) for one in shown]
    if as_json:
        print_json({"schema": 1, "left": len(queue), "queue": documents})
    elif as_csv:
        print_documents_as_csv([flat(each) for each in documents], ROW)
    elif shown:
        columns = [
            Column("number", "right"),
            Column("title", shrink=True, minimum=16),
            Column("why", shrink=True, minimum=20),
            Column("tokens", "right", optional=2),
            Column("a month", "right", optional=1),
        ]
        rows = [
            [
                str(one.entry.id),
                veiled(one.entry.title),
                reason_words(one.reasons),
                "–" if one.entry.tokens is None else f"{one.entry.tokens:,}",
                cost_words(one.cost),
            ]
            for one in shown
        ]
        print_table(columns, rows)
        if len(queue) > len(shown):
            streams.remark(f"{len(queue) - len(shown):,} more: `--limit {len(queue)}` shows all")
    else:
        streams.say("Nothing wants a look.")
    return 0


@click.command(short_help="How clean memory is: seven ratios and their mean.")
@options.json_flag
def hygiene(as_json: bool) -> int:
    """Show what share of entries has a source, a date, was checked lately, and so on."""
    from convledger.reports.render.numbers import share
    from convledger.reports.render.table import Column
    from convledger.zones import machine_zone

    zone, _ = machine_zone()
    with chosen.open_ledger() as ledger:
        found = ledger.memory.hygiene(clock.now_us(), zone)
    if as_json:
        print_json(
            {
                "schema": 1,
                "entries": found.entries,
                "percent": str(round(found.score * 100, 1)),
                "ratios": [
                    {"name": one.name, "good": one.good, "of": one.of, "others": list(one.others)}
                    for one in found.ratios
                ],
            }
        )
        return 0
    rows = [[one.name, f"{one.good:,} of {one.of:,}", share(one.share)] for one in found.ratios]
    columns = [Column("entries"), Column("", "right"), Column("share", "right")]
    print_table(columns, rows, ["mean", "", share(found.score)])
    return 0

"""The command `memory export`: entries as JSON Lines, CSV or Markdown."""

from __future__ import annotations

import sys
from functools import partial

import click

from convledger import clock
from convledger.cli import chosen, streams
from convledger.cli.memory_words import entry_filters, query_of
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.plain_names import plural
from convledger.errors import UsageProblem


@click.command(short_help="Write entries as JSON Lines, CSV or Markdown.")
@click.argument("names", metavar="[ENTRY ...]", nargs=-1)
@partial(entry_filters, usual="all, archived too")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv", "md"]), default="jsonl",
              show_default=True, help="JSON Lines to take in again, CSV for a spreadsheet, "
              "Markdown to read.")  # fmt: skip
@click.option("--output", default="-", metavar="PATH",
              help="A file, a folder, or - for standard output.  [default: -]")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.option("--reveal", is_flag=True, help="Secrets in full; else they have dots.")
def export(
    names: tuple[str, ...],
    state: tuple[str, ...],
    kind: tuple[str, ...],
    scope: tuple[str, ...],
    tag: tuple[str, ...],
    where: tuple[str, ...],
    form: str,
    output: str,
    force: bool,
    reveal: bool,
) -> int:
    """Write the named entries, or all that match: with sources, versions, dates, tags and state.

    `memory import` takes JSON Lines in again, on any workspace: the same entries, states and
    versions. Not in it: pairs and findings that you settled, packs, the history of changes. With
    secrets dotted it is no whole copy: --reveal makes one. In CSV the column `exact` has what a
    cell can't say as it is. Files can be read by you alone, and an erasure names them.

    \b
    convledger memory export --reveal --output memory.jsonl
    convledger memory export --scope client:acme --format md --output notes/
    """
    from convledger.cli.printing import json_text
    from convledger.memory.words import STATES
    from convledger.reports.export import AlreadyThere
    from convledger.reports.memory_export import Wish, destination, write
    from convledger.reports.render import json_out
    from convledger.zones import machine_zone

    zone, _ = machine_zone()
    now = clock.now_us()
    if names and (state or kind or scope or tag or where):
        raise UsageProblem("name entries or filter them, not both")
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        if names:
            ids = list(dict.fromkeys(memory.entry(name).id for name in names))
        else:
            query = query_of(state or STATES, kind, scope, tag, where)
            ids = [entry.id for entry in memory.find(query, now, zone)]
        if not ids:
            streams.note("No entry matches.")
            return FAILED
        stream = sys.stdout if output == "-" else None
        target = destination(output, form, len(ids), force=force, stream=stream)
        wish = Wish(reveal, now, zone, json_out.dumps if stream is None else json_text)
        try:
            for _ in write(memory.connection, memory.path, ids, target, wish):
                pass
        except AlreadyThere as problem:
            raise UsageProblem(f"{problem}; --force replaces it") from problem
    if stream is None:
        words = plural(len(ids), "entry", "entries")
        streams.note(f"{words} in {output}{'' if reveal else ', secrets dotted'}")
    return DONE

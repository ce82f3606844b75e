"""The commands `pack verify` and `pack log`: is a file still what was written, and what was."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.pack_words import complete_pack, render_document
from convledger.cli.printing import print_documents_as_csv, print_json, print_table
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.memory.packs import Verdict

ROW = ("number", "pack", "at", "format", "tokens", "budget", "method", "version", "target")


@click.command(short_help="Say whether a file still is what a pack wrote.")
@click.argument("file", type=click.Path())
@click.option("--pack", "name", metavar="NAME", shell_complete=complete_pack, help="Of this pack.")
@options.json_flag
def verify(file: str, name: str | None, as_json: bool) -> int:
    """Say of each pack in FILE whether it is as it was written, edited since, or stale, and why.

    Ends with 0 where all are as they would be written now, else with 1. `-` reads standard input.
    """
    from convledger.memory import packs
    from convledger.memory.pack_files import LARGEST, read_file
    from convledger.memory.pack_needs import counter
    from convledger.memory.pack_words import change_words, verdict_words
    from convledger.text.display import display_text

    if file == "-":
        content: bytes | None = sys.stdin.buffer.read(LARGEST)
    else:
        place = Path(file).expanduser()
        content = read_file(place, place)
    if content is None:
        raise UsageProblem(f"there is no file {file}")
    count, _ = counter()
    with chosen.open_ledger() as ledger:
        found = packs.verify(ledger.connection, content, clock.now_us(), count, name=name)
    is_current = all(each.state == "current" for each in found)
    if as_json:
        print_json({"schema": 1, "file": file, "packs": [_document(each) for each in found]})
    else:
        for each in found:
            streams.say(display_text(verdict_words(each)))
            for change in each.changes:
                streams.say(display_text(f"  {change_words(change)}"))
    return DONE if is_current else FAILED


def _document(verdict: Verdict) -> dict[str, Any]:
    return {
        "state": verdict.state,
        "pack": verdict.pack or None,
        "is_last": verdict.is_last,
        "written": None if verdict.render is None else render_document(verdict.render),
        "changes": [
            {"entry": each.entry_id or None, "title": each.title, "why": each.why}
            for each in verdict.changes
        ],
    }


@click.command(short_help="List when packs were written, and where to.")
@click.argument("name", required=False, shell_complete=complete_pack)
@click.option("--entry", metavar="ENTRY", help="Only those with this entry in them.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, metavar="N")
@options.json_flag
@options.csv_flag
def log(name: str | None, entry: str | None, limit: int, as_json: bool, as_csv: bool) -> int:
    """List what was written, the latest first: of all packs, of one, or with an entry in it.

    The log outlives the pack. `pack render NAME --again NUMBER` prints what was written then.
    """
    options.one_form(as_json, as_csv)
    from convledger.memory import packs
    from convledger.memory.naming import entry_named
    from convledger.store.packs import renders_where

    with chosen.open_ledger() as ledger:
        if entry is not None:
            found = entry_named(ledger.connection, entry)
            documents = [
                {**render_document(each.render), "version": each.version}
                for each in packs.exposures(ledger.connection, found.id)
                if name in (None, each.render.name)
            ][:limit]
        else:
            condition, values = ("1", ()) if name is None else ("name=?", (name,))
            renders = renders_where(ledger.connection, condition, values, limit)
            documents = [render_document(each) for each in renders]
    if as_json:
        print_json({"schema": 1, "renders": documents})
    elif as_csv:
        print_documents_as_csv(documents, ROW)
    elif not documents:
        streams.say("Nothing was written.")
    else:
        _print(documents)
    return DONE


def _print(documents: list[dict[str, Any]]) -> None:
    from convledger.cli.names import tilde
    from convledger.reports.render.table import Column

    columns = [
        Column("number", "right"),
        Column("at (UTC)"),
        Column("pack", shrink=True, minimum=8),
        Column("format", optional=1),
        Column("tokens", "right"),
        Column("of", "right", optional=2),
        Column("version", "right", optional=3),
        Column("to", shrink=True, minimum=10),
    ]
    has_version = "version" in documents[0]
    rows = [
        [
            str(each["number"]),
            each["at"][:19].replace("T", " "),
            each["pack"],
            each["format"],
            f"{each['tokens']:,}",
            f"{each['budget']:,}",
            str(each.get("version", "")),
            tilde(each["target"]),
        ]
        for each in documents
    ]
    if not has_version:
        del columns[6]
        rows = [[*row[:6], row[7]] for row in rows]
    print_table(columns, rows)

"""`sources --discover`: what lies on this machine, before any of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.cli import chosen, streams
from convledger.cli.printing import print_documents_as_csv, print_json, print_table

if TYPE_CHECKING:
    from convledger.ingest.front_door import Holding

_COLUMNS = ("source", "kind", "root", "files", "bytes", "read")


def discover(*, as_json: bool, as_csv: bool) -> None:
    """Look at the places of all known tools, and say what is there and what is read of it."""
    from convledger.cli.leaving import documents_of, tell
    from convledger.ingest.front_door import not_there, on_this_machine

    with chosen.open_ledger() as ledger:
        there, missing = on_this_machine(ledger.discover())
        left_out, documents = ledger.leaving.entries(), documents_of(ledger)
        read = {(row.source, row.root): row.calls or row.conversations for row in ledger.sources()}
    known = [bool(read.get((each.source, str(each.root)))) for each in there]
    places = not_there(missing)
    if as_json:
        found = [
            each.document() | {"read": is_read} for each, is_read in zip(there, known, strict=True)
        ]
        print_json({"schema": 1, "found": found, "nothing_at": places, "left_out": documents})
        return
    if as_csv:
        rows = [
            each.document() | {"read": is_read} for each, is_read in zip(there, known, strict=True)
        ]
        print_documents_as_csv(rows, _COLUMNS)
        return
    _print(there, known)
    if there:
        streams.say()
    present = {each.title for each in there}
    if absent := [title for title in places if title not in present]:
        streams.say(f"Nothing of {', '.join(absent)}.")
    if there and not all(known):
        streams.remark("`convledger import` reads what is there")
    tell(left_out)
    streams.remark("exports and other files: `convledger import PATH`")


def _print(there: list[Holding], known: list[bool]) -> None:
    from convledger.cli.names import tilde
    from convledger.reports.render.numbers import bytes_text, count
    from convledger.reports.render.table import Column
    from convledger.text.display import display_text

    if not there:
        streams.say("No logs of AI conversations were found on this machine.")
        return
    columns = [
        Column("source"),
        Column("files", "right"),
        Column("size", "right"),
        Column("read"),
        Column("folder", shrink=True, minimum=24, path=True),
    ]
    cells = [
        [each.title, count(each.files), bytes_text(each.bytes), "yes" if is_read else "–",
         tilde(str(each.root))]
        for each, is_read in zip(there, known, strict=True)
    ]  # fmt: skip
    print_table(columns, cells)
    for each in there:
        for path, reason in each.problems[:3]:
            streams.note(f"{display_text(tilde(path))}: {display_text(reason)}")

"""The commands `pack list` and `pack show`: what packs there are, and what became of each entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE
from convledger.cli.pack_words import complete_pack, pack_document
from convledger.cli.printing import print_documents_as_csv, print_json, print_table

if TYPE_CHECKING:
    from convledger.economics.packing import Fate
    from convledger.memory.packs import Built
    from convledger.store.packs import Render

ROW = (
    "name", "budget", "format", "ceiling", "wanted", "always", "never", "written_at", "tokens",
    "target",
)  # fmt: skip
FATE = (
    "entry", "name", "title", "fate", "reasons", "tokens", "value", "pinned", "mode", "next_in",
)  # fmt: skip


@click.command(name="list", short_help="List packs.")
@options.json_flag
@options.csv_flag
def list_(as_json: bool, as_csv: bool) -> int:
    """List packs with their budgets, what they choose from, and when each was last written."""
    options.one_form(as_json, as_csv)
    from convledger.memory.pack_words import wanted_words
    from convledger.memory.packs import pack_lines

    with chosen.open_ledger() as ledger:
        lines = pack_lines(ledger.connection)
    documents = [
        {**pack_document(one.pack), "always": one.always, "never": one.never, **_last(one.last)}
        for one in lines
    ]
    if as_json:
        print_json({"schema": 1, "packs": documents})
        return DONE
    for document, one in zip(documents, lines, strict=True):
        document["wanted"] = wanted_words(one.pack.wanted)
    if as_csv:
        print_documents_as_csv(documents, ROW)
        return DONE
    if not documents:
        streams.say("There are no packs yet: `convledger pack new NAME --budget 2000` makes one.")
        return DONE
    _print(documents)
    return DONE


def _last(render: Render | None) -> dict[str, Any]:
    if render is None:
        return {"written_at": None, "tokens": None, "target": None}
    return {
        "written_at": clock.iso_text(render.at),
        "tokens": render.tokens,
        "target": render.target,
    }


def _print(documents: list[dict[str, Any]]) -> None:
    from convledger.reports.render.table import Column

    columns = [
        Column("pack", shrink=True, minimum=8),
        Column("budget", "right"),
        Column("chooses from", shrink=True, minimum=16),
        Column("up to", optional=3),
        Column("format", optional=4),
        Column("last written (UTC)", optional=1),
        Column("to", shrink=True, minimum=8, optional=2),
    ]
    rows = [
        [
            each["name"],
            f"{each['budget']:,}",
            each["wanted"],
            each["ceiling"],
            each["format"],
            (each["written_at"] or "never")[:16].replace("T", " "),
            each["target"] or "",
        ]
        for each in documents
    ]
    print_table(columns, rows)
    streams.remark("`convledger pack show NAME` says what became of every entry")


@click.command(short_help="Say of every entry whether it is in, cut or blocked, and why.")
@click.argument("name", shell_complete=complete_pack)
@click.option("--budget", type=click.IntRange(1), metavar="N", help="As if it had so many tokens.")
@options.json_flag
@options.csv_flag
def show(name: str, budget: int | None, as_json: bool, as_csv: bool) -> int:
    """Say what became of every entry: in, cut by the budget, or blocked and why.

    For one that is in, the last column names the entry that would come in without it.
    """
    options.one_form(as_json, as_csv)
    from convledger.memory import packs
    from convledger.memory.pack_needs import counter
    from convledger.memory.pack_words import pack_notes

    count, method = counter()
    with chosen.open_ledger() as ledger:
        pack = packs.pack_named(ledger.connection, name)
        built = packs.build(
            ledger.connection, pack, clock.now_us(), count, method=method, budget=budget
        )
        notes = pack_notes(ledger.connection, built)
    fates = built.chosen.fates()
    documents = [_fate(built, fate) for fate in fates]
    if as_csv:
        rows = [{**each, "reasons": "; ".join(each["reasons"])} for each in documents]
        print_documents_as_csv(rows, FATE)
        return DONE
    if as_json:
        print_json(
            {
                "schema": 1,
                **pack_document(pack),
                "budget": built.head.budget,
                "tokens": built.tokens,
                "left": built.left,
                "frame": built.frame,
                "method": method,
                "entries": documents,
            }
        )
        return DONE
    _show(built, documents, notes)
    return DONE


def _fate(built: Built, fate: Fate) -> dict[str, Any]:
    entry = built.entries[fate.id]
    return {
        "entry": entry.id,
        "name": entry.name,
        "title": built.title(entry.id),
        "fate": fate.outcome,
        "reasons": list(fate.reasons),
        "tokens": fate.tokens,
        "value": fate.value,
        "pinned": entry.pinned,
        "mode": built.modes.get(entry.id, "auto"),
        "next_in": fate.next_in,
    }


def _show(built: Built, documents: list[dict[str, Any]], notes: list[str]) -> None:
    from convledger.memory.pack_words import wanted_words
    from convledger.reports.render.table import Column
    from convledger.text.display import display_text

    head = built.head
    inside = sum(1 for each in documents if each["fate"] == "in")
    streams.say(streams.bold(display_text(head.name)))
    streams.say(
        f"  {built.tokens:,} of {head.budget:,} tokens ({head.method}), {inside:,} of "
        f"{len(documents):,} entries, the frame about {built.frame:,}"
    )
    streams.say(
        display_text(f"  from {wanted_words(built.pack.wanted)}, up to {built.pack.ceiling}")
    )
    columns = [
        Column("entry", "right"),
        Column("fate"),
        Column("title", shrink=True, minimum=16),
        Column("tokens", "right"),
        Column("value", "right", optional=2),
        Column("said", optional=3),
        Column("why, or the next one in", shrink=True, minimum=14, optional=1),
    ]
    if documents:
        streams.say()
        print_table(columns, [_cells(each) for each in documents])
    else:
        streams.say("  No entry is wanted by it.")
    for text in notes:
        streams.note(display_text(text))


def _cells(document: dict[str, Any]) -> list[str]:
    why = "; ".join(document["reasons"])
    if document["fate"] == "cut":
        why = "over the budget"
    elif document["next_in"] is not None:
        why = f"without it: {document['next_in']}"
    mode = document["mode"] if document["mode"] != "auto" else ""
    return [
        str(document["entry"]),
        document["fate"],
        document["title"],
        f"{document['tokens']:,}",
        str(document["value"]),
        mode or ("pinned" if document["pinned"] else ""),
        why,
    ]

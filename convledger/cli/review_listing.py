"""The commands `review list`, `review show`, `review next` and `review disagreements`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.printing import print_documents_as_csv, print_json, print_table
from convledger.cli.review_words import (
    as_option,
    batch_option,
    due_words,
    item_facts,
    item_number,
    state_words,
)
from convledger.text.display import display_text

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.ledger import Ledger
    from convledger.workflow.review_words import Item


@click.command(name="list")
@batch_option
@click.option("--owner", "owners", multiple=True, metavar="NAME", help="Only what is theirs.")
@click.option("--open", "only_open", is_flag=True, help="Only what somebody still owes.")
@click.option("--overdue", is_flag=True, help="Only what should be done by now.")
@as_option
@click.option("--tz", metavar="ZONE", help="Zone of days.  [default: yours]")
@options.json_flag
@options.csv_flag
def list_(
    batch: str | None,
    owners: tuple[str, ...],
    only_open: bool,
    overdue: bool,
    as_name: str,
    tz: str | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    """List what is to be reviewed: whose it is, by when, how it stands.

    You do not see what others say of an item of yours before you have said your own.
    """
    from convledger.zones import zone_of

    options.one_form(as_json, as_csv)
    zone, _ = zone_of(tz)
    now = clock.now_us()
    names = set(options.parts(owners))
    with chosen.open_ledger() as ledger:
        found = [
            each
            for each in ledger.review_items(as_name, batch=_batch(ledger, batch))
            if (not names or names & set(each.stored.owners))
            and (not only_open or (names & set(each.waiting) if names else each.waiting))
            and (not overdue or each.is_overdue(now))
        ]
    _print(found, zone, now, as_json=as_json, as_csv=as_csv)
    return 0


def _batch(ledger: Ledger, name: str | None) -> int | None:
    return None if name is None else ledger.review_batch(name).id


def _print(
    found: list[Item], zone: tzinfo, now: int, *, as_json: bool, as_csv: bool = False
) -> None:
    from convledger.reports.render.table import Column
    from convledger.reports.reviews.documents import ITEM_ROW, item_document, item_row

    if as_json:
        print_json({"schema": 1, "items": [item_document(each, now) for each in found]})
    elif as_csv:
        print_documents_as_csv([item_row(each, now) for each in found], ITEM_ROW)
    elif found:
        print_table(
            [
                Column("no.", "right"), Column("sample", shrink=True, optional=2),
                Column("conversation", shrink=True, minimum=10),
                Column("title", shrink=True, minimum=10, optional=3), Column("due", optional=4),
                Column("waits for", shrink=True, optional=1), Column("state"), Column("verdict"),
            ],
            [
                [
                    str(each.stored.id), each.batch.title, each.stored.conversation,
                    each.stored.title, due_words(each.batch, zone), ", ".join(each.waiting),
                    state_words(each, now), each.standing or "–",
                ]
                for each in found
            ],
        )  # fmt: skip
    else:
        streams.say("Nothing is to be reviewed.")


@click.command()
@click.argument("item")
@as_option
@click.option("--from", "source", type=click.Path(path_type=Path), metavar="FILE",
              help="Read the conversation from the file it came in.")  # fmt: skip
@click.option("--tz", metavar="ZONE", help="Zone of the times.  [default: yours]")
@options.json_flag
def show(item: str, as_name: str, source: Path | None, tz: str | None, as_json: bool) -> int:
    """Show an item with the verdicts on it; `convledger show` reads the conversation itself."""
    from convledger.reports.reviews.documents import item_document
    from convledger.zones import zone_of

    zone, _ = zone_of(tz)
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        found = ledger.review_item(item_number(item), as_name)
    if as_json:
        print_json({"schema": 1, **item_document(found, now)})
        return 0
    _say(found, zone, now)
    if source is not None:
        _read(found, source)
    return 0


def _say(found: Item, zone: tzinfo, now: int) -> None:
    rows = list(item_facts(found, zone, now))
    size = max(len(display_text(name)) for name, _ in rows)
    for name, value in rows:
        streams.say(f"{display_text(name).ljust(size)}  {display_text(value)}")


def _read(found: Item, source: Path) -> None:
    from convledger.cli.wrapping import wrapped
    from convledger.workflow.review_travel import texts_in

    there = False
    for entry in texts_in(source.expanduser(), found.stored.name):
        there = True
        kind, name, text = (
            each if isinstance(each, str) else ""
            for each in map(entry.get, ("kind", "name", "text"))
        )
        at = entry.get("at") if isinstance(entry.get("at"), str) else ""
        streams.say()
        streams.say(streams.bold(display_text(" ".join(filter(None, (at, kind, name))))))
        for line in wrapped(text, min(streams.width(), 100)):
            streams.say(line)
    if not there:
        streams.note(f"{source}: holds no text of this item; it was written without --with-texts")


@click.command(name="next")
@as_option
@batch_option
@click.option("--tz", metavar="ZONE", help="Zone of the times.  [default: yours]")
@options.json_flag
def next_(as_name: str, batch: str | None, tz: str | None, as_json: bool) -> int:
    """Show what you are to review next: what is due first."""
    from convledger.reports.reviews.documents import item_document
    from convledger.who import person
    from convledger.zones import zone_of

    zone, _ = zone_of(tz)
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        found = ledger.next_review(as_name, batch=_batch(ledger, batch))
    if as_json:
        print_json({"schema": 1, "item": None if found is None else item_document(found, now)})
    elif found is None:
        streams.say(display_text(f"Nothing waits for {as_name or person()}."))
    else:
        _say(found, zone, now)
        stored = found.stored
        if stored.conversation_id is not None:
            streams.note(display_text(f"`convledger show {stored.conversation}` reads it."))
        streams.note(f"`convledger review verdict {stored.id} pass|minor|major|fail` judges it.")
    return 0


@click.command(short_help="What reviewers differ on.")
@as_option
@batch_option
@click.option("--tz", metavar="ZONE", help="Zone of days.  [default: yours]")
@options.json_flag
def disagreements(as_name: str, batch: str | None, tz: str | None, as_json: bool) -> int:
    """List the items on which reviewers differ and nobody has decided."""
    from convledger.zones import zone_of

    zone, _ = zone_of(tz)
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        found = ledger.disagreements(as_name, batch=_batch(ledger, batch))
    if as_json or not found:
        if not as_json:
            streams.say("Reviewers differ on nothing that is not decided.")
            return 0
        _print(found, zone, now, as_json=True)
        return 0
    for place, each in enumerate(found):
        if place:
            streams.say()
        _say(each, zone, now)
    streams.note("`convledger review adjudicate ITEM VERDICT` decides one.")
    return 0

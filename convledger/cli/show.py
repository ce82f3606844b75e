"""The command `show`: a conversation to read, with what each turn cost."""

from __future__ import annotations

import sys

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.updating import bring_up_to_date

READABLE = 100


@click.command(short_help="Read a conversation with the cost of each turn.")
@options.conversation_argument()
@click.option("--calls", is_flag=True, help="Show the id of each call, for `convledger why`.")
@click.option("--thinking/--no-thinking", default=True, help="With or without the thinking.")
@click.option("--all", "everything", is_flag=True, help="Nothing shortened, nothing left out.")
@click.option("--width", type=click.IntRange(40, 1000), help="Columns to wrap at.")
@click.option("--tz", metavar="ZONE", help="Zone of the times.  [default: yours]")
@options.json_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def show(
    name: str,
    calls: bool,
    thinking: bool,
    everything: bool,
    width: int | None,
    tz: str | None,
    as_json: bool,
    no_sync: bool,
) -> None:
    """Print a conversation: who said what and when, tools, and the cost of each turn.

    CONVERSATION is an id or the first characters of one, as `report --by conversation` and
    `search` print it.
    """
    from convledger.zones import zone_of

    zone, zone_name = zone_of(tz)
    with chosen.open_ledger() as ledger:
        if not no_sync:
            bring_up_to_date(ledger, texts=True)
        found = ledger.conversation(name)
        cost = ledger.full_cost(found.id, clock.now_us(), zone, zone_name)
        handed = ledger.handoffs_of(found.id, zone)
        reviewed = ledger.review_items(conversation_id=found.id)
        entries = ledger.transcript(found.id, hidden=everything or as_json)
        if as_json:
            from convledger.cli.printing import print_json
            from convledger.reports.handoffs.documents import handoff_document
            from convledger.reports.reviews.documents import item_document

            said = [entry.document() for entry in entries]
            full = None if cost is None else cost.document()
            print_json(
                {
                    "schema": 1, **found.document(), "full": full,
                    "handoffs": [handoff_document(each) for each in handed],
                    "reviews": [item_document(each, clock.now_us()) for each in reviewed],
                    "entries": said,
                }
            )  # fmt: skip
            return
        from convledger.cli.full_cost_words import cost_facts
        from convledger.cli.handoff_words import in_short
        from convledger.cli.review_words import review_facts
        from convledger.cli.transcript import Look, head_lines, transcript_lines

        look = Look(
            width=width or min(streams.width(), READABLE),
            zone=zone,
            zone_name=zone_name,
            shows_calls=calls,
            shows_thinking=thinking,
            shows_all=everything,
        )
        facts = [] if cost is None else list(cost_facts(cost))
        facts += [("hand-off", in_short(each, zone)) for each in handed]
        facts += review_facts(reviewed, zone)
        for line in head_lines(found, look, facts):
            sys.stdout.write(line + "\n")
        for line in transcript_lines(entries, look):
            sys.stdout.write(line + "\n")

"""The commands `handoff list` and `handoff show`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.printing import print_documents_as_csv, print_json, print_table

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.reports.handoffs.known import Handoff


@click.command(name="list", short_help="All of them, the latest first.")
@options.since_until
@options.several("--reason", "Only for these reasons.")
@options.several("--person", "Only to these people.")
@options.several("--origin", "Only typed, imported, told or inferred ones.")
@options.several("--client", "Only of conversations of these clients.")
@options.several("--source", "Only of conversations of these sources.")
@options.several("--project", "Only of these projects: a path, its last part, or with `*`.")
@options.several("--tag", "Only of conversations with one of these tags.")
@click.option("--all", "everything", is_flag=True, help="What was taken away too.")
@options.json_flag
@options.csv_flag
def list_(
    since: str | None,
    until: str | None,
    tz: str | None,
    reason: tuple[str, ...],
    person: tuple[str, ...],
    origin: tuple[str, ...],
    everything: bool,
    as_json: bool,
    as_csv: bool,
    **scope: tuple[str, ...],
) -> int:
    """List hand-offs, the latest first: those entered, told by a source, and inferred."""
    from convledger.cli.cost_words import scope_of
    from convledger.reports.handoffs.documents import ROW, handoff_document
    from convledger.reports.handoffs.known import ORIGINS, HandoffQuery
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.unit_costs.entered import one_of
    from convledger.zones import zone_of

    options.one_form(as_json, as_csv)
    zone, zone_name = zone_of(tz)
    now = clock.now_us()
    query = HandoffQuery(
        zone,
        None if since is None else read_since(since, zone, now),
        None if until is None else read_until(until, zone, now),
        options.parts(reason),
        options.parts(person),
        tuple(one_of(each, ORIGINS, "origin") for each in options.parts(origin)),
        scope_of(scope),
        everything,
    )
    with chosen.open_ledger() as ledger:
        found = ledger.handoffs(query)
    documents = [handoff_document(each) for each in found]
    if as_json:
        print_json({"schema": 1, "timezone": zone_name, "handoffs": documents})
    elif as_csv:
        print_documents_as_csv(documents, ROW)
    elif found:
        _print(found, zone)
    else:
        streams.say("No hand-off is known.")
        streams.note("`convledger handoff add CONVERSATION --to PERSON` enters one.")
    return 0


def _print(found: list[Handoff], zone: tzinfo) -> None:
    from convledger.cli.handoff_words import bot_words, length_words, people_words
    from convledger.cli.plain_names import plural
    from convledger.cli.plan_words import moment_words
    from convledger.reports.render.table import Column

    print_table(
        [
            Column("no.", "right"), Column("at"), Column("conversation", shrink=True, minimum=12),
            Column("to", shrink=True, optional=2), Column("reason", shrink=True),
            Column("waited", "right", optional=3), Column("handled", "right"),
            Column("people", "right"), Column("bot", "right", optional=4), Column("origin"),
        ],
        [
            [
                "" if each.number is None else f"{each.number}{' gone' if each.is_gone else ''}",
                moment_words(each.at, zone), each.conversation, each.person, each.reason or "–",
                length_words(each.wait_seconds), length_words(each.handle_seconds),
                people_words(each), bot_words(each), each.origin,
            ]
            for each in found
        ],
    )  # fmt: skip
    here = [each for each in found if not each.is_gone]
    counts = Counter(each.origin for each in here)
    of = ", ".join(f"{count:,} {origin}" for origin, count in counts.items())
    gone = f"; {len(found) - len(here):,} taken away or changed since" if here != found else ""
    streams.remark(f"{plural(len(here), 'hand-off')}{': ' if of else ''}{of}{gone}")


@click.command(short_help="One of them, or all of a conversation.")
@click.argument("name", metavar="NUMBER|CONVERSATION")
@click.option("--tz", metavar="ZONE", help="Zone of the times.  [default: yours]")
@options.json_flag
def show(name: str, tz: str | None, as_json: bool) -> int:
    """Show a hand-off by its number, or all of a conversation."""
    from convledger.cli.cost_words import MOST_DIGITS
    from convledger.cli.handoff_words import handoff_facts
    from convledger.reports.handoffs.documents import handoff_document
    from convledger.zones import zone_of

    zone, _ = zone_of(tz)
    with chosen.open_ledger() as ledger:
        if name.isascii() and name.isdigit() and len(name) < min(4, MOST_DIGITS):
            found = [ledger.handoff(int(name), zone)]
        else:
            found = ledger.handoffs_of(ledger.costed_conversation(name), zone)
    if as_json:
        print_json({"schema": 1, "handoffs": [handoff_document(each) for each in found]})
        return 0
    from convledger.text.display import display_text

    for place, each in enumerate(found):
        if place:
            streams.say()
        rows = list(handoff_facts(each, zone))
        for title, value in rows:
            streams.say(f"{title.ljust(14)}  {display_text(value)}")
    if not found:
        streams.say("No hand-off is known of it.")
    return 0

"""The commands `memory findings`, `memory redact` and `memory pairs`."""

from __future__ import annotations

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.memory_words import entries_argument
from convledger.cli.plain_names import plural
from convledger.cli.printing import print_json, print_table

USUAL = 50


@click.command(short_help="Secrets and personal data in entries and conversations.")
@click.option("--show", type=int, metavar="NUMBER", help="Print this one in full.")
@click.option("--dismiss", multiple=True, type=int, metavar="NUMBER", help="It is none.")
@click.option("--all", "everywhere", is_flag=True, help="Look through all conversations first.")
@click.option("--limit", type=click.IntRange(1), help=f"At most so many.  [default: {USUAL}]")
@options.json_flag
def findings(
    show: int | None, dismiss: tuple[int, ...], everywhere: bool, limit: int | None, as_json: bool
) -> int:
    """List what looks like a secret, personal data, or bait for a model; never in full unasked."""
    from convledger.memory import findings as found_in
    from convledger.reports.render.table import Column
    from convledger.text.display import display_text

    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        connection = ledger.memory.connection
        if show is not None:
            streams.say(display_text(found_in.reveal(connection, show)))
            return 0
        if dismiss:
            found_in.dismiss_findings(connection, list(dismiss), now)
            streams.say(f"{plural(len(dismiss), 'finding')} dismissed.")
            return 0
        if everywhere:
            found_in.scan_ledger(connection, now)
        else:
            found_in.scan_entries(connection, None, now)
        most = limit or (-1 if as_json else USUAL)
        found = found_in.open_findings(connection, limit=most)
    if as_json:
        documents = [
            {"number": one.id, "in": one.object, "of": one.object_id, "field": one.field,
             "kind": one.kind, "rule": one.rule, "redacted": one.redacted}
            for one in found
        ]  # fmt: skip
        print_json({"schema": 1, "findings": documents})
    elif found:
        columns = [Column("number", "right"), Column("kind"), Column("rule"), Column("in"),
                   Column("redacted", shrink=True, minimum=8)]  # fmt: skip
        rows = [
            [str(one.id), one.kind, one.rule, f"{one.object} {one.object_id}, {one.field}",
             one.redacted]
            for one in found
        ]  # fmt: skip
        print_table(columns, rows)
        streams.note("`convledger memory redact ENTRY` replaces what is found in an entry.")
    else:
        streams.say("Nothing is open.")
    return 0


@click.command(short_help="Replace what was found in entries, in all their versions.")
@entries_argument
def redact(names: tuple[str, ...]) -> int:
    """Replace secrets and personal data in entries by what they are, in every version.

    The bytes are gone from the ledger's files only after `convledger erase` has run, or as soon as
    SQLite writes over them.
    """
    from convledger.memory.redacting import redact_entry

    now = clock.now_us()
    count = 0
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        for entry in [memory.entry(name) for name in names]:
            count += redact_entry(memory.connection, entry.id, now).findings
    streams.say(f"{plural(count, 'finding')} redacted.")
    return 0


@click.command(short_help="Entries that may be one, or may not both be true.")
@click.option("--all", "everything", is_flag=True, help="Look at all entries anew.")
@options.json_flag
def pairs(everything: bool, as_json: bool) -> int:
    """List pairs that nobody has decided about: duplicates, and conflicts with what differs.

    `memory merge`, `memory choose` and `memory no-pair` decide.
    """
    from convledger.memory.pairing import find_all_pairs, open_pairs
    from convledger.reports.render.table import Column

    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        if everything:
            find_all_pairs(memory.connection, clock.now_us())
        found = open_pairs(memory.connection)
        entries = memory.entries(each for one in found for each in (one.first_id, one.second_id))
    if as_json:
        documents = [
            {"first": one.first_id, "second": one.second_id, "kind": one.kind,
             "score": one.score, "reason": one.reason}
            for one in found
        ]  # fmt: skip
        print_json({"schema": 1, "pairs": documents})
    elif found:
        columns = [Column("kind"), Column("one", shrink=True, minimum=14),
                   Column("other", shrink=True, minimum=14),
                   Column("why", shrink=True, minimum=12)]  # fmt: skip
        rows = [
            [one.kind, _named(one.first_id, entries[one.first_id].title),
             _named(one.second_id, entries[one.second_id].title), one.reason]
            for one in found
        ]  # fmt: skip
        print_table(columns, rows)
    else:
        streams.say("No pair is open.")
    return 0


def _named(number: int, title: str) -> str:
    from convledger.text.secrets import veiled

    return f"{number} {veiled(title)}"

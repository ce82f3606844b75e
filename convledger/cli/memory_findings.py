"""The commands `memory findings`, `memory redact` and `memory pairs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.erase import must_be_asked, told
from convledger.cli.plain_names import plural
from convledger.cli.printing import print_json, print_table
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.memory.finding_rows import Finding

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
    from convledger.memory.finding_rows import MESSAGE, conversations_of
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
        unseen = found_in.unseen(connection)
        said_in = conversations_of(
            connection, (one.object_id for one in found if one.object == MESSAGE)
        )
    if as_json:
        documents = [
            {"number": one.id, "in": one.object, "of": one.object_id, "field": one.field,
             "conversation": said_in.get(one.object_id) if one.object == MESSAGE else None,
             "kind": one.kind, "rule": one.rule, "redacted": one.redacted}
            for one in found
        ]  # fmt: skip
        print_json({"schema": 1, "findings": documents})
    elif found:
        columns = [Column("number", "right"), Column("kind"), Column("rule"), Column("in"),
                   Column("redacted", shrink=True, minimum=8)]  # fmt: skip
        rows = [
            [str(one.id), one.kind, one.rule, _place(one, said_in), one.redacted]
            for one in found
        ]  # fmt: skip
        print_table(columns, rows)
        streams.note("`convledger memory redact --finding NUMBER` takes one out, for good.")
    else:
        streams.say("Nothing is open.")
    if unseen and not as_json:
        streams.note(f"{plural(unseen, 'message')} not looked at yet: `--all` does.")
    return 0


def _place(one: Finding, said_in: Mapping[int, str]) -> str:
    """Return where something was found, so that `show` or `memory show` opens it."""
    from convledger.reports.render.wording import short_id
    from convledger.text.display import display_text

    if one.object != "entry" and one.object_id in said_in:
        return f"conversation {display_text(short_id(said_in[one.object_id]))}"
    return f"{one.object} {one.object_id}, {one.field}"


@click.command(short_help="Take out what was found in entries and messages, for good.")
@click.argument("names", metavar="[ENTRY ...]", nargs=-1)
@click.option("--finding", "numbers", multiple=True, type=int, metavar="NUMBER", help="Only this.")
@click.option(
    "--backups",
    type=click.Choice(("keep", "rewrite", "delete")),
    default="keep",
    help="What becomes of backups beside the ledger.  [default: keep, and name them]",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be taken out.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.json_flag
def redact(
    names: tuple[str, ...],
    numbers: tuple[int, ...],
    backups: str,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Put marks in the place of secrets and personal data; nothing takes that back.

    Of an entry goes what is found in any of its versions, but what you dismissed; --finding takes
    a single one out, of an entry or of a message with its copies. As with `convledger erase` the
    bytes are gone afterwards, and the files are searched.
    """
    from convledger.memory import redaction_words
    from convledger.memory.erase_findings import Redaction

    if not names and not numbers:
        raise UsageProblem("say what to take out: entries, or --finding NUMBER")
    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        entries = tuple(dict.fromkeys(ledger.memory.entry(name).id for name in names))
        wanted = Redaction(findings=numbers, entries=entries, backups=backups)
        found = ledger.findings.outlook(wanted, now)
        if dry_run and as_json:
            print_json({"schema": 1, **redaction_words.redaction_document(found)})
            return 0
        for line in redaction_words.redaction_lines(found, backups):
            (streams.say if dry_run else streams.note)(line.words)
        if dry_run:
            return 0
        if not yes:
            must_be_asked()
            if not click.confirm("This can't be undone. Redact?", err=True):
                raise UsageProblem("nothing was changed")
        outcome = ledger.findings.redact(wanted, now=now)
        if outcome is None:
            if as_json:
                print_json({"schema": 1, "erasures": []})
            else:
                streams.say("There was nothing to take out.")
            return 0
        return told([outcome], ledger.path, as_json=as_json)


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

"""The command `export`: conversations as JSON Lines or as Markdown to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.updating import bring_up_to_date

if TYPE_CHECKING:
    from convledger.cli.destination import Destination
    from convledger.ledger import Ledger
    from convledger.reports.conversations import Conversation


@click.command(short_help="Write conversations as JSON Lines or Markdown.")
@options.conversation_argument(many=True, required=False)
@options.several("--source", "Only these sources.")
@options.several("--project", "Only these projects: a path, its last part, or with `*`.")
@options.since_until
@options.several("--client", "Only conversations of these clients.")
@options.several("--tag", "Only conversations with one of these tags.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "md"]),
    default="jsonl",
    show_default=True,
    help="JSON Lines for programs, Markdown for people.",
)
@click.option(
    "--output",
    default="-",
    metavar="PATH",
    help="A file, a folder, or - for standard output.  [default: -]",
)
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def export(
    names: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    form: str,
    output: str,
    force: bool,
    no_sync: bool,
    **filters: tuple[str, ...],
) -> int:
    """Write the named conversations, or all that match, each with everything that was said.

    JSON Lines has a conversation on each line. Markdown into a folder is a file for each; files
    can be read by you alone. What a log says is made harmless in Markdown.
    """
    from convledger.cli.destination import Destination

    with chosen.open_ledger() as ledger:
        if not no_sync:
            bring_up_to_date(ledger, texts=True)
        natives = _named(ledger, names, since, until, tz, filters)
        if not natives:
            streams.note("No conversation matches.")
            return FAILED
        target = Destination(output, form, len(natives), force=force)
        write = _write_lines if form == "jsonl" else _write_pages
        write(ledger, natives, target)
    if not target.is_stdout:
        count = len(natives)
        streams.note(f"{count:,} {'conversation' if count == 1 else 'conversations'} in {output}")
    return DONE


def _named(
    ledger: Ledger,
    names: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    filters: dict[str, tuple[str, ...]],
) -> list[str]:
    """Return the ids of the named conversations, or of those that match the filters."""
    if names:
        return list(dict.fromkeys(ledger.conversation(name).native for name in names))
    from convledger.cli.report_answer import make_query

    return ledger.conversation_names(make_query(("conversation",), since, until, tz, filters))


def _write_lines(ledger: Ledger, natives: list[str], target: Destination) -> None:
    """Write a line of JSON for each conversation."""
    from convledger.cli.printing import json_text
    from convledger.reports.render import json_out

    to_json = json_text if target.is_stdout else json_out.dumps
    with target.one("conversations.jsonl") as stream:
        for native in natives:
            found = ledger.conversation(native)
            entries = [e.document() for e in ledger.transcript(found.id, hidden=True)]
            document = {"schema": 1, **found.document(), "entries": entries}
            stream.write(to_json(document, indent=None) + "\n")


def _write_pages(ledger: Ledger, natives: list[str], target: Destination) -> None:
    """Write a page of Markdown for each conversation, in files of their own or in one."""
    from convledger.cli.zones import machine_zone

    zone, zone_name = machine_zone()

    def page(found: Conversation) -> Iterator[str]:
        from convledger.cli.markdown_page import page_lines

        entries = ledger.transcript(found.id)
        return page_lines(found, entries, zone, zone_name)

    if target.folder is None:
        with target.one("") as stream:
            for number, native in enumerate(natives):
                if number:
                    stream.write("\n")
                for line in page(ledger.conversation(native)):
                    stream.write(line + "\n")
        return
    from convledger.cli.destination import file_name

    for native in natives:
        found = ledger.conversation(native)
        with target.one(file_name(found, zone, ".md")) as stream:
            for line in page(found):
                stream.write(line + "\n")

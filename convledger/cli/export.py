"""The command `export`: conversations as JSON Lines or as Markdown to read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.updating import bring_up_to_date
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.ledger import Ledger


@click.command(short_help="Write conversations as JSON Lines or Markdown.")
@options.conversation_argument(many=True, required=False)
@options.several("--source", "Only these sources.")
@options.several("--project", "Only these projects: a path, its last part, or with `*`.")
@options.since_until
@options.several("--client", "Only conversations of these clients.")
@options.several("--tag", "Only conversations with one of these tags.")
@options.several("--outcome", "Only conversations that ended so; `*` stands for anything.")
@options.several("--channel", "Only conversations on these channels: chat, email, voice ...")
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
@click.option(
    "--everything",
    metavar="DIR",
    help="Instead: all that no log holds, for another machine or a colleague.",
)
@options.json_flag
def export(
    names: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    form: str,
    output: str,
    force: bool,
    no_sync: bool,
    everything: str | None,
    as_json: bool,
    **filters: tuple[str, ...],
) -> int:
    """Write the named conversations, or all that match, each with everything that was said.

    JSON Lines has a conversation on each line. Markdown into a folder is a file for each; files
    can be read by you alone. What a log says is made harmless in Markdown.

    With --everything DIR memory, labels, plans, bookings, costs, verdicts and the audit log are
    written as JSON Lines with a list of their digests; `convledger import DIR` takes them in.
    """
    if everything is not None:
        from convledger.cli.moving import move_out

        if names or any(filters.values()):
            raise UsageProblem("--everything writes all there is; name no conversation with it")
        return move_out(everything, as_json=as_json)
    if as_json:
        raise UsageProblem("--json goes with --everything; JSON Lines are what is written anyhow")
    from convledger.cli.names import plural
    from convledger.cli.printing import json_text
    from convledger.reports.export import AlreadyThere, Destination, Page, write
    from convledger.reports.render import json_out
    from convledger.zones import machine_zone

    with chosen.open_ledger() as ledger:
        if not no_sync:
            bring_up_to_date(ledger, texts=True)
        natives = _named(ledger, names, since, until, tz, filters)
        if not natives:
            streams.note("No conversation matches.")
            return FAILED
        stream = sys.stdout if output == "-" else None
        target = Destination(output, form, len(natives), force=force, stream=stream)
        to_json = json_out.dumps if stream is None else json_text
        try:
            for _ in write(ledger, natives, target, Page(*machine_zone()), to_json=to_json):
                pass
        except AlreadyThere as problem:
            raise UsageProblem(f"{problem}; --force replaces it") from problem
    if stream is None:
        streams.note(f"{plural(len(natives), 'conversation')} in {output}")
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

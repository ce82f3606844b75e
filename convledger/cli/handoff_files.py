"""The command `handoff import`: hand-offs from CSV or JSON Lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.cost_words import zone_option
from convledger.cli.plain_names import plural, tilde
from convledger.cli.printing import print_json
from convledger.cli.rejected import TOLD, say_rejected
from convledger.errors import UsageProblem
from convledger.text.display import clip, display_text

if TYPE_CHECKING:
    from convledger.workflow.handoff_file import HandoffImport


@click.command(name="import", short_help="Hand-offs from CSV or JSON Lines.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be taken; take nothing.")
@click.option("--strict", is_flag=True, help="All rows, or none where one is wrong.")
@click.option("--new-reasons", is_flag=True, help="Add reasons that are not on the list yet.")
@zone_option
@options.json_flag
def import_(
    file: Path, dry_run: bool, strict: bool, new_reasons: bool, tz: str | None, as_json: bool
) -> int:
    """Take hand-offs from a CSV file, or from JSON Lines; names of columns or keys decide.

    \b
    conversation,at,from,to,reason,note,wait_seconds,handle_seconds,outcome

    Only the first two must be there. A row with a mistake is told with its line, the others are
    taken. The same rows again add nothing; one with an `id` takes the place of what it said before.
    """
    from convledger.cli.outcome import FAILED
    from convledger.zones import zone_of

    zone, _ = zone_of(tz)
    now = clock.now_us()
    content = content_of(file)
    with chosen.open_ledger() as ledger:
        try:
            found = ledger.read_handoff_file(content, zone, now=now, new_reasons=new_reasons)
        except UsageProblem as problem:
            raise UsageProblem(f"{file}: {problem}") from problem
        refused = strict and bool(found.rejected)
        if not dry_run and not refused:
            ledger.take_handoff_file(found, now=now)
    taken = 0 if refused or dry_run else len(found.new)
    if as_json:
        print_json(
            {
                "schema": 1, "dry_run": dry_run, "new": len(found.new) - len(found.replaced),
                "changed": len(found.replaced), "taken": taken, "known": found.known,
                "known_but_away": found.away, "told_by_sources": found.told,
                "erased": found.erased,
                "rejected": [{"line": line, "reason": why} for line, why in found.rejected],
                "unread_columns": found.unread, "added_reasons": found.codes,
                "before_opening": found.early,
            }
        )  # fmt: skip
    else:
        _say(file, found, dry_run=dry_run, refused=refused)
    return FAILED if found.rejected else 0


def content_of(file: Path) -> bytes:
    """Return what is in a file, a little more than may be read. Raises UsageProblem."""
    from convledger.named_files import open_named
    from convledger.workflow.file_rows import LARGEST

    try:
        with open_named(file.expanduser()) as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageProblem(f"{file}: can't be read: {error.strerror or error}") from error


def _say(file: Path, found: HandoffImport, *, dry_run: bool, refused: bool) -> None:
    from convledger.cli.handoff_words import EARLY

    name = display_text(tilde(str(file)))
    words = plural(len(found.new), "hand-off")
    changed = f", {len(found.replaced):,} of them changed" if found.replaced else ""
    if refused:
        streams.say(f"{name}: nothing was taken, since --strict asks for every row.")
    else:
        streams.say(f"{name}: {words} {'would be ' if dry_run else ''}taken{changed}.")
    if found.known:
        away = f", {found.away:,} of them changed or taken away since" if found.away else ""
        streams.say(f"{plural(found.known, 'row')} the books have already{away}.")
        if found.away:
            streams.note(
                "`convledger handoff list --all` has what was taken away, "
                "`convledger handoff bring-back NUMBER` brings it back."
            )
    if found.told:
        streams.say(f"{plural(found.told, 'row')} left out: told by a source, or inferred.")
    if found.erased:
        streams.say(f"{plural(found.erased, 'row')} left out: the conversation was erased.")
    if found.codes:
        streams.note(f"Reasons that are new: {', '.join(found.codes)}")
    if found.unread:
        listed = ", ".join(clip(display_text(each), 40) for each in found.unread[:12])
        streams.note(f"Nothing is taken from these columns: {listed}")
    for line in found.early[:TOLD]:
        streams.note(f"line {line}: {EARLY}{'' if refused else ', and taken all the same'}")
    if len(found.early) > TOLD:
        streams.note(f"{len(found.early) - TOLD:,} lines more are from {EARLY}.")
    say_rejected(found.rejected)
    if found.new and not dry_run and not refused:
        streams.note("`convledger handoff undo` takes it all back.")

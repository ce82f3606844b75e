"""The commands `review export` and `review import`: samples and verdicts as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.plain_names import plural, tilde
from convledger.cli.printing import print_json
from convledger.cli.rejected import say_rejected
from convledger.errors import UsageProblem
from convledger.text.display import clip, display_text

if TYPE_CHECKING:
    from convledger.workflow.review_travel import ReviewImport

_NAMED = 10  # conversations that are missing, and conflicts


@click.command(short_help="A sample as a file, for a reviewer elsewhere.")
@click.argument("batch", metavar="SAMPLE")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--owner", default="", metavar="NAME",
              help="Their items and verdicts alone.  [default: all of it]")  # fmt: skip
@click.option("--with-texts", is_flag=True, help="The conversations too, to read them elsewhere.")
@click.option("--force", is_flag=True, help="Replace the file where it is there.")
@options.json_flag
def export(batch: str, file: Path, owner: str, with_texts: bool, force: bool, as_json: bool) -> int:
    """Write assignments and verdicts to FILE, which `review import` takes on another machine.

    The file can be read by you alone. For an --owner it holds nobody else's verdicts.
    """
    from convledger.reports.export import AlreadyThere
    from convledger.workflow.judging import reviewer_text

    name = reviewer_text(owner) if owner else ""
    with chosen.open_ledger() as ledger:
        wanted = ledger.review_batch(batch)
        try:
            written = ledger.write_review(
                wanted, name, file.expanduser(), now=clock.now_us(), with_texts=with_texts,
                force=force,
            )  # fmt: skip
        except AlreadyThere as problem:
            raise UsageProblem(f"{problem}; --force replaces it") from problem
    if as_json:
        print_json(
            {
                "schema": 1, "file": written.path, "items": written.items,
                "verdicts": written.verdicts, "texts": written.texts,
            }
        )  # fmt: skip
        return 0
    texts = f", {plural(written.texts, 'text')}" if with_texts else ""
    words = f"{plural(written.items, 'item')}, {plural(written.verdicts, 'verdict')}{texts}"
    streams.say(f"Written: {display_text(tilde(written.path))}, {words}")
    return 0


@click.command(name="import", short_help="Take assignments and verdicts from a file.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be taken; take nothing.")
@options.json_flag
def import_(file: Path, dry_run: bool, as_json: bool) -> int:
    """Take what `review export` wrote elsewhere: in any order, as often as you like.

    Nothing is written over: the latest verdict of each person counts, by when it was given. Lines
    that can't be used are told with the reason, the others are taken.
    """
    from convledger.cli.outcome import FAILED

    with chosen.open_ledger() as ledger:
        found = ledger.read_review_file(file.expanduser(), now=clock.now_us())
        number = None if dry_run else ledger.take_review_file(found)
    if as_json:
        print_json(_document(found, number, dry_run=dry_run))
    else:
        _say(file, found, number, dry_run=dry_run)
    return FAILED if found.rejected or found.conflicts else 0


def _document(found: ReviewImport, number: int | None, *, dry_run: bool) -> dict[str, Any]:
    return {
        "schema": 1,
        "dry_run": dry_run,
        "batch": number,
        "title": found.batch.title,
        "owner": found.owner or None,
        "is_new": found.is_new,
        "is_away": found.is_away,
        "new_items": len(found.items),
        "known_items": found.known_items,
        "assigned": len(found.assigned),
        "new_verdicts": len(found.verdicts),
        "known_verdicts": found.known_verdicts,
        "withdrawn": len(found.withdrawn),
        "erased_items": found.erased,
        "missing_conversations": found.missing,
        "conflicts": found.conflicts,
        "rejected": [{"line": line, "reason": why} for line, why in found.rejected],
        "texts": found.texts,
    }


def _say(file: Path, found: ReviewImport, number: int | None, *, dry_run: bool) -> None:
    name, would = display_text(tilde(str(file))), "would be " if dry_run else ""
    new = f"{plural(len(found.items), 'item')} and {plural(len(found.verdicts), 'verdict')}"
    streams.say(f"{name}: {new} {would}taken.")
    whose = f", {found.owner}'s part" if found.owner else ""
    sample = "" if number is None else f"Sample {number}: "
    streams.say(display_text(f"{sample}{found.batch.title}{whose}"))
    if found.known_items or found.known_verdicts:
        known = f"{plural(found.known_items, 'item')}, {plural(found.known_verdicts, 'verdict')}"
        streams.say(f"The books had already: {known}.")
    if found.withdrawn:
        streams.say(f"{plural(len(found.withdrawn), 'verdict')} {would}withdrawn.")
    if found.erased:
        streams.say(f"{plural(found.erased, 'item')} left out: the conversation was erased here.")
    if found.is_away:
        streams.note(
            "The sample was taken away here: `convledger review bring-back` shows it again."
        )
    if found.missing:
        listed = ", ".join(clip(display_text(each), 60) for each in found.missing[:_NAMED])
        rest = len(found.missing) - _NAMED
        more = f" and {rest:,} more" if rest > 0 else ""
        streams.note(f"Not in these books, but kept: {listed}{more}")
        if found.texts:
            streams.note(f"`convledger review show ITEM --from {tilde(str(file))}` reads them.")
    for conflict in found.conflicts[:_NAMED]:
        streams.note(f"Conflict: {clip(display_text(conflict), 300)}")
    if len(found.conflicts) > _NAMED:
        streams.note(f"{len(found.conflicts) - _NAMED:,} more conflicts; --json has all")
    say_rejected(found.rejected)

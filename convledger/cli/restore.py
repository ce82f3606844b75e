"""The command `restore`: shows what a backup would bring back, and brings it back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE
from convledger.cli.printing import print_json
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.moving.restoring import Prospect, Restored
    from convledger.store.backup_notes import Backup


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [each.name for each in _backups() if each.name.startswith(incomplete)]


@click.command(short_help="Bring a backup back.")
@click.argument("file", required=False, metavar="[FILE]", shell_complete=_complete)
@click.option("--dry-run", is_flag=True, help="Only show what it would bring back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--backup-passphrase-fd", "descriptor", type=click.IntRange(0), metavar="N",
              help="Read the passphrase of the backup from a descriptor.")  # fmt: skip
@click.option("--damaged", is_flag=True,
              help="No passphrase opens the present ledger any more: put it aside.")  # fmt: skip
@options.json_flag
def restore(
    file: str | None,
    dry_run: bool,
    yes: bool,
    descriptor: int | None,
    damaged: bool,
    as_json: bool,
) -> int:
    """Bring back the ledger as a backup has it; without FILE, list the backups.

    FILE is a path, or the name of one in the workspace. You are shown what the ledger holds now
    and what it would hold. The present one is kept as a backup first; what was erased since the
    backup is erased again. An encrypted ledger keeps its passphrase; that of the backup is asked
    for where it is another one.
    """
    from convledger.moving.restoring import Restore

    if file is None:
        if damaged or descriptor is not None:
            raise UsageProblem("name the backup; `convledger restore` lists them")
        from convledger.cli.backup import list_backups

        return list_backups(as_json=as_json)
    with Restore(
        chosen.folder(),
        _named(file),
        passphrases=lambda: _passphrases(descriptor),
        damaged=damaged,
    ) as restoring:
        found = restoring.prospect()
        if dry_run:
            if as_json:
                print_json(_document(found))
            else:
                _show(found, streams.say)
            return DONE
        if not yes:
            from convledger.cli.erase import must_be_asked

            _show(found, streams.note)
            must_be_asked()
            if not click.confirm("Bring it back?", default=False, err=True):
                raise UsageProblem("nothing was restored")
        done = restoring.bring_back(now=clock.now_us())
    if as_json:
        print_json({**_document(found), **_done_document(done)})
    else:
        _tell(found, done)
    return DONE


def _passphrases(descriptor: int | None) -> Iterator[str]:
    """Give what may open the backup: what its descriptor says, what is known, what is typed."""
    from convledger import paths
    from convledger.cli import unlocking
    from convledger.store.keys import known_passphrases

    if descriptor is not None:
        yield unlocking.read_from(descriptor)
        return
    known = unlocking.without_asking(chosen.folder() / paths.LEDGER)
    if known is not None and known not in known_passphrases():
        yield known
    if streams.is_terminal(sys.stdin) and streams.is_terminal(sys.stderr):
        typed = unlocking.ask("Passphrase of this backup: ")
        if typed is not None:
            yield typed


def _backups() -> list[Backup]:
    from convledger import paths
    from convledger.store.backup_notes import backups_of

    return backups_of(chosen.folder() / paths.LEDGER)


def _named(file: str) -> Backup:
    """Return the backup that a person means: by its name, or by a path."""
    from convledger.store.backup_notes import backup_at

    known = {each.name: each for each in _backups()}
    if file in known:
        return known[file]
    place = Path(file).expanduser()
    found = backup_at(place) if place.is_file() else None
    if found is None:
        raise UsageProblem(f"{file}: there is no such backup; `convledger restore` lists them")
    return found


def _show(found: Prospect, write: Any) -> None:
    """Say what a backup would bring back, and what would be lost."""
    from convledger.cli import backup_words
    from convledger.text.display import display_text

    name = display_text(found.backup.name)
    write(f"{name}, of {backup_words.minute_words(found.backup.made_at)}")
    if found.now is None:
        why = display_text(found.trouble)
        write(f"The present ledger can't be read: {why}." if why else "There is no ledger now.")
        if why:
            write("It is put aside. What was erased since is not known, and may come back.")
    for line in backup_words.sealing_lines(found.sealing, is_done=False):
        write(line)
    for line in backup_words.beside_lines(found.then, found.now):
        write(line)


def _tell(found: Prospect, done: Restored) -> None:
    from convledger.cli import backup_words
    from convledger.cli.names import tilde
    from convledger.text.display import display_text

    counts = found.then.counts
    held = ", ".join(backup_words.counted(counts.get(word, 0), word) for word in backup_words.SHOWN)
    streams.say(f"Restored: {display_text(found.backup.name)}, {held}.")
    if done.erased:
        words = ", ".join(backup_words.counted(*each[::-1]) for each in done.erased.items())
        streams.say(f"Erased again, since that was done after the backup: {words}.")
    elif done.erased is None and found.trouble:
        streams.say("What was erased since is not known, and may have come back.")
    for line in backup_words.sealing_lines(found.sealing, is_done=True):
        streams.say(line)
    if done.before is not None:
        streams.say(f"The ledger from before is kept: {display_text(tilde(str(done.before)))}")
    streams.say("`convledger import` reads what the logs have had since.")


def _document(found: Prospect) -> dict[str, Any]:
    from convledger.cli import backup_words

    return {
        "schema": 1,
        "backup": backup_words.document(found.backup, is_damaged=False),
        "tables": found.tables,
        "then": backup_words.holdings_document(found.then),
        "now": backup_words.holdings_document(found.now),
        "trouble": found.trouble or None,
        "encryption": backup_words.sealing_document(found.sealing),
    }


def _done_document(done: Restored) -> dict[str, Any]:
    return {"kept": str(done.before) if done.before else None, "erased_again": done.erased}

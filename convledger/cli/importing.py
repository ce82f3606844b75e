"""The command `import`: reads the logs of this machine, or what is named."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convledger.cli import chosen, following, moving, options, streams, trigger_running, weekly
from convledger.cli.import_table import map_option, settle
from convledger.cli.outcome import DONE, FAILED, INTERRUPTED
from convledger.cli.printing import print_json
from convledger.cli.progress import size_text
from convledger.cli.updating import rejected_words, tell, tell_of_network, with_progress

if TYPE_CHECKING:
    from convledger.ingest.front_door import Holding
    from convledger.ledger import Ledger, SyncResult


_NAMED = 10  # files that are named where many could not be used


@click.command(name="import", short_help="Read the logs of this machine, or files.")
@click.argument("paths", nargs=-1, metavar="[PATH ...]", type=click.Path(path_type=Path))
@click.option("--as", "source", metavar="SOURCE", help="Read PATH as the logs of this source.")
@click.option("--no-texts", is_flag=True, help="Only count; store and index no text.")
@map_option
@click.option("--theirs", is_flag=True, help="Of what both workspaces changed, take theirs.")
@options.json_flag
def import_(
    paths: tuple[Path, ...],
    source: str | None,
    no_texts: bool,
    mapping: str | None,
    write_map: Path | None,
    theirs: bool,
    as_json: bool,
) -> int:
    """Read what is new in every known log folder of this machine, or in PATH.

    A PATH is a file, a folder or an archive of any known source: an agent's logs, a chat export,
    an API log, a support platform's export, a table. What it is is told from its content, before
    anything is written; it stays a source and is looked at again. Ctrl+c stops: what was read is
    kept, and the next import goes on from there. Where plans are in force, alerts that are reached
    and periods that are over are told.

    A folder that `convledger export --everything` wrote is taken in: what is new comes, what is
    later wins, and where both went on yours stays unless you say --theirs.
    """
    if paths and moving.is_moved(paths):
        if len(paths) > 1 or source or mapping or write_map or no_texts:
            from convledger.errors import UsageProblem

            raise UsageProblem("take in the folder of another workspace alone")
        return moving.take_in(paths[0], theirs=theirs, as_json=as_json)
    if theirs:
        from convledger.errors import UsageProblem

        raise UsageProblem("--theirs goes with a folder that `export --everything` wrote")
    if source and not paths:
        from convledger.errors import UsageProblem

        raise UsageProblem("--as needs a PATH: convledger import PATH --as SOURCE")
    texts = not no_texts
    if paths or mapping or write_map:
        source, goes_on = settle(paths, source, mapping, write_map, quiet=as_json)
        if not goes_on:
            return DONE
    found, aside = _found(paths, source, quiet=as_json)
    with chosen.open_ledger() as ledger:
        tell_of_network(ledger)
        if not as_json:
            _say_spared(ledger, found)
        result = with_progress(
            lambda line, stop: (
                ledger.import_found(found, texts=texts, listener=line, stopping=stop)
                if paths
                else ledger.sync(texts=texts, listener=line, stopping=stop)
            )
        )
        is_new = bool(result.calls or result.messages)
        is_due = (is_new or following.is_due(ledger)) and not result.stopped
        news = following.follow_quietly(ledger) if is_due else None
        fired, taken = (None, None) if result.stopped else trigger_running.fire_quietly(ledger)
    if as_json:
        left = [{"path": path, "reason": reason} for path, reason in aside]
        told = {
            **document(result), "left_aside": left, **following.documents_of(news),
            "triggers": trigger_running.fired_document(fired),
            "inbox": trigger_running.inbox_document(taken),
        }  # fmt: skip
        print_json(told)
    elif not paths and not any(scan.present for scan in result.scans):
        from convledger.cli.overview import say_no_logs

        say_no_logs(result.scans)
    else:
        _say(result)
        for line in (*following.lines_of(news), *trigger_running.lines_of(fired, taken)):
            streams.say(line)
    sys.stdout.flush()
    rejected, result.rejected = result.rejected, 0
    tell(result)
    if rejected and as_json:
        streams.note(rejected_words(rejected))
    if result.stopped:
        return INTERRUPTED
    weekly.back_up_when_due()
    # What is named is wanted; a log of this machine that can't be read is `sources`' to tell.
    return FAILED if paths and result.unreadable else DONE


def _found(
    paths: tuple[Path, ...], source: str | None, *, quiet: bool
) -> tuple[list[Holding], list[tuple[str, str]]]:
    """Return what the paths hold and what of them is left aside; say both before writing."""
    if not paths:
        return [], []
    from convledger.cli.names import tilde
    from convledger.ingest.front_door import find, left_aside
    from convledger.text.display import display_text

    found = find(paths, source)
    aside = left_aside(paths, found) if source is None else []
    for each in found if not quiet else ():
        files = f"{each.files:,} file" + ("" if each.files == 1 else "s")
        size = size_text(each.bytes)
        place = display_text(tilde(str(each.root)))
        streams.say(f"Found: {each.title}, {files}, {size}  {streams.dim(place)}")
        for path, reason in each.problems[:5]:
            streams.note(f"  {display_text(tilde(path))}: {display_text(reason)}")
    if aside and not quiet:
        _name_files("Left aside", aside)
    return found, aside


def _say_spared(ledger: Ledger, found: list[Holding]) -> None:
    """Say what of a find stays unread because a person has left it out."""
    from convledger.cli.names import tilde
    from convledger.text.display import display_text

    for each in ledger.leaving.spared(found) if found else ():
        place = display_text(tilde(str(each.root)))
        streams.say(f"Left out: {each.title}, {place}; name that path alone to read it")


def _name_files(words: str, files: list[tuple[str, str]]) -> None:
    """Name files that could not be used, each with why, as far as there is room."""
    from convledger.cli.names import tilde
    from convledger.text.display import display_text

    for path, reason in files[:_NAMED]:
        streams.note(f"{words}: {display_text(tilde(path))}: {display_text(reason)}")
    if len(files) > _NAMED:
        streams.note(f"{words}: {len(files) - _NAMED:,} more files")


def document(result: SyncResult) -> dict[str, Any]:
    """Return what an import has done as JSON says it."""
    return {
        "schema": 1,
        "files": result.files,
        "bytes": result.read_bytes,
        "conversations": result.conversations,
        "new_conversations": result.new_conversations,
        "messages": result.messages,
        "known_messages": result.known_messages,
        "calls": result.calls,
        "known_calls": result.known_calls,
        "estimated_calls": result.estimated,
        "rejected_lines": result.rejected,
        "unreadable_files": [
            {"path": path, "reason": reason} for path, reason in result.unreadable
        ],
        "waiting_files": result.pending_files,
        "waiting_bytes": result.pending_bytes,
        "busy": result.busy,
        "stopped": result.stopped,
        "sources": [
            {"source": scan.reader, "root": str(scan.root), "files": len(scan.files)}
            for scan in result.scans
            if scan.present
        ],
    }


def _say(result: SyncResult) -> None:
    """Print what an import has done."""
    unread = len(result.unreadable)
    if not (result.files or result.messages or result.calls or result.rejected):
        if not (result.busy or result.stopped or result.pending_files):
            streams.say("Nothing new: the ledger is up to date.")
    else:
        known = result.conversations - result.new_conversations
        for name, count, more in (
            ("file", result.files - unread, f"{unread:,} more not readable" if unread else ""),
            ("conversation", result.new_conversations, _known(known)),
            ("message", result.messages, _known(result.known_messages)),
            ("call", result.calls, _known(result.known_calls)),
        ):
            if count or more:
                streams.say(_counted(count, name) + (f"  {streams.dim(more)}" if more else ""))
        if result.estimated:
            streams.say(
                f"{_counted(result.estimated, 'estimated call')}  "
                "~ no tokens in the source, counted from the texts"
            )
        if result.rejected:
            counted = _counted(result.rejected, "rejected line")
            streams.say(f"{counted}  `convledger sources --rejected` lists them")
    if result.unreadable:
        _name_files("Not read", result.unreadable)
    if result.pending_files:
        size = size_text(result.pending_bytes)
        streams.say(f"{_counted(result.pending_files, 'file')} to store and index still ({size})")


def _known(count: int) -> str:
    return f"{count:,} more known already" if count else ""


def _counted(count: int, name: str) -> str:
    """Return a count in its column with what was counted."""
    return f"{count:>12,} {name if count == 1 else name + 's'}"

"""The commands by which memory comes in from files, and goes back to them."""

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

if TYPE_CHECKING:
    from convledger.memory.feed import Feed, News
    from convledger.memory.importing import ImportResult


@click.command(name="import", short_help="Take in what tools carry along, or files you name.")
@click.argument("paths", metavar="[PATH ...]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--as", "format_name", metavar="FORMAT", help="Read them as this.")
@click.option("--scope", metavar="SCOPE", default="", help="global, project:NAME, client:NAME.")
@options.json_flag
def import_(paths: tuple[Path, ...], format_name: str | None, scope: str, as_json: bool) -> int:
    """Take in memory files as proposed entries: with no PATH all that tools keep on this machine.

    Importing again changes only what changed. Files are read, never written.

    \b
    convledger memory import
    convledger memory import ~/vault --scope client:acme
    convledger memory import memory.jsonl --as mcp-memory
    """
    from convledger.memory import files
    from convledger.memory.words import scope_of

    now = clock.now_us()
    if not paths and (format_name or scope):
        raise UsageProblem("--as and --scope need a PATH")
    told: list[tuple[str, ImportResult | str]] = []
    with chosen.open_ledger() as ledger:
        memory = ledger.memory
        if paths:
            found = files.import_named(memory.connection, paths, format_name, scope_of(scope), now)
            told += found
            waiting = 0
        else:
            feed, discovery = files.look_at_files(memory.connection, now)
            told += [(path, result) for path, result in feed.imported]
            told += [(path, reason) for path, reason in feed.unreadable]
            told += [(str(path), reason) for path, reason in discovery.told]
            waiting = len(feed.news)
        memory.catch_up(now)
    if as_json:
        print_json({"schema": 1, "files": [_document(path, one) for path, one in told],
                    "news": waiting})  # fmt: skip
    else:
        _print(told, waiting, named=bool(paths))
    failed = bool(paths) and all(isinstance(result, str) for _, result in told)
    return 1 if failed else 0


def _document(path: str, result: ImportResult | str) -> dict[str, Any]:
    if isinstance(result, str):
        return {"path": path, "error": result}
    return {
        "path": path, "new": result.new, "changed": result.changed, "same": result.same,
        "removed": result.removed, "erased": result.erased, "waiting": result.waiting,
        "rejected": [{"place": one.place, "reason": one.reason} for one in result.rejected],
    }  # fmt: skip


def _print(told: list[tuple[str, ImportResult | str]], waiting: int, *, named: bool) -> None:
    from convledger.text.display import display_text

    new = 0
    for path, result in told:
        name = display_text(tilde(path))
        if isinstance(result, str):
            streams.note(f"{name}: {display_text(result)}")
            continue
        new += result.new
        parts = [
            f"{count:,} {word}"
            for count, word in (
                (result.new, "new"), (result.changed, "changed"), (result.same, "known already"),
                (result.removed, "gone"), (result.erased, "erased before"),
                (result.waiting, "waiting for you"),
            )
            if count
        ]  # fmt: skip
        streams.say(f"{name}: {', '.join(parts) or 'nothing in it'}")
        say_rejected([(one.place, one.reason) for one in result.rejected], what="part")
    if new:
        streams.note("New entries are proposed: `convledger memory review`, or 3 and v in the app.")
    if waiting:
        streams.note(f"{plural(waiting, 'change')} in files you know: `convledger memory feed`.")
    if not (named or waiting) and all(isinstance(result, str) for _, result in told):
        streams.say("Nothing new in the memory files of this machine.")


@click.command(short_help="What tools wrote into their memory files since the last look.")
@click.option("--keep", multiple=True, type=int, metavar="NUMBER", help="Take it into memory.")
@click.option("--take-out", multiple=True, type=int, metavar="NUMBER",
              help="Not wanted: `memory write` puts the file back.")  # fmt: skip
@options.json_flag
def feed(keep: tuple[int, ...], take_out: tuple[int, ...], as_json: bool) -> int:
    """List what was added to, changed in or removed from memory files; keep it or take it out."""
    from convledger.memory import feed_verdicts, files

    now = clock.now_us()
    with chosen.open_ledger() as ledger:
        connection = ledger.memory.connection
        if keep:
            streams.say(f"{plural(feed_verdicts.keep(connection, keep, now), 'change')} kept.")
        if take_out:
            count = feed_verdicts.take_out(connection, take_out, now)
            streams.say(f"{plural(count, 'change')} not wanted.")
            streams.note("`convledger memory write` shows what that makes of the files.")
        if keep or take_out:
            return 0
        found, _ = files.look_at_files(connection, now)
    if as_json:
        print_json({"schema": 1, "news": [_news_document(one) for one in found.news]})
    else:
        _print_feed(found)
    return 0


def _news_document(one: News) -> dict[str, Any]:
    from convledger.text.secrets import veiled

    return {
        "number": one.item_id, "entry": one.entry_id, "path": one.path, "what": one.what,
        "under": one.under, "old": veiled(one.old) or None, "new": veiled(one.new) or None,
        "at": clock.iso_text(one.at),
    }  # fmt: skip


def _print_feed(found: Feed) -> None:
    from convledger.memory.diffing import diff_lines
    from convledger.memory.veiling import veiled_lines
    from convledger.text.display import clip, display_text

    for path, reason in found.unreadable:
        streams.note(display_text(f"{tilde(path)}: {reason}"))
    path = ""
    for one in found.news:
        if one.path != path:
            path = one.path
            streams.say(display_text(tilde(path)))
        streams.say(display_text(f"{one.item_id:>6}  {one.what}  {one.under}".rstrip()))
        for line in diff_lines(one.old, one.new, 1, veiled_lines):
            streams.say(f"        {line.sign} {clip(display_text(line.text), 100)}".rstrip())
    if found.news:
        streams.note("`convledger memory feed --keep NUMBER`, or `--take-out NUMBER`.")
    else:
        streams.say("Nothing new in the memory files of this machine.")


@click.command(short_help="Write edited entries back to their files, shown first.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def write(dry_run: bool, yes: bool) -> int:
    """Write what you edited back to the files that it came from, and take out what you don't want.

    Only the bytes of these entries change. Each file is shown as a diff first, and is written only
    if it is what it was when it was last looked at.
    """
    from convledger.memory.write_back import LOOK_AGAIN, Held, planned
    from convledger.memory.write_back import write as write_file
    from convledger.text.display import display_text

    now = clock.now_us()
    code = written = 0
    stale = False
    with chosen.open_ledger() as ledger:
        connection = ledger.memory.connection
        changes = list(planned(connection))
        for change in changes:
            name = display_text(tilde(str(change.path)))
            if isinstance(change, Held):
                streams.note(f"{name}: {display_text(change.reason)}")
                code = 1
                stale = stale or change.reason.endswith(LOOK_AGAIN)
                continue
            streams.say(name)
            for line in change.lines():
                streams.say(f"{line.sign} {display_text(line.text)}".rstrip())
            if dry_run:
                continue
            if yes or click.confirm(f"Write {plural(len(change.items), 'piece')}?", err=True):
                write_file(connection, change, now)
                written += 1
    if not changes:
        streams.say("No file has to change.")
    elif not dry_run:
        streams.say(f"{plural(written, 'file')} written.")
    if stale:
        streams.note("`convledger memory feed` looks again.")
    return code


@click.command(short_help="What is wrong with memory files.")
@options.json_flag
def lint(as_json: bool) -> int:
    """Name lines that a tool does not read, texts that stand twice, and imports of nothing.

    Ends with 1 where there is anything.
    """
    from convledger.memory import files
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        found = list(files.complaints(ledger.memory.connection))
    if as_json:
        documents = [
            {"path": one.path, "line": one.line or None, "kind": one.kind, "words": one.words}
            for one in found
        ]
        print_json({"schema": 1, "complaints": documents})
    for one in () if as_json else found:
        place = f"{tilde(one.path)}:{one.line}" if one.line else tilde(one.path)
        streams.say(display_text(f"{place}: {one.kind}: {one.words}"))
    if not found and not as_json:
        streams.say("Nothing is wrong with the memory files of this machine.")
    return 1 if found else 0

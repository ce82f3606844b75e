"""Moves a workspace's own words out to a folder, and takes such a folder in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convledger import clock
from convledger.cli import chosen, streams
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.printing import print_json

if TYPE_CHECKING:
    from convledger.moving.merging import TakenIn

_SHOWN = 20  # things that nobody but a person can decide


def is_moved(paths: Sequence[Path]) -> bool:
    """Tell whether one of some paths is a folder that `export --everything` wrote."""
    return any((path / "manifest.json").is_file() and _is_moved(path) for path in paths)


def _is_moved(path: Path) -> bool:
    from convledger.moving.manifest import is_moved

    return is_moved(path)


def move_out(target: str, *, as_json: bool) -> int:
    """Write everything that no log holds into a folder, and say what it is."""
    with chosen.open_ledger() as ledger:
        done = ledger.move_out(Path(target).expanduser(), now=clock.now_us())
    if as_json:
        document = {"folder": str(done.folder), "rows": done.rows, "audit_head": done.head}
        print_json({"schema": 1, **document})
        return DONE
    from convledger.cli.names import tilde
    from convledger.text.display import display_text

    streams.say(f"Written to {display_text(tilde(str(done.folder)))}, for you alone to read:")
    for name, count in done.rows.items():
        streams.say(f"  {display_text(name.removesuffix('.jsonl')):24} {count:>9,}")
    streams.say("`convledger import` with this folder takes it in elsewhere. The logs go with you:")
    streams.say("they are what conversations, calls and costs are read from.")
    return DONE


def take_in(folder: Path, *, theirs: bool, as_json: bool) -> int:
    """Take a folder in; exit code 1 where something is left for a person to decide."""
    with chosen.open_ledger() as ledger:
        done = ledger.take_in(folder, now=clock.now_us(), theirs=theirs)
    if as_json:
        print_json(_document(done))
    else:
        _tell(done)
    return FAILED if done.apart or done.erased_there else DONE


def _tell(done: TakenIn) -> None:
    from convledger.text.display import display_text

    if not done.is_change:
        streams.say("Nothing is new: all of it is here.")
    for word, counts in (
        ("New", done.new), ("Changed", done.changed), ("Taken away", done.removed),
    ):  # fmt: skip
        if counts:
            streams.say(f"{word}: {_counts(counts)}.")
    if done.tombstones:
        streams.say(f"Erased there, and to stay away: {done.tombstones:,} texts and conversations.")
    if done.ours_later:
        streams.say(f"Yours is later: {done.ours_later:,}.")
    if done.erased:
        streams.say(f"Left out, as you erased what it is about: {done.erased:,}.")
    if done.left_out:
        streams.say(f"Left out, as what it belongs to is not here: {done.left_out:,}.")
    if done.waiting:
        streams.say(
            f"Waiting for logs: {_counts({'conversations': done.waiting})}; `convledger import` "
            "reads them."
        )
    if done.erased_there:
        streams.note(
            f"Erased there and still here: {_counts(done.erased_there)}. `convledger erase` does "
            "the same here."
        )
    for line in done.apart[:_SHOWN]:
        streams.note(f"△ {display_text(line)}")
    if len(done.apart) > _SHOWN:
        streams.note(f"△ … {len(done.apart) - _SHOWN:,} more; --json lists them all")


def _counts(counts: Mapping[str, int]) -> str:
    from convledger.cli.backup_words import counted

    return ", ".join(counted(count, _words(name)) for name, count in counts.items())


def _words(name: str) -> str:
    """Return a sort of rows as people write it."""
    return name if name == "hand-offs" else name.replace("-", " ")


def _document(done: TakenIn) -> dict[str, Any]:
    return {
        "schema": 1,
        "from": {
            "workspace": done.manifest.workspace,
            "made_at": done.manifest.made_at,
            "audit_head": done.manifest.head,
        },
        "new": dict(done.new),
        "changed": dict(done.changed),
        "removed": dict(done.removed),
        "same": done.same,
        "ours_later": done.ours_later,
        "tombstones": done.tombstones,
        "left_out": {"erased": done.erased, "unknown": done.left_out},
        "waiting_conversations": done.waiting,
        "erased_there": done.erased_there,
        "to_decide": done.apart,
    }

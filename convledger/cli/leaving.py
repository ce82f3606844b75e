"""Which tools and folders are not to be read: `sources --leave-out` and `--take-in`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convledger.cli import chosen, streams
from convledger.cli.names import tilde
from convledger.cli.printing import print_json
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.store.left_out import LeftOut


def change(leave: Sequence[str], take: Sequence[str], *, as_json: bool) -> None:
    """Leave out and take in what is named, all of it or nothing, and say what that means."""
    with chosen.open_ledger() as ledger:
        leaving = ledger.leaving
        left = [leaving.to_leave(each) for each in leave]
        taken = [one for each in take for one in leaving.to_take(each)]
        for entry in left:
            leaving.leave_out(entry)
        leaving.take_in(taken)
        documents = documents_of(ledger)
    if as_json:
        print_json({"schema": 1, "left_out": documents})
        return
    for entry in left:
        streams.say(f"Left out: {words_of(entry)}. Nothing new is read of it; what was read stays.")
        streams.remark(_way_back(entry))
    for entry in taken:
        streams.say(f"Taken in: {words_of(entry)}. The next look at the logs reads it.")


def documents_of(ledger: Ledger) -> list[dict[str, str | None]]:
    """Return what is left out as JSON says it; what is not told stands for any."""
    return [
        {"source": one.reader or None, "root": one.root or None} for one in ledger.leaving.entries()
    ]


def tell(entries: Sequence[LeftOut]) -> None:
    """Say below a list what is left out, and how it is read again."""
    for entry in entries:
        streams.remark(f"left out: {words_of(entry)}; {_way_back(entry)}")


def words_of(entry: LeftOut) -> str:
    """Return what an entry leaves out, for people."""
    root = display_text(tilde(entry.root))
    return f"{entry.reader} in {root}" if entry.reader and root else entry.reader or root


def _way_back(entry: LeftOut) -> str:
    import shlex

    named = shlex.quote(display_text(entry.root)) if entry.root else entry.reader
    return f"`convledger sources --take-in {named}` reads it again"

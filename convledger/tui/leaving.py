"""Leaving a source out and taking it in again, on a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from convledger.errors import ConvledgerError
from convledger.tui.undo import Step
from convledger.tui.widgets.path_line import shown_path
from convledger.tui.widgets.source_rows import title_of

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.store.left_out import LeftOut
    from convledger.tui.app import ConvledgerApp


@dataclass(frozen=True, slots=True)
class Turned:
    """A source and the entries that were added for it, or taken away."""

    entries: tuple[LeftOut, ...]
    is_left: bool

    def words(self) -> str:
        """Say in a sentence what has changed."""
        names = ", ".join(name_of(one) for one in self.entries)
        if self.is_left:
            return f"Left out: {names}. Nothing new is read of it; what was read stays."
        return f"Taken in: {names}. It is read again."

    def back(self, ledger: Ledger) -> None:
        """Take the change back."""
        if self.is_left:
            ledger.leaving.take_in(self.entries)
            return
        for one in self.entries:
            ledger.leaving.leave_out(one)


def name_of(entry: LeftOut) -> str:
    """Return what an entry leaves out, in words."""
    title = title_of(entry.reader) if entry.reader else ""
    return f"{title} {shown_path(entry.root) if entry.root else ''}".strip()


def turn(ledger: Ledger, source: str, root: str, *, is_left: bool) -> Turned | ConvledgerError:
    """Leave a source out, or take it in where it `is_left`; or return the trouble."""
    from convledger.store.left_out import LeftOut

    try:
        if is_left:
            entries = ledger.leaving.covering(source, root)
            ledger.leaving.take_in(entries)
            return Turned(tuple(entries), is_left=False)
        entry = LeftOut(source, root)
        ledger.leaving.leave_out(entry)
        return Turned((entry,), is_left=True)
    except ConvledgerError as error:
        return error


def turned(books: ConvledgerApp, done: Turned | ConvledgerError) -> bool:
    """Tell what was done, so that it can be taken back; False where it could not be done."""
    books.feeder.go_on()
    if isinstance(done, ConvledgerError):
        books.trouble(done)
        return False
    step = "left out" if done.is_left else "taken in"

    def back(ledger: Ledger) -> None:
        done.back(ledger)
        books.feeder.look()

    books.undoing.push(Step(f"{name_of(done.entries[0])} {step}", back))
    books.say(f"{done.words()} o takes that back.")
    books.renew()
    return True

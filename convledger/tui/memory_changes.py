"""Changes to memory as steps that can be taken back, also in a later sitting: they are on disk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convledger.memory.evidence import LONGEST_QUOTE
from convledger.text.display import clip, display_text
from convledger.text.secrets import veiled
from convledger.tui.amounts import ago
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.shelf import Memory
    from convledger.store.entries import Entry
    from convledger.store.operations import Operation

LOOKED_BACK = 20  # operations among which a change that was made just now is looked for
_AT_ONCE = 500
_TITLE = 60  # cells
_PAST = {
    "remember": "remembered", "edit": "edited", "label": "labelled", "accept": "accepted",
    "confirm": "still true", "snooze": "snoozed", "archive": "archived", "restore": "restored",
    "merge": "merged", "choose": "chosen", "dismiss": "no pair", "undo": "taken back",
    "import": "imported", "make pack": "pack made", "change pack": "pack changed",
    "delete pack": "pack deleted", "pack always": "always in pack", "pack never": "never in pack",
    "pack auto": "by value in pack",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that is done to entries: to those that it `fits`, by `work`, told as `past`."""

    past: str
    work: Callable[[Memory, list[int], int], object]
    fits: Callable[[Entry], bool] = lambda _: True
    nothing: str = "Nothing changed: it was so already."


def entries_of(memory: Memory, ids: Iterable[int]) -> list[Entry]:
    """Return entries in the order of their ids' list, those that there are."""
    wanted = list(ids)
    found: list[Entry] = []
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        there = memory.entries(some)
        found += [there[each] for each in some if each in there]
    return found


def changed(
    ledger: Ledger, now: Callable[[], int], words: str, work: Callable[[Memory, int], object]
) -> Step | None:
    """Do `work` as a change that can be taken back; None where it has changed nothing.

    `now` returns UTC microseconds, also when the change is taken back.
    """
    memory, at = ledger.memory, now()
    before = max((one.id for one in memory.history(1)), default=0)
    work(memory, at)
    made = next(
        (one for one in memory.history(LOOKED_BACK) if one.id > before and one.at == at), None
    )
    if made is None:
        return None
    return Step(words, lambda ledger: ledger.memory.undo(now(), made.id))


def done(ledger: Ledger, now: Callable[[], int], verb: Verb, ids: Collection[int]) -> Step | None:
    """Do a verb to those of the entries that it fits; None where nothing has changed."""
    entries = [each for each in entries_of(ledger.memory, ids) if verb.fits(each)]
    if not entries:
        return None
    wanted = [each.id for each in entries]
    words = f"{named(entries)} {verb.past}"
    return changed(ledger, now, words, lambda memory, at: verb.work(memory, wanted, at))


def named(entries: Collection[Entry]) -> str:
    """Return entries as a sentence names them: one by its title, many by their number."""
    if len(entries) == 1:
        (entry,) = entries
        return f"“{clip(display_text(veiled(entry.title)), _TITLE)}”"
    return f"{len(entries):,} entries"


def told(operation: Operation, now: int) -> str:
    """Return a change in words: "archived “VPN howto”, 3 days ago"."""
    about = display_text(veiled(operation.about))
    verb = _PAST.get(operation.verb, display_text(operation.verb))
    return f"{verb} {clip(about, _TITLE)}, {ago(now - operation.at)} ago"


def past_of(operation: Operation) -> str:
    """Return what was done, in a word or two."""
    return _PAST.get(operation.verb, display_text(operation.verb))


def span_of(text: str, body: str) -> tuple[int, int] | None:
    """Return start and length of a text in a message; None where it does not stand there."""
    wanted = text.strip("\n")
    if not wanted.strip() or len(wanted) > LONGEST_QUOTE * 10:
        return None
    start = body.find(wanted)
    return None if start < 0 else (start, len(wanted))

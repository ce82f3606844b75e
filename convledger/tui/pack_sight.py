"""What is in sight of a pack: what became of each entry, and what the last change did to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from convledger.economics.packing import BLOCKED, CUT, DROPPED, IN, Candidate
from convledger.errors import UsageProblem
from convledger.text.display import clip, display_text

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.packs import Built, PackLine

_TITLE = 40  # cells of a title in a sentence
_NAMED = 2  # entries that a sentence names


class Fate(NamedTuple):
    """What became of an entry; `reasons` say why it is blocked."""

    candidate: Candidate
    outcome: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """A pack as it would be written now; `trouble` says why there is none.

    `order` are the numbers of its entries as they are listed. `came` and `went` are those that came
    in and went out by the last change.
    """

    lines: Sequence[PackLine]
    stamp: tuple[int, ...]
    name: str = ""
    built: Built | None = None
    trouble: str = ""
    order: Sequence[int] = ()
    fates: dict[int, Fate] = field(default_factory=dict)
    came: frozenset[int] = frozenset()
    went: frozenset[int] = frozenset()

    @property
    def line(self) -> PackLine | None:
        """The pack in the list of packs."""
        return next((one for one in self.lines if one.pack.name == self.name), None)

    def title(self, entry_id: int) -> str:
        """Return how a sentence names an entry."""
        is_there = self.built is not None and entry_id in self.built.entries
        title = self.built.title(entry_id) if self.built and is_there else f"entry {entry_id}"
        return f"“{clip(display_text(title), _TITLE)}”"

    def change_words(self) -> list[tuple[str, str]]:
        """Return what the last change did, in parts."""
        parts: list[tuple[str, str]] = []
        for numbers, words, ink in (
            (self.came, "came in", "$success"), (self.went, "went out", "$warning"),
        ):  # fmt: skip
            if numbers:
                parts += [(" · " if parts else "", "$muted"), (f"{words}: ", ink)]
                parts.append((self._named(numbers), "$foreground"))
        return parts

    def _named(self, numbers: frozenset[int]) -> str:
        some = sorted(numbers)
        rest = len(some) - _NAMED
        named = ", ".join(map(self.title, some[:_NAMED]))
        return f"{named} and {rest:,} more" if rest > 0 else named


def look(ledger: Ledger, name: str, now: int, before: Sight | None = None) -> Sight:
    """Return a pack as it would be now, the first one where there is none of that name.

    `before` is what was in sight of it: entries stay where they were listed then.
    """
    lines, stamp = ledger.packs.lines(), ledger.memory.stamp()
    names = [one.pack.name for one in lines]
    if not names:
        return Sight(lines, stamp)
    name = name if name in names else names[0]
    try:
        built = ledger.packs.built(name, now)
    except UsageProblem as problem:
        return Sight(lines, stamp, name, trouble=str(problem))
    chosen = built.chosen
    fates = {each.id: Fate(each, IN) for each in chosen.taken}
    fates |= {each.id: Fate(each, CUT) for each in chosen.cut}
    blocked = sorted(chosen.blocked, key=lambda one: DROPPED not in one[1])
    fates |= {each.id: Fate(each, BLOCKED, reasons) for each, reasons in blocked}
    known = before if before is not None and before.name == name and before.built else None
    if known is None or known.built is None:
        return Sight(lines, stamp, name, built, order=list(fates), fates=fates)
    is_same = known.built.pack == built.pack
    order = list(fates)
    if is_same:
        order = [each for each in known.order if each in fates]
        there = set(order)
        order += [each for each in fates if each not in there]
    was = {each.id for each in known.built.chosen.taken}
    now_in = {each.id for each in chosen.taken}
    came, went = frozenset(now_in - was), frozenset(was - now_in)
    return Sight(lines, stamp, name, built, "", order, fates, came, went)


def said_of(sight: Sight, entry_id: int) -> str:
    """Return what a person said of an entry: always, never, pinned, or "" for nothing."""
    if sight.built is None:
        return ""
    mode = sight.built.modes.get(entry_id, "")
    if mode:
        return mode
    entry = sight.built.entries.get(entry_id)
    return "pinned" if entry is not None and entry.pinned else ""

"""Labels on many conversations at once: what that will change, and how it is taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.ledger import Ledger

NAMES = ("client", "tag", "kind", "outcome", "project")
MANY = "tag"  # the one name of which a conversation can have several
LONGEST = 200  # characters of a value
_AT_ONCE = 500

Had = Mapping[int, tuple[str, ...]]  # conversation to its values of one name


@dataclass(frozen=True, slots=True)
class Change:
    """A label to be given, or taken away; taking away an empty value means every value."""

    name: str
    value: str
    takes: bool = False

    def after(self, before: tuple[str, ...]) -> tuple[str, ...]:
        """Return the values that a conversation has then."""
        if self.takes:
            return tuple(one for one in before if self.value and one != self.value)
        if self.name == MANY:
            return before if self.value in before else (*before, self.value)
        return (self.value,)

    def words(self, count: int) -> str:
        """Return the change in words: "3 conversations: client Acme"."""
        many = "conversation" if count == 1 else "conversations"
        label = f"{self.name} {self.value}".rstrip()
        return f"{count:,} {many}: {'no ' if self.takes else ''}{label}"


@dataclass(slots=True)
class Effect:
    """What a change does: to how many conversations, and which values it replaces or removes."""

    changed: int = 0
    lost: Counter[str] = field(default_factory=Counter)


def effect_of(change: Change, had: Had) -> Effect:
    """Return what a change would do to conversations, given what they have."""
    effect = Effect()
    for before in had.values():
        after = change.after(before)
        effect.changed += before != after
        effect.lost.update(value for value in before if value not in after)
    return effect


def labels_of(ledger: Ledger, ids: Collection[int], name: str) -> dict[int, tuple[str, ...]]:
    """Return the values that conversations have of a label; those that are gone are left out."""
    return {
        line.id: tuple(line.labels.get(name, ()))
        for some in in_steps(ids, _AT_ONCE)
        for line in ledger.conversation_lines(some)
    }


def apply(
    ledger: Ledger, ids: Collection[int], change: Change
) -> tuple[int, Callable[[Ledger], object]]:
    """Change labels; return how many conversations changed, and what takes exactly that back."""
    had = {
        conversation_id: before
        for conversation_id, before in labels_of(ledger, ids, change.name).items()
        if change.after(before) != before
    }
    if change.takes:
        ledger.unlabel(had, change.name, change.value or None)
    else:
        ledger.label(had, change.name, change.value)
    return len(had), lambda ledger: _restore(ledger, had, change)


def _restore(ledger: Ledger, had: Had, change: Change) -> None:
    """Give back what was taken and replaced; what was new goes away."""
    new: list[int] = []
    lost: dict[str, list[int]] = {}
    for conversation_id, before in had.items():
        after = change.after(before)
        if set(after).difference(before) and (change.name == MANY or not before):
            new.append(conversation_id)
        for value in before:
            if value not in after:
                lost.setdefault(value, []).append(conversation_id)
    if new:
        ledger.unlabel(new, change.name, change.value)
    for value, some in lost.items():
        ledger.label(some, change.name, value)


def named_words(count: int, words: str, one: str = "conversation", many: str = "") -> str:
    """Return what the title of a dialog calls conversations: one by `words`, many with them."""
    if count == 1:
        return display_text(words) or f"1 {one}"
    return f"{count:,} {many or one + 's'}" + (f", {words}" if words else "")


def in_steps(ids: Collection[int], size: int) -> Iterator[list[int]]:
    """Yield ids in lists of at most `size`."""
    left = iter(ids)
    while some := list(islice(left, size)):
        yield some

"""Which items of a memory file are the ones that it held before: moved, edited, new or gone."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from convledger.memory.readers.items import Item

LIKE = 0.5  # share of words that an edited text has in common with what it was
LITTLE = 0.2  # the same, of a text in the same place
COUNTED = frozenset(("row", "memory"))  # what readers call an item that its file has no name for
MOST_COMPARED = 2500  # pairs under one heading
_WORD = re.compile(r"\w+")


class Known(Struct, frozen=True):
    """An item of a file as it was last taken in: `hash` is that of its text."""

    id: int
    key: str
    entry_id: int | None
    hash: str
    start: int
    length: int
    news: str
    text: str


class Seen(Struct, frozen=True):
    """An item as the file holds it now."""

    item: Item
    hash: str


@dataclass(slots=True)
class Alignment:
    """Items that were there before, new ones, and those that are no longer there."""

    pairs: list[tuple[Known, Seen]] = field(default_factory=list)
    added: list[Seen] = field(default_factory=list)
    gone: list[Known] = field(default_factory=list)


def align(
    known: Sequence[Known],
    seen: Sequence[Seen],
    text_of: Callable[[Known], str],
    *,
    hashes: Mapping[int, Collection[str]] | None = None,
    has_ids: bool = False,
) -> Alignment:
    """Return which item is which: by place and text, by text, by likeness, at last by place.

    `hashes` are those of the texts that the entries of items have, or had: what was edited here
    and written to the file, or put back there, is the same item however little it says the same.
    Where a format has ids a place says enough; where it counts, the texts must have words in
    common: what was replaced by something else is gone, and something is new.
    """
    found = Alignment()
    olds, news = _paired(known, seen, found, _place_and_text, _place_and_text)
    olds, news = _paired(olds, news, found, _text, _text)
    olds, news = _of_its_entry(olds, news, found, hashes or {})
    olds, news = _alike(olds, news, found, text_of)
    in_place = Alignment()
    olds, news = _paired(olds, news, in_place, _place, _place)
    for old, new in in_place.pairs:
        is_named = has_ids and _heading(new) not in COUNTED
        if is_named or _share(_words(text_of(old)), _words(new.item.body)) >= LITTLE:
            found.pairs.append((old, new))
        else:
            olds.append(old)
            news.append(new)
    found.added, found.gone = list(news), list(olds)
    return found


def _place(one: Known | Seen) -> object:
    return one.key if isinstance(one, Known) else one.item.key


def _text(one: Known | Seen) -> object:
    return one.hash


def _place_and_text(one: Known | Seen) -> object:
    return _place(one), one.hash


def _heading(one: Known | Seen) -> str:
    return str(_place(one)).rpartition("#")[0]


def _paired(
    olds: Sequence[Known],
    news: Sequence[Seen],
    found: Alignment,
    mark_of_old: Callable[[Known], object],
    mark_of_new: Callable[[Seen], object],
) -> tuple[list[Known], list[Seen]]:
    """Pair what has the same mark, in the order of the file; return what is left of both."""
    waiting: dict[object, deque[Known]] = defaultdict(deque)
    for old in olds:
        waiting[mark_of_old(old)].append(old)
    left: list[Seen] = []
    taken: set[int] = set()
    for new in news:
        those = waiting.get(mark_of_new(new))
        if those:
            old = those.popleft()
            taken.add(old.id)
            found.pairs.append((old, new))
        else:
            left.append(new)
    return [old for old in olds if old.id not in taken], left


def _of_its_entry(
    olds: Sequence[Known],
    news: Sequence[Seen],
    found: Alignment,
    hashes: Mapping[int, Collection[str]],
) -> tuple[list[Known], list[Seen]]:
    """Pair what says a text that the entry of an item has, in its place before all others."""
    waiting: dict[str, list[Known]] = defaultdict(list)
    for old in olds:
        for digest in set(hashes.get(old.id, ())):
            waiting[digest].append(old)
    taken: set[int] = set()
    left: list[Seen] = []
    for new in news:
        those = [old for old in waiting.get(new.hash, ()) if old.id not in taken]
        if those:
            old = next((each for each in those if each.key == new.item.key), those[0])
            taken.add(old.id)
            found.pairs.append((old, new))
        else:
            left.append(new)
    return [old for old in olds if old.id not in taken], left


def _alike(
    olds: Sequence[Known],
    news: Sequence[Seen],
    found: Alignment,
    text_of: Callable[[Known], str],
) -> tuple[list[Known], list[Seen]]:
    """Pair what stands under the same heading and has most of its words in common."""
    under: dict[str, tuple[list[Known], list[int]]] = defaultdict(lambda: ([], []))
    for old in olds:
        under[_heading(old)][0].append(old)
    for at, new in enumerate(news):
        under[_heading(new)][1].append(at)
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for before, after in under.values():
        if not before or not after or len(before) * len(after) > MOST_COMPARED:
            continue
        words = {old.id: _words(text_of(old)) for old in before}
        shares = [
            (_share(words[old.id], _words(news[at].item.body)), -place, -at, old)
            for place, old in enumerate(before)
            for at in after
        ]
        for share, _, at, old in sorted(shares, key=lambda each: each[:3], reverse=True):
            if share >= LIKE and old.id not in taken_old and -at not in taken_new:
                taken_old.add(old.id)
                taken_new.add(-at)
                found.pairs.append((old, news[-at]))
    return (
        [old for old in olds if old.id not in taken_old],
        [new for at, new in enumerate(news) if at not in taken_new],
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text[:4000].casefold()))


def _share(one: frozenset[str], other: Iterable[str]) -> float:
    others = frozenset(other)
    together = len(one | others)
    return len(one & others) / together if together else 0.0

"""Which entries may be one, or may not both be true: found by the program, settled by a person.

Finding is no change that anybody makes: pairs are written in plain transactions, and nothing is
merged, ended or put away here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from convledger.memory.likeness import DUPLICATE, Likeness, kind_of
from convledger.memory.sketches import Sketch, Sketcher, like_places
from convledger.memory.text_forms import ANY_NUMBER, form_of
from convledger.memory.words import scope_words, title_of
from convledger.store import entry_pairs
from convledger.store.connection import transaction
from convledger.store.entries import matching
from convledger.store.entry_pairs import Pair, Text
from convledger.store.settings import note, setting
from convledger.store.terms import fold

MOST_LIKE = 12  # entries that one is compared with closely, and pairs that it is told in
_MOST_TERMS = 12
_MOST_WORDS = 60  # of a text whose rarity is looked up: the longest
_MOST_FOUND = 200
_ENOUGH_ROWS, _FEWEST_TERMS = 6_000, 3
_BATCH = 500
_AT_ONCE = 200  # pairs written or dropped in one transaction
_BEGINNING = 4_000  # characters of a body in which its title is looked for
_MOST_TEXTS, _MOST_CHARACTERS = 2_000, 8_000_000
_DONE_UP_TO = "pairs_up_to"  # the last entry that an unfinished search has compared


@dataclass(frozen=True, slots=True)
class Search:
    """What a search through everything did; where it was stopped, the next one goes on there."""

    entries: int
    compared: int
    proposed: int
    is_finished: bool


def compared_text(text: Text) -> str:
    """Return what of an entry is compared: its title too, where that says what its body does not.

    Most titles are the first words of a body, perhaps of one that was edited since.
    """
    title = {*text.title.casefold().removesuffix("…").split()}
    body = {*text.body[:_BEGINNING].casefold().split()}
    if text.title == title_of(text.body) or 2 * len(title & body) >= len(title):
        return text.body
    return f"{text.title}\n{text.body}"


def open_pairs(connection: sqlite3.Connection) -> list[Pair]:
    """Return the pairs to be settled, conflicts first, then the likest.

    What was changed or archived since it was compared is judged as it is now.
    """
    found = []
    for pair in entry_pairs.pairs_where(connection, "status='open'"):
        now = _as_it_is(connection, pair)
        found += [] if now is None else [now]
    return found


def refresh_pairs(connection: sqlite3.Connection, entry_ids: Iterable[int], now: int) -> int:
    """Look for pairs of entries that came in, changed, were archived or restored; return how many.

    Belongs behind the change, not within it. Open pairs that no longer hold are dropped.
    """
    count = 0
    for entry_id in dict.fromkeys(entry_ids):
        gone, kept, left = [], [], []
        for pair in entry_pairs.pairs_where(
            connection, "status='open' AND ? IN (first_id, second_id)", (entry_id,)
        ):
            as_it_is = _as_it_is(connection, pair)
            if as_it_is is None:
                gone.append(pair)
                left.append(pair.second_id if pair.first_id == entry_id else pair.first_id)
            else:
                kept.append(as_it_is)
        text = entry_pairs.text_of(connection, entry_id)
        wanted = [] if text is None or not text.is_here else _pairs_of(connection, text, now)
        # Copies are told in a row: where one leaves it, those beside it are told with each other.
        for other_id in left:
            other = entry_pairs.text_of(connection, other_id)
            if other is not None and other.is_here:
                wanted += _pairs_with(connection, other, entry_pairs.beside(connection, other), now)
        with transaction(connection):
            for pair in gone:
                entry_pairs.drop(connection, pair)
            count += sum([entry_pairs.propose(connection, pair) for pair in (*kept, *wanted)])
    return count


def _pairs_of(connection: sqlite3.Connection, text: Text, now: int) -> list[Pair]:
    ids = entry_pairs.beside(connection, text) + _candidates(connection, text)
    return _pairs_with(connection, text, ids, now)


def _pairs_with(
    connection: sqlite3.Connection, text: Text, entry_ids: Iterable[int], now: int
) -> list[Pair]:
    found = []
    for other_id in dict.fromkeys(entry_ids):
        other = entry_pairs.text_of(connection, other_id)
        pair = None if other is None else _pair(text, other, now)
        found += [] if pair is None else [pair]
    return found


def _as_it_is(connection: sqlite3.Connection, pair: Pair) -> Pair | None:
    """Return a pair judged by its texts of now; None where it no longer holds."""
    one = entry_pairs.text_of(connection, pair.first_id)
    other = entry_pairs.text_of(connection, pair.second_id)
    if one is None or other is None or not (one.is_here and other.is_here):
        return None
    can_meet = one.hash == other.hash or _can_meet(one.scope, other.scope)
    if can_meet and pair.hashes == entry_pairs.joined(one, other):
        return pair
    return _pair(one, other, pair.at)


def _pair(one: Text, other: Text, now: int) -> Pair | None:
    if one.id > other.id:
        one, other = other, one
    likeness = _likeness(one, other)
    if likeness is None:
        return None
    return Pair(
        first_id=one.id,
        second_id=other.id,
        kind=likeness.kind,
        score=likeness.score,
        reason=likeness.reason,
        hashes=entry_pairs.joined(one, other),
        at=now,
    )


def _likeness(one: Text, other: Text) -> Likeness | None:
    if one.hash == other.hash:
        where = f"{scope_words(one.scope)}, {scope_words(other.scope)}"
        reason = "same text" if one.scope == other.scope else f"same text in {where}"
        return Likeness(DUPLICATE, 1000, reason)
    if not _can_meet(one.scope, other.scope):
        return None
    return kind_of(compared_text(one), compared_text(other))


def _can_meet(one: str, other: str) -> bool:
    """Tell whether two scopes are ever carried together: one scope, or one of them everywhere."""
    return one == other or not one or not other


def _candidates(connection: sqlite3.Connection, text: Text) -> list[int]:
    """Return the entries that share the rarest words with one, the best first."""
    terms = _terms(connection, compared_text(text))
    if not terms:
        return []
    found = [number for number, _ in matching(connection, " OR ".join(terms), _MOST_FOUND)]
    others = (number for number in found if number != text.id)
    return entry_pairs.meeting(connection, text.scope, others, MOST_LIKE)


def _terms(connection: sqlite3.Connection, text: str) -> list[str]:
    words = {fold(word) for word in form_of(text).words if word != ANY_NUMBER}
    longest = sorted(words, key=lambda word: (-len(word), word))[:_MOST_WORDS]
    spread = entry_pairs.spread(connection, longest)
    terms: list[str] = []
    rows = 0
    for word in sorted((word for word in longest if spread[word] > 1), key=spread.__getitem__):
        if len(terms) >= _MOST_TERMS or (
            len(terms) >= _FEWEST_TERMS and rows + spread[word] > _ENOUGH_ROWS
        ):
            break
        rows += spread[word]
        terms.append(_quoted(word))
    # Where no spaces stand the index takes a whole phrase for one word: its beginning must do.
    lone = [word for word in longest if spread[word] <= 1 and len(word) > 3 and word[0] >= "\u2e80"]
    terms += [f"{_quoted(word[:3])}*" for word in lone[: _MOST_TERMS - len(terms)]]
    return terms


def _quoted(word: str) -> str:
    return '"' + word.replace('"', " ").replace("\0", " ") + '"'


def find_all_pairs(
    connection: sqlite3.Connection,
    now: int,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> Search:
    """Look for pairs among all entries; belongs into a worker, as it takes a while.

    What is found is written batch by batch: stopped, or killed, the next search goes on behind the
    last batch. `progress` is told how many entries of how many are done, each counting twice: as
    read, and as compared.
    """
    texts = _Texts(connection)
    done_up_to = int(setting(connection, _DONE_UP_TO, "0"))
    ids: list[int] = []
    sketches: list[Sketch] = []
    sketcher = Sketcher()
    (total,) = connection.execute("SELECT count(*) FROM entry WHERE state<>'archived'").fetchone()
    while page := entry_pairs.texts_behind(connection, ids[-1] if ids else 0, _BATCH):
        for text in page:
            if stopping():
                return Search(total, 0, 0, is_finished=False)
            ids.append(text.id)
            sketches.append(sketcher.sketch(form_of(compared_text(text)).words))
        progress(min(len(ids), total), 2 * total)
    like = like_places(sketches, stopping)
    if like is None:
        return Search(total, 0, 0, is_finished=False)
    proposed = compared = 0
    for start in range(0, len(ids), _BATCH):
        batch = range(start, min(start + _BATCH, len(ids)))
        if ids[batch[-1]] > done_up_to:
            found = []
            for place in batch:
                if stopping():
                    return Search(total, compared, proposed, is_finished=False)
                others = like.get(place, [])
                compared += len(others)
                found += _best(texts, ids[place], [ids[other] for other in others], now)
            proposed += _write(connection, found)
            note(connection, _DONE_UP_TO, ids[batch[-1]])
        progress(min(total + batch[-1] + 1, 2 * total), 2 * total)
    if stopping():
        return Search(total, compared, proposed, is_finished=False)
    copies, gone = [], []
    for one_id, other_id in list(entry_pairs.copies(connection)):
        one, other = texts.get(one_id), texts.get(other_id)
        copies.append(None if one is None or other is None else _pair(one, other, now))
    proposed += _write(connection, [pair for pair in copies if pair is not None])
    for pair in entry_pairs.pairs_where(connection, "status='open'"):
        if stopping():
            return Search(total, compared, proposed, is_finished=False)
        if _as_it_is(connection, pair) is None:
            gone.append(pair)
    for start in range(0, len(gone), _AT_ONCE):
        with transaction(connection):
            for pair in gone[start : start + _AT_ONCE]:
                if _as_it_is(connection, pair) is None:  # it may hold again meanwhile
                    entry_pairs.drop(connection, pair)
    connection.execute("DELETE FROM setting WHERE name=?", (_DONE_UP_TO,))
    return Search(total, compared, proposed, is_finished=True)


def _write(connection: sqlite3.Connection, pairs: Sequence[Pair]) -> int:
    """Write pairs, a few at once as others wait to write; return how many are new."""
    count = 0
    for start in range(0, len(pairs), _AT_ONCE):
        with transaction(connection):
            some = pairs[start : start + _AT_ONCE]
            count += sum([entry_pairs.propose(connection, pair) for pair in some])
    return count


class _Texts:
    """Texts by entry, those asked for last kept at hand."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._kept: dict[int, Text | None] = {}
        self._size = 0

    def get(self, entry_id: int) -> Text | None:
        if entry_id not in self._kept:
            if len(self._kept) >= _MOST_TEXTS or self._size > _MOST_CHARACTERS:
                self._kept.clear()
                self._size = 0
            text = entry_pairs.text_of(self._connection, entry_id)
            self._kept[entry_id] = text
            self._size += len(text.body) if text else 0
        return self._kept[entry_id]


def _best(texts: _Texts, entry_id: int, other_ids: list[int], now: int) -> list[Pair]:
    """Return the likest pairs of an entry with others; copies are found by their hash instead."""
    text = texts.get(entry_id)
    others = [texts.get(other_id) for other_id in other_ids]
    pairs = [
        pair
        for other in others
        if text is not None and other is not None and text.hash != other.hash
        if text.is_here and other.is_here
        if (pair := _pair(other, text, now)) is not None
    ]
    return sorted(pairs, key=lambda pair: -pair.score)[:MOST_LIKE]

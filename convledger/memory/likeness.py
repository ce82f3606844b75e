"""Whether two texts say the same, or nearly the same with something that counts being different.

Only ever proposed to a person: no likeness of words proves that two texts mean the same.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from convledger.memory.guard import differences
from convledger.memory.guard_words import FILLERS
from convledger.memory.text_forms import ASIDE, LOOKED_AT, Form, form_of

DUPLICATE, CONFLICT = "duplicate", "conflict"
NEAR = 620  # per mille that two texts must be alike in their bare words
# Where a number differs the words must be nearer: else any two texts of one pattern would do.
NEAR_BUT_FOR = 700
_LEAST_LETTERS = 3  # beside numbers: "5" and "6" are no two versions of one text
_LONGER = 3  # times that one text may be as long as the other
_MOST_TOLD = 3
_LONGEST_KEPT = 40  # letters of a word whose pieces are kept at hand


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are: `kind` is duplicate or conflict, `score` per mille, why in words.

    The score of a duplicate is that of its bare words; that of a conflict counts what differs too.
    """

    kind: str
    score: int
    reason: str


def kind_of(one: str, other: str) -> Likeness | None:
    """Return how alike two texts are, None where they are not; the order changes no kind or score.

    Of long texts the first 20,000 characters are compared, and the reason says so.
    """
    mine, yours = folded(one), folded(other)
    if mine == yours:
        return Likeness(DUPLICATE, 1000, "same text")
    if max(len(mine), len(yours)) > _LONGER * min(len(mine), len(yours)):
        return None
    return like(cached_form(one), cached_form(other))


def like(mine: Form, yours: Form) -> Likeness | None:
    """Return how alike two texts are that are taken apart already."""
    if min(mine.bare_letters, yours.bare_letters) < _LEAST_LETTERS:
        return None
    near = _per_mille(mine.words, yours.words)
    if near < NEAR:
        return None
    told = differences(mine, yours)
    if near < NEAR_BUT_FOR and any(kind in ASIDE for kind, _ in told):
        return None
    kind = CONFLICT if told else DUPLICATE
    score = _per_mille(mine.plain, yours.plain) if told else near
    reasons = [words for _, words in told[:_MOST_TOLD]] or [_other_words(mine, yours)]
    if mine.is_cut or yours.is_cut:
        reasons.append(f"only the first {LOOKED_AT:,} characters were compared")
    return Likeness(kind, score, "; ".join(reasons))


def folded(text: str) -> str:
    """Return a text as it is compared for being the same: whatever its case, spaces and forms.

    Forms of characters only in texts of a usual length: a character may stand for 18.
    """
    formed = text if len(text) > LOOKED_AT else unicodedata.normalize("NFKC", text)
    return " ".join(formed.casefold().split())


@lru_cache(maxsize=256)
def cached_form(text: str) -> Form:
    """Return a text taken apart; the same few are asked for again and again."""
    return form_of(text)


def word_pieces(word: str) -> frozenset[str]:
    """Return the three-letter pieces of a word, its ends among them."""
    return _short_pieces(word) if len(word) <= _LONGEST_KEPT else _pieces(word)


def _pieces(word: str) -> frozenset[str]:
    ended = f" {word} "
    return frozenset(ended[at : at + 3] for at in range(max(len(word), 1)))


_short_pieces = lru_cache(maxsize=16_384)(_pieces)


def word_trigrams(words: tuple[str, ...]) -> frozenset[str]:
    """Return the three-letter pieces of words, whatever order the words stand in."""
    return frozenset().union(*map(word_pieces, set(words)))


def text_trigrams(words: tuple[str, ...]) -> frozenset[str]:
    """Return the three-letter pieces of a text, in which the order of words tells a little."""
    text = f" {' '.join(words)} "
    return frozenset(text[at : at + 3] for at in range(len(text) - 2))


def _per_mille(mine: tuple[str, ...], yours: tuple[str, ...]) -> int:
    """Return the better of two likenesses: with and without the order of words."""
    return max(
        _jaccard(word_trigrams(mine), word_trigrams(yours)),
        _jaccard(text_trigrams(mine), text_trigrams(yours)),
    )


def _jaccard(mine: frozenset[str], yours: frozenset[str]) -> int:
    both = len(mine & yours)
    either = len(mine) + len(yours) - both
    return 1000 * both // either if either else 0


def _other_words(mine: Form, yours: Form) -> str:
    here, there = Counter(mine.plain), Counter(yours.plain)
    gone = [word for word in here - there if word not in FILLERS]
    come = [word for word in there - here if word not in FILLERS]
    if gone and come:
        return f"other words: {_some(gone)} / {_some(come)}"
    if gone or come:
        return f"words in one only: {_some(gone or come)}"
    return "same words" if mine.words == yours.words else "same words in another order"


def _some(words: list[str]) -> str:
    shown = ", ".join(word if len(word) <= 40 else f"{word[:39]}…" for word in words[:_MOST_TOLD])
    return f"{shown} …" if len(words) > _MOST_TOLD else shown

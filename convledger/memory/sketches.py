"""Sketches of texts (MinHash), by which the like ones among many are found without comparing all.

Of each piece of a text 48 numbers are drawn from its hash; the smallest of each make its sketch.
Two texts share each number as often as they share pieces, so those that share three in a row in any
of 16 places are looked at more closely. Beside it stand bits, one set for each piece: they tell how
much two short texts share at the price of one "and". No sketch says that two texts are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import shake_128
from operator import eq
from struct import unpack

from convledger.memory.likeness import word_pieces

DRAWN, IN_A_ROW = 48, 3
LEAST_SHARED = 16  # of 48: 29 are shared at a likeness of 600 per mille, give or take 7
LEAST_BITS = 590  # per mille: two pieces may have one bit, which makes texts a little more alike
_BITS = 2048
MOST_TOGETHER = 32  # that are compared with each other; more are told apart by further numbers
_FURTHER = 9
_NEXT = 3  # of a series of texts that no number tells apart, each is compared with the next ones
_MOST_KEPT, _LONGEST_KEPT = 20_000, 40
# The same number is the same object wherever it is drawn: a sketch then takes 440 bytes.
_NUMBERS = tuple(range(1 << 16))

Drawn = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """The smallest numbers of a text's pieces, and the bits that its pieces set."""

    numbers: Drawn
    bits: int


class Sketcher:
    """Makes sketches, and keeps those of words: a text's is the least of those of its words."""

    def __init__(self) -> None:
        self._drawn: dict[str, Sketch] = {}
        self._words: dict[str, Sketch] = {}

    def sketch(self, words: Iterable[str]) -> Sketch:
        """Return the sketch of a text's words, in whatever order; an empty one where are none."""
        return _least([self._words.get(word) or self._word(word) for word in set(words)])

    def _word(self, word: str) -> Sketch:
        pieces = word_pieces(word)
        found = _least([self._drawn.get(piece) or self._draw(piece) for piece in pieces])
        return _kept(self._words, word, found)

    def _draw(self, piece: str) -> Sketch:
        digest = shake_128(piece.encode("utf-8", "replace")).digest(2 * DRAWN)
        numbers = tuple(_NUMBERS[number] for number in unpack(f"<{DRAWN}H", digest))
        return _kept(self._drawn, piece, Sketch(numbers, 1 << numbers[0] % _BITS))


def _kept(known: dict[str, Sketch], word: str, sketch: Sketch) -> Sketch:
    if len(word) <= _LONGEST_KEPT:
        if len(known) >= _MOST_KEPT:
            known.clear()
        known[word] = sketch
    return sketch


def _least(sketches: Sequence[Sketch]) -> Sketch:
    if len(sketches) < 2:
        return sketches[0] if sketches else Sketch((), 0)
    bits = 0
    for each in sketches:
        bits |= each.bits
    return Sketch(tuple(map(min, *[each.numbers for each in sketches])), bits)


def like_places(
    sketches: Sequence[Sketch], stopping: Callable[[], bool] = lambda: False
) -> dict[int, list[int]] | None:
    """Return for each place the places before it whose texts are worth being compared with its.

    None where it was stopped.
    """
    found: dict[int, set[int]] = {}
    bits = [sketch.bits for sketch in sketches]
    sizes = [LEAST_BITS * each.bit_count() for each in bits]
    least = 1000 + LEAST_BITS  # shared / (one + other - shared) without dividing
    for band in range(DRAWN // IN_A_ROW):
        for members in groups(sketches, band):
            if stopping():
                return None
            for at, place in enumerate(members):
                mine, size = bits[place], sizes[place]
                for other in members[:at]:
                    if least * (mine & bits[other]).bit_count() < size + sizes[other]:
                        continue
                    if _shared(sketches[place], sketches[other]) >= LEAST_SHARED:
                        found.setdefault(place, set()).add(other)
    return {place: sorted(others) for place, others in found.items()}


def _shared(one: Sketch, other: Sketch) -> int:
    return sum(map(eq, one.numbers, other.numbers))


def groups(sketches: Sequence[Sketch], band: int) -> Iterator[list[int]]:
    """Yield the places of sketches that share the numbers of a band, at most a few together."""
    first = band * IN_A_ROW
    found: dict[Drawn, list[int]] = {}
    for place, sketch in enumerate(sketches):
        if sketch.numbers:
            found.setdefault(sketch.numbers[first : first + IN_A_ROW], []).append(place)
    for members in found.values():
        if len(members) > 1:
            yield from _apart(sketches, members, first + IN_A_ROW, _FURTHER)


def _apart(
    sketches: Sequence[Sketch], members: list[int], column: int, left: int
) -> Iterator[list[int]]:
    if len(members) <= MOST_TOGETHER:
        yield members
    elif not left:
        for at in range(len(members) - 1):
            for behind in members[at + 1 : at + 1 + _NEXT]:
                yield [members[at], behind]
    else:
        found: dict[int, list[int]] = {}
        for place in members:
            found.setdefault(sketches[place].numbers[column % DRAWN], []).append(place)
        for fewer in found.values():
            if len(fewer) > 1:
                yield from _apart(sketches, fewer, column + 1, left - 1)

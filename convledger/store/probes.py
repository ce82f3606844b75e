"""Pieces of what is erased, by which to look for it afterwards in the bytes of files.

A probe is 24 bytes that begin with one of few byte values. So a pass for each of these finds all
probes, however many there are: the places where one could begin are listed, and looked up in a set.
(One alternation of some thousand literals runs at 1.5 MB a second over compressed pages, since each
of their bytes begins some literal; this at some hundred.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, field

from convledger.store.bare import bare, bare_pieces

WINDOW = 24
SHORTEST = 8  # shorter texts stand everywhere
MOST = 1024  # probes of one kind
MOST_SAID = 20_000  # texts that are looked for in files outside of the ledger
_A_TEXT = 8  # probes of one text
_MOST_SHORT = 6
_AROUND = 16  # bytes: each piece then holds some of the span
# The rarer a first byte, the fewer places to look at; each costs a pass. Rare letters first, then
# whatever is rare in a text, for few texts.
_RARE = re.compile(rb"[qz]")
_MOST_OTHERS = 6
_COMMON = b" \n\tetaoinsrhldcumfpgwybv,.\x00"
_PACKED = re.compile(rb"\x9e")
# A word that every tokenizer cuts alike: ASCII, with ASCII signs or nothing around it.
_APART = rb"[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]"
_WORD = re.compile(rb"(?<!%b)[A-Za-z0-9]{8,40}(?!%b)" % (_APART, _APART))
_SCANNED = 1 << 16  # bytes of a text in which words are looked for


class Probes(Struct):
    """What to look for: windows of texts and of packed pages, short texts whole, words."""

    texts: set[bytes] = field(default_factory=set)
    packed: set[bytes] = field(default_factory=set)
    short: set[bytes] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    others: set[int] = field(default_factory=set)  # first bytes beside the rare letters
    said: list[list[str]] = field(default_factory=list)  # of each text as other files may write it

    def add_text(self, text: str | bytes | None) -> None:
        """Take pieces of a text; the longest of the texts that have no room for a piece."""
        if not text:
            return
        encoded = text.encode("utf-8", "replace") if isinstance(text, str) else text
        if len(self.words) < MOST:
            words = _WORD.findall(encoded[:_SCANNED])
            self.words.update(word.decode().lower() for word in _some(words))
        if len(encoded) >= WINDOW:
            self.texts.update(_pieces(encoded, self.others))
            _thin(self.texts)
        elif len(encoded.strip()) >= SHORTEST:
            self.short.add(encoded)
            if len(self.short) > _MOST_SHORT:
                self.short.discard(min(self.short, key=len))

    def add_said(self, text: str | bytes | None) -> None:
        """Take a text that may have been written to files of other forms than the ledger's."""
        self.add_text(text)
        shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text or ""
        pieces = bare_pieces(bare(shown))
        if pieces and len(self.said) < MOST_SAID:
            self.said.append(pieces)

    def add_span(self, text: str, start: int, end: int) -> None:
        """Take pieces of a span of a text; of a short one also with what stands around it."""
        what = text[start:end].encode("utf-8", "replace")
        self.add_said(what)
        if len(what) < WINDOW:
            before = text[max(0, start - _AROUND) : start].encode("utf-8", "replace")[-_AROUND:]
            after = text[end : end + _AROUND].encode("utf-8", "replace")[:_AROUND]
            around = before + what + after
            if len(around) >= WINDOW:
                self.texts.update(_pieces(around, self.others))
                _thin(self.texts)

    def add_packed(self, packed: bytes) -> None:
        """Take pieces of a page as it was compressed."""
        starts = [found.start() for found in _PACKED.finditer(packed)]
        self.packed.update(
            packed[start : start + WINDOW]
            for start in _spread(starts, _A_TEXT)
            if start + WINDOW <= len(packed)
        )
        _thin(self.packed)

    @property
    def windows(self) -> set[bytes]:
        """All pieces of 24 bytes."""
        return self.texts | self.packed

    @property
    def count(self) -> int:
        """How many pieces there are to look for."""
        return len(self.texts) + len(self.packed) + len(self.short) + len(self.words)


def _pieces(encoded: bytes, others: set[int]) -> Iterator[bytes]:
    last = len(encoded) - WINDOW
    starts = [found.start() for found in _RARE.finditer(encoded, 0, last + 1)]
    if not starts:
        begins = Counter(encoded[: last + 1])
        if not others & begins.keys() and len(others) < _MOST_OTHERS:
            others.add(min(begins, key=lambda value: (value in _COMMON, begins[value], value)))
        starts = [place for place in range(last + 1) if encoded[place] in others]
    for start in _spread(starts, _A_TEXT):
        yield encoded[start : start + WINDOW]


def _some(words: list[bytes]) -> list[bytes]:
    """Return some of the words of a text, the longest first: those are seldom another's."""
    return sorted(set(words), key=lambda word: (-len(word), word))[:_A_TEXT]


def _spread(places: list[int], count: int) -> list[int]:
    """Return some of many places, from first to last."""
    if len(places) <= count:
        return places
    return [places[number * (len(places) - 1) // (count - 1)] for number in range(count)]


def _thin(pieces: set[bytes]) -> None:
    if len(pieces) > MOST:
        pieces.difference_update(sorted(pieces)[::2])


Finder = Callable[[bytes], set[bytes]]


def finder(windows: Iterable[bytes]) -> Finder:
    """Return what finds those of `windows` that occur in some bytes."""
    wanted = frozenset(windows)
    if not wanted:
        return lambda _: set()
    listing = [
        (
            bytes([first]),
            re.compile(
                rb"%b(?=(.{%d}))" % (re.escape(bytes([first])), WINDOW - 1), re.DOTALL
            ).findall,
            frozenset(each[1:] for each in wanted if each[0] == first),
        )
        for first in {each[0] for each in wanted}
    ]

    def found(data: bytes) -> set[bytes]:
        return {
            first + rest
            for first, listed, rests in listing
            for rest in rests.intersection(listed(data))
        }

    return found

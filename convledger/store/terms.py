"""What a person searches for: as the index is asked for it, and where it stands in a text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from convledger.store.bodies import CJK, query_words
from convledger.store.patterns import unicode_text

_CJK = re.compile(f"[{CJK}]")
_WORD = re.compile(r"[^\W_]+")
_ACCENT = re.compile("[\u0300-\u036f]")
_TERM = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must follow each other; with `open_end` the last is the beginning of a word.

    `expression` asks FTS5 for them, and nothing in it but quotes and a last star acts.
    """

    expression: str
    words: tuple[str, ...]
    open_end: bool = False

    def place(self, folded: str) -> tuple[int, int] | None:
        """Return where the term begins and ends in a folded text; None if nowhere."""
        start = folded.find(self.words[0])
        while start >= 0:
            end = self._end(folded, start)
            if end:
                return start, end
            start = folded.find(self.words[0], start + 1)
        return None

    def _end(self, text: str, start: int) -> int:
        """Return where the term ends that begins at `start`; 0 where it does not."""
        before, at = "", start
        if start and _goes_on(text[start - 1], self.words[0]):
            return 0
        for word in self.words:
            if before:
                behind = at
                while at < len(text) and not text[at].isalnum():
                    at += 1
                if at == behind and not (_is_cjk(word) or _is_cjk(before)):
                    return 0
            if not text.startswith(word, at):
                return 0
            before, at = word, at + len(word)
        is_cut = not self.open_end and at < len(text) and _goes_on(text[at], before)
        return 0 if is_cut else at


def _goes_on(neighbour: str, word: str) -> bool:
    """Tell whether a character beside a word belongs to the word."""
    return neighbour.isalnum() and not _is_cjk(neighbour) and not _is_cjk(word)


def _is_cjk(word: str) -> bool:
    return _CJK.fullmatch(word) is not None


def terms_of(text: str) -> list[Term]:
    """Return the words, "phrases" in quotes and beginnings* of a query; none if it holds no word.

    What the index takes for several words, as `report.py`, is a phrase.
    """
    terms = []
    for found in _TERM.finditer(unicode_text(text)):
        quoted, bare = found[1], found[2] or ""
        star = quoted is None and bare.endswith("*") and len(bare) > 2
        said = quoted if quoted is not None else bare.rstrip("*") if star else bare
        spaced = query_words(said).replace('"', " ").replace("\0", " ")
        words = tuple(_WORD.findall(fold(spaced)))
        if words:
            terms.append(Term(f'"{spaced}"' + ("*" if star else ""), words, star))
    return terms


_MOST_BASES = 20_000


class _Bases(dict[int, str]):
    """The small letter without accents of each character that was asked for; none for an accent."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        parts = unicodedata.normalize("NFD", character)
        # A Hangul syllable comes apart too, into letters and not into accents.
        base = parts[0] if all(map(_is_accent, parts[1:])) else character
        small = base.lower()
        small = small if len(small) == 1 else base
        small = "" if _is_accent(character) else small
        if len(self) < _MOST_BASES:
            self[code] = small
        return small


def _is_accent(character: str) -> bool:
    return "\u0300" <= character <= "\u036f"


_BASES = _Bases()


def fold(text: str) -> str:
    """Return `text` in small letters without accents, as the index compares it.

    It is as long as `text`, but for accents that stand there as characters of their own.
    """
    return text.lower() if text.isascii() else text.translate(_BASES)


def first_place(text: str, terms: list[Term]) -> tuple[int, int]:
    """Return where in `text` the first match of any term begins and ends; 0, 0 if nowhere.

    Most terms stand there in plain letters: only where none does accents are taken off.
    """
    lowered = text.lower()
    # An accent that is a character of its own would pass for a break between two words.
    if len(lowered) == len(text) and (text.isascii() or not _ACCENT.search(text)):
        start, end = _first(lowered, terms)
        if end or text.isascii():
            return start, end
    folded = fold(text)
    start, end = _first(folded, terms)
    if end and len(folded) != len(text):
        kept = [place for place, character in enumerate(text) if not _is_accent(character)]
        start, end = kept[start], kept[end - 1] + 1
    return start, end


def _first(text: str, terms: list[Term]) -> tuple[int, int]:
    return min((place for term in terms if (place := term.place(text))), default=(0, 0))

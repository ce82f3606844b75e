"""Texts in the form that they are compared in.

A text is taken apart once, in one pass, into its bare words and its marks. Marks stand beside the
words, so that "takes 5 minutes" and "takes 15 minutes" are the same words with another number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from convledger.memory.guard_words import (
    DOUBTFUL_MONTHS,
    FILLERS,
    MONTH_NUMBERS,
    MONTHS,
    NEGATING_SIGNS,
    NEGATIONS,
    NUMBER_WORDS,
    OPPOSITES,
    SHORT_MONTHS,
    UNITS,
    WEEKDAYS,
)

LOOKED_AT = 20_000  # characters of a text that are compared
NUMBER, DATE, WEEKDAY, MONTH, UNIT = "number", "date", "weekday", "month", "unit"
NAME, QUOTED, NEGATION, OPPOSITE = "name", "quoted name", "negation", "opposite"
ASIDE = frozenset((NUMBER, DATE, WEEKDAY, MONTH, UNIT, NEGATION))  # not among the bare words
ANY_NUMBER = "0"  # stands for each number among the bare words

# Joints and word characters exclude each other: one pass, whatever the text.
_TOKEN = re.compile(r"[$€£¥%]|°[CF]?|\w+(?:(?:['’\-/.:@\\]{1,3}|(?<=\d),(?=\d))\w+)*")
_QUOTED = re.compile(
    r'"([^"\n]{1,80})"|“([^”\n]{1,80})”|„([^“”\n]{1,80})[“”]|«([^»\n]{1,80})»|`([^`\n]{1,80})`'
    r"|(?<!\w)['‘]([^'’\n]{1,80})['’](?!\w)"
)
_NUMBER = re.compile(r"\d+(?:[.,:/'’\-]{1,3}\d+)*")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([,.'’])\d{3})(?:\1\d{3})*")
_ISO_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[Tt].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_WITH_UNIT = re.compile(r"(\d+(?:[.,]\d+)?)([^\W\d_]+)")
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
DIGITS = re.compile(r"\d+")
_NEGATING = re.compile("|".join(NEGATING_SIGNS))
_HUMP = re.compile(r"[a-z][A-Z]")
_JOINT = re.compile(r"[^\w]+|_+")
_LEFT = {number: word for word, (number, side) in reversed(OPPOSITES.items()) if side == 0}
_ENDS = frozenset(".!?:\n")
_CURRENCIES = frozenset("$€£¥")
_UNITS_OR_ORDINALS = UNITS.keys() | _ORDINALS
# Every other word of plain letters stands for itself.
_SPECIAL = frozenset(
    WEEKDAYS.keys() | MONTHS.keys() | SHORT_MONTHS.keys() | NEGATIONS | NUMBER_WORDS.keys()
    | OPPOSITES.keys()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that counts: its kind, its value for comparing, and the bare words around it."""

    kind: str
    value: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A text as it is compared: all its words, its bare words, and what counts beside them."""

    plain: tuple[str, ...]
    words: tuple[str, ...]
    marks: tuple[Mark, ...]
    is_cut: bool

    @property
    def bare_letters(self) -> int:
        """How many letters the bare words have, without the stand-ins for numbers."""
        return sum(len(word) for word in self.words if word != ANY_NUMBER)


def form_of(text: str) -> Form:
    """Take a text apart; of a long one only the beginning."""
    shown = unicodedata.normalize("NFKC", text[:LOOKED_AT])[:LOOKED_AT]
    plain: list[str] = []
    words: list[str] = []
    marks: list[tuple[str, str, int]] = []  # with the number of bare words before it
    for kind, value, bare, said in _parts(shown):
        plain.extend(said)
        if kind:
            marks.append((kind, value, len(words)))
        words.extend(bare)
    kept = [word for word in words if word not in FILLERS]
    marks.extend((QUOTED, value, 0) for value in _quoted(shown))
    around = [
        Mark(kind, value, words[at - 1] if at else "", _next(words, at, kind))
        for kind, value, at in marks
    ]
    enough = len(kept) >= 2
    return Form(
        tuple(plain), tuple(kept if enough else words), tuple(around), len(text) > LOOKED_AT
    )


def _next(words: list[str], at: int, kind: str) -> str:
    behind = at + (kind in (NUMBER, DATE, WEEKDAY, MONTH, NAME, OPPOSITE))
    while behind < len(words) and words[behind] in FILLERS:
        behind += 1
    return words[behind] if behind < len(words) else ""


def _quoted(text: str) -> Iterator[str]:
    for found in _QUOTED.finditer(text):
        inside = next(group for group in found.groups() if group is not None)
        value = " ".join(inside.casefold().split())
        if value:
            yield value


Part = tuple[str, str, tuple[str, ...], tuple[str, ...]]  # kind, value, bare words, all words


def _parts(text: str) -> Iterator[Part]:
    """Yield each word or sign with what it is, in order."""
    found = [(each.group(), each.start()) for each in _TOKEN.finditer(text)]
    at, behind_number = 0, False
    while at < len(found):
        token, start = found[at]
        folded = token.casefold()
        if (
            token.isalpha()
            and token.isascii()
            and not (
                folded in _SPECIAL or _HUMP.search(token) or (behind_number and folded in UNITS)
            )
        ):
            yield "", "", (folded,), (folded,)
            at, behind_number = at + 1, False
            continue
        used, part = _date_at(found, at)
        if part is None:
            used, part = 1, _number_part(token, text, start)
        if part is None and behind_number and (unit := UNITS.get(folded)):
            part = (UNIT, unit, (), (unit,))
        if part is None and token in _CURRENCIES and at + 1 < len(found):
            part = (UNIT, UNITS[token], (), (UNITS[token],))
        was_number = part is not None and part[0] in (NUMBER, DATE)
        if part is not None:
            yield part
        elif (split := _WITH_UNIT.fullmatch(token)) and split[2].casefold() in _UNITS_OR_ORDINALS:
            value = _value(split[1])
            yield NUMBER, value, (ANY_NUMBER,), (value,)
            if unit := UNITS.get(split[2].casefold()):
                yield UNIT, unit, (), (unit,)
        else:
            yield from _word_parts(token, text, start)
        behind_number = was_number
        at += used


def _date_at(found: list[tuple[str, int]], at: int) -> tuple[int, Part | None]:
    """Return a date that is written with the name of its month, and how many words it takes."""
    words = [token.casefold() for token, _ in found[at : at + 3]]
    day, month, year, used = "", "", "", 0
    if len(words) > 1 and _is_day(words[0]) and _month(words[1]):
        day, month, used = words[0], _month(words[1]), 2
    elif len(words) > 1 and _is_day(words[1]) and _month(words[0]):
        day, month, used = words[1], _month(words[0]), 2
    if not month:
        return 0, None
    if len(words) > 2 and len(words[2]) == 4 and _is_number(words[2]):
        year, used = words[2], 3
    number, number_of_day = MONTH_NUMBERS[month], int(DIGITS.findall(day)[0])
    value = f"{number_of_day} {month.capitalize()}"
    if year:
        value = f"{year}-{number:02}-{number_of_day:02}"
    return used, (DATE, value, (ANY_NUMBER,), (value,))


def _month(word: str) -> str:
    return MONTHS.get(word) or SHORT_MONTHS.get(word) or ""


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _is_day(word: str) -> bool:
    digits = word[:-2] if word[-2:] in _ORDINALS else word
    return len(digits) <= 2 and _is_number(digits) and 1 <= int(digits) <= 31


def _number_part(token: str, text: str, start: int) -> Part | None:
    if date := _ISO_DATE.fullmatch(token):
        value = f"{date[1]}-{int(date[2]):02}-{int(date[3]):02}"
        value += token[10:].casefold() if "T" in token else ""
        return DATE, value, (ANY_NUMBER,), (value,)
    if date := _DAY_FIRST.fullmatch(token):
        value = f"{date[3]}-{int(date[2]):02}-{int(date[1]):02}"
        return DATE, value, (ANY_NUMBER,), (value,)
    if _NUMBER.fullmatch(token):
        value = _value(token)
        if start and text[start - 1] in "-−" and (start == 1 or text[start - 2] in " (=["):
            value = f"-{value}"
        return NUMBER, value, (ANY_NUMBER,), (value,)
    if value := NUMBER_WORDS.get(token.casefold(), ""):
        return NUMBER, value, (ANY_NUMBER,), (value,)
    return None


def _value(token: str) -> str:
    """Return a number in the form that it is compared in: 5,000 is 5.000 and 5000, 2,5 is 2.5."""
    if _THOUSANDS.fullmatch(token):
        return re.sub(r"[,.'’]", "", token)
    return token.replace(",", ".")


def _word_parts(token: str, text: str, start: int) -> Iterator[Part]:
    folded = token.casefold().replace("’", "'")
    pieces = tuple(piece for piece in _JOINT.split(folded) if piece)
    if folded.endswith("n't") or folded in NEGATIONS:
        yield NEGATION, folded, (), (folded,)
    elif day := WEEKDAYS.get(folded):
        yield WEEKDAY, day, (ANY_NUMBER,), (day,)
    elif (month := MONTHS.get(folded)) and (
        folded not in DOUBTFUL_MONTHS or _is_capital(token, text, start)
    ):
        yield MONTH, month, (ANY_NUMBER,), (month,)
    elif _is_name(token, pieces):
        bare = tuple(DIGITS.sub(ANY_NUMBER, piece) for piece in pieces)
        yield NAME, folded, bare, pieces
    else:
        for piece in (folded,) if "'" in folded else pieces:
            if piece in NEGATIONS:
                yield NEGATION, piece, (), (piece,)
            elif not piece.isascii() and _NEGATING.search(piece):
                left = "".join(_NEGATING.split(piece))
                yield NEGATION, _signs(piece), (left,) if left else (), (piece,)
            elif piece in OPPOSITES:
                # Both sides are one bare word: the texts are alike but for what they say.
                yield OPPOSITE, piece, (_LEFT[OPPOSITES[piece][0]],), (piece,)
            else:
                yield "", "", (piece,), (piece,)


def _signs(piece: str) -> str:
    return " ".join(sorted(_NEGATING.findall(piece)))


def _is_capital(token: str, text: str, start: int) -> bool:
    """Tell whether a word is written large though no sentence begins with it."""
    before = text[max(start - 2, 0) : start]
    begins = not before.strip() or any(sign in _ENDS for sign in before)
    return token.istitle() and not begins


def _is_name(token: str, pieces: tuple[str, ...]) -> bool:
    """Tell whether a word names something: a path, an address, a version, an identifier."""
    has_digit = any(character.isdigit() for character in token)
    if has_digit:
        return True
    if all(len(piece) == 1 for piece in pieces):
        return False
    joined = any(sign in token for sign in "._@\\") or "::" in token or "//" in token
    return joined or token.count("/") > 1 or _HUMP.search(token) is not None


def plain_words(text: str) -> tuple[str, ...]:
    """Return all words of a text."""
    return tuple(word for _, _, _, said in _parts(text) for word in said)

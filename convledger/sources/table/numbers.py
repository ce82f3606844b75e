"""Numbers and amounts as tables write them, with a decimal mark that is said, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from convledger.sources.findings import TOKEN_LIMIT
from convledger.sources.lenient import BadLine

POINT, COMMA = ".", ","
MARKS = (POINT, COMMA)
SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}

_SPACES = str.maketrans("", "", " \xa0\u202f\u2009'’_")
_PLAIN = re.compile(r"[+-]?\d+")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,2}")
_BODY = re.compile(r"[+-]?\d[\d.,]*|[+-]?[.,]\d+")
_UNSURE = re.compile(r"[+-]?(?!0[.,])\d{1,3}[.,]\d{3}")
_AMOUNT = re.compile(r"(?P<minus>-?)(?P<left>[^\d+\-.,]{0,5})(?P<number>.*?\d)(?P<right>\D{0,5})")
_SIMPLE = {POINT: re.compile(r"[0-9]+(?:\.[0-9]+)?"), COMMA: re.compile(r"[0-9]+(?:,[0-9]+)?")}
_MOST = 10**9
_CURRENCY = re.compile(r"[A-Z]{3}")
_LONGEST = 40


def is_unsure(text: str) -> bool:
    """Tell whether a number may be read in two ways: 1,234 and 1.234 are such."""
    return _UNSURE.fullmatch(_bare(text)) is not None


def marks_in(values: Iterable[str], *, whole: bool = False) -> set[str]:
    """Return the decimal marks that these cells show beyond doubt; `whole`: they are counts.

    Of counts a mark before three digits can only group them, unless there are more such marks.
    """
    found = set()
    for value in values:
        text = _bare(value)
        if _PLAIN.fullmatch(text) or not _BODY.fullmatch(text):
            continue
        dots, commas = text.count("."), text.count(",")
        if dots and commas:
            found.add(POINT if text.rfind(".") > text.rfind(",") else COMMA)
        elif dots > 1 or commas > 1:
            found.add(COMMA if dots > 1 else POINT)
        elif not is_unsure(value):
            mark = POINT if dots else COMMA
            if not whole or text.rstrip("0").endswith(mark):
                found.add(mark)
    return found


def number_of(text: str, mark: str) -> Decimal:
    """Return a number; `mark` divides its fraction, and where it is empty doubt is an error.

    Raises BadLine with the reason.
    """
    bare = _bare(text)
    if len(bare) > _LONGEST:
        raise BadLine(f"not a number: {text.strip()!r:.40}")
    if _PLAIN.fullmatch(bare):
        return Decimal(bare)
    if _SCIENTIFIC.fullmatch(bare):
        return Decimal(bare.replace(",", "."))
    if not _BODY.fullmatch(bare):
        raise BadLine(f"not a number: {text.strip()!r:.40}")
    if not mark:
        if is_unsure(bare):
            raise BadLine(f"{bare} may be read in two ways: say which decimal mark the table has")
        mark = next(iter(marks_in([bare])), POINT)
    other = COMMA if mark == POINT else POINT
    whole, _, fraction = bare.partition(mark)
    if other in fraction or mark in fraction or not _grouped(whole, other):
        raise BadLine(f"{bare} is no number with {mark} as its decimal mark")
    return Decimal(f"{whole.replace(other, '') or '0'}.{fraction or '0'}")


def count_of(text: str, mark: str, most: int = TOKEN_LIMIT) -> int | None:
    """Return a whole number, None where the cell is empty. Raises BadLine."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        number = int(text)
        if number <= most:
            return number
    if not text.strip() or text.strip().lower() in NOTHING:
        return None
    exact = number_of(text, mark)
    if exact != exact.to_integral_value():
        raise BadLine(f"not a whole number: {text.strip()!r:.40}")
    if not 0 <= exact <= most:
        raise BadLine(f"not a possible count: {text.strip()!r:.40}")
    return int(exact)


def amount_of(text: str, mark: str) -> tuple[Decimal, str] | None:
    """Return an amount and the currency written beside it; None where the cell is empty.

    Raises BadLine.
    """
    stripped = text.strip()
    if mark and len(stripped) < _LONGEST and _SIMPLE[mark].fullmatch(stripped):
        exact = Decimal(stripped.replace(mark, "."))
        if exact <= _MOST:
            return exact, ""
    if not stripped or stripped.lower() in NOTHING:
        return None
    found = _AMOUNT.fullmatch(stripped) if len(stripped) <= _LONGEST * 2 else None
    if found is None:
        raise BadLine(f"not an amount: {stripped!r:.40}")
    currency = ""
    for written in (found["left"], found["right"]):
        sign = written.strip().upper()
        if sign:
            currency = SIGNS.get(sign, sign)
            if not _CURRENCY.fullmatch(currency):
                raise BadLine(f"not an amount: {stripped!r:.40}")
    number = number_of(found["number"], mark)
    if found["minus"] or number < 0:
        raise BadLine(f"not a possible cost: {stripped!r:.40}")
    if number > _MOST:
        raise BadLine(f"not a possible cost: {stripped!r:.40}")
    return number, currency


NOTHING = frozenset({"-", "–", "—", "n/a", "na", "null", "none", "nan", "#n/a"})


def _bare(text: str) -> str:
    return text.strip().translate(_SPACES)


def _grouped(whole: str, mark: str) -> bool:
    """Tell whether a number's whole part has its groups of three, or none."""
    first, *groups = whole.lstrip("+-").split(mark)
    return all(len(group) == 3 for group in groups) and (len(first) <= 3 or not groups)

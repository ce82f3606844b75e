"""The book's match rules: does a clause accept a model name, and how closely."""

from __future__ import annotations

import re
from datetime import date
from enum import IntEnum
from functools import lru_cache

import msgspec

_SUFFIX = re.compile(
    r"[-@:](?:20\d{6}|20\d\d-\d\d-\d\d|latest|preview(?:-\d\d-\d\d(?:-\d{4}|\d\d)?|-\d\d-20\d\d)?"
    r"|exp(?:-\d\d-\d\d)?|v\d+(?::\d+)?(?::\d+k)?|0\d\d|\d{4})$"
)
_COMPACT_DATE = re.compile(r"(-)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)")
_BOUNDARY = "./:@~"


class Clause(msgspec.Struct, array_like=True, frozen=True):
    """A match rule: a kind (s e c r = for texts, | & for parts) and what it looks for."""

    kind: str
    operand: str | list[Clause]


class Fit(IntEnum):
    """How a clause took a name: not, as one of an open family, or as exactly this model."""

    NONE = 0
    FAMILY = 1
    EXACT = 2


@lru_cache(maxsize=512)
def _pattern(regex: str) -> re.Pattern[str]:
    return re.compile(regex)


def stem(name: str) -> str:
    """Return `name` without the date and version suffixes that do not change a price."""
    while shorter := _SUFFIX.sub("", name):
        if shorter == name:
            return name
        name = shorter
    return name


def repair_compact_date(name: str) -> str:
    """Return `name` with a date like "-20251211" written "-2025-12-11"."""

    def dashed(found: re.Match[str]) -> str:
        year, month, day = (int(found.group(group)) for group in (2, 3, 4))
        try:
            return f"-{date(year, month, day).isoformat()}"
        except ValueError:
            return found.group(0)

    return _COMPACT_DATE.sub(dashed, name)


def fit(clause: Clause, name: str) -> Fit:
    """Return how `clause` fits the lower-case `name`."""
    operand = clause.operand
    if isinstance(operand, str):
        return _fit_leaf(clause.kind, operand, name)
    fits = [fit(part, name) for part in operand]
    if clause.kind == "&":
        return _joined(operand, fits)
    return max(fits, default=Fit.NONE)


def accepts(clause: Clause | None, text: str) -> bool:
    """Return whether `clause` accepts the lower-case `text` at all."""
    return clause is not None and fit(clause, text) is not Fit.NONE


def _joined(parts: list[Clause], fits: list[Fit]) -> Fit:
    """Return the fit of clauses that all must hold; a regex beside a prefix only narrows it."""
    if Fit.NONE in fits:
        return Fit.NONE
    telling = [each for part, each in zip(parts, fits, strict=True) if part.kind != "r"]
    return max(telling or fits)


def _fit_leaf(kind: str, operand: str, name: str) -> Fit:
    if kind == "r":
        return Fit.EXACT if _pattern(operand).search(name) else Fit.NONE
    wanted = operand.lower()
    if kind == "=":
        return Fit.EXACT if name == wanted else Fit.NONE
    if kind == "s":
        start = 0 if name.startswith(wanted) else -1
    elif kind == "e":
        start = len(name) - len(wanted) if name.endswith(wanted) else -1
    else:
        start = name.find(wanted)
    if start < 0:
        return Fit.NONE
    head_is_path = start == 0 or name[start - 1] in _BOUNDARY
    tail_is_suffix = len(stem(name)) <= start + len(wanted)
    return Fit.EXACT if head_is_path and tail_is_suffix else Fit.FAMILY

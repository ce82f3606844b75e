"""What like texts may not differ in without saying something else: numbers, dates, names, "not"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from convledger.memory.guard_words import MONTH_NUMBERS, OPPOSITES, WEEKDAYS
from convledger.memory.text_forms import (
    DATE,
    DIGITS,
    MONTH,
    NAME,
    NEGATION,
    NUMBER,
    OPPOSITE,
    QUOTED,
    UNIT,
    WEEKDAY,
    Form,
    plain_words,
)

MOVED = "moved"
_MOST_TOLD = 3


def differences(one: Form, other: Form) -> list[tuple[str, str]]:
    """Return what counts and differs between two texts, by kind and in words."""
    told = [
        (kind, words)
        for kind in (NUMBER, DATE, WEEKDAY, MONTH, UNIT)
        if (words := _other(kind, _values(one, kind), _values(other, kind)))
    ]
    told += [(NEGATION, words) for words in _negated(one, other)]
    told += [(NAME, words) for words in _other_names(one, other)]
    told += [(OPPOSITE, words) for words in _opposed(one, other)]
    return told or [(MOVED, words) for words in _moved(one, other)]


def _values(form: Form, kind: str) -> list[str]:
    return [mark.value for mark in form.marks if mark.kind == kind]


def _other(kind: str, mine: Iterable[str], yours: Iterable[str]) -> str:
    here, there = Counter(mine), Counter(yours)
    gone, come = sorted((here - there).elements()), sorted((there - here).elements())
    if not gone and not come:
        return ""
    if not gone or not come:
        return f"{kind} in one only: {_listed(gone or come)}"
    if len(gone) == len(come) == 1:
        return f"other {kind}: {_named(gone[0])}, {_named(come[0])}"
    return f"other {kind}s: {_listed(gone)} / {_listed(come)}"


def _listed(values: list[str]) -> str:
    shown = ", ".join(_named(value) for value in values[:_MOST_TOLD])
    more = len(values) - _MOST_TOLD
    return f"{shown} and {more:,} more" if more > 0 else shown


def _named(value: str) -> str:
    value = value.capitalize() if value in MONTH_NUMBERS or value in WEEKDAYS else value
    return value if len(value) <= 40 else f"{value[:39]}…"


def _other_names(one: Form, other: Form) -> list[str]:
    mine, yours = _values(one, QUOTED), _values(other, QUOTED)
    gone = [value for value in mine if value not in yours and not _says(other, value)]
    come = [value for value in yours if value not in mine and not _says(one, value)]
    told = [words] if (words := _other(QUOTED, gone, come)) else []
    here, there = Counter(_values(one, NAME)), Counter(_values(other, NAME))
    if not told and here - there and there - here:
        told.append(_other(NAME, here.elements(), there.elements()))
    elif not told and here != there:
        # A name that is only said more often is no other name; one with another number is.
        only = [value for value in (here - there) + (there - here) if DIGITS.search(value)]
        told += [_other(NAME, only, ())] if only else []
    return told


def _says(form: Form, value: str) -> bool:
    return f" {' '.join(plain_words(value))} " in f" {' '.join(form.plain)} "


def _negated(one: Form, other: Form) -> list[str]:
    mine, yours = _values(one, NEGATION), _values(other, NEGATION)
    if len(mine) == len(yours):
        return []
    here, there = Counter(mine), Counter(yours)
    only = sorted((here - there) + (there - here)) or sorted({*mine, *yours})
    return [f"no / not: {_listed(only)} in one only"]


def _opposed(one: Form, other: Form) -> list[str]:
    here, there = Counter(_values(one, OPPOSITE)), Counter(_values(other, OPPOSITE))
    gone, come = sorted(here - there), sorted(there - here)
    return [
        f"the opposite: {mine}, {yours}"
        for mine in gone
        for yours in come
        if OPPOSITES[mine][0] == OPPOSITES[yours][0] and OPPOSITES[mine] != OPPOSITES[yours]
    ]


def _moved(one: Form, other: Form) -> list[str]:
    """Return what stands beside other words, where both texts have the same words."""
    if Counter(one.words) != Counter(other.words):
        return []
    told = []
    is_same_order = one.words == other.words
    for kind in (NUMBER, DATE, WEEKDAY, MONTH, UNIT, NAME):
        mine, yours = _values(one, kind), _values(other, kind)
        if len(set(mine)) < 2:
            continue
        if (is_same_order and mine != yours) or not (is_same_order or _stays(one, other, kind)):
            told.append(f"{kind}s at other places: {_listed(sorted(set(mine)))}")
    mine_not = sorted(mark.after for mark in one.marks if mark.kind == NEGATION)
    yours_not = sorted(mark.after for mark in other.marks if mark.kind == NEGATION)
    if mine_not != yours_not:
        told.append(_other("word after no / not", mine_not, yours_not))
    return told


def _stays(one: Form, other: Form, kind: str) -> bool:
    """Tell whether each mark of a kind still has the word before or the word behind it."""
    left = [mark for mark in other.marks if mark.kind == kind]
    for mark in one.marks:
        if mark.kind != kind:
            continue
        found = next(
            (
                each
                for each in left
                if each.value == mark.value
                and (each.before == mark.before or each.after == mark.after)
            ),
            None,
        )
        if found is None:
            return False
        left.remove(found)
    return True

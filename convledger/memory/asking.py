"""Which entries are meant: by filters, by conditions of a person's own, by their words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from convledger.clock import DAY
from convledger.economics.carrying import Cost
from convledger.errors import UsageProblem
from convledger.memory.drafts import one_of
from convledger.memory.reasons import WEIGHTS, Reason
from convledger.memory.words import ARCHIVED, KINDS, SENSITIVITIES, STATES, scope_of
from convledger.store.entries import Entry, entries_where, matching
from convledger.store.terms import terms_of

_CONDITION = re.compile(r"\s*([a-z]+)\s*(!=|<=|>=|=|<|>|~)\s*(.*?)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """Filters that all have to hold; within one of them any value does. None: no filter.

    `text` are words that occur; `conditions` are like those of `conditions_of`.
    """

    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    text: str = ""
    conditions: tuple[str, ...] = ()
    limit: int | None = None


def entries_meant(
    connection: sqlite3.Connection,
    query: EntryQuery,
    now: int,
    *,
    reasons: Callable[[], Mapping[int, Sequence[Reason]]] | None = None,
    costs: Callable[[], Mapping[int, Cost]] | None = None,
) -> list[Entry]:
    """Return the entries that a query means; those found by words the best first, else by number.

    `reasons` and `costs` are asked for only where a condition is about them. Raises UsageProblem.
    """
    clauses, values = ["1"], list[object]()
    for column, wanted, known in (
        ("state", query.states, STATES),
        ("kind", query.kinds, KINDS),
    ):
        if wanted:
            named = [one_of(each, known, column) for each in wanted]
            clauses.append(f"{column} IN ({','.join('?' * len(named))})")
            values += named
    found: Iterable[Entry] = entries_where(connection, " AND ".join(clauses), values)
    if not query.states:
        found = (each for each in found if each.state != ARCHIVED)
    if query.scopes:
        scopes = {scope_of(each) for each in query.scopes}
        found = (each for each in found if each.scope in scopes)
    if query.tags:
        found = (each for each in found if any(_has(each, tag) for tag in query.tags))
    if query.text:
        found = _by_words(connection, query.text, found)
    tests = [asked_by(each, now, reasons=reasons, costs=costs) for each in query.conditions]
    chosen = [each for each in found if all(test(each) for test in tests)]
    return chosen if query.limit is None else chosen[: query.limit]


def _has(entry: Entry, tag: str) -> bool:
    """Return whether an entry has a tag; `*` and `?` are wild, a bracket is a bracket."""
    pattern = tag.casefold().lstrip("#").replace("[", "[[]")
    return any(fnmatchcase(own, pattern) for own in entry.tags)


def _by_words(
    connection: sqlite3.Connection, text: str, entries: Iterable[Entry]
) -> Iterator[Entry]:
    terms = terms_of(text)
    if not terms:
        return
    known = {each.id: each for each in entries}
    expression = " ".join(term.expression for term in terms)
    for entry_id, _ in matching(connection, expression, -1):
        if entry_id in known:
            yield known[entry_id]


def asked_by(
    condition: str,
    now: int,
    *,
    reasons: Callable[[], Mapping[int, Sequence[Reason]]] | None = None,
    costs: Callable[[], Mapping[int, Cost]] | None = None,
) -> Callable[[Entry], bool]:
    """Return what a condition asks of an entry, like "age>90", "reason=unused", "tag=old".

    `age` and `checked` are in days; ~ finds a text anywhere. Raises UsageProblem.
    """
    found = _CONDITION.fullmatch(condition)
    if found is None:
        raise UsageProblem(
            f"{condition!r:.60} is no condition: write one like age>90, reason=unused or tag=old"
        )
    field, sign, value = found.groups()
    if field in _NUMBERS:
        number = _number(condition, value)
        compare = _COMPARE.get(sign)
        if compare is None:
            raise UsageProblem(f"{condition!r:.60}: {field} is a number; use = != < <= > >=")
        amount = _NUMBERS[field]
        known = costs() if field == "cost" and costs is not None else {}

        def by_number(entry: Entry) -> bool:
            own = _cost(known, entry) if field == "cost" else amount(entry, now)
            return own is not None and compare(own, number)

        return by_number
    if sign not in ("=", "!=", "~"):
        raise UsageProblem(f"{condition!r:.60}: {field} is a word; use = != ~")
    if field == "reason":
        word = one_of(value, tuple(WEIGHTS), "reason")
        found_reasons = reasons() if reasons is not None else {}
        return lambda entry: (
            any(each.kind == word for each in found_reasons.get(entry.id, ())) == (sign != "!=")
        )
    words_of = _WORDS.get(field)
    if words_of is None:
        fields = ", ".join(sorted((*_NUMBERS, *_WORDS, "reason")))
        raise UsageProblem(f"{field!r:.40} is nothing that an entry has: {fields}")
    wanted = _meant(field, value) if sign != "~" else value.casefold()
    if sign == "~":
        return lambda entry: any(wanted in own.casefold() for own in words_of(entry))
    return lambda entry: (wanted in words_of(entry)) == (sign == "=")


def _meant(field: str, value: str) -> str:
    known = {"state": STATES, "kind": KINDS, "sensitivity": SENSITIVITIES}.get(field)
    if known is not None:
        return one_of(value, known, field)
    return scope_of(value) if field == "scope" else value.casefold() if field == "tag" else value


def _number(condition: str, value: str) -> float:
    try:
        return float(value.removesuffix("d").removeprefix("$"))
    except ValueError:
        raise UsageProblem(f"{condition!r:.60}: {value!r:.20} is no number") from None


def _cost(costs: Mapping[int, Cost], entry: Entry) -> float | None:
    cost = costs.get(entry.id)
    return cost / 10**12 if isinstance(cost, int) else None


def _days(at: int | None, now: int) -> float | None:
    return None if at is None else (now - at) / DAY


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_NUMBERS: dict[str, Callable[[Entry, int], float | None]] = {
    "age": lambda entry, now: _days(entry.source_date or entry.recorded_at, now),
    "checked": lambda entry, now: _days(entry.verified_at or entry.recorded_at, now),
    "recorded": lambda entry, now: _days(entry.recorded_at, now),
    "value": lambda entry, _: entry.value,
    "tokens": lambda entry, _: entry.tokens,
    "version": lambda entry, _: entry.version,
    "cost": lambda _, __: None,
}
_WORDS: dict[str, Callable[[Entry], tuple[str, ...]]] = {
    "state": lambda entry: (entry.state,),
    "kind": lambda entry: (entry.kind,),
    "scope": lambda entry: (entry.scope,),
    "sensitivity": lambda entry: (entry.sensitivity,),
    "tag": lambda entry: entry.tags,
    "title": lambda entry: (entry.title,),
    "text": lambda entry: (entry.body,),
}

"""What can be entered as a cost, as people's time, as a rate: checked in one place."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from convledger.clock import EARLIEST, LATEST
from convledger.economics.conversation_costs import SEGMENTS
from convledger.economics.cost_items import BY_HAND, KINDS, PERIODS, RULES
from convledger.errors import UsageProblem
from convledger.money import PICO
from convledger.reports.unit_costs.written import (
    LONGEST_WORK,
    MOST,
    checked_day,
    currency_of,
)
from convledger.store.costs import HourlyRate, StoredItem, WorkedTime
from convledger.text.display import display_text
from convledger.words import nearest
from convledger.workflow.entered_text import GUARD

LONGEST_NAME, LONGEST_NOTE = 200, 500
SCOPES = (*SEGMENTS, "conversation")
_SPACE = re.compile(r"\s+")


def checked_item(item: StoredItem) -> StoredItem:
    """Return a cost as it is kept. Raises UsageProblem with what is wrong and the way out."""
    kind, rule = one_of(item.kind, KINDS, "kind of cost"), one_of(item.rule, RULES, "rule")
    name = one_line(item.name)
    if not name or len(name) > LONGEST_NAME:
        raise UsageProblem(f"a cost needs a name of 1 to {LONGEST_NAME} characters")
    if not item.amount:
        raise UsageProblem(f"{name}: an amount of 0 changes nothing")
    _must_be_possible(item.amount, name)
    every = item.every
    if every not in PERIODS:
        raise UsageProblem(f"no such period: {every!r:.40}. Periods are day, week, month and year")
    checked_day(item.since, item.since.isoformat())
    if item.until is not None:
        checked_day(item.until - timedelta(days=1), item.until.isoformat())
        if item.until <= item.since:
            last = item.until - timedelta(days=1)
            raise UsageProblem(f"{name}: it ends before it begins: {last} is before {item.since}")
    elif not every:
        raise UsageProblem(f"{name}: say --until with --since, --on for one day, or --every month")
    scope = {
        one_of(key, SCOPES, "filter"): tuple(map(one_line, values))
        for key, values in item.scope.items()
        if values
    }
    if any(not value for values in scope.values() for value in values):
        raise UsageProblem(f"{name}: a filter without a name names nothing")
    if item.shares and rule != BY_HAND:
        raise UsageProblem(f"{name}: weights by conversation go with --rule hand")
    if rule == BY_HAND and not item.shares and not item.erased_weight:
        raise UsageProblem(f"{name}: by hand, say which --conversation NAME[=WEIGHT] bears it")
    if any(weight <= 0 for weight in item.shares.values()):
        raise UsageProblem(f"{name}: a weight must be more than 0")
    return replace(
        item, kind=kind, rule=rule, name=name, scope=scope, note=_note(item.note),
        currency=currency_of(item.currency),
    )  # fmt: skip


def checked_time(time: WorkedTime) -> WorkedTime:
    """Return people's time as it is kept. Raises UsageProblem."""
    if time.seconds < 0:
        raise UsageProblem(
            "nobody works less than no time; remove an entry with `cost time remove`"
        )
    if time.seconds > LONGEST_WORK:
        raise UsageProblem("that is more than a week of hours in one entry; enter it day by day")
    if not EARLIEST <= time.at < LATEST:
        raise UsageProblem("no day that can be meant: days are between 2000 and 2200")
    person = one_line(time.person)
    if len(person) > LONGEST_NAME:
        raise UsageProblem(f"a person's name has at most {LONGEST_NAME} characters")
    return replace(time, person=person, note=_note(time.note))


def checked_rate(rate: HourlyRate) -> HourlyRate:
    """Return what an hour costs as it is kept. Raises UsageProblem."""
    if rate.amount < 0:
        raise UsageProblem("an hour can't cost less than nothing")
    _must_be_possible(rate.amount, "an hour")
    if rate.overhead < 0:
        raise UsageProblem("what comes on top can't be less than nothing: --overhead 30% or 0")
    checked_day(rate.since, rate.since.isoformat())
    return replace(rate, currency=currency_of(rate.currency))


def checked_minutes(minutes: Fraction | None, what: str) -> Fraction | None:
    """Return usual minutes as they are kept, None for none. Raises UsageProblem."""
    if minutes is not None and not 0 <= minutes * 60 <= LONGEST_WORK:
        raise UsageProblem(f"{what} are between 0 and a week of hours")
    return minutes


def one_of(text: str, known: tuple[str, ...], what: str) -> str:
    """Return a word that is known. Raises UsageProblem with the nearest."""
    word = text.strip().lower().removeprefix("by ").removeprefix("by-")
    if word in known:
        return word
    near = nearest(word, list(known))
    hint = f"; did you mean {near}?" if near else "."
    raise UsageProblem(f"no such {what}: {text!r:.40}{hint} There are {', '.join(known)}")


def one_line(text: str) -> str:
    """Return what was typed in one line, without what could act on a screen or in a table."""
    return GUARD.sub("", display_text(_SPACE.sub(" ", text).strip()))


def near_names(connection: sqlite3.Connection, name: str) -> list[str]:
    """Return the conversations whose ids look most like what was typed."""
    from difflib import get_close_matches

    rows = connection.execute(
        "SELECT reader.name, native FROM conversation JOIN reader ON reader.id=reader_id "
        "ORDER BY last_at DESC LIMIT 2000"
    ).fetchall()
    wanted = name.partition(":")[2] or name
    named = {native[: max(len(wanted), 4)].lower(): f"{reader}:{native}" for reader, native in rows}
    return [named[key] for key in get_close_matches(wanted.lower(), named, 3, 0.6)]


def _note(text: str) -> str:
    note = one_line(text)
    if len(note) > LONGEST_NOTE:
        raise UsageProblem(f"a note has at most {LONGEST_NOTE} characters")
    return note


def _must_be_possible(amount: int, name: str) -> None:
    if abs(amount) >= MOST * PICO:
        raise UsageProblem(f"{name}: the amount is too large to be meant")

"""The ledger's half of a comparison: its calls by day and model, summed and one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo

from convledger.economics.reconciling import LEDGER_KINDS, Place, Side
from convledger.reports.periods import start_of_day
from convledger.reports.reconciling.names import ModelNames, Named, met
from convledger.store.calls import whole

# Each kind of token of a call, and its web searches, is priced with one rounding of its own.
_ROUNDINGS = len(LEDGER_KINDS) + 1
_TOKENS = ", ".join(LEDGER_KINDS)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of the ledger's calls are compared: all where nothing is named.

    `models` are the bill's names, `sellers` those of the price book.
    """

    models: tuple[str, ...] | None = None
    sources: tuple[str, ...] = ()
    sellers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerModel:
    """A model as the logs of one source name it."""

    id: int
    source: str
    name: str
    key: str
    is_in: bool


@dataclass(slots=True)
class LeftOut:
    """Calls of the same days that are not compared: of which source and model, and how many."""

    source: str
    model: str
    calls: int = 0
    tokens: int = 0
    list_pico: int = 0


@dataclass(slots=True)
class LedgerSide:
    """What the ledger tells of some days, by the kinds that it has itself."""

    sides: dict[Place, Side] = field(default_factory=dict)
    models: dict[str, list[LedgerModel]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    doubtful: int = 0  # calls whose tokens are counted from texts, told rounded, or unknown


@dataclass(frozen=True, slots=True)
class CallBehind:
    """A call behind a difference; `at` in UTC microseconds, `list_pico` picodollars or unknown."""

    id: str
    at: int
    conversation: str
    title: str
    source: str
    model: str
    tokens: dict[str, int]
    list_pico: int | None

    @property
    def total(self) -> int:
        """All its tokens."""
        return sum(self.tokens.values())


def ledger_models(
    connection: sqlite3.Connection, names: ModelNames, scope: Scope
) -> dict[int, LedgerModel]:
    """Return every model of the ledger by its number, and whether it is compared."""
    rows = connection.execute(
        "SELECT model.id, reader.name, logged_provider, model.name, model.provider "
        "FROM model JOIN reader ON reader.id=reader_id ORDER BY model.id"
    ).fetchall()
    may_be: dict[int, Named] = {}
    for number, source, logged, name, provider in rows:
        seller = names.seller(provider) or names.seller(logged)
        if (not scope.sources or source in scope.sources) and (
            not scope.sellers or not seller or seller in scope.sellers
        ):
            may_be[number] = names.named(name, logged, source)
    if scope.models is None:
        keys = dict.fromkeys(may_be, "")
    else:
        seller = scope.sellers[0] if scope.sellers else ""
        keys = met({name: names.named(name, seller) for name in scope.models}, may_be)
    return {
        number: LedgerModel(number, source, name, keys.get(number, ""), number in keys)
        for number, source, _, name, _ in rows
    }


def ledger_side(
    connection: sqlite3.Connection,
    names: ModelNames,
    scope: Scope,
    days: Iterable[date],
    zone: tzinfo,
) -> LedgerSide:
    """Return what the ledger tells of some days of a zone; without `scope.models` as one model."""
    models = ledger_models(connection, names, scope)
    found = LedgerSide()
    left: dict[int, LeftOut] = {}
    for day in days:
        span = (start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone))
        for number, calls, high, low, unpriced, doubtful, *tokens in connection.execute(
            "SELECT model_id, count(*), sum(coalesce(list_pico, 0) >> 30), "
            "sum(coalesce(list_pico, 0) & 1073741823), sum(list_pico IS NULL), "
            "sum(approximate & 14 != 0), "
            + ", ".join(f"sum({kind})" for kind in LEDGER_KINDS)
            + " FROM call WHERE at>=? AND at<? GROUP BY model_id",
            span,
        ):
            model, pico = models[number], whole(high, low)
            if not model.is_in:
                other = left.setdefault(number, LeftOut(model.source, model.name))
                other.calls += calls
                other.tokens += sum(tokens)
                other.list_pico += pico
                continue
            side = Side(
                tokens=dict(zip(LEDGER_KINDS, tokens, strict=True)),
                calls=calls,
                requests=calls * 1000,
                money=None if unpriced else pico,
                slack=calls * _ROUNDINGS,
            )
            found.sides.setdefault((day, model.key), Side()).add(side)
            found.doubtful += doubtful
            known = found.models.setdefault(model.key, [])
            if model not in known:
                known.append(model)
    found.left_out = sorted(left.values(), key=lambda each: (-each.list_pico, -each.calls))
    return found


def calls_behind(
    connection: sqlite3.Connection,
    names: ModelNames,
    scope: Scope,
    place: Place,
    zone: tzinfo,
) -> list[CallBehind]:
    """Return the calls of a day and model that are compared, the earliest first."""
    day, key = place
    wanted = [
        model.id
        for model in ledger_models(connection, names, scope).values()
        if model.is_in and model.key == key
    ]
    span = (start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone))
    marks = ", ".join("?" * len(wanted))
    return [
        CallBehind(
            row[0], row[1], row[2], row[3] or "", row[4], row[5],
            dict(zip(LEDGER_KINDS, row[7:], strict=True)), row[6],
        )
        for row in connection.execute(
            "SELECT call.key, at, native, title, reader.name, model.name, list_pico, "
            f"{_TOKENS} FROM call JOIN model ON model.id=model_id "
            "JOIN conversation ON conversation.id=conversation_id "
            "JOIN reader ON reader.id=call.reader_id "
            f"WHERE at>=? AND at<? AND model_id IN ({marks}) ORDER BY at, call.id",
            (*span, *wanted),
        )
    ]  # fmt: skip

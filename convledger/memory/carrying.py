"""What carrying each entry costs, by what the ledger tells of the last four weeks.

An entry is carried by the live memory files that hold it and that a tool sends along by itself,
into the conversations of their scope, and by the packs that held it when they were last rendered.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import msgspec

from convledger.clock import DAY, QUARTER
from convledger.economics.carrying import (
    OBSERVED_DAYS,
    Carrying,
    CarryingRate,
    ModelUse,
    carrying,
    carrying_rate,
    observed_days,
    together,
)
from convledger.errors import UsageProblem
from convledger.memory.pack_terms import Wanted
from convledger.memory.readers.registry import CARRIED
from convledger.memory.words import CLIENT, EVERYWHERE, PROJECT, scope_of
from convledger.pricing import Rater
from convledger.store.patterns import any_of, any_project, project_column
from convledger.text.tokens import ESTIMATED, estimated_from_bytes

FILE, PACK = "file", "pack"
_PER = 1000  # tokens that a price is asked for: too few for one that depends on the length
_INPUT = "input + cache_read + cache_write_5m + cache_write_1h"
# What holds an entry, once however often it does; a pack holds what it held when rendered last.
_FILES = (
    "SELECT DISTINCT entry_id, file_id FROM memory_item JOIN memory_file ON memory_file.id=file_id "
    "WHERE memory_file.state='live' AND news<>'removed' AND entry_id IS NOT NULL "
    f"AND format IN ({', '.join(repr(each) for each in sorted(CARRIED))})"
)
_PACKS = (
    "SELECT DISTINCT entry_id, pack.id FROM pack JOIN pack_render_item ON render_id="
    "(SELECT id FROM pack_render WHERE pack_id=pack.id ORDER BY at DESC, id DESC LIMIT 1) WHERE 1"
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Something that carries an entry: a memory file or a pack, its name, and into what scopes."""

    kind: str
    id: int
    name: str
    scopes: tuple[str, ...]


class _Sums:
    """What the conversations of one project and client come to; `models` are input and cached."""

    def __init__(self) -> None:
        self.conversations: set[int] = set()
        self.calls = 0
        self.models: dict[int, tuple[int, int]] = {}

    def add(self, model_id: int, sent: int, cached: int) -> None:
        """Add what was sent to a model."""
        before, cached_before = self.models.get(model_id, (0, 0))
        self.models[model_id] = (before + sent, cached_before + cached)


class CarryingRates:
    """The figures of the last four weeks, read once; a scope's own are worked out when asked for.

    `now` is UTC microseconds. It keeps the connection for scopes that it is asked for later.
    """

    def __init__(self, connection: sqlite3.Connection, rater: Rater, now: int) -> None:
        self._connection = connection
        self._span = (now // QUARTER - OBSERVED_DAYS * DAY // QUARTER, now // QUARTER)
        self._groups = self._read_groups()
        self._models = self._read_models(rater, now)
        self._days = self._read_days()
        self._by_scope: dict[str, CarryingRate] = {}
        self._by_scopes: dict[tuple[str, ...], CarryingRate] = {}
        for (scope,) in connection.execute("SELECT DISTINCT scope FROM memory_file").fetchall():
            self.of(scope)
        self.of(EVERYWHERE)

    def of(self, scope: str) -> CarryingRate:
        """Return the rate of a scope's conversations."""
        found = self._by_scope.get(scope)
        if found is None:
            found = self._by_scope[scope] = self._rate(scope)
        return found

    def of_all(self, scopes: tuple[str, ...]) -> CarryingRate | None:
        """Return the rate of a text that is held once for each scope; None where nothing is."""
        if not scopes:
            return None
        found = self._by_scopes.get(scopes)
        if found is None:
            rates = [self.of(scope) for scope in scopes]
            found = self._by_scopes[scopes] = together(rates)
        return found

    def _rate(self, scope: str) -> CarryingRate:
        total = _Sums()
        conversations = 0
        for group in self._within(scope):
            conversations += len(group.conversations)
            total.calls += group.calls
            for model_id, (sent, cached) in group.models.items():
                total.add(model_id, sent, cached)
        uses = []
        for model_id, (sent, cached) in total.models.items():
            name, price, cached_price = self._models.get(model_id, ("", None, None))
            uses.append(ModelUse(name, sent, cached, price, cached_price))
        return carrying_rate(conversations, total.calls, self._days, uses)

    def _within(self, scope: str) -> list[_Sums]:
        """Return the sums of a scope's conversations, by the rules of every filter."""
        if scope.startswith(PROJECT):
            names = {project for project, _ in self._groups}
            test, values = any_project("value", [scope.removeprefix(PROJECT)])
            fits = self._fitting(names, test, values)
            return [sums for (project, _), sums in self._groups.items() if project in fits]
        if scope.startswith(CLIENT):
            names = {client for _, clients in self._groups for client in clients}
            test, values = any_of("value", [scope.removeprefix(CLIENT)])
            fits = self._fitting(names, test, values)
            return [sums for (_, own), sums in self._groups.items() if not fits.isdisjoint(own)]
        return list(self._groups.values())

    def _fitting(self, names: set[str], test: str, values: list[object]) -> set[str]:
        listed = msgspec.json.encode(sorted(names)).decode()
        rows = self._connection.execute(
            f"SELECT value FROM json_each(?) WHERE {test}", (listed, *values)
        )
        return {row[0] for row in rows}

    def _read_groups(self) -> dict[tuple[str, tuple[str, ...]], _Sums]:
        """Return what was sent, by project and clients: far fewer than there are conversations."""
        clients: dict[int, tuple[str, ...]] = {}
        for conversation_id, client in self._connection.execute(
            "SELECT conversation_id, value FROM label WHERE name='client' ORDER BY 1, 2"
        ):
            clients[conversation_id] = (*clients.get(conversation_id, ()), client)
        rows = self._connection.execute(
            f"SELECT conversation_id, {project_column(self._connection)}, model_id, calls, sent, "
            "cached FROM (SELECT conversation_id, model_id, sum(calls) AS calls, "
            f"sum({_INPUT}) AS sent, sum(cache_read) AS cached FROM usage "
            "WHERE quarter>? AND quarter<=? GROUP BY 1, 2 HAVING sum(calls)>0) "
            "JOIN conversation ON conversation.id=conversation_id",
            self._span,
        )
        groups: dict[tuple[str, tuple[str, ...]], _Sums] = {}
        for conversation_id, project, model_id, calls, sent, cached in rows:
            name = (project, clients.get(conversation_id, ()))
            group = groups.get(name)
            if group is None:
                group = groups[name] = _Sums()
            group.conversations.add(conversation_id)
            group.calls += calls
            group.add(model_id, sent, cached)
        return groups

    def _read_days(self) -> Fraction:
        (first,) = self._connection.execute("SELECT min(quarter) FROM usage").fetchone()
        quarters = 0 if first is None else self._span[1] - first + 1
        return observed_days(Fraction(quarters * QUARTER, DAY))

    def _read_models(
        self, rater: Rater, now: int
    ) -> dict[int, tuple[str, Fraction | None, Fraction | None]]:
        """Return models with their prices now; each way a model was asked weighs by its input."""
        since, until = ((place + 1) * QUARTER for place in self._span)
        rows = self._connection.execute(
            "SELECT model_id, reader.name, logged_provider, model.name, context, weight FROM ("
            f"SELECT model_id, context, sum({_INPUT}) AS weight FROM call WHERE at>=? AND at<? "
            "GROUP BY 1, 2) JOIN model ON model.id=model_id JOIN reader ON reader.id=reader_id",
            (since, until),
        )
        names: dict[int, str] = {}
        totals: dict[tuple[int, int], list[tuple[int, Fraction]]] = {}
        for model_id, reader, provider, name, context, weight in rows:
            names[model_id] = name
            for place in (0, 1):
                price = _price_of(rater, reader, provider, name, context, now, cached=place == 1)
                if price is not None:
                    totals.setdefault((model_id, place), []).append((weight, price))
        return {
            model_id: (name, _mean(totals.get((model_id, 0))), _mean(totals.get((model_id, 1))))
            for model_id, name in names.items()
        }


def _price_of(
    rater: Rater, reader: str, provider: str, name: str, context: str, now: int, *, cached: bool
) -> Fraction | None:
    """Return picodollars for an input token, without what is due for a call as such."""
    sent, read = (0, _PER) if cached else (_PER, 0)
    about = (reader, provider or None, name, now, context)
    total, _ = rater.pico(*about, sent, 0, read, 0, 0, 0)
    nothing, _ = rater.pico(*about, 0, 0, 0, 0, 0, 0)
    return None if total is None else Fraction(total - (nothing or 0), _PER)


def _mean(prices: list[tuple[int, Fraction]] | None) -> Fraction | None:
    if not prices:
        return None
    weight = sum(each[0] for each in prices)
    if not weight:
        return prices[0][1]
    return sum((amount * price for amount, price in prices), Fraction(0)) / weight


def carrying_of(
    connection: sqlite3.Connection,
    rates: CarryingRates,
    entry_ids: Iterable[int] | None = None,
    *,
    by_conversation: bool = False,
) -> dict[int, Carrying]:
    """Return what carrying entries costs, by entry: of all, or of those that are asked for.

    `by_conversation` says that the plan in force charges by conversation: no money then. An entry
    that is not counted yet is guessed from its length.
    """
    only, values = _only("entry_id", entry_ids)
    scopes: dict[int, list[str]] = {}
    for held, places in ((_FILES, _files(connection)), (_PACKS, _packs(connection))):
        for entry_id, place in connection.execute(f"{held}{only}", values):
            scopes.setdefault(entry_id, []).extend(places[place].scopes)
    only, values = _only("id", entry_ids)
    found = {}
    for entry_id, tokens, method, size in connection.execute(
        "SELECT id, tokens, tokens_method, "
        f"CASE WHEN tokens IS NULL THEN length(CAST(body AS BLOB)) END FROM entry WHERE 1{only}",
        values,
    ):
        rate = rates.of_all(tuple(sorted(scopes.get(entry_id, ()))))
        if tokens is None:
            tokens, method = estimated_from_bytes(size), ESTIMATED
        found[entry_id] = carrying(tokens, method, rate, by_conversation=by_conversation)
    return found


def holders_of(connection: sqlite3.Connection, entry_id: int) -> list[Holder]:
    """Return what carries an entry: its live files, then the packs that held it last."""
    only, values = _only("entry_id", [entry_id])
    return [
        places[place]
        for held, places in ((_FILES, _files(connection)), (_PACKS, _packs(connection)))
        for _, place in connection.execute(f"{held}{only} ORDER BY 2", values)
    ]


def _only(column: str, entry_ids: Iterable[int] | None) -> tuple[str, tuple[str, ...]]:
    """Return what leaves only some entries, and what is bound to it."""
    if entry_ids is None:
        return "", ()
    listed = msgspec.json.encode(list(entry_ids)).decode()
    return f" AND {column} IN (SELECT value FROM json_each(?))", (listed,)


def _files(connection: sqlite3.Connection) -> dict[int, Holder]:
    found = {}
    for file_id, scope, path in connection.execute("SELECT id, scope, path FROM memory_file"):
        name = path.decode("utf-8", "replace") if isinstance(path, bytes) else str(path)
        found[file_id] = Holder(FILE, file_id, name, (scope,))
    return found


def _packs(connection: sqlite3.Connection) -> dict[int, Holder]:
    rows = connection.execute("SELECT id, wanted, name FROM pack")
    return {pack_id: Holder(PACK, pack_id, name, pack_scopes(want)) for pack_id, want, name in rows}


def pack_scopes(wanted: str) -> tuple[str, ...]:
    """Return the scopes of a pack's conversations: those that it asks for, else everywhere.

    What holds everywhere goes along with what a project asks for.
    """
    try:
        scopes = msgspec.json.decode(wanted, type=Wanted).scopes
        return tuple(dict.fromkeys(filter(None, map(scope_of, scopes)))) or (EVERYWHERE,)
    except (msgspec.DecodeError, RecursionError, UsageProblem):
        return (EVERYWHERE,)


def calibration(connection: sqlite3.Connection) -> dict[str, Fraction]:
    """Return real tokens for one of o200k by model, where the ledger lets one tell: 1 everywhere.

    It does not yet. What a call sent is not known word by word: a tool's own instructions, its
    reminders and the list of its tools are in no log. What it answered is, but the tokens of an
    answer hold thoughts that logs leave out, and some logs keep the count of a beginning. A factor
    from either would look exact and be wrong; so a token of o200k counts as one, and says so.
    """
    rows = connection.execute("SELECT DISTINCT name FROM model ORDER BY 1")
    return {name: Fraction(1) for (name,) in rows}

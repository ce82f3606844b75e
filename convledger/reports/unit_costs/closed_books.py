"""Closed costs as they were frozen: what each closing found, and how things stood after it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta

from convledger.economics.attribution import Weighed
from convledger.economics.closing import Version, standing
from convledger.economics.conversation_costs import Talk
from convledger.economics.cost_items import Days
from convledger.economics.exchange import ExchangeRate
from convledger.reports.periods import local_day
from convledger.reports.unit_costs.billed import Billing
from convledger.store import closings as kept


@dataclass(frozen=True, slots=True)
class Frozen:
    """An amount as it was divided, picounits of its currency, and which closing says so."""

    name: str
    amount: int
    currency: str
    until: str
    weighed: Weighed
    version: int

    def is_same(self, other: Frozen) -> bool:
        """Whether another closing says the same."""
        return replace(other, version=0, name="") == replace(self, version=0, name="")


@dataclass(frozen=True, slots=True)
class FrozenTalk:
    """A conversation's own costs when it was closed, of which None were known to nobody.

    Calls are picodollars and people picounits of `currency`; `version` is the closing.
    """

    opened_at: int
    list_pico: int | None
    people: int | None
    currency: str
    version: int

    def is_same(self, other: FrozenTalk) -> bool:
        """Whether another closing says the same."""
        return replace(other, version=0) == replace(self, version=0)


@dataclass(slots=True)
class ClosedBooks:
    """Everything that is closed; closings are counted from 1, 0 is before any."""

    closings: Sequence[kept.Closing]
    items: dict[tuple[int, str], list[tuple[Version, Frozen]]] = field(default_factory=dict)
    bills: dict[tuple[int, str], list[tuple[Version, Frozen]]] = field(default_factory=dict)
    talks: dict[int, list[tuple[Version, FrozenTalk]]] = field(default_factory=dict)
    rates: dict[int, list[ExchangeRate]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many closings there are."""
        return len(self.closings)

    def has_changed(self, step: int) -> bool:
        """Whether the closing after `step`, or anything since the last one, has changed others."""
        if step == self.count:
            return True
        return any(
            version.closing == step + 1 and (version.is_late or place > 0)
            for source in (self.items, self.bills, self.talks)
            for versions in source.values()
            for place, (version, _) in enumerate(versions)
        )

    @property
    def until(self) -> date:
        """The first day that is open."""
        return self.closings[-1].until

    @property
    def ends_at(self) -> int:
        """The instant at which that day begins."""
        return self.closings[-1].ends_at

    @property
    def first_opened(self) -> int | None:
        """When the first of the closed conversations opened."""
        opened = (each.opened_at for found in self.talks.values() for _, each in found)
        return min(opened, default=None)

    @property
    def first_bill(self) -> int | None:
        """The instant at which the first closed period of a plan began."""
        return min((int(since) for _, since in self.bills), default=None)


def closed_books(connection: sqlite3.Connection) -> ClosedBooks | None:
    """Return what is closed, None where nothing is."""
    closings = kept.closings(connection)
    if not closings:
        return None
    books = ClosedBooks(closings)
    day, instant = date.min, 0
    for index, closing in enumerate(closings, start=1):
        books.rates[index] = [
            ExchangeRate(currency, into, rate, since)
            for currency, into, since, rate in closing.rates
        ]
        for each in kept.divisions(connection, closing.id):
            frozen = Frozen(each.name, each.amount, each.currency, each.until, each.weighed, index)
            if each.item_id is not None:
                version = Version(index, date.fromisoformat(each.until) <= day)
                books.items.setdefault((each.item_id, each.since), []).append((version, frozen))
            elif each.subscription_id is not None:
                version = Version(index, int(each.until) <= instant)
                key = each.subscription_id, each.since
                books.bills.setdefault(key, []).append((version, frozen))
        for talk in kept.talks(connection, closing.id):
            version = Version(index, talk.opened_at < instant)
            own = FrozenTalk(talk.opened_at, talk.list_pico, talk.people, talk.currency, index)
            books.talks.setdefault(talk.conversation_id, []).append((version, own))
        day, instant = closing.until, closing.ends_at
    return books


class View:
    """Closed costs as they stood after the closing `at`; what is open is as it is now."""

    def __init__(self, books: ClosedBooks, at: int, talks: Iterable[Talk]) -> None:
        self._books = books
        self._at = at
        self._roots = {number: talk.id for talk in talks for number in (talk.id, *talk.within)}
        self._own: dict[int, FrozenTalk | None] = {}

    @property
    def rates(self) -> Mapping[int, Sequence[ExchangeRate]]:
        """The exchange rates that were known at each closing."""
        return self._books.rates

    def is_over(self, until: date) -> bool:
        """Whether a period of a cost that ends before a day is closed."""
        return until <= self._books.until

    def item(self, item_id: int, since: date) -> Frozen | None:
        """Return how a closed period of a cost was divided, None where it was not there yet."""
        found = standing(self._books.items.get((item_id, since.isoformat()), ()), self._at)
        return None if found is None else self._as_now(found)

    def bills(self, now: Iterable[Billing]) -> list[Billing]:
        """Return bills with the closed ones as they were."""
        found, known = list[Billing](), dict[tuple[int, str], Billing]()
        for bill in now:
            if bill.until > self._books.ends_at:
                found.append(bill)
            else:
                known[bill.subscription, str(bill.since)] = bill
        for key, versions in self._books.bills.items():
            frozen = standing(versions, self._at)
            if frozen is None:
                continue
            since, until = int(key[1]), int(frozen.until)
            days = Days(local_day(since, UTC), local_day(until - 1, UTC) + timedelta(days=1))
            bill = known.get(key) or Billing(
                frozen.name,
                frozen.currency,
                since,
                until,
                days,
                0,
                since,
                None,
                subscription=key[0],
            )
            found.append(
                replace(
                    bill,
                    currency=frozen.currency,
                    amount=frozen.amount,
                    closed=self._as_now(frozen).weighed,
                    version=frozen.version,
                )
            )
        return sorted(found, key=lambda bill: (bill.since, bill.name, bill.subscription))

    def talk(self, talk: Talk) -> FrozenTalk | None:
        """Return a conversation's own costs, those of sub-agents that once stood alone with them.

        None where it is not closed.
        """
        if talk.id not in self._own:
            versions = (self._books.talks.get(each, ()) for each in (talk.id, *talk.within))
            found = [one for each in versions if (one := standing(each, self._at)) is not None]
            self._own[talk.id] = _added(found)
        return self._own[talk.id]

    def opened_at(self, talk: Talk) -> int:
        """Return when a conversation opened, as it was known when it was closed."""
        own = self.talk(talk)
        return talk.opened_at if own is None else own.opened_at

    def has(self, talk: Talk) -> bool:
        """Whether a conversation is in: it is closed, or opened since."""
        return self.talk(talk) is not None or talk.opened_at >= self._books.ends_at

    def _as_now(self, frozen: Frozen) -> Frozen:
        """Return a division among the conversations that there are; others are nobody."""
        among = tuple(
            (None if number is None else self._roots.get(number), weight)
            for number, weight in frozen.weighed
        )
        return replace(frozen, weighed=among)


def _added(found: Sequence[FrozenTalk]) -> FrozenTalk | None:
    if len(found) < 2:
        return found[0] if found else None
    listed = [each.list_pico for each in found if each.list_pico is not None]
    paid = [each for each in found if each.people]
    is_known = len({each.currency for each in paid}) < 2 and all(
        each.people is not None for each in found
    )
    return FrozenTalk(
        opened_at=min(each.opened_at for each in found),
        list_pico=sum(listed) if listed else None,
        people=sum(each.people or 0 for each in paid) if is_known else None,
        currency=paid[0].currency if paid else found[0].currency,
        version=max(each.version for each in found),
    )

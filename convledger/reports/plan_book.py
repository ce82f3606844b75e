"""The bills of a workspace's subscriptions, worked out once and kept up to date as it grows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from convledger.errors import ConfigError, UsageProblem, WorkspaceError
from convledger.money import pico_from_usd
from convledger.plans.billing import Bill, ByHand, replay
from convledger.plans.contract import Contract
from convledger.plans.counts import Counter, Counts
from convledger.plans.facts import ADJUST, REFUND, TOPUP, VOID, Fact
from convledger.plans.lots import TOPUP as BOUGHT
from convledger.plans.lots import Lot
from convledger.plans.parse import parse_plan
from convledger.plans.pinning import counted_as_closed
from convledger.plans.schema import Plan
from convledger.plans.statement import FrozenStatement, thawed
from convledger.plans.versions import PlanHistory
from convledger.reports.history import (
    Needs,
    Scope,
    conversation_of,
    needs_of,
    stories,
    thread_name,
)
from convledger.reports.plan_files import PlanShelf, load_plans, plan_stamp
from convledger.reports.tallies import doubtful_calls
from convledger.reports.told_outcomes import marks as outcome_marks
from convledger.store.subscriptions import (
    CreditFact,
    Subscription,
    facts,
    plan_texts,
    subscriptions,
)
from convledger.zones import zone_of

# Messages that arrived since: new ones rise from the newest, older ones fall from the oldest.
_ARRIVED = "FROM message WHERE id > ? OR id < ?"


@dataclass(frozen=True, slots=True)
class Marks:
    """How far the ledger had grown when it was last looked at.

    `calls` are the sums of calls by conversation and model, where a plan asks for calls: one that
    is told anew, or turns out to be another conversation's, changes them.
    """

    newest_message: int
    oldest_message: int
    messages: int
    calls: frozenset[tuple[int, ...]]
    ratings: int
    labels: bytes


@dataclass(slots=True)
class _Counted:
    """What was counted for one subscription, by thread, and from what state of the ledger."""

    key: str
    marks: Marks
    now: int
    by_thread: dict[str, Counts] = field(default_factory=dict)
    ahead: set[int] = field(default_factory=set)  # conversations that go on after `now`
    whole: Counts | None = None


class PlanBook:
    """Answers for one open ledger; whoever shares it between threads asks in turns."""

    def __init__(self, connection: sqlite3.Connection, workspace: Path) -> None:
        self._connection = connection
        self._workspace = workspace
        self._stamp: str | None = None
        self._shelf = PlanShelf()
        self._counted: dict[int, _Counted] = {}
        self._kept: list[tuple[Subscription, Bill]] = []
        self._kept_at: tuple[int, int] | None = None
        self._texts: dict[str, Plan | None] = {}  # kept texts by digest

    @property
    def shelf(self) -> PlanShelf:
        """The plans of the workspace as its files have them now."""
        stamp = plan_stamp(self._workspace)
        if stamp != self._stamp:
            self._shelf = load_plans(self._workspace, plan_texts(self._connection))
            self._stamp = stamp
        return self._shelf

    def forget(self) -> None:
        """Read the plans anew when they are next asked for."""
        self._stamp = None

    def subscriptions(self) -> list[Subscription]:
        """Return all subscriptions, the earliest first."""
        return subscriptions(self._connection)

    def subscription(self, name: str | None, now: int) -> Subscription:
        """Return the subscription that a person means: by plan or number, else the one in force.

        Of several the one for all usage, then the latest. Raises UsageProblem where there is none.
        """
        every = self.subscriptions()
        if name:
            named = [one for one in every if name in (one.plan, str(one.id))]
            if not named:
                there = ", ".join(sorted({one.plan for one in every}))
                known = f" In use are: {there}" if there else ""
                raise UsageProblem(f"no plan {name!r:.60} is or was in use.{known}")
            every = named
        if not every:
            raise UsageProblem(
                "no plan is in use yet. `convledger plan new` makes one from an example, "
                "`convledger plan use NAME` puts it in force"
            )
        return max(every, key=lambda one: (one.is_in_force(now), not one.scope, one.began, one.id))

    def contract(self, subscription: Subscription) -> Contract:
        """Return a subscription as the plans know it. Raises UsageProblem, ConfigError."""
        history = self.shelf.history(subscription.plan)
        return Contract(
            history=history,
            zone_of=lambda name: zone_of(name)[0],
            began=subscription.began,
            ended=subscription.ended,
            anchor=subscription.anchor,
            seats=_chosen_seats(subscription, history),
            earlier=self._earlier(subscription.plan),
            name=str(subscription.id),
        )

    def bill(self, subscription: Subscription, now: int, *, restate: bool = False) -> Bill:
        """Return a subscription worked out up to `now` (UTC microseconds)."""
        contract = self.contract(subscription)
        if not restate and self._kept_at == self._state():
            for whose, kept in self._kept:
                is_same = kept.contract.history == contract.history and kept.now == now
                if whose == subscription and is_same:
                    return kept
        closed = self.frozen(subscription.id)
        counted = contract if restate else counted_as_closed(contract, closed)
        return replay(
            contract,
            self.counts(subscription, counted, now),
            now,
            by_hand=by_hand(facts(self._connection, subscription.id)),
            frozen=closed,
            restate=restate,
        )

    def keep(self, bills: Iterable[tuple[Subscription, Bill]]) -> None:
        """Keep bills for who asks for them again before anything changes."""
        self._kept, self._kept_at = list(bills), self._state()

    def _state(self) -> tuple[int, int]:
        """Return what changes with every change of the ledger, by this connection or another."""
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return self._connection.total_changes, version

    def what_if(self, contract: Contract, scope: Scope, now: int) -> Bill:
        """Return what a contract that nobody has would have come to, for the same usage."""
        counter = Counter(contract, now)
        return replay(contract, self._count_all(counter, contract, scope), now)

    def frozen(self, subscription_id: int) -> list[FrozenStatement]:
        """Return the closed periods of a subscription, the earliest first.

        Raises WorkspaceError where one can't be read any more.
        """
        found = []
        for name, content in self._connection.execute(
            "SELECT name, content FROM statement WHERE subscription_id=? ORDER BY since",
            (subscription_id,),
        ):
            try:
                found.append(thawed(content))
            except ValueError as error:
                raise WorkspaceError(
                    f"the frozen statement of {name} is damaged and can't be read; put the ledger "
                    "back from a backup, or take the plan away with `convledger plan drop` and "
                    "put it in force again"
                ) from error
        return found

    def counts(self, subscription: Subscription, contract: Contract, now: int) -> Counts:
        """Return everything that a subscription counts; only what changed is counted anew."""
        scope = scope_of(subscription)
        counter = Counter(contract, now)
        plans = sorted(plan.digest for plan in contract.plans)
        pins = [(since, until, plan.digest) for since, until, plan in contract.pinned]
        key = f"{plans} {pins} {contract.began} {contract.ended} {contract.anchor} {scope}"
        marks = self._marks(needs_of(contract.plans))
        known = self._counted.get(subscription.id)
        if known is None or known.key != key or known.now > now or not counter.by_thread:
            changed = None
        else:
            changed = self._changed(known.marks, marks)
        if known is None or changed is None:
            known = _Counted(key, marks, now)
            self._counted[subscription.id] = known
        if not counter.by_thread:
            known.whole = self._count_all(counter, contract, scope)
            return known.whole
        self._count_threads(counter, contract, scope, known, changed)
        known.marks, known.now = marks, now
        return _joined(known.by_thread.values())

    def _count_threads(
        self,
        counter: Counter,
        contract: Contract,
        scope: Scope,
        known: _Counted,
        changed: set[int] | None,
    ) -> None:
        if changed is not None:
            # What waits for time to pass is looked at again: outcomes settle, windows end.
            changed |= {int(name) for name, counts in known.by_thread.items() if counts.pending}
            changed |= known.ahead
        needs = needs_of(contract.plans)
        for conversation_id in changed or ():
            known.by_thread.pop(thread_name(conversation_id), None)
            known.ahead.discard(conversation_id)
        for story in stories(self._connection, scope, needs, changed):
            counts = counter.count(story.events)
            if story.events[-1].at > counter.now:
                known.ahead.add(conversation_of(story.thread))
            if counts.units or counts.pending or counts.unpriced or counts.uncounted:
                known.by_thread[story.thread.id] = counts

    def _count_all(self, counter: Counter, contract: Contract, scope: Scope) -> Counts:
        told = stories(self._connection, scope, needs_of(contract.plans))
        if counter.by_thread:
            return _joined(counter.count(story.events) for story in told)
        return counter.count([event for story in told for event in story.events])

    def _marks(self, needs: Needs) -> Marks:
        found: list[int] = self._connection.execute(
            "SELECT (SELECT coalesce(max(id), 0) FROM message), "
            "(SELECT coalesce(min(id), 0) FROM message), (SELECT count(*) FROM message), "
            "(SELECT coalesce(max(id), 0) FROM rating_run)"
        ).fetchone()
        digest = blake2b(digest_size=16)
        for row in self._connection.execute("SELECT * FROM label ORDER BY 1, 2, 3"):
            digest.update(repr(row).encode())
        digest.update(outcome_marks(self._connection))
        newest, oldest, messages, ratings = found
        calls: frozenset[tuple[int, ...]] = frozenset()
        if needs.calls or needs.models:
            calls = frozenset(self._connection.execute("SELECT * FROM conversation_sum"))
        return Marks(newest, oldest, messages, calls, ratings, digest.digest())

    def _changed(self, before: Marks, after: Marks) -> set[int] | None:
        """Return the conversations that may have changed, None for all."""
        if (before.ratings, before.labels) != (after.ratings, after.labels):
            return None
        known = (before.newest_message, before.oldest_message)
        arrived = self._connection.execute(f"SELECT count(*) {_ARRIVED}", known).fetchone()[0]
        if before.messages + arrived != after.messages:
            return None  # some were taken away
        # Where a message stands twice, the other copy may count no longer.
        rows = self._connection.execute(
            f"SELECT conversation_id FROM message WHERE key IN (SELECT key {_ARRIVED})", known
        )
        return {row[0] for row in rows} | {row[0] for row in before.calls ^ after.calls}

    def _earlier(self, plan_id: str) -> tuple[Plan, ...]:
        texts = plan_texts(self._connection)
        for name, digest, text in texts:
            if digest not in self._texts:
                self._texts[digest] = _parsed(text, name)
        plans = (self._texts[digest] for _, digest, _ in texts)
        return tuple(plan for plan in plans if plan is not None and plan.id == plan_id)


def _parsed(text: str, name: str) -> Plan | None:
    try:
        return parse_plan(text, name)
    except ConfigError:  # of an older version of the program
        return None


def _chosen_seats(subscription: Subscription, history: PlanHistory) -> tuple[tuple[int, int], ...]:
    """Return the seats that a person has named; until the first the plan's own number holds."""
    changes = subscription.seats
    first = next((number for number, (_, count) in enumerate(changes) if count), None)
    if not first:
        return () if first is None else changes
    own = history.spans(min(changes[0][0], subscription.began), changes[first][0])
    return (*((since, plan.seats) for since, _, plan in own), *changes[first:])


def token_words(
    connection: sqlite3.Connection, bill: Bill, scope: Scope, since: int, until: int
) -> str:
    """Say how far the tokens of a period are known, where the plan bills tokens or their cost."""
    measures = {
        unit.measure
        for plan in bill.contract.plans
        for unit in (*plan.units, *(each.unit for each in plan.alternatives))
    }
    if not any(name == "rated_usd" or "tokens" in name for name in measures if name):
        return ""
    estimated, uncounted = doubtful_calls(connection, scope, since, until)
    words = []
    if estimated:
        is_one = estimated == 1
        words.append(f"~ {estimated:,} {'call is' if is_one else 'calls are'} estimated")
    if uncounted:
        is_one = uncounted == 1
        words.append(f"{uncounted:,} {'call has' if is_one else 'calls have'} unknown tokens")
    return ", ".join(words)


def scope_of(subscription: Subscription) -> Scope:
    """Return which conversations a subscription is about."""
    return Scope(**subscription.scope)


def by_hand(done: Iterable[CreditFact]) -> ByHand:
    """Return what people did to the credits, without what they took back."""
    done = list(done)
    undone = {fact.corrects for fact in done if fact.corrects is not None}
    lots, about = [], []
    for fact in done:
        if fact.id in undone or fact.corrects is not None:
            continue
        name = f"by hand {fact.id}"
        if fact.kind == TOPUP or (fact.kind == ADJUST and fact.amount > 0):
            lots.append(_lot(fact, name))
        elif fact.kind == ADJUST:
            about.append(Fact(name, fact.at, ADJUST, fact.amount, pool=fact.pool))
        elif fact.kind in (VOID, REFUND):
            about.append(
                Fact(name, fact.at, fact.kind, fact.amount or None, fact.target, fact.pool)
            )
    return ByHand(tuple(lots), tuple(about))


def _lot(fact: CreditFact, name: str) -> Lot:
    return Lot(
        id=name,
        amount=fact.amount,
        effective_at=fact.at,
        expires_at=fact.expires_at,
        priority=100 if fact.priority is None else fact.priority,
        kind=BOUGHT if fact.kind == TOPUP else "adjustment",
        pool=fact.pool,
        family=fact.target or ("top-up" if fact.kind == TOPUP else "adjustment"),
        cost=fact.price,
    )


def _joined(parts: Iterable[Counts]) -> Counts:
    found = Counts()
    for part in parts:
        found.add(part)
    return found


def single(plan: Plan) -> PlanHistory:
    """Return a plan as if it were its only version and had always been in force."""
    from dataclasses import replace

    return PlanHistory([replace(plan, effective_from=-(1 << 60), effective_to=None)])


__all__ = ["PlanBook", "by_hand", "pico_from_usd", "scope_of", "single"]

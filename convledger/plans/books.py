"""The books of one pool: its lots, what is owed and reserved, and the moves between them.

Everything here adds, subtracts and compares; who may do what when is decided by the callers.
"""

from __future__ import annotations

from heapq import heappush

from msgspec import Struct

from convledger.plans import entries as entry
from convledger.plans.facts import (
    CHECK_RANK,
    CONFLICT,
    EXPIRY_RANK,
    GRANT_RANK,
    RANKS_AN_INSTANT,
    TOO_MUCH,
    AutoTopup,
    Fact,
    Finding,
    Policy,
)
from convledger.plans.lots import (
    ACTIVE,
    EXPIRED,
    TOPUP,
    VOIDED,
    BurnKey,
    Live,
    Lot,
)
from convledger.plans.shelf import Shelf

# Farther than any instant or amount: there is nothing to wait for, or nothing is simple.
FAR = 1 << 200
# More packs than this at one instant are a mistake in the plan, not a purchase.
MOST_PACKS = 10_000

Parts = tuple[tuple[str, int], ...]
Terms = tuple[tuple[int, Policy], ...]


class Debt(Struct, array_like=True, gc=False):
    """What a usage still owes to the next lots that may pay for it."""

    usage: str
    scopes: frozenset[str]
    left: int


class Beyond(Struct, array_like=True, gc=False):
    """The part of a usage that no lot paid at its instant, less what was refunded of it."""

    overage: int = 0
    debt: int = 0
    degraded: int = 0
    grace: int = 0
    blocked: int = 0


class Hold(Struct, frozen=True, array_like=True, gc=False):
    """A reservation that has not ended."""

    amount: int
    scopes: frozenset[str]


class Books:
    """All that is known about one pool, and the moves that keep its sums whole."""

    __slots__ = (
        "allocations", "balance", "beyond", "blocked", "bought", "bought_in_period", "check",
        "count", "debt", "debts", "degraded", "due", "ended", "expiries", "families", "findings",
        "floor", "graced", "graced_in_period", "held", "holds", "lives", "net", "overage",
        "pending", "policy", "pool", "refunded", "repaid", "reserved", "reset_at", "rows", "seen",
        "shelf", "switched", "terms", "usage", "waiting_refunds", "waiting_voids",
    )  # fmt: skip

    def __init__(
        self, pool: str, terms: Terms, seen: dict[str, Fact], keeps_entries: bool = True
    ) -> None:
        self.pool, self.terms, self.seen = pool, terms, seen
        self.switched, self.policy = 1, terms[0][1]
        self.lives: dict[str, Live] = {}
        self.shelf = Shelf()
        self.pending: list[tuple[int, BurnKey, Lot]] = []
        self.expiries: list[tuple[int, str]] = []
        self.families: dict[str, list[Live]] = {}
        self.check = self.due = FAR
        self.balance = self.usage = self.refunded = self.reserved = self.floor = 0
        self.overage = self.debt = self.degraded = self.graced = self.blocked = 0
        self.bought = self.bought_in_period = self.graced_in_period = 0
        self.reset_at: int | None = None
        self.allocations: dict[str, str | Parts] = {}
        self.net: dict[str, list[tuple[str, int]]] = {}
        self.beyond: dict[str, Beyond] = {}
        self.repaid: dict[str, list[tuple[str, int]]] = {}
        self.debts: list[Debt] = []
        self.holds: dict[str, Hold] = {}
        self.held: dict[frozenset[str], int] = {}
        self.ended: dict[str, str] = {}
        self.waiting_refunds: dict[str, list[Fact]] = {}
        self.waiting_voids: dict[str, list[Fact]] = {}
        self.findings: list[Finding] = []
        self.rows: list[entry.Row] | None = [] if keeps_entries else None
        self.count = 0
        self.look_ahead()

    def note(self, at: int, kind: str, lot: str, amount: int, cause: str) -> None:
        """Append an entry."""
        if self.rows is not None:
            self.rows.append(entry.Row(at, kind, lot, amount, cause, self.balance))
        self.count += 1

    def await_lot(self, lot: Lot) -> None:
        """Take in a lot that opens at its instant."""
        order = lot.effective_at * RANKS_AN_INSTANT + GRANT_RANK
        heappush(self.pending, (order, lot.burn_key, lot))
        self.due = min(self.due, order)

    def open_lot(self, lot: Lot, at: int, kind: str = entry.GRANT, cause: str = "") -> None:
        """Put a lot into the books: pay debts with it, or end it where its end has passed."""
        if lot.id in self.lives:
            self.findings.append(Finding(lot.id, CONFLICT, at, lot.amount))
            return
        live = self.lives[lot.id] = Live(lot, lot.burn_key, lot.amount)
        self.balance += lot.amount
        self.note(at, kind, lot.id, lot.amount, cause or lot.id)
        self.shelf.put(live)
        for fact in self.waiting_voids.pop(lot.id, ()):
            self.void(live, at, fact)
        if lot.expires_at is not None:
            if lot.expires_at <= at:
                self.expire(live, at)
            else:
                order = lot.expires_at * RANKS_AN_INSTANT + EXPIRY_RANK
                heappush(self.expiries, (order, lot.id))
        if lot.rollover is not None and live.status == ACTIVE:
            self.families.setdefault(lot.family, []).append(live)
        self.repay(at, live)
        self.look_ahead()

    def expire(self, live: Live, at: int, cause: str = "") -> None:
        """End a lot whose time is up; what it still holds is breakage."""
        if live.status == ACTIVE:
            self.shelf.drop(live)
            live.status = EXPIRED
            self.lose(live, at, live.left, cause)

    def lose(self, live: Live, at: int, amount: int, cause: str = "") -> None:
        """Book credits of a lot as expired."""
        if amount:
            live.left -= amount
            live.expired += amount
            self.balance -= amount
            self.note(at, entry.EXPIRE, live.lot.id, -amount, cause or live.lot.id)
            self.check_soon(at)

    def void(self, live: Live, at: int, fact: Fact) -> None:
        """Take back a lot, or an amount of it."""
        asked = live.left if fact.amount is None else fact.amount
        amount = min(asked, live.left)
        if amount < asked:
            self.findings.append(Finding(fact.id, TOO_MUCH, at, asked - amount))
        live.left -= amount
        live.voided += amount
        self.balance -= amount
        if live.left == 0:
            self.shelf.drop(live)
        if fact.amount is None and live.status == ACTIVE:
            live.status = VOIDED
        if amount:
            self.note(at, entry.VOID, live.lot.id, -amount, fact.id)
            self.check_soon(at)

    def take(
        self, at: int, amount: int, scopes: frozenset[str], cause: str, kind: str = entry.USE
    ) -> tuple[list[tuple[str, int]], int]:
        """Burn lots in their order; return which paid how much, and what is missing."""
        parts = []
        while amount:
            live = self.shelf.first(scopes)
            if live is None:
                break
            part = min(live.left, amount)
            live.left -= part
            if kind == entry.VOID:
                live.voided += part
            else:
                live.used += part
            if live.left == 0:
                self.shelf.drop(live)
            amount -= part
            self.balance -= part
            parts.append((live.lot.id, part))
            self.note(at, kind, live.lot.id, -part, cause)
        return parts, amount

    def put_back(self, at: int, lot_id: str, amount: int, cause: str) -> None:
        """Return used credits to their lot; where it has ended they end at once."""
        live = self.lives[lot_id]
        if live.status == ACTIVE and live.left == 0:
            self.shelf.put(live)
        live.left += amount
        live.used -= amount
        self.balance += amount
        self.note(at, entry.REFUND, lot_id, amount, cause)
        if live.status == VOIDED:
            self.void(live, at, Fact(cause, at, entry.VOID, amount))
        elif live.status != ACTIVE:
            self.lose(live, at, amount, cause)
        else:
            self.repay(at, live)

    def repay(self, at: int, live: Live) -> None:
        """Pay what is owed from a lot that has credits again."""
        if not self.debt or live.status != ACTIVE:
            return
        own = live.lot.scopes
        for debt in self.debts:
            part = min(debt.left, live.left)
            if part and (not own or not own.isdisjoint(debt.scopes)):
                debt.left -= part
                live.left -= part
                live.used += part
                self.balance -= part
                self.note(at, entry.REPAY, live.lot.id, -part, debt.usage)
                self.owe(at, debt.usage, -part, debt.usage)
                self.repaid.setdefault(debt.usage, []).append((live.lot.id, part))
        self.debts = [debt for debt in self.debts if debt.left]
        if live.left == 0:
            self.shelf.drop(live)

    def owe(self, at: int, usage: str, amount: int, cause: str) -> None:
        """Change what a usage owes."""
        self.beyond[usage].debt += amount
        self.debt += amount
        self.note(at, entry.DEBT, "", amount, cause)

    def available_to(self, scopes: frozenset[str]) -> int:
        """Return what new usage may take: what its lots hold less what others may take of it."""
        if self.shelf.is_whole(scopes):
            return self.balance - self.reserved
        held = sum(
            amount for other, amount in self.held.items() if self.shelf.share_lots(scopes, other)
        )
        return self.shelf.left_for(scopes) - held

    def hold(self, name: str, hold: Hold) -> None:
        """Set credits aside."""
        self.holds[name] = hold
        self.reserved += hold.amount
        self.held[hold.scopes] = self.held.get(hold.scopes, 0) + hold.amount

    def let_go(self, name: str) -> Hold | None:
        """Set credits free again and return what was held, None where nothing was."""
        hold = self.holds.pop(name, None)
        if hold is not None:
            self.reserved -= hold.amount
            self.held[hold.scopes] -= hold.amount
        return hold

    def can_buy(self, rule: AutoTopup) -> bool:
        """Whether the period allows one more automatic top-up."""
        return rule.max_per_period is None or self.bought_in_period < rule.max_per_period

    def refill(self, at: int) -> bool:
        """Buy while the balance is below the threshold; return whether anything was bought."""
        rule = self.policy.topup
        if rule is None or rule.threshold is None:
            return False
        missing = rule.threshold - (self.balance - self.debt)
        return missing > 0 and self.buy(at, rule, missing)

    def buy(self, at: int, rule: AutoTopup, missing: int) -> bool:
        """Buy as many lots as `missing` needs and the period allows."""
        ends, count = rule.expires(at), 0
        if ends is not None and ends <= at:
            return False
        while missing > 0 and count < MOST_PACKS and self.can_buy(rule):
            self.bought += 1
            self.bought_in_period += 1
            count += 1
            missing -= rule.credits
            self.open_lot(
                Lot(
                    id=f"{rule.id}#{self.bought}",
                    amount=rule.credits,
                    effective_at=at,
                    expires_at=ends,
                    priority=rule.priority,
                    kind=TOPUP,
                    pool=self.pool,
                    family=rule.id,
                    cost=rule.price,
                ),
                at,
            )
        return count > 0

    def check_soon(self, at: int) -> None:
        """Look at the threshold once everything granted at this instant is in."""
        if self.policy.topup is not None and self.count:
            self.check = at * RANKS_AN_INSTANT + CHECK_RANK
            self.due = min(self.due, self.check)

    def look_ahead(self) -> None:
        """Find out when something happens by itself next."""
        self.due = min(
            self.expiries[0][0] if self.expiries else FAR,
            self.pending[0][0] if self.pending else FAR,
            self.check,
            self.next_terms,
        )
        self.set_floor()

    @property
    def next_terms(self) -> int:
        """When the next policy begins, as a place in the order of things."""
        if self.switched == len(self.terms):
            return FAR
        return self.terms[self.switched][0] * RANKS_AN_INSTANT + EXPIRY_RANK

    def set_floor(self) -> None:
        """Find the balance above which usage is simple: it fits and nothing is bought."""
        policy, floor = self.policy, 0
        if policy.refuses and self.reserved:
            floor = FAR if self.shelf.is_split else self.reserved
        rule = policy.topup
        if rule is not None and rule.threshold is not None and self.can_buy(rule):
            floor = max(floor, rule.threshold + self.debt)
        self.floor = FAR if self.waiting_refunds else floor

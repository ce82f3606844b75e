"""The credits of a bill as they stand: what is left of which lot, how fast it goes, what is ahead.

Credits are picocredits (1e-12), money picounits of the plan's currency, instants UTC microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from convledger.plans import entries as entry
from convledger.plans.billing import Bill
from convledger.plans.certainty import SURE, Doubt
from convledger.plans.doubts import Doubts
from convledger.plans.entries import Entry
from convledger.plans.facts import REFUND as REFUNDED
from convledger.plans.late_bills import first_id
from convledger.plans.lots import ACTIVE, ROLLOVER, TOPUP, Lot
from convledger.plans.rating import IN_DOLLARS
from convledger.plans.statement import Statement
from convledger.reports.by_hand import is_taken_by_hand
from convledger.reports.outlook import Outlook, ahead_doubt, burn_doubt, outlook
from convledger.reports.periods import local_day
from convledger.reports.projecting import projected_doubt, projected_total

BY_HAND = "by hand "
_NAMES = {TOPUP: "top-up", ROLLOVER: "rolled over"}
_USED = frozenset((entry.USE, entry.REPAY, entry.REFUND))
_HELD = frozenset((entry.RESERVE, entry.RELEASE))
_WORDS = {
    entry.GRANT: "granted",
    entry.ROLL_IN: "rolled in",
    entry.ROLL_OUT: "rolled out",
    entry.REFUND: "given back",
    entry.USE: "usage",
    entry.REPAY: "repaid",
    entry.EXPIRE: "expired",
    entry.VOID: "taken back",
    entry.OVERAGE: "beyond the credits",
    entry.DEBT: "owed",
    entry.BLOCKED: "refused",
    entry.DEGRADED: "served at less",
    entry.GRACE: "free beyond",
    entry.RESERVE: "reserved",
    entry.RELEASE: "released",
}


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot with something left: `number` is that of the booking by hand it comes from, 0 if none.

    `expires_at` is None where it never ends by itself; one that is rolled over ends with a period.
    """

    id: str
    name: str
    amount: int
    left: int
    expires_at: int | None
    is_rolled_over: bool
    number: int


@dataclass(frozen=True, slots=True)
class Waste:
    """What of a lot will expire unused at an instant, if use goes on as it did."""

    lot: str
    at: int
    amount: int


@dataclass(frozen=True, slots=True)
class PoolView:
    """A pool of credits: lots in burn order, the present period's movements, and the outlook.

    `settled_left` is what was left when the last frozen period ended, None where none is frozen or
    a plan has several pools.
    """

    pool: str
    lots: tuple[LotLine, ...]
    balance: int
    reserved: int
    available: int
    granted: int
    used: int
    over: int
    owed: int
    blocked: int
    settled_left: int | None
    outlook: Outlook
    wasted: tuple[Waste, ...]
    used_doubt: Doubt = SURE
    left_doubt: Doubt = SURE
    ahead_doubt: Doubt = SURE
    burn_doubt: Doubt = SURE
    week_doubt: Doubt = SURE
    settled_doubt: Doubt = SURE

    @property
    def left_at_reset(self) -> int | None:
        """What will be left when credits come next, None where that can't be told."""
        reset = self.outlook.reset
        return None if reset is None else round(reset.forfeited)


@dataclass(frozen=True, slots=True)
class LimitLine:
    """How a limit stands: counted amounts, picodollars where `is_money`; when its window ends.

    For a window that rolls `resets_at` is when the oldest use leaves it; None: no window is open.
    """

    name: str
    used: int
    cap: int
    is_money: bool
    resets_at: int | None
    doubt: Doubt = SURE


@dataclass(frozen=True, slots=True)
class CreditView:
    """A bill as a person asks for it: the present period, the last settled one, every pool."""

    current: Statement | None
    settled: Statement | None
    projected: int | None
    pools: tuple[PoolView, ...]
    limits: tuple[LimitLine, ...] = ()
    live_doubt: Doubt = SURE
    settled_doubt: Doubt = SURE
    projected_doubt: Doubt = SURE
    doubt: Doubt = SURE  # of everything in the present period


def credit_view(bill: Bill) -> CreditView:
    """Return how the credits of a bill stand at its end."""
    frozen = [each.statement for _, each in sorted(bill.frozen.items())]
    settled = frozen[-1] if frozen else None
    names = pools_of(bill)
    doubts, projected = Doubts(bill), projected_total(bill)
    return CreditView(
        bill.current,
        settled,
        projected,
        tuple(_pool(bill, name, settled if len(names) == 1 else None, doubts) for name in names),
        tuple(_limits(bill, doubts)),
        doubts.due(bill.current),
        doubts.due(settled),
        projected_doubt(bill, doubts, projected),
        doubts.of_period(bill.current),
    )


def _limits(bill: Bill, doubts: Doubts) -> Iterator[LimitLine]:
    plan = bill.contract.plan_at(bill.now)
    if plan is None:
        return
    in_dollars = {unit.id for unit in plan.units if unit.measure == IN_DOLLARS}
    for limit in plan.limits:
        meter = bill.metered.meters.get(limit.id)
        if meter is not None and limit.window != "rolling_turns":
            state = meter.state(bill.now)
            yield LimitLine(
                limit.id, state.used, state.cap, limit.unit in in_dollars, state.will_reset_at,
                doubts.limit(limit.id),
            )  # fmt: skip


def pools_of(bill: Bill) -> list[str]:
    """Return the pools of credits that hold or held anything, the unnamed one first."""
    found = sorted({lot.pool for lot in bill.lots.values()} | set(bill.fold.pools))
    return [name for name in found if _is_used(bill, name)]


def _is_used(bill: Bill, pool: str) -> bool:
    totals = bill.fold.totals(pool)
    return bool(totals.lots or totals.usage)


def _pool(bill: Bill, pool: str, settled: Statement | None, doubts: Doubts) -> PoolView:
    totals = bill.fold.totals(pool)
    ahead = outlook(bill, pool)
    since = bill.periods[-1].since if bill.periods else bill.now
    moved = [each for each in bill.fold.entries(pool) if each.at >= since]
    lots = [
        LotLine(
            id=each.lot.id,
            name=lot_name(each.lot),
            amount=each.lot.amount,
            left=each.remaining,
            expires_at=each.lot.expires_at,
            is_rolled_over=each.lot.rollover is not None,
            number=number_of(each.lot.id),
        )
        for each in totals.lots
        if each.remaining > 0 and each.status == ACTIVE
    ]
    names = {each.lot.id: lot_name(each.lot) for each in totals.lots}
    wasted = [
        Waste(names.get(lot.id, lot.id), lot.expires_at or 0, round(amount))
        for lot, amount in zip(ahead.runway.lots, ahead.runway.wasted, strict=True)
        if round(amount)
    ]
    return PoolView(
        pool=pool,
        lots=tuple(lots),
        balance=totals.balance,
        reserved=totals.reserved,
        available=totals.available,
        granted=_sum(moved, entry.GRANT),
        used=-sum(each.amount for each in moved if each.kind in _USED),
        over=_sum(moved, entry.OVERAGE),
        owed=totals.debt,
        blocked=_sum(moved, entry.BLOCKED),
        settled_left=None if settled is None else settled.sums.left,
        outlook=ahead,
        wasted=tuple(sorted(wasted, key=lambda each: each.at)),
        used_doubt=doubts.used(pool, since),
        left_doubt=doubts.left(pool),
        ahead_doubt=ahead_doubt(ahead, doubts),
        burn_doubt=burn_doubt(ahead, doubts),
        week_doubt=burn_doubt(ahead, doubts, 7),
        settled_doubt=SURE if settled is None else doubts.left(pool, settled.until - 1),
    )


def _sum(entries: Sequence[Entry], kind: str) -> int:
    return sum(each.amount for each in entries if each.kind == kind)


def lot_name(lot: Lot | None) -> str:
    """Return what people call a lot: "included", "promo", "top-up"."""
    return "" if lot is None else _NAMES.get(lot.kind, lot.kind)


def number_of(lot_id: str) -> int:
    """Return the number of the booking by hand behind a lot or a cause, 0 where there is none."""
    number = lot_id.removeprefix(BY_HAND)
    return int(number) if number != lot_id and number.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Entries of the credit ledger told as one: `amount` signed, `balance` of the pool after them.

    `at` is the instant of the last of them. `moves` says whether they change the balance; what did
    not find credits does not. `conversation_id` is there where the line is a single usage.
    """

    at: int
    day: str
    kind: str
    what: str
    lot: str
    pool: str
    amount: int
    balance: int
    moves: bool
    entries: int
    number: int
    conversation_id: int | None
    amount_doubt: Doubt = SURE
    balance_doubt: Doubt = SURE


def ledger_lines(
    bill: Bill, zone: tzinfo, *, since: int | None, until: int | None, each: bool
) -> list[LedgerLine]:
    """Return the credit ledger from `since` until `until`, the newest first.

    Without `each` what is of one day of `zone`, one kind and one lot is a line, and credits that
    were only set aside are none.
    """
    conversations = {one.unit.id: int(one.unit.thread.id) for one in bill.rated}
    for fact in bill.by_hand.facts:
        if fact.kind == REFUNDED and first_id(fact.of) in conversations:
            conversations[fact.id] = conversations[first_id(fact.of)]
    # What became known after its period was closed is booked in the open one, about the other.
    late = {billed.id for billed in bill.billed if billed.about is not None}
    doubts = Doubts(bill)
    found: list[LedgerLine] = []
    for pool in pools_of(bill):
        lines: list[LedgerLine] = []
        for one in bill.fold.entries(pool):
            if one.kind in _HELD and not each:
                continue
            if (since is None or one.at >= since) and (until is None or one.at < until):
                line = _line(one, bill, zone, conversations, late, doubts)
                if each or not lines or not _is_same(lines[-1], line):
                    lines.append(line)
                else:
                    lines[-1] = _joined(lines[-1], line)
        found += lines
    # Of one instant the last booked is the newest.
    numbered = sorted(enumerate(found), key=lambda one: (one[1].at, one[0]), reverse=True)
    return [line for _, line in numbered]


def _line(
    one: Entry,
    bill: Bill,
    zone: tzinfo,
    conversations: dict[str, int],
    late: set[str],
    doubts: Doubts,
) -> LedgerLine:
    lot = bill.lots.get(one.lot)
    number = number_of(one.cause) or number_of(one.lot)
    what = _WORDS.get(one.kind, one.kind)
    if one.cause in late and one.kind in (entry.USE, entry.REFUND, entry.OVERAGE):
        what = f"late, {what}"
    elif one.kind == entry.USE and number_of(one.cause):
        what = "adjustment"
    elif one.kind == entry.VOID and is_taken_by_hand(bill, number_of(one.cause)):
        what = "taken by hand"
    elif one.kind == entry.GRANT:
        what = lot_name(lot) or what
    return LedgerLine(
        at=one.at,
        day=local_day(one.at, zone).isoformat(),
        kind=one.kind,
        what=what,
        lot=lot_name(lot),
        pool=one.pool,
        amount=one.amount,
        balance=one.balance,
        moves=bool(one.lot),
        entries=1,
        number=number,
        conversation_id=conversations.get(first_id(one.cause)),
        amount_doubt=doubts.of_entry(one),
        balance_doubt=doubts.left(one.pool, one.at),
    )


def _is_same(one: LedgerLine, other: LedgerLine) -> bool:
    key = (one.day, one.kind, one.what, one.lot, one.number)
    return key == (other.day, other.kind, other.what, other.lot, other.number)


def _joined(one: LedgerLine, other: LedgerLine) -> LedgerLine:
    from dataclasses import replace

    return replace(
        other,
        amount=one.amount + other.amount,
        entries=one.entries + other.entries,
        conversation_id=None,
        amount_doubt=one.amount_doubt | other.amount_doubt,
    )

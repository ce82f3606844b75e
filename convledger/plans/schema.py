"""What a plan can say, as records: nine blocks, every quantity exact.

Amounts are `Decimal` as the document writes them, lengths of time UTC microseconds, instants UTC
microseconds. Words are those of the document; docs/plans explains them to users.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

NEVER, PERIOD_END = "never", "period_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """A length of time: elapsed microseconds, or months of the calendar; one of them is 0."""

    elapsed: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """How a plan cuts time into periods, in its own zone.

    `anchor` is "calendar" (the 1st, Monday, midnight, 1 January; `day` moves it to another day of
    the month) or "subscription" (the instant the subscription began, months clamped to their end).
    "rolling" periods are `days` long from the subscription on; with "none" all time is one period.
    """

    kind: str = "month"  # month year week day rolling none
    anchor: str = "calendar"
    day: int = 1
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What is due whether or not anything is used."""

    id: str
    amount: Decimal
    per: str = "period"  # period seat once
    seats: int | None = None
    prorate: str = "none"  # day none


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Cuts one unit into several: each `size` begun counts one more."""

    by: str  # messages tokens duration
    size: int  # messages, tokens, or microseconds
    of: tuple[str, ...] = ()  # roles counted by "messages"; none named means all


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which usage a unit, grant or limit is about; everything that is set must hold.

    `attributes` maps an attribute (channel, model, kind, client ...) to patterns of which one must
    fit, `*` standing for anything. `exclude` drops what is named so: an action, an outcome, a kind
    of conversation or a tag. `outside` and `inside` name another unit in which a message must not,
    or must, fall.
    """

    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    participant: str = "any"  # any bot_only escalated
    verified: bool | None = None
    min_assistant_answers: int = 0
    min_user_messages: int = 0
    outside: str = ""
    inside: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == _EVERYTHING


_EVERYTHING = Where()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What a plan counts.

    `count` decides which of the other fields matter: "window" (boundary, timeout, duration, align,
    at_boundary, open_on, extend_on, reopen, grace, reserve_at ...), "event" (event), "outcome"
    (outcome, settle_after, once_per, reverse_on_return), "sum" and "max" (measure), "unique" (key).
    """

    id: str
    count: str  # window event outcome sum unique max
    key: str = "thread"  # thread user workspace
    boundary: str = "inactivity"  # inactivity fixed calendar_day explicit thread topic
    timeout: int = 0
    duration: int = 0
    align: str = "none"  # none hour day
    at_boundary: str = "new"  # new same
    open_on: tuple[str, ...] = ("user",)
    extend_on: tuple[str, ...] = ("user", "assistant")
    reopen: str = "new"  # new same grace
    grace: int = 0
    skew: int = 300_000_000  # a step back of the clock up to this is no step
    split: Split | None = None
    event: str = ""
    outcome: tuple[str, ...] = ()
    settle_after: int = 0
    once_per: str = ""  # thread user, or nothing
    reverse_on_return: bool = False
    measure: str = ""
    where: Where = _EVERYTHING
    reserve_at: str = ""  # open, or nothing: no reservation
    commit_at: str = "open"  # open first_assistant_reply close settle
    release_after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A price up to a quantity, inclusive; the last tier has no end."""

    up_to: Decimal | None
    price: Decimal  # money or credits a unit, as the charge pays
    flat: Decimal = Decimal(0)  # once, when the tier is entered


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One line of a rate card: what fits all of `match` costs so much a unit."""

    match: Mapping[str, tuple[str, ...]]
    amount: Decimal  # money or credits, as the charge pays


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How an amount is rounded: `to` is the step, like 0.01; at each line or once a statement."""

    mode: str = "half_even"  # half_even half_up up down
    to: Decimal = Decimal("0.000000000001")
    at: str = "line"  # line statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a unit costs.

    `amount` is money or credits a unit (or a package of `package_size`); `per` divides a rate, like
    credits per 1,000,000 tokens. "pass_through" takes the unit's measure as dollars: times
    `markup`, and times `credits_per_usd` where credits pay.
    """

    unit: str
    pay_with: str = "money"  # money credits
    model: str = "per_unit"  # per_unit package graduated volume rate_card pass_through
    amount: Decimal = Decimal(0)
    per: Decimal = Decimal(1)
    tiers: tuple[Tier, ...] = ()
    package_size: Decimal = Decimal(1)
    cards: tuple[Card, ...] = ()
    markup: Decimal = Decimal(1)
    credits_per_usd: Decimal = Decimal(1)
    minimum_units: Decimal = Decimal(0)
    cap: Decimal | None = None  # money or credits a period, at most
    rounding: Rounding = Rounding()
    pool: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Credits that a plan gives: a lot for each period (or `every` so often), or once.

    What is left at its end is rolled over as `min(rollover_max, max(rollover_min, left))`;
    `rollover_share` gives the most as a part of the amount instead, None for no bound ("all").
    """

    id: str
    amount: Decimal
    per: str = "period"  # period seat once
    every: Length | None = None
    expires: str = PERIOD_END  # period_end never, or "after" with `lasts`
    lasts: Length | None = None
    rollover_min: Decimal = Decimal(0)
    rollover_max: Decimal | None = Decimal(0)
    rollover_share: Decimal | None = None
    priority: int = 0
    pool: str = ""
    scope: Where = _EVERYTHING
    kind: str = "included"  # included purchased promo
    cost_basis: Decimal = Decimal(0)  # money a credit
    seats: int | None = None
    pooled: bool = True
    effective_from: int | None = None
    effective_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topup:
    """Credits that can be bought; "auto" buys one whenever the balance falls below `threshold`."""

    id: str
    credits: Decimal
    price: Decimal
    trigger: str = "manual"  # manual auto
    threshold: Decimal = Decimal(0)
    max_per_period: int | None = None
    expires: str = PERIOD_END
    lasts: Length | None = None
    priority: int = 100
    pool: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overage:
    """What happens when credits are gone.

    "charge" bills `price` a credit ("pass_through": its dollars at list price, times `markup`),
    "block" refuses what does not fit, "carry" owes it to the next grant, "topup" buys a pack,
    "degrade" serves it for nothing at a lesser quality. `grace` credits a period are free.
    """

    policy: str = "charge"
    price: Decimal | None = None
    grace: Decimal = Decimal(0)
    model: str = "per_unit"  # per_unit pass_through
    markup: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most of a unit in a window, and what happens beyond it.

    `window` is "fixed" (from the first event, the clock or the subscription), "rolling" (the time
    just past), "calendar" (`calendar` = day, week, month, year of the plan's zone) or
    "rolling_turns" (what one call carries along). `overflow` names the pool that pays beyond it.
    """

    id: str
    unit: str
    cap: Decimal
    window: str = "fixed"
    duration: int = 0
    calendar: str = ""
    anchor: str = "first_event"  # first_event clock subscription
    align: str = "none"
    where: Where = _EVERYTHING
    on_exceed: str = "block"  # block degrade summarise overflow
    overflow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Money that is due at least, made up at the end of each period or of the term."""

    minimum_amount: Decimal
    true_up: str = "period"  # period term
    term: Length | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """When to speak up: at percents of a budget, once each a period, grant or unit."""

    on: str  # spend allowance balance limit unit_budget
    at: tuple[int, ...] = (70, 90, 100)
    rearm: str = "period"  # period grant unit
    budget: Decimal | None = None
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """What a seller saves on when a conversation has used `at` percent of its budget."""

    at: int
    action: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """The seller's view of a plan: what a customer brings in and what may be spent on one."""

    revenue: Decimal
    gross_margin: Decimal
    other_cogs: Decimal = Decimal(0)
    expected_units: Decimal | None = None
    budget_unit: str = "conversation"
    ladder: tuple[LadderStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another unit and charge of the same vendor, for what-if."""

    id: str
    unit: Unit
    charge: Charge


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a pricing plan; in force from `effective_from` until `effective_to`."""

    id: str
    name: str
    version: str
    currency: str
    zone_name: str
    effective_from: int
    effective_to: int | None = None
    source: str = ""
    checked: str = ""
    note: str = ""
    period: Period = Period()
    fees: tuple[Fee, ...] = ()
    units: tuple[Unit, ...] = ()
    charges: tuple[Charge, ...] = ()
    grants: tuple[Grant, ...] = ()
    topups: tuple[Topup, ...] = ()
    overage: Overage | None = None
    limits: tuple[Limit, ...] = ()
    commit: Commit | None = None
    alerts: tuple[AlertRule, ...] = ()
    vendor: Vendor | None = None
    alternatives: tuple[Alternative, ...] = ()
    digest: str = ""

    @property
    def mark(self) -> str:
        """The beginning of the digest: enough to know a text by among those of one plan."""
        return self.digest[:16]

    @property
    def seats(self) -> int:
        """The seats that the plan itself speaks of: those of its first fee by the seat, else 1."""
        named = [fee.seats for fee in self.fees if fee.per == "seat" and fee.seats]
        return named[0] if named else 1

    def unit(self, unit_id: str) -> Unit:
        """Return the unit of that id; KeyError where there is none."""
        for unit in self.units:
            if unit.id == unit_id:
                return unit
        raise KeyError(unit_id)

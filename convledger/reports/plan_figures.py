"""What the Plans and Compare screens draw, as plain records.

Money is picounits (1e-12) of `currency`, credits are picocredits (1e-12), instants are UTC
microseconds, lengths of time microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from convledger.plans.certainty import SURE, Doubt


@dataclass(frozen=True, slots=True)
class LotName:
    """A lot of credits as a chart names it: "included", "promo", "top-up of 12 Nov"."""

    id: str
    name: str
    kind: str  # included promo purchased topup


@dataclass(frozen=True, slots=True)
class Level:
    """What is left of each lot from an instant on, until the next level."""

    at: int
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happens to the balance at an instant: `amount` is signed picocredits."""

    at: int
    kind: str  # grant topup expires empty resets
    amount: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class BurnDown:
    """Credits left by lot: booked up to `now`, foreseen from there on at `burn_per_day`.

    `lots` stand in burn order, the one burnt first at the front. `shortfall` is what will be
    missing until `next_grant_at`, `shortfall_money` its price where one is known; `wasted` what
    will expire unused. `empty_at` is None where the credits last. A plan that `is_over` has no
    outlook: nothing is foreseen after its end.
    """

    since: int
    until: int
    now: int
    lots: tuple[LotName, ...]
    levels: tuple[Level, ...]
    marks: tuple[Mark, ...] = ()
    burn_per_day: Fraction | None = None
    empty_at: int | None = None
    empty_at_without_expiry: int | None = None
    next_grant_at: int | None = None
    next_grant: int = 0
    shortfall: int = 0
    shortfall_money: int | None = None
    wasted: int = 0
    confidence: str = ""  # high medium low, or nothing: too few days
    currency: str = "USD"
    is_over: bool = False
    left_doubt: Doubt = SURE
    ahead_doubt: Doubt = SURE
    burn_doubt: Doubt = SURE


@dataclass(frozen=True, slots=True)
class Said:
    """One message on a time line."""

    at: int
    role: str  # user assistant tool


@dataclass(frozen=True, slots=True)
class LaneUnit:
    """A billable unit on a time line; `began` and `ended` say why, as `plans.counted` names it.

    `ends_at` is None where only a close can end it; `gap` is the silence before it began. What is
    counted without cutting has `counted` words, began for no reason, and is over at once; what it
    measured is one thing, with `measured` tokens, seconds or picodollars.
    `waits_for` an "answer", or its own "end", says why a unit is not charged so far.
    """

    opened_at: int
    last_at: int
    ends_at: int | None
    quantity: int
    began: str
    ended: str
    gap: int = 0
    credits: int | None = None
    money: int | None = None
    counted: str = ""
    measured: int | None = None
    waits_for: str = ""
    doubt: Doubt = SURE


@dataclass(frozen=True, slots=True)
class Lane:
    """The same messages under one rule: "30 min idle" counts so many units.

    `counted` is what a rule that cuts no conversation counts in all, in its own measure.
    """

    name: str
    units: tuple[LaneUnit, ...]
    credits: int | None = None
    money: int | None = None
    closest: tuple[int, int] | None = None  # a silence just too short to cut: (from when, how long)
    rule: str = ""
    counted: str = ""
    is_money: bool = False  # whether it measures picodollars
    doubt: Doubt = SURE


@dataclass(frozen=True, slots=True)
class Boundaries:
    """A conversation on a time line, cut into billable units by one or more rules."""

    conversation_id: int
    title: str
    source: str
    messages: tuple[Said, ...]
    lanes: tuple[Lane, ...]
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class TimeoutStep:
    """What the plan would count with another inactivity timeout, and the bill then if known."""

    timeout: int
    units: int
    total: int | None = None
    doubt: Doubt = SURE  # of the bill


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Units and bill by inactivity timeout, shortest first; `own` is the place of the plan's."""

    plan_name: str
    unit_name: str
    steps: tuple[TimeoutStep, ...]
    own: int
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Curve:
    """A plan's total over units counted: points joined by straight lines."""

    plan_id: str
    name: str
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """From how many units up to how many a plan is cheapest; `until` None has no end.

    Where estimated tokens are in what it is weighed by, so they are in where it begins and ends.
    """

    plan_id: str
    name: str
    since: int
    until: int | None
    since_is_estimate: bool = False
    until_is_estimate: bool = False

    @property
    def since_text(self) -> str:
        """Where it begins, with its mark: "213", "~213"."""
        return f"{'~' if self.since_is_estimate and self.since else ''}{self.since:,}"

    @property
    def until_text(self) -> str:
        """Where it ends, with its mark; nothing where it does not."""
        if self.until is None:
            return ""
        return f"{'~' if self.until_is_estimate and self.until else ''}{self.until:,}"


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Which plan is cheapest for how many units, and where one's own months stand."""

    unit_name: str
    curves: tuple[Curve, ...]
    bands: tuple[Band, ...]
    own: tuple[tuple[str, int, bool], ...] = ()  # (month, units, whether it is foreseen)
    currency: str = "USD"
    own_doubt: Doubt = SURE


@dataclass(frozen=True, slots=True)
class Compared:
    """One plan over one stretch of time; amounts are None where they can't be known.

    `units` is a count; `included` and `over` are in units or credits as `unit_name` says. `total`
    is fees plus usage less what reversals gave back; `difference` is to the plan in force. What is
    `blocked` was refused, what is `degraded` served at less (picounits); `owed` are picocredits
    that later grants have to pay, `grace` those that were free. `unpriced` counts units and credits
    that no price fits, `unpriced_calls` calls that could not be counted without one: the total has
    none of them. A plan that `counts_nothing` charges for other things than were used.
    """

    plan_id: str
    name: str
    version: str
    rule: str  # "window, 30 min idle · 400 credits"
    unit_name: str
    units: int
    included: int | None
    over: int | None
    fees: int
    usage: int | None
    breakage: int  # picocredits that expired unused
    breakage_money: int
    reversals: int
    total: int | None
    per_conversation: int | None
    per_message: int | None
    difference: int | None
    currency: str = "USD"
    is_cheapest: bool = False
    is_in_force: bool = False
    note: str = ""  # "111 credits expire unused"
    blocked: int = 0
    unpriced_calls: int = 0
    unpriced: int = 0
    counts_nothing: bool = False
    degraded: int = 0
    owed: int = 0
    grace: int = 0
    counted_doubt: Doubt = SURE  # of units
    doubt: Doubt = SURE  # of usage and of what is made of it
    difference_doubt: Doubt = SURE

    @property
    def uncounted_calls(self) -> int:
        """How many calls are in no figure, their tokens unknown."""
        return max(self.doubt.uncounted, self.counted_doubt.uncounted)

    @property
    def priceless_calls(self) -> int:
        """How many calls of known tokens have no price."""
        return max(self.unpriced_calls - self.uncounted_calls, 0)

    @property
    def over_doubt(self) -> Doubt:
        """The doubt of what is over: that nothing is has no part in any sum."""
        return self.counted_doubt if self.over else Doubt(uncounted=self.counted_doubt.uncounted)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same usage under several plans, the cheapest first."""

    since: int
    until: int
    name: str  # "October 2026"
    is_closed: bool
    conversations: int
    messages: int
    calls: int
    unpriced_calls: int
    rows: tuple[Compared, ...]
    estimated_calls: int = 0
    uncounted_calls: int = 0  # whose tokens nobody knows: plans that bill tokens count none

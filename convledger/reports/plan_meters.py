"""What the Live screen shows of the plan in force, as plain records.

Money is picounits (1e-12) of `currency`, credits are picocredits (1e-12), instants are UTC
microseconds, shares are exact fractions of 1 (1 is 100 %). Each figure goes with its doubt, where
estimated or unknown tokens can enter it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from fractions import Fraction

from convledger.plans.certainty import SURE, Doubt


@dataclass(frozen=True, slots=True)
class LotLeft:
    """What is left of a lot of credits, picocredits; `name` is "included", "promo", "top-up"."""

    name: str
    left: int


@dataclass(frozen=True, slots=True)
class CreditsMeter:
    """Credits of the present period: `granted` came in, `used` went, `lots` say what is left.

    `lots` stand in burn order, the one burnt first at the front; `left` is their sum less what is
    owed, and may be negative. `used` holds what expired and what is owed, too.
    """

    granted: int
    used: int
    left: int
    lots: tuple[LotLeft, ...] = ()
    used_doubt: Doubt = SURE
    left_doubt: Doubt = SURE


@dataclass(frozen=True, slots=True)
class Expiry:
    """An instant at which credits go unused: so many picocredits of what is foreseen to be left."""

    at: int
    amount: int


@dataclass(frozen=True, slots=True)
class RunwayMeter:
    """How long the credits last from `now` on, at a rate of picocredits a day.

    `empty_at` is None where they last to the next grant. `burn_per_day` is None where nothing was
    used yet. `next_grant_at` is when the next credits come (`next_grant` picocredits), None if
    none are foreseen.
    """

    now: int
    burn_per_day: Fraction | None = None
    empty_at: int | None = None
    expiries: tuple[Expiry, ...] = ()
    next_grant_at: int | None = None
    next_grant: int = 0
    doubt: Doubt = SURE
    burn_doubt: Doubt = SURE

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left already."""
        return self.empty_at is not None and self.empty_at <= self.now


@dataclass(frozen=True, slots=True)
class WindowMeter:
    """A limit over a window of time: `share` of it is used.

    `since` and `until` bound a window that is fixed; where it rolls, `since` is None and `until`
    is when the oldest use leaves it. `until` None: no window is open. `share_at_end` is what is
    foreseen for its end, None for one that rolls and so has none; `full_at` when the limit is
    reached before that. `covers` says what is counted ("all models"), in words of the plan.
    """

    name: str
    share: Fraction
    now: int
    since: int | None = None
    until: int | None = None
    share_at_end: Fraction | None = None
    full_at: int | None = None
    covers: str = ""
    doubt: Doubt = SURE


@dataclass(frozen=True, slots=True)
class SpendMeter:
    """Money of the present period: billed so far, foreseen for its end, and a budget if one is set.

    `spent` is None where nothing of it can be priced.
    """

    spent: int | None
    projected: int | None = None
    budget: int | None = None
    until: int | None = None
    doubt: Doubt = SURE
    projected_doubt: Doubt = SURE


@dataclass(frozen=True, slots=True)
class AlertLine:
    """A threshold that was reached, or is expected to be.

    `threshold` is in percent. `used` and `budget` are picocredits or picounits of money as
    `measure` ("credits", "money") says; for "share" they say nothing but their ratio. `at` is when
    it was reached or will be. `state` is "open", "expected" or "settled".
    """

    threshold: int
    what: str
    used: int
    budget: int
    at: int
    measure: str = "credits"  # credits money share
    state: str = "open"  # open expected settled
    currency: str = "USD"
    key: tuple[str, str, int] = ("", "", 0)  # scope, period, epoch: what it is muted by
    doubt: Doubt = SURE


@dataclass(frozen=True, slots=True)
class Meters:
    """Everything about the plan in force that moves; None and () where the plan has no such thing.

    `alerts` may stand in any order. `zone` is the plan's, in which its days are cut.
    """

    plan_name: str
    period_name: str  # "November"
    currency: str = "USD"
    credits: CreditsMeter | None = None
    runway: RunwayMeter | None = None
    windows: tuple[WindowMeter, ...] = ()
    spend: SpendMeter | None = None
    alerts: tuple[AlertLine, ...] = ()
    zone: tzinfo = UTC
    doubt: Doubt = SURE  # of everything in the present period

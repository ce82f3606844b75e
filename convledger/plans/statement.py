"""A period's statement: its lines, its sums, and the digest by which a closed one is known."""

from __future__ import annotations

from hashlib import sha256

from msgspec import Struct, json

# What a line can be about, in the order in which a statement shows them.
FEE, USAGE, MINIMUM, CREDITS_USED = "fee", "usage", "minimum", "credits"
PURCHASE, TOPUP, OVERAGE, TRUE_UP = "purchase", "topup", "overage", "true_up"
ADJUSTMENT, ROUNDING = "adjustment", "rounding"
GIFT, GIVEN_BACK = "gift", "given_back"
BLOCKED, DEGRADED, BREAKAGE = "blocked", "degraded", "breakage"
KINDS = (
    *(FEE, USAGE, MINIMUM, CREDITS_USED, GIVEN_BACK, GIFT, PURCHASE, TOPUP, OVERAGE, TRUE_UP),
    *(ADJUSTMENT, ROUNDING, BLOCKED, DEGRADED, BREAKAGE),
)
# These say what happened; they cost nothing themselves.
INFORMATIVE = frozenset((CREDITS_USED, GIVEN_BACK, GIFT, BLOCKED, DEGRADED, BREAKAGE))

SETTLED, LIVE, PROJECTED, RESTATED = "settled", "live", "projected", "restated"


class Line(Struct, frozen=True):
    """One line: `quantity` of `unit_name` in picounits, what it comes to in credits and in money.

    `credits` are picocredits and `money` picounits of the statement's currency, rounded to its
    minor unit; `exact` is the money before rounding as a fraction, "10/3". `unpriced` counts what
    no price fits and is in no sum. `about` names the earlier period that an adjustment corrects.
    """

    kind: str
    id: str
    name: str
    quantity: int = 0
    unit_name: str = ""
    credits: int = 0
    money: int = 0
    exact: str = ""
    unpriced: int = 0
    about: str = ""
    note: str = ""


class PeriodSums(Struct, frozen=True):
    """What a statement adds up to: picounits, picocredits, counts.

    `units` are counted units by their id; `granted`, `used`, `expired`, `voided` and `left` are
    credits of the period, `left` those at its end. Beyond them are `over` (due in money), `owed`
    (below 0 where earlier debts were paid), `grace` (free), `degraded` (served at less) and
    `blocked` (not served).
    """

    fees: int = 0
    usage: int = 0
    adjustments: int = 0
    total: int = 0
    units: dict[str, int] = {}
    granted: int = 0
    used: int = 0
    over: int = 0
    expired: int = 0
    expired_cost: int = 0
    voided: int = 0
    blocked: int = 0
    left: int = 0
    unpriced: int = 0
    reversals: int = 0
    owed: int = 0
    grace: int = 0
    degraded: int = 0

    @property
    def served(self) -> int:
        """The picocredits of the period's use that was not refused, whatever paid for it."""
        return self.used + self.over + self.owed + self.grace + self.degraded

    @property
    def brought_forward(self) -> int:
        """The picocredits there were before: from the period before, or learnt of only now."""
        return self.left - self.granted + self.used + self.expired + self.voided


class Billed(Struct, frozen=True, array_like=True, gc=False):
    """One counted unit as a statement has it, so that later facts can be told from it.

    It counts from `at` on and belongs to the period of `billed_at`. `quantity` is in picounits,
    `amount` in picocredits or picounits of money as `pays` says; None where no price fits.
    `plan` is the mark of the text it was priced by, `rate` what its price depends on, like a model;
    `about` the instant in a closed period that a correction is about.
    """

    id: str
    unit: str
    plan: str
    at: int
    billed_at: int
    quantity: int
    pays: str
    pool: str
    amount: int | None
    rate: str = ""
    reverses: str = ""
    about: int | None = None


class Statement(Struct, frozen=True):
    """What is due for a period: instants in UTC microseconds, `until` exclusive.

    `state` is settled (closed and frozen), live (so far) or restated (a closed period worked out
    anew with all that is known today). `contract` names the subscription: a plan may be had more
    than once at a time, for different usage.
    """

    plan: str
    plan_name: str
    version: str
    plan_digest: str
    currency: str
    zone: str
    name: str
    since: int
    until: int
    state: str
    lines: tuple[Line, ...]
    sums: PeriodSums
    contract: str = ""

    @property
    def due(self) -> int:
        """The money that is due, in picounits."""
        return self.sums.total


class FrozenStatement(Struct, frozen=True, omit_defaults=True):
    """A statement with the units behind it, as it is kept when its period is closed.

    `versions` are from when until when (UTC microseconds) which text was in force, by its digest,
    where that is not the statement's own for the whole period.
    """

    statement: Statement
    units: tuple[Billed, ...]
    versions: tuple[tuple[int, int, str], ...] = ()


def frozen_bytes(frozen: FrozenStatement) -> bytes:
    """Return a statement as bytes, always the same for the same facts."""
    return json.encode(frozen, order="deterministic")


def thawed(content: bytes) -> FrozenStatement:
    """Return the statement that bytes hold; raises ValueError where they are none."""
    return json.decode(content, type=FrozenStatement)


def digest_of(content: bytes) -> str:
    """Return the digest by which a frozen statement is known again."""
    return sha256(content).hexdigest()

"""Statements made by hand, as the plan engine would write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from msgspec.structs import replace

from convledger.plans import statement as kinds
from convledger.plans.statement import Line, PeriodSums, Statement
from convledger.reports.periods import instant_of
from tests.hostile import HOSTILE

PICO = 10**12
ZONE = "Europe/Berlin"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(
    [text for text in HOSTILE.values() if len(text) < 300]
)
AMOUNTS = st.integers(-(10**19), 10**19)
_LINES = st.builds(
    Line,
    kind=st.sampled_from(kinds.KINDS),
    id=ANY_TEXT,
    name=ANY_TEXT,
    quantity=AMOUNTS,
    unit_name=ANY_TEXT,
    credits=AMOUNTS,
    money=AMOUNTS,
    exact=st.just("") | st.fractions().map(str),
    unpriced=st.integers(0, 9),
    about=ANY_TEXT,
    note=ANY_TEXT,
)


def _of_the_contract(line: Line) -> Line:
    """Return a line without money where its kind only says what happened."""
    return replace(line, money=0, exact="") if line.kind in kinds.INFORMATIVE else line


LINES = _LINES.map(_of_the_contract)


def pico(text: str) -> int:
    """Return a decimal text as picounits."""
    whole, _, places = text.lstrip("-").partition(".")
    amount = int(whole) * PICO + int(places.ljust(12, "0"))
    return -amount if text.startswith("-") else amount


def month_bounds(name: str, zone: str = ZONE) -> tuple[int, int]:
    """Return the first instant of a month and of the next one, in UTC microseconds."""
    year, month = (int(each) for each in name.split("-"))
    first = datetime(year, month, 1, tzinfo=ZoneInfo(zone))
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(zone))
    return instant_of(first), instant_of(after)


def a_statement(
    *lines: Line,
    month: str = "2026-10",
    state: str = kinds.SETTLED,
    sums: PeriodSums | None = None,
    plan: str = "pro-chat",
    plan_name: str = "Pro chat",
    currency: str = "USD",
    zone: str = ZONE,
) -> Statement:
    """Return a statement of a month; without `sums` its total is what its lines add up to."""
    since, until = month_bounds(month, zone)
    total = sum(line.money for line in lines)
    return Statement(
        plan=plan,
        plan_name=plan_name,
        version="2026-01",
        plan_digest="d1635f",
        currency=currency,
        zone=zone,
        name=month,
        since=since,
        until=until,
        state=state,
        lines=lines,
        sums=sums if sums is not None else PeriodSums(total=total),
    )


FEE = Line(kinds.FEE, "base", "base", PICO, "periods", money=49 * PICO, exact="49")
TOPUP = Line(kinds.TOPUP, "pack-100", "pack-100", PICO, "lots", 100 * PICO, 10 * PICO, exact="10")
SPENT = Line(
    kinds.CREDITS_USED, "conversation", "conversation", 612 * PICO, "conversation", 612 * PICO
)
BEYOND = Line(
    kinds.OVERAGE,
    "overage",
    "beyond the credits",
    12 * PICO,
    "credits",
    12 * PICO,
    pico("1.44"),
    "36/25",
)
LATE = Line(
    kinds.ADJUSTMENT, "resolved", "resolved", -PICO, "resolved", 0, pico("-0.99"), "-99/100",
    about="2026-09", note="customer came back",
)  # fmt: skip
THIRDS = Line(
    kinds.USAGE, "tokens", "tokens · opus", 3 * PICO, "tokens output", 0, pico("3.33"), "10/3"
)
PARTLY = Line(kinds.USAGE, "call", "call", 4 * PICO, "call", 0, pico("0.48"), "12/25", unpriced=2)
UNKNOWN = Line(kinds.USAGE, "tool", "tool", 0, "tool", unpriced=3)
EXPIRED = Line(
    kinds.BREAKAGE, "expired", "expired unused", 8 * PICO, "credits", 8 * PICO, note="of the pack"
)
OCTOBER_SUMS = PeriodSums(
    fees=49 * PICO,
    usage=pico("15.25"),
    adjustments=pico("-0.99"),
    total=pico("63.26"),
    units={"conversation": 612 * PICO},
    granted=600 * PICO,
    used=600 * PICO,
    over=12 * PICO,
    expired=8 * PICO,
    expired_cost=pico("0.80"),
    left=2 * PICO,
    unpriced=5,
)


def october(state: str = kinds.SETTLED) -> Statement:
    """Return a month with a line of most kinds; ten credits were left of September."""
    lines = (FEE, THIRDS, PARTLY, UNKNOWN, SPENT, TOPUP, BEYOND, LATE, EXPIRED)
    return a_statement(*lines, state=state, sums=OCTOBER_SUMS)


def november() -> Statement:
    """Return the open month after it."""
    return a_statement(
        FEE,
        SPENT,
        month="2026-11",
        state=kinds.LIVE,
        sums=PeriodSums(
            fees=49 * PICO,
            total=49 * PICO,
            granted=500 * PICO,
            used=pico("400.5"),
            left=pico("101.5"),
        ),
    )

"""Samples, items and what verdicts come to, in the words of the Review screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import DecodeError, json

from convledger.text.display import display_text
from convledger.tui.amounts import nearest
from convledger.tui.credit_words import day_text, moment_text
from convledger.tui.handoff_words import seconds_text
from convledger.tui.widgets.canvas import BAD, DIM, GOOD, INK, WARN
from convledger.workflow.review_words import DISPUTED, OPEN, SETTLED, VERDICTS

if TYPE_CHECKING:
    from convledger.economics.agreement import Measure, Rate
    from convledger.store.reviews import StoredBatch
    from convledger.workflow.review_words import Item

ALL, YOURS, OVERDUE = "all", "yours", "overdue"
SHOWN = (ALL, OPEN, YOURS, OVERDUE, DISPUTED)
_MARKS = {OPEN: ("○", DIM), DISPUTED: ("≠", WARN), SETTLED: ("●", GOOD), OVERDUE: ("!", BAD)}
_VERDICT_INKS = dict(zip(VERDICTS, (GOOD, INK, WARN, BAD), strict=True))


@dataclass(slots=True)
class Standing:
    """How many items of a sample stand how, and how many wait for whoever looks."""

    items: int = 0
    states: Counter[str] = field(default_factory=Counter)
    overdue: int = 0
    yours: int = 0


def standing_of(items: Iterable[Item], name: str, now: int) -> dict[int, Standing]:
    """Return how items stand by the number of their sample, as `name` may see them."""
    found: dict[int, Standing] = {}
    for item in items:
        one = found.setdefault(item.batch.id, Standing())
        one.items += 1
        one.states[item.state] += 1
        one.overdue += item.is_overdue(now)
        one.yours += name in item.waiting
    return found


def is_shown(item: Item, which: str, name: str, now: int) -> bool:
    """Tell whether an item is among those that are asked for."""
    if which == YOURS:
        return name in item.waiting
    if which == OVERDUE:
        return item.is_overdue(now)
    return which == ALL or item.state == which


def state_of(item: Item, now: int) -> str:
    """Return how an item stands, in a word."""
    return OVERDUE if item.is_overdue(now) else item.state


def state_mark(item: Item, now: int) -> tuple[str, str]:
    """Return the mark of an item and its ink."""
    return _MARKS[state_of(item, now)]


def verdict_ink(verdict: str) -> str:
    """Return the ink of a verdict, which stands in words beside it."""
    return _VERDICT_INKS.get(verdict, INK)


def due_text(batch: StoredBatch, zone: tzinfo) -> str:
    """Return the last day on which an item is in time: "due 1 Dec", "" without one."""
    return "" if batch.due_at is None else f"due {day_text(batch.due_at - 1, zone)}"


def owners_text(item: Item) -> str:
    """Return whose an item is; those who have judged it, as far as one may see, with ✓."""
    done = {name: "" if name in item.waiting else " ✓" for name in item.stored.owners}
    return ", ".join(f"{display_text(name)}{mark}" for name, mark in done.items())


def hidden_text(item: Item) -> str:
    """Return how many verdicts are still hidden: "2 verdicts are hidden until you give yours"."""
    if not item.hidden:
        return ""
    count = "1 verdict is" if item.hidden == 1 else f"{item.hidden:,} verdicts are"
    return f"{count} hidden until you give yours"


def terms_text(batch: StoredBatch) -> str:
    """Return how a sample was drawn: "12 of 88 by client, escalated, seed demo"."""
    try:
        terms = json.decode(batch.terms, type=dict[str, object])
    except DecodeError:  # another program's words
        terms = {}
    drawn, population = terms.get("drawn"), terms.get("population")
    parts = []
    if isinstance(drawn, int) and isinstance(population, int):
        parts.append(f"{drawn:,} of {population:,}")
    by, only = terms.get("by"), terms.get("only")
    if isinstance(by, list) and by:
        parts.append(f"by {', '.join(map(str, by))}")
    if isinstance(only, list) and only:
        parts.append(f"{' and '.join(map(str, only))} only")
    parts.append(f"seed {batch.seed}")
    return display_text(" · ".join(parts))


def share_text(share: Fraction | Decimal) -> str:
    """Return a share of 1 to a tenth of a percent: "33.3 %", "70 %"."""
    exact = Fraction(share)
    tenths = nearest(exact.numerator * 1000, exact.denominator)
    whole, part = divmod(tenths, 10)
    return f"{whole}.{part} %" if part else f"{whole} %"


def rate_text(rate: Rate) -> str:
    """Return a rate: "2 of 6, 33.3 %"; "–" where nothing is settled."""
    if rate.share is None:
        return "– nothing is settled yet"
    return f"{rate.hits:,} of {rate.of:,}, {share_text(rate.share)}"


def interval_text(rate: Rate) -> str:
    """Return the interval of a rate: "95 %: 9.7 to 70 %"."""
    if rate.low is None or rate.high is None:
        return ""
    return f"95 %: {share_text(rate.low).removesuffix(' %')} to {share_text(rate.high)}"


def interval_bar(rate: Rate, cells: int) -> tuple[str, str, str]:
    """Return a line from 0 to 100 %: what is left of the interval, it with its share, and right."""
    if rate.share is None or rate.low is None or rate.high is None or cells < 3:
        return "", "", ""
    last = cells - 1
    low, at, high = (nearest(Fraction(each).numerator * last, Fraction(each).denominator)
                     for each in (rate.low, rate.share, rate.high))  # fmt: skip
    inside = "".join("●" if x == at else "━" for x in range(low, high + 1))
    return "┄" * low, inside, "┄" * (last - high)


def measure_text(measure: Measure, *, share: bool = False) -> str:
    """Return a measure of agreement: "0.667", "83.3 %", or "–" with the reason."""
    if measure.value is None:
        return f"– {measure.why}"
    if share:
        return share_text(measure.value)
    value = measure.value
    sign = "−" if value < 0 else ""
    thousandths = nearest(abs(value).numerator * 1000, value.denominator)
    return f"{sign}{thousandths // 1000}.{thousandths % 1000:03d}"


def when_given(at: int, zone: tzinfo) -> str:
    """Return when a verdict was given."""
    return moment_text(at, zone)


def taken_text(seconds: int, count: int) -> str:
    """Return how long verdicts took on average: "4 min each", "" where nobody has said."""
    return f"{seconds_text(seconds // count)} each" if count else ""


def names_text(names: Sequence[str]) -> str:
    """Return names as people list them."""
    return ", ".join(map(display_text, names))

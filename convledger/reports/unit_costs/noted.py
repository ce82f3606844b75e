"""Says in plain sentences why a figure is missing, and what a figure does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from convledger.economics.conversation_costs import ADJUSTMENTS, LIST, PARTS, PEOPLE, PLAN
from convledger.economics.cost_items import REVENUE
from convledger.economics.waterfall import BILLED_SUM, FULL_SUM, MACHINE_SUM
from convledger.plans.words import amount_words
from convledger.reports.unit_costs.asked import CostQuery

if TYPE_CHECKING:
    from convledger.economics.waterfall import Step, Waterfall
    from convledger.reports.unit_costs.costs import Costs
    from convledger.reports.unit_costs.summary import Economics

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
PART_WORDS = {
    LIST: "tokens at list price",
    PLAN: "plan instead of list",
    "tools": "tool and search fees",
    "retrieval": "retrieval",
    "infrastructure": "infrastructure share",
    "subscriptions": "subscriptions",
    "other": "other costs",
    PEOPLE: "people",
    ADJUSTMENTS: "adjustments of closed months",
}
SUM_WORDS = {
    BILLED_SUM: "billed for tokens",
    MACHINE_SUM: "machine cost",
    FULL_SUM: "full cost",
}


def step_words(step: Step, found: Waterfall, hand_offs: int = 0) -> str:
    """Return what a step is called; where it takes something away it says so in words."""
    less = step.amount is not None and step.amount < 0 and not step.is_sum
    if step.name == PLAN and step.amount and found.step(LIST).amount is not None:
        return f"Plan, {'cheaper' if less else 'dearer'} than list"
    if step.name == BILLED_SUM and any(each.name == PLAN for each in found.steps):
        return "Billed by plan"
    if step.name == PEOPLE and hand_offs:
        return f"People, {hand_offs:,} hand-off{'' if hand_offs == 1 else 's'}"
    if step.name == ADJUSTMENTS:
        return "Closed months, adjusted"
    name = _capital((SUM_WORDS if step.is_sum else PART_WORDS).get(step.name, step.name))
    return f"{name}, given back" if less else name


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence, and what it is about: a part, or `conversations`, `return`, `outliers` ..."""

    about: str
    text: str

    def __str__(self) -> str:
        return self.text


def notes_of(found: Economics) -> Iterator[Note]:
    """Yield what is to be said of the figures, the most important first."""
    costs, coverage = found.costs, found.coverage
    if not costs.costs:
        is_narrowed = any(costs.query.scope.values())
        words = "of this time passes the filters" if is_narrowed else "opened in this time"
        yield Note("conversations", f"No conversation {words}.")
    if (late := _partial(costs.query)) is not None:
        yield late
    yield from _of_closing(costs)
    if coverage.calls and not coverage.priced_calls:
        what = "list costs" if coverage.known else "costs"
        yield Note("cost", f"No call has a price: {what} are unknown, not zero.")
    elif coverage.priced_calls < coverage.calls:
        missing = coverage.calls - coverage.priced_calls
        yield Note(
            "cost",
            f"{_calls(missing)} of {coverage.calls:,} without a price "
            f"{'is' if missing == 1 else 'are'} in no cost: {_names(coverage.unpriced_models)}.",
        )
    yield from _of_lost_shares(costs)
    if coverage.uncounted_calls:
        yield Note("tokens", f"{_calls(coverage.uncounted_calls)} tell no tokens.")
    for part in PARTS:
        if part in costs.unknown:
            yield Note(part, f"{_capital(PART_WORDS[part])}: {costs.unknown[part]}.")
    yield from _of_people(costs)
    yield from _of_return(found)
    for text in costs.notes:
        yield Note("shares", f"{_capital(text)}.")
    for rate in costs.used_rates:
        yield Note(
            "currency",
            f"1 {rate.currency} counts as {rate.rate:f} {rate.into}, the rate of {rate.since}.",
        )
    if coverage.calls and found.outliers.median is not None and found.outliers.median <= 0:
        yield Note("outliers", "The median list cost is zero: nothing is a multiple of it.")
    if found.heavy.users and (found.heavy.median or 0) <= 0:
        yield Note("users", "The median user costs nothing: nobody is a multiple of that.")
    if coverage.conversations and not found.heavy.users:
        yield Note("users", "No conversation names its user.")
    yield from _of_calls(found)
    if REVENUE in costs.unknown:
        yield Note("margin", f"Revenue: {costs.unknown[REVENUE]}.")
    elif found.revenue.amount is None:
        yield Note("margin", "No revenue was entered: there is no margin.")
    elif not found.revenue.amount:
        yield Note("margin", "Revenue is zero: there is no margin.")
    elif found.revenue.left is None:
        yield Note("margin", "Not every full cost is known: nor is what is left of the revenue.")


def _of_lost_shares(costs: Costs) -> Iterator[Note]:
    """Yield what those bear of other costs that are in no sum, since their calls have no price."""
    unknown = [cost for cost in costs.costs if not cost.is_known]
    lost = sum(cost.full for cost in unknown)
    if lost:
        amount = round(lost, -8) or lost  # whole hundredths of a cent, if it comes to one
        words = amount_words(Decimal(amount).scaleb(-12), costs.query.currency)
        yield Note(
            "cost",
            f"{_conversations(len(unknown))} without a known cost "
            f"{'bears' if len(unknown) == 1 else 'bear'} {words} of other costs, in no sum here.",
        )


def _of_closing(costs: Costs) -> Iterator[Note]:
    """Yield what is closed, and what has changed in it since."""
    until = costs.closed_until
    if until is None:
        return
    if costs.is_closed:
        yield Note("closed", f"{span_name(costs.query)} is closed.")
    if costs.late:
        yield Note(
            "closed",
            f"{_conversations(costs.late)} came in after "
            f"{month_name(until - timedelta(days=1))} was closed: what "
            f"{'it costs counts' if costs.late == 1 else 'they cost counts'} as an adjustment in "
            f"{month_name(until)}.",
        )
    months: dict[date, list[str]] = {}
    for each in costs.adjustments:
        names = months.setdefault(each.line.month, [])
        name = each.line.name or PART_WORDS.get(each.line.part, each.line.part)
        if name not in names:
            names.append(name)
    for month, named in sorted(months.items()):
        yield Note(
            ADJUSTMENTS,
            f"{month_name(month)} is closed: what has changed in it since counts here, of "
            f"{_names(tuple(named))}.",
        )
    if costs.unknown_adjustments:
        yield Note(
            ADJUSTMENTS,
            f"Of {costs.unknown_adjustments:,} amount"
            f"{'' if costs.unknown_adjustments == 1 else 's'} of closed months nobody knows how "
            "much has changed.",
        )


def _of_people(costs: Costs) -> Iterator[Note]:
    if costs.without_minutes and PEOPLE not in costs.unknown:
        yield Note(
            PEOPLE,
            f"{_conversations(costs.without_minutes)} that people served "
            f"{'lacks' if costs.without_minutes == 1 else 'lack'} their minutes: people's cost "
            "is too low.",
        )
    if costs.without_rate and PEOPLE not in costs.unknown:
        yield Note(
            PEOPLE,
            f"{_conversations(costs.without_rate)} with people's time "
            f"{'is' if costs.without_rate == 1 else 'are'} without a rate: people's cost is too "
            "low.",
        )
    assumed = sum(cost.talk.minutes_assumed for cost in costs.costs)
    if assumed and costs.usual_minutes is not None:
        yield Note(
            PEOPLE,
            f"{_conversations(assumed)} {'counts' if assumed == 1 else 'count'} with the usual "
            f"{decimal(costs.usual_minutes)} minutes of a hand-off.",
        )


def _of_return(found: Economics) -> Iterator[Note]:
    costs = found.costs
    if found.back is not None:
        if out := found.service.served.total - found.service.known:
            yield Note(
                "return",
                f"{_conversations(out)} whose full cost is unknown "
                f"{'is' if out == 1 else 'are'} on neither side of the return.",
            )
        if found.back.roi is None:
            yield Note("return", "Nothing was spent: there is no return on it.")
        return
    if costs.baseline_minutes is None:
        yield Note(
            "return",
            "How long people need for a conversation without a bot is not set: nothing to compare "
            "with.",
        )
    elif costs.hourly is None:
        yield Note("return", f"{_capital(costs.no_hourly)}: nothing to compare with.")
    elif found.waterfall.full.amount is None:
        yield Note("return", "The full cost is unknown, so that savings are.")


def _of_calls(found: Economics) -> Iterator[Note]:
    cached = found.efficiency
    if cached.unsaved_calls:
        yield Note(
            "caching",
            f"Cache savings leave out {_calls(cached.unsaved_calls)} without a price: "
            f"{_names(cached.unsaved_models)}.",
        )
    again = cached.retries
    if again.superseded is None and found.coverage.calls:
        yield Note("retries", "Which calls were attempts in vain is unknown: no source tells.")
    elif again.untold:
        yield Note(
            "retries",
            f"Of {_conversations(again.untold)} no source tells which calls were attempts in vain.",
        )


def _partial(query: CostQuery) -> Note | None:
    """Return that a time is not over, and until when costs are in it."""
    if query.accrued_until >= query.days.until:
        return None
    name = span_name(query)
    if query.now < query.since:
        return Note("period", f"{name} has not begun.")
    day = query.today
    return Note(
        "period", f"{name} is not over: costs up to {day.day} {_MONTHS[day.month - 1][:3]}."
    )


def span_name(query: CostQuery) -> str:
    """Return what a stretch of time is called: "October 2026", "3 Nov to 20 Nov 2026"."""
    days = query.days
    first, last = days.since, days.until - timedelta(days=1)
    if first.day == 1 and days.until.day == 1 and (last.year, last.month) == (
        first.year, first.month,
    ):  # fmt: skip
        return month_name(first)
    if first >= last:
        return day_name(first)
    return f"{day_name(first, with_year=first.year != last.year)} to {day_name(last)}"


def month_name(day: date) -> str:
    """Return the month of a day for people: "October 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def day_name(day: date, *, with_year: bool = True) -> str:
    """Return a day for people: "3 Nov 2026"."""
    text = f"{day.day} {_MONTHS[day.month - 1][:3]}"
    return f"{text} {day.year}" if with_year else text


def decimal(number: object) -> str:
    """Return an exact number with at most two decimal places, those that are nothing cut."""
    from fractions import Fraction

    assert isinstance(number, int | Fraction)
    hundredths = round(number * 100)
    sign, hundredths = ("-" if hundredths < 0 else ""), abs(hundredths)
    whole, part = divmod(hundredths, 100)
    return f"{sign}{whole:,}.{part:02d}".rstrip("0").rstrip(".") if part else f"{sign}{whole:,}"


def _names(names: tuple[str, ...], most: int = 3) -> str:
    from convledger.text.display import clip, display_text

    shown = [clip(display_text(name) or "unnamed", 40) for name in names[:most]]
    rest = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(shown) + rest


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _calls(number: int) -> str:
    return f"{number:,} call{'' if number == 1 else 's'}"


def _conversations(number: int) -> str:
    return f"{number:,} conversation{'' if number == 1 else 's'}"

"""The sentences of a report: what it covers, what is missing in it, how it was counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from convledger.clock import to_datetime
from convledger.economics.conversation_costs import LIST, PARTS, PEOPLE, PLAN
from convledger.reports.client_report.facts import ClientReport
from convledger.reports.client_report.names import safe
from convledger.reports.render.numbers import share
from convledger.reports.unit_costs.costs import NO_RATE
from convledger.reports.unit_costs.noted import PART_WORDS, SUM_WORDS, day_name, decimal
from convledger.words import plural

_MODELS = 5


def step_words(name: str) -> str:
    """Return what a part or a sum is called."""
    return capital(PART_WORDS.get(name) or SUM_WORDS.get(name, name))


def capital(text: str) -> str:
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]


def day_label(day: date) -> str:
    """Return a day for a table: "Thu 1 Oct"."""
    return f"{day:%a} {day_name(day, with_year=False)}"


def moment(instant: int, report: ClientReport) -> str:
    """Return an instant in the zone of the report."""
    asked = report.query.costs
    return f"{to_datetime(instant).astimezone(asked.zone):%Y-%m-%d %H:%M} {asked.zone_name}"


def period(report: ClientReport) -> str:
    """Return the days of the report."""
    asked = report.query.costs
    last = asked.days.until - timedelta(days=1)
    return f"{day_name(asked.days.since)} to {day_name(last)}, days of {asked.zone_name}"


def warnings(report: ClientReport) -> Iterator[str]:
    """Yield what must be known before any figure is relied on."""
    query, coverage = report.query, report.found.coverage
    asked = query.costs
    if asked.now < asked.since:
        yield f"{query.name} has not begun: there is nothing to report yet."
    elif query.is_open:
        yield (
            f"{query.name} is not over: this is what is known up to {moment(asked.now, report)}. "
            "Figures will rise."
        )
    if not coverage.conversations:
        yield f"No conversation began in {query.name}."
    if coverage.calls and not coverage.priced_calls:
        what = "list prices" if coverage.known else "costs"
        yield f"No call has a price: {what} are unknown, not zero."
    elif coverage.priced_calls < coverage.calls:
        missing = coverage.calls - coverage.priced_calls
        yield (
            f"{missing:,} of {plural(coverage.calls, 'call')} "
            f"{'has' if missing == 1 else 'have'} no price and "
            f"{'is' if missing == 1 else 'are'} in no amount: {_models(report)}."
        )
    yield from _unknown_parts(report)


def _models(report: ClientReport) -> str:
    names = report.found.coverage.unpriced_models
    rest = f" and {len(names) - _MODELS:,} more" if len(names) > _MODELS else ""
    return ", ".join(safe(name, 40) or "unnamed" for name in names[:_MODELS]) + rest


def _unknown_parts(report: ClientReport) -> Iterator[str]:
    """Yield which parts are unknown and why, without the names of costs."""
    costs = report.found.costs
    for part in PARTS:
        reason = costs.unknown.get(part)
        if reason is None:
            continue
        is_recorded = costs.without_rate and reason != NO_RATE
        if part == PEOPLE and (costs.without_minutes or costs.without_rate) and not is_recorded:
            why = "how long people worked, or what an hour of theirs costs, is not recorded"
        else:
            why = f"of a currency in it no rate to {report.currency} is recorded"
        yield f"{step_words(part)}: unknown, {why}. What it belongs to is unknown too."
    if PEOPLE not in costs.unknown:
        lacking = costs.without_minutes + costs.without_rate
        if lacking:
            yield (
                f"Of {plural(lacking, 'conversation')} with people in "
                f"{'it' if lacking == 1 else 'them'} the minutes or their rate are not recorded: "
                "people's cost is too low."
            )


def method(report: ClientReport) -> Iterator[str]:
    """Yield how everything was counted."""
    yield (
        "A conversation belongs to the month, and the day, on which it began. All of its calls "
        "count with it: those of sub-agents, repeated attempts and automatic ones too, also where "
        "they come after the end of the month."
    )
    yield _prices(report)
    if any(PLAN in each.parts for each in report.found.costs.costs):
        yield (
            "“Billed for tokens” is what a plan in force charged for the same calls, and their "
            "list price where no plan was in force. List and billed are two views of the same "
            "calls and are never added; the step “plan instead of list” leads from one to the "
            "other."
        )
    else:
        yield (
            "No plan was in force, so that what was billed for tokens is the list price. They are "
            "two views of the same calls and are never added."
        )
    yield (
        "Costs that several share (subscriptions, infrastructure and the like) are divided once "
        "among all conversations of their time, and only the shares of these are in this report."
    )
    yield from _coverage(report)
    for rate in report.rates:
        yield f"1 {rate.currency} counts as {rate.rate:f} {rate.into}, the rate of {rate.since}."
    assumed = sum(cost.talk.minutes_assumed for cost in report.found.costs.costs)
    usual = report.found.costs.usual_minutes
    if assumed and usual is not None:
        yield (
            f"{plural(assumed, 'conversation')} without recorded minutes of people "
            f"{'counts' if assumed == 1 else 'count'} with the usual {decimal(usual)}."
        )
    yield (
        "“~” marks figures that are estimates, or have some in them. “–” is unknown, or has "
        "nothing to be divided by; it is never zero. Amounts are exact and rounded for reading "
        "only, each by itself; the CSV of this report has all digits."
    )


def _prices(report: ClientReport) -> str:
    prices = report.prices
    own = f", and {plural(prices.own, 'price')} of our own before it" if prices.own else ""
    of = f" of {prices.retrieved}" if prices.retrieved else ""
    return (
        f"List prices are the public ones at the time of each call, in {report.currency}. Price "
        f"book: {prices.book or 'none'}{of}{own}."
    )


def _coverage(report: ClientReport) -> Iterator[str]:
    coverage = report.found.coverage
    if coverage.calls:
        yield (
            f"Coverage: {coverage.priced_calls:,} of {plural(coverage.calls, 'call')} "
            f"({share(coverage.priced_calls, coverage.calls)}) and "
            f"{share(coverage.priced_tokens, coverage.tokens)} of the tokens have a price."
        )
    if coverage.uncounted_calls:
        yield f"{plural(coverage.uncounted_calls, 'call')}: the source tells no tokens."
    lost = coverage.conversations - coverage.known
    if lost:
        yield (
            f"{plural(lost, 'conversation')} without any known cost "
            f"{'is' if lost == 1 else 'are'} counted, but in no amount and no cost per "
            "conversation."
        )


def part_list(report: ClientReport) -> str:
    """Return which parts the full cost has, in words."""
    names = [
        PART_WORDS[step.name]
        for step in report.found.waterfall.steps
        if not step.is_sum and step.name not in (LIST, PLAN)
    ]
    return ", ".join(["tokens", *names])

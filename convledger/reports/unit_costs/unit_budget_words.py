"""Budgets in words: amounts, the arithmetic behind them, whom they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.economics.budget_terms import BudgetTerms
from convledger.money import PICO
from convledger.plans.currencies import SIGNS, minor_places

if TYPE_CHECKING:
    from convledger.economics.budget_position import Position
    from convledger.economics.ladder import Step

_MOST_PLACES = 4
ACTION_WORDS = {
    "drop_retrieval": "drop retrieval",
    "summarise": "summarise history",
    "downgrade": "smaller model",
    "refuse_tools": "refuse tools",
    "end": "end",
}
COUNT_WORDS = {
    "full": "full cost",
    "machine": "machine cost",
    "billed": "what was billed",
    "list": "list cost",
}


def amount_words(amount: Fraction | int | None, currency: str, places: int = _MOST_PLACES) -> str:
    """Return units of a currency with no more digits than they need: "$0.665", "$5.70", "–"."""
    if amount is None:
        return "–"
    size = abs(Fraction(amount))
    least = minor_places(currency)
    most = max(least, places)
    steps = round(size * 10**most)
    less = "<" if size and not steps else ""
    digits = f"{steps or bool(size):0{most + 1}d}"
    whole, part = digits[: len(digits) - most], digits[len(digits) - most :]
    part = part[:least] + part[least:].rstrip("0")
    sign = "-" if amount < 0 else ""
    text = f"{int(whole):,}.{part}" if part else f"{int(whole):,}"
    return f"{less}{sign}{SIGNS.get(currency, f'{currency} ')}{text}"


def pico_words(pico: Fraction | int | None, currency: str) -> str:
    """Return picounits of a currency with as many digits as say something: "$0.665", "$11.77"."""
    if pico is None:
        return "–"
    size = abs(Fraction(pico))
    places = 2 if size >= 10 * PICO else 3 if size >= PICO else _MOST_PLACES
    return amount_words(Fraction(pico) / PICO, currency, places)


def share_words(position: Position) -> str:
    """Return how much of a budget is spent: "72 %", "–" of no budget; 100 % only where exact."""
    share = position.share
    if share is None:
        return "over" if position.is_over else "–"
    return percent_words(share)


def percent_words(share: Fraction) -> str:
    """Return a share in percent, never rounded up to a hundred or down from above it."""
    hundredth = share * 100
    rounded = round(hundredth)
    if hundredth != rounded and rounded == 100:
        return "99.9 %" if hundredth < 100 else "100.1 %"
    return "<1 %" if 0 < hundredth < 1 else f"{rounded:,} %"


def scope_words(scope: Mapping[str, tuple[str, ...]]) -> str:
    """Return whom a budget is about: "tier pro", "all conversations"."""
    parts = [f"{name} {' or '.join(values)}" for name, values in scope.items() if values]
    return ", ".join(parts) or "all conversations"


def step_words(step: Step) -> str:
    """Return a step: "70 % drop retrieval"."""
    return f"{step.at} % {ACTION_WORDS[step.action]}"


def number_words(number: Fraction) -> str:
    """Return a number as a decimal of four places at most: "6", "2.5"."""
    text = f"{round(number * 10**4):05d}"
    return f"{text[:-4]}.{text[-4:]}".rstrip("0").rstrip(".")


def arithmetic(terms: BudgetTerms) -> Iterator[str]:
    """Yield how a budget comes about, line by line, and that there is none where there is none."""
    money = terms.currency
    if terms.price is not None:
        kept = terms.price * (1 - terms.gross_margin)
        yield (
            f"{amount_words(terms.price, money)} a {terms.per} × (1 - "
            f"{number_words(terms.gross_margin * 100)} % margin) = {amount_words(kept, money)}"
        )
        if terms.other_costs:
            yield (
                f"{amount_words(kept, money)} - {amount_words(terms.other_costs, money)} other "
                f"costs = {amount_words(terms.per_user, money)}"
            )
    if terms.per_user is not None:
        yield f"{amount_words(terms.per_user, money)} a {terms.customer} and {terms.per}"
    if terms.is_under_water:
        yield "under water: it leaves nothing for conversations, so any that costs is over"
    if terms.per_unit is None:
        yield "no conversation is expected, so there is no budget for one: –"
    else:
        divided = f" (divided by {number_words(terms.expected)} expected)" if terms.expected else ""
        yield f"{amount_words(terms.per_unit, money)} a conversation{divided}"
    if terms.alerts is not None:
        alerts = ", ".join(
            f"{at} % {amount_words(amount, money)}"
            for at, amount in zip(terms.thresholds, terms.alerts, strict=True)
        )
        yield f"alerts: {alerts}"


def about(terms: BudgetTerms) -> str:
    """Return whom and which cost a budget is about, and since when."""
    parts = [scope_words(terms.scope), COUNT_WORDS[terms.counts]]
    if terms.since is not None:
        parts.append(f"since {terms.since}")
    if terms.until is not None:
        parts.append(f"before {terms.until}")
    return " · ".join(parts)

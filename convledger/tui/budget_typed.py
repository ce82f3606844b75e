"""A budget as a person types it, line by line, and the lines of one that is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from convledger.economics.budget_terms import COUNTS, CUSTOMERS, MONTH, PERIODS, BudgetTerms
from convledger.economics.budget_text import budget_text, number_of, read_budget, step_of
from convledger.economics.ladder import ACTIONS, SMALL_MODEL, SUMMARY_SHARE, Step
from convledger.economics.unit_budget import THRESHOLDS
from convledger.errors import ConfigError, UsageProblem
from convledger.reports.unit_costs.entered import one_of
from convledger.tui.screens.cost_item import scope_typed

_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")


def typed_terms(name: str, typed: Mapping[str, str]) -> BudgetTerms:
    """Return the terms that lines say, checked as if they had been written to a file.

    Raises UsageProblem that names the line.
    """
    price, amount = _number(typed, "price"), _number(typed, "amount")
    if price is not None and amount is not None:
        raise UsageProblem("price and “for each” say the same in two ways: leave one of them empty")
    if amount is not None and (typed["margin"] or typed["other"]):
        raise UsageProblem("margin and other costs go with a price: “for each” says it all")
    terms = BudgetTerms(
        name,
        price=price,
        gross_margin=_number(typed, "margin") or Fraction(0),
        other_costs=_number(typed, "other", "other costs") or Fraction(0),
        expected=_number(typed, "expected"),
        amount=amount,
        per=one_of(typed["per"] or MONTH, PERIODS, "period"),
        currency=(typed["currency"] or "USD").upper(),
        counts=one_of(typed["counts"] or "machine", COUNTS, "cost that counts"),
        customer=one_of(typed["customer"] or CUSTOMERS[0], CUSTOMERS, "kind of customer"),
        scope=scope_typed(typed["scope"]),
        thresholds=_percents(typed["at"]),
        steps=_steps(typed["steps"]),
        small_model=_small_model(typed["small"]),
        summary_share=_or_usual(_number(typed, "summary"), SUMMARY_SHARE),
        since=_day(typed["since"], "from"),
        until=_day(typed["until"], "before"),
    )
    for part, what in ((terms.gross_margin, "margin"), (terms.summary_share, "summary")):
        if not 0 <= part <= 1:
            raise UsageProblem(f"{what} is a share of at most 100%: write 70% or 0.70")
    try:
        return read_budget(budget_text(terms), name)
    except ConfigError as error:
        raise UsageProblem(str(error)) from None


def lines_of(terms: BudgetTerms) -> dict[str, str]:
    """Return the lines that say terms; what goes without saying is left empty."""
    usual = BudgetTerms(terms.name)
    model = terms.small_model
    return {
        "price": _plain(terms.price),
        "margin": _percent(terms.gross_margin) if terms.gross_margin else "",
        "other": _plain(terms.other_costs) if terms.other_costs else "",
        "expected": _plain(terms.expected),
        "amount": _plain(terms.amount),
        "per": terms.per,
        "currency": terms.currency,
        "counts": terms.counts,
        "customer": "" if terms.customer == usual.customer else terms.customer,
        "scope": "; ".join(f"{name}={','.join(values)}" for name, values in terms.scope.items()),
        "at": "" if terms.thresholds == THRESHOLDS else ", ".join(map(str, terms.thresholds)),
        "steps": ", ".join(f"{step.at}={step.action}" for step in terms.steps),
        "small": "" if model == SMALL_MODEL else model if isinstance(model, str) else _plain(model),
        "summary": "" if terms.summary_share == SUMMARY_SHARE else _percent(terms.summary_share),
        "since": "" if terms.since is None else terms.since.isoformat(),
        "until": "" if terms.until is None else terms.until.isoformat(),
    }


def _number(typed: Mapping[str, str], key: str, name: str = "") -> Fraction | None:
    text = typed[key]
    if not text:
        return None
    name = name or {"amount": "“for each”", "summary": "the summary"}.get(key, key)
    plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    try:
        return number_of(plain)
    except ValueError:
        raise UsageProblem(
            f"{name} is no number: {text:.40}. Write 19, 2.70 or 70%; the currency has its own line"
        ) from None


def _or_usual(number: Fraction | None, usual: Fraction) -> Fraction:
    return usual if number is None else number


def _percents(text: str) -> tuple[int, ...]:
    if not text:
        return THRESHOLDS
    parts = [part.strip().removesuffix("%").strip() for part in text.split(",") if part.strip()]
    if not parts or not all(_is_percent(part) for part in parts):
        raise UsageProblem(f"alerts at are percents: write 70, 90, 100 and not {text:.40}")
    return tuple(sorted({int(part) for part in parts}))


def _is_percent(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= 10_000


def _steps(text: str) -> tuple[Step, ...]:
    found = []
    for piece in filter(None, (part.strip() for part in text.split(","))):
        at, _, action = piece.partition("=")
        number = at.strip().removesuffix("%").strip()
        complain = _complaint_of(piece)
        found.append(
            step_of(int(number) if _is_percent(number) else None, action.strip(), complain)
        )
    if len({step.action for step in found}) < len(found):
        raise UsageProblem("the ladder names a step twice: once is enough")
    return tuple(sorted(found, key=lambda step: (step.at, ACTIONS.index(step.action))))


def _complaint_of(piece: str) -> Callable[[str, str], UsageProblem]:
    def complain(key: str, complaint: str) -> UsageProblem:
        what = "the percent" if key == "at" else "the step"
        return UsageProblem(f"ladder: {what} of “{piece:.40}” {complaint}")

    return complain


def _small_model(text: str) -> Fraction | str:
    if not text:
        return SMALL_MODEL
    try:
        return number_of(text)
    except ValueError:
        return text


def _day(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageProblem(f"{name} is no day: {text:.40}. Write 2026-10-01") from None


def _plain(number: Fraction | None) -> str:
    """Return a number of at most twelve places as it may be typed again."""
    if number is None:
        return ""
    text = f"{Decimal(round(number * 10**12)).scaleb(-12):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(share: Fraction) -> str:
    return f"{_plain(share * 100)}%"

"""A budget as readable TOML: read strictly, with errors that say what to write instead."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from convledger.economics.budget_terms import (
    COUNTS,
    CUSTOMERS,
    MACHINE,
    MONTH,
    PERIODS,
    SCOPES,
    BudgetTerms,
)
from convledger.economics.ladder import ACTIONS, DOWNGRADE, SMALL_MODEL, SUMMARY_SHARE, Step
from convledger.economics.unit_budget import THRESHOLDS
from convledger.plans.currencies import CURRENCIES
from convledger.toml_places import line_of
from convledger.toml_tables import LONGEST_TEXT, Table, nearest, parse_toml, shown

KEYS = (
    "price", "gross_margin", "other_cogs", "expected_conversations", "amount", "per", "currency",
    "counts", "customer", "at", "small_model", "summary_share", "since", "until", "scope", "step",
)  # fmt: skip
_MOST = 10**15  # money: more than that is a slip of the finger
_HIGHEST = 10_000  # percent
_PLACES = 12  # behind the point, as many as a picounit has


def read_budget(text: str, name: str) -> BudgetTerms:
    """Return the terms that a text sets. Raises ConfigError with line, key and the way out."""
    file_name = f"budget {shown(name)}"
    document = parse_toml(text, file_name)
    table = Table(file_name, "", document, locate=lambda path: line_of(text, path))
    table.allow_only(KEYS)
    per_unit = _money(table, "amount", signed=True)
    price = _money(table, "price")
    if per_unit is None and price is None:
        raise table.problem(
            "price", 'is missing: write price = "19" with gross_margin and '
            'expected_conversations, or amount = "0.95" for each conversation',
        )  # fmt: skip
    if per_unit is not None:
        for key in ("price", "gross_margin", "other_cogs"):
            if key in table:
                raise table.problem(key, "can't stand beside amount, which says it all; drop one")
    elif "expected_conversations" not in table:
        raise table.problem(
            "expected_conversations", "is missing: how many a customer has in a period"
        )
    since, until = _day(table, "since"), _day(table, "until")
    if since is not None and until is not None and until <= since:
        raise table.problem("until", f"must be later than since, {since}")
    return BudgetTerms(
        name,
        price=price,
        gross_margin=_part(table, "gross_margin", Fraction(0)),
        other_costs=_money(table, "other_cogs", signed=True) or Fraction(0),
        expected=_expected(table),
        amount=per_unit,
        per=_word(table, "per", PERIODS, MONTH),
        currency=_currency(table),
        counts=_word(table, "counts", COUNTS, MACHINE),
        customer=_word(table, "customer", CUSTOMERS, CUSTOMERS[0]),
        scope=_scope(table),
        thresholds=_thresholds(table),
        steps=_steps(table),
        small_model=_small_model(table),
        summary_share=_part(table, "summary_share", SUMMARY_SHARE),
        since=since,
        until=until,
    )


def budget_text(terms: BudgetTerms) -> str:
    """Return terms as the text that sets them, without what goes without saying."""
    usual = BudgetTerms(terms.name)
    lines = []
    if terms.amount is not None:
        lines.append(f"amount = {_quoted(terms.amount)}  # for each conversation")
    if terms.price is not None:
        lines += [
            f"price = {_quoted(terms.price)}  # what a customer pays in a period",
            f'gross_margin = "{_plain(terms.gross_margin * 100)}%"',
            f"other_cogs = {_quoted(terms.other_costs)}  # costs that are not for conversations",
        ]
    if terms.expected is not None:
        lines.append(f"expected_conversations = {_quoted(terms.expected)}  # of a customer")
    lines += [
        f"{key} = {json.dumps(value)}"
        for key, value in (("per", terms.per), ("currency", terms.currency),
                           ("counts", terms.counts))
    ]  # fmt: skip
    if terms.customer != usual.customer:
        lines.append(f"customer = {json.dumps(terms.customer)}")
    lines.append(f"at = {list(terms.thresholds)}  # percent")
    if terms.small_model != usual.small_model:
        model = terms.small_model
        text = json.dumps(model) if isinstance(model, str) else _quoted(model)
        lines.append(f"small_model = {text}")
    if terms.summary_share != usual.summary_share:
        lines.append(f'summary_share = "{_plain(terms.summary_share * 100)}%"')
    lines += [f"{key} = {day}" for key, day in (("since", terms.since), ("until", terms.until))
              if day is not None]  # fmt: skip
    if terms.scope:
        lines += ["", "[scope]"]
        lines += [f"{key} = {_texts(values)}" for key, values in terms.scope.items() if values]
    for step in terms.steps:
        lines += ["", "[[step]]", f"at = {step.at}", f"action = {json.dumps(step.action)}"]
    return "\n".join(lines) + "\n"


def number_of(text: str) -> Fraction:
    """Return a decimal that a person writes, "70%" as 0.7. Raises ValueError."""
    written = text.strip().replace("−", "-")
    is_percent = written.endswith("%")
    try:
        value = Decimal(written.removesuffix("%").strip())
    except InvalidOperation as error:
        raise ValueError(text) from error
    exponent = value.as_tuple().exponent  # a letter where it is no number
    if not isinstance(exponent, int) or exponent < -_PLACES or abs(value) >= _MOST:
        raise ValueError(text)
    return Fraction(value) / (100 if is_percent else 1)


def step_of(at: object, action: object, complain: Callable[[str, str], Exception]) -> Step:
    """Return a step of a ladder; `complain` makes the error of what is wrong with a key."""
    if isinstance(at, bool) or not isinstance(at, int) or not 1 <= at <= _HIGHEST:
        raise complain("at", f"must be a whole number from 1 to {_HIGHEST:,}, in percent")
    if action not in ACTIONS:
        near = f"; did you mean {nearest(action, ACTIONS)}?" if isinstance(action, str) else ""
        raise complain("action", f"must be one of {', '.join(ACTIONS)}{near}")
    return Step(at, str(action))


def _number(table: Table, key: str, like: str) -> Fraction | None:
    value = table.value(key)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST:
        return Fraction(value)
    if isinstance(value, str):
        try:
            return number_of(value)
        except ValueError:
            pass
    raise table.problem(key, f"must be a number, a decimal in quotes, like {key} = {like}")


def _money(table: Table, key: str, *, signed: bool = False) -> Fraction | None:
    value = _number(table, key, '"2.70"')
    if isinstance(table.value(key), str) and table.value(key).strip().endswith("%"):
        raise table.problem(key, f'is money, no share; write {key} = "2.70"')
    if value is not None and value < 0 and not signed:
        raise table.problem(key, "can't be less than nothing")
    return value


def _part(table: Table, key: str, usual: Fraction) -> Fraction:
    value = _number(table, key, '"70%"')
    if value is None:
        return usual
    if not 0 <= value <= 1:
        raise table.problem(key, f'must be a share from 0 to 1, like {key} = "70%" or "0.70"')
    return value


def _expected(table: Table) -> Fraction | None:
    key = "expected_conversations"
    value = _number(table, key, "6")
    if value is not None and value < 0:
        raise table.problem(key, "can't be less than none")
    return value


def _word(table: Table, key: str, known: tuple[str, ...], usual: str) -> str:
    value = table.value(key)
    if value is None:
        return usual
    if value in known and isinstance(value, str):
        return value
    near = f"; did you mean {nearest(value, known)}?" if isinstance(value, str) else ""
    raise table.problem(key, f"must be one of {', '.join(known)}{near}")


def _currency(table: Table) -> str:
    value = table.value("currency")
    if value is None:
        return "USD"
    if isinstance(value, str) and value.strip().upper() in CURRENCIES:
        return value.strip().upper()
    raise table.problem("currency", 'must be a code of ISO 4217 in quotes, like "EUR"')


def _thresholds(table: Table) -> tuple[int, ...]:
    value: Any = table.value("at")
    if value is None:
        return THRESHOLDS
    if not isinstance(value, list) or not 1 <= len(value) <= 20:
        raise table.problem("at", "must be a list of percents, like at = [70, 90, 100]")
    for each in value:
        if isinstance(each, bool) or not isinstance(each, int) or not 1 <= each <= _HIGHEST:
            raise table.problem("at", f"must hold whole percents from 1 to {_HIGHEST:,}")
    return tuple(sorted(set(value)))


def _scope(table: Table) -> dict[str, tuple[str, ...]]:
    inside = table.table("scope", "[scope]")
    inside.allow_only(SCOPES)
    found, names = {}, inside.keys()
    for key in names:
        value: Any = inside.value(key)
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not values:
            raise inside.problem(key, f'must be a list of texts, like {key} = ["pro"]')
        for each in values:
            if not isinstance(each, str) or not each.strip() or len(each) > LONGEST_TEXT:
                raise inside.problem(key, f'must be a list of texts, like {key} = ["pro"]')
        found[key] = tuple(dict.fromkeys(each.strip() for each in values))
    return found


def _steps(table: Table) -> tuple[Step, ...]:
    found: list[Step] = []
    for row in table.tables("step"):
        row.allow_only(("at", "action"))
        step = step_of(row.value("at"), row.value("action"), row.problem)
        if any(step.action == one.action for one in found):
            raise row.problem("action", f"names {step.action} a second time; once is enough")
        found.append(step)
    return tuple(sorted(found, key=lambda step: (step.at, ACTIONS.index(step.action))))


def _small_model(table: Table) -> Fraction | str:
    value = table.value("small_model")
    if isinstance(value, str) and value.strip() and not _is_number(value):
        return value.strip()[:LONGEST_TEXT]
    factor = _number(table, "small_model", '"0.2" or the name of a model')
    if factor is not None and not 0 <= factor <= 1:
        raise table.problem("small_model", f"is a part from 0 to 1 of the cost ({DOWNGRADE})")
    return SMALL_MODEL if factor is None else factor


def _is_number(text: str) -> bool:
    try:
        number_of(text)
    except ValueError:
        return False
    return True


def _day(table: Table, key: str) -> date | None:
    value = table.value(key)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise table.problem(key, f"must be a day, like {key} = 2026-10-01")


def _plain(value: Fraction) -> str:
    """Return a number as the shortest decimal of twelve places at most."""
    text = f"{Decimal(round(value * 10**12)).scaleb(-12):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _quoted(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f'"{_plain(value)}"'


def _texts(values: tuple[str, ...]) -> str:
    return f"[{', '.join(_text(each) for each in values)}]"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def changed(terms: BudgetTerms, changes: Mapping[str, Any]) -> BudgetTerms:
    """Return terms with some of them set anew, checked as if they had been written so."""
    mended = replace(terms, **changes)
    return read_budget(budget_text(mended), terms.name)

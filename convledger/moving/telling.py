"""What people call a row that travels, and what may change of it, for who has to decide."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from convledger.clock import iso_text
from convledger.moving.carried import Carried, is_instant
from convledger.moving.portable import Row
from convledger.plans.words import amount_words, number_words

TAKE_THEIRS = "`--theirs` takes that"
_PICO = re.compile(r"-?[0-9]{1,40}")
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_MOST = 60


def row_words(spec: Carried, row: Row) -> str:
    """Return which row is meant."""
    said = []
    for name in spec.key:
        value = row.values[name]
        if isinstance(value, dict):
            said.append(f"of conversation {value.get('id')}")
        elif name not in spec.references and value not in (None, ""):
            text = iso_text(value) if is_instant(spec.table, name) else str(value)
            said.append(text if len(text) <= 40 else f"{text[:39]}…")
        if len(said) == 3:
            break
    return " ".join([spec.words, *said])


def facts_words(spec: Carried, row: Row) -> str:
    """Return what may change of a row, in short: money as money, texts in quotes."""
    values = row.values
    if spec.table == "hourly_rate":
        return _hourly(values)
    said = [
        _fact(spec, name, values[name])
        for name in spec.facts
        if values[name] is not None or len(spec.facts) == 1
    ]
    return ", ".join(said) or "in force"


def _hourly(values: dict[str, Any]) -> str:
    amount, currency, overhead = (str(values[name]) for name in ("amount", "currency", "overhead"))
    if not _PICO.fullmatch(amount):
        return repr(_short(f"{amount} {currency}"))
    words = f"{amount_words(Decimal(amount).scaleb(-12), currency)} an hour"
    if overhead == "0":
        return words
    try:
        return f"{words} and {number_words(Decimal(overhead) * 100)}% on top"
    except (ArithmeticError, ValueError):
        return f"{words} and {_short(overhead)!r} on top"


def _fact(spec: Carried, name: str, value: object) -> str:
    if name == "gone_at":
        return "in force" if value is None else f"taken away {_instant(value)}"
    if value is not None and is_instant(spec.table, name):
        return _instant(value)
    is_text = isinstance(value, str) and not _NUMBER.fullmatch(value)
    return repr(_short(str(value))) if is_text else str(value)


def _instant(value: object) -> str:
    return iso_text(value) if isinstance(value, int) else _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"

"""What a prompt shows of the plan in force, from figures that were kept when it was looked at.

Imports nothing that takes time, not even a reader of JSON: this runs at every prompt.
"""

from __future__ import annotations

import sqlite3
from typing import Any

_DAY = 86_400_000_000
WHAT = {"spend": "Spend", "allowance": "Included credits", "balance": "Credits"}
_TEXTS = ("plan", "name", "period", "currency")
# As JSON writes them: whole numbers of any length stay exact.
_NUMBERS = (
    *("until", "at", "spent", "projected", "has_credits", "balance", "available", "empty_at"),
    *("next_grant_at", "next_grant", "spent_estimated", "spent_uncounted"),
    *("projected_estimated", "credits_estimated", "credits_uncounted"),
)
_KEPT = ", ".join(
    [f"content->>'$.{name}'" for name in _TEXTS] + [f"content->'$.{name}'" for name in _NUMBERS]
)
_WORTH = {"null": None, "true": 1, "false": 0}


def glance(connection: sqlite3.Connection, now: int) -> dict[str, Any] | None:
    """Return the plan in force as it was last looked at, None where none is or its time is over.

    Of several the one with credits, then the one for all usage, then the latest. Amounts are those
    of the kept figures: picocredits, picounits of money, UTC microseconds.
    """
    found = []
    for subscription_id, *kept in connection.execute(
        f"SELECT subscription.id, {_KEPT} FROM plan_figures "
        "JOIN subscription ON subscription.id=subscription_id "
        "WHERE began <= ? AND (ended IS NULL OR ended > ?) AND content <> 'null' "
        "ORDER BY scope <> '', began DESC, id DESC",
        (now, now),
    ):
        figures: dict[str, Any] = dict(zip((*_TEXTS, *_NUMBERS), kept, strict=True))
        figures.update((name, _number(figures[name])) for name in _NUMBERS)
        if figures["until"] > now:
            found.append((subscription_id, figures))
    if not found:
        return None
    chosen, figures = next((each for each in found if each[1]["has_credits"]), found[0])
    figures["alert"] = _alert(connection, chosen, figures, now)
    return figures


def _number(text: str | None) -> int | None:
    return _WORTH[text] if text in _WORTH else int(text or 0)


def _alert(
    connection: sqlite3.Connection, subscription_id: int, figures: dict[str, Any], now: int
) -> dict[str, Any] | None:
    """Return the highest threshold that is reached and still holds, None where there is none.

    One that was muted silences those below it, too.
    """
    silenced = set()
    for scope, period, threshold, at, is_muted in connection.execute(
        "SELECT scope, period, threshold, at, muted FROM alert WHERE subscription_id=? AND quiet=0 "
        "ORDER BY threshold DESC, at DESC",
        (subscription_id,),
    ):
        if is_muted:
            silenced.add((scope, period))
        if (scope, period) in silenced:
            continue
        kind, _, name = scope.partition(":")
        if kind in WHAT:
            holds = period == figures["period"]
            words = f"{WHAT[kind]}, {name}" if name else WHAT[kind]
        elif kind == "limit":
            full = _fullness(connection, subscription_id, name, now, figures["at"])
            holds, words = full is not None and full >= threshold, name
        else:
            continue
        if holds:
            return {"threshold": threshold, "what": words, "at": at}
    return None


def _fullness(
    connection: sqlite3.Connection, subscription_id: int, limit: str, now: int, looked_at: int
) -> int | None:
    """Return the percent of a limit that is used, None where its window is over by now."""
    for used, cap, until in connection.execute(
        "SELECT value->'$.used', value->'$.cap', value->'$.until' "
        "FROM plan_figures, json_each(content, '$.windows') "
        "WHERE subscription_id=? AND value->>'$.name'=?",
        (subscription_id, limit),
    ):
        ends, most = _number(until), _number(cap)
        # A window that rolls ends whenever it is looked at.
        is_rolling = ends is None or ends <= looked_at
        is_open = now - looked_at < _DAY if is_rolling else (ends or 0) > now
        if is_open and most:
            return (_number(used) or 0) * 100 // most
    return None

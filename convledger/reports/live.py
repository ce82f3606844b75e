"""What is being spent now: sums of today and lately, bars of periods, conversations that grow."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from convledger.clock import HOUR, QUARTER, SECOND
from convledger.errors import UsageProblem
from convledger.reports.periods import Span, local_day, spans, start_of_day
from convledger.store.patterns import PROJECT

PERIODS = ("hour", "day", "week", "month")
OTHER = "other"
GROWS = 30 * 60 * SECOND  # a conversation grows so long after a call
_TREND = 10
_SERIES = 3
_MOST_GROWING = 50
_MODEL = "model.name || CASE model.speed WHEN '' THEN '' ELSE '-' || model.speed END"
_CONVERSATION = "JOIN conversation ON conversation.id=base.conversation_id"
# A conversation counts once, should it carry two clients.
_CLIENT = (
    "coalesce((SELECT min(value) FROM label WHERE name='client' "
    "AND label.conversation_id=base.conversation_id), '')"
)
_GROUPS = {
    "": ("''", ""),
    "model": (_MODEL, "JOIN model ON model.id=base.model_id"),
    "source": ("reader.name", f"{_CONVERSATION} JOIN reader ON reader.id=conversation.reader_id"),
    "project": (PROJECT, _CONVERSATION),
    "client": (_CLIENT, ""),
}
GROUPS = tuple(name for name in _GROUPS if name)
_ROLLED_UP = (
    "(SELECT quarter AS t, conversation_id, model_id, calls, unpriced_calls, estimated_calls, "
    "list_pico FROM usage) AS base"
)
_BY_CALL = (
    "(SELECT at AS t, conversation_id, model_id, 1 AS calls, list_pico IS NULL AS "
    "unpriced_calls, price_state=3 AS estimated_calls, coalesce(list_pico, 0) AS list_pico "
    "FROM call) AS base"
)
# Picodollars of many calls can pass 64 bits: both halves are summed apart and joined in Python.
_AMOUNT = "sum(list_pico >> 30), sum(list_pico & 1073741823), sum(calls), sum(unpriced_calls)"


@dataclass(frozen=True, slots=True)
class Spend:
    """What the calls of some time come to; `list_pico`, picodollars, is None if none is priced."""

    list_pico: int | None
    calls: int
    unpriced_calls: int
    estimated_calls: int
    conversations: int


@dataclass(frozen=True, slots=True)
class Bar:
    """What one period cost, in picodollars by series; UTC microseconds, `ends` exclusive.

    `guessed` has a bit for each series of which something is estimated, the first the lowest.
    """

    begins: int
    ends: int
    name: str
    parts: tuple[int, ...]
    unpriced_calls: int
    estimated_calls: int = 0
    guessed: int = 0


@dataclass(frozen=True, slots=True)
class Growing:
    """A conversation that had a call in the last half hour; amounts are picodollars.

    `list_pico` is that of the whole conversation, None if nothing in it is priced; `trend` cuts
    `recent_pico`, that of the half hour, into ten parts, the oldest first.
    """

    id: int
    source: str
    native: str
    title: str
    model: str
    last_at: int
    list_pico: int | None
    recent_pico: int
    trend: tuple[int, ...]
    unpriced_calls: int
    calls: int
    estimated_calls: int = 0


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """Everything that the live screen shows; parts stand in the order of `series`.

    `next_call_at` is when the first call lies that a clock set wrong puts into the future.
    """

    today: Spend
    week: Spend
    month: Spend
    hour: Spend
    series: tuple[str, ...]
    bars: list[Bar]
    today_parts: tuple[int, ...]
    growing: list[Growing]
    last_call_at: int | None
    next_call_at: int | None = None


def live(
    connection: sqlite3.Connection,
    now: int,
    zone: tzinfo,
    *,
    bars: int = 30,
    period: str = "day",
    group: str = "model",
) -> LiveFigures:
    """Return what was spent up to the end of the day of `now`, UTC microseconds.

    The last of the `bars` is the period that holds `now`. Their series are the three groups that
    cost most in them, and "other" for the rest. Raises UsageProblem for another period or group.
    """
    if period not in PERIODS or group not in GROUPS:
        raise UsageProblem(
            f"no bars by {period} and {group}. Periods are: {', '.join(PERIODS)}; "
            f"groups are: {', '.join(GROUPS)}"
        )
    days = _last_spans("day", 30, now, zone)
    shown = _last_spans(period, bars, now, zone)
    series, rows = _stacked(connection, [*shown, days[-1]], group)
    return LiveFigures(
        today=_spend(connection, days[-1].since, days[-1].until),
        week=_spend(connection, days[-7].since, days[-1].until),
        month=_spend(connection, days[0].since, days[-1].until),
        hour=_spend(connection, now - HOUR + 1, now + 1),
        series=series,
        bars=[
            Bar(*span, parts, unpriced, estimated, guessed)
            for span, (parts, unpriced, estimated, guessed) in zip(shown, rows, strict=False)
        ],
        today_parts=rows[-1][0],
        growing=_growing(connection, now),
        last_call_at=connection.execute(
            "SELECT max(at) FROM call WHERE at <= ?", (now,)
        ).fetchone()[0],
        next_call_at=connection.execute("SELECT min(at) FROM call WHERE at > ?", (now,)).fetchone()[
            0
        ],
    )


def spark(
    connection: sqlite3.Connection, now: int, zone: tzinfo, days: int = 20
) -> tuple[int, ...]:
    """Return the picodollars of each of the last days, the last of them that of `now`."""
    shown = _last_spans("day", days, now, zone)
    costs = dict.fromkeys(range(len(shown)), 0)
    for place, _, pico, _, _ in _sums(connection, shown, ""):
        costs[place] = pico
    return tuple(costs.values())


def _last_spans(period: str, count: int, now: int, zone: tzinfo) -> list[Span]:
    """Return the last `count` periods of `zone`, the one that holds `now` at the end."""
    count = max(1, count)
    if period == "hour":
        return spans("hour", now - (count - 1) * HOUR, now, zone)
    day = local_day(now, zone)
    if period == "month":
        months = day.year * 12 + day.month - count
        day = day.replace(year=months // 12, month=months % 12 + 1, day=1)
    else:
        day -= timedelta(days=(count - 1) * (7 if period == "week" else 1))
    return spans(period, start_of_day(day, zone), now, zone)


def _base(*edges: int) -> tuple[str, int]:
    """Return a table of amounts by `t` and how many microseconds one `t` is.

    The roll-up by quarter hour is enough where all `edges` fall between quarter hours.
    """
    if any(edge % QUARTER for edge in edges):
        return _BY_CALL, 1
    return _ROLLED_UP, QUARTER


def _spend(connection: sqlite3.Connection, since: int, until: int) -> Spend:
    base, unit = _base(since, until)
    row = connection.execute(
        f"SELECT {_AMOUNT}, sum(estimated_calls), count(DISTINCT conversation_id) FROM {base} "
        "WHERE t >= ? AND t < ?",
        (since // unit, until // unit),
    ).fetchone()
    high, low, calls, unpriced, estimated, conversations = (value or 0 for value in row)
    priced = calls > unpriced or not calls
    return Spend((high << 30) + low if priced else None, calls, unpriced, estimated, conversations)


def _sums(
    connection: sqlite3.Connection, shown: list[Span], group: str
) -> list[tuple[int, str, int, int, int]]:
    """Return place of the span, name, picodollars, unpriced and estimated calls of each group."""
    base, unit = _base(*(edge for span in shown for edge in span[:2]))
    expression, joins = _GROUPS[group]
    values = ", ".join(
        f"({place}, {span.since // unit}, {span.until // unit})" for place, span in enumerate(shown)
    )
    rows = connection.execute(
        f"WITH span (place, lo, hi) AS (VALUES {values}) SELECT place, {expression}, {_AMOUNT}, "
        "sum(estimated_calls) "
        # Spans come first, so that each reads its own stretch of the amounts and no more.
        f"FROM span CROSS JOIN {base} ON t >= lo AND t < hi {joins} GROUP BY 1, 2"
    )
    return [
        (place, name, (high << 30) + low, unpriced, estimated)
        for place, name, high, low, _, unpriced, estimated in rows
    ]  # fmt: skip


def _stacked(
    connection: sqlite3.Connection, shown: list[Span], group: str
) -> tuple[tuple[str, ...], list[tuple[tuple[int, ...], int, int, int]]]:
    """Return the series; for each span what a bar is of. The last of the spans ranks nothing."""
    sums = _sums(connection, shown, group)
    ranked: Counter[str] = Counter()
    for place, name, pico, _, _ in sums:
        if pico:
            ranked[name] += pico if place < len(shown) - 1 else 0
    names = sorted(ranked, key=lambda name: (-ranked[name], name))
    series = (*names[:_SERIES], OTHER) if len(names) > _SERIES else tuple(names)
    column = {name: min(number, _SERIES) for number, name in enumerate(names)}
    parts = [[0] * len(series) for _ in shown]
    unpriced, estimated, guessed = ([0] * len(shown) for _ in range(3))
    for place, name, pico, unpriced_calls, estimated_calls in sums:
        if pico:
            parts[place][column[name]] += pico
            guessed[place] |= bool(estimated_calls) << column[name]
        unpriced[place] += unpriced_calls
        estimated[place] += estimated_calls
    return series, list(zip(map(tuple, parts), unpriced, estimated, guessed, strict=True))


def _growing(connection: sqlite3.Connection, now: int) -> list[Growing]:
    trends: dict[int, list[int]] = {}
    last: dict[int, tuple[int, int]] = {}
    for conversation_id, at, pico, model_id in connection.execute(
        "SELECT conversation_id, at, coalesce(list_pico, 0), model_id FROM call "
        "WHERE at > ? AND at <= ? ORDER BY at DESC, id DESC",
        (now - GROWS, now),
    ):
        trend = trends.setdefault(conversation_id, [0] * _TREND)
        trend[_TREND - 1 - (now - at) * _TREND // GROWS] += pico
        last.setdefault(conversation_id, (at, model_id))
    return [
        _grown(connection, conversation_id, at, model_id, trends[conversation_id])
        for conversation_id, (at, model_id) in list(last.items())[:_MOST_GROWING]
    ]


def _grown(
    connection: sqlite3.Connection, conversation_id: int, at: int, model_id: int, trend: list[int]
) -> Growing:
    source, native, title, model = connection.execute(
        f"SELECT reader.name, native, title, (SELECT {_MODEL} FROM model WHERE id=?) "
        "FROM conversation JOIN reader ON reader.id=reader_id WHERE conversation.id=?",
        (model_id, conversation_id),
    ).fetchone()
    high, low, calls, unpriced, estimated = connection.execute(
        "SELECT sum(list_pico >> 30), sum(list_pico & 1073741823), count(*), "
        "sum(list_pico IS NULL), sum(price_state=3) FROM call WHERE conversation_id=?",
        (conversation_id,),
    ).fetchone()
    return Growing(
        id=conversation_id,
        source=source,
        native=native,
        title=title,
        model=model,
        last_at=at,
        list_pico=(high << 30) + low if calls > unpriced else None,
        recent_pico=sum(trend),
        trend=tuple(trend),
        unpriced_calls=unpriced,
        calls=calls,
        estimated_calls=estimated,
    )

"""Finds the conversations behind a number by its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from convledger.economics.conversation_costs import BILLED, MACHINE, NONE, PARTS
from convledger.economics.segments import check_segments
from convledger.economics.waterfall import BILLED_SUM, FULL_SUM, MACHINE_SUM

if TYPE_CHECKING:
    from convledger.reports.unit_costs.summary import Economics

KINDS = (
    *("all", "unknown", "unpriced", "estimated", "uncounted", "outliers", "retries", "cached"),
    *("revenue", "people", "resolved", "way:NAME", "part:NAME", "bin:MEASURE:BIN", "user:NAME"),
    *("model:NAME", "component:NAME", "segment:VALUE[,VALUE]"),
)
_MOST_NAMES = 8
_SUMS = {BILLED_SUM: BILLED, MACHINE_SUM: MACHINE, FULL_SUM: PARTS}


def ids_behind(found: Economics, what: str, by: Sequence[str] = ()) -> tuple[int, ...]:
    """Return the ids of the conversations behind a number; raises ValueError for no such."""
    kind, colon, name = what.partition(":")
    ids = _named(found, kind, name, by) if colon else _plain(found, kind)
    if ids is None and (names := _names(found, kind, by) if colon else []):
        some = ", ".join(names[:_MOST_NAMES])
        rest = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
        raise ValueError(f"no such number: {what!r:.60}. {kind}: goes with {some}{rest}")
    if ids is None:
        raise ValueError(f"no such number: {what!r:.60}. Those with conversations behind them are: "
                         f"{', '.join(KINDS)}")  # fmt: skip
    return tuple(ids)


def _names(found: Economics, kind: str, by: Sequence[str]) -> list[str]:
    """Return what may stand after the colon of a number of that kind."""
    known: dict[str, Iterable[str]] = {
        "way": (way.name for way in found.service.ways),
        "part": (*PARTS, *_SUMS),
        "user": (user.name for user in found.heavy.users),
        "model": (model.name for model in found.models),
        "component": (row.name for row in found.components.rows),
    }
    if kind == "segment":
        return [",".join(row.keys) for row in found.table(by).rows]
    return list(known.get(kind, ()))


def _plain(found: Economics, kind: str) -> Iterable[int] | None:
    costs, coverage = found.costs.costs, found.coverage
    if kind == "all":
        return [cost.talk.id for cost in costs]
    if kind == "unknown":
        return coverage.unknown_ids
    if kind == "unpriced":
        return coverage.unpriced_ids
    if kind == "estimated":
        return coverage.doubtful_ids
    if kind == "uncounted":
        return coverage.uncounted_ids
    if kind == "outliers":
        return [row.id for row in found.outliers.found]
    if kind == "retries":
        return found.efficiency.retries.by_talk
    if kind == "cached":
        return found.efficiency.cached_ids
    if kind == "revenue":
        return found.revenue.ids
    if kind == "people":
        return [cost.talk.id for cost in costs if cost.talk.minutes is not None]
    if kind == "resolved":
        return [cost.talk.id for cost in costs if cost.talk.resolved]
    return None


def _named(found: Economics, kind: str, name: str, by: Sequence[str]) -> Iterable[int] | None:
    if kind == "way":
        return next((way.ids for way in found.service.ways if way.name == name), None)
    if kind == "part":
        wanted = _SUMS.get(name, (name,) if name in PARTS else ())
        if not wanted:
            return None
        return [
            cost.talk.id
            for cost in found.by_id.values()
            if any(cost.parts.get(part) or part in cost.unknown for part in wanted)
        ]
    if kind == "bin":
        measure, _, place = name.partition(":")
        spread = found.spreads.get(measure)
        each = None if spread is None else spread.bin(place)
        return None if each is None else each.ids
    if kind == "user":
        return next((user.ids for user in found.heavy.users if user.name == name), None)
    if kind == "model":
        return next((model.ids for model in found.models if model.name == name), None)
    if kind == "component":
        return next((row.ids for row in found.components.rows if row.name == name), None)
    if kind == "segment":
        return _segment(found, name, by)
    return None


def _segment(found: Economics, name: str, by: Sequence[str]) -> Iterable[int] | None:
    """Return the conversations of a row; a value may itself hold a comma."""
    check_segments(by)
    if len(by) == 1:
        wanted: list[tuple[str, ...]] = [(name or NONE,)]
    else:
        parts = name.split(",")
        cuts = range(1, len(parts))
        wanted = [(",".join(parts[:cut]) or NONE, ",".join(parts[cut:]) or NONE) for cut in cuts]
    return next((row.ids for row in found.table(by).rows if row.keys in wanted), None)

"""Unit economics as JSON says it: amounts and ratios are decimal strings, unknown is null."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convledger.clock import iso_text
from convledger.economics.closing import by_line
from convledger.economics.conversation_costs import LIST, PARTS, TalkCost
from convledger.economics.cost_items import REVENUE
from convledger.economics.ratios import Number
from convledger.economics.segments import SegmentRow, SegmentTable
from convledger.money import usd_text
from convledger.pricing.arithmetic import half_even
from convledger.reports.unit_costs.spreads import COST

if TYPE_CHECKING:
    from convledger.reports.unit_costs.components import Components
    from convledger.reports.unit_costs.efficiency import Efficiency
    from convledger.reports.unit_costs.outlying import Outlying
    from convledger.reports.unit_costs.shares import Coverage
    from convledger.reports.unit_costs.summary import Economics

PLACES = 6  # decimals of ratios
TABLE_COLUMNS = (
    "conversations", "escalated", "escalation_rate", "messages", "tokens", "calls",
    "unpriced_calls", "list_cost", "billed", "machine_cost", "people_cost", "adjustments",
    "full_cost", "cost_per_conversation", "revenue", "margin", "estimated", "currency",
)  # fmt: skip


def amount_text(pico: Number | None) -> str | None:
    """Return picounits as an exact decimal of units, parts of a picounit rounded half to even."""
    if pico is None:
        return None
    exact = Fraction(pico)
    return usd_text(half_even(exact.numerator, exact.denominator))


def ratio_text(value: Number | None) -> str | None:
    """Return a ratio as a decimal, rounded half to even at its sixth place."""
    if value is None:
        return None
    exact = Fraction(value) * 10**PLACES
    steps = half_even(exact.numerator, exact.denominator)
    whole, part = divmod(abs(steps), 10**PLACES)
    text = f"{'-' if steps < 0 else ''}{whole}.{part:0{PLACES}d}"
    return text.rstrip("0").rstrip(".")


def document_of(
    found: Economics, by: Sequence[str], *, with_components: bool, with_ids: bool
) -> dict[str, Any]:
    """Return everything as JSON says it, with the table by the segments in `by`."""
    query = found.costs.query

    def who(ids: Iterable[int]) -> dict[str, Any]:
        return {"ids": [found.by_id[each].talk.name for each in ids]} if with_ids else {}

    document: dict[str, Any] = {
        "schema": 1,
        "name": found.name,
        "since": iso_text(query.since),
        "until": iso_text(query.until),
        "timezone": query.zone_name,
        "currency": query.currency,
        "filters": {name: list(values) for name, values in query.scope.items()},
        "conversations": found.coverage.conversations,
        "coverage": _coverage(found.coverage),
        "waterfall": [
            {
                "step": step.name,
                "amount": amount_text(step.amount),
                "per_conversation": amount_text(step.per_unit),
                "is_sum": step.is_sum,
                "unknown_because": found.costs.unknown.get(step.name),
            }
            for step in found.waterfall.steps
        ],
        "unallocated": {
            part: amount_text(amount) for part, amount in found.costs.unallocated.items()
        },
        "closed": found.costs.is_closed,
        "adjustments": adjustments_document(found, who),
        "plans": [
            {
                "plan": use.name,
                "since": iso_text(use.since),
                "until": iso_text(use.until),
                "currency": use.currency,
                "billed": amount_text(use.amount),
                "fees": amount_text(use.fees),
                "unit": use.unit,
                "units": amount_text(use.units),
                "unit_price": amount_text(use.unit_price),
                "unit_price_without_fees": amount_text(use.unit_price_without_fees),
                "list_cost": amount_text(use.at_list),
                "borne": amount_text(use.borne),
                "leverage": ratio_text(use.leverage),
                "conversations": len(use.ids),
                **who(use.ids),
            }
            for use in found.plans
        ],
        "service": _service(found, who),
        "return": _return(found),
        "revenue": {
            "amount": amount_text(found.revenue.amount),
            "unallocated": amount_text(found.revenue.unallocated),
            "per_conversation": amount_text(found.revenue.per_unit),
            "left": amount_text(found.revenue.left),
            "margin": ratio_text(found.revenue.margin),
            **who(found.revenue.ids),
        },
        "distribution": _distribution(found, who),
        "outliers": _outliers(found.outliers),
        "heavy_users": {
            "median": amount_text(found.heavy.median),
            "left_out": found.heavy.left_out,
            "users": [
                {
                    "user": user.name,
                    "cost": amount_text(user.cost),
                    "multiple": ratio_text(user.multiple),
                    "conversations": len(user.ids),
                    **who(user.ids),
                }
                for user in found.heavy.users
            ],
        },
        "efficiency": _efficiency(found.efficiency, who),
        "models": [
            {
                "model": model.name,
                "calls": model.calls,
                "priced_calls": model.priced_calls,
                "tokens": model.tokens,
                "list_cost": amount_text(model.at_list),
                "share": ratio_text(model.share),
                "conversations": len(model.ids),
                **who(model.ids),
            }
            for model in found.models
        ],
        "table": _table(found.table(by), query.currency, who),
        "notes": [{"about": note.about, "text": note.text} for note in found.notes],
    }
    if with_components:
        document["components"] = _components(found.components, who)
    return document


def adjustments_document(found: Economics, who: Any) -> list[dict[str, Any]]:
    """Return what has changed in closed months, by month and by what it is of."""
    return [
        {
            "month": f"{line.month:%Y-%m}",
            "part": line.part,
            "name": line.name or None,
            "cost": line.item_id,
            "amount": amount_text(sum(each.amount for each in changed)),
            "unallocated": amount_text(
                sum(each.amount for each in changed if each.conversation is None)
            ),
            "conversations": len([each for each in changed if each.conversation is not None]),
            **who([each.conversation for each in changed if each.conversation is not None]),
        }
        for line, changed in by_line(found.costs.adjustments).items()
    ]


def talk_document(cost: TalkCost, currency: str) -> dict[str, Any]:
    """Return one conversation with its cost as JSON says it."""
    talk = cost.talk
    return {
        "conversation": talk.name,
        "title": talk.title,
        "opened_at": iso_text(talk.opened_at),
        "served": talk.served,
        "messages": talk.messages,
        "turns": talk.turns,
        "calls": talk.calls,
        "tokens": None if talk.lacks_tokens else talk.tokens,
        "parts": {
            part: amount_text(cost.parts[part])
            for part in PARTS
            if part in cost.parts and cost.is_known and part not in cost.unknown
        },
        "unknown_parts": sorted(cost.unknown),
        "list_cost": amount_text(cost.parts.get(LIST) if LIST not in cost.unknown else None),
        "full_cost": amount_text(cost.full if cost.is_whole else None),
        "revenue": amount_text(None if REVENUE in cost.unknown else cost.revenue),
        "estimated": talk.doubt or talk.minutes_assumed,
        "currency": currency,
        "segments": {name: value for name, value in sorted(talk.segments.items()) if value},
    }


def table_row(row: SegmentRow, by: Sequence[str], currency: str) -> dict[str, Any]:
    """Return a row of a segment table as JSON says it; the total has no keys."""
    return {
        **dict(zip(by, row.keys, strict=False)),
        "conversations": row.units,
        "escalated": row.escalated,
        "escalation_rate": ratio_text(row.escalation),
        "messages": row.messages,
        "tokens": row.known_tokens,
        "calls": row.calls,
        "unpriced_calls": row.unpriced_calls,
        "list_cost": amount_text(row.list_cost),
        "billed": amount_text(row.billed_cost),
        "machine_cost": amount_text(row.machine_cost),
        "people_cost": amount_text(row.people_cost),
        "adjustments": amount_text(row.adjustments),
        "full_cost": amount_text(row.cost),
        "cost_per_conversation": amount_text(row.per_unit),
        "revenue": amount_text(row.revenue),
        "margin": ratio_text(row.margin),
        "estimated": row.doubt,
        "currency": currency,
    }


def _table(table: SegmentTable, currency: str, who: Any) -> dict[str, Any]:
    return {
        "by": list(table.by),
        "rows": [{**table_row(row, table.by, currency), **who(row.ids)} for row in table.rows],
        "total": table_row(table.total, (), currency),
    }


def _coverage(found: Coverage) -> dict[str, Any]:
    return {
        "known_conversations": found.known,
        "whole_conversations": found.whole,
        "calls": found.calls,
        "priced_calls": found.priced_calls,
        "of_calls": ratio_text(found.of_calls),
        "tokens": found.tokens,
        "priced_tokens": found.priced_tokens,
        "of_tokens": ratio_text(found.of_tokens),
        "calls_without_tokens": found.uncounted_calls,
        "unpriced_models": list(found.unpriced_models),
        "estimated": found.doubt,
    }


def _service(found: Economics, who: Any) -> dict[str, Any]:
    served = found.service.served
    return {
        "ways": [
            {
                "way": way.name,
                "conversations": way.units,
                "known": way.known,
                "cost": amount_text(way.cost),
                "people_cost": amount_text(way.people if way.cost is not None else None),
                "per_conversation": amount_text(way.per_unit),
                **who(way.ids),
            }
            for way in found.service.ways
        ],
        "blended": amount_text(found.service.blended),
        "escalation_multiplier": ratio_text(found.service.multiplier),
        "automation_rate": ratio_text(served.automation_rate),
        "containment_rate": ratio_text(served.containment_rate),
        "escalation_rate": ratio_text(served.escalation_rate),
        "resolution_rate": ratio_text(served.resolution_rate),
        "resolved_confirmed": served.confirmed,
        "resolved_assumed": served.assumed,
        "resolutions_reversed": served.reversed,
        "resolutions_changed": [
            {
                "conversation": talk.name,
                "at": iso_text(turn.at),
                "from": turn.before or None,
                "to": turn.after or None,
            }
            for talk, turn in found.costs.turned
        ],
    }


def _return(found: Economics) -> dict[str, Any]:
    costs, back = found.costs, found.back
    return {
        "baseline_minutes": ratio_text(costs.baseline_minutes),
        "hourly": amount_text(costs.hourly),
        "baseline": None if back is None else amount_text(back.baseline),
        "actual": None if back is None else amount_text(back.actual),
        "savings": None if back is None else amount_text(back.savings),
        "roi": None if back is None else ratio_text(back.roi),
    }


def _distribution(found: Economics, who: Any) -> dict[str, Any]:
    def text(measure: str, value: Number | None) -> str | None:
        return amount_text(value) if measure == COST else ratio_text(value)

    return {
        name: {
            "conversations": spread.members,
            **{f"p{part}": text(name, value) for part, value in spread.percentiles.items()},
            "mean": text(name, spread.mean),
            "histogram": [
                {
                    "bin": each.name,
                    "from": text(name, each.low),
                    "to": text(name, each.high),
                    "conversations": each.count,
                    **who(each.ids),
                }
                for each in spread.bins
            ],
        }
        for name, spread in found.spreads.items()
    }


def _outliers(found: Outlying) -> dict[str, Any]:
    return {
        "multiple": ratio_text(found.multiple),
        "median": amount_text(found.median),
        "threshold": amount_text(found.threshold),
        "of_conversations": found.members,
        "list_cost": amount_text(found.at_list),
        "share": ratio_text(found.share),
        "found": [
            {
                "conversation": row.name,
                "title": row.title,
                "source": row.source,
                "list_cost": amount_text(row.at_list),
                "multiple": ratio_text(row.multiple),
                "why": row.why,
            }
            for row in found.found
        ],
    }


def _efficiency(found: Efficiency, who: Any) -> dict[str, Any]:
    saved, again = found.savings, found.retries
    return {
        "cache": {
            "savings_usd": None if saved is None else amount_text(saved.net),
            "reads_saved_usd": None if saved is None else amount_text(saved.gross),
            "writes_cost_usd": None if saved is None else amount_text(saved.write_premium),
            "hit_rate": ratio_text(found.hit_rate),
            "read_tokens": found.reads,
            "written_tokens": found.writes,
            "fresh_tokens": found.fresh,
            "calls_without_a_price": found.unsaved_calls,
            "models_without_a_price": list(found.unsaved_models),
            **who(found.cached_ids),
        },
        "context": {
            "billed_tokens": found.sent,
            "distinct_tokens": found.distinct,
            "repeated": ratio_text(found.repeated),
        },
        "retries": {
            "superseded_usd": amount_text(again.superseded),
            "kept_usd": amount_text(again.kept),
            "overhead": ratio_text(again.overhead),
            "multiplier": ratio_text(again.multiplier),
            "calls": again.calls,
            "conversations_told": again.told,
            "conversations_untold": again.untold,
            **who(again.by_talk),
        },
    }


def _components(found: Components, who: Any) -> dict[str, Any]:
    rows: list[Mapping[str, Any]] = [
        {
            "component": row.name,
            "list_cost_usd": amount_text(row.pico),
            "share": ratio_text(row.share),
            "within": row.within or None,
            **who(row.ids),
        }
        for row in found.rows
    ]
    return {"rows": rows, "total_usd": amount_text(found.total)}

"""Statements as one JSON object: exact decimal strings, RFC 3339 instants."""

from __future__ import annotations

from collections.abc import Sequence

from convledger.clock import iso_text
from convledger.money import usd_text
from convledger.plans.statement import Line, PeriodSums, Statement
from convledger.reports.render import json_out
from convledger.reports.statements.figures import exact_text, known_money

SCHEMA = 1


def json_text(
    statements: Sequence[Statement], *, indent: int | None = None, doubts: Sequence[str] = ()
) -> str:
    """Return statements as JSON; money that nobody knows is null, never 0.

    `doubts` say in words which of their calls are estimates, or have unknown tokens.
    """
    found: dict[str, object] = {
        "schema": SCHEMA, "statements": [document(each) for each in statements],
    }  # fmt: skip
    if doubts:
        found["doubts"] = list(doubts)
    return json_out.dumps(found, indent=indent) + "\n"


def document(found: Statement) -> dict[str, object]:
    """Return a statement as what JSON has: amounts are decimal strings, `until` is exclusive."""
    return {
        "plan": found.plan,
        "plan_name": found.plan_name,
        "version": found.version,
        "plan_digest": found.plan_digest,
        "state": found.state,
        "period": found.name,
        "since": iso_text(found.since),
        "until": iso_text(found.until),
        "timezone": found.zone,
        "currency": found.currency,
        "due": usd_text(found.due),
        "lines": [_line(each) for each in found.lines],
        "sums": _sums(found.sums),
    }


def _line(line: Line) -> dict[str, object]:
    money = known_money(line)
    return {
        "kind": line.kind,
        "id": line.id,
        "name": line.name,
        "quantity": usd_text(line.quantity),
        "unit": line.unit_name,
        "credits": usd_text(line.credits),
        "money": None if money is None else usd_text(money),
        "exact": exact_text(line) or None,
        "unpriced": line.unpriced,
        "about": line.about or None,
        "note": line.note,
    }


def _sums(sums: PeriodSums) -> dict[str, object]:
    return {
        "fees": usd_text(sums.fees),
        "usage": usd_text(sums.usage),
        "adjustments": usd_text(sums.adjustments),
        "total": usd_text(sums.total),
        "units": {unit: usd_text(sums.units[unit]) for unit in sorted(sums.units)},
        "credits": {
            "brought_forward": usd_text(sums.brought_forward),
            "granted": usd_text(sums.granted),
            "used": usd_text(sums.used),
            "over": usd_text(sums.over),
            "owed": usd_text(sums.owed),
            "grace": usd_text(sums.grace),
            "degraded": usd_text(sums.degraded),
            "expired": usd_text(sums.expired),
            "expired_cost": usd_text(sums.expired_cost),
            "voided": usd_text(sums.voided),
            "blocked": usd_text(sums.blocked),
            "left": usd_text(sums.left),
        },
        "unpriced": sums.unpriced,
        "reversals": sums.reversals,
    }

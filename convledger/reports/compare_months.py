"""Which plan would have been the cheapest in a month, beside the one that was in force then."""

from __future__ import annotations

from dataclasses import dataclass

from convledger.plans.certainty import SURE, Doubt
from convledger.reports.plan_figures import Compared, Comparison


@dataclass(frozen=True, slots=True)
class MonthBest:
    """A month's cheapest plan and the one in force: picounits of `currency`, None if unknown.

    `saved` is what the cheapest would have cost less; `conversations` were held that month.
    """

    since: int
    name: str
    is_closed: bool
    conversations: int
    cheapest: str = ""
    total: int | None = None
    in_force: str = ""
    in_force_total: int | None = None
    saved: int | None = None
    currency: str = "USD"
    doubt: Doubt = SURE
    in_force_doubt: Doubt = SURE


def month_best(found: Comparison) -> MonthBest:
    """Return the cheapest plan of a comparison beside the one in force."""
    best = next((row for row in found.rows if row.is_cheapest), None)
    held = next((row for row in found.rows if row.is_in_force), None)
    saved = _saved(best, held)
    return MonthBest(
        since=found.since,
        name=found.name,
        is_closed=found.is_closed,
        conversations=found.conversations,
        cheapest=best.name if best is not None else "",
        total=best.total if best is not None else None,
        in_force=held.name if held is not None else "",
        in_force_total=held.total if held is not None else None,
        saved=saved,
        currency=(best or held or _NOBODY).currency,
        doubt=(best or _NOBODY).doubt,
        in_force_doubt=(held or _NOBODY).doubt,
    )


def _saved(best: Compared | None, held: Compared | None) -> int | None:
    if best is None or held is None or best.total is None or held.total is None:
        return None
    return held.total - best.total if best.currency == held.currency else None


_NOBODY = Compared("", "", "", "", "", 0, None, None, 0, None, 0, 0, 0, None, None, None, None)


def lines_worth_drawing(found: Comparison, chosen: str, most: int = 3) -> list[str]:
    """Return the plans whose break-even says most: the one in force, the one that is chosen, and
    the cheapest, in the order in which they are drawn.

    The first of them gives the axis its unit: a plan that counts calls or tokens comes later.
    """
    rows = [row for row in found.rows if row.total is not None]
    first = next((row for row in rows if row.plan_id == chosen), None)
    held = next((row for row in rows if row.is_in_force), None)
    paid = [row for row in rows if row.total]  # what costs nothing is a line on the axis
    ranked = [row for row in (held, first, *rows[:1], *paid, *rows) if row is not None]
    if not ranked:
        return []
    currency = ranked[0].currency
    ids = list(dict.fromkeys(row.plan_id for row in ranked if row.currency == currency))[:most]
    counted = [row.plan_id for row in rows if row.plan_id in ids and row.unit_name != "calls"]
    lead = next((one for one in ids if one in counted), ids[0])
    return [lead, *(one for one in ids if one != lead)]

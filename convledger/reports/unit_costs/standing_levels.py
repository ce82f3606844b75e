"""A budget's conversations by how much of it each has spent, from one threshold to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.reports.unit_costs.budget_standing import Placed, Standing

_ALL = 100  # percent: always an edge, as who is over it is what a budget is for


@dataclass(frozen=True, slots=True)
class Level:
    """Conversations that have spent `low` percent of their budget and not yet `high`.

    The dearest come first. `high` is None where there is no end, `is_unknown` marks those whose
    cost is not known, or that have no budget to stand in.
    """

    low: int
    high: int | None
    placed: tuple[Placed, ...]
    is_unknown: bool = False

    @property
    def name(self) -> str:
        """What it is called: "under 70 %", "70 to 90 %", "100 % and more", "not known"."""
        if self.is_unknown:
            return "not known"
        if self.high is None:
            return f"{self.low:,} % and more"
        return f"{self.low:,} to {self.high:,} %" if self.low else f"under {self.high:,} %"


def levels_of(standing: Standing) -> tuple[Level, ...]:
    """Return the levels of a budget from the lowest; who is not known last, if there is any."""
    edges = sorted({*standing.terms.thresholds, _ALL})
    found: dict[int, list[Placed]] = {low: [] for low in (0, *edges)}
    unknown = []
    for each in standing.placed:
        if each.position.spent is None or each.position.budget is None:
            unknown.append(each)
        else:
            found[max(each.position.reached(edges), default=0)].append(each)
    levels = [
        Level(low, high, _dearest_first(found[low]))
        for low, high in zip((0, *edges), (*edges, None), strict=True)
    ]
    if unknown:
        levels.append(Level(0, None, _dearest_first(unknown), is_unknown=True))
    return tuple(levels)


def _dearest_first(placed: list[Placed]) -> tuple[Placed, ...]:
    return tuple(sorted(placed, key=lambda each: (-(each.position.spent or 0), each.cost.talk.id)))

"""Users by what they cost in a period, as multiples of the one in the middle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.conversation_costs import TalkCost
from convledger.economics.distribution import percentile
from convledger.economics.ratios import Number, ratio


@dataclass(frozen=True, slots=True)
class UserCost:
    """A user's conversations and their full cost (picounits); `multiple` is of the median user."""

    name: str
    cost: int
    multiple: Fraction | None
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HeavyUsers:
    """Users by cost, the greatest first, and the median of their costs (picounits).

    Conversations of nobody known, and those whose cost is unknown, are left out: `left_out`.
    """

    users: tuple[UserCost, ...]
    median: Number | None
    left_out: int


def heavy_users(costs: Iterable[TalkCost]) -> HeavyUsers:
    """Return what each user cost beside the median user."""
    sums: dict[str, int] = {}
    ids: dict[str, list[int]] = {}
    left_out = 0
    for cost in costs:
        name = cost.talk.segments.get("user", "")
        if not name or not cost.is_whole:
            left_out += 1
            continue
        sums[name] = sums.get(name, 0) + cost.full
        ids.setdefault(name, []).append(cost.talk.id)
    median = percentile([*sums.values()], 50)
    is_measure = median is not None and median > 0
    found = [
        UserCost(name, cost, ratio(cost, median or 0) if is_measure else None, tuple(ids[name]))
        for name, cost in sums.items()
    ]
    found.sort(key=lambda user: (-user.cost, user.name))
    return HeavyUsers(tuple(found), median, left_out)

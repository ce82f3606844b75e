"""Conversations by who served them: their cost, the blend of it, rates, and the return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.conversation_costs import (
    ASSUMED,
    BOT,
    CONFIRMED,
    ESCALATED,
    PEOPLE_ONLY,
    UNANSWERED,
    TalkCost,
)
from convledger.economics.escalation import (
    Return,
    Served,
    blended_cost,
    escalation_multiplier,
    return_on,
)
from convledger.economics.ratios import ratio
from convledger.economics.resolutions import Turn

WAYS = (BOT, ESCALATED, PEOPLE_ONLY, UNANSWERED)


@dataclass(frozen=True, slots=True)
class Way:
    """The conversations that were served in one way: how many, and what they cost (picounits).

    `cost` is of the `known` ones, those whose full cost is; None where there are conversations and
    no full cost is known.
    """

    name: str
    units: int
    known: int
    cost: int | None
    people: int
    ids: tuple[int, ...]

    @property
    def per_unit(self) -> Fraction | None:
        """What one of them costs."""
        return None if self.cost is None else ratio(self.cost, self.known)


@dataclass(frozen=True, slots=True)
class Service:
    """Conversations by the way they were served, and what follows from it.

    `blended` weighs the ways by how many of each kind were served; it is the cost per conversation
    of all that were. `conversations` counts the unanswered ones too. `partial` is what is known to
    have been spent (picounits) on those whose full cost is not.
    """

    ways: tuple[Way, ...]
    served: Served
    blended: Fraction | None
    multiplier: Fraction | None
    partial: int = 0

    def way(self, name: str) -> Way:
        """Return the conversations that were served in a way."""
        return next(way for way in self.ways if way.name == name)

    @property
    def conversations(self) -> int:
        """All of them."""
        return sum(way.units for way in self.ways)

    @property
    def known(self) -> int:
        """Those that were served and whose full cost is known."""
        return sum(way.known for way in self.ways if way.name != UNANSWERED)


def service(costs: Sequence[TalkCost], turned: Sequence[Turn] = ()) -> Service:
    """Return conversations by the way they were served.

    What a bot resolved counts where the conversation opened, and is taken off where it was
    reversed: `turned` are the changes of that time, of whichever conversations.
    """
    ways = tuple(_way(name, [one for one in costs if one.talk.served == name]) for name in WAYS)
    by_name = {way.name: way for way in ways}
    bots = [one.talk for one in costs if one.talk.served == BOT or one.talk.changes]
    by_bot = [talk.resolved for talk in bots]
    served = Served(
        by_name[BOT].units,
        by_name[ESCALATED].units,
        by_name[PEOPLE_ONLY].units,
        confirmed=_resolved(CONFIRMED, by_bot, turned),
        assumed=_resolved(ASSUMED, by_bot, turned),
        reversed=sum(bool(turn.before and not turn.after) for turn in turned),
        silent=bool(bots)
        and not turned
        and not any(talk.resolved or talk.changes or talk.segments.get("outcome") for talk in bots),
    )
    people = [by_name[ESCALATED], by_name[PEOPLE_ONLY]]
    known = sum(way.known for way in (*people, by_name[BOT]))
    by_people = sum(way.cost or 0 for way in people)
    automation = ratio(by_name[BOT].known, known)
    blended = (
        None
        if automation is None
        else blended_cost(
            automation,
            by_name[BOT].per_unit,
            ratio(by_people, sum(way.known for way in people)),
        )
    )
    multiplier = escalation_multiplier(by_name[ESCALATED].per_unit, by_name[BOT].per_unit)
    partial = sum(one.full for one in costs if one.is_known and not one.is_whole)
    return Service(ways, served, blended, multiplier, partial)


def _resolved(how: str, first: Iterable[str], turned: Sequence[Turn]) -> int:
    """Return how many were resolved in a way, those taken off that are so no more."""
    came = sum(turn.after == how for turn in turned)
    return sum(each == how for each in first) + came - sum(turn.before == how for turn in turned)


def _way(name: str, costs: Sequence[TalkCost]) -> Way:
    known = [cost for cost in costs if cost.is_whole]
    cost = sum(cost.full for cost in known)
    return Way(
        name,
        len(costs),
        len(known),
        cost if known or not costs else None,
        sum(_people(known)),
        tuple(cost.talk.id for cost in costs),
    )


def _people(costs: Iterable[TalkCost]) -> Iterable[int]:
    from convledger.economics.conversation_costs import PEOPLE

    return (cost.parts.get(PEOPLE, 0) for cost in costs)


def against_people(
    found: Service, full: int | None, hourly: int | None, minutes: Fraction | None
) -> Return | None:
    """Return what all that were served had cost by people alone, beside what they did cost.

    A conversation whose cost is unknown is on neither side. None where an hour's cost, the minutes
    of a conversation or the cost itself is unknown.
    """
    if full is None or hourly is None or minutes is None:
        return None
    return return_on(found.known, Fraction(hourly) * minutes / 60, full - found.partial)

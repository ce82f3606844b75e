"""Another share of conversations that people take over: what each conversation then costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.conversation_costs import BOT, ESCALATED
from convledger.economics.escalation import blended_cost
from convledger.economics.ratios import ratio
from convledger.economics.simulated import EscalationEffect
from convledger.pricing.arithmetic import half_even


@dataclass(frozen=True, slots=True)
class Engaged:
    """A conversation that a bot took part in, how it was served, and its cost (picounits).

    `cost` is None where nobody knows what people cost in it: it counts in the rate alone.
    """

    id: int
    served: str
    cost: int | None


def with_rate(
    engaged: Sequence[Engaged], rate: Fraction
) -> tuple[EscalationEffect, Mapping[int, int]]:
    """Return what an escalation rate comes to, and each conversation's cost on average under it.

    With fewer hand-overs each that was handed over stays so with the same chance, and costs else
    what one served by the bot alone does on average; with more it is the other way round. So the
    mean of all is a * b + (1 - a) * h, each cost rounded half to even.
    """
    by_people = sum(one.served == ESCALATED for one in engaged)
    today = ratio(by_people, len(engaged))
    bot, escalated = _mean(engaged, BOT), _mean(engaged, ESCALATED)
    why = _missing(today, rate, bot, escalated)
    effect = EscalationEffect(
        len(engaged),
        today,
        rate,
        bot,
        escalated,
        None if today is None else blended_cost(1 - today, bot, escalated),
        None if why else blended_cost(1 - rate, bot, escalated),
        why,
    )
    if why or today is None or rate == today:
        return effect, {}
    if rate < today:
        leaving, chance, mean = ESCALATED, 1 - rate / today, bot
    else:
        leaving, chance, mean = BOT, (rate - today) / (1 - today), escalated
    assert mean is not None
    costs = {}
    for one in engaged:
        if one.served == leaving and one.cost is not None:
            exact = one.cost * (1 - chance) + mean * chance
            costs[one.id] = half_even(exact.numerator, exact.denominator)
    return effect, costs


def _mean(engaged: Sequence[Engaged], served: str) -> Fraction | None:
    """Return what one served in a way costs on average, of those whose cost is known."""
    known = [one.cost for one in engaged if one.served == served and one.cost is not None]
    return ratio(sum(known), len(known))


def _missing(
    today: Fraction | None, rate: Fraction, bot: Fraction | None, escalated: Fraction | None
) -> str:
    """Return why a rate can't be worked out, "" where it can."""
    if today is None:
        return "no conversation was served by a bot"
    if rate == today:
        return ""
    if today > 0 and escalated is None:
        return "what people cost in conversations that were handed over is not known"
    if today < 1 and bot is None:
        return "what people cost in conversations that a bot served alone is not known"
    if rate < 1 and bot is None:
        return "no conversation was served by a bot alone, so nobody knows what one costs"
    if rate > 0 and escalated is None:
        return "no conversation was handed over to people, so nobody knows what one costs"
    return ""

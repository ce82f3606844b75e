"""A conversation's cost by turn, in the parts that a degradation ladder can take away."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.budget_position import counted_cost, spread
from convledger.economics.budget_terms import BILLED, FULL, LIST
from convledger.economics.conversation_costs import (
    INFRASTRUCTURE,
    OTHERS,
    PEOPLE,
    RETRIEVAL,
    SUBSCRIPTIONS,
    TOOLS,
    TalkCost,
)
from convledger.economics.ladder import TurnCost
from convledger.pricing import Rater
from convledger.pricing.prices import TOKEN_COMPONENTS
from convledger.reports.unit_costs.spent_calls import SpentCall

_INPUTS = ("input", "cache_write_5m", "cache_write_1h")
_FIXED = (INFRASTRUCTURE, SUBSCRIPTIONS, OTHERS)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn: when it began (UTC microseconds), and what it cost by parts, picounits."""

    at: int
    cost: TurnCost


@dataclass(slots=True)
class _Parts:
    """What a turn's calls come to at list prices, and how its tokens would be priced elsewhere."""

    at: int
    model: Fraction = Fraction(0)
    history: Fraction = Fraction(0)
    tools: Fraction = Fraction(0)
    own_tokens: int = 0
    other_tokens: int = 0
    is_comparable: bool = True

    @property
    def weight(self) -> Fraction:
        return self.model + self.history + self.tools


def turns_of(
    cost: TalkCost,
    counts: str,
    calls: Sequence[SpentCall],
    prompts: Sequence[int],
    rater: Rater,
    *,
    small_model: str = "",
) -> list[Turn]:
    """Return a conversation's turns; what they cost adds up to what counts of it, without people.

    A turn goes from a prompt up to the next; where no prompt is known each call is a turn. Items
    for retrieval and tools come with each turn in proportion to its list cost, as does what is
    fixed, and what a plan made of the list cost.
    """
    whole = counted_cost(cost, counts)
    if whole is None or not (calls or prompts):
        return []
    people = cost.parts.get(PEOPLE, 0) if counts == FULL else 0
    items = counts not in (LIST, BILLED)
    retrieval = cost.parts.get(RETRIEVAL, 0) if items else 0
    tools = cost.parts.get(TOOLS, 0) if items else 0
    fixed = sum(cost.parts.get(part, 0) for part in _FIXED) if items else 0
    charged = whole - people - retrieval - tools - fixed
    turns = _at_list(calls, prompts, rater, small_model)
    weights = [turn.weight for turn in turns]
    at_list = sum(weights, Fraction(0))
    shares = zip(*(spread(each, weights) for each in (retrieval, tools, fixed)), strict=True)
    bare = spread(charged, weights)
    found = []
    for turn, own, (searched, used, kept) in zip(turns, bare, shares, strict=True):
        scale = Fraction(charged) / at_list if at_list else Fraction(0)
        found.append(
            Turn(
                turn.at,
                TurnCost(
                    turn.model * scale if at_list else own,
                    turn.history * scale,
                    searched,
                    turn.tools * scale + used,
                    kept,
                    _factor(turn) if small_model else None,
                ),
            )
        )
    return found


def _factor(turn: _Parts) -> Fraction | None:
    """Return what the smaller model makes of a turn, never more than the one in use."""
    if not turn.weight:
        return Fraction(1)
    if not turn.is_comparable or not turn.own_tokens:
        return None
    return min(Fraction(turn.other_tokens, turn.own_tokens), Fraction(1))


def _at_list(
    calls: Sequence[SpentCall], prompts: Sequence[int], rater: Rater, small_model: str
) -> list[_Parts]:
    starts = list(prompts)
    turns = [_Parts(at) for at in starts] if starts else [_Parts(call.at) for call in calls]
    said: dict[tuple[int, int], int] = {}
    for place, call in enumerate(calls):
        turn = turns[max(bisect_right(starts, call.at) - 1, 0) if starts else place]
        _add(turn, call, said.get(call.lane, 0), rater, small_model)
        said[call.lane] = _context(call) + call.usage.output
    return turns


def _context(call: SpentCall) -> int:
    usage = call.usage
    return usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h


def _add(turn: _Parts, call: SpentCall, said: int, rater: Rater, small_model: str) -> None:
    """Add a call to its turn; of what it was sent, `said` tokens had been there before."""
    if call.pico is None:
        return
    rated = rater.rate(call.source, call.provider, call.model, call.at, call.usage, call.context)
    lines = {line.component: line.pico for line in rated.lines}
    total = sum(lines.values())
    if not total:  # the prices have changed since, so that nothing tells the parts
        turn.model += call.pico
        turn.is_comparable = turn.is_comparable and not call.pico
        return
    usage, scale = call.usage, Fraction(call.pico, total)
    fresh = usage.input + usage.cache_write_5m + usage.cache_write_1h
    again = max(min(said, _context(call)) - usage.cache_read, 0)
    sent = sum(lines.get(name, 0) for name in _INPUTS)
    repeated = Fraction(sent * again, fresh) if fresh else Fraction(0)
    history = lines.get("cache_read", 0) + repeated
    tools = lines.get("web_searches", 0)
    turn.history += history * scale
    turn.tools += tools * scale
    turn.model += (total - history - tools) * scale
    if small_model:
        _compare(turn, call, lines, rater, small_model)


def _compare(
    turn: _Parts, call: SpentCall, lines: Mapping[str, int], rater: Rater, small_model: str
) -> None:
    other = rater.rate(call.source, None, small_model, call.at, call.usage, "")
    if other.total_pico is None:
        turn.is_comparable = False
        return
    turn.own_tokens += sum(lines.get(name, 0) for name in TOKEN_COMPONENTS)
    turn.other_tokens += sum(
        line.pico for line in other.lines if line.component in TOKEN_COMPONENTS
    )

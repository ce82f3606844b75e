"""A conversation's cost by turn, in the parts that a degradation ladder can take away."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
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
from convledger.economics.ratios import Number
from convledger.pricing import Rater
from convledger.pricing.fastpath import Segment
from convledger.pricing.prices import TOKEN_COMPONENTS
from convledger.pricing.rate import Tile
from convledger.reports.unit_costs.spent_calls import Asked, SpentCall

_TOKENS = len(TOKEN_COMPONENTS)
_FIXED = (INFRASTRUCTURE, SUBSCRIPTIONS, OTHERS)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn: when it began (UTC microseconds), and what it cost by parts, picounits."""

    at: int
    cost: TurnCost


@dataclass(slots=True)
class _Parts:
    """What a turn's calls come to at list prices, and how its tokens would be priced elsewhere.

    `history` is what is sent again and has a whole number of picodollars, `over` / `under` what of
    it has none: kept apart, so that nothing is reduced to lowest terms call by call.
    """

    at: int
    weight: int = 0
    history: int = 0
    over: int = 0
    under: int = 1
    tools: Number = 0
    own_tokens: int = 0
    other_tokens: int = 0
    is_comparable: bool = True

    @property
    def all_history(self) -> Number:
        """All that is sent again, picodollars."""
        return self.history + Fraction(self.over, self.under) if self.over else self.history

    def said_again(self, over: int, under: int) -> None:
        """Add over / under picodollars of history."""
        whole, over = divmod(over, under)
        self.history += whole
        if over:
            self.over, self.under = self.over * under + over * self.under, self.under * under


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
    turns = _at_list(calls, prompts, _Prices(rater, small_model))
    weights = [turn.weight for turn in turns]
    at_list = sum(weights)
    shares = zip(*(spread(each, weights) for each in (retrieval, tools, fixed)), strict=True)
    bare = spread(charged, weights)
    scale = Fraction(charged, at_list) if at_list else Fraction(0)
    found = []
    for turn, own, (searched, used, kept) in zip(turns, bare, shares, strict=True):
        history = turn.all_history * scale
        called = turn.tools * scale if turn.tools else Fraction(0)
        found.append(
            Turn(
                turn.at,
                TurnCost(
                    own - history - called if at_list else own,
                    history,
                    searched,
                    called + used,
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


class _Prices:
    """The present prices of calls: what held for the last one mostly holds for the next one."""

    def __init__(self, rater: Rater, small_model: str) -> None:
        self.small_model = small_model
        self._rater = rater
        self._about: tuple[Asked, str] | None = None
        self._tile = self._small_tile = Tile((), 0, 0)
        self._small_source = ""

    def of(self, call: SpentCall, sent: int) -> Segment:
        """Return the rates of a call that was sent so many tokens."""
        tile, at = self._tile, call.at
        if self._about != (call.asked, call.context) or not tile.since <= at < tile.until:
            self._about = call.asked, call.context
            tile = self._tile = self._rater.tile(*call.asked, at, call.context)
        return tile.segment(sent)

    def of_smaller(self, call: SpentCall, sent: int) -> Segment:
        """Return the rates of the smaller model in its place."""
        tile, at, source = self._small_tile, call.at, call.asked[0]
        if self._small_source != source or not tile.since <= at < tile.until:
            self._small_source = source
            tile = self._small_tile = self._rater.tile(source, None, self.small_model, at, "")
        return tile.segment(sent)


def _at_list(calls: Sequence[SpentCall], prompts: Sequence[int], prices: _Prices) -> list[_Parts]:
    starts = list(prompts)
    turns = [_Parts(at) for at in starts] if starts else [_Parts(call.at) for call in calls]
    said: dict[tuple[int, int], int] = {}
    for place, call in enumerate(calls):
        turn = turns[max(bisect_right(starts, call.at) - 1, 0) if starts else place]
        sent = call.sent
        if call.pico is not None:
            _add(turn, call, call.pico, sent, min(said.get(call.lane, 0), sent), prices)
        said[call.lane] = sent + call.output
    return turns


def _add(turn: _Parts, call: SpentCall, pico: int, sent: int, said: int, prices: _Prices) -> None:
    """Add a call to its turn; of what it was `sent`, `said` tokens had been there before."""
    turn.weight += pico
    quantities = (
        call.input, call.output, call.cache_read, call.cache_write_5m, call.cache_write_1h,
        call.web_searches, 1,
    )  # fmt: skip
    amounts = prices.of(call, sent).parts(quantities)
    total = 0 if amounts is None else sum(amounts)
    if not total or amounts is None:  # the prices have changed since: nothing tells the parts
        turn.is_comparable = turn.is_comparable and not pico
        return
    asked, _, read, short, long, searched, _ = amounts
    fresh, again = sent - call.cache_read, max(said - call.cache_read, 0)
    repeated = (asked + short + long) * again if fresh else 0
    if pico == total:
        turn.history += read
        turn.tools += searched
        if repeated:
            turn.said_again(repeated, fresh)
    else:
        turn.said_again((read * (fresh or 1) + repeated) * pico, (fresh or 1) * total)
        turn.tools += Fraction(searched * pico, total)
    if prices.small_model:
        other = prices.of_smaller(call, sent).parts(quantities)
        if other is None:
            turn.is_comparable = False
        else:
            turn.own_tokens += sum(amounts[:_TOKENS])
            turn.other_tokens += sum(other[:_TOKENS])

"""How long conversations are and what they cost, spread over bins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from convledger.economics.conversation_costs import TalkCost
from convledger.economics.distribution import LENGTH_EDGES
from convledger.economics.ratios import Number
from convledger.economics.spread import Spread, counted_bin, spread
from convledger.money import PICO

MESSAGES, TURNS, MINUTES, TOKENS, COST = "messages", "turns", "minutes", "tokens", "cost"
MEASURES = (MESSAGES, TURNS, MINUTES, TOKENS, COST)
_MINUTE = 60_000_000
_MINUTE_EDGES = (1, 2, 5, 10, 30, 60)
_TOKEN_EDGES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_COST_EDGES = tuple(PICO * 10**power // 100 for power in range(6))  # 0.01 to 1,000


def spreads(costs: Sequence[TalkCost]) -> Mapping[str, Spread]:
    """Return by measure how conversations are spread; costs are full ones, in picounits.

    `minutes` are those in which something was said, without longer silences. Who has no tokens that
    anybody knows is in no spread of them.
    """
    talks = [cost.talk for cost in costs]
    counted: dict[str, list[tuple[int, Number]]] = {
        MESSAGES: [(talk.id, talk.messages) for talk in talks],
        TURNS: [(talk.id, talk.turns) for talk in talks],
    }
    found = {name: spread(name, values, LENGTH_EDGES) for name, values in counted.items()}
    active = [(talk.id, talk.active) for talk in talks]
    found[MINUTES] = spread(MINUTES, active, _MINUTE_EDGES, _stretch, _MINUTE)
    used = [(talk.id, talk.tokens) for talk in talks if not talk.lacks_tokens]
    found[TOKENS] = spread(TOKENS, used, _TOKEN_EDGES, _many)
    full = [(cost.talk.id, cost.full) for cost in costs if cost.is_whole]
    found[COST] = spread(COST, full, _COST_EDGES, _money)
    return found


def _stretch(low: Number | None, high: Number | None) -> str:
    if low is None or high is None:
        return counted_bin(low, high) if low is not None else f"<{high}"
    return f"{low}–{high}"


def _many(low: Number | None, high: Number | None) -> str:
    return _between(low, high, _thousands)


def _thousands(value: Number) -> str:
    return f"{int(value) // 10**6}M" if value >= 10**6 else f"{int(value) // 1000}k"


def _money(low: Number | None, high: Number | None) -> str:
    return _between(low, high, _amount)


def _amount(value: Number) -> str:
    cents = int(value) * 100 // PICO
    return f"{cents // 100:,}" if cents % 100 == 0 else f"{cents // 100}.{cents % 100:02d}"


def _between(low: Number | None, high: Number | None, text: Callable[[Number], str]) -> str:
    if low is None:
        return "all" if high is None else f"<{text(high)}"
    return f"{text(low)}+" if high is None else f"{text(low)}–{text(high)}"

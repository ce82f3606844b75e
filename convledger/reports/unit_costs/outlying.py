"""Conversations that cost many times the median, and in a few words why."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.conversation_costs import ESCALATED, LIST, Talk, TalkCost
from convledger.economics.distribution import outliers, percentile
from convledger.economics.ratios import Number, ratio
from convledger.reports.unit_costs.calls import CallFacts, TalkCalls
from convledger.reports.unit_costs.superseded import Retries

MULTIPLE = 10
_LEAST = Fraction(1, 10)  # of the cost that a reason must account for to be told
_MOST_REASONS = 2


@dataclass(frozen=True, slots=True)
class Outlier:
    """A conversation whose list cost (picounits) is `multiple` times the median, and why."""

    id: int
    name: str
    title: str
    source: str
    at_list: int
    multiple: Fraction
    why: str


@dataclass(frozen=True, slots=True)
class Outlying:
    """Outliers, the dearest first; amounts are picounits of list cost.

    `median` is of the `members` whose list cost is known, `share` what the outliers cost of all
    they cost. Where the median is nothing there is no threshold, and nobody is an outlier.
    """

    multiple: Number
    median: Number | None
    threshold: Fraction | None
    members: int
    found: tuple[Outlier, ...]
    at_list: int
    share: Fraction | None


def outlying(
    connection: sqlite3.Connection,
    costs: Sequence[TalkCost],
    calls: CallFacts,
    again: Retries,
    multiple: Number = MULTIPLE,
) -> Outlying:
    """Return who costs at least `multiple` times the median at list prices."""
    known = {
        cost.talk.id: cost
        for cost in costs
        if cost.is_known and cost.talk.list_pico is not None and LIST in cost.parts
    }
    sums = [(number, cost.parts[LIST]) for number, cost in known.items()]
    found = outliers(sums, multiple)
    ids = [number for number, _ in found.found]
    reasons = _Reasons(connection, ids, [cost.talk for cost in known.values()], calls, again)
    rows = tuple(
        Outlier(
            number, talk.name, talk.title, talk.segments.get("source", ""),
            known[number].parts[LIST], times, reasons.of(talk, times),
        )
        for number, times in found.found
        for talk in (known[number].talk,)
    )  # fmt: skip
    at_list = sum(row.at_list for row in rows)
    whole = sum(amount for _, amount in sums)
    return Outlying(
        multiple, found.median, found.threshold, len(sums), rows, at_list, ratio(at_list, whole)
    )


class _Reasons:
    """Why conversations cost much: each reason with the part of the cost that it accounts for."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        ids: Iterable[int],
        every: Sequence[Talk],
        calls: CallFacts,
        again: Retries,
    ) -> None:
        listed = json.dumps(list(ids))
        self._compacted = _counted(
            connection,
            "SELECT conversation_id, count(*) FROM message WHERE kind=6 AND "
            "name IN ('compact_boundary', 'compaction', 'compacted') AND conversation_id IN "
            "(SELECT value FROM json_each(?)) GROUP BY 1",
            listed,
        )
        self._usual = percentile([talk.messages for talk in every], 50) or 1
        self._calls, self._again = calls.talks, again

    def of(self, talk: Talk, times: Fraction) -> str:
        """Return the two most telling reasons in words."""
        own = self._calls.get(talk.id, TalkCalls())
        known = sorted(self._weighed(talk, own, times), key=lambda reason: -reason[0])
        words = [text for weight, text in known if weight >= _LEAST][:_MOST_REASONS]
        return ", ".join(words) or f"{own.calls:,} calls"

    def _weighed(
        self, talk: Talk, own: TalkCalls, times: Fraction
    ) -> Iterator[tuple[Fraction, str]]:
        longer = Fraction(talk.messages) / self._usual
        if longer > 1:
            yield min(longer / times, Fraction(1)), _many(talk.messages, "message")
        if own.long_calls and own.list_pico:
            yield Fraction(own.long_pico, own.list_pico), "long context tier"
        missed = 1 - (ratio(own.reads, own.sent) or Fraction(0))
        if 2 * missed >= 1 and own.sent and own.calls > 1 and own.sent > 2 * own.distinct:
            yield missed, f"cache missed on {round(missed * 100)} % of input"
        if compacted := self._compacted.get(talk.id, 0):
            times_said = "once" if compacted == 1 else f"{compacted:,} times"
            yield Fraction(compacted, compacted + 2), f"compacted {times_said}"
        if attempts := self._again.by_talk.get(talk.id):
            weight = ratio(attempts.pico, own.list_pico) or Fraction(0)
            one = "retry" if attempts.calls == 1 else "retries"
            yield weight, f"{attempts.calls:,} {one}"
        if own.searches:
            text = "1 web search" if own.searches == 1 else f"{own.searches:,} web searches"
            yield Fraction(own.searches, own.searches + own.calls), text
        if own.aside:
            yield Fraction(own.aside, own.calls), f"{_many(own.aside, 'call')} by sub-agents"
        if talk.served == ESCALATED:
            yield Fraction(1, 4), "handed over"


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _counted(connection: sqlite3.Connection, query: str, listed: str) -> Mapping[int, int]:
    return dict(connection.execute(query, (listed,)).fetchall())

"""A scenario applied to conversations: its parts one after the other, each to what is left.

Shorter prompts change tokens, a context policy moves the cost of the main thread by the share that
its replay moves by, and another model prices what both have left. Nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from convledger.economics.call_use import CallUse, Tokens
from convledger.economics.context_policy import TooSmall
from convledger.economics.conversation_costs import Talk, is_of
from convledger.economics.other_model import Target
from convledger.economics.scenarios import CONTEXT, MODEL, PROMPTS, OtherContext, Scenario
from convledger.economics.shorter_prompts import shortened
from convledger.economics.simulated import TooLarge
from convledger.economics.thread_replay import ThreadReplay, replay_thread
from convledger.economics.thread_turns import turns_of
from convledger.pricing import Rater


@dataclass(slots=True)
class TalkRun:
    """What the calls of a conversation come to: list costs in picodollars, by step.

    `by_step` are differences; `after` is None where another model has no price. `replay` is there
    where a context policy was replayed; `too_large` where a turn alone is above its cap.
    """

    talk: Talk
    today: int
    after: int | None
    by_step: dict[str, int] = field(default_factory=dict)
    steps: set[str] = field(default_factory=set)
    replay: ThreadReplay | None = None
    thread_cost: int = 0
    too_large: TooLarge | None = None
    is_unpriced: bool = False  # its thread could not be replayed: a request has no price


class Simulator:
    """Runs conversations through the parts of a scenario that change calls."""

    def __init__(self, scenario: Scenario, rater: Rater, as_of: int) -> None:
        self._scenario, self._rater = scenario, rater
        self.targets = [Target(switch, rater, as_of) for switch in scenario.models]

    def run(self, talk: Talk, calls: Sequence[CallUse]) -> TalkRun:
        """Return what a conversation's calls, in the order of time, come to."""
        today = sum(call.cost or 0 for call in calls)
        found = TalkRun(talk, today, today)
        if not calls or not is_of(talk, self._scenario.scope):
            return found
        cost = today
        if self._scenario.prompts is not None:
            calls = shortened(calls, self._scenario.prompts, self._rater)
            found.steps.add(PROMPTS)
            cost = self._note(found, PROMPTS, cost, sum(call.cost or 0 for call in calls))
        if self._scenario.context is not None:
            self._replay(found, calls, self._scenario.context)
            if found.replay is not None:
                moved = found.replay.moved_as_recorded(found.thread_cost)
                cost = self._note(found, CONTEXT, cost, cost - found.thread_cost + moved)
        if self.targets:
            found.after = self._switched(found, calls, cost)
        else:
            found.after = cost
        return found

    def _own_price(self, call: CallUse, tokens: Tokens, web_searches: int) -> int | None:
        return call.priced(self._rater, tokens, web_searches)

    @staticmethod
    def _note(found: TalkRun, step: str, before: int, after: int) -> int:
        found.by_step[step] = after - before
        return after

    def _replay(self, found: TalkRun, calls: Sequence[CallUse], context: OtherContext) -> None:
        thread = turns_of(calls, context.instructions)
        if not thread.turns:
            return
        if any(call.cost is None for call in thread.calls):
            found.is_unpriced = True
            return
        talk = found.talk
        try:
            replay = replay_thread(thread, context)
        except TooSmall as large:
            found.too_large = TooLarge(
                talk.id, talk.name, talk.title, large.place + 1, large.tokens
            )
            return
        if not replay.add_up(self._own_price):
            found.is_unpriced = True
            return
        found.replay = replay
        found.steps.add(CONTEXT)
        found.thread_cost = sum(call.cost or 0 for call in thread.calls)

    def _switched(self, found: TalkRun, calls: Sequence[CallUse], cost: int) -> int | None:
        """Return what is left at the prices of other models, None where one has none."""
        targets = [target for target in self.targets if target.is_meant_for(found.talk)]
        chosen: dict[int, Target] = {}
        is_known = True
        after = in_thread = 0
        turns = set() if found.replay is None else {id(call) for call in found.replay.thread.calls}
        for call in calls:
            new = call.cost
            for target in targets:
                if target.takes(call):
                    new = target.take(call, found.talk.id)
                    chosen[id(call)] = target
                    is_known = is_known and (new is not None or call.cost is None)
                    break
            if new is not None:
                after += new
                if id(call) in turns:
                    in_thread += new
        if not chosen:
            return cost
        found.steps.add(MODEL)
        if not is_known:
            return None
        if found.replay is not None:
            moved = found.replay.moved(in_thread, self._price_of(chosen))
            if moved is None:
                return None
            after += moved - in_thread
        return self._note(found, MODEL, cost, after)

    def _price_of(self, chosen: dict[int, Target]) -> Callable[[CallUse, Tokens, int], int | None]:
        def price(call: CallUse, tokens: Tokens, web_searches: int) -> int | None:
            target = chosen.get(id(call))
            if target is not None:
                return target.price(call, tokens, web_searches)
            return call.priced(self._rater, tokens, web_searches)

        return price

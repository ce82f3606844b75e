"""Has plans worked out a few at a time: other questions are answered in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.compare_stock import Look, Stock
    from convledger.reports.comparing import Candidate
    from convledger.reports.plan_figures import Comparison

AT_ONCE = 2  # plans that are worked out by one question
_GIVEN_UP = 60.0  # seconds after which an answer is no longer waited for: it failed
_REST = 3  # times as long as a whole round took pass before the next one that nobody asked for

Answer = tuple["Comparison", int]
Question = Callable[["Ledger"], Answer]
Then = Callable[[Answer], None]
Ask = Callable[[Question, Then], None]
Later = Callable[[float, Callable[[], None]], object]


class Asking:
    """Asks for a comparison, round by round; a newer wish of a person drops the one under way."""

    def __init__(
        self, stock: Stock, ask: Ask, later: Later, then: Callable[[Comparison, int], None]
    ) -> None:
        self._stock = stock
        self._ask = ask
        self._later = later
        self._then = then
        self._candidates: Sequence[Candidate] = ()
        self._look: Look | None = None
        self._number = 0
        self._begun = 0.0
        self._heard = 0.0
        self._is_busy = False
        self._again: tuple[Sequence[Candidate], Look] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a round is under way."""
        return self._is_busy and time.monotonic() - self._heard < _GIVEN_UP

    def begin(self, candidates: Sequence[Candidate], look: Look, *, anew: bool) -> None:
        """Ask for these plans; unless `anew`, only after the round that is under way."""
        if self.is_busy and not anew:
            self._again = (candidates, look)
            return
        self._candidates, self._look, self._again = candidates, look, None
        self._number += 1
        self._begun, self._is_busy = time.monotonic(), True
        self._step(goes_on=False)

    def _step(self, *, goes_on: bool) -> None:
        number, candidates, look, stock = self._number, self._candidates, self._look, self._stock
        assert look is not None
        self._heard = time.monotonic()
        self._ask(
            lambda ledger: stock.compare(
                ledger.connection, candidates, look, most=AT_ONCE, goes_on=goes_on
            ),
            lambda answer: self._took(number, answer),
        )

    def _took(self, number: int, answer: Answer) -> None:
        if number != self._number:
            return
        found, left = answer
        self._is_busy = left > 0
        if left:
            self._step(goes_on=True)
        elif self._again is not None:
            self._later(_REST * (time.monotonic() - self._begun), self._begin_again)
        self._then(found, left)

    def _begin_again(self) -> None:
        if self._again is not None and not self.is_busy:
            self.begin(*self._again, anew=True)

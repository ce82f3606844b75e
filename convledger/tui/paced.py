"""A question that is asked anew whenever the figures change, but never on top of itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.screens.place import PlaceScreen

Answer = TypeVar("Answer")
GIVEN_UP = 10.0  # seconds after which an answer is no longer waited for: it failed
QUICK = 0.05  # seconds: an answer that came so fast may be asked for again at once
REST = 3  # times as long as a slower answer took pass before the next one is asked for


class Paced(Generic[Answer]):
    """Asks `question` for a screen, in the slow thread, once at a time.

    A long answer is not interrupted by newer wishes: while logs are read they come so often that
    it would never be given.
    """

    def __init__(
        self,
        screen: PlaceScreen,
        name: str,
        question: Callable[[Ledger], Answer],
        then: Callable[[Answer], None],
    ) -> None:
        self._screen = screen
        self._name = name
        self._question = question
        self._then = then
        self._asked: float | None = None
        self._again = False

    def wish(self, *, anew: bool = False) -> None:
        """Ask, or ask again after the answer that is under way; `anew` drops that one."""
        now = time.monotonic()
        if not anew and self._asked is not None and now - self._asked < GIVEN_UP:
            self._again = True
            return
        self._asked, self._again = now, False
        self._screen.ask(self._name, self._question, self._arrived, slow=True)

    def _arrived(self, answer: Answer) -> None:
        took = time.monotonic() - (self._asked or 0.0)
        self._asked = None
        self._then(answer)
        if self._again and took < QUICK:
            self.wish()
        elif self._again:
            self._asked = time.monotonic()  # wishes meanwhile are granted by this one
            self._screen.set_timer(took * REST, self._ask_again)

    def _ask_again(self) -> None:
        if self._again:
            self._asked = None
            self.wish()

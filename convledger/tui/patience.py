"""Questions that are asked again and again while figures change, each answered before the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.screens.place import PlaceScreen

Answer = TypeVar("Answer")


class Patience:
    """Asks for a screen, and remembers what is not answered yet.

    A patient question lets the one under way be answered instead of replacing it, and has `again`
    called then: what takes longer than the time between two changes would never be shown else.
    """

    def __init__(self, screen: PlaceScreen, again: Callable[[], None]) -> None:
        self._screen = screen
        self._again = again
        self._open: set[str] = set()
        self._is_late = False

    def ask(
        self,
        name: str,
        question: Callable[[Ledger], Answer],
        then: Callable[[Answer], None],
        *,
        slow: bool = False,
        patient: bool = False,
    ) -> None:
        """Ask the ledger, or note that it is to be asked when the open question is answered."""
        books = self._screen.books
        desk = books.side_desk if slow else books.desk
        if patient and name in self._open and not desk.is_idle:  # an idle desk has failed to answer
            self._is_late = True
            return
        self._open.add(name)

        def answered(answer: Answer) -> None:
            self._open.discard(name)
            then(answer)
            if self._is_late and not self._open:
                self._is_late = False
                self._again()

        self._screen.ask(name, question, answered, slow=slow)

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

    A patient question lets the one of its name that is under way be answered, and is asked then:
    what takes longer than the time between two changes would never be shown else.
    """

    def __init__(self, screen: PlaceScreen) -> None:
        self._screen = screen
        self._open: set[str] = set()
        self._late: dict[str, Callable[[], None]] = {}

    def ask(
        self,
        name: str,
        question: Callable[[Ledger], Answer],
        then: Callable[[Answer], None],
        *,
        slow: bool = False,
        patient: bool = False,
    ) -> None:
        """Ask the ledger now, or when the question of this name that is open is answered."""
        books = self._screen.books
        desk = books.side_desk if slow else books.desk
        if patient and name in self._open and not desk.is_idle:  # an idle desk has failed to answer
            self._late[name] = lambda: self.ask(name, question, then, slow=slow)
            return
        self._late.pop(name, None)
        self._open.add(name)

        def answered(answer: Answer) -> None:
            self._open.discard(name)
            then(answer)
            if name in self._late:
                self._late.pop(name)()

        self._screen.ask(name, question, answered, slow=slow)

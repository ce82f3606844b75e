"""What the sections of the Review screen share: how they ask, and when they show anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from convledger.errors import ConvledgerError

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.undo import Step

Answer = TypeVar("Answer")


class Section(Vertical):
    """A part of the Review screen of which one is shown; `FIRST` takes the focus."""

    FIRST = ""
    DEFAULT_CSS = """
    Section { height: 1fr; display: none; }
    Section.-open { display: block; }
    Section Panel { height: 1fr; padding: 0; }
    """

    class Counted(Message):
        """How much is in a section has changed."""

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    @property
    def is_open(self) -> bool:
        """Whether it is the section that is shown."""
        return self.has_class("-open")

    def look(self) -> None:
        """Ask for what is shown, if it may be another."""
        raise NotImplementedError

    def take_focus(self) -> None:
        """Put the focus on the first list: at once, for another section may be shown the next."""
        self.screen.set_focus(self.query_one(self.FIRST, Widget))

    def ask(
        self, name: str, question: Callable[[Ledger], Answer], then: Callable[[Answer], None]
    ) -> None:
        """Ask the ledger in the thread of what may take long; an answer may come too late."""

        def if_here(answer: Answer) -> None:
            if self.is_attached and self.app.is_running and not self._pruning:
                then(answer)

        asker = (type(self).__name__, id(self), name)
        self.books.ask(asker, question, if_here, slow=True, patient=True)

    def change(self, name: str, work: Callable[[Ledger], Step]) -> None:
        """Have something changed; it is told, and u takes it back."""

        def attempt(ledger: Ledger) -> Step | ConvledgerError:
            try:
                return work(ledger)
            except ConvledgerError as error:
                return error

        self.ask(name, attempt, self._changed)

    def _changed(self, step: Step | ConvledgerError) -> None:
        books = self.books
        if isinstance(step, ConvledgerError):
            books.trouble(step)
            return
        books.undoing.push(step)
        books.say(f"{step.words} · u takes it back")
        books.renew()
        self.look()

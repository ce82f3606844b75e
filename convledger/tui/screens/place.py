"""What the numbered screens share: top line, footer, and how they hear of new figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer

from convledger.tui.widgets.topline import TopLine

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.feeder import Feed

Answer = TypeVar("Answer")


class PlaceScreen(Screen[None]):
    """A screen with a number. `NAME` stands in the top line; `parts` composes the middle."""

    NAME = ""

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> ComposeResult:
        """Compose what stands between top line and footer."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Put the parts between top line and footer."""
        line = TopLine()
        line.place = self.NAME
        line.pulse = self.books.pulse
        yield line
        yield from self.parts()
        yield Footer(show_command_palette=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Do nothing before the parts are there: a quick hand types ahead of the screen."""
        return self.is_mounted and super().check_action(action, parameters)

    def on_screen_resume(self) -> None:
        """Ask for new figures: they may have changed while another screen was shown."""
        self.query_one(TopLine).pulse = self.books.pulse
        self.renew()

    @property
    def is_ready(self) -> bool:
        """Whether answers can be shown: its widgets come after the screen, and go before it."""
        return self.is_attached

    def ask(
        self,
        name: str,
        question: Callable[[Ledger], Answer],
        then: Callable[[Answer], None],
        *,
        slow: bool = False,
        patient: bool = False,
    ) -> None:
        """Ask the ledger; the answer is dropped where the screen is gone or asked again."""

        def if_here(answer: Answer) -> None:
            if self.is_ready:
                then(answer)

        asker = (type(self).__name__, id(self), name)
        self.books.ask(asker, question, if_here, slow=slow, patient=patient)

    def renew(self) -> None:
        """Ask for the figures anew; called when the ledger has changed."""

    def fed(self, feed: Feed) -> None:
        """Hear what the feeder does."""

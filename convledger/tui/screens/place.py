"""What the numbered screens share: top line, footer, and how they hear of new figures."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.keys import REPLACED_KEYS
from textual.screen import Screen
from textual.widgets import Input

from convledger.paths import home
from convledger.tui.widgets.keys_line import KeysLine
from convledger.tui.widgets.notice_line import NoticeLine, fits
from convledger.tui.widgets.topline import TopLine

if TYPE_CHECKING:
    from textual.binding import ActiveBinding

    from convledger.ledger import Ledger
    from convledger.reports.plan_now import PlanNow
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.feeder import Feed

Answer = TypeVar("Answer")
# Letters by the names of their keys that Textual does not know to be letters: `/`, `+` and others.
_SIGNS = frozenset(REPLACED_KEYS)


class PlaceScreen(Screen[None]):
    """A screen with a number. `NAME` stands in the top line; `parts` composes the middle."""

    NAME = ""
    TELLS_FEED = False  # whether it shows what the watcher has to say in a line of its own

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
        yield NoticeLine()
        yield from self.parts()
        yield KeysLine()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Do nothing before the parts are there: a quick hand types ahead of the screen."""
        return self.is_mounted and super().check_action(action, parameters)

    def on_screen_suspend(self) -> None:
        """Offer no keys from behind a dialog: they would do nothing."""
        for line in self.query(KeysLine):
            line.offers = False

    def on_screen_resume(self) -> None:
        """Ask for new figures: they may have changed while another screen was shown."""
        self.query_one(KeysLine).offers = True
        self.query_one(TopLine).pulse = self.books.pulse
        self.show_notices()
        self.renew()

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that do something; none that is a letter where one types."""
        found = super().active_bindings
        if not isinstance(self.focused, Input):
            return found
        return {key: one for key, one in found.items() if key not in _SIGNS}

    def show_notices(self) -> None:
        """Show the newest notice that stands nowhere else on the screen."""
        if self.is_ready:
            notice, others = self.books.notices.shown(without_watch=self.TELLS_FEED)
            if notice is not None:
                notice = replace(notice, words=self._short(notice.words))
            self.query_one(NoticeLine).show((notice, others))

    def tells_whole(self, words: str) -> bool:
        """Whether the line of notices has room for all of `words`."""
        return not self.TELLS_FEED and fits(self._short(words), self.app.size)

    def _short(self, words: str) -> str:
        """Return words with paths as they are seen from the workspace and from home."""
        for folder, short in ((self.books.workspace, ""), (home(), f"~{os.sep}")):
            words = words.replace(f"{folder}{os.sep}", short)
        return words

    @on(NoticeLine.Read)
    def _notice_read(self) -> None:
        self.books.put_away_notice()

    @property
    def is_ready(self) -> bool:
        """Whether answers can be shown: its widgets come after the screen, and go before it."""
        is_going = self._pruning or not self.app.is_running
        return self.is_attached and self.is_mounted and not is_going

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
            elif not self.is_mounted:
                self.call_later(if_here, answer)  # its own messages come when it is

        asker = (type(self).__name__, id(self), name)
        self.books.ask(asker, question, if_here, slow=slow, patient=patient)

    def renew(self) -> None:
        """Ask for the figures anew; called when the ledger has changed."""

    def undo_stored(self) -> bool:
        """Take back a change of an earlier sitting; tell whether the screen knows of such."""
        return False

    def plan_told(self, told: PlanNow) -> None:
        """Hear how the plans stand."""

    def fed(self, feed: Feed) -> None:
        """Hear what the feeder does."""

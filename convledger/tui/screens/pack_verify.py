"""The dialog that says whether a file still is what a pack wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from convledger.errors import ConvledgerError
from convledger.memory.pack_checks import CURRENT, EDITED, NONE, OTHER, STALE, Verdict
from convledger.memory.pack_words import change_words, verdict_words
from convledger.text.display import display_text
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.filter_line import LeadingInput

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp

MOST = 200  # changes that are listed
_MARKS = {
    CURRENT: ("● ", "$success"), STALE: ("▲ ", "$warning"), EDITED: ("✎ ", "$warning"),
    OTHER: ("○ ", "$muted"), NONE: ("○ ", "$muted"),
}  # fmt: skip


class VerifyPackScreen(Dialog[None]):
    """Reads a file and says of each pack in it what it is; it changes nothing."""

    HELP = (
        "Current: as it would be written now. Stale: entries are others by now, each with why. "
        "Edited: somebody changed the section since it was written."
    )
    DEFAULT_CSS = """
    VerifyPackScreen > #frame { max-width: 92; }
    VerifyPackScreen #typed { height: 1; margin: 0 0 1 0; }
    VerifyPackScreen #typed Static { width: auto; color: $muted; }
    VerifyPackScreen LeadingInput { background: $panel; }
    VerifyPackScreen VerticalScroll {
        height: auto; max-height: 16; margin: 0 0 1 0; scrollbar-size-vertical: 1;
    }
    VerifyPackScreen #state { width: 100%; height: auto; }
    VerifyPackScreen.-tiny > #frame { padding: 0 1; width: 100%; max-height: 100%; }
    """
    AUTO_FOCUS: ClassVar[str] = "LeadingInput"

    def __init__(self, target: str) -> None:
        super().__init__("Check a file", "⏎ Check · tab Next · esc Back")
        self._target = target if Path(target).is_absolute() else ""

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the line for the path, what is found, and the two answers."""
        line = LeadingInput(display_text(self._target))
        line.placeholder = "a file with a pack in it, as ~/.claude/CLAUDE.md"
        return [
            Horizontal(Static(Content("file  ")), line, id="typed"),
            VerticalScroll(Static("Nothing is changed by it.", id="state"), can_focus=False),
            Choices(("do", "Check"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Look at once at the file that was written last."""
        if self._target:
            self._check()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._check()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "leave":
            self.action_leave()
        else:
            self._check()

    def _check(self) -> None:
        typed, now = self.query_one(Input).value.strip(), self.books.now()
        if not typed:
            return
        path = Path(typed).expanduser().absolute()

        def work(ledger: Ledger) -> list[Verdict] | str:
            try:
                found = ledger.packs.verify(path, now)
            except (ConvledgerError, ValueError) as error:
                return str(error)
            return f"there is no file {path}" if found is None else found

        self.books.ask(("pack verify", id(self)), work, self._found, slow=True)

    def _found(self, found: list[Verdict] | str) -> None:
        if not self.is_attached:
            return
        state = self.query_one("#state", Static)
        if isinstance(found, str):
            state.update(Content.assemble(("▲ ", "$error"), display_text(found)))
            return
        parts: list[tuple[str, str]] = []
        for each in found:
            mark, ink = _MARKS[each.state]
            parts += [("\n" if parts else "", ""), (mark, ink)]
            parts.append((display_text(verdict_words(each)), "$foreground"))
            for change in each.changes[:MOST]:
                parts.append((f"\n    {display_text(change_words(change))}", "$muted"))
            if len(each.changes) > MOST:
                parts.append((f"\n    … {len(each.changes) - MOST:,} more", "$muted"))
        state.update(Content.assemble(*parts))

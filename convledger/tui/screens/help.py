"""Help for where one is: what the widget in focus shows, its keys, then the keys everywhere."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from convledger.manual import topics
from convledger.tui.help_text import PLACES, actions_of, keys_of, scopes_of
from convledger.tui.widgets.dialog import Dialog

_KEYS = 14  # cells for the keys of an action


class HelpScreen(Dialog[None]):
    """Explains the widget in focus on the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1,question_mark,q", "leave", "Back")]
    DEFAULT_CSS = """
    HelpScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    HelpScreen Static { width: 100%; height: auto; }
    """

    def __init__(self, screen: Screen[object], focused: Widget | None) -> None:
        scopes = scopes_of(focused or screen)
        super().__init__(f"Help · {actions_of(scopes[:1])[0][0]}", "esc Back · ↑ ↓ scroll")
        self._scopes = scopes
        self._words = getattr(focused, "HELP", "") if focused is not None else ""

    def parts(self) -> list[Widget]:
        """Return the text in a frame that scrolls."""
        return [VerticalScroll(Static(self._text()))]

    def on_mount(self) -> None:
        """Let the arrow keys scroll at once."""
        self.query_one(VerticalScroll).focus()

    def _text(self) -> Content:
        keymap = getattr(self.app, "user_keymap", {})
        lines: list[Content] = []
        if self._words:
            lines += [Content(self._words), Content("")]
        for scope in self._scopes:
            if scope in PLACES:
                lines += [Content(PLACES[scope]), Content("")]
        for name, actions in actions_of(self._scopes):
            if not actions:
                continue
            lines.append(Content.styled(f"Keys {name}", "bold $foreground"))
            for action in actions:
                keys = Content.styled(keys_of(action, keymap).ljust(_KEYS), "bold $accent")
                label = Content.styled(f"{action.label:<14}", "$foreground")
                lines.append(Content.assemble("  ", keys, label, (action.help, "$muted")))
            lines.append(Content(""))
        pages = ", ".join(topics())
        lines.append(Content.assemble(("Pages  ", "bold $foreground"), (pages, "$muted")))
        lines.append(
            Content.assemble(
                ("       open one from the palette: ", "$muted"), ("^p", "bold $accent"),
                (" then `help`", "$muted"),
            )
        )  # fmt: skip
        return Content("\n").join(lines)

"""Help for where one is: what the widget in focus shows, its keys, then the keys everywhere.

Over a dialog it explains the dialog: the keys of the app do nothing there.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.manual import topics
from convledger.tui.actions import key_text
from convledger.tui.help_text import PLACES, actions_of, keys_of, scopes_of
from convledger.tui.widgets.dialog import Dialog

_KEYS = 14  # cells for the keys of an action
_TEXTUALS = ("app.focus", "screen.")  # actions that every screen of Textual has


class HelpScreen(Dialog[None]):
    """Explains the widget in focus on the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1,question_mark,q", "leave", "Back")]
    DEFAULT_CSS = """
    HelpScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    HelpScreen Static { width: 100%; height: auto; }
    """

    def __init__(self, screen: Screen[object], focused: Widget | None) -> None:
        scopes = scopes_of(focused or screen)
        self._dialog = screen if isinstance(screen, Dialog) else None
        if self._dialog is not None:
            scopes.remove("app")
        title = actions_of(scopes[:1])[0][0] if scopes else ""
        if self._dialog is not None:
            title = self._dialog.title_words
        super().__init__(f"Help · {title}", "esc Back · ↑ ↓ scroll")
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
        if self._dialog is not None:
            lines += self._dialog_lines(self._dialog)
        for name, actions in actions_of(self._scopes):
            if not actions:
                continue
            lines.append(Content.styled(f"Keys {name}", "bold $foreground"))
            lines += [
                _key_line(keys_of(action, keymap), action.label, action.help) for action in actions
            ]
            lines.append(Content(""))
        if self._dialog is None:
            lines += _pages()
        return Content("\n").join(lines)

    def _dialog_lines(self, dialog: Dialog[object]) -> list[Content]:
        """Return what the dialog says of itself, and its own keys."""
        lines = [Content(dialog.HELP), Content("")] if dialog.HELP else []
        if dialog.subtitle_words:
            lines += [Content.styled(dialog.subtitle_words, "$muted"), Content("")]
        lines.append(Content.styled("Keys in this dialog", "bold $foreground"))
        keys: dict[str, list[str]] = {}
        for key, active in dialog.active_bindings.items():
            binding = active.binding
            is_ours = binding.id is None and not binding.action.startswith(_TEXTUALS)
            if active.node is dialog and is_ours:
                keys.setdefault(binding.description, []).append(key_text(key))
        lines += [_key_line(" ".join(names), label, "") for label, names in keys.items()]
        lines.append(_key_line("tab", "Next", "Go to the next part of it."))
        if isinstance(dialog.focused, Input):
            lines.append(_key_line("letters", "Type", "What you type goes into the line."))
        lines.append(Content(""))
        return lines


def _key_line(keys: str, label: str, words: str) -> Content:
    return Content.assemble(
        "  ",
        (f"{keys:<{_KEYS - 1}} ", "bold $accent"),
        (f"{label:<13} ", "$foreground"),
        (words, "$muted"),
    )


def _pages() -> list[Content]:
    pages = ", ".join(topics())
    return [
        Content.assemble(("Pages  ", "bold $foreground"), (pages, "$muted")),
        Content.assemble(
            ("       open one from the palette: ", "$muted"), ("^p", "bold $accent"),
            (" then `help`", "$muted"),
        ),
    ]  # fmt: skip

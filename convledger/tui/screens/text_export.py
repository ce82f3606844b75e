"""The dialog that writes a text to a file, never over another one unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.errors import ConvledgerError
from convledger.text.display import display_text
from convledger.tui.screens.plan_fields import FieldsDialog
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.ledger import Ledger

_THERE = "there"


class TextExportScreen(FieldsDialog):
    """Writes what `text` returns, readable by oneself alone. Returns True when it is written."""

    HELP = "The file is readable by you alone. One that is there already is not replaced unasked."
    AUTO_FOCUS = "#path"

    def __init__(self, title: str, name: str, text: Callable[[Ledger], str]) -> None:
        super().__init__(title, "⏎ Write · tab Next · esc Back")
        self._name_of_file, self._text = name, text
        self._replaces = False

    def parts(self) -> list[Widget]:
        """Return the line for the path, what it means, and the two answers."""
        return [
            Vertical(self.field("path", "to", self._name_of_file, "a file"), id="fields"),
            Static("", id="effect"),
            Choices(("do", "Write"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Say where it goes."""
        self.query_one("#path", Input).focus()
        self.show_effect()

    def _path(self) -> Path:
        return Path(self.typed("path") or self._name_of_file).expanduser().absolute()

    def effect(self) -> Content:
        """Return where it goes."""
        self._replaces = False
        self.query_one(Choices).call_it("do", "Write")
        return Content.assemble(
            (display_text(str(self._path())), "$foreground"), ("\nreadable by you alone", "$muted")
        )

    def go_on(self) -> None:
        """Write it; one that is there already only when that was seen."""
        path, text, replaces = self._path(), self._text, self._replaces

        def work(ledger: Ledger) -> str:
            from convledger.toml_files import replace_text

            try:
                if not replaces and path.exists():
                    return _THERE
                replace_text(path, text(ledger))
            except ConvledgerError as error:
                return str(error)
            except (OSError, ValueError) as error:  # a path with a zero byte is a ValueError
                return f"{path}: can't be written: {getattr(error, 'strerror', None) or error}"
            return ""

        self.books.ask(("write", id(self)), work, lambda said: self._written(said, path), slow=True)

    def _written(self, said: str, path: Path) -> None:
        if not said:
            self.books.say(f"Written: {display_text(str(path))}")
            if self.is_attached:
                self.dismiss(True)
        elif self.is_attached and said == _THERE:
            self._replaces = True
            words = f"▲ {display_text(str(path))} is there already.\nNothing is written yet."
            self.query_one("#effect", Static).update(Content.styled(words, "$warning"))
            self.query_one(Choices).call_it("do", "Replace it")
            self.query_one("#leave").focus()  # so that a second enter replaces nothing
        elif self.is_attached:
            self.query_one("#effect", Static).update(
                Content.styled(f"✕ {display_text(said)}", "$error")
            )

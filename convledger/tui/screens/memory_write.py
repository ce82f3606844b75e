"""The dialog that shows what would become of memory files, and asks before it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Button, Static

from convledger.text.display import display_text
from convledger.tui.memory_file_words import question
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.diff_view import diff_rows
from convledger.tui.widgets.lines import Line, wrapped
from convledger.tui.widgets.path_line import shown_path
from convledger.tui.widgets.read_lines import ReadLines
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.memory.file_shelf import Outlook


class OutlookView(ReadLines):
    """Each file with what changes in it, then those that can't be written, and why."""

    HELP = (
        "Every line that goes (−) or comes in (+), file by file, with the lines around it. What "
        "is not shown stays as it is, byte by byte."
    )

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self._outlook = outlook

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return files and differences as lines."""
        return list(self._laid_out(cells))[:-1]

    def _laid_out(self, cells: int) -> Iterator[Line]:
        for change, diff in zip(self._outlook.changes, self._outlook.diffs, strict=True):
            yield from _wrapped(shown_path(str(change.path)), "bold $foreground", cells)
            yield from diff_rows(diff, cells)
            yield Line([])
        for held in self._outlook.held:
            yield from _wrapped(shown_path(str(held.path)), "bold $foreground", cells)
            yield from _wrapped(f"▲ left as it is: {display_text(held.reason)}", "$warning", cells)
            yield Line([])


def _wrapped(words: str, style: str, cells: int) -> Iterator[Line]:
    return (Line(parts) for parts in wrapped([(words, style)], cells))


class WriteFilesScreen(Dialog[bool]):
    """Answers True where the files are to be written as shown."""

    HELP = (
        "Nothing is written before you have said so here. A file is written only if it is what it "
        "was when it was looked at; if it changed since, it is left alone and named. `u` takes "
        "all of it back as long as the files stay as they are then."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "write", "Write")]
    DEFAULT_CSS = """
    WriteFilesScreen > #frame { max-width: 110; height: 80%; padding: 1 1; }
    WriteFilesScreen #question { width: 100%; height: auto; padding: 0 1; margin: 0 0 1 0; }
    WriteFilesScreen OutlookView { background: $surface; }
    WriteFilesScreen Choices { margin: 1 1 0 1; }
    WriteFilesScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    WriteFilesScreen.-tiny #question, WriteFilesScreen.-tiny Choices { margin: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "OutlookView"

    def __init__(self, title: str, verb: str, outlook: Outlook) -> None:
        super().__init__(title, f"^s {verb} · ↑ ↓ scroll · tab Next · esc Back")
        self._verb, self._outlook = verb, outlook

    def parts(self) -> list[Widget]:
        """Return what is asked, what changes, and the answers."""
        changes, gone = len(self._outlook.changes), len(self._outlook.archived)
        held = len(self._outlook.held)
        asked = Static(question(changes, gone), id="question")
        if not changes and not gone:
            asked = Static(f"{plural(held, 'file')} can't be written now.", id="question")
        answers = [("write", self._verb)] if changes or gone else []
        return [asked, OutlookView(self._outlook), Choices(*answers, ("leave", "Back"))]

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to write only where something can be."""
        nothing = not self._outlook.changes and not self._outlook.archived
        return not (nothing and action == "write") and super().check_action(action, parameters)

    def action_write(self) -> None:
        """Say that it is to be done."""
        self.dismiss(True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "write":
            self.action_write()
        else:
            self.action_leave()

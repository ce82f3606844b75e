"""What all dialogs share: a frame in the middle, a title, and escape to leave."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None]):
    """A frame over the screen; `parts` is what stands in it. Escape returns None.

    `HELP` says in a sentence or two what it is for.
    """

    HELP = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("f1", "app.help", "Help", show=False),  # a dialog cuts off what the app binds
    ]
    DEFAULT_CSS = """
    Dialog { align: center middle; padding: 0; background: $background 60%; }
    Dialog > #frame {
        width: 90%; max-width: 100; height: auto; max-height: 90%; padding: 1 2;
        border: round $primary; border-title-color: $foreground; border-title-style: bold;
        border-subtitle-color: $muted; background: $surface;
    }
    Dialog.-tall > #frame { height: 90%; }
    """

    def __init__(self, title: str, subtitle: str = "esc Back") -> None:
        super().__init__()
        self._frame_title = title
        self._frame_subtitle = subtitle

    @property
    def title_words(self) -> str:
        """The title of the frame."""
        return self._frame_title

    @property
    def subtitle_words(self) -> str:
        """What stood at the foot of the frame at first: its keys."""
        return self._frame_subtitle

    def parts(self) -> list[Widget]:
        """Return the widgets inside the frame."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Put the parts into the frame."""
        frame = Vertical(*self.parts(), id="frame")
        frame.border_title = Content(self._frame_title)
        frame.border_subtitle = Content(self._frame_subtitle)
        yield frame

    def renew(self) -> None:
        """Ask for the figures anew; called when the ledger has changed."""

    def action_leave(self) -> None:
        """Leave without a result."""
        self.dismiss(None)

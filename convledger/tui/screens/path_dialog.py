"""What dialogs share that take in a path: a line for it, what stands there, how it can go on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.paths import home
from convledger.tui.dropped_paths import typed_path
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.path_entry import HOME, PathEntry
from convledger.tui.widgets.path_rows import PathRows
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp


@dataclass(frozen=True, slots=True)
class PathSight:
    """What is at a path: in words, whether it can be read, and how the path can go on."""

    path: Path
    words: Content
    can_be_read: bool
    paths: tuple[str, ...] = ()


class PathDialog(Dialog[None]):
    """A line for a path; a subclass says what stands there and reads it. `TO_TYPE` says what."""

    TO_TYPE = ""
    EXAMPLE = ""
    DEFAULT_CSS = """
    PathDialog > #frame { height: 90%; max-height: 22; padding: 0 1; }
    PathDialog #line { height: 2; padding: 0 1; }
    PathDialog #sign { width: 2; color: $accent; text-style: bold; }
    PathDialog PathRows { background: $surface; }
    PathDialog #what { width: 100%; height: auto; padding: 0 1 1 1; }
    PathDialog.-low > #frame { height: 100%; }
    PathDialog.-low #what { padding: 0 1; }
    """
    CSS = """
    PathDialog #line Input, PathDialog #line Input:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $surface;
    }
    """

    def __init__(self, title: str, subtitle: str = "⏎ Read it · ↓ Go on with · esc Back") -> None:
        super().__init__(title, subtitle)
        self._sight: tuple[str, PathSight] | None = None  # of which text it is

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def more(self) -> list[Widget]:
        """Return what stands between the path and what it is."""
        return []

    def look_at(self, text: str) -> PathSight:
        """Tell what stands at a path; called in another thread."""
        raise NotImplementedError

    def read(self, path: Path) -> None:
        """Read a path, and leave."""
        raise NotImplementedError

    def read_all(self, sight: PathSight) -> None:
        """Read what was looked at: of several paths all, where a subclass can."""
        self.read(sight.path)

    def parts(self) -> list[Widget]:
        """Return the line, what the path is, and how it can go on."""
        typed = PathEntry(HOME, placeholder=self.EXAMPLE, select_on_focus=False, id="path")
        return [
            Horizontal(Static("›", id="sign", markup=False), typed, id="line"),
            *self.more(),
            Static(Content.styled(self.TO_TYPE, "$muted"), id="what"),
            PathRows(),
        ]

    @property
    def line(self) -> Input:
        """The line that the path is typed in."""
        return self.query_one("#path", Input)

    def on_mount(self) -> None:
        """Let a person type at once."""
        self.line.focus()
        self.look()

    @on(Input.Changed)
    def look(self) -> None:
        """Find out what stands at the path that is typed."""
        text = self.line.value
        self.books.ask(
            ("path", id(self)),
            lambda ledger: self._look_at(ledger, text),
            lambda sight: self._show(text, sight),
            slow=True,
        )

    def look_beside(self, ledger: Ledger, text: str) -> PathSight:
        """Tell what stands at a path beside what the ledger knows, where a subclass does."""
        del ledger
        return self.look_at(text)

    def _look_at(self, ledger: Ledger, text: str) -> PathSight:
        if not text.strip():
            return PathSight(Path(), Content.styled(self.TO_TYPE, "$muted"), can_be_read=False)
        return self.look_beside(ledger, text)

    def _show(self, text: str, sight: PathSight) -> None:
        if not self.is_attached:
            return
        self._sight = text, sight
        self.query_one("#what", Static).update(sight.words)
        self.query_one(PathRows).show(list(sight.paths))

    @on(Rows.Opened)
    def _go_on(self, event: Rows.Opened) -> None:
        path = self.query_one(PathRows).path_at(event.index)
        if path is not None:
            self._take_over(path)
            if not path.endswith("/"):
                self.line.focus()

    @on(PathRows.Left)
    def _go_back(self) -> None:
        """Show the folder above the one that is shown."""
        folder, _, _ = typed_path(self.line.value).rpartition("/")
        if folder == "~":
            folder = str(home())
        above = folder.rpartition("/")[0]
        if folder:
            self._take_over(f"{above}/")

    def _take_over(self, path: str) -> None:
        self.line.value = path
        self.line.cursor_position = len(path)

    @on(Input.Submitted)
    def _read(self) -> None:
        if self._sight is None or self._sight[0] != self.line.value:
            return  # it is being looked at: nothing is read before it says what it is
        sight = self._sight[1]
        if sight.can_be_read:
            self.read_all(sight)
        else:
            self.app.bell()

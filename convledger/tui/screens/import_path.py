"""Import: a path typed or pasted, and what it is before any of it is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.text.display import display_text
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.entry import Entry
from convledger.tui.widgets.path_line import shown_path
from convledger.tui.widgets.path_rows import PathRows
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ingest.choose import Glance
    from convledger.ledger import SyncResult
    from convledger.tui.app import ConvledgerApp

TO_TYPE = (
    "A log, a folder of logs, a home folder or a zip. It stays a source: what is added to it "
    "later is read too. It is only read, never written."
)


class ImportScreen(Dialog[None]):
    """A line for a path, what stands there, and how it can go on."""

    DEFAULT_CSS = """
    ImportScreen > #frame { height: 90%; max-height: 22; padding: 0 1; }
    ImportScreen #line { height: 2; padding: 0 1; }
    ImportScreen #sign { width: 2; color: $accent; text-style: bold; }
    ImportScreen PathRows { background: $surface; }
    ImportScreen #what { width: 100%; height: auto; padding: 0 1 1 1; }
    ImportScreen.-low > #frame { height: 100%; }
    ImportScreen.-low #what { padding: 0 1; }
    """
    CSS = """
    ImportScreen Input, ImportScreen Input:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $surface;
    }
    """

    def __init__(self) -> None:
        super().__init__("Import", "⏎ Read it · ↓ Go on with · esc Back")
        self._glance: tuple[str, Glance] | None = None  # of which text it is

    @property
    def _books(self) -> ConvledgerApp:
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the line, what the path is, and how it can go on."""
        typed = Entry("~/", placeholder="~/Downloads/logs.zip", select_on_focus=False)
        return [
            Horizontal(Static("›", id="sign", markup=False), typed, id="line"),
            Static(Content.styled(TO_TYPE, "$muted"), id="what"),
            PathRows(),
        ]

    def on_mount(self) -> None:
        """Let a person type at once."""
        self.query_one(Input).focus()
        self._look(self.query_one(Input).value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._look(event.value)

    def _look(self, text: str) -> None:
        self._books.ask(
            ("import", id(self)), lambda _: _look_at(text), lambda found: self._show(text, *found),
            slow=True,
        )  # fmt: skip

    def _show(self, text: str, glance: Glance, paths: list[str]) -> None:
        if not self.is_attached:
            return
        self._glance = text, glance
        self.query_one("#what", Static).update(_words(glance))
        self.query_one(PathRows).show(paths)

    @on(Rows.Opened)
    def _go_on(self, event: Rows.Opened) -> None:
        path = self.query_one(PathRows).path_at(event.index)
        if path is not None:
            typed = self.query_one(Input)
            typed.value = path
            typed.cursor_position = len(path)
            typed.focus()

    @on(Input.Submitted)
    def _read(self, event: Input.Submitted) -> None:
        if self._glance is None or self._glance[0] != event.value:
            return  # it is being looked at: nothing is read before it says what it is
        glance = self._glance[1]
        if glance.problem or (glance.whole and not glance.roots):
            self.app.bell()
            return
        books, path = self._books, glance.path
        books.say(f"Reading {shown_path(str(path))} …")
        books.feeder.import_paths([path], lambda came: books.tell(lambda: _came(books, path, came)))
        self.dismiss(None)


def _look_at(text: str) -> tuple[Glance, list[str]]:
    from convledger.ingest.choose import Glance, completions, glance

    if not text.strip():
        return Glance(Path(), problem=TO_TYPE), []
    return glance(Path(text.strip())), completions(text)


def _words(glance: Glance) -> Content:
    """Return what stands at a path: what would be read, or why nothing would."""
    if glance.problem == TO_TYPE:
        return Content.styled(TO_TYPE, "$muted")
    if glance.problem:
        return Content.assemble(("○ ", "$muted"), (display_text(glance.problem), "$muted"))
    at_least = "" if glance.whole else "more than "
    if glance.roots:
        logs = "1 log" if glance.logs == 1 else f"{at_least}{glance.logs:,} logs"
        readers = " and ".join(dict.fromkeys(reader for reader, _ in glance.roots))
        return Content.assemble(
            ("● ", "$success"), (readers, "bold"), (f" · {logs} · ", "$muted"),
            ("⏎ reads it", "bold $accent"),
        )  # fmt: skip
    if not glance.whole:
        words = "a large folder, no log of a known tool seen yet · ⏎ looks through all of it"
        return Content.assemble(("? ", "$warning"), (words, "$muted"))
    return Content.assemble(("○ ", "$muted"), ("a folder without a log of a known tool", "$muted"))


def _came(books: ConvledgerApp, path: Path, came: SyncResult | Exception) -> None:
    """Say what an import has brought."""
    where = shown_path(str(path))
    if isinstance(came, Exception):
        books.say(str(came), severity="error", seconds=12)
        return
    if books.feed.state == "nothing":
        books.feeder.begin()  # there is something to follow now
    books.say(f"{where}: {_brought(came)}", seconds=12)
    books.renew()


def _brought(came: SyncResult) -> str:
    if came.busy:
        return "another convledger is reading into these books, and reads this too."
    counts = [
        (came.conversations, "conversation"),
        (came.calls, "call"),
        (came.messages, "message"),
        (came.rejected, "rejected line"),
    ]
    words = [f"{count:,} {name if count == 1 else name + 's'}" for count, name in counts if count]
    stopped = " Stopped before the end; what was read is kept." if came.stopped else ""
    return f"{', '.join(words) or 'nothing new, all of it is in the ledger'}.{stopped}"

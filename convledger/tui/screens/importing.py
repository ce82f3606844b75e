"""An import under way: what was found, how far it is, and at last what came in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.errors import ConvledgerError
from convledger.ingest.looking import Look, look
from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.amounts import size
from convledger.tui.failures import failure_of
from convledger.tui.screens.importing_words import (
    aside_lines,
    brought,
    brought_lines,
    finding_lines,
    problem_line,
)
from convledger.tui.undo import Step
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.intake import time_left
from convledger.tui.widgets.path_line import shown_path
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.ingest.result import SyncResult
    from convledger.ledger import Ledger
    from convledger.memory.importing import ImportResult
    from convledger.store.operations import Operation
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.feeder import Feed

    Told = Sequence[tuple[str, ImportResult | str]]

LOOKING, ASKING, READING, DONE = "looking", "asking", "reading", "done"
_STAGES = {"figures": "Reading figures", "texts": "Reading texts", "tokens": "Counting tokens"}


class ImportingScreen(Dialog[None]):
    """Looks where nobody has before, reads, and reports; asks first what nobody has seen.

    Leaving it lets the import go on.
    """

    SCOPE = "import"
    HELP = (
        "What was found in each path, told by its content; then how far reading is, and what came "
        "in. Leaving does not stop it: x on Sources does. What came in stays a source, and "
        "importing it again brings only what is new."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("import")]
    AUTO_FOCUS: ClassVar[str] = "VerticalScroll"
    DEFAULT_CSS = """
    ImportingScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    ImportingScreen Static { width: 100%; height: auto; }
    ImportingScreen #found { text-wrap: nowrap; text-overflow: ellipsis; }
    ImportingScreen #aside { display: none; margin-top: 1; }
    ImportingScreen #state { margin-top: 1; }
    ImportingScreen.-low > #frame { padding: 0 1; }
    """

    def __init__(self, named: list[Path], seen: Look | None = None, *, asks: bool = False) -> None:
        super().__init__("Import", "esc Back")
        self._named = named
        self._asks = asks or seen is None
        self._stage = LOOKING
        self._seen = seen
        self._came: SyncResult | None = None
        self._memory: list[Path] = []

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return what was found, and below it how it goes."""
        return [
            VerticalScroll(Static(id="found"), Static("Looking …", id="state"), Static(id="aside"))
        ]

    def on_mount(self) -> None:
        """Look at everything, in another thread: a folder may be large."""
        if self._seen is not None:
            self._looked(self._seen)
            return
        named = list(self._named)
        name = ("look", id(self))
        self.books.ask(name, lambda _: look(named, whole=True), self._looked, slow=True)

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 24 or event.size.width < 60, "-low")

    # ---- what happens

    def _looked(self, seen: Look) -> None:
        if not self.is_attached:
            return
        self._seen = seen
        lines = finding_lines(seen.found)
        lines += [problem_line(path, reason) for path, reason in seen.problems]
        self.query_one("#found", Static).update(Content("\n").join(lines))
        self._look_for_what_is_left(seen)
        if not seen.good:
            self._stage = DONE
            self._say(Content.styled("Nothing was read.", "$muted"))
        elif self._asks:
            self._stage = ASKING
            words = f"Read {plural(seen.files, 'file')}, {size(seen.bytes)}?"
            self._say(Content.assemble((words, "bold $accent"), ("  ⏎ reads it", "$muted")))
        else:
            self._read()

    def _look_for_what_is_left(self, seen: Look) -> None:
        """Name what seems to be an export in the folders, and is not read."""
        from convledger.ingest.front_door import left_aside

        folders = [path for path in seen.good if path.is_dir()]
        if not folders:
            return

        def told(aside: list[tuple[str, str]]) -> None:
            if aside and self.is_attached:
                lines = Content("\n").join(aside_lines(aside))
                self.query_one("#aside", Static).update(lines)
                self.query_one("#aside").display = True

        self.books.ask(
            ("left aside", id(self)), lambda _: left_aside(folders, seen.found), told, slow=True
        )

    def _read(self) -> None:
        assert self._seen is not None
        self._stage = READING
        self._say(Content.styled("Reading …", "$muted"))
        books, named = self.books, list(self._seen.good)

        def done(came: SyncResult | Exception) -> None:
            books.tell(lambda: self._ended(books, came))

        if self._asks:
            books.feeder.import_found(list(self._seen.found), done)
        else:
            books.feeder.import_paths(named, done)

    def fed(self, feed: Feed) -> None:
        """Show how far it is."""
        progress = feed.progress
        if self._stage != READING or progress is None:
            return
        left = progress.seconds_left
        words = [
            f"{progress.files_done:,} of {progress.files:,} files",
            f"{size(progress.bytes_done)} of {size(progress.bytes)}",
            *([] if left is None else [time_left(left)]),
        ]
        stage = _STAGES.get(progress.stage, "Reading")
        self._say(Content.assemble((f"{stage}  ", "bold $accent"), (" · ".join(words), "$muted")))

    def _ended(self, books: ConvledgerApp, came: SyncResult | Exception) -> None:
        if books.feed.state == "nothing":
            books.feeder.begin()  # there is something to follow now
        if not self.is_attached:
            where = ", ".join(shown_path(str(path)) for path in self._named[:2])
            failed = isinstance(came, Exception)
            words = str(came) if isinstance(came, Exception) else f"{where}: {brought(came)}"
            books.say(words, severity="error" if failed else "information", seconds=12)
            books.renew()
            return
        self._stage = DONE
        if isinstance(came, Exception):
            self._say(Content.styled(display_text(str(came)), "$error"))
            return
        self._came = came
        self._report()
        self._look_for_memory()
        books.renew()

    def _report(self) -> None:
        came = self._came
        assert came is not None
        if came.busy:
            self._say(Content.styled(brought(came), "$foreground"))
            return
        lines = brought_lines(came)
        if came.stopped:
            lines.append(
                Content.styled("Stopped before the end; what was read is kept.", "$warning")
            )
        if self._memory:
            lines += [
                Content(),
                Content.assemble(
                    ("◈ ", "$accent"), ("The export may hold memory too. ", "$foreground"),
                    ("m", "bold $accent"),
                    (" takes it in: each piece is proposed, and waits for your word.", "$muted"),
                ),
            ]  # fmt: skip
        self._say(Content("\n").join(lines))

    def _look_for_memory(self) -> None:
        from convledger.memory.in_exports import EXPORTS, memory_in

        assert self._seen is not None
        sources = {each.source for each in self._seen.found} & EXPORTS
        if not sources:
            return
        named = list(self._seen.good)

        def told(found: list[Path]) -> None:
            self._memory = found
            if found and self.is_attached:
                self._report()

        self.books.ask(
            ("memory of exports", id(self)),
            lambda _: memory_in(named, has_notes="chatgpt" in sources),
            told,
            slow=True,
        )

    def _say(self, words: Content) -> None:
        self.query_one("#state", Static).update(words)
        keys = ["⏎ Read" if self._stage == ASKING else ""]
        if self._stage == DONE and self._came is not None:
            keys = ["r Rejected lines" if self._came.rejected else ""]
            keys.append("m Take in memory" if self._memory else "")
        words_ = " · ".join([*(key for key in keys if key), "esc Back"])
        self.query_one("#frame").border_subtitle = Content(words_)

    # ---- what a person does

    def action_read(self) -> None:
        """Read what was found; leave once that is done."""
        if self._stage == ASKING:
            self._read()
        elif self._stage == DONE:
            self.dismiss(None)

    def action_rejected(self) -> None:
        """Show the lines that were left out, on Sources."""
        if self._came is None or not self._came.rejected:
            self.app.bell()
            return
        from convledger.tui.screens.sources import SourcesScreen

        books = self.books
        self.dismiss(None)
        place = books.go("sources")
        if isinstance(place, SourcesScreen):
            place.call_after_refresh(place.show_rejected)

    def action_memory(self) -> None:
        """Take in the memory that lies beside the conversations."""
        if not self._memory:
            self.app.bell()
            return
        from convledger.tui.screens.memory_files_doors import bring_in, undo_all
        from convledger.tui.screens.memory_import import BroughtScreen

        books, paths, now = self.books, self._memory, self.books.now()
        self._memory = []
        self._report()

        def bring(ledger: Ledger) -> tuple[Told, list[Operation]] | Exception:
            try:
                return bring_in(ledger, paths, "", "", now)
            except (ConvledgerError, OSError) as error:
                return failure_of(error, books.workspace) or error

        def ended(answer: tuple[Told, list[Operation]] | Exception) -> None:
            if isinstance(answer, Exception):
                books.trouble(answer)
                return
            told, made = answer
            if made:
                words = f"import of {plural(len(told), 'file')}"
                ids = [one.id for one in made]
                books.undoing.push(Step(words, partial(undo_all, ids, books.now)))
            books.push_screen(BroughtScreen(told, whole=True))
            books.renew()

        books.ask(("memory of exports", id(self)), bring, ended, slow=True)

"""The dialog that writes conversations to files."""

from __future__ import annotations

import time
from collections.abc import Collection, Generator
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on, work
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static, Tabs
from textual.worker import get_current_worker

from convledger.clock import to_datetime
from convledger.errors import ConvledgerError
from convledger.ledger import Ledger
from convledger.reports.export import (
    JSONL,
    MARKDOWN,
    AlreadyThere,
    Destination,
    Page,
    already_there,
    write,
)
from convledger.text.display import display_text
from convledger.tui.labelling import in_steps, named_words
from convledger.tui.widgets.choices import Choices, OneOf
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.filter_line import LeadingInput

if TYPE_CHECKING:
    from convledger.reports.listing import ConversationLine
    from convledger.tui.app import ConvledgerApp

TELL_EVERY = 0.25  # seconds
ROOMY = 20  # lines of the screen from which the dialog has air in it
_AT_ONCE = 500


class ExportScreen(Dialog[bool]):
    """Writes conversations by their ids; `words` name them. Returns True when they are written."""

    DEFAULT_CSS = """
    ExportScreen > #frame { max-width: 76; }
    ExportScreen #typed { height: 1; margin: 1 0; }
    ExportScreen #typed Static { width: auto; color: $muted; }
    ExportScreen LeadingInput, ExportScreen LeadingInput:focus { background: $panel; }
    ExportScreen #state { height: auto; max-height: 4; margin: 0 0 1 0; }
    ExportScreen.-tiny > #frame { padding: 0 1; width: 100%; max-height: 100%; }
    ExportScreen.-tiny #typed, ExportScreen.-tiny #state { margin: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "LeadingInput"
    FOLDER: ClassVar[str] = "convledger-export/"
    NOUNS: ClassVar[tuple[str, str]] = ("conversation", "conversations")

    def __init__(self, ids: Collection[int], words: str = "") -> None:
        title = f"Export {named_words(len(ids), words, *self.NOUNS)}"
        super().__init__(title, "⏎ Write · tab Next · esc Back")
        self._ids = ids
        self._replaces = False
        self._is_writing = False

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the forms, the line for the path, what will be written, and the buttons."""
        return [
            OneOf((MARKDOWN, "Markdown"), (JSONL, "JSON Lines")),
            *self.below(),
        ]

    def below(self) -> list[Widget]:
        """Return what stands below the forms."""
        return [
            Horizontal(Static(Content("to  ")), LeadingInput(self.FOLDER), id="typed"),
            Static("", id="state"),
            Choices(("write", "Write"), ("leave", "Back")),
        ]

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < ROOMY, "-tiny")

    @property
    def form(self) -> str:
        """The format that is chosen."""
        return self.query(OneOf).first().chosen

    @property
    def output(self) -> str:
        """The path that is typed."""
        return self.query_one(Input).value.strip() or self.FOLDER

    def target(self) -> Destination:
        """Return where it will go as the dialog stands."""
        return Destination(self.output, self.form, len(self._ids), force=self._replaces)

    def looked_up(
        self, ledger: Ledger, target: Destination, page: Page
    ) -> tuple[list[Path], Generator[int, None, None]]:
        """Return which files are there already, and what writes; runs in a thread."""
        lines = [
            line
            for some in in_steps(self._ids, _AT_ONCE)
            for line in ledger.conversation_lines(some)
        ]
        there = [] if self._replaces else already_there(target, lines, page.zone)
        return there, write(ledger, [_name(line) for line in lines], target, page)

    @on(Tabs.TabActivated)
    @on(Input.Changed)
    def _show_target(self) -> None:
        """Say what will be written where, and no longer that something is to be replaced."""
        self._replaces = False
        self.query_one(Choices).call_it("write", "Write")
        target = self.target()
        place = target.place
        assert place is not None
        each = len(self._ids) if target.has_file_for_each else 1
        files = "1 file" if each == 1 else f"{each:,} files"
        where = "in" if target.has_file_for_each else "as"
        self._say(
            (files, "bold $foreground"),
            (f" {where} {display_text(str(place.absolute()))}", "$foreground"),
            ("\nreadable by you alone", "$muted"),
        )

    def _say(self, *parts: tuple[str, str]) -> None:
        self.query_one("#state", Static).update(Content.assemble(*parts))

    # ---- doing it

    @on(Input.Submitted)
    def _submit(self) -> None:
        self._begin()

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        if event.button.id == "leave":
            self.action_leave()
        else:
            self._begin()

    def action_leave(self) -> None:
        """Stop writing; where nothing is written, leave."""
        if self._is_writing:
            self.workers.cancel_node(self)
        else:
            self.dismiss(None)

    def _begin(self) -> None:
        if self._is_writing:
            return
        self._is_writing = True
        self._tell(0)
        zone = self.books.zone
        self._write(self.target(), Page(zone, zone_name(zone, self.books.now())))

    @work(thread=True, exclusive=True, group="export", exit_on_error=False)
    def _write(self, target: Destination, page: Page) -> None:
        """Write in a thread with a ledger of its own, however long it takes."""
        worker, tell = get_current_worker(), self.books.tell
        done, told = 0, time.monotonic()
        try:
            with Ledger.open(self.books.workspace) as ledger:
                there, writing = self.looked_up(ledger, target, page)
                if there:
                    tell(lambda: self._ask_about(there))
                    return
                for done in writing:
                    if worker.is_cancelled:
                        writing.close()
                        break
                    if time.monotonic() - told >= TELL_EVERY:
                        told, so_far = time.monotonic(), done
                        tell(lambda so_far=so_far: self._tell(so_far))  # type: ignore[misc]
                else:
                    tell(lambda: self._written(target))
                    return
            tell(lambda: self._stopped(target, done))
        except AlreadyThere as problem:  # it came between the look and the writing
            words = f"{problem}; nothing more was written"
            tell(lambda: self._failed(words))
        except ConvledgerError as problem:
            words = str(problem)
            tell(lambda: self._failed(words))
        except (OSError, ValueError) as error:  # a path with a zero byte is a ValueError
            words = f"{target.place}: can't be written: {getattr(error, 'strerror', error)}"
            tell(lambda: self._failed(words))

    def _tell(self, done: int) -> None:
        if self.is_attached and self._is_writing:
            words = f"{done:,} of {len(self._ids):,} written"
            self._say((words, "bold $foreground"), (" · esc stops", "$muted"))

    def _ask_about(self, there: list[Path]) -> None:
        """Say which files would be replaced; the next time the button does it."""
        self._is_writing = False
        if not self.is_attached:
            return
        self._replaces = True
        first = display_text(str(there[0]))
        words = first if len(there) == 1 else f"{len(there):,} files, such as {first},"
        is_are = "is" if len(there) == 1 else "are"
        self._say(
            ("▲ ", "$warning"),
            (f"{words} {is_are} there already.", "$foreground"),
            ("\nNothing is written yet.", "$muted"),
        )
        words = "Replace it" if len(there) == 1 else f"Replace {len(there):,} files"
        self.query_one(Choices).call_it("write", words)
        self.query_one("#leave").focus()  # so that a second enter replaces nothing

    def _written(self, target: Destination) -> None:
        self._is_writing = False
        count = len(self._ids)
        self.books.say(f"{count:,} {self.NOUNS[count != 1]} in {target.place}")
        if self.is_attached:
            self.dismiss(True)

    def _stopped(self, target: Destination, done: int) -> None:
        kept = f"{done:,} stay" if target.has_file_for_each else "nothing stays"
        self._failed(f"Stopped: {kept} in {target.place}")

    def _failed(self, words: str) -> None:
        self._is_writing = False
        if self.is_attached:
            self._say(("▲ ", "$error"), (display_text(words), "$foreground"))
        else:
            self.books.say(words, severity="error")


def _name(line: ConversationLine) -> str:
    return f"{line.source}:{line.native}"


def zone_name(zone: tzinfo, now: int) -> str:
    """Return what a zone is called: by its place, or as it is called at `now`."""
    return getattr(zone, "key", None) or zone.tzname(to_datetime(now).astimezone(zone)) or "UTC"

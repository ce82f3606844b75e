"""The dialog that lists what was changed in memory, so that any of it can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import BindingType
from textual.widget import Widget

from convledger.errors import ConvledgerError
from convledger.text.display import clip, display_text
from convledger.text.secrets import veiled
from convledger.tui.actions import bindings
from convledger.tui.amounts import ago
from convledger.tui.memory_changes import past_of, told
from convledger.tui.memory_words import moment_text
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.ledger import Ledger
    from convledger.store.operations import Operation
    from convledger.tui.app import ConvledgerApp

MOST = 500  # changes that are listed


class OperationRows(Rows):
    """Changes, the latest first, two lines each."""

    DEFAULT_CSS = "OperationRows { background: $surface; }"
    HELP = (
        "What was changed, by whom and when. ↶ was taken back already. Enter takes a change back, "
        "unless a later one touched the same: that has to go first."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def __init__(self, now: int, zone: tzinfo) -> None:
        super().__init__()
        self._now, self._zone = now, zone
        self.operations: list[Operation] | None = None

    def show(self, operations: list[Operation]) -> None:
        """Show other changes."""
        self.operations = operations
        self.renew()

    def count(self) -> int:
        """Return how many changes there are."""
        return len(self.operations or ())

    def empty_lines(self) -> list[str]:
        """Return what it means that there is none."""
        return ["Looking…"] if self.operations is None else ["Nothing was changed yet."]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return what was done to what, then when and by whom."""
        del cells
        one = (self.operations or [])[index]
        is_undone = one.undone_at is not None
        mark: Part = ("↶ ", "$muted") if is_undone else ("  ", "")
        ink = "$muted" if is_undone else "$foreground"
        verb = past_of(one)
        about = display_text(veiled(one.about))
        when = f"  {moment_text(one.at, self._zone)} · by {display_text(one.actor)}"
        rows = f"{one.rows:,} {'row' if one.rows == 1 else 'rows'}"
        state = " · taken back" if is_undone else ""
        return [
            RowLine(
                [mark, (verb, f"bold {ink}"), (f"  {about}", ink)],
                [(ago(self._now - one.at), "$muted")],
            ),
            RowLine([(f"{when}{state}", "$muted")], [(rows, "$muted")]),
        ]


class HistoryScreen(Dialog[None]):
    """Lists changes; enter takes one back, and the list shows that."""

    HELP = (
        "Each change to memory is kept for half a year with what was there before. Taking one "
        "back is a change as well, and can be taken back in its turn."
    )
    DEFAULT_CSS = """
    HistoryScreen > #frame { max-width: 92; height: 80%; padding: 1 1; }
    HistoryScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "OperationRows"

    def __init__(self) -> None:
        super().__init__("What was changed", "⏎ Take back · esc Back")

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the list."""
        return [OperationRows(self.books.now(), self.books.zone)]

    def on_mount(self) -> None:
        """Ask for the changes."""
        self._ask()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")

    def _ask(self) -> None:
        self.books.ask(
            ("history", id(self)), lambda ledger: ledger.memory.history(MOST), self._took
        )

    def _took(self, operations: list[Operation]) -> None:
        if self.is_attached:
            self.query_one(OperationRows).show(operations)

    @on(Rows.Opened)
    def _take_back(self, event: Rows.Opened) -> None:
        event.stop()
        one, now = (self.query_one(OperationRows).operations or [])[event.index], self.books.now()

        def back(ledger: Ledger) -> str | ConvledgerError:
            try:
                return told(ledger.memory.undo(now, one.id), now)
            except ConvledgerError as error:
                return error

        self.books.ask(("take back", id(self), one.id), back, self._taken_back)

    def _taken_back(self, words: str | ConvledgerError) -> None:
        if isinstance(words, ConvledgerError):
            self.books.say(clip(str(words), 300), severity="error")
            return
        self.books.say(f"Undone: {words}")
        self.books.renew()
        if self.is_attached:
            self._ask()

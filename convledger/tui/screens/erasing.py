"""What an erasure goes through, step by step, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from convledger import paths
from convledger.memory import erase_words
from convledger.memory.erase_course import BACKUPS, DELETING, INDEX, LOG, SEARCH, VACUUM
from convledger.memory.erase_words import Said
from convledger.text.display import display_text
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.erase_lines import EraseLines, Told, told

if TYPE_CHECKING:
    from convledger.errors import ConvledgerError
    from convledger.memory.erase import Outcome, Wanted
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.eraser import Work

HINTS = erase_words.Hints(
    "", "", "r tries again now; the next import does so by itself.", names=False
)
STEPS = {
    DELETING: "Deleting the rows, and what keeps an import from bringing them back",
    INDEX: "Writing the search index anew",
    LOG: "Emptying the log beside the ledger",
    SEARCH: "Searching all bytes for what is left",
    VACUUM: "Writing the ledger anew without its free pages",
    BACKUPS: "Looking through backups and packs",
}


class ErasingScreen(Dialog["Wanted"]):
    """Follows an erasure to its end; here the ones that were cut short."""

    HELP = (
        "The rows go first, in one piece; then old bytes are driven out of the index and the log, "
        "and all files are searched for pieces of what went. Stopped before the rows are deleted, "
        "nothing has changed; stopped later, it waits to be finished."
    )
    STEPS: ClassVar[Mapping[str, str]] = STEPS
    NOTHING: ClassVar[str] = "Nothing is pending: it is finished already."
    UNCHANGED: ClassVar[str] = "nothing was erased"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "again", "Try again")]
    DEFAULT_CSS = """
    ErasingScreen > #frame { max-width: 92; }
    ErasingScreen EraseLines { max-height: 22; }
    ErasingScreen #after { height: auto; margin: 1 0 0 0; display: none; }
    ErasingScreen.-ended #after { display: block; }
    ErasingScreen.-ended.-left > #frame { border: round $error; }
    ErasingScreen.-low > #frame { width: 100%; max-height: 100%; padding: 0 1; }
    ErasingScreen.-low EraseLines { max-height: 19; }
    """

    def __init__(self, title: str = "Finish erasing", subtitle: str = "") -> None:
        super().__init__(title, subtitle)
        self._steps: list[str] = []
        self._read = 0
        self._is_running = self._is_stopping = False
        self._left: bool | None = None  # whether something is left to do; None before the end
        self.has_gone = False

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return what is told, and what can be done when it has ended."""
        return [
            EraseLines(),
            Vertical(Choices(("again", "Try again"), ("leave", "Close")), id="after"),
        ]

    def on_mount(self) -> None:
        """Begin, each kind in its own way: handlers of all classes are called."""
        self.start()

    def start(self) -> None:
        """Begin at once."""
        self.begin()

    def work(self) -> Work:
        """Return what is to be done."""
        return self.books.eraser.resume()

    def wanted(self) -> Wanted | None:
        """Return what was to go; None where that is not known here."""
        return None

    # ---- on its way

    def begin(self) -> None:
        """Erase, or go on with it."""
        eraser = self.books.eraser
        work = eraser.resume() if self.has_gone else self.work()
        self._steps, self._read = [], 0
        self._is_running, self._is_stopping, self._left = True, False, None
        self.remove_class("-ended", "-left", "-asking")
        self._keys("esc Stop")
        self.query_one(EraseLines).focus()
        self._show_steps()
        if not eraser.begin(work, self._going, self._ended):
            self._tell_end([Said(erase_words.BAD, "Another erasure is under way.")], left=True)

    def _going(self, step: str, size: int) -> None:
        if not self.is_attached or not self._is_running:
            return
        if step in self._steps[:-1]:
            self._steps = []  # the next one that was cut short
        if step not in self._steps:
            self._steps.append(step)
        self._read = size
        self._show_steps()

    def _show_steps(self) -> None:
        order = [step for step in self.STEPS if step != VACUUM or step in self._steps]
        if self._steps and self._steps[0] != DELETING:
            order.remove(DELETING)
        lines: list[Told] = []
        for step in order:
            words = self.STEPS[step]
            if step not in self._steps:
                lines.append((("○", "$muted"), (words, "$muted")))
            elif step != self._steps[-1]:
                lines.append((("✓", "$success"), (words, "$foreground")))
            else:
                size = f" · {self._read // 1_000_000:,} MB" if self._read >= 1_000_000 else " …"
                lines.append((("●", "$accent"), (f"{words}{size}", "bold $foreground")))
        if self._is_stopping:
            lines += [(("", ""), ("", "")), (("", ""), ("Stopping …", "$warning"))]
        self.query_one(EraseLines).show(lines)

    def action_leave(self) -> None:
        """Stop it while it goes on, leave when it has ended."""
        if self._is_running:
            if not self._is_stopping:
                self._is_stopping = True
                self.books.eraser.stop()
                self._show_steps()
        else:
            self.dismiss(self.wanted() if self.has_gone else None)

    # ---- the end

    def _ended(self, outcomes: list[Outcome], problem: ConvledgerError | None) -> None:
        wanted = self.wanted()
        if outcomes:
            self.has_gone = True
            self.books.eraser.forget(wanted.entries if wanted is not None else ())
        if not self.is_attached:
            return
        lines: list[Said] = []
        path = self.books.workspace / paths.LEDGER
        for each in outcomes:
            lines += erase_words.outcome_lines(each, path, HINTS)
        left = any(not each.is_done for each in outcomes)
        if problem is not None:
            left = True
            lines.append(Said(erase_words.BAD, f"{display_text(str(problem))}."))
            rest = "what is left is left to be finished" if self.has_gone else self.UNCHANGED
            lines.append(Said(erase_words.NEXT, f"As it stands {rest}; r tries again."))
        elif not outcomes:
            lines.append(Said(erase_words.CLEAN, self.NOTHING))
        self._tell_end(lines, left=left)

    def _tell_end(self, lines: list[Said], *, left: bool) -> None:
        self._is_running, self._left = False, left
        self.add_class("-ended")
        self.set_class(left, "-left")
        self.query_one("#again", Button).display = left
        self._keys("r Try again · esc Close" if left else "esc Close")
        self.query_one(EraseLines).show(told(lines))
        self.query_one("#again" if left else "#after #leave").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to try again only where something is left."""
        return bool(self._left) if action == "again" else super().check_action(action, parameters)

    def action_again(self) -> None:
        """Try again, or go on with what was left."""
        if self._left:
            self.begin()

    @on(Button.Pressed, "#after Button")
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "again":
            self.action_again()
        else:
            self.action_leave()

    # ---- how it is told

    def _keys(self, words: str) -> None:
        self.query_one("#frame").border_subtitle = Content(words)

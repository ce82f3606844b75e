"""The dialog that shows what a redaction will change, asks once, and tells what it came to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static, Tabs

from convledger import paths
from convledger.errors import ConvledgerError
from convledger.memory import erase_words
from convledger.memory.erase import DELETE, KEEP, REWRITE
from convledger.memory.erase_findings import Redaction
from convledger.memory.erase_words import Hints, Said, outcome_lines
from convledger.memory.redaction_words import redaction_lines
from convledger.text.display import display_text
from convledger.tui.widgets.choices import Choices, OneOf
from convledger.tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.erase import Outcome
    from convledger.memory.erase_findings import RedactionOutlook
    from convledger.tui.app import ConvledgerApp

_NAMED = 6  # findings
_BACKUPS = ((KEEP, "Keep backups"), (REWRITE, "Rewrite them"), (DELETE, "Delete them"))
_HINTS = Hints("", "", "The next import finishes it, or `convledger erase --resume`.")
_ONCE = (
    "This can't be undone, and is no step of undo. The logs themselves are never written to: "
    "change a key that was found."
)
_SIGNS = {
    erase_words.GOES: ("− ", "bold $foreground"),
    erase_words.STAYS: ("△ ", "$warning"),
    erase_words.CLEAN: ("✓ ", "$success"),
    erase_words.BAD: ("▲ ", "$error"),
    erase_words.NEXT: ("→ ", "$accent"),
    erase_words.PROMISE: ("  ", "$muted"),
}


class RedactScreen(Dialog[bool]):
    """Answers whether something was taken out."""

    HELP = (
        "A mark such as [redacted: GitHub token] takes the place of what was found, also in older "
        "versions, quotes, copies and titles. Then the index is written anew, the log beside the "
        "ledger emptied, and all bytes are searched for pieces of it, as after erasing."
    )
    AUTO_FOCUS: ClassVar[str] = "#leave"
    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    RedactScreen > #frame { max-width: 84; }
    RedactScreen VerticalScroll { height: auto; max-height: 1fr; scrollbar-size-vertical: 1; }
    RedactScreen Static { width: 100%; height: auto; }
    RedactScreen OneOf { margin: 1 0 0 0; display: none; }
    RedactScreen.-backups OneOf { display: block; }
    RedactScreen Choices { margin: 1 0 0 0; }
    RedactScreen.-low > #frame { padding: 0 1; max-height: 100%; }
    RedactScreen.-low OneOf, RedactScreen.-low Choices { margin: 0; }
    """

    def __init__(self, found: RedactionOutlook) -> None:
        super().__init__("Redact", "esc Back")
        self._found = found
        self._is_running = False
        self._has_gone = False

    @property
    def _books(self) -> ConvledgerApp:
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return what will change, what becomes of backups, and the two answers."""
        return [
            VerticalScroll(Static(id="told"), can_focus=False),
            OneOf(*_BACKUPS),
            Choices(("redact", "Redact for good"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Say what will change."""
        self.set_class(bool(self._found.backups), "-backups")
        self._outlook()

    @on(Tabs.TabActivated)
    def _outlook(self) -> None:
        if self._is_running or self._has_gone:
            return
        how = self.query_one(OneOf).chosen
        lines = [*redaction_lines(self._found, how, most=_NAMED), Said(erase_words.BAD, _ONCE)]
        self._say(lines)

    def _say(self, lines: Iterable[Said]) -> None:
        shown = []
        for kind, words in lines:
            sign, ink = _SIGNS[kind]
            if kind == erase_words.PROMISE:
                shown += [Content(""), Content.styled(words, ink)]
            else:
                shown.append(Content.assemble((sign, ink), (words, "$foreground")))
        self.query_one("#told", Static).update(Content("\n").join(shown))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "redact":
            self._redact()
        else:
            self.action_leave()

    def _redact(self) -> None:
        books = self._books
        now = books.now()
        wanted = Redaction(
            findings=tuple(each.id for each in self._found.findings),
            backups=self.query_one(OneOf).chosen if self._found.backups else KEEP,
        )
        self._is_running = True
        self.remove_class("-backups")
        self.query_one("#redact", Button).disabled = True
        self.query_one("#leave", Button).disabled = True
        self.query_one("#frame").border_subtitle = Content("")
        working = "Taking it out, then searching all bytes for what is left …"
        self._say([Said(erase_words.NEXT, working)])

        def work(ledger: Ledger) -> Outcome | ConvledgerError | None:
            try:
                return ledger.findings.redact(wanted, now=now)
            except ConvledgerError as error:
                return error

        books.ask(("redact", id(self)), work, self._ended, slow=True)

    def _ended(self, outcome: Outcome | ConvledgerError | None) -> None:
        self._is_running = False
        lines: list[Said] = []
        if isinstance(outcome, ConvledgerError):
            words = f"{display_text(str(outcome))}. Nothing was changed."
            lines.append(Said(erase_words.BAD, words))
        elif outcome is None:
            lines.append(Said(erase_words.CLEAN, "There was nothing to take out any more."))
        else:
            self._has_gone = True
            lines += outcome_lines(outcome, self._books.workspace / paths.LEDGER, _HINTS)
        self._books.renew()
        if not self.is_attached:
            for line in lines[:2]:
                self._books.say(line.words)
            return
        self._say(lines)
        self.query_one("#redact", Button).display = False
        leave = self.query_one("#leave", Button)
        leave.disabled = False
        self.query_one(Choices).call_it("leave", "Close")
        leave.focus()
        self.query_one("#frame").border_subtitle = Content("esc Close")

    def action_leave(self) -> None:
        """Leave, unless it is on its way: that ends by itself."""
        if not self._is_running:
            self.dismiss(self._has_gone)

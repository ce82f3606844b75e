"""The dialog that shows what a redaction will change, asks once, and follows it to its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Button, Tabs

from convledger.memory.erase import DELETE, KEEP, REWRITE
from convledger.memory.erase_course import DELETING
from convledger.memory.erase_findings import Redaction
from convledger.memory.erase_words import BAD, Said
from convledger.memory.redaction_words import redaction_lines
from convledger.tui.screens.erasing import STEPS, ErasingScreen
from convledger.tui.widgets.choices import Choices, OneOf
from convledger.tui.widgets.erase_lines import EraseLines, told

if TYPE_CHECKING:
    from convledger.memory.erase_findings import RedactionOutlook
    from convledger.tui.eraser import Work

_NAMED = 6  # findings
_BACKUPS = ((KEEP, "Keep backups"), (REWRITE, "Rewrite them"), (DELETE, "Delete them"))
_ONCE = (
    "This can't be undone, and is no step of undo. The logs themselves are never written to: "
    "change a key that was found."
)


class RedactScreen(ErasingScreen):
    """Takes out what was found, when a person has seen what that changes."""

    HELP = (
        "A mark such as [redacted: GitHub token] takes the place of what was found, also in older "
        "versions, quotes, copies and titles. Then the index is written anew, the log beside the "
        "ledger emptied, and all bytes are searched for pieces of it, as after erasing."
    )
    STEPS: ClassVar[Mapping[str, str]] = {
        **STEPS, DELETING: "Putting marks in their place, in every version and copy",
    }  # fmt: skip
    NOTHING = "There was nothing to take out any more."
    UNCHANGED = "nothing was taken out"
    AUTO_FOCUS: ClassVar[str] = "#back"
    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    RedactScreen #asking { height: auto; display: none; }
    RedactScreen.-asking #asking { display: block; }
    RedactScreen OneOf { margin: 1 0 0 0; display: none; }
    RedactScreen.-backups OneOf { display: block; }
    RedactScreen Choices { margin: 1 0 0 0; }
    RedactScreen.-low OneOf, RedactScreen.-low Choices { margin: 0; }
    RedactScreen.-low.-asking EraseLines { max-height: 15; }
    """

    def __init__(self, found: RedactionOutlook) -> None:
        super().__init__("Redact", "esc Back")
        self._found = found
        self.add_class("-asking")
        self.set_class(bool(found.backups), "-backups")

    def parts(self) -> list[Widget]:
        """Return what will change, what becomes of backups, and the two answers."""
        first, *rest = super().parts()
        answers = Choices(("redact", "Redact for good"), ("back", "Back"))
        return [first, Vertical(OneOf(*_BACKUPS), answers, id="asking"), *rest]

    def start(self) -> None:
        """Say what will change."""
        self._outlook()

    @on(Tabs.TabActivated)
    def _outlook(self) -> None:
        if self.has_class("-asking"):
            how = self.query_one(OneOf).chosen
            lines = [*redaction_lines(self._found, how, most=_NAMED), Said(BAD, _ONCE)]
            self.query_one(EraseLines).show(told(lines))

    @on(Button.Pressed, "#asking Button")
    def _answered(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "redact":
            self.begin()
        else:
            self.action_leave()

    def work(self) -> Work:
        """Return what takes it out."""
        return self.books.eraser.redact(
            Redaction(
                findings=tuple(each.id for each in self._found.findings),
                backups=self.query_one(OneOf).chosen if self._found.backups else KEEP,
            )
        )

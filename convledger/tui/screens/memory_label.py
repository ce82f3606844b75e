"""The dialog that says what entries are: kind, scope, tags, value, sensitivity, dates."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.errors import UsageProblem
from convledger.memory.words import KINDS, SENSITIVITIES
from convledger.text.display import clip, display_text
from convledger.text.secrets import veiled
from convledger.tui.memory_changes import changed, named
from convledger.tui.memory_labels import FIELDS, facts_typed, shown_of
from convledger.tui.screens.plan_fields import FieldsDialog, NotYet
from convledger.tui.widgets.choices import Choices

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.store.entries import Entry
    from convledger.tui.undo import Step

_HINTS = {
    "kind": ", ".join(KINDS),
    "scope": "global, project:NAME or client:NAME",
    "tags": "words; +word adds to what each has, -word takes away",
    "sensitivity": ", ".join(SENSITIVITIES),
    "value": "1 (could go) to 5 (must stay)",
    "pinned": "yes or no",
    "said": "the day it was said, as 2026-03-03",
    "from": "the first day it holds; empty: always did",
    "until": "the last day it holds; empty: no end",
}


class LabelEntriesScreen(FieldsDialog):
    """Changes facts of one entry or of many at once."""

    HELP = (
        "Only lines that you change do anything. An emptied line clears what was in it. Of several "
        "entries a line shows what all of them have; empty ones stay as they are, and a single - "
        "clears. `+word` and `-word` add and take away tags and leave the others."
    )
    AUTO_FOCUS: ClassVar[str] = "LeadingInput"
    SLOW = False

    def __init__(self, entries: list[Entry], zone: tzinfo) -> None:
        what = (
            clip(display_text(veiled(entries[0].title)), 50)
            if len(entries) == 1
            else f"{len(entries):,} entries"
        )
        super().__init__(f"Label {what}", "⏎ Save · tab Next · esc Back")
        self._entries = entries
        self._zone = zone
        self._shown = shown_of(entries, zone)

    def parts(self) -> list[Widget]:
        """Return the lines, what they will do, and the buttons."""
        lines = [self.field(name, name, self._shown[name], _HINTS[name]) for name in FIELDS]
        return [
            Vertical(*lines, id="fields"),
            Static("", id="effect"),
            Choices(("do", "Save"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Say what to do."""
        self.show_effect()

    def _facts(self) -> dict[str, Any]:
        typed = {name: self.typed(name) for name in FIELDS}
        return facts_typed(typed, self._shown, self._zone, self.books.now())

    def effect(self) -> Content:
        """Return which facts will be others."""
        facts = self._facts()
        if not facts:
            raise NotYet("Change a line; what you leave stays as it is.")
        names = [name for name in FIELDS if self.typed(name) != self._shown[name].strip()]
        words = " · ".join(f"{name} {display_text(self.typed(name)) or 'none'}" for name in names)
        many = "" if len(self._entries) == 1 else f"{len(self._entries):,} entries: "
        return Content.assemble((many, "bold $foreground"), (words, "$foreground"))

    def go_on(self) -> None:
        """Change the facts, unless something is wrong."""
        try:
            facts = self._facts()
        except UsageProblem:
            self.show_effect()
            return
        if not facts:
            self.action_leave()
            return
        ids, now = [each.id for each in self._entries], self.books.now
        words = f"{named(self._entries)} labelled"

        def work(ledger: Ledger) -> Step:
            step = changed(ledger, now, words, lambda memory, at: memory.label(ids, at, **facts))
            if step is None:
                raise UsageProblem("nothing changed: it was so already")
            return step

        self.do(work)

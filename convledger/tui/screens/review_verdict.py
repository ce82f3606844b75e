"""The dialog for a verdict: which, why, a note, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static, Tabs

from convledger.text.display import clip, display_text
from convledger.tui.cost_words import title_text
from convledger.tui.review_changes import adjudicate, give_verdict
from convledger.tui.review_typed import (
    field_of_note,
    hint_of_note,
    minutes_typed,
    typed_reasons,
    typed_seconds,
)
from convledger.tui.review_words import verdict_ink
from convledger.tui.screens.plan_fields import FieldsDialog
from convledger.tui.widgets.choices import Choices, OneOf
from convledger.workflow.entered_text import LONGEST_NOTE
from convledger.workflow.judging import Opinion
from convledger.workflow.review_words import VERDICTS

if TYPE_CHECKING:
    from convledger.workflow.review_words import Item

_LONGEST_TITLE = 50


class VerdictScreen(FieldsDialog):
    """Keeps a verdict, or what is decided where reviewers differ. Returns True when it is kept."""

    HELP = (
        "A verdict with its reasons, a note and the minutes it took. Reasons are typed by as many "
        "letters as tell them apart, like inc; `convledger review reasons` changes the list. Your "
        "latest verdict counts, the earlier ones are kept."
    )
    AUTO_FOCUS = "#reasons"
    DEFAULT_CSS = "VerdictScreen OneOf { margin: 1 0 0 0; } VerdictScreen #fields { margin: 0; }"

    def __init__(
        self,
        item: Item,
        verdict: str,
        codes: Sequence[str],
        name: str,
        *,
        seconds: int | None,
        decides: bool,
    ) -> None:
        asked = "Decide item" if decides else "Item"
        title = clip(title_text(item.stored.title, item.stored.conversation), _LONGEST_TITLE)
        super().__init__(f"{asked} {item.stored.id} · {title}", "⏎ Keep · tab Next · esc Back")
        self._item, self._verdict, self._codes = item, verdict, codes
        self._seconds, self._decides = seconds, decides
        self._before = item.adjudication if decides else item.latest.get(name)

    def parts(self) -> list[Widget]:
        """Return the verdicts, the lines, what will be kept, and the two answers."""
        before = self._before
        kept = before.note if before is not None else ""
        note, is_hidden = field_of_note(kept)
        reasons = ", ".join(before.reasons) if before is not None else ""
        seconds = before.seconds if before is not None else self._seconds
        hint = hint_of_note(kept) if is_hidden else "what you want others to know"
        lines = [
            self.field("reasons", "reasons", reasons, "none; or like inc, tone"),
            self.field("note", "note", note, hint),
            self.field("minutes", "minutes", minutes_typed(seconds), "not told; or 4, 90s, 1h20m"),
        ]
        return [
            OneOf(*((each, each) for each in VERDICTS)),
            Vertical(*lines, id="fields"),
            Static("", id="effect"),
            Choices(("do", "Keep"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Let a person type at once."""
        self.query_one(OneOf).active = self._verdict
        self.query_one("#note", Input).max_length = LONGEST_NOTE
        self.query_one("#reasons", Input).focus()
        self.show_effect()

    @on(Tabs.TabActivated)
    def _other_verdict(self) -> None:
        self.show_effect()

    def _typed(self) -> Opinion:
        """Return what is said; raises UsageProblem for a mistake."""
        note, before = self.typed("note"), self._before
        if not note and before is not None and field_of_note(before.note)[1]:
            note = before.note
        return Opinion(
            self.query_one(OneOf).chosen,
            typed_reasons(self.typed("reasons"), self._reasons),
            note,
            typed_seconds(self.typed("minutes"), "minutes"),
        )

    @property
    def _reasons(self) -> list[str]:
        return list(self._codes)

    def effect(self) -> Content:
        """Return what will be kept, and which reasons there are."""
        opinion = self._typed()
        whose = "decided" if self._decides else "your verdict"
        said = " ".join(opinion.reasons)
        return Content.assemble(
            (opinion.verdict, f"bold {verdict_ink(opinion.verdict)}"),
            (f" · {display_text(said)}" if said else "", "$foreground"),
            (f" · {whose}\nreasons: {', '.join(self._codes)}", "$muted"),
        )

    def go_on(self) -> None:
        """Keep it."""
        self.show_effect()
        if self.query_one("#do").disabled:
            return
        item, opinion, now, keep = self._item, self._typed(), self.books.now, give_verdict
        if self._decides:
            keep = adjudicate
        self.do(lambda ledger: keep(ledger, item, opinion, now))

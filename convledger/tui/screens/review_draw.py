"""The dialog that draws a sample: how many, of which, by what seed, for whom; shown beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from secrets import token_hex
from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static, Tabs

from convledger.errors import ConvledgerError
from convledger.reports.reviews.drawing import ONLY_ESCALATED, OUTLIERS, STRATA
from convledger.text.display import display_text
from convledger.tui.review_changes import keep_sample
from convledger.tui.review_typed import typed_sample
from convledger.tui.screens.plan_fields import FieldsDialog, NotYet
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.choices import Choices, OneOf

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.reviews.drawing import Sample, SampleQuery

_RANDOM = "random"
_LINES = (
    ("title", "title", "what it is called; nothing: its seed"),
    ("size", "how many", "20; or 5%"),
    ("by", "some of each", "nothing; or client, model, cost, handoff …"),
    ("owners", "reviewers", "names with commas between; they take turns"),
    ("overlap", "for all", "0; so many go to every reviewer, who can't see the others'"),
    ("due", "last day", "none; or +7d, 2026-12-01"),
    ("since", "from", "ever; conversations that opened on or after a day"),
    ("until", "up to", "now; that day is included"),
    ("scope", "only for", "all; or client=acme; model=opus"),
    ("seed", "seed", "a word; the same draws the same from the same conversations"),
)
_SHOWN = 4  # strata that are told
_LOWEST = 26  # lines of the screen from which all fields are in sight


class DrawScreen(FieldsDialog):
    """Draws a sample, and keeps it for its owners to review. Returns True when it is kept."""

    HELP = (
        "A sample is drawn by a seed: the same one from the same conversations on every machine. "
        "Some of each stratum are drawn in proportion, and one at least where there is room: by "
        f"{', '.join(STRATA)}. Outliers cost ten times the median or more; escalated ones are "
        "those that people came into. Reviewers take turns; what goes to all shows how far they "
        "agree."
    )
    AUTO_FOCUS = "#title"
    DEFAULT_CSS = """
    DrawScreen > #frame { max-width: 84; }
    DrawScreen OneOf { margin: 0; }
    DrawScreen #fields { height: auto; max-height: 12; margin: 0; scrollbar-size-vertical: 1; }
    DrawScreen .field Label { width: 14; }
    DrawScreen #effect { min-height: 3; max-height: 4; }
    DrawScreen.-short > #frame { height: 100%; max-height: 100%; padding: 0 1; }
    DrawScreen.-short #fields { height: 1fr; max-height: 100%; }
    DrawScreen.-short #effect { margin: 0; }
    """

    def __init__(self, you: str) -> None:
        super().__init__("Draw a sample", "⏎ Keep · tab Next · esc Back")
        self._you = you
        self._seed = token_hex(4)
        self._shown: SampleQuery | None = None  # whose sample is told of

    def parts(self) -> list[Widget]:
        """Return the kinds, the lines, what would be drawn, and the two answers."""
        known = {"size": "20", "owners": self._you, "overlap": "0", "seed": self._seed}
        lines = [self.field(key, name, known.get(key, ""), hint) for key, name, hint in _LINES]
        return [
            OneOf((_RANDOM, "random"), (OUTLIERS, "outliers"), (ONLY_ESCALATED, "escalated")),
            VerticalScroll(*lines, id="fields", can_focus=False),
            Static("", id="effect"),
            Choices(("do", "Keep"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Let a person type at once."""
        self.query_one("#title", Input).focus()
        self.show_effect()

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen, where the lines scroll."""
        super().on_resize(event)
        self.set_class(event.size.height < _LOWEST, "-short")

    @on(Tabs.TabActivated)
    def _other_kind(self) -> None:
        self.show_effect()

    def _typed(self) -> SampleQuery:
        typed = {key: self.typed(key) for key, _, _ in _LINES}
        if not typed["size"]:
            raise NotYet("Say how many: 20, or 5 % of all that fit.")
        typed["seed"] = typed["seed"] or self._seed
        kind = self.query_one(OneOf).chosen
        books = self.books
        return typed_sample(
            typed, "" if kind == _RANDOM else kind, self._you, books.zone, books.now()
        )

    def effect(self) -> Content:
        """Return that it is being drawn; the sample itself comes from the ledger."""
        query = self._typed()
        if query != self._shown:
            self._shown = query
            self.books.ask(
                ("sample", id(self)),
                lambda ledger: _drawn(ledger, query),
                lambda found: self._show(query, found),
                slow=True,
            )
        return Content.styled("Drawing…", "$muted")

    def show_effect(self) -> None:
        """Say what would be drawn; what is told already is told on."""
        before = self._shown
        try:
            if before is not None and self._typed() == before:
                return
        except ConvledgerError:
            self._shown = None
        super().show_effect()

    def _show(self, query: SampleQuery, found: Sample | ConvledgerError) -> None:
        if not self.is_attached or query != self._shown:
            return
        if isinstance(found, ConvledgerError):
            content = Content.styled(f"✕ {display_text(str(found))}", "$error")
        else:
            content = Content("\n").join(_lines(found))
        self.query_one("#effect", Static).update(content)
        self.query_one(Choices).allow("do", not isinstance(found, ConvledgerError))

    def go_on(self) -> None:
        """Keep what was drawn."""
        self.show_effect()
        if not self.query_one("#do").disabled:
            query, now = self._typed(), self.books.now
            self.do(lambda ledger: keep_sample(ledger, query, now))


def _drawn(ledger: Ledger, query: SampleQuery) -> Sample | ConvledgerError:
    try:
        return ledger.draw_sample(query)
    except ConvledgerError as error:
        return error


def _lines(found: Sample) -> Iterator[Content]:
    """Yield what was drawn of how many, of each stratum, for whom."""
    yield Content.assemble(
        (counted(len(found.drawn), "conversation"), "bold $accent"),
        (f" of {found.population:,}", "$muted"),
    )
    if found.query.by:
        strata = sorted(found.strata.items(), key=lambda one: -one[1][1])
        told = [f"{name or 'all'} {drawn:,} of {there:,}" for name, (there, drawn) in strata]
        more = f" and {len(told) - _SHOWN:,} more" if len(told) > _SHOWN else ""
        yield Content.styled(display_text("; ".join(told[:_SHOWN]) + more), "$muted")
    counts = Counter(name for each in found.drawn for name in each.owners)
    owners = ", ".join(f"{name} {counts[name]:,}" for name in found.query.owners)
    yield Content.styled(display_text(owners), "$muted")

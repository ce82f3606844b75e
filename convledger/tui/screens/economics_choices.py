"""Two dialogs of Economics: the segments of the pivot, and the time that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from convledger.economics.conversation_costs import PIVOTS
from convledger.errors import UsageProblem
from convledger.reports.unit_costs.cost_spans import typed_span
from convledger.text.display import display_text
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.entry import Entry, RowsBelow
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.periods import Span

_WHAT = {
    "source": "where it was held: claude-code, codex, a help desk",
    "model": "the model that most of its list cost is of",
    "project": "the folder that it worked in",
    "client": "whom it is for",
    "user": "whose conversation it is",
    "tier": "the tier that its user is on",
    "feature": "what of a product it belongs to",
    "kind": "what kind of conversation it is",
    "channel": "chat, email, voice",
    "tag": "its tags; several together are one value",
    "outcome": "how it ended",
    "plan": "the plan that paid for its calls",
}


class SegmentTicks(RowsBelow):
    """The segments with a box each; two at most are ticked, a third drops the first."""

    HELP = "Space ticks a segment or drops it: one or two. Enter shows the table."
    DEFAULT_CSS = "SegmentTicks { background: $surface; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "tick", "Tick")]
    lines_per_row = 1

    def __init__(self, ticked: Sequence[str]) -> None:
        super().__init__()
        self.ticked = list(ticked)

    def count(self) -> int:
        """Return how many segments there are."""
        return len(PIVOTS)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a segment: its box, its name and what it is."""
        name = PIVOTS[index]
        is_ticked = name in self.ticked
        order = f"{self.ticked.index(name) + 1} " if is_ticked and len(self.ticked) > 1 else "  "
        what = _WHAT[name] if cells >= 50 else ""
        return [
            RowLine(
                [("■ " if is_ticked else "□ ", "bold $accent" if is_ticked else "$muted"),
                 (order, "$accent"), (name.ljust(10), "bold $foreground" if is_ticked else ""),
                 (what, "$muted")],
                [],
            )
        ]  # fmt: skip

    def action_tick(self) -> None:
        """Tick the segment under the cursor, or drop it."""
        name = PIVOTS[self.cursor]
        if name in self.ticked:
            self.ticked.remove(name)
        else:
            self.ticked = [*self.ticked, name][-2:]
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))


class GroupByScreen(Dialog[tuple[str, ...]]):
    """Returns one segment or two."""

    HELP = "The table can be by one segment, or by two at a time."
    DEFAULT_CSS = """
    GroupByScreen > #frame { max-width: 72; }
    GroupByScreen SegmentTicks { height: 11; }
    GroupByScreen Choices { margin: 1 0 0 0; }
    GroupByScreen.-tiny > #frame { padding: 0 1; width: 100%; height: 100%; max-height: 100%; }
    GroupByScreen.-tiny SegmentTicks { height: 1fr; }
    GroupByScreen.-tiny Choices { margin: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "SegmentTicks"

    def __init__(self, ticked: Sequence[str]) -> None:
        super().__init__("Group by one or two", "space Tick · ⏎ Show · esc Back")
        self._ticked = ticked

    def parts(self) -> list[Widget]:
        """Return the segments and the two answers."""
        return [SegmentTicks(self._ticked), Choices(("show", "Show"), ("leave", "Back"))]

    def on_mount(self) -> None:
        """Begin on what is ticked."""
        rows = self.query_one(SegmentTicks)
        if self._ticked and self._ticked[0] in PIVOTS:
            rows.renew(cursor=PIVOTS.index(self._ticked[0]))

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 18 or event.size.width < 60, "-tiny")

    @on(Rows.Moved)
    def _allow(self) -> None:
        self.query_one(Choices).allow("show", bool(self.query_one(SegmentTicks).ticked))

    @on(Rows.Opened)
    def _show(self) -> None:
        """Show by what is ticked; where nothing is, by what the cursor is on."""
        rows = self.query_one(SegmentTicks)
        self.dismiss(tuple(rows.ticked) or (PIVOTS[rows.cursor],))

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        if event.button.id == "leave":
            self.action_leave()
        else:
            self._show()


class SpanRows(RowsBelow):
    """Stretches of time, one line each."""

    HELP = "Months in which conversations opened, the last days, and all of them. Enter shows one."
    DEFAULT_CSS = "SpanRows { background: $surface; }"
    lines_per_row = 1

    def __init__(self, spans: Sequence[Span], shown: Span | None, now: int, closed: int) -> None:
        super().__init__()
        self.spans = list(spans)
        self._shown, self._now, self._closed_until = shown, now, closed

    def count(self) -> int:
        """Return how many there are."""
        return len(self.spans)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a stretch of time, whether it is shown, and whether it is over or closed."""
        span = self.spans[index]
        is_shown = span == self._shown
        state = "so far" if span.until > self._now else "over"
        if span.until <= self._closed_until:
            state = "closed"
        return [
            RowLine(
                [("● " if is_shown else "  ", "$accent"),
                 (span.name, "bold $foreground" if is_shown else "$foreground")],
                [(state if cells >= 30 else "", "$muted")],
            )
        ]  # fmt: skip


class PeriodScreen(Dialog["Span"]):
    """Returns the time that is to be shown: one of the list, or one that is typed."""

    HELP = (
        "A conversation belongs to the time in which it opened, with all of its calls. Type a "
        "month like 2026-10, or from one day to another: 2026-10-03 to 2026-10-20."
    )
    DEFAULT_CSS = """
    PeriodScreen > #frame { max-width: 60; }
    PeriodScreen Entry, PeriodScreen Entry:focus {
        border: none; height: 1; padding: 0; background: $panel;
    }
    PeriodScreen #problem { height: auto; min-height: 1; }
    PeriodScreen SpanRows { height: auto; max-height: 14; }
    PeriodScreen.-tiny > #frame { padding: 0 1; width: 100%; max-height: 100%; }
    PeriodScreen.-tiny SpanRows { max-height: 6; }
    """
    AUTO_FOCUS: ClassVar[str] = "SpanRows"

    def __init__(
        self,
        spans: Sequence[Span],
        shown: Span | None,
        now: int,
        zone: tzinfo,
        closed: int = 0,
    ) -> None:
        super().__init__("Time", "⏎ Show · ↑ Type another · esc Back")
        self._spans, self._shown, self._now, self._zone = list(spans), shown, now, zone
        self._closed_until = closed  # the instant before which all is

    def parts(self) -> list[Widget]:
        """Return the line to type in, and the list."""
        return [
            Entry(
                placeholder="2026-10, or 2026-10-03 to 2026-10-20",
                max_length=60,
                select_on_focus=False,  # the number that led here stays
            ),
            Static(id="problem"),
            SpanRows(self._spans, self._shown, self._now, self._closed_until),
        ]

    def on_mount(self) -> None:
        """Begin on what is shown."""
        if self._shown in self._spans:
            self.query_one(SpanRows).renew(cursor=self._spans.index(self._shown))
        if not self._spans:
            self.query_one(Entry).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 20 or event.size.width < 60, "-tiny")

    def on_key(self, event: events.Key) -> None:
        """Begin to type where the list has the focus: all that can be typed has a number first."""
        entry = self.query_one(Entry)
        if event.character is not None and event.character.isdecimal() and self.focused != entry:
            event.stop()
            entry.focus()
            entry.insert_text_at_cursor(event.character)

    @on(Rows.Opened)
    def _take(self, event: Rows.Opened) -> None:
        self.dismiss(self._spans[event.index])

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(typed_span(event.value, self._zone, self._now))
        except UsageProblem as problem:
            said = Content.styled(display_text(str(problem)), "$warning")
            self.query_one("#problem", Static).update(said)

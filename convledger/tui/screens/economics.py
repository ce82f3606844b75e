"""The screen Economics: what conversations really cost, part by part, and compared with people."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.cost_spans import ALL_TIME, this_month
from convledger.reports.unit_costs.doubts import Doubts, doubts_of
from convledger.tui.actions import bindings
from convledger.tui.paced import Paced
from convledger.tui.screens import economics_words as words
from convledger.tui.screens.economics_doors import EconomicsDoors
from convledger.tui.screens.economics_words import (
    LENGTHS,
    NAMES,
    OUTLIERS,
    PIVOT,
    RETURN,
    SERVED,
    STEPS,
)
from convledger.tui.widgets.canvas import DIM, Canvas
from convledger.tui.widgets.cost_steps import CostSteps, CostStepsHead
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.length_chart import LengthChart
from convledger.tui.widgets.lines import wrapped
from convledger.tui.widgets.outlier_rows import OutlierFoot, OutlierRows
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.return_rows import ReturnRows
from convledger.tui.widgets.segment_rows import SegmentHead, SegmentRows, SegmentTotal
from convledger.tui.widgets.served_rows import ServedBars, ServedHead, ServedRows
from convledger.tui.widgets.tab_strip import TabStrip

if TYPE_CHECKING:
    from convledger.economics.segments import SegmentTable
    from convledger.ledger import Ledger
    from convledger.reports.periods import Span
    from convledger.reports.unit_costs.summary import Economics

    State = tuple[object, ...]
    Known = tuple[CostQuery, Economics, SegmentTable, Doubts, State]

FOLDED = (100, 28)  # cells and lines below which one panel is shown at a time
_AROUND = 2  # lines of a panel's frame
_LEAST_LENGTHS = 9  # lines of the panel of lengths, where there is room


class EconomicsScreen(EconomicsDoors):
    """Six panels; what calls alone tell comes a little later than the rest."""

    NAME = "Economics"
    SCOPE = "economics"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("economics")]
    DEFAULT_CSS = """
    EconomicsScreen #books { height: 1fr; }
    EconomicsScreen #left { width: 60fr; height: 1fr; }
    EconomicsScreen #right { width: 39fr; height: 1fr; }
    EconomicsScreen Panel { height: 1fr; }
    EconomicsScreen #books Panel { padding: 0; }
    EconomicsScreen CostSteps { height: auto; max-height: 100%; }
    EconomicsScreen #steps-foot, EconomicsScreen #return-foot { height: 1fr; padding: 0 1; }
    EconomicsScreen LengthChart { padding: 0 1; }
    EconomicsScreen TabStrip { display: none; }
    EconomicsScreen.-folded TabStrip { display: block; }
    EconomicsScreen.-folded #books { layout: vertical; }
    EconomicsScreen.-folded #left, EconomicsScreen.-folded #right { width: 1fr; height: 0; }
    EconomicsScreen.-folded #left.-shown, EconomicsScreen.-folded #right.-shown { height: 1fr; }
    EconomicsScreen.-folded #books Panel { width: 1fr; height: 0; border: none; }
    EconomicsScreen.-folded #books Panel.-shown { height: 1fr; border: round $rule; }
    EconomicsScreen.-folded #books Panel.-shown:focus-within { border: round $primary; }
    EconomicsScreen.-empty #books Panel, EconomicsScreen.-empty TabStrip { display: none; }
    EconomicsScreen.-empty #steps-panel, EconomicsScreen.-empty #steps-panel.-shown {
        display: block; height: 1fr;
    }
    EconomicsScreen.-empty #right { display: none; }
    EconomicsScreen.-empty #steps-foot { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown = STEPS
        self._query: CostQuery | None = None
        self._state: State | None = None  # of the ledger, when what is shown was worked out
        self._ask_opened = Paced(self, "opened", self._look, self._show_opened)
        self._ask_first = Paced(self, "first", self._cost, self._show_first)
        self._ask_whole = Paced(self, "whole", self._cost_whole, self._show_whole)

    def parts(self) -> ComposeResult:
        """Compose the six panels."""
        yield TabStrip()
        with Horizontal(id="books"):
            with Vertical(id="left", classes="-shown"):
                foot = Drawing(self._draw_notes, focusable=False, id="steps-foot")
                yield Panel("From list cost to full cost", CostStepsHead(), CostSteps(id="steps"),
                            foot, id=STEPS, classes="-shown")  # fmt: skip
                yield Panel("Length, in messages", LengthChart(id="lengths"), id=LENGTHS)
                yield Panel("Pivot", SegmentHead(), SegmentRows(id="segments"), SegmentTotal(),
                            id=PIVOT)  # fmt: skip
            with Vertical(id="right"):
                yield Panel("Bot, escalated, blended", ServedHead(), ServedRows(id="ways"),
                            ServedBars(), id=SERVED)  # fmt: skip
                foot = Drawing(self._draw_return_foot, focusable=False, id="return-foot")
                yield Panel("Return", ReturnRows(id="return"), foot, id=RETURN)
                yield Panel("Outliers", OutlierRows(id="outliers"), OutlierFoot(), id=OUTLIERS)

    def on_mount(self) -> None:
        """Begin with the steps."""
        steps = self.query_one(CostSteps)
        steps.show(None, self.sight.doubts, words.nothing_words(self.sight))
        steps.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Show all panels where there is room, else one at a time."""
        cells, lines = FOLDED
        self.set_class(event.size.width < cells or event.size.height < lines, "-folded")
        self._share_height()
        self.call_after_refresh(self.name_panels)

    # ---- figures

    def renew(self) -> None:
        """Ask for everything anew; what is shown stays until it is known."""
        self._ask_opened.wish()

    def _look(self, ledger: Ledger) -> tuple[Span, ...]:
        found = ledger.opened_spans(self.books.now(), self.books.zone)
        self.sight.opened = found
        return found.spans

    def _show_opened(self, spans: tuple[Span, ...]) -> None:
        sight, now = self.sight, self.books.now()
        is_first = sight.span is None
        if is_first and sight.opened is not None:
            sight.span = sight.opened.begin_with(now) or this_month(now, self.books.zone)
        elif sight.span is not None and sight.span.name == ALL_TIME and spans:
            sight.span = spans[-1]
        self.work_out(anew=is_first)

    def work_out(self, *, anew: bool) -> None:
        """Have the figures worked out; `anew` where they are of another time."""
        sight = self.sight
        if sight.span is None:
            return
        self._query = CostQuery(
            sight.span.since, sight.span.until, self.books.now(), self.books.zone,
            self.books.config.timezone or "UTC", currency=sight.currency,
        )  # fmt: skip
        if anew:
            sight.found, sight.table, sight.is_whole = None, None, False
            self.show_all()
            self._ask_first.wish(anew=True)
        elif sight.found is None:
            self._ask_first.wish()
        else:
            self._ask_whole.wish()

    def _cost(self, ledger: Ledger) -> Known:
        query = self._query
        assert query is not None
        state = ledger.cost_state(query.now)
        found = ledger.economics_at_first(query)
        return query, found, found.table(self.sight.by), doubts_of(found), state

    def _cost_whole(self, ledger: Ledger) -> Known | None:
        """Return everything, None where that is what is shown already."""
        query, known = self._query, self.sight.found
        assert query is not None
        state = ledger.cost_state(query.now)
        if self.sight.is_whole and state == self._state:
            return None
        if known is not None and not self.sight.is_whole and known.costs.query == query:
            found = ledger.economics_of(known.costs)
        else:
            found = ledger.economics(query)
        return query, found, found.table(self.sight.by), doubts_of(found), state

    def _is_of_now(self, query: CostQuery) -> bool:
        mine = self._query
        return mine is not None and (query.since, query.until, query.currency) == (
            mine.since, mine.until, mine.currency,
        )  # fmt: skip

    def _show_first(self, known: Known) -> None:
        if not self._is_of_now(known[0]):
            return
        self._take(known, is_whole=False)
        self._ask_whole.wish(anew=True)

    def _show_whole(self, known: Known | None) -> None:
        if known is not None and self._is_of_now(known[0]):
            self._take(known, is_whole=True)

    def _take(self, known: Known, *, is_whole: bool) -> None:
        sight = self.sight
        _, sight.found, table, sight.doubts, self._state = known
        sight.is_whole = is_whole
        if table.by == sight.by:  # else another one is on its way
            sight.table = table
        self.show_all()

    # ---- showing them

    def show_all(self) -> None:
        """Show what is known in all panels."""
        if not self.is_ready:
            return
        sight, found = self.sight, self.sight.found
        currency = found.currency if found is not None else "USD"
        has_rows = found is not None and not sight.has_nothing
        self.set_class(sight.has_nothing, "-empty")
        steps = self.query_one(CostSteps)
        nothing = words.nothing_words(sight)
        steps.show(found if has_rows else None, sight.doubts, nothing)
        steps.styles.height = max(len(nothing), steps.count())
        self.query_one(CostStepsHead).show(words.column_name(sight) if has_rows else "")
        self.query_one("#steps-foot").refresh()
        self.query_one(ServedRows).show(found, sight.doubts)
        self.query_one(ServedBars).show(found)
        self.query_one(ReturnRows).show(found, words.return_empty(found))
        self.query_one("#return-foot").refresh()
        self.query_one(OutlierRows).show(found, words.outliers_empty(sight))
        self.query_one(OutlierFoot).show(found)
        self.show_lengths()
        self.show_table(currency)
        self._share_height()
        self.name_panels()
        if sight.has_nothing:
            steps.focus()

    def show_lengths(self) -> None:
        """Show how conversations are spread by the measure that is chosen."""
        sight = self.sight
        spread = sight.found.spreads[sight.measure] if sight.found is not None else None
        currency = sight.found.currency if sight.found is not None else "USD"
        self.query_one(LengthChart).show(spread, currency, words.nothing_words(sight))

    def show_table(self, currency: str) -> None:
        """Show the pivot that is known."""
        table, doubts = self.sight.table, self.sight.doubts
        self.query_one(SegmentHead).show(table)
        empty = words.nothing_words(self.sight)
        self.query_one(SegmentRows).show(table, currency, doubts, empty)
        self.query_one(SegmentTotal).show(table, currency, doubts)

    def _share_height(self) -> None:
        """Give panels with few rows the lines that they need, and the others the rest."""
        steps, served = self.query_one(f"#{STEPS}"), self.query_one(f"#{SERVED}")
        back, lengths = self.query_one(f"#{RETURN}"), self.query_one(f"#{LENGTHS}")
        if self.has_class("-folded") or self.has_class("-empty"):
            for panel in (steps, served, back, lengths):
                panel.styles.height = None
            return
        room = self.size.height - 2
        rows = max(1, self.query_one(CostSteps).count())
        spare = 2 if room >= 40 else 1
        steps.styles.height = min(rows + 1 + spare + _AROUND, max(8, room * 2 // 5))
        bars = 9 if room >= 40 else 6
        served.styles.height = max(1, self.query_one(ServedRows).count()) + 1 + bars + _AROUND
        figures = self.query_one(ReturnRows)
        back.styles.height = max(figures.count(), 2) + (2 if room >= 40 else 1) + _AROUND
        left = room - rows - 3 - _AROUND
        segments = self.query_one(SegmentRows).count() + 3 + _AROUND
        lengths.styles.height = max(_LEAST_LENGTHS, left - segments) if left > 20 else "1fr"
        if left > 20 and lengths.styles.height is not None:
            most = max(_LEAST_LENGTHS, left * 3 // 5)
            lengths.styles.height = min(most, max(_LEAST_LENGTHS, left - segments))

    def name_panels(self) -> None:
        """Give each panel its title and counts, and the strip its tabs."""
        if not self.is_ready:
            return
        sight, found = self.sight, self.sight.found
        panels = {name: self.query_one(f"#{name}", Panel) for name in NAMES}

        def cells(name: str) -> int:
            return panels[name].size.width - 4

        panels[STEPS].show_counts(words.steps_counts(sight, cells(STEPS)))
        panels[SERVED].show_counts(words.served_counts(found))
        panels[RETURN].show_counts("against people alone" if found and found.back else "")
        panels[LENGTHS].show_title(words.lengths_title(sight))
        panels[LENGTHS].show_counts(words.lengths_counts(sight, cells(LENGTHS)))
        panels[PIVOT].show_counts(words.pivot_counts(sight, cells(PIVOT)))
        panels[OUTLIERS].show_counts(words.outliers_counts(found, cells(OUTLIERS)))
        self._fit_table(panels[PIVOT].size.height)
        if self.has_class("-folded"):
            self.query_one(TabStrip).show(words.panel_tabs(sight), self._shown)

    def _fit_table(self, lines: int) -> None:
        """Let the total stand right below the segments while there is room for all of them."""
        rows = self.query_one(SegmentRows)
        height = max(1, min(rows.count() or 2, lines - 3))
        if lines and (rows.styles.height is None or rows.styles.height.value != height):
            rows.styles.height = height

    def _draw_notes(self, canvas: Canvas) -> None:
        found = self.sight.found
        draw_lines(canvas, words.steps_notes(found) if found is not None else [])

    def _draw_return_foot(self, canvas: Canvas) -> None:
        draw_lines(canvas, words.return_foot(self.sight.found))

    # ---- going about

    @property
    def focus_chain(self) -> list[Widget]:
        """What the tab key goes through, in the order of the tabs."""
        order = list(NAMES)

        def place(widget: Widget) -> int:
            panel = next((one.id for one in widget.ancestors if isinstance(one, Panel)), None)
            return order.index(panel) if panel in order else len(order)

        return sorted(super().focus_chain, key=place)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the panel with the focus be the one that is shown where only one is."""
        panel = next((one for one in event.widget.ancestors if isinstance(one, Panel)), None)
        if panel is None or panel.id not in NAMES:
            return
        self._shown = panel.id
        for one in self.query("#books Panel, #left, #right"):
            one.set_class(one is panel or one is panel.parent, "-shown")
        self.call_after_refresh(self.name_panels)

    @on(TabStrip.Wanted)
    def _go_to(self, event: TabStrip.Wanted) -> None:
        panel = self.query_one(f"#{event.panel}")
        first: Widget = next(one for one in panel.query("*") if one.can_focus and one.display)
        first.focus()


def draw_lines(canvas: Canvas, sentences: list[str]) -> None:
    """Draw sentences under each other, a free line above them where there is room."""
    lines = [line for one in sentences for line in wrapped([(one, "")], max(8, canvas.width))]
    y = 1 if len(lines) < canvas.height else 0
    for line in lines[: canvas.height]:
        canvas.put(0, y, ("".join(piece for piece, _ in line), DIM), end=canvas.width)
        y += 1

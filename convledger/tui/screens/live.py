"""Live: what is being spent now, on what, and which conversations are growing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from convledger.clock import SECOND
from convledger.tui.actions import BY_ID, bindings
from convledger.tui.help_text import keys_of
from convledger.tui.screens import live_words as words
from convledger.tui.screens.live_plan import LivePlan
from convledger.tui.widgets.alert_rows import AlertRows
from convledger.tui.widgets.cost_chart import BarParts, Charted, CostChart
from convledger.tui.widgets.growing import TWO_LINES_FROM, GrowingHead, GrowingList
from convledger.tui.widgets.intake import Intake, nothing_yet
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.plan_meters import PlanMeters
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.spend import SpendFigures, coverage, figures_of

if TYPE_CHECKING:
    from convledger.reports.live import LiveFigures
    from convledger.tui.feeder import Feed

LOOK_EVERY = 5.0  # seconds between looks whether an age reads otherwise by now
STALE = 60 * SECOND  # by then calls may have left the last hour
HIGH = 32  # lines of the screen from which the list has a head, and rows two lines
LEAST_FOR_PLAN = 60  # columns of the screen
LEAST_BESIDE = 76  # columns from which the plan stands beside the chart
LEAST = 9  # lines of the list's panel, where there is room
GROUPS = ("model", "source", "project", "client")
RANGES = {
    "day": (14, 30, 90, 365),
    "week": (13, 26, 52),
    "month": (6, 12, 24),
    "hour": (24, 48, 168),
}
PERIODS = tuple(RANGES)


@dataclass(frozen=True, slots=True)
class View:
    """What the chart shows: so many bars of a period, stacked by a group."""

    bars: int
    period: str = "day"
    group: str = "model"


class LiveScreen(LivePlan):
    """Spend, its course and the conversations that grow, renewed as the logs do."""

    NAME = "Live"
    SCOPE = "live"
    AUTO_FOCUS = "GrowingList"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("live")]
    DEFAULT_CSS = """
    LiveScreen #live { height: 1fr; }
    LiveScreen #wide { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; }
    LiveScreen #spend { height: auto; }
    LiveScreen #chart { height: 1fr; width: 1fr; }
    LiveScreen #growing { height: 10; }
    LiveScreen GrowingHead { display: none; }
    LiveScreen.-high GrowingHead { display: block; }
    LiveScreen #side { width: 38; height: 1fr; display: none; }
    LiveScreen.-broad #side { display: block; }
    LiveScreen #plan { height: auto; }
    LiveScreen #plan Static { width: 100%; height: auto; }
    LiveScreen #plan PlanMeters { display: none; }
    LiveScreen #shares { height: 1fr; }
    LiveScreen #alerts { height: 1fr; display: none; }
    LiveScreen.-planned #plan PlanMeters { display: block; }
    LiveScreen.-planned #plan Static, LiveScreen.-planned #shares { display: none; }
    LiveScreen.-planned #alerts { display: block; }
    LiveScreen #middle { height: 1fr; min-height: 8; }
    LiveScreen #beside { width: 28; height: 1fr; display: none; }
    LiveScreen.-planned.-roomy #beside { display: block; }
    LiveScreen.-broad #beside, LiveScreen.-planned.-broad #beside { display: none; }
    LiveScreen #bare {
        display: none; height: 1fr; align: center middle; scrollbar-size-vertical: 1;
    }
    LiveScreen #bare Static { width: auto; max-width: 100%; height: auto; padding: 0 2; }
    LiveScreen.-bare #bare { display: block; }
    LiveScreen.-bare #live { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._ranges = {period: choices[1] for period, choices in RANGES.items()}
        self._view = View(self._ranges["day"])
        self._figures: LiveFigures | None = None
        self._figures_at = 0  # UTC microseconds

    def parts(self) -> ComposeResult:
        """Compose the panels, and what stands in their place while there is nothing to show."""
        yield Intake()
        yield VerticalScroll(Static(id="nothing"), id="bare")
        with Horizontal(id="live"):
            with VerticalScroll(id="wide", can_focus=False):
                yield Panel("Spend", SpendFigures(), id="spend")
                with Horizontal(id="middle"):
                    yield Panel("Cost by day", CostChart(), id="chart")
                    yield Panel("Plan", PlanMeters(focusable=False, id="folded"), id="beside")
                yield Panel("Growing now", GrowingHead(), GrowingList(), id="growing")
            with Vertical(id="side"):
                meters = PlanMeters(focusable=False, id="meters")
                yield Panel(
                    "Plan", Static(words.plan_words()), meters, counts="none yet", id="plan"
                )
                yield Panel("Alerts", AlertRows(id="alert-rows"), id="alerts")
                yield Panel("By model", BarParts(), id="shares")

    def on_mount(self) -> None:
        """Begin with the range of the settings, and look after the ages."""
        self._ranges["day"] = self.books.config.range_days
        self._view = View(self._ranges["day"])
        self.query_one(Intake).show(self.books.feed)
        self.set_interval(LOOK_EVERY, self._look)
        if self.books.plan_watch.told is not None:
            self.plan_told(self.books.plan_watch.told)

    # ---- figures

    def renew(self) -> None:
        """Ask for the figures."""
        self._ask(patient=True)

    def _ask(self, *, patient: bool) -> None:
        view, now, zone = self._view, self.books.now(), self.books.zone
        self.ask(
            "figures",
            lambda ledger: ledger.live(
                now, zone, bars=view.bars, period=view.period, group=view.group
            ),
            lambda figures: self._show(figures, view, now),
            patient=patient,
        )

    def _show(self, figures: LiveFigures, view: View, now: int) -> None:
        is_first = self._figures is None or self.has_class("-bare")
        self._figures, self._figures_at = figures, now
        is_bare = figures.last_call_at is None
        if is_bare:
            self._show_nothing()
        if is_bare != self.has_class("-bare"):
            self.set_class(is_bare, "-bare")
            self.refresh_bindings()
        zone = self.books.zone
        self.query_one(SpendFigures).show(figures_of(figures, now, zone))
        self._show_coverage(figures)
        self._show_chart(figures, view, now)
        growing = self.query_one(GrowingList)
        growing.show(figures.growing, now, words.not_growing(figures.last_call_at, now))
        self._show_counts()
        self._share_height()
        if is_first and not is_bare:
            self.call_after_refresh(self._focus_first)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what works on figures only where there are any."""
        if action in ("range", "period", "group", "why") and self.has_class("-bare"):
            return False
        return super().check_action(action, parameters)

    def plan_shown(self) -> None:
        """Say no longer that there is no plan, or say so again."""
        if self._figures is not None:
            self._show_coverage(self._figures)
            self._show_counts()

    def _show_counts(self) -> None:
        """Say how many conversations grow, and how many alerts where no panel does."""
        count = self.query_one(GrowingList).count()
        parts = (self.open_alerts(), words.growing_counts(count))
        self.query_one("#growing", Panel).show_counts(" · ".join(part for part in parts if part))

    def _show_coverage(self, figures: LiveFigures) -> None:
        """Say how much of the spend is known, and of the plan where that has no panel."""
        known = coverage(figures.month)
        is_told = self.has_class("-broad") or self.has_class("-planned")
        if self.size.width >= LEAST_FOR_PLAN and not is_told:
            known += " · no plan yet"
        self.query_one("#spend", Panel).show_counts(known)

    def _focus_first(self) -> None:
        """Begin in the list, or in the chart where nothing grows, unless someone was faster."""
        growing = self.query_one(GrowingList)
        if self.focused is None or self.focused is growing:
            (growing if growing.count() else self.query_one(CostChart)).focus(scroll_visible=False)

    def _show_chart(self, figures: LiveFigures, view: View, now: int) -> None:
        zone, panel = self.books.zone, self.query_one("#chart", Panel)
        key = keys_of(BY_ID["live.range"], self.books.user_keymap).split()[0]
        self.query_one(CostChart).show(
            Charted(
                view.period,
                words.series_names(figures.series, view.group),
                tuple(figures.bars),
                zone,
            ),
            words.no_call_in(figures, view.period, now, zone, key),
        )
        panel.show_title(f"Cost by {view.period}")
        short = self.has_class("-narrow")
        panel.show_counts(words.chart_counts(figures, view.period, view.group, zone, short=short))
        self.query_one("#shares", Panel).show_title(f"By {view.group}")
        self._show_shares()

    @on(CostChart.Chosen)
    def _show_shares(self) -> None:
        chart = self.query_one(CostChart)
        self.query_one(BarParts).show(chart.charted, chart.place)
        name = chart.charted.name(chart.place) if chart.chosen is not None else ""
        self.query_one("#shares", Panel).show_counts(name)

    def on_resize(self) -> None:
        """Share the new height, and say less under the chart where it is narrow."""
        self.set_class(self.size.width >= LEAST_BESIDE, "-roomy")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        if self._figures is not None:
            self._show_coverage(self._figures)
            self._show_chart(self._figures, self._view, self._figures_at)
            self._share_height()
            self.share_side()

    def _share_height(self) -> None:
        """Give the list the lines its rows need, and the chart the rest, which is the greater."""
        room = self.size.height
        frame, lines = (3, 2) if room >= HIGH else (2, 1)
        wanted = self.query_one(GrowingList).count() * lines + frame
        height = min(max(wanted, min(LEAST, room // 3)), room * 2 // 5)
        inside = max(1, height - frame)
        if lines == 2 or inside >= TWO_LINES_FROM:
            inside -= inside % 2  # half a row tells nothing
        height = inside + frame
        panel = self.query_one("#growing")
        if panel.styles.height is None or panel.styles.height.value != height:
            panel.styles.height = height

    def _look(self) -> None:
        """Keep the ages right, and the figures that change as time goes by."""
        if self.books.place() is not self:
            return
        now, figures = self.books.now(), self._figures
        self.query_one(GrowingList).tick(now)
        if figures is not None and figures.last_call_at is not None:
            is_over = bool(figures.bars) and now >= figures.bars[-1].ends
            may_shrink = bool(figures.hour.calls or figures.growing)
            if is_over or (may_shrink and now - self._figures_at >= STALE):
                self.renew()

    # ---- the feeder

    def fed(self, feed: Feed) -> None:
        """Show how far reading is."""
        self.query_one(Intake).show(feed)
        if self.has_class("-bare"):
            self._show_nothing()

    def _show_nothing(self) -> None:
        ahead = self._figures.next_call_at if self._figures else None
        lines = nothing_yet(self.books.feed)
        if ahead is not None:
            lines = words.all_ahead(ahead, self.books.now(), self.books.zone)
        content = Content("\n").join(lines)
        nothing = self.query_one("#nothing", Static)
        before = nothing.content
        if not (isinstance(before, Content) and before.is_same(content)):
            nothing.update(content)

    # ---- actions

    def _change(self, view: View) -> None:
        self._view = view
        self._ranges[view.period] = view.bars
        self._ask(patient=False)

    def action_range(self) -> None:
        """Show more bars, and after the most the fewest."""
        choices = {*RANGES[self._view.period], self._ranges[self._view.period]}
        if self._view.period == "day":
            choices.add(self.books.config.range_days)
        more = [bars for bars in choices if bars > self._view.bars]
        self._change(replace(self._view, bars=min(more or choices)))

    def action_period(self) -> None:
        """Let a bar be a longer time, and after the month an hour."""
        period = PERIODS[(PERIODS.index(self._view.period) + 1) % len(PERIODS)]
        self._change(replace(self._view, period=period, bars=self._ranges[period]))

    def action_group(self) -> None:
        """Stack the bars by something else."""
        group = GROUPS[(GROUPS.index(self._view.group) + 1) % len(GROUPS)]
        self._change(replace(self._view, group=group))

    def action_why(self) -> None:
        """Explain the conversation under the cursor, or show the dearest behind a figure."""
        spend, chart = self.query_one(SpendFigures), self.query_one(CostChart)
        if self.focused is spend and spend.chosen is not None:
            self._open(spend.chosen.since, None, sort="cost")
        elif self.focused is chart and chart.chosen is not None:
            self._open(chart.chosen.begins, chart.chosen.ends, sort="cost")
        else:
            self._explain()

    def _explain(self) -> None:
        one = self.query_one(GrowingList).chosen
        if one is None:
            self.books.say("Nothing to explain: put the cursor on a figure, bar or conversation.")
            return
        from convledger.tui.screens.why import WhyScreen

        self.app.push_screen(WhyScreen(f"{one.source}:{one.native}", one.title or one.native))

    def _open(self, since: int, until: int | None, *, sort: str = "last") -> None:
        from convledger.reports.listing import ListQuery
        from convledger.tui.screens.conversations import ConversationsScreen

        screen = self.books.go("conversations")
        if isinstance(screen, ConversationsScreen):
            screen.show(ListQuery(since=since, until=until, sort=sort))
        if sort == "cost":
            self.books.say("The dearest first; w explains the one under the cursor.")

    @on(SpendFigures.Opened)
    def _open_figure(self, event: SpendFigures.Opened) -> None:
        self._open(event.figure.since, None)

    @on(CostChart.Opened)
    def _open_bar(self, event: CostChart.Opened) -> None:
        self._open(event.bar.begins, event.bar.ends)

    @on(Rows.Opened)
    def _open_growing(self) -> None:
        one = self.query_one(GrowingList).chosen
        if one is not None:
            self.books.open_conversation(one.id)

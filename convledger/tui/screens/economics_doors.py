"""What opens from Economics: the conversations behind a number, its why, and its dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from convledger.economics.conversation_costs import LIST, PARTS
from convledger.reports.periods import start_of_day
from convledger.reports.unit_costs.cost_spans import last_days, this_month
from convledger.reports.unit_costs.noted import step_words
from convledger.reports.unit_costs.spreads import MEASURES
from convledger.tui.cost_words import WAY_WORDS, title_text
from convledger.tui.screens import economics_words as words
from convledger.tui.screens.economics_behind import Behind, behind_of
from convledger.tui.screens.economics_words import Sight
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.widgets.cost_steps import CostSteps
from convledger.tui.widgets.length_chart import LengthChart
from convledger.tui.widgets.outlier_rows import OutlierRows
from convledger.tui.widgets.return_rows import MARGIN, REVENUE, ReturnRows
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.segment_rows import SegmentRows
from convledger.tui.widgets.served_rows import BLENDED, ServedRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from convledger.economics.segments import SegmentTable
    from convledger.reports.handoffs.known import Handoff
    from convledger.reports.periods import Span
    from convledger.reports.unit_costs.known_currencies import KnownCurrency
    from convledger.reports.unit_costs.summary import Economics

DAYS = (30, 7)


class EconomicsDoors(PlaceScreen):
    """A screen with unit economics in sight, from which figures are opened and explained."""

    def __init__(self) -> None:
        super().__init__()
        self.sight = Sight()

    def work_out(self, *, anew: bool) -> None:
        """Have the figures worked out."""
        raise NotImplementedError

    def show_lengths(self) -> None:
        """Show how conversations are spread."""
        raise NotImplementedError

    def show_all(self) -> None:
        """Show what is known."""
        raise NotImplementedError

    def name_panels(self) -> None:
        """Give each panel its title and counts."""
        raise NotImplementedError

    # ---- behind a number

    def _open(self, behind: Callable[[Economics], Behind]) -> None:
        """List the conversations behind a number; finding and sorting them takes a worker."""
        from convledger.tui.screens.economics_behind import BehindCostScreen

        found = self.sight.found
        if found is None:
            self.books.say(words.nothing_words(self.sight)[0])
            return
        zone, currency = self.books.zone, found.currency

        def show(known: Behind) -> None:
            self.app.push_screen(BehindCostScreen(known, currency, zone))

        self.ask("behind", lambda _: behind(found), show)

    def _open_ids(self, name: str, ids: Iterable[int]) -> None:
        numbers = tuple(ids)
        self._open(lambda found: behind_of(name, (found.by_id[one] for one in numbers)))

    @on(Rows.Opened, "#steps")
    def _open_step(self) -> None:
        step = self.query_one(CostSteps).chosen
        if step is not None and self.sight.found is not None:
            name = step_words(step, self.sight.found.waterfall)
            parts = (step.name,) if step.name in PARTS else PARTS
            wanted = f"part:{step.name}"
            self._open(lambda found: behind_of(name, found.behind(wanted), parts))

    @on(Rows.Opened, "#ways")
    def _open_way(self) -> None:
        row = self.query_one(ServedRows).chosen
        if row is None:
            return
        if row.name == BLENDED:
            self._open(lambda found: behind_of("All", found.behind("all")))
        else:
            name = WAY_WORDS[row.name].capitalize()
            self._open(lambda found: behind_of(name, found.behind(f"way:{row.name}")))

    @on(Rows.Opened, "#return")
    def _open_return(self) -> None:
        figure = self.query_one(ReturnRows).chosen
        if figure is None:
            return
        if figure.what in (REVENUE, MARGIN):
            self._open(lambda found: behind_of("With revenue", found.behind("revenue")))
        else:
            self._open(lambda found: behind_of(figure.name, found.behind("all")))

    @on(LengthChart.Opened)
    def _open_bin(self, event: LengthChart.Opened) -> None:
        measure, name = self.sight.measure, event.bin.name
        self._open_ids(f"{name} {measure.removesuffix('s') if name == '1' else measure}",
                       event.bin.ids)  # fmt: skip

    @on(Rows.Opened, "#segments")
    def _open_segment(self) -> None:
        row = self.query_one(SegmentRows).chosen
        if row is not None:
            self._open_ids(" · ".join(row.keys), row.ids)

    @on(Rows.Opened, "#outliers")
    def _open_outlier(self) -> None:
        one = self.query_one(OutlierRows).chosen
        if one is not None:
            self.books.open_conversation(one.id)

    # ---- why

    def action_why(self) -> None:
        """Explain the figure under the cursor."""
        from convledger.tui.screens import economics_why as why

        found, focused = self.sight.found, self.focused
        if found is None or self.sight.has_nothing:
            self.books.say(words.nothing_words(self.sight)[0])
            return
        if isinstance(focused, OutlierRows) and focused.chosen is not None:
            from convledger.tui.screens.why import WhyScreen

            one = focused.chosen
            self.app.push_screen(WhyScreen(one.name, title_text(one.title, one.name)))
            return
        if isinstance(focused, ServedRows) and focused.chosen is not None:
            row = focused.chosen
            title, lines = WAY_WORDS.get(row.name, row.name), why.of_way(found, row)
        elif isinstance(focused, ReturnRows):
            title, lines = "return", why.of_return(found)
        elif isinstance(focused, SegmentRows) and focused.chosen is not None:
            title, lines = " and ".join(self.sight.by), why.of_segment(found, focused.chosen)
        elif isinstance(focused, LengthChart):
            title, lines = (
                words.lengths_title(self.sight),
                why.of_lengths(found, self.sight.measure),
            )
        else:
            step = self.query_one(CostSteps).chosen or found.waterfall.step(LIST)
            title, lines = step_words(step, found.waterfall), why.of_step(found, step)
        self.app.push_screen(why.FigureWhyScreen(title, lines))

    # ---- dialogs

    def action_baseline(self) -> None:
        """Set what people cost, and how long they would need without a bot."""
        from convledger.tui.screens.economics_people import People, PeopleScreen, people_of

        def show(people: People) -> None:
            self.app.push_screen(PeopleScreen(people))

        self.ask("people", people_of, show)

    def action_costs(self) -> None:
        """List the costs beside tokens, to enter, change and remove them."""
        from convledger.tui.screens.cost_items import CostItemsScreen

        found = self.sight.found
        left = {} if found is None else {
            one.item_id: one for one in found.costs.left if one.item_id is not None
        }  # fmt: skip
        self.app.push_screen(CostItemsScreen(left, found.currency if found else "USD"))

    def action_close(self) -> None:
        """Close the month that is shown, or open it again."""
        from convledger.tui.screens.economics_closing import CloseMonthScreen, month_of

        span, found = self.sight.span, self.sight.found
        if span is None or found is None:
            self.books.say(words.nothing_words(self.sight)[0])
            return
        month = month_of(span, self.books.zone)
        if month is None:
            self.books.say("A month can be closed: o shows one.")
        elif span.until > self.books.now():
            self.books.say(f"{span.name} is not over: only months that are can be closed.")
        else:
            self.app.push_screen(CloseMonthScreen(month, is_closed=found.costs.is_closed))

    def action_handoffs(self) -> None:
        """List where people took over the conversations that are shown."""
        from convledger.tui.screens.handoffs import HandoffsScreen

        found, zone = self.sight.found, self.books.zone
        if found is None:
            self.books.say(words.nothing_words(self.sight)[0])
            return
        span = words.span_words(self.sight)
        talks = [cost.talk for cost in found.by_id.values()]

        def show(known: list[Handoff]) -> None:
            self.app.push_screen(HandoffsScreen(known, span, zone))

        self.ask("handoffs", lambda ledger: ledger.handoffs_among(talks, zone), show, slow=True)

    def action_simulate(self) -> None:
        """Weigh a scenario on one's own conversations."""
        from convledger.tui.screens.scenario import ScenarioScreen

        found = self.sight.found
        if found is None:
            self.books.say(words.nothing_words(self.sight)[0])
            return
        models = [model.name for model in found.models]
        self.app.push_screen(
            ScenarioScreen(found.costs.query, words.span_words(self.sight), models, found.by_id)
        )

    def action_budgets(self) -> None:
        """Show what conversations may cost, and which cost more."""
        from convledger.tui.screens.budgets import BudgetsScreen

        now, zone = self.books.now(), self.books.zone
        span = self.sight.span or this_month(now, zone)
        self.app.push_screen(BudgetsScreen(self._spans(), span))

    def action_export(self) -> None:
        """Write the pivot to a file for a spreadsheet."""
        from convledger.reports.unit_costs.pivot_file import pivot_csv
        from convledger.tui.screens.text_export import TextExportScreen

        table, found = self.sight.table, self.sight.found
        if table is None or found is None or not table.rows:
            self.books.say(words.nothing_words(self.sight)[0])
            return
        currency = found.currency
        span = "".join(c if c.isalnum() else "-" for c in words.span_words(self.sight).lower())
        name = f"economics-{span}-by-{'-and-'.join(table.by)}.csv"
        self.app.push_screen(
            TextExportScreen("Export the pivot as CSV", name, lambda _: pivot_csv(table, currency))
        )

    # ---- what is shown

    def action_group(self) -> None:
        """Choose the segments of the pivot."""
        from convledger.tui.screens.economics_choices import GroupByScreen

        self.app.push_screen(GroupByScreen(self.sight.by), self._group_by)

    def _group_by(self, by: tuple[str, ...] | None) -> None:
        if not by or by == self.sight.by:
            return
        self.sight.by = by
        found = self.sight.found
        self.query_one(SegmentRows).focus()
        if found is not None:
            self.ask("table", lambda _: found.table(by), self._show_table)

    def _show_table(self, table: SegmentTable) -> None:
        if table.by == self.sight.by:
            self.sight.table = table
            self.show_all()

    def action_measure(self) -> None:
        """Show how conversations are spread by another measure."""
        if self.sight.found is None or self.sight.has_nothing:
            self.books.say(words.nothing_words(self.sight)[0])
            return
        place = MEASURES.index(self.sight.measure) + 1
        self.sight.measure = MEASURES[place % len(MEASURES)]
        self.show_lengths()
        self.query_one(LengthChart).focus()
        self.name_panels()

    def action_period(self) -> None:
        """Show another time."""
        from convledger.tui.screens.economics_choices import PeriodScreen

        now, zone = self.books.now(), self.books.zone
        closed = self.sight.found.costs.closed_until if self.sight.found is not None else None
        ends_at = 0 if closed is None else start_of_day(closed, zone)
        screen = PeriodScreen(self._spans(), self.sight.span, now, zone, ends_at)
        self.app.push_screen(screen, self.show_span)

    def _spans(self) -> list[Span]:
        """Return the stretches of time that there are to choose from."""
        now, zone = self.books.now(), self.books.zone
        opened = self.sight.opened.spans if self.sight.opened is not None else ()
        days = [last_days(count, now, zone) for count in DAYS]
        return [*opened[:-1], *days, *opened[-1:]]

    def action_currency(self) -> None:
        """Show amounts in another currency."""
        from convledger.tui.screens.currency_choice import CurrencyScreen

        def show(known: list[KnownCurrency]) -> None:
            self.app.push_screen(CurrencyScreen(known, self.sight.currency), self._show_currency)

        self.ask("currencies", lambda ledger: ledger.known_currencies(), show)

    def _show_currency(self, currency: str | None) -> None:
        if currency is not None and currency != self.sight.currency:
            self.sight.currency = currency
            self.work_out(anew=True)

    def show_span(self, span: Span | None) -> None:
        """Show a stretch of time."""
        if span is not None and span != self.sight.span:
            self.sight.span = span
            self.work_out(anew=True)

"""The screen Plans: the plan in force, its credits, how long they last, and where it cuts."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from convledger.tui.actions import bindings
from convledger.tui.paced import Paced
from convledger.tui.screens import plan_words as words
from convledger.tui.screens.plan_doors import PlanDoors
from convledger.tui.screens.plan_sight import Sight, behind, in_order, look, told_cut
from convledger.tui.widgets.boundary_view import BoundaryView
from convledger.tui.widgets.burn_down import BurnDownChart
from convledger.tui.widgets.credit_rows import CreditHead, CreditRows, hand_number
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.plan_meters import PlanMeters
from convledger.tui.widgets.plan_rows import PlanRows, choice_terms
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.tab_strip import TabStrip
from convledger.tui.widgets.terms_view import TermsView

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.credit_lines import CreditLine
    from convledger.reports.plan_causes import UsedBy
    from convledger.reports.plan_figures import Boundaries

FOLDED = (100, 28)  # cells and lines below which one panel is shown at a time
LOW = 20  # lines of the screen below which little is said beside the examples
LOOK_EVERY = 2.0  # seconds between looks whether a plan's file has changed
_FOCUSABLE = "TermsView, CreditRows, BurnDownChart, PlanMeters, BoundaryView"
_NEED_A_PLAN = ("edit", "statement", "conversation", "each", "side_by_side")


class PlansScreen(PlanDoors):
    """One subscription at a time: terms, credit ledger, burn-down and boundaries."""

    NAME = "Plans"
    SCOPE = "plans"
    AUTO_FOCUS: ClassVar[str] = "CreditRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("plans")]
    DEFAULT_CSS = """
    PlansScreen #books { height: 1fr; }
    PlansScreen #left { width: 40; height: 1fr; }
    PlansScreen #right { width: 1fr; height: 1fr; }
    PlansScreen #terms-panel { height: auto; padding: 0; }
    PlansScreen #ledger-panel { height: 1fr; padding: 0; }
    PlansScreen #burn-panel { height: 1fr; }
    PlansScreen #cut-panel { height: 1fr; }
    PlansScreen TabStrip, PlansScreen #welcome, PlansScreen PlanMeters { display: none; }
    PlansScreen.-measured PlanMeters { display: block; }
    PlansScreen.-measured BurnDownChart { display: none; }
    PlansScreen.-folded #books { layout: vertical; }
    PlansScreen.-folded TabStrip { display: block; }
    PlansScreen.-folded #left, PlansScreen.-folded #right { width: 1fr; height: 0; }
    PlansScreen.-folded #books Panel {
        height: 0; min-height: 0; max-height: 100%; border: none; padding: 0;
    }
    PlansScreen.-folded #left.-shown, PlansScreen.-folded #right.-shown { height: 1fr; }
    PlansScreen.-folded #books Panel.-shown { height: 1fr; border: round $rule; }
    PlansScreen.-folded #right Panel.-shown { padding: 0 1; }
    PlansScreen.-folded #books Panel.-shown:focus-within { border: round $primary; }
    PlansScreen #welcome { height: 1fr; padding: 0; }
    PlansScreen #nothing { width: 100%; height: auto; padding: 1 1; }
    PlansScreen.-tight #nothing { padding: 0 1; }
    PlansScreen #shelf { height: 1fr; }
    PlansScreen #examples { width: 1fr; }
    PlansScreen #preview { width: 54; display: none; border-left: solid $rule; }
    PlansScreen.-broad #preview { display: block; }
    PlansScreen.-empty #welcome { display: block; }
    PlansScreen.-empty #books, PlansScreen.-empty TabStrip { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: Boundaries | None = None
        self._wanted: int | None = None  # the subscription that is shown, by its number
        self._conversation: int | None = None  # what is cut; None: what shows the rule best
        self._each = False
        self._shown = "ledger-panel"
        self._stamp: str | None = None
        self._told_of: set[str] = set()  # troubles that stand in a notice
        self._ask_sight = Paced(self, "sight", self._look, self._show)
        self._ask_cut = Paced(self, "cut", self._cut, self._show_cut)

    def parts(self) -> ComposeResult:
        """Compose the four panels, and what stands there while no plan is in force."""
        yield TabStrip()
        with Horizontal(id="books"):
            with Vertical(id="left", classes="-shown"):
                yield Panel("Plan in force", TermsView(id="terms"), id="terms-panel")
                yield Panel(
                    "Credit ledger",
                    CreditHead(),
                    CreditRows(id="ledger"),
                    id="ledger-panel",
                    classes="-shown",
                )
            with Vertical(id="right"):
                meters = PlanMeters()
                yield Panel("Burn-down", BurnDownChart(), meters, id="burn-panel")
                yield Panel("Boundaries", BoundaryView(), id="cut-panel")
        yield Panel(
            "Plans",
            Static(id="nothing"),
            Horizontal(PlanRows(id="examples"), TermsView(id="preview"), id="shelf"),
            id="welcome",
        )

    def on_mount(self) -> None:
        """Look after the plan files: nobody says when an editor writes one."""
        self.set_interval(LOOK_EVERY, self._look_at_files)

    def on_resize(self, event: events.Resize) -> None:
        """Show all panels where there is room, else one at a time."""
        cells, lines = FOLDED
        self.set_class(event.size.width < cells or event.size.height < lines, "-folded")
        self.set_class(event.size.height < LOW or event.size.width < 60, "-tight")
        self.query_one("#nothing", Static).update(
            words.welcome_words(short=self.has_class("-tight"))
        )
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        if self.is_ready:
            self._share_height()
            self._name_panels()

    # ---- figures

    def renew(self) -> None:
        """Ask for everything anew."""
        self._ask_sight.wish()

    def _look_at_files(self) -> None:
        from convledger.reports.plan_files import plan_stamp

        if self.books.place() is self:
            self.ask("stamp", lambda ledger: plan_stamp(ledger.workspace), self._saw_files)

    def _saw_files(self, stamp: str) -> None:
        before, self._stamp = self._stamp, stamp
        if before is not None and before != stamp:
            self._ask_sight.wish(anew=True)

    @property
    def _zone(self) -> tzinfo:
        """The zone that days are cut in: that of the plan in sight, else the app's."""
        view = self._sight.view
        return self.books.zone if view is None else view.zone

    def _look(self, ledger: Ledger) -> Sight:
        return look(ledger, self._wanted, self.books.now(), each=self._each)

    def _show(self, sight: Sight) -> None:
        before, self._sight = self._sight, sight
        zone, view = self._zone, sight.view
        is_another = before.subscription != sight.subscription
        self._tell_troubles(sight.troubles)
        one, now = sight.subscription, self.books.now()
        self.query_one("#terms", TermsView).show(words.terms_of(sight, self.books.zone, now))
        has_credits = view is not None and view.pool is not None
        nothing = words.NO_ENTRY if has_credits else words.NO_CREDITS
        if one is not None and one.began > now:
            nothing = words.NOT_BEGUN
        self.query_one(CreditRows).show(
            sight.lines,
            zone,
            view.currency if view is not None else "USD",
            nothing,
            anew=is_another,
        )
        self.query_one(BurnDownChart).show(view.burn_down if view is not None else None, zone)
        self.query_one(PlanMeters).show(sight.meters, zone)
        self.set_class(view is not None and view.burn_down is None, "-measured")
        self.query_one(PlanRows).show(sight.choices)
        self._show_example()
        self._show_empty(not sight.count)
        if sight.subscription is None:
            self._show_cut(None)
        else:
            self._ask_cut.wish(anew=is_another)
        self._fit()
        self.refresh_bindings()

    def _show_empty(self, is_empty: bool) -> None:
        if is_empty != self.has_class("-empty"):
            self.set_class(is_empty, "-empty")
            self.query_one("#examples" if is_empty else "#ledger").focus()

    def _cut(self, ledger: Ledger) -> Boundaries | None:
        subscription = self._sight.subscription
        if subscription is None:
            return None
        return told_cut(ledger, subscription, self._conversation, self.books.now())

    def _show_cut(self, told: Boundaries | None) -> None:
        self._told = told
        self.query_one(BoundaryView).show(told, self._zone)
        self._name_panels()

    def _tell_troubles(self, troubles: tuple[str, ...]) -> None:
        """Keep a notice in sight for each file that is broken or gone, as long as it is so."""
        books = self.books
        for words_ in self._told_of - set(troubles):
            books.notices.settle(f"plan {words_}")
        for words_ in troubles:
            books.notice(f"plan {words_}", words_, lasts=True)
        self._told_of = set(troubles)
        books.show_notices()

    def _share_height(self) -> None:
        """Give the terms the lines that they take, but leave the ledger more than half."""
        panel = self.query_one("#terms-panel", Panel)
        if self.has_class("-folded"):
            panel.styles.height = None
            return
        left = self.query_one("#left").size
        wanted = self.query_one("#terms", TermsView).lines_for(left.width - 2) + 2
        height = max(4, min(wanted, left.height * 9 // 20))
        if panel.styles.height is None or panel.styles.height.value != height:
            panel.styles.height = height

    def _name_panels(self) -> None:
        """Give each panel its title and counts, and the strip its tabs."""
        sight, zone = self._sight, self._zone
        folded = self.has_class("-folded")
        titles = words.panel_titles(sight, self.books.now(), folded=folded)
        cells = self.size.width - (0 if folded else 40)
        counts = words.panel_counts(sight, self._told, zone, each=self._each, cells=cells)
        for panel, title in titles.items():
            self.query_one(f"#{panel}", Panel).show_title(title)
            self.query_one(f"#{panel}", Panel).show_counts(counts[panel])
        self.query_one(TabStrip).show(words.panel_tabs(sight, self._told), self._shown)
        self.query_one("#welcome", Panel).show_counts(f"{len(sight.choices):,} to begin with")

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what works on a plan only where one is in use."""
        sight = self._sight
        if action in _NEED_A_PLAN and sight.view is None:
            return action == "edit" and sight.subscription is not None
        if action in ("top_up", "adjust") and (sight.view is None or sight.subscription is None):
            return False
        if action == "other" and sight.count < 2:
            return False
        return super().check_action(action, parameters)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that do something; the footer shows those that go with the panel in focus."""
        found = super().active_bindings
        hidden = "top_up" if isinstance(self.focused, BoundaryView) else "conversation"
        if not isinstance(self.focused, BoundaryView | CreditRows):
            return found
        return {
            key: one._replace(binding=replace(one.binding, show=False))
            if one.binding.action == hidden
            else one
            for key, one in found.items()
        }

    # ---- going about

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the panel with the focus be the one that is shown where only one is."""
        panel = next((one for one in event.widget.ancestors if isinstance(one, Panel)), None)
        if panel is None or panel.id not in words.PANELS:
            return
        self._shown = panel.id
        for one in self.query("#books Panel, #left, #right"):
            one.set_class(one is panel or one is panel.parent, "-shown")
        self._name_panels()
        self.refresh_bindings()

    @on(TabStrip.Wanted)
    def _go_to(self, event: TabStrip.Wanted) -> None:
        for one in self.query(f"#{event.panel}").results(Panel):
            next(each for each in one.query(_FOCUSABLE) if each.display).focus()

    @on(Rows.Moved, "#examples")
    def _show_example(self) -> None:
        choice = self.query_one(PlanRows).chosen
        if choice is not None:
            self.query_one("#preview", TermsView).show(choice_terms(choice))

    @on(Rows.Opened, "#examples")
    def _use_example(self) -> None:
        choice = self.query_one(PlanRows).chosen
        if choice is not None:
            self.open_choice(choice)

    @on(Rows.Opened, "#ledger")
    def _open_line(self, event: Rows.Opened) -> None:
        from convledger.reports.credit_lines import KINDS

        rows, sight = self.query_one(CreditRows), self._sight
        line = rows.lines[event.index]
        subscription, view = sight.subscription, sight.view
        if subscription is None or view is None or view.pool is None:
            return
        if line.what in KINDS:
            pool, now = view.pool, self.books.now()
            self.ask(
                "behind",
                lambda ledger: behind(ledger, subscription, pool, line, now),
                lambda found: self._show_behind(line, found),
                slow=True,
            )
        elif hand_number(line):
            from convledger.tui.screens.plan_credits import TakeBackScreen

            self.app.push_screen(TakeBackScreen(subscription, line, view))
        else:
            self.books.say("Booked by the plan itself: no conversation is behind it.")

    def _show_behind(self, line: CreditLine, found: list[UsedBy]) -> None:
        if not found:
            self.books.say("No conversation is behind it any more.")
        elif len(found) == 1:
            self.books.open_conversation(found[0].conversation_id)
        else:
            from convledger.tui.screens.plan_behind import BehindScreen

            self.app.push_screen(BehindScreen(line, found, self._zone), self._open_found)

    def _open_found(self, conversation_id: int | None) -> None:
        if conversation_id is not None:
            self.books.open_conversation(conversation_id)

    @on(BoundaryView.Opened)
    def _open_unit(self, event: BoundaryView.Opened) -> None:
        from convledger.reports.plan_causes import message_at

        told = self._told
        if told is None:
            return
        conversation, at = told.conversation_id, told.lanes[0].units[event.index].opened_at
        self.ask(
            "unit",
            lambda ledger: message_at(ledger.connection, conversation, at),
            lambda message: self.books.open_conversation(conversation, message),
        )

    # ---- actions

    def action_conversation(self) -> None:
        """Choose the conversation that is cut."""
        from convledger.tui.screens.plan_conversation import PickScreen

        self.app.push_screen(PickScreen(), self._cut_another)

    def _cut_another(self, conversation_id: int | None) -> None:
        if conversation_id is not None:
            self._conversation = conversation_id
            self.query_one(BoundaryView).focus()
            self._ask_cut.wish(anew=True)

    def action_each(self) -> None:
        """Show every entry of the ledger, or a line a day."""
        self._each = not self._each
        self.query_one(CreditRows).cursor = 0
        self._ask_sight.wish(anew=True)

    def action_other(self) -> None:
        """Show the next subscription."""
        now, here = self.books.now(), self._sight.subscription

        def following(ledger: Ledger) -> int | None:
            numbers = [one.id for one in in_order(ledger.plan_book.subscriptions(), now)]
            place = numbers.index(here.id) if here is not None and here.id in numbers else -1
            return numbers[(place + 1) % len(numbers)] if numbers else None

        self.ask("other", following, self._show_other)

    def _show_other(self, wanted: int | None) -> None:
        self._wanted = wanted
        self._ask_sight.wish(anew=True)

    def action_side_by_side(self) -> None:
        """Show this usage under other plans."""
        self.books.go("compare")

"""The dialog that puts a plan in force: since when, for how many seats, for which usage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label, Static, Tabs

from convledger.clock import to_datetime
from convledger.errors import UsageProblem
from convledger.reports.listing import ListQuery
from convledger.reports.periods import read_since
from convledger.text.display import display_text
from convledger.tui.plan_changes import put_in_force
from convledger.tui.screens.label import Suggestions
from convledger.tui.screens.plan_fields import FieldsDialog, NotYet, instant_of
from convledger.tui.screens.plan_words import scope_words
from convledger.tui.widgets.choices import Choices, OneOf
from convledger.tui.widgets.plan_rows import counts_words
from convledger.tui.widgets.rows import Rows
from convledger.zones import zone_of

if TYPE_CHECKING:
    from convledger.plans.schema import Plan
    from convledger.reports.facets import FacetValue
    from convledger.reports.plan_choices import PlanChoice
    from convledger.store.subscriptions import Subscription

ALL = "all"
SCOPES = ((ALL, "all usage"), ("source", "source"), ("client", "client"),
          ("project", "project"), ("tag", "tag"))  # fmt: skip
_MOST_SEATS = 10**6


class UseScreen(FieldsDialog):
    """Puts one plan in force; what was in force for the same usage ends then."""

    HELP = (
        "A plan counts from the instant that you say, in its own time zone. What was in force for "
        "the same usage ends there; nothing of it is lost. A plan for one client, project, source "
        "or tag stands beside one for all usage."
    )
    DEFAULT_CSS = """
    UseScreen #about { width: 100%; height: auto; max-height: 2; color: $muted; }
    UseScreen #which { height: auto; display: none; }
    UseScreen.-scoped #which { display: block; }
    UseScreen Suggestions { height: 5; margin: 0 0 0 11; }
    UseScreen.-tiny Suggestions { height: 2; }
    UseScreen.-tiny #about { display: none; }
    UseScreen OneOf { margin: 1 0 0 0; }
    UseScreen.-tiny OneOf { margin: 0; }
    """
    AUTO_FOCUS = "#since"

    def __init__(self, choice: PlanChoice) -> None:
        super().__init__(f"Use {display_text(choice.name)}", "⏎ Put in force · tab Next · esc Back")
        assert choice.plan is not None
        self._choice = choice
        self._plan: Plan = choice.plan
        self._zone: tzinfo = zone_of(choice.plan.zone_name)[0]
        self._values: dict[str, list[FacetValue]] = {}
        self._there: list[Subscription] = []

    def parts(self) -> list[Widget]:
        """Return what the plan counts, the lines, the effect and the two answers."""
        now = self.books.now()
        first = max(read_since("month", self._zone, now), min(self._choice.versions))
        fields = [self.field("since", "since", _day(first, self._zone), "a day, like 2026-11-01")]
        if has_seats(self._plan):
            fields.append(self.field("seats", "seats", str(self._plan.seats)))
        return [
            Static(Content(display_text(counts_words(self._plan))), id="about"),
            Vertical(*fields, id="fields"),
            Horizontal(Label("for"), classes="field"),
            OneOf(*SCOPES),
            Vertical(self.field("value", "which"), Suggestions(), id="which"),
            Static("", id="effect"),
            Choices(("do", "Put in force"), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Ask what there is to choose from, and what is in force now."""
        self.books.ask(
            ("plan use", id(self)),
            lambda ledger: (ledger.facets(ListQuery()), ledger.plan_book.subscriptions()),
            self._took,
            slow=True,
        )
        self.show_effect()

    def _took(self, found: tuple[dict[str, list[FacetValue]], list[Subscription]]) -> None:
        self._values, self._there = found
        if self.is_attached:
            self._show_scope()

    # ---- what is chosen

    @property
    def kind(self) -> str:
        """Which usage: all, or that of a source, client, project or tag."""
        return self.query_one(OneOf).chosen

    def scope(self) -> dict[str, tuple[str, ...]]:
        """Return which usage the plan will be about; raises UsageProblem where it is not named."""
        if self.kind == ALL:
            return {}
        value = self.typed("value")
        if not value:
            raise NotYet(f"choose the {self.kind} below, or type one")
        return {self.kind: (value,)}

    def since(self) -> int:
        """Return from when on; raises UsageProblem where the plan does not hold then."""
        since = instant_of(self.typed("since"), "since", self._zone, self.books.now())
        first = min(self._choice.versions)
        if since < first:
            raise UsageProblem(
                f"the plan begins {_day(first, self._zone)}: say a later day, or edit its "
                "effective_from"
            )
        return since

    def seats(self) -> int:
        """Return how many seats, 0 where the plan has none; raises UsageProblem."""
        if not has_seats(self._plan):
            return 0
        text = self.typed("seats")
        if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= _MOST_SEATS):
            raise UsageProblem("seats must be a whole number, at least 1")
        return int(text)

    @on(Tabs.TabActivated)
    def _show_scope(self) -> None:
        self.set_class(self.kind != ALL, "-scoped")
        self.query_one(Suggestions).offer(self._values.get(self.kind, ()))
        self.show_effect()

    @on(Input.Changed, "#value")
    def _narrow(self, event: Input.Changed) -> None:
        self.query_one(Suggestions).narrow(event.value)

    @on(Rows.Opened)
    def _take(self, event: Rows.Opened) -> None:
        self.query_one("#value", Input).value = self.query_one(Suggestions).shown[event.index].value
        self.query_one("#do").focus()

    def effect(self) -> Content:
        """Return what will be in force from when on, and what ends with that."""
        from convledger.reports.plan_screen import bought_words

        since, scope = self.since(), self.scope()
        self.seats()
        day = _day(since, self._zone)
        same = [one for one in self._there if one.scope == scope]
        ended = _names(one for one in same if one.began < since < (one.ended or since + 1))
        replaced = _names(one for one in same if one.began >= since)
        note = f" · ends {ended} then" if ended else ""
        note += f" · takes the place of {replaced}" if replaced else ""
        note += "".join(f" · besides the fee: {words}" for words in bought_words(self._plan))
        if self._choice.is_example:
            note += " · its file goes into the workspace"
        return Content.assemble(
            ("in force ", "$muted"), (f"from {day}", "bold $foreground"),
            (f" for {scope_words(scope)}", "$foreground"), (note, "$muted"),
        )  # fmt: skip

    def go_on(self) -> None:
        """Put it in force."""
        try:
            since, scope, seats = self.since(), self.scope(), self.seats()
        except UsageProblem:
            self.show_effect()
            return
        choice, now = self._choice, self.books.now()
        self.do(
            lambda ledger: put_in_force(ledger, choice, since, now=now, seats=seats, scope=scope),
            f" from {_day(since, self._zone)}",
        )


def _names(some: Iterable[Subscription]) -> str:
    return ", ".join(dict.fromkeys(display_text(one.plan) for one in some))


def has_seats(plan: Plan) -> bool:
    """Tell whether anything of a plan hangs on how many seats there are."""
    return any(fee.per == "seat" for fee in plan.fees) or any(
        grant.per == "seat" for grant in plan.grants
    )


def _day(at: int, zone: tzinfo) -> str:
    moment = to_datetime(at).astimezone(zone)
    is_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return f"{moment:%Y-%m-%d}" if is_midnight else f"{moment:%Y-%m-%dT%H:%M:%S}"

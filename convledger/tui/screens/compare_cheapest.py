"""The dialog that shows each month's cheapest plan, beside the one that was in force then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.widget import Widget

from convledger.plans.certainty import Doubt
from convledger.reports.compare_months import MonthBest, month_best
from convledger.reports.compare_stock import Look
from convledger.reports.render.numbers import doubted
from convledger.text.display import clip, display_text
from convledger.text.display import width as cells_of
from convledger.tui.credit_words import money_text
from convledger.tui.screens.compare_asking import Asking
from convledger.tui.widgets.canvas import DIM, Canvas
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.compare_choices import Overview
    from convledger.reports.compare_stock import Stock
    from convledger.reports.periods import Span
    from convledger.reports.plan_figures import Comparison
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.screens.compare_asking import Question, Then

WIDE = 76  # cells of the list from which a month is one line
_MONTH, _MONEY = 16, 12
_HEADS = ("month", "cheapest", "", "in force", "", "saved")


class MonthRows(Rows):
    """A month a row; on a narrow list the plan in force stands below the cheapest."""

    HELP = (
        "Which of the plans that are compared would have cost least in each month, beside the one "
        "in force then. Enter shows the month."
    )
    DEFAULT_CSS = "MonthRows { background: $surface; }"
    lines_per_row = 1

    def __init__(self, months: Sequence[Span]) -> None:
        super().__init__()
        self._months = months
        self._known: dict[int, MonthBest] = {}

    def know(self, best: MonthBest) -> None:
        """Show a month that is worked out."""
        self._known[best.since] = best
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Take a second line for a month where one has too little room."""
        self.lines_per_row = 1 if event.size.width >= WIDE else 2
        super().on_resize(event)

    def count(self) -> int:
        """Return how many months there are."""
        return len(self._months)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return month, cheapest plan and plan in force with what each comes to."""
        month = self._months[index]
        best = self._known.get(month.since)
        name: Part = (month.name.ljust(_MONTH), "bold $foreground")
        if best is None:
            return [RowLine([name, ("working it out…", "$muted")], [])]
        if self.lines_per_row == 1:
            plan = (cells - 2 - _MONTH - 3 * _MONEY) // 2
            held = _held(best) if best.in_force else "no plan"
            return [
                RowLine(
                    [name, (_cell(_best(best), plan), "$success"),
                     (_total(best).rjust(_MONEY - 2), "bold $success"),
                     ("  ", ""), (_cell(held, plan), "$foreground" if best.in_force else "$muted"),
                     (_held_total(best).rjust(_MONEY - 2), "$accent"),
                     ("  ", "")],
                    [(_saved(best).rjust(_MONEY - 3), "$success" if best.saved else "$muted")],
                )
            ]  # fmt: skip
        held = f"● {_held(best)} " if best.in_force else "no plan was in force"
        total = _held_total(best) if best.in_force else ""
        return [
            RowLine(
                [name, (_best(best), "$success")],
                [(_total(best), "bold $success")],
            ),
            RowLine([(" " * _MONTH, ""), (held, "$muted")], [(total, "$accent")]),
        ]


class MonthHead(Drawing):
    """The names of the columns, where a month is one line."""

    DEFAULT_CSS = "MonthHead { height: 1; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)

    def draw(self, canvas: Canvas) -> None:
        """Draw the names where the columns are."""
        canvas.put(1, 0, ("month", DIM))
        canvas.put(1 + _MONTH, 0, ("cheapest", DIM))
        if canvas.width >= WIDE:
            plan = (canvas.width - 2 - _MONTH - 3 * _MONEY) // 2
            canvas.put(1 + _MONTH + plan + _MONEY, 0, ("in force", DIM))
            canvas.right(canvas.width - 1, 0, ("saved", DIM))


class CheapestScreen(Dialog["Span"]):
    """Returns the month that is to be shown; works the months out one by one, the latest first."""

    DEFAULT_CSS = """
    CheapestScreen > #frame { max-width: 116; padding: 1 1; }
    CheapestScreen MonthRows { height: auto; max-height: 100%; min-height: 2; }
    CheapestScreen.-tiny > #frame { width: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "MonthRows"

    def __init__(
        self, stock: Stock, overview: Overview, ids: Sequence[str], months: Sequence[Span]
    ) -> None:
        count = len(ids)
        plans = "1 plan" if count == 1 else f"{count:,} plans"
        super().__init__(f"Cheapest of {plans}, month by month", "⏎ Show the month · esc Back")
        self._overview, self._ids, self._months = overview, ids, months
        self._place = -1
        self._asking = Asking(stock, self._ask_some, self.set_timer, self._take)

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the months under their heads."""
        return [MonthHead(), MonthRows(self._months)]

    def on_mount(self) -> None:
        """Begin with the latest month."""
        rows = self.query_one(MonthRows)
        rows.styles.height = len(self._months) * 2
        self._next()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen, and fit the list to its months."""
        self.set_class(event.size.height < 20 or event.size.width < 60, "-tiny")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        rows = self.query_one(MonthRows)
        rows.styles.height = len(self._months) * rows.lines_per_row

    def _ask_some(self, question: Question, then: Then) -> None:
        self.books.ask(
            ("months", id(self)),
            question,
            lambda answer: then(answer) if self.is_attached else None,
            slow=True,
        )

    def _next(self) -> None:
        self._place += 1
        if self._place >= len(self._months):
            return
        month, now = self._months[self._place], self.books.now()
        held = self._overview.in_force_in(month)
        plans = self._overview.named({*self._ids, held}, month)
        candidates = [one.candidate for one in plans]
        self._asking.begin(candidates, Look(month, now, self.books.zone), anew=True)

    def _take(self, found: Comparison, left: int) -> None:
        if not left:
            self.query_one(MonthRows).know(month_best(found))
            self._next()

    @on(Rows.Opened)
    def _open(self, event: Rows.Opened) -> None:
        self.dismiss(self._months[event.index])


def _best(best: MonthBest) -> str:
    return f"★ {display_text(best.cheapest)}" if best.cheapest else "none can be named"


def _held(best: MonthBest) -> str:
    same = best.in_force == best.cheapest
    return "the same" if same else display_text(best.in_force)


def _saved(best: MonthBest) -> str:
    guessed = Doubt(best.doubt.is_estimated or best.in_force_doubt.is_estimated)
    if not best.saved:
        return "–"
    return doubted(money_text(best.saved, best.currency), best.saved, guessed)


def _total(best: MonthBest) -> str:
    return doubted(money_text(best.total, best.currency), best.total, best.doubt)


def _held_total(best: MonthBest) -> str:
    text = money_text(best.in_force_total, best.currency)
    return doubted(text, best.in_force_total, best.in_force_doubt)


def _cell(text: str, cells: int) -> str:
    shown = clip(text, cells)
    return shown + " " * max(0, cells - cells_of(shown))

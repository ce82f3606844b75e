"""The lines under a transcript that say its full cost part by part, and its place in budgets."""

from __future__ import annotations

from datetime import tzinfo
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from convledger.text.display import clip, display_text
from convledger.tui.amounts import percent
from convledger.tui.credit_words import MINUS, money_text
from convledger.tui.widgets.canvas import BAD, BOLD, DIM, INK, MONEY, Canvas, Part, measure
from convledger.tui.widgets.charts import meter
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.meter_marks import level_of

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.unit_costs.one_conversation import BudgetPlace, FullCost
    from convledger.tui.screens.place import PlaceScreen

_TALL = 24
_MOST_BUDGETS = 3
_SHORTEST, _LONGEST, _NAME = 6, 24, 20  # cells of a meter and of a budget's name
_GAP = 3


class FullCostLine(Drawing):
    """What a conversation costs with all that it bears, as a sum; each budget with a thin meter.

    It takes no room where there is nothing to say beyond the list cost; on a low screen one line.
    """

    DEFAULT_CSS = "FullCostLine { height: auto; display: none; padding: 0 1 0 0; }"

    def __init__(self, conversation_id: int, zone: tzinfo) -> None:
        super().__init__(focusable=False)
        self._conversation_id = conversation_id
        self._zone = zone
        self._cost: FullCost | None = None

    def ask_anew(self) -> None:
        """Ask for the cost; it is worked out off the screen's thread."""
        screen = cast("PlaceScreen", self.screen)
        number, zone, now = self._conversation_id, self._zone, screen.books.now()

        def read(ledger: Ledger) -> FullCost | None:
            return ledger.full_cost(number, now, zone)

        screen.ask("full cost", read, self.show, slow=True)

    def show(self, cost: FullCost | None) -> None:
        """Show a cost; take no room where there is none."""
        if cost != self._cost:
            self._cost = cost
            self.lay_out()

    def on_resize(self) -> None:
        """Take as many lines as there is room for."""
        self.lay_out()

    def lay_out(self) -> None:
        """Be as tall as what is shown."""
        cost = self._cost
        self.display = cost is not None
        if cost is not None:
            lines = min(len(cost.places), _MOST_BUDGETS) + (not cost.is_list_alone)
            self.styles.height = lines if self._is_tall else 1
        self.refresh()

    @property
    def _is_tall(self) -> bool:
        return self.app.size.height > _TALL

    def draw(self, canvas: Canvas) -> None:
        """Draw the sum, then each budget."""
        cost = self._cost
        if cost is None:
            return
        nearest = sorted(cost.places, key=_nearness)
        if not self._is_tall:
            x = 0
            if not cost.is_list_alone:
                x = canvas.put(0, 0, *sum_parts(cost, canvas.width, short=bool(nearest)))
                x += _GAP
            if nearest:
                draw_place(canvas, x, 0, nearest[0])
            return
        y = 0
        if not cost.is_list_alone:
            canvas.put(0, 0, *sum_parts(cost, canvas.width), end=canvas.width)
            y = 1
        for row, place in enumerate(nearest[: canvas.height - y], y):
            draw_place(canvas, 0, row, place)


def _nearness(place: BudgetPlace) -> tuple[bool, Fraction, str]:
    """Sort the budget that is nearest to its end, or over it, first."""
    share = place.position.share
    return not place.position.is_over, -(share or Fraction(0)), place.terms.name


def sum_parts(cost: FullCost, room: int, *, short: bool = False) -> list[Part]:
    """Return "full $1.94 = list $0.85 − plan $0.38 + people ~$1.28", or what of it fits."""
    mark = ("~" if cost.is_estimate else "") if cost.full is not None else ""
    at_least = "≥" if cost.lacks and cost.full is not None else ""
    head: list[Part] = [
        ("full ", DIM),
        (f"{at_least}{mark}{money_text(cost.full, cost.currency)}", MONEY),
    ]
    if short:
        return head
    sums: list[Part] = []
    for place, (part, amount) in enumerate(cost.parts):
        sign = " = " if not place else f" {MINUS} " if amount is not None and amount < 0 else " + "
        size = None if amount is None else amount if not place else abs(amount)
        guess = "~" if amount is not None and cost.is_guess(part) else ""
        sums += [(f"{sign}{part} ", DIM), (f"{guess}{money_text(size, cost.currency)}", INK)]
    if measure(*head, *sums) <= room:
        return head + sums
    while sums and measure(*head, *sums, " …") > room:
        sums = sums[:-2]
    return [*head, *sums, (" …", DIM)]


def draw_place(canvas: Canvas, x: int, y: int, place: BudgetPlace) -> None:
    """Draw a budget in a line: its name, a thin meter, how much of it, the threshold reached."""
    name = clip(display_text(place.terms.name), _NAME)
    words = place_words(place)
    end = canvas.put(x, y, (f"{name} ", BOLD), end=canvas.width)
    share = place.position.share
    cells = min(_LONGEST, canvas.width - end - 1 - measure(*words))
    if share is not None and cells >= _SHORTEST:
        _, colour = level_of(share)
        meter(canvas, end, y, cells, share, 1, colour)
        end += cells + 1
    canvas.put(end, y, *words, end=canvas.width)


def place_words(place: BudgetPlace) -> list[Part]:
    """Return how much of a budget is spent: "72 % of $0.95 · △ 70 %"."""
    position, money = place.position, place.terms.currency
    if place.terms.is_under_water:
        return [("under water", f"bold {BAD}"), (": nothing is left for conversations", DIM)]
    if position.budget is None:
        return [("–", INK), (": no conversation is expected", DIM)]
    of = (f" of {money_text(round(position.budget), money)}", DIM)
    if position.spent is None:
        return [("–", INK), of, (": its cost is not known", DIM)]
    at_least = "≥" if place.lacks else ""
    share = position.share
    if share is None:
        text = money_text(int(position.spent), money)
        return [(f"{at_least}{text}", f"bold {BAD}" if position.is_over else INK), of]
    mark, colour = level_of(share)
    words: list[Part] = [(f"{mark} {at_least}{percent(share, 1)}".lstrip(), f"bold {colour}"), of]
    if position.is_over:
        beyond = round(position.spent - position.budget)
        words.append((f" · {money_text(beyond, money)} over", f"{BAD}"))
    elif place.reached:
        words.append((f" · {place.reached[-1]} % reached", DIM))
    return words

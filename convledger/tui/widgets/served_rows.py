"""Bot, escalated, blended: a row for each way of service, and two bars of their shares below."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.economics.conversation_costs import BOT, ESCALATED, PEOPLE_ONLY, UNANSWERED
from convledger.reports.unit_costs.doubts import Doubts
from convledger.tui.amounts import percent
from convledger.tui.cost_words import WAY_WORDS, sum_text, times_text, unit_text
from convledger.tui.widgets.canvas import BOLD, DIM, INK, MONEY, SERIES, WARN, Canvas, Part, measure
from convledger.tui.widgets.charts import stacked_bar
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.drawn_row import EDGES, drawn_parts
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.economics.service import Service, Way
    from convledger.reports.unit_costs.summary import Economics

COLOURS = {BOT: SERIES[0], ESCALATED: SERIES[2], PEOPLE_ONLY: SERIES[1], UNANSWERED: SERIES[3]}
BLENDED = "blended"
_UNIT, _COST, _COUNT = 11, 12, 8  # cells of the columns


@dataclass(frozen=True, slots=True)
class ServedRow:
    """A way of service, or all that were served together; amounts in picounits."""

    name: str
    units: int
    cost: int | None
    per_unit: Fraction | None
    doubt: bool = False


def served_rows(found: Economics, doubts: Doubts) -> list[ServedRow]:
    """Return the ways in which any conversation was served, and the blend of them."""
    service = found.service
    rows = [
        ServedRow(way.name, way.units, way.cost, way.per_unit, way.name in doubts.ways)
        for way in service.ways
        if way.units or way.name in (BOT, ESCALATED)
    ]
    full = found.waterfall.full.amount
    return [
        *rows,
        ServedRow(BLENDED, service.served.total, full, service.blended, bool(doubts.ways)),
    ]


class ServedHead(Drawing):
    """The names of the columns."""

    DEFAULT_CSS = "ServedHead { height: 1; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)

    def draw(self, canvas: Canvas) -> None:
        """Draw the names over the columns."""
        end = canvas.width - 1
        canvas.right(end, 0, ("per conv.", DIM))
        canvas.right(max(0, end - _UNIT), 0, ("full cost", DIM))
        canvas.right(max(0, end - _UNIT - _COST), 0, ("conv.", DIM))


class ServedRows(Rows):
    """The ways of service; enter opens the conversations of one."""

    HELP = (
        "Conversations by who served them, and what one costs: a bot alone, handed over to people, "
        "or both together. An escalated one carries the cost of its bot part too. Blended is the "
        "cost of one over all that were served; full cost also holds what no conversation bears."
    )
    DEFAULT_CSS = "ServedRows { height: auto; }"
    lines_per_row = 1

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._found: Economics | None = None
        self.ways: list[ServedRow] = []

    @property
    def chosen(self) -> ServedRow | None:
        """The way under the cursor."""
        return self.ways[self.cursor] if 0 <= self.cursor < len(self.ways) else None

    def show(self, found: Economics | None, doubts: Doubts) -> None:
        """Show other conversations; the cursor stays on its way."""
        before = self.chosen
        self._found = found
        self.ways = served_rows(found, doubts) if found is not None else []
        names = [row.name for row in self.ways]
        self.renew(cursor=names.index(before.name) if before and before.name in names else 0)
        self.styles.height = max(1, len(self.ways))

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self.ways)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a way with how many there are and what they and one of them cost."""
        assert self._found is not None
        one, currency = self.ways[index], self._found.currency
        canvas = Canvas(max(1, cells - EDGES), 1)
        end = canvas.width
        each = unit_text(one.per_unit, currency, about=one.doubt)
        canvas.right(end, 0, (each, f"bold {MONEY}"))
        cost = sum_text(one.cost, currency, about=one.doubt)
        canvas.right(max(0, end - _UNIT), 0, (cost, INK))
        count = f"{one.units:,}"
        canvas.right(max(0, end - _UNIT - _COST), 0, (count, INK))
        room = end - _UNIT - _COST - measure(count) - 1
        mark = ("= ", MONEY) if one.name == BLENDED else ("■ ", COLOURS[one.name])
        canvas.put(0, 0, mark, (WAY_WORDS.get(one.name, one.name), BOLD), end=max(1, room))
        return [RowLine(drawn_parts(canvas), [])]


class ServedBars(Drawing):
    """Two bars under each other: shares of the conversations, and shares of the cost."""

    DEFAULT_CSS = "ServedBars { height: 1fr; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._found: Economics | None = None

    def show(self, found: Economics | None) -> None:
        """Show other conversations."""
        self._found = found
        self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw the bars and what they say, as far as there is room."""
        found = self._found
        if found is None or not found.service.conversations:
            return
        service, full = found.service, found.waterfall.full.amount
        sentences = rate_lines(service)
        bars = 2 * 2
        spare = 1 if canvas.height >= bars + len(sentences) + 3 else 0
        y = spare
        if canvas.height - spare >= bars:
            shares = [(way, way.units) for way in service.ways]
            _draw_share(canvas, y, shares, service.conversations, "of conversations")
            y += 2 + spare
            costs = [(way, way.cost or 0) for way in service.ways]
            _draw_share(canvas, y, costs, full, "of the cost")
            y += 2 + spare
        for line in sentences[: max(0, canvas.height - y)]:
            while measure(*line) > canvas.width and len(line) > 2:
                del line[-2:]
            canvas.put(0, y, *line, end=canvas.width)
            y += 1


def _draw_share(
    canvas: Canvas, y: int, amounts: list[tuple[Way, int]], whole: int | None, words: str
) -> None:
    """Write the shares over a bar of them: the first at the left, the others at the right."""
    if whole is None or whole <= 0:
        canvas.put(0, y, ("– ", DIM), (words, DIM), (": not known" if whole is None else "", DIM),
                   end=canvas.width)  # fmt: skip
        return
    shown = [(way, amount) for way, amount in amounts if amount > 0]
    first, *others = [(way, amount) for way, amount in amounts if way.name == BOT or amount > 0]
    x = canvas.put(0, y, (percent(first[1], whole), f"bold {COLOURS[first[0].name]}"),
                   (f" {words}", DIM), end=canvas.width)  # fmt: skip
    right: list[Part] = []
    for way, amount in others:
        right += [("  ", DIM)] if right else []
        right.append((percent(amount, whole), f"bold {COLOURS[way.name]}"))
    if right and x + 2 + measure(*right) <= canvas.width:
        canvas.right(canvas.width, y, *right)
    bar = [(amount, COLOURS[way.name]) for way, amount in shown]
    stacked_bar(canvas, 0, y + 1, canvas.width, bar, whole)


def rate_lines(service: Service) -> list[list[Part]]:
    """Return what the ways say of each other: the multiplier, then the rates."""
    served = service.served
    lines: list[list[Part]] = []
    if service.multiplier is not None:
        lines.append(
            [("an escalated one costs ", DIM), (times_text(service.multiplier), f"bold {WARN}"),
             (" a bot-only one", DIM)]
        )  # fmt: skip
    if served.engaged:
        lines.append(
            [("contained ", DIM), (_rate(served.containment_rate), INK), (" · resolved ", DIM),
             (_rate(served.resolution_rate), INK), (" · automated ", DIM),
             (_rate(served.automation_rate), INK)]
        )  # fmt: skip
    return lines


def _rate(share: Fraction | None) -> str:
    return "–" if share is None else percent(share, 1)

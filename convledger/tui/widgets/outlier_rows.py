"""Conversations that cost many times the median: how many times, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from convledger.text.display import display_text
from convledger.tui.amounts import percent
from convledger.tui.cost_words import sum_text, times_text, title_text
from convledger.tui.widgets.canvas import DIM, WARN, Canvas
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.unit_costs.outlying import Outlier
    from convledger.reports.unit_costs.summary import Economics

_ROOMY = 3  # lines of a row where all of them have room for a free one
_MULTIPLE, _AMOUNT = 8, 10  # cells


class OutlierRows(Rows):
    """The outliers, the dearest first; enter opens one, w explains its cost."""

    HELP = (
        "Conversations whose list cost is at least ten times the median, the one in the middle: "
        "how many times, and what in them accounts for it. Enter reads one, w explains its cost "
        "call by call."
    )
    lines_per_row = 2

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.outliers: tuple[Outlier, ...] = ()
        self._titles: dict[int, str] = {}
        self._currency = "USD"
        self._doubtful: frozenset[int] = frozenset()
        self._empty: list[str] = []

    @property
    def chosen(self) -> Outlier | None:
        """The outlier under the cursor."""
        return self.outliers[self.cursor] if 0 <= self.cursor < len(self.outliers) else None

    def show(self, found: Economics | None, empty: list[str]) -> None:
        """Show other outliers; the cursor stays on its conversation."""
        before = self.chosen
        self.outliers = found.outliers.found if found is not None else ()
        self._currency = found.currency if found is not None else "USD"
        self._doubtful = frozenset(found.coverage.doubtful_ids if found is not None else ())
        self._empty = empty
        self._titles.clear()
        ids = [one.id for one in self.outliers]
        self._fit_rows(self.size.height)
        self.renew(cursor=ids.index(before.id) if before and before.id in ids else 0)

    def on_resize(self, event: events.Resize) -> None:
        """Give each row a free line where all of them have room for one."""
        self._fit_rows(event.size.height)
        super().on_resize(event)

    def _fit_rows(self, lines: int) -> None:
        roomy = bool(self.outliers) and lines >= _ROOMY * len(self.outliers) - 1
        self.lines_per_row = _ROOMY if roomy else 2

    def count(self) -> int:
        """Return how many outliers there are."""
        return len(self.outliers)

    def empty_lines(self) -> list[str]:
        """Return what to say where there is none."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title, multiple and list cost, then source and reasons."""
        del cells
        one = self.outliers[index]
        title = self._titles.get(one.id)
        if title is None:
            title = self._titles[one.id] = title_text(one.title, one.name)
        amount = sum_text(one.at_list, self._currency, about=one.id in self._doubtful)
        why = f"{display_text(one.source)} · {display_text(one.why) or 'looking for why…'}"
        return [
            RowLine(
                [(title, "$foreground")],
                [(times_text(one.multiple).rjust(_MULTIPLE), WARN),
                 (amount.rjust(_AMOUNT), "$accent")],
            ),
            RowLine([(why, "$muted")], []),
        ]  # fmt: skip


class OutlierFoot(Drawing):
    """How much of the cost the outliers carry."""

    DEFAULT_CSS = "OutlierFoot { height: 1; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._found: Economics | None = None

    def show(self, found: Economics | None) -> None:
        """Show another share."""
        self._found = found
        self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Write the sentence."""
        if self._found is None or not self._found.outliers.found:
            return
        out = self._found.outliers
        share = "–" if out.share is None else percent(out.share, 1)
        canvas.put(
            0, 0, (f"{len(out.found):,} of {out.members:,} carry ", DIM), (share, f"bold {WARN}"),
            (f" of the list cost, {sum_text(out.at_list, self._found.currency)}", DIM),
            end=canvas.width,
        )  # fmt: skip

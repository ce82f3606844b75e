"""Conversations in a budget, each with a bar of how much of it is spent."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from convledger.clock import to_datetime
from convledger.reports.unit_costs.unit_budget_words import pico_words, share_words
from convledger.tui.cost_words import title_text
from convledger.tui.widgets.canvas import BAD, DIM, INK, MONEY
from convledger.tui.widgets.meter_marks import level_of
from convledger.tui.widgets.rows import Part, RowLine, Rows
from convledger.tui.widgets.thin_meter import thin_meter

if TYPE_CHECKING:
    from convledger.economics.budget_terms import BudgetTerms
    from convledger.reports.unit_costs.budget_standing import Placed
    from convledger.reports.unit_costs.standing_levels import Level

_WIDE, _BAR, _SHORT_BAR = 60, 24, 12  # cells


class PlacedRows(Rows):
    """Two lines a conversation: title and cost, then its bar, the budget, and what it crossed."""

    HELP = (
        "Conversations with what of their cost the budget counts. The bar is full at the whole "
        "budget; behind it stands which threshold was crossed last, and when. ~ is an estimate "
        "in part. Enter reads one, w explains its list cost call by call."
    )

    def __init__(self, zone: tzinfo, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._zone = zone
        self._level: Level | None = None
        self._currency = "USD"
        self._empty: list[str] = []
        self._titles: dict[int, str] = {}

    @property
    def placed(self) -> tuple[Placed, ...]:
        """The conversations that are shown."""
        return self._level.placed if self._level is not None else ()

    @property
    def chosen(self) -> Placed | None:
        """The conversation under the cursor."""
        return self.placed[self.cursor] if 0 <= self.cursor < len(self.placed) else None

    def show(self, level: Level | None, terms: BudgetTerms | None, empty: list[str]) -> None:
        """Show the conversations of another level."""
        before = self.chosen
        self._level, self._empty = level, empty
        self._currency = terms.currency if terms is not None else "USD"
        self._titles.clear()
        ids = [one.cost.talk.id for one in self.placed]
        kept = before.cost.talk.id if before is not None else None
        self.renew(cursor=ids.index(kept) if kept in ids else 0)

    def count(self) -> int:
        """Return how many conversations there are."""
        return len(self.placed)

    def empty_lines(self) -> list[str]:
        """Return why there is none."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a conversation."""
        one = self.placed[index]
        talk, position = one.cost.talk, one.position
        title = self._titles.get(index)
        if title is None:
            title = self._titles[index] = title_text(talk.title, talk.name)
        about = "~" if talk.doubt and position.spent is not None else ""
        spent = about + pico_words(position.spent, self._currency)
        share = position.share
        mark, colour = (
            level_of(share) if share is not None else ("◆" if position.is_over else "", BAD)
        )
        part = share_words(position)
        bar = thin_meter(share.numerator, share.denominator, _bar_cells(cells), colour) if (
            share is not None) else []  # fmt: skip
        said: list[Part] = [*bar, (" " if bar else "", ""), (self._about(one, cells), DIM)]
        is_over = position.is_over
        return [
            RowLine(
                [(title, INK)],
                [(f"{mark} {part}  ".lstrip(), f"bold {colour}" if is_over else colour),
                 (spent, MONEY if position.spent is not None else DIM)],
            ),
            RowLine(said, []),
        ]  # fmt: skip

    def _about(self, one: Placed, cells: int) -> str:
        """Return the budget, and what was crossed when; else when it opened."""
        position = one.position
        words = f"of {pico_words(position.budget, self._currency)}"
        if one.crossings:
            last = one.crossings[-1]
            when = to_datetime(last.at).astimezone(self._zone)
            words += f" · {last.threshold:,} % on {when.day} {when:%b %H:%M}"
        else:
            opened = to_datetime(one.cost.talk.opened_at).astimezone(self._zone)
            words += f" · opened {opened.day} {opened:%b %Y}"
        source = title_text(one.cost.talk.segments.get("source", ""))
        return f"{words} · {source}" if cells >= _WIDE else words


def _bar_cells(cells: int) -> int:
    return _BAR if cells >= _WIDE else _SHORT_BAR

"""The columns of a comparison: which find room, how wide they are, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convledger.reports.render.numbers import doubted
from convledger.text.display import display_text
from convledger.tui.credit_words import credits_text, money_text, signed_money
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.canvas import BAD, DIM, FOCUS, GOOD, INK, MONEY, measure

if TYPE_CHECKING:
    from convledger.reports.plan_figures import Compared

GAP = 3  # cells between two columns
BAR = 20
_NAME = 26  # cells that the name of a plan needs beside the columns
# What goes first where room is short; units, total and difference stay.
_FIRST_TO_GO = (("bar",), ("message",), ("included",), ("over",), ("fees", "usage"),
                ("conversation",))  # fmt: skip
_ORDER = ("units", "included", "over", "fees", "usage", "bar", "total", "conversation", "message",
          "difference")  # fmt: skip
_HEADS = {"units": "units", "included": "included", "over": "over", "fees": "fees",
          "usage": "usage", "bar": "fee ■ usage ■", "total": "total",
          "conversation": "per conv.", "message": "per msg.",
          "difference": "vs now"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column that ends before cell `end`; the bar begins at `start` and is read leftwards."""

    key: str
    start: int
    end: int

    @property
    def head(self) -> str:
        """What stands above it."""
        return _HEADS[self.key]


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that find room in so many cells, and whether fees and usage had to go down."""

    cells: int
    columns: tuple[Column, ...]
    is_folded: bool

    @property
    def name_end(self) -> int:
        """The cell behind the room for a plan's name."""
        return max(0, self.columns[0].start - 1) if self.columns else self.cells

    def column(self, key: str) -> Column | None:
        """Return a column, None where it found no room."""
        return next((one for one in self.columns if one.key == key), None)


def layout_of(rows: Sequence[Compared], cells: int) -> Layout:
    """Return the columns for some plans in so many cells."""
    sizes = {
        key: max([measure(_HEADS[key]), *(measure(cell_of(row, key)[0]) for row in rows)])
        for key in _ORDER
    }
    sizes["bar"] = BAR
    shown = [key for key in _ORDER if key != "message" or cells >= 150]
    for keys in _FIRST_TO_GO:
        if _NAME + sum(sizes[one] + GAP for one in shown) <= cells:
            break
        shown = [key for key in shown if key not in keys]
    if _NAME // 2 + sum(sizes[one] + GAP for one in shown) > cells:
        shown = ["total"]
    columns: list[Column] = []
    end = cells
    for key in reversed(shown):
        columns.append(Column(key, max(0, end - sizes[key]), end))
        end -= sizes[key] + GAP
    return Layout(cells, tuple(columns[::-1]), "fees" not in shown)


def cell_of(row: Compared, key: str) -> tuple[str, str]:
    """Return what stands in a column, and its style."""
    if key == "units":
        units = doubted(f"{row.units:,}", row.units, row.counted_doubt)
        return f"{units} {display_text(row.unit_name)}", INK
    if key in ("included", "over"):
        number = row.included if key == "included" else row.over
        if number is None:
            return "–", DIM
        text = f"{number:,}"
        return (doubted(text, number, row.over_doubt) if key == "over" else text), INK
    if key == "difference":
        return difference_of(row)
    if key == "total":
        return doubted(money_text(row.total, row.currency), row.total, row.doubt), total_ink(row)
    amounts = {"fees": row.fees, "usage": row.usage, "conversation": row.per_conversation,
               "message": row.per_message}  # fmt: skip
    amount = amounts.get(key)
    text = money_text(amount, row.currency)
    if key != "fees":
        text = doubted(text, amount, row.doubt)
    return text, INK if amount is not None else DIM


def total_ink(row: Compared) -> str:
    """Return the style of a total: green for the cheapest."""
    if row.total is None:
        return DIM
    return f"bold {GOOD if row.is_cheapest else MONEY}"


def difference_of(row: Compared) -> tuple[str, str]:
    """Return by how much a plan differs from the one in force: "−$6.25" in green."""
    if row.difference is None or row.is_in_force:
        return "–", DIM
    if not row.difference:
        return doubted(money_text(0, row.currency), 0, row.difference_doubt), DIM
    text = signed_money(row.difference, row.currency)
    text = doubted(text, row.difference, row.difference_doubt)
    return text, GOOD if row.difference < 0 else BAD


def badges(row: Compared) -> list[tuple[str, str]]:
    """Return the marks behind a plan's name."""
    found: list[tuple[str, str]] = []
    if row.is_cheapest:
        found.append(("   ★ cheapest", GOOD))
    if row.is_in_force:
        found.append(("   ● in force", FOCUS))
    return found


def note_of(row: Compared) -> str:
    """Return what else is to be known of a plan: its note, and what could not be priced."""
    notes = [display_text(row.note)] if row.note else _notes(row)
    if row.uncounted_calls:
        unknown = f"{row.uncounted_calls:,} {plural(row.uncounted_calls, 'call')}"
        notes.append(f"{unknown} of unknown tokens")
    if row.priceless_calls:
        notes.append(f"{row.priceless_calls:,} {plural(row.priceless_calls, 'call')} unpriced")
    return " · ".join(notes)


def _notes(row: Compared) -> list[str]:
    notes = []
    if row.breakage > 0:
        notes.append(f"{credits_text(row.breakage)} credits expire unused")
    if row.reversals:
        notes.append(f"{row.reversals:,} reversed")
    if row.blocked:
        notes.append("some use refused")
    if row.degraded:
        notes.append("some use served at less")
    if row.owed > 0:
        notes.append(f"{credits_text(row.owed)} credits owed")
    return notes

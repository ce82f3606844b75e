"""The values that a list can be narrowed by, under a heading each, with how many they leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message

from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.widgets.conversation_rows import model_name
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.facets import FacetValue

FACETS = ("source", "project", "model", "client", "tag", "kind", "outcome", "channel")
WHEN = "active"  # heads the spans of time that conversations were at work in
HEADINGS = (*FACETS, WHEN)
SHORT = 6  # values of a facet that are shown before one asks for all


@dataclass(frozen=True, slots=True)
class Facet:
    """A row: a heading (no value), a value, or how many values are folded away (`folded`)."""

    name: str
    value: str | None = None
    words: str = ""
    count: int = 0
    is_active: bool = False
    folded: int = 0

    @property
    def is_heading(self) -> bool:
        """Whether the row only names what is below it."""
        return self.value is None and not self.folded


class FacetRows(Rows):
    """Facets, one line a row; posts `Chosen` for a value, and unfolds long facets by itself."""

    SCOPE = "facets"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("facets"),
        *(one for one in bindings("app") if one.action == "back"),
    ]
    HELP = (
        "The number beside a value is how many conversations it leaves in the list. "
        "✓ chosen narrows the list; several of one kind are alternatives."
    )
    HEADINGS: ClassVar[Sequence[str]] = HEADINGS
    lines_per_row = 1

    @dataclass
    class Chosen(Message):
        """A value is to narrow the list, or, where it did, no longer."""

        rows: FacetRows
        name: str
        value: str

        @property
        def control(self) -> FacetRows:
            """The list."""
            return self.rows

    @dataclass
    class Left(Message):
        """The person is done with the filters."""

        rows: FacetRows

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._facets: Mapping[str, Sequence[FacetValue]] = {}
        self._active: Mapping[str, Sequence[str]] = {}
        self._unfolded: set[str] = set()
        self._rows: list[Facet] = []

    def show(
        self, facets: Mapping[str, Sequence[FacetValue]], active: Mapping[str, Sequence[str]]
    ) -> None:
        """Show facets, and which of their values are active; the cursor stays on its value."""
        self._facets, self._active = facets, active
        self._lay_out()

    def show_active(self, active: Mapping[str, Sequence[str]]) -> None:
        """Show other values as active before the counts for them are known."""
        self.show(self._facets, active)

    def _lay_out(self) -> None:
        before = self._rows[self.cursor] if self.cursor < len(self._rows) else None
        rows: list[Facet] = []
        for name in self.HEADINGS:
            rows += facet_rows(
                name,
                self._facets.get(name, ()),
                self._active.get(name, ()),
                None if name in self._unfolded else SHORT,
                self.words_of,
            )
        rows = _aired(rows, self.size.height)
        if rows == self._rows:
            return
        self._rows = rows
        self.renew(cursor=self._place_of(before))

    def words_of(self, name: str, values: Sequence[str]) -> dict[str, str]:
        """Return how the values of a facet are called where there is little room."""
        return short_names(name, values)

    def on_resize(self, _: events.Resize) -> None:
        """Leave lines free between facets where there is room for that."""
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        """Choose what is clicked at once."""
        event.prevent_default()
        index = event.y + self.scroll_offset.y
        if index < len(self._rows) and not self._rows[index].is_heading:
            self.cursor = index
            self.action_choose()

    def _place_of(self, before: Facet | None) -> int:
        if before is None:
            return 1
        for place, row in enumerate(self._rows):
            if (row.name, row.value, bool(row.folded)) == (
                before.name, before.value, bool(before.folded),
            ):  # fmt: skip
                return place
        return self.cursor

    # ---- the cursor, which passes over headings

    def validate_cursor(self, value: int) -> int:
        """Keep the cursor on a value, in the direction in which it went."""
        place = super().validate_cursor(value)
        step = -1 if place < self.cursor else 1
        for way in (step, -step):
            found = place
            while 0 <= found < len(self._rows):
                if not self._rows[found].is_heading:
                    return found
                found += way
        return place

    def _region(self, index: int) -> Region:
        """Return the place of a row, with the heading over it where it is the first below one."""
        region = super()._region(index)
        if 0 < index < len(self._rows) and self._rows[index - 1].is_heading:
            above = 2 if index > 1 else 1
            return Region(0, region.y - above, region.width, 1 + above)
        return region

    def action_choose(self) -> None:
        """Choose the value under the cursor, or unfold its facet."""
        if not self.cursor < len(self._rows):
            return
        row = self._rows[self.cursor]
        if row.folded:
            self._unfolded.add(row.name)
            self._lay_out()
        elif row.value is not None:
            self.post_message(self.Chosen(self, row.name, row.value))

    def action_back(self) -> None:
        """Go back to the list that is narrowed."""
        self.post_message(self.Left(self))

    def action_open(self) -> None:
        """Choose, as a click on the cursor does."""
        self.action_choose()

    # ---- how it looks

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def empty_lines(self) -> list[str]:
        """Return what to say where there is nothing to choose."""
        return ["Nothing to narrow by."]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a heading, or a value and how many it leaves."""
        del cells
        row = self._rows[index]
        if row.is_heading:
            return [RowLine([(row.words, "bold $muted")], [])]
        if row.folded:
            return [RowLine([(f"  … {row.folded:,} more", "$primary")], [])]
        if row.is_active:
            right: list[Part] = [(f"chosen {row.count:,} ", "$accent")]
            return [RowLine([("✓ ", "bold $accent"), (row.words, "bold $foreground")], right)]
        return [RowLine([("  ", ""), (row.words, "$foreground")], [(f"{row.count:,} ", "$muted")])]


def short_names(name: str, values: Sequence[str]) -> dict[str, str]:
    """Return how the values of a facet are called where there is little room."""
    if name == "project":
        return short_paths(values)
    if name != "model":
        return {value: value for value in values}
    often = Counter(map(model_name, values))
    return {
        value: model_name(value) if often[model_name(value)] == 1 else value for value in values
    }


def facet_rows(
    name: str,
    values: Sequence[FacetValue],
    active: Sequence[str],
    most: int | None,
    words_of: Callable[[str, Sequence[str]], dict[str, str]] = short_names,
) -> list[Facet]:
    """Return the rows of a facet: its heading, `most` values, those that are active among them."""
    counts = {one.value: one.count for one in values}
    order = [*(value for value in active if value not in counts), *counts]
    if not any(order) and not active:  # that none has any narrows nothing
        return []
    shown = order
    if most is not None and len(order) > most + 1:  # one more takes no more room than saying so
        shown = [value for place, value in enumerate(order) if place < most or value in active]
    words = words_of(name, shown)
    rows = [Facet(name, words=name)]
    for value in shown:
        text = display_text(words[value]) or "none"
        rows.append(Facet(name, value, text, counts.get(value, 0), value in active))
    if len(order) > len(shown):
        rows.append(Facet(name, folded=len(order) - len(shown)))
    return rows


def _aired(rows: list[Facet], height: int) -> list[Facet]:
    """Return rows with an empty one over each heading but the first, if all fit into `height`."""
    headings = sum(row.is_heading for row in rows)
    if len(rows) + headings - 1 > height:
        return rows
    aired: list[Facet] = []
    for row in rows:
        if row.is_heading and aired:
            aired.append(Facet(row.name))
        aired.append(row)
    return aired


def short_paths(paths: Sequence[str]) -> dict[str, str]:
    """Return each path by its last part, and as many before it as tell it from the others."""
    parts = {path: path.replace("\\", "/").rstrip("/").split("/") for path in paths}
    wanted = dict.fromkeys(parts, 1)
    while True:
        short = {path: "/".join(every[-wanted[path] :]) or path for path, every in parts.items()}
        often = Counter(short.values())
        growing = [
            path
            for path, text in short.items()
            if often[text] > 1 and wanted[path] < len(parts[path])
        ]
        if not growing:
            return {path: text if often[text] == 1 else path for path, text in short.items()}
        for path in growing:
            wanted[path] += 1

"""The list of findings, and what it can be narrowed by: no row shows more than may be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convledger.memory.finding_shelf import FACETS, FOUND_KINDS, KIND, PLACE, PLACES
from convledger.reports.facets import FacetValue
from convledger.text.display import display_text
from convledger.tui.amounts import ago
from convledger.tui.widgets.facet_rows import FacetRows
from convledger.tui.widgets.paged_rows import PagedRows
from convledger.tui.widgets.rows import Part, RowLine

if TYPE_CHECKING:
    from convledger.memory.finding_shelf import FindingLine

KIND_MARKS = {"secret": "▲", "personal": "◇", "bait": "!"}
KIND_INKS = {"secret": "$error", "personal": "$warning", "bait": "$secondary"}
KIND_WORDS = {"secret": "secret", "personal": "personal data", "bait": "bait"}


class FindingRows(PagedRows["FindingLine"]):
    """Findings by their numbers, two lines each."""

    HELP = (
        "What was found, as much of it as may be seen, and how long ago that was said; then "
        "where it stands. ▲ a secret, ◇ personal data, ! bait: text that is written to steer a "
        "model. ✓ marks a row."
    )
    GONE = "no longer there"

    def lines_of(
        self, line: FindingLine, cells: int, *, is_marked: bool, is_current: bool
    ) -> list[RowLine]:
        """Return what it is, then where it stands."""
        del cells
        ink = KIND_INKS[line.kind]
        mark: Part = ("✓ ", "bold $success") if is_marked else (f"{KIND_MARKS[line.kind]} ", ink)
        weight = "bold " if is_current else ""
        seen = display_text(line.redacted)
        age = "" if line.at is None else ago(self.now - line.at)
        where: list[Part] = [("  ", ""), (f"{line.part} · {where_words(line)}", "$muted")]
        return [
            RowLine(
                [mark, (line.rule, f"{weight}$foreground"), (f"  {seen}", "$accent")],
                [(age, "$muted")],
            ),
            RowLine(where, []),
        ]


def where_words(line: FindingLine) -> str:
    """Return the title of what a finding stands in, safe to show."""
    return display_text(line.title) or "without a title"


class FindingFacets(FacetRows):
    """What findings can be narrowed by, one line a row."""

    HEADINGS: ClassVar[Sequence[str]] = FACETS
    HELP = (
        "The number beside a value is how many findings it leaves in the list. ✓ chosen narrows "
        "the list; several of one sort are alternatives."
    )

    def words_of(self, name: str, values: Sequence[str]) -> dict[str, str]:
        """Return how values are called."""
        names = {KIND: KIND_WORDS, PLACE: PLACES}.get(name, {})
        return {value: names.get(value, value) for value in values}


def finding_values(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[FacetValue]]:
    """Return counts as facets: kinds and places in their order, rules the most frequent first."""
    known = {KIND: FOUND_KINDS, PLACE: tuple(PLACES)}
    found = {}
    for name in FACETS:
        mine = counts.get(name, {})
        order = [value for value in known.get(name, ()) if value in mine]
        if name not in known:
            order = sorted(mine, key=lambda value: (-mine[value], value))
        found[name] = [FacetValue(value, mine[value], None) for value in order]
    return found

"""What entries can be narrowed by: state, kind, scope and tag, with how many each leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from convledger.memory.listing import FACETS, KIND, SCOPE, STATE, TAG
from convledger.memory.words import KINDS, STATES, scope_words
from convledger.reports.facets import FacetValue
from convledger.tui.widgets.facet_rows import FacetRows

_KNOWN: Mapping[str, Sequence[str]] = {STATE: STATES, KIND: KINDS, SCOPE: (), TAG: ()}


class MemoryFacets(FacetRows):
    """The facets of memory, one line a row."""

    HEADINGS: ClassVar[Sequence[str]] = FACETS
    HELP = (
        "The number beside a value is how many entries it leaves in the list. ✓ chosen narrows "
        "the list; several of one kind are alternatives. Archived entries are listed only where "
        "that state is chosen."
    )

    def words_of(self, name: str, values: Sequence[str]) -> dict[str, str]:
        """Return how values are called."""
        if name == SCOPE:
            return {value: scope_words(value) for value in values}
        return {value: value for value in values}


def facet_values(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[FacetValue]]:
    """Return counts as facets: states and kinds in their order, others the most frequent first."""
    found: dict[str, list[FacetValue]] = {}
    for name in FACETS:
        mine = counts.get(name, {})
        order = {value: place for place, value in enumerate(_KNOWN[name])}
        ranked = sorted(
            mine.items(),
            key=lambda one: (order.get(one[0], len(order)), -one[1] if name in (SCOPE, TAG) else 0,
                             one[0]),
        )  # fmt: skip
        found[name] = [FacetValue(value, count, None) for value, count in ranked]
    return found

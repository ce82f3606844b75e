"""A stylesheet that reads each of its sources once for each theme.

Textual reads all of them again whenever the first screen of a mode opens, though nothing about
them has changed: some 25 ms at the start of the app and with every screen that is new.
"""

from __future__ import annotations

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

SOURCES = 1024  # more than there are kinds of widgets


class SteadyStylesheet(Stylesheet):
    """Textual's stylesheet, with rules that last until the colours change."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._parse_cache: LRUCache[tuple, list[RuleSet]] = LRUCache(SOURCES)  # type: ignore[type-arg]

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the colours of a theme; what was read under the same ones stays read."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Make rules of all sources; those that were read under these colours are there."""
        self.parse()

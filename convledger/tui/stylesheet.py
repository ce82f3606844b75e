"""A stylesheet that reads its sources once for each theme, and looks only at rules that may fit.

Textual reads all sources again whenever the first screen of a mode opens, though nothing about
them has changed: some 25 ms at the start of the app and with every screen that is new. For each
widget that it styles it goes through the rules of all kinds of widgets, and sets again what is
set already.
"""

from __future__ import annotations

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

SOURCES = 1024  # more than there are kinds of widgets


class SteadyStylesheet(Stylesheet):
    """Textual's stylesheet, with rules that last until the colours change."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._parse_cache: LRUCache[tuple, list[RuleSet]] = LRUCache(SOURCES)  # type: ignore[type-arg]
        self._excerpts: dict[frozenset[str], _Excerpt] = {}
        self._excerpts_of: list[RuleSet] = []

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the colours of a theme; what was read under the same ones stays read."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Make rules of all sources; those that were read under these colours are there."""
        self.parse()

    def apply(
        self,
        node: DOMNode,
        *,
        animate: bool = False,
        cache: dict[tuple, RulesMap] | None = None,  # type: ignore[type-arg]
    ) -> None:
        """Style a widget by the rules that name it, its classes or its kind."""
        rules = self.rules
        if self._excerpts_of is not rules:
            self._excerpts_of, self._excerpts = rules, {}
        names = frozenset(self.rules_map.keys() & node._selector_names)
        if (excerpt := self._excerpts.get(names)) is None:
            excerpt = self._excerpts[names] = _Excerpt(self, names)
        excerpt.apply(node, animate=animate, cache=cache)


class _Excerpt(Stylesheet):
    """The rules that have one of some names, in the order of the whole stylesheet."""

    def __init__(self, whole: SteadyStylesheet, names: frozenset[str]) -> None:
        super().__init__()
        self._whole = whole
        self._rules = [rule for rule in whole.rules if not names.isdisjoint(rule.selector_names)]
        self._rules_map = dict.fromkeys(names, self._rules[:0])
        self._rules_map.update(dict.fromkeys(sorted(names)[:1], self._rules))

    def _process_component_classes(self, node: DOMNode) -> None:
        self._whole._process_component_classes(node)  # their names may be any

    @classmethod
    def replace_rules(cls, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
        """Set what is new; what a widget has already need not be compared one by one."""
        if node.styles.base.get_rules() == rules:
            node.notify_style_update()
        else:
            super().replace_rules(node, rules, animate)

"""The numbered screens, each imported when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen


def _live() -> Screen[Any]:
    from convledger.tui.screens.live import LiveScreen

    return LiveScreen()


def _conversations() -> Screen[Any]:
    from convledger.tui.screens.conversations import ConversationsScreen

    return ConversationsScreen()


def _memory() -> Screen[Any]:
    from convledger.tui.screens.memory import MemoryScreen

    return MemoryScreen()


def _plans() -> Screen[Any]:
    from convledger.tui.screens.plans import PlansScreen

    return PlansScreen()


def _compare() -> Screen[Any]:
    from convledger.tui.screens.compare import CompareScreen

    return CompareScreen()


def _economics() -> Screen[Any]:
    from convledger.tui.screens.economics import EconomicsScreen

    return EconomicsScreen()


def _review() -> Screen[Any]:
    from convledger.tui.screens.reviews import ReviewsScreen

    return ReviewsScreen()


def _sources() -> Screen[Any]:
    from convledger.tui.screens.sources import SourcesScreen

    return SourcesScreen()


SCREENS: dict[str, Callable[[], Screen[Any]]] = {
    "live": _live,
    "conversations": _conversations,
    "memory": _memory,
    "plans": _plans,
    "compare": _compare,
    "economics": _economics,
    "review": _review,
    "sources": _sources,
}


class Numbered:
    """The keys that show a numbered screen; an app says how."""

    def go(self, mode: str) -> object:
        """Show a numbered screen."""
        raise NotImplementedError

    def action_live(self) -> None:
        """Show Live."""
        self.go("live")

    def action_conversations(self) -> None:
        """Show Conversations."""
        self.go("conversations")

    def action_memory(self) -> None:
        """Show Memory."""
        self.go("memory")

    def action_plans(self) -> None:
        """Show Plans."""
        self.go("plans")

    def action_compare(self) -> None:
        """Show Compare."""
        self.go("compare")

    def action_economics(self) -> None:
        """Show Economics."""
        self.go("economics")

    def action_review(self) -> None:
        """Show Review."""
        self.go("review")

    def action_sources(self) -> None:
        """Show Sources."""
        self.go("sources")

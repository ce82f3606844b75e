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


def _sources() -> Screen[Any]:
    from convledger.tui.screens.sources import SourcesScreen

    return SourcesScreen()


SCREENS: dict[str, Callable[[], Screen[Any]]] = {
    "live": _live,
    "conversations": _conversations,
    "memory": _memory,
    "plans": _plans,
    "compare": _compare,
    "sources": _sources,
}

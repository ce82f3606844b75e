"""Doors of the app that lead to a screen over another one."""

from __future__ import annotations

from textual.app import App


class Doors(App[None]):
    """An app whose search, jumps, review of memory and list of erasures open from anywhere."""

    def action_search(self) -> None:
        """Open the search."""
        from convledger.tui.screens.search import SearchScreen

        if not isinstance(self.screen, SearchScreen):
            self.push_screen(SearchScreen())

    def action_jump(self) -> None:
        """Let a letter lead to any part of the screen."""
        from convledger.tui.screens.jump import JumpScreen

        self.push_screen(JumpScreen(self.screen))

    def action_review_memory(self) -> None:
        """Go on with the review of memory, or begin one."""
        from convledger.tui.screens.memory_review import ReviewScreen

        if not isinstance(self.screen, ReviewScreen):
            self.push_screen(ReviewScreen())

    def action_erasures(self) -> None:
        """Show what was erased, and what waits to be finished."""
        from convledger.tui.screens.erasures import ErasuresScreen

        self.push_screen(ErasuresScreen())

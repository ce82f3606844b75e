"""What a conversation with branches offers: the way from one to the next."""

from __future__ import annotations

from convledger.tui.screens.place import PlaceScreen
from convledger.tui.widgets.transcript import Transcript


class BranchingScreen(PlaceScreen):
    """A screen with a transcript in which branches may stand one behind the other."""

    def action_branch(self) -> None:
        """Go to where the next branch begins, behind the last one to the first again."""
        if not self.query_one(Transcript).go_branch():
            self.books.say("Nothing was edited or answered anew here: there is one branch.")

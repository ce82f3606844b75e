"""Looks at the known memory files while the app is open, and tells of changes that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.widgets.memory_panel import MemoryPanel

FIRST = 2.0  # seconds after the start: the figures come first
EVERY = 60.0  # seconds
_ABOUT = "memory files"


class MemoryWatch:
    """Counts what waits for a person; nothing is read where size and time are the same."""

    def __init__(self, app: ConvledgerApp) -> None:
        self._app = app
        self.waiting = 0

    def begin(self) -> None:
        """Look soon, and from then on now and again."""
        self._app.set_timer(FIRST, self.look)
        self._app.set_interval(EVERY, self.look)

    def look(self) -> None:
        """Look in another thread."""
        now = self._app.now()

        def waiting(ledger: Ledger) -> int:
            # Without a memory its parts are not even imported.
            is_idle = ledger.is_sealed or not ledger.latest_memory_change()
            return 0 if is_idle else ledger.memory_files.look_again(now)

        self._app.ask("memory watch", waiting, self.told, slow=True, patient=True)

    def told(self, waiting: int, *, is_seen: bool = False) -> None:
        """Hear how many changes wait; `is_seen` where a person is looking at them."""
        before, self.waiting = self.waiting, waiting
        app = self._app
        if waiting < before or is_seen:
            if app.notices.settle(_ABOUT):
                app.show_notices()
        elif waiting > before:
            changes = "1 change" if waiting == 1 else f"{waiting:,} changes"
            app.notice(_ABOUT, f"{changes} in memory files: 3, then t, shows them", lasts=True)
        for screen in app.screen_stack:
            for panel in screen.query("MemoryPanel"):
                cast("MemoryPanel", panel).show_news(waiting)

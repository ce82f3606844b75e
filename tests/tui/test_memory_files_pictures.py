"""Memory files look as they did: narrow and wide, with what is asked before a file is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.tui.feeder import Feed
from tests.tui.memory_file_parts import edited, files_in, looked_at
from tests.tui.pilot import app_on, settled

NARROW, WIDE = (80, 24), (140, 45)
SEEN: dict[str, tuple[str, ...]] = {
    "changes": ("space",),
    "file": ("tab", "enter"),
    "asked": ("ctrl+a", "x"),
}
DRAWN = [("changes", NARROW), ("changes", WIDE), ("file", WIDE), ("asked", NARROW)]


@pytest.mark.parametrize(("state", "size"), DRAWN, ids=lambda each: str(each).replace(", ", "x"))
def test_memory_files_look_as_they_did(
    state: str, size: tuple[int, int], tmp_path: Path, own_home: Path, snap_compare: Any
) -> None:
    looked_at(tmp_path / "studio", own_home)
    edited(tmp_path / "studio", "Deploy on Fridays", "Deploy on Thursdays before noon.")
    app = app_on(tmp_path / "studio", theme="ledger-ink")

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app._fed(Feed("live"))
        await files_in(pilot, *SEEN[state])
        app.clear_notifications()
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=lead)

"""The screen Packs looks as it did.

`pytest tests/tui/test_pack_pictures.py --snapshot-update` draws it anew; look at it then.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.pack_parts import packed
from tests.tui.pilot import app_on, press, settled

TO_WORK = ("3", "p", "shift+tab", "end", "tab", "g", "plus")
PICTURES = {
    "packs": ((80, 24), "ledger-ink", TO_WORK),
    "packs-wide": ((140, 45), "ledger-paper", TO_WORK),
}


@pytest.mark.parametrize("name", PICTURES)
def test_packs_look_as_they_did(name: str, studio: Path, history: Path, snap_compare: Any) -> None:
    size, theme, keys = PICTURES[name]
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(history)
    packed(studio)
    app = app_on(studio, theme=theme)

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        for key in keys:
            await press(pilot, key)
            await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=lead)

"""The dialog that maps a table looks as it did.

`pytest tests/tui/test_table_mapping_pictures.py --snapshot-update` draws it anew; look at it then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.tui.screens.table_mapping import TableMappingScreen
from tests.tui.pilot import app_on, press, settled

TABLE = (
    "ticket,date,from,text,tokens in,completion tokens,cost,plan\n"
    "T-1,03/04/2026 09:15,user,Where is my order?,,,,Pro\n"
    'T-1,03/04/2026 09:16,bot,"It left on Monday, and should be there today.",412,88,"0,0123",Pro\n'
    "T-1,03/04/2026 09:20,Ops,I have written to the carrier.,,,,Pro\n"
    "T-2,05/06/2026 11:00,user,Cancel my plan please,,,,Free\n"
    'T-2,05/06/2026 11:01,bot,Done. It ends with this month.,380,64,"0,0101",Free\n'
)
ANSWERS = ("enter", "down", "down", "enter", "enter", "enter")
PICTURES = {
    "mapping": ((80, 24), "ledger-ink", ()),
    "mapping-wide": ((140, 45), "ledger-paper", ANSWERS),
    "mapping-choice": ((80, 24), "ledger-paper", ("down", "enter")),
    "mapping-meaning": ((140, 45), "ledger-ink", ("end", "enter", "c")),
}


@pytest.mark.parametrize("name", PICTURES)
def test_mapping_looks_as_it_did(name: str, tmp_path: Path, snap_compare: Any) -> None:
    size, theme, keys = PICTURES[name]
    table = tmp_path / "helpdesk.csv"
    table.write_text(TABLE)
    app = app_on(tmp_path / "books", theme=theme, place="sources")

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        pilot.app.push_screen(TableMappingScreen(table))
        await settled(pilot)
        await settled(pilot)
        for key in keys:
            await press(pilot, key)
            await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=lead)

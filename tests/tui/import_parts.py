"""Exports to import, as tests of the dialog need them."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from convledger.tui.screens.importing import ImportingScreen
from tests.tui.pilot import settled

WHEN = "2026-11-02T09:00:00Z"


def talk(number: int = 1) -> dict[str, Any]:
    """Return a conversation of Claude.ai with a question and an answer."""
    said = [("human", "Where is the boat?"), ("assistant", "In the second shed.")]
    return {
        "uuid": f"aaaaaaaa-0000-4000-8000-{number:012d}",
        "name": "Boats",
        "created_at": WHEN,
        "updated_at": WHEN,
        "chat_messages": [
            {
                "uuid": f"bbbbbbbb-0000-4000-8000-{number:08d}{place:04d}",
                "text": text,
                "content": [{"type": "text", "text": text}],
                "sender": sender,
                "created_at": WHEN,
            }
            for place, (sender, text) in enumerate(said)
        ],
    }


def with_rejected(path: Path) -> None:
    """Write an export of Claude.ai with memory, and a conversation that can't be used."""
    memories = [{"conversations_memory": "Prefers wooden boats.", "account_uuid": "a"}]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", json.dumps([talk(), 7]))
        archive.writestr("memories.json", json.dumps(memories))


async def ended(pilot: Pilot[None]) -> ImportingScreen:
    """Wait until the import that goes on has told what it brought."""
    dialog = pilot.app.screen
    assert isinstance(dialog, ImportingScreen)
    while dialog._came is None:
        await asyncio.sleep(0.01)
    await settled(pilot)
    await settled(pilot)
    return dialog

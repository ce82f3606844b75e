"""No screen of memory shows a secret in full unless a person edits it or asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.memory.drafts import Draft
from convledger.store.entries import EntrySource
from tests.tui.finding_parts import CORE, TOKEN, with_findings
from tests.tui.pilot import NOW, opened, press, screen_text, settled


def with_secrets(workspace: Path) -> None:
    """Remember an entry with a secret in its title, text, tags, versions, quotes and history."""
    with_findings(workspace)
    with Ledger.open(workspace) as ledger:
        (message,) = ledger.connection.execute(
            "SELECT object_id FROM finding WHERE object='message' AND rule='GitHub token'"
        ).fetchone()
        said = Draft("", f"Token {TOKEN}", "fact", tags=(TOKEN,))
        entry, _ = ledger.memory.remember_span(message, NOW, 0, 90, said)
        typed = EntrySource(kind="manual", place="a call", quote=f"He said {TOKEN}.")
        ledger.memory.remember(Draft(f"Use {TOKEN}.", f"By {TOKEN}", sources=(typed,)), NOW)
        ledger.memory.edit(entry.id, NOW, body=f"The token is {TOKEN}, or so he says.")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        (("3", "home"), "Sources"),
        (("3", "home", "down"), "Sources"),
        (("3", "home", "down", "d"), "Version 1 → 2"),
        (("3", "home", "down", "h"), "What was changed"),
        (("3", "home", "down", "l"), "Kind"),
        (("3", "home", "down", "x"), "archived"),
        (("ctrl+r",), "secret"),
        (("ctrl+r", "s"), "week"),
        (("ctrl+r", "v"), "said"),
        (("ctrl+r", "x"), "archived"),
        (("3", "g"), "GitHub token"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
async def test_no_screen_shows_it(studio: Path, keys: tuple[str, ...], says: str) -> None:
    with_secrets(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, *keys)
        await settled(pilot)
        text = screen_text(pilot)
        assert says.lower() in text.lower()
        for start in range(0, len(CORE) - 12, 4):
            assert CORE[start : start + 12] not in text

"""Memory files of an invented home, and what tools wrote into them since the last look."""

from __future__ import annotations

import os
from pathlib import Path

from textual.pilot import Pilot

from convledger.clock import DAY, SECOND
from convledger.ledger import Ledger
from convledger.memory.files import look_at_files
from convledger.tui.screens.memory_files import MemoryFilesScreen
from convledger.tui.widgets.memory_file_view import MemoryFileView
from tests.tui.pilot import NOW, press, settled, text_of

CLAUDE = """# How we work

## Releases

- Deploy on Fridays before noon, after the smoke test.
- Roll back with `make rollback`, then write to the ops channel.

## Style

- Commit messages say why, in the imperative.
- @docs/style.md
"""
AGENTS = "# Agents\n\n- Commit messages say why, in the imperative.\n- Tests run with -n auto.\n"
MEMORY = "# Bakery\n\n- Bakes rye.\n- Oven 7 is old: 15 degrees less.\n- Flour comes on Mondays.\n"
MEMORY_LATER = (
    "# Bakery\n\n- Bakes rye.\n- Oven 7 is old: 20 degrees less, and turn it once.\n"
    "- The owner likes [bold]loud[/bold] colours \x1b]0;owned\x07and \u202eevil text.\n"
)
SEEN = NOW - 3 * DAY


def home_files(home: Path) -> dict[str, Path]:
    """Write the memory files of a home, each as old as the first look; return them by name."""
    texts = {
        ".claude/CLAUDE.md": CLAUDE,
        ".codex/AGENTS.md": AGENTS,
        ".gemini/GEMINI.md": "## Gemini Added Memories\n- Prefers metric units.\n",
        ".claude/projects/-home-ana-bakery/memory/MEMORY.md": MEMORY,
    }
    found = {}
    for name, text in texts.items():
        path = found[Path(name).name] = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rewrite(path, text, 0)
    return found


def rewrite(path: Path, text: str | bytes, later: int = 1) -> None:
    """Write a file so that its time differs from before, whatever the clock's grain."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    at = SEEN // SECOND + later
    os.utime(path, (at, at))


def looked_at(workspace: Path, home: Path) -> dict[str, Path]:
    """Have the ledger know the files, then have a tool write into one of them."""
    found = home_files(home)
    with Ledger.open(workspace) as ledger:
        look_at_files(ledger.connection, SEEN)
        ledger.connection.execute("UPDATE entry SET tokens=length(body) / 4, tokens_method='o200k'")
    rewrite(found["MEMORY.md"], MEMORY_LATER)
    return found


def edited(workspace: Path, text: str, body: str) -> int:
    """Edit the entry that holds a text; return its number."""
    with Ledger.open(workspace) as ledger:
        (row,) = ledger.connection.execute("SELECT id FROM entry WHERE body LIKE ?", (f"%{text}%",))
        ledger.memory.edit(row[0], NOW - DAY, body=body)
        return int(row[0])


async def files_in(pilot: Pilot[None], *keys: str) -> MemoryFilesScreen:
    """Show Memory files, wait for the look, and press keys; Memory itself is left out."""
    await pilot.app.push_screen(MemoryFilesScreen())
    await settled(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, MemoryFilesScreen)
    await press(pilot, *keys)
    await settled(pilot)
    return screen


def detail(screen: MemoryFilesScreen) -> str:
    """Return what the panel at the right says."""
    return text_of(screen.query_one(MemoryFileView))

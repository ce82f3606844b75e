"""The dialogs of an import look as they did: before it is read, on this machine, its page."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.tui.screens.about_source import AboutSourceScreen
from tests.ingest.logs import Bench, rollout, turns
from tests.tui.import_parts import with_rejected
from tests.tui.pilot import app_on, press, settled

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
PICTURES = {
    "import-small": ((80, 24), "ledger-paper", ("i",)),
    "import-large": ((140, 45), "ledger-ink", ("i", "down", "down", "right")),
    "here-small": ((80, 24), "ledger-ink", ("d",)),
    "here-large": ((140, 45), "ledger-paper", ("d",)),
    "page-small": ((80, 24), "ledger-ink", ()),
    "page-large": ((140, 45), "ledger-chalk", ()),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    made.write(made.log, turns(1, 3))
    made.write(made.codex / "sessions" / "rollout-x.jsonl", rollout(2))
    (made.home / "exports").mkdir()
    with_rejected(made.home / "exports" / "claude.zip")
    for source in ("zendesk", "litellm", "chatgpt"):
        shutil.copytree(FIXTURES / source, made.home / "exports" / source)
    return made.home


@pytest.mark.parametrize("name", PICTURES)
def test_dialog_looks_as_it_did(name: str, tmp_path: Path, home: Path, snap_compare: Any) -> None:
    size, theme, keys = PICTURES[name]
    app = app_on(tmp_path / "books", theme=theme, place="sources")

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        for key in keys:
            await press(pilot, key)
            await settled(pilot)
        if not keys:
            app.push_screen(AboutSourceScreen("chatgpt"))
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=lead)

"""Review looks as it did: small and large, dark and light.

`pytest tests/tui/test_review_pictures.py --snapshot-update` draws the pictures anew; look at them
then.
"""

from __future__ import annotations

import secrets
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from convledger.tui import audit_words
from convledger.tui.feeder import Feed
from convledger.tui.screens import review_draw
from tests.tui.economics_parts import with_people
from tests.tui.people_parts import be_mira, with_dispute, with_firings
from tests.tui.pilot import NOW, app_on, press, settled

SIZES = [(80, 24), (140, 45)]
THEMES = ["ledger-ink", "ledger-paper"]
# What is pressed where all of the queue is in sight, and where a panel at a time is.
STATES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "queue": ((), ()),
    "samples": (("tab",), ("t",)),
    "figures": (("tab", "tab"), ("t", "t")),
    "judging": (("v",), ("v",)),
    "verdict": (("v", "b", *"inc"), ("v", "b", *"inc")),
    "deciding": (("A",), ("A",)),
    "drawing": (("n",), ("n",)),
    "writing": (("w", *"Jonas"), ("w", *"Jonas")),
    "hand-offs": (("t",), ("t", "t", "t")),
    "hand-off": (("t", "e"), ("t", "t", "t", "e")),
    "firings": (("t", "t"), ("t",) * 4),
    "audit": (("t", "t", "t"), ("t",) * 5),
    "events": (("t", "t", "t", "end", "up", "enter"), (*("t",) * 5, "end", "up", "enter")),
}


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    """Work as Mira at home, with seeds, names and a head that are not drawn by chance."""
    be_mira(monkeypatch)
    monkeypatch.chdir(own_home)
    names = count()
    monkeypatch.setattr("convledger.clock.now_us", lambda: NOW)
    monkeypatch.setattr(secrets, "token_hex", lambda size=8: f"{next(names):0{2 * size}x}")
    monkeypatch.setattr(review_draw, "token_hex", lambda _: "5eed5eed")
    monkeypatch.setattr(audit_words, "short_head", lambda head: f"{head.seq}:ab12cd34…")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES)
def test_review_looks_as_it_did(
    state: str, size: tuple[int, int], theme: str, studio: Path, snap_compare: Any
) -> None:
    with_people(studio, minutes=None)
    with_firings(studio)
    with_dispute(studio)
    app = app_on(studio, theme=theme, place="review")

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app._fed(Feed("live"))
        await press(pilot, *STATES[state][size == SIZES[0]])
        for line in app.screen.query(Input):
            line.cursor_blink = False
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=lead)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_empty_review_looks_as_it_did(
    size: tuple[int, int], theme: str, tmp_path: Path, snap_compare: Any
) -> None:
    app = app_on(tmp_path / "studio", theme=theme, place="review")

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app._fed(Feed("live"))
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=lead)

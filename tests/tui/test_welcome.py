"""The first run: what was found is named before a byte of it is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger.ingest.discover import Found, Scan
from convledger.ingest.sync import Progress
from convledger.tui.app import ConvledgerApp
from convledger.tui.feeder import Feed
from convledger.tui.screens.welcome import FoundLogs
from tests.tui.pilot import opened, press, screen_text, settled

SIZES = [(40, 10), (80, 24), (140, 45)]


def scans(home: Path) -> list[Scan]:
    files = [Found(f"{n}.jsonl", f"{n}.jsonl", 1_500_000, 0, n, 0) for n in range(1200)]
    return [
        Scan("claude-code", home / ".claude" / "projects", True, files),
        Scan("claude-code", home / "shut", False, [], [("shut", "Permission denied")]),
        Scan("codex", home / "evil\x1b[31m"),
    ]


async def asked(pilot: Pilot[None], home: Path) -> list[str]:
    """Have the feeder find logs, and return what it is then told."""
    app = pilot.app
    assert isinstance(app, ConvledgerApp)
    told: list[str] = []
    app.feeder.begin = lambda: told.append("begin")  # type: ignore[method-assign]
    app._fed(Feed("asking", found=scans(home)))
    await settled(pilot)
    assert isinstance(app.screen, FoundLogs)
    return told


async def test_each_folder_is_named_with_files_and_bytes(own_home: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "books") as pilot:
        await asked(pilot, own_home)
        text = screen_text(pilot)

        assert "● Claude Code  1,200 files, 1.80 GB  ~/.claude/projects" in text
        assert "✕ Claude Code  Permission denied     ~/shut" in text
        assert "○ Codex        not there             ~/evil␛[31m" in text
        assert "Read 1,200 files, 1.80 GB?" in text


async def test_it_promises_not_to_write_and_not_to_tell(own_home: Path, tmp_path: Path) -> None:
    async with opened(tmp_path / "books") as pilot:
        await asked(pilot, own_home)
        text = " ".join(screen_text(pilot).replace("│", " ").split())

        assert "The logs are only read, never written." in text
        assert "Everything stays on this machine: convledger opens no network connection." in text


@pytest.mark.parametrize(
    ("key", "told"), [("enter", ["begin"]), ("escape", [])], ids=["yes", "not now"]
)
async def test_enter_reads_and_escape_does_not(
    own_home: Path, tmp_path: Path, key: str, told: list[str]
) -> None:
    async with opened(tmp_path / "books") as pilot:
        heard = await asked(pilot, own_home)
        await press(pilot, key)

        assert heard == told
        assert not isinstance(pilot.app.screen, FoundLogs)


async def test_who_said_not_now_is_not_asked_again_after_an_import(
    own_home: Path, tmp_path: Path
) -> None:
    async with opened(tmp_path / "books") as pilot:
        await asked(pilot, own_home)
        await press(pilot, "escape")
        app = pilot.app
        assert isinstance(app, ConvledgerApp)

        app._fed(Feed("reading", progress=Progress("figures", 0, 1, 0, 10, 0.1)))
        app._fed(Feed("asking", found=scans(own_home)))
        await settled(pilot)

        assert not isinstance(pilot.app.screen, FoundLogs)


@pytest.mark.parametrize(("button", "told"), [("#read", ["begin"]), ("#leave", [])])
async def test_both_answers_can_be_clicked(
    own_home: Path, tmp_path: Path, button: str, told: list[str]
) -> None:
    async with opened(tmp_path / "books") as pilot:
        heard = await asked(pilot, own_home)
        await pilot.click(button)
        await settled(pilot)

        assert heard == told
        assert not isinstance(pilot.app.screen, FoundLogs)


@pytest.mark.parametrize("size", SIZES)
async def test_answers_are_in_sight_at_any_size(
    own_home: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path / "books", size=size) as pilot:
        await asked(pilot, own_home)
        text = screen_text(pilot)

        assert "Read them" in text
        assert "Not now" in text
        assert "1,200 files" in text

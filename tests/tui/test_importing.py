"""An import in the app: found, read, reported, and its memory taken in; and what lies here."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from convledger.ingest.looking import look
from convledger.ledger import Ledger
from convledger.memory.in_exports import memory_in
from tests.ingest.logs import Bench
from tests.tui import pilot as pilots
from tests.tui.import_parts import ended, with_rejected
from tests.tui.pilot import press, screen_text, settled
from tests.tui.source_parts import SIZES, app_of, go, odd_bench, opened

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return odd_bench(tmp_path, monkeypatch)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "My export.zip"
    with_rejected(path)
    return path


async def dropped(pilot: Pilot[None], text: str) -> None:
    line = pilot.app.screen.query_one(Input)
    line.post_message(events.Paste(text))
    await settled(pilot)
    await settled(pilot)


async def test_dropped_files_say_what_they_are_and_what_came_in(
    tmp_path: Path, bench: Bench, export: Path
) -> None:
    books = tmp_path / "new"
    async with opened(books, size=(80, 24)) as pilot:
        await go(pilot, "i")
        await dropped(pilot, f"'{export}' ")
        await dropped(pilot, f"'{bench.log}' '{tmp_path / 'none.zip'}'\n")
        text = screen_text(pilot)
        assert "● Claude.ai export  chat export  1 file" in text
        assert "● Claude Code       agent        1 file" in text
        assert "there is no such file or folder" in text
        with Ledger.open(books) as ledger:
            assert ledger.sources() == []

        await press(pilot, "enter")
        await ended(pilot)
        text = screen_text(pilot)
        assert "2 conversations" in text
        assert "1 estimate" in text
        assert "1 rejected line    r shows them" in text
        assert "m takes it in" in text


async def test_exports_in_a_folder_that_are_left_aside_are_named(
    tmp_path: Path, export: Path
) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    export.rename(folder / "export.zip")
    (folder / "cut.zip").write_bytes((folder / "export.zip").read_bytes()[:-40])
    (folder / "login.json").write_text("<!DOCTYPE html><title>Log in</title>")
    async with opened(tmp_path / "new", size=(80, 24)) as pilot:
        await go(pilot, "i")
        await dropped(pilot, str(folder))
        await press(pilot, "enter")
        await ended(pilot)
        await settled(pilot)
        assert "Left aside" in screen_text(pilot)
        assert "1 conversation" in screen_text(pilot)
        aside = str(pilot.app.screen.query_one("#aside", Static).render())
        assert "cut.zip: not a whole zip" in aside
        assert "login.json: is a web page" in aside


async def test_memory_of_an_export_comes_in_as_proposed(tmp_path: Path, export: Path) -> None:
    books = tmp_path / "new"
    async with opened(books) as pilot:
        await go(pilot, "i")
        await dropped(pilot, str(export))
        await press(pilot, "enter")
        await ended(pilot)
        await press(pilot, "m")
        await settled(pilot)

        assert "1 file: 1 new" in screen_text(pilot)
        assert len(app_of(pilot).undoing._steps) == 1


async def test_second_import_says_that_all_is_known(tmp_path: Path, export: Path) -> None:
    books = tmp_path / "new"
    with Ledger.open(books) as ledger:
        ledger.import_paths([export])
    async with opened(books) as pilot:
        await go(pilot, "i")
        await dropped(pilot, str(export))
        await press(pilot, "enter")
        await ended(pilot)

        assert "Nothing new: all of it is in the ledger." in screen_text(pilot)


async def test_what_lies_here_is_listed_and_read_once_one_says_so(
    tmp_path: Path, bench: Bench
) -> None:
    books = tmp_path / "new"
    async with opened(books, size=(80, 24)) as pilot:
        await go(pilot, "d")
        await settled(pilot)
        assert "○ Claude Code  agent" in screen_text(pilot)
        assert "Nothing of Gemini CLI" in screen_text(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        assert "Read 2 files" in screen_text(pilot)
        with Ledger.open(books) as ledger:
            assert ledger.sources() == []

        await press(pilot, "enter")
        await ended(pilot)
        await press(pilot, "escape", "d")
        await settled(pilot)
        assert "● Claude Code  agent" in screen_text(pilot)
        assert "○ Codex  agent" in screen_text(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_page_of_a_source_is_one_key_away(studio: Path, size: tuple[int, int]) -> None:
    async with opened(studio, size=size) as pilot:
        await go(pilot, "m")
        lines = screen_text(pilot).splitlines()
        assert "Claude Code · agent" in "\n".join(lines)
        assert max(map(len, lines)) <= size[0]


def test_folder_too_large_to_look_at_while_one_types_is_said_to_be(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.ingest.choose.GLANCED_FILES", 5)
    large = bench.home / "large"
    large.mkdir()
    for number in range(20):
        (large / f"{number}.txt").touch()

    seen = look([large])
    assert (seen.found, [each.path for each in seen.large]) == ((), [large])
    assert look([large], whole=True).problems[0][0] == large


def test_memory_is_seen_in_zips_folders_and_files(tmp_path: Path, export: Path) -> None:
    memories = tmp_path / "memories.json"
    memories.write_text('[{"conversations_memory": "x"}]')
    (tmp_path / "deep").mkdir()
    assert memory_in([export], has_notes=False) == [export]
    assert memory_in([tmp_path], has_notes=False) == [memories]
    assert memory_in([tmp_path / "deep", tmp_path / "none"], has_notes=True) == []


async def test_key_leads_from_branch_to_branch(tmp_path: Path) -> None:
    from convledger.tui.widgets.transcript import Transcript

    books = tmp_path / "new"
    with Ledger.open(books) as ledger:
        ledger.import_paths([FIXTURES / "chatgpt"])
    async with pilots.opened(books, place="conversations") as pilot:
        await press(pilot, "end", "enter", "home")
        transcript = pilot.app.screen.query_one(Transcript)
        first, second = sorted(transcript.script.branches)
        places = []
        for _ in range(3):
            await press(pilot, "o")
            places.append(transcript.cursor)

        assert places == [first, second, first]

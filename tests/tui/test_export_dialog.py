"""Conversations as files: private ones, whole or not at all, and nothing replaced unasked."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from convledger.clock import DAY
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.reports.conversations import Conversation, Entry
from convledger.reports.export import (
    JSONL,
    MARKDOWN,
    AlreadyThere,
    Destination,
    Page,
    already_there,
    file_name,
    write,
)
from convledger.tui.screens.conversations import ConversationsScreen
from convledger.tui.screens.export import ExportScreen
from convledger.tui.widgets.choices import OneOf
from convledger.tui.widgets.filter_line import LeadingInput
from tests.tui.listed import opened
from tests.tui.pilot import press, screen_text, settled

PAGE = Page(UTC, "UTC")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@dataclass
class Named:
    """What a file is named by."""

    native: str = "295e08fd-0000-4000-8000-000000000001"
    title: str = "Waiting list for Saturdays"
    first_at: int | None = 20_777 * DAY


class Shelf:
    """Three conversations that were read from nowhere; the fourth can't be."""

    def conversation(self, name: str) -> Conversation:
        if name == "4":
            raise UsageProblem("no conversation '4'")
        return Conversation(
            int(name), "codex", f"id-{name}", "The title", "/oven", "main", "", DAY, DAY, "", ""
        )

    def transcript(self, conversation_id: int, *, hidden: bool = False) -> Iterator[Entry]:
        del hidden
        yield Entry(conversation_id, DAY, "prompt", 0, "", "Why?", "", "x.jsonl", 1)

    def note_exports(self, conversation_ids: Sequence[int], file: str) -> None:
        del conversation_ids
        assert Path(file).is_absolute()


def written(target: Destination, *names: str) -> int:
    return max(write(Shelf(), names or ("1", "2", "3"), target, PAGE))


# ---- what is written where


@pytest.mark.parametrize(
    ("output", "form", "count", "files"),
    [
        ("all.jsonl", JSONL, 3, ["all.jsonl"]),
        ("all.md", MARKDOWN, 3, ["all.md"]),
        ("one.txt", MARKDOWN, 1, ["one.txt"]),
        ("lines/", JSONL, 3, ["lines/conversations.jsonl"]),
        ("pages", MARKDOWN, 3, [f"pages/1970-01-02-the-title-id-{n}.md" for n in "123"]),
        ("pages/", MARKDOWN, 1, ["pages/1970-01-02-the-title-id-1.md"]),
    ],
)
def test_the_path_says_whether_there_is_a_file_for_each(
    tmp_path: Path, output: str, form: str, count: int, files: list[str]
) -> None:
    target = Destination(f"{tmp_path}/{output}", form, count)

    assert written(target, *"123"[:count]) == count

    found = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [str(path.relative_to(tmp_path)) for path in found] == files
    assert {mode(path) for path in found} == {0o600}
    assert {mode(path) for path in tmp_path.iterdir() if path.is_dir()} <= {0o700}


def test_a_stream_gets_everything() -> None:
    stream = io.StringIO()

    assert written(Destination("-", JSONL, 3, stream=stream)) == 3

    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [row["conversation"] for row in rows] == ["id-1", "id-2", "id-3"]
    assert rows[0]["entries"][0]["text"] == "Why?"


def test_no_file_is_replaced_unless_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "all.jsonl").write_text("precious")
    target = Destination(str(tmp_path / "all.jsonl"), JSONL, 3)

    assert already_there(target, [Named()], UTC) == [tmp_path / "all.jsonl"]
    with pytest.raises(AlreadyThere, match=r"all\.jsonl is there already"):
        written(target)
    assert (tmp_path / "all.jsonl").read_text() == "precious"
    written(Destination(str(tmp_path / "all.jsonl"), JSONL, 3, force=True))
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) == 3


def test_a_link_to_nowhere_is_something_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "all.md").symlink_to(tmp_path / "elsewhere.md")

    with pytest.raises(AlreadyThere):
        written(Destination(str(tmp_path / "all.md"), MARKDOWN, 3))

    assert not (tmp_path / "elsewhere.md").exists()


def test_what_fails_or_is_stopped_leaves_no_half_file(tmp_path: Path) -> None:
    target = Destination(str(tmp_path / "all.md"), MARKDOWN, 3)
    with pytest.raises(UsageProblem):
        written(target, "1", "4")
    stopped = write(Shelf(), ["1", "2"], target, PAGE)
    assert next(stopped) == 1
    stopped.close()

    assert list(tmp_path.iterdir()) == []


def test_two_conversations_of_one_name_get_two_files(tmp_path: Path) -> None:
    class Twins(Shelf):
        def conversation(self, name: str) -> Conversation:
            found = super().conversation(name)
            found.native = "ID-1" if name == "2" else "id-1"
            return found

    target = Destination(f"{tmp_path}/pages/", MARKDOWN, 3)
    assert max(write(Twins(), ["1", "2", "3"], target, PAGE)) == 3

    assert len(list((tmp_path / "pages").iterdir())) == 3


def test_a_file_name_is_day_title_and_id() -> None:
    assert file_name(Named(), UTC, ".md") == "2026-11-20-waiting-list-for-saturdays-295e08fd.md"
    assert file_name(Named(title="../../é\x00", first_at=None), UTC, "") == "undated-e-295e08fd"
    assert file_name(Named(native="///", title=""), UTC, ".md") == "2026-11-20-unnamed.md"
    assert len(file_name(Named(title="x" * 500), UTC, ".md")) < 100


@pytest.mark.parametrize("output", ["~nobody-is-called-so/x", "x" * 5_000, "a\0b"])
def test_a_path_that_can_not_be_is_only_a_path(output: str) -> None:
    assert Destination(output, MARKDOWN, 1).place is not None


# ---- the dialog


async def export_dialog(pilot: Pilot[None], *keys: str) -> ExportScreen:
    await press(pilot, "2", *keys, "e")
    screen = pilot.app.screen
    assert isinstance(screen, ExportScreen)
    return screen


async def done(pilot: Pilot[None]) -> None:
    """Wait until the thread that writes has ended and the screen shows it."""
    await pilot.app.workers.wait_for_complete()
    await settled(pilot)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


async def test_marked_conversations_become_pages_that_only_you_can_read(
    studio: Path, here: Path
) -> None:
    async with opened(studio) as pilot:
        await export_dialog(pilot, "space", "space", "space")
        shown = screen_text(pilot)
        assert "Export 3 conversations" in shown
        assert "3 files in" in shown

        await press(pilot, "enter")
        await done(pilot)

        assert isinstance(pilot.app.screen, ConversationsScreen)
        assert "3 conversations in convledger-export" in screen_text(pilot)
    pages = sorted((here / "convledger-export").iterdir())
    assert len(pages) == 3
    assert {mode(page) for page in pages} == {0o600}
    assert any("# Waiting list for Saturdays" in page.read_text() for page in pages)


async def test_one_conversation_becomes_a_line_of_json(studio: Path, here: Path) -> None:
    async with opened(studio) as pilot:
        screen = await export_dialog(pilot, "down", "down")
        assert "Export Waiting list for Saturdays" in screen_text(pilot)
        screen.query_one(OneOf).active = JSONL
        await settled(pilot)
        assert "1 file as" in screen_text(pilot)

        await press(pilot, "enter")
        await done(pilot)

    (row,) = (here / "convledger-export" / "conversations.jsonl").read_text().splitlines()
    assert json.loads(row)["title"] == "Waiting list for Saturdays"


async def test_a_file_that_is_there_is_replaced_only_by_a_second_word(
    studio: Path, here: Path
) -> None:
    precious = here / "notes.md"
    precious.write_text("precious")
    async with opened(studio) as pilot:
        await export_dialog(pilot)
        await press(pilot, *"notes.md", "enter")
        await done(pilot)

        assert "notes.md is there already." in screen_text(pilot)
        assert precious.read_text() == "precious"
        await press(pilot, "enter")  # stands on Back
        assert isinstance(pilot.app.screen, ConversationsScreen)
        assert precious.read_text() == "precious"

        await press(pilot, "e", *"notes.md", "enter")
        await done(pilot)
        button = pilot.app.screen.query_one("#write", Button)
        assert str(button.label) == "Replace it"
        button.press()
        await settled(pilot)
        await done(pilot)
    assert "# I want to know" in precious.read_text()


async def test_another_path_asks_anew(studio: Path, here: Path) -> None:
    (here / "a.md").write_text("one")
    (here / "ab.md").write_text("two")
    async with opened(studio) as pilot:
        screen = await export_dialog(pilot)
        await press(pilot, *"a.md", "enter")
        await done(pilot)
        screen.query_one(LeadingInput).focus()
        await press(pilot, "home", "right", "b", "enter")
        await done(pilot)

        assert "ab.md is there already." in screen_text(pilot)
    assert (here / "ab.md").read_text() == "two"


async def test_a_folder_that_is_not_there_is_said(studio: Path, here: Path) -> None:
    async with opened(studio) as pilot:
        await export_dialog(pilot)
        await press(pilot, *"none/all.md", "enter")
        await done(pilot)

        assert "none/all.md: can't be written: No such file or directory" in screen_text(pilot)
        assert isinstance(pilot.app.screen, ExportScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ConversationsScreen)
    assert list(here.iterdir()) == []


async def test_writing_can_be_stopped_and_leaves_no_half_file(
    studio: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def transcript(
        ledger: Ledger, conversation_id: int, *, hidden: bool = False
    ) -> Iterator[Entry]:
        del conversation_id, hidden
        screen.workers.cancel_node(screen)  # as escape does
        yield from ()

    async with opened(studio) as pilot:
        screen = await export_dialog(pilot, "ctrl+a")
        monkeypatch.setattr(Ledger, "transcript", transcript)
        await press(pilot, *"all.md", "enter")
        while "Stopped" not in screen_text(pilot):
            await pilot.pause()

        assert "Stopped: nothing stays in all.md" in screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ConversationsScreen)
    assert list(here.iterdir()) == []

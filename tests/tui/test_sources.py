"""Sources: what was read, how far, what was rejected, and how reading goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convledger.ingest.sync import Progress
from convledger.reports.sources import FileLine
from convledger.tui.feeder import Feed
from convledger.tui.paced import Paced
from convledger.tui.screens.rejected_line import RejectedLineScreen
from convledger.tui.screens.sources import SourcesScreen
from convledger.tui.widgets.file_rows import FileRows
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.path_line import ending, path_line
from convledger.tui.widgets.rejected_rows import RejectedRows
from convledger.tui.widgets.rows import RowLine
from tests.ingest.logs import Bench, rollout
from tests.tui.pilot import press, screen_text, settled
from tests.tui.source_parts import (
    SIZES,
    app_of,
    asked,
    fed,
    go,
    odd_bench,
    opened,
    renewed,
    shown,
    words,
)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return odd_bench(tmp_path, monkeypatch)


# ---- what is in sight


async def test_each_source_says_what_it_holds_and_how_far_it_is_read(studio: Path) -> None:
    async with opened(studio) as pilot:
        await go(pilot)
        text = shown(pilot, "#sources")

        assert "Claude Code  agent" in text
        assert "58 conversations · 663 calls" in text
        assert "● 62 live · △ 1 rejected" in text
        assert "85 B waiting" in text
        assert "17 conversations · 144 calls" in text
        assert "all read" in text


async def test_source_whose_texts_are_read_in_part_says_what_is_to_be_stored(
    bench: Bench,
) -> None:
    bench.ledger.connection.execute(
        "UPDATE file SET texts_size=0, texts_offset=0 WHERE path LIKE '%odd%'"
    )
    bench.ledger.connection.commit()
    async with opened(bench.ledger.workspace) as pilot:
        await go(pilot)
        text = shown(pilot, "#sources")

    assert "1 file to store and index still" in text
    assert text.count("all read") == 1


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_spills_at_any_size(studio: Path, size: tuple[int, int]) -> None:
    async with opened(studio, size=size) as pilot:
        await go(pilot)
        for _ in range(4):
            lines = screen_text(pilot).splitlines()
            assert len(lines) == size[1]
            assert max(map(len, lines)) <= size[0]
            await press(pilot, "tab")


async def test_all_panels_stand_side_by_side_where_there_is_room(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        text = screen_text(pilot)

        for title in ("─ Sources ─", "─ Files ─", "─ Rejected lines ─", "─ No price ─"):
            assert title in text
        assert "northwind-local-7b" in text


async def test_small_screen_shows_one_panel_and_tab_the_next(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot)
        for title in ("Sources · 1 of 4", "Files · 2 of 4", "Rejected lines · 3 of 4"):
            assert title in screen_text(pilot)
            await press(pilot, "tab")
        text = screen_text(pilot)
        assert "No price · 4 of 4" in text
        assert "Sources 2   Files 79   Rejected lines 1   No price 1" in text
        assert "1 of 4" not in text


async def test_click_on_a_tab_shows_its_panel(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot)
        await pilot.click("TabStrip", offset=(30, 0))
        await settled(pilot)

        assert "Rejected lines · 3 of 4" in screen_text(pilot)


async def test_panels_unfold_when_the_terminal_grows(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "tab")
        await pilot.resize_terminal(140, 45)
        await settled(pilot)
        assert "─ No price ─" in screen_text(pilot)
        assert "of 4" not in screen_text(pilot)

        await pilot.resize_terminal(60, 12)
        await settled(pilot)
        assert "Files · 2 of 4" in screen_text(pilot)
        assert "─ No price ─" not in screen_text(pilot)


async def test_file_says_how_far_figures_and_texts_are_read() -> None:
    rows = FileRows()
    rows._files = [
        FileLine("codex", "/logs/a/new.jsonl", "live", "", 1000, 1000, 250, 0, None),
        FileLine("codex", "/logs/a/gone.jsonl", "gone", "", 10, 10, 10, 2, None),
        FileLine("codex", "/logs/a/shut.jsonl", "unreadable", "Forbidden", 10, 0, 0, 0, None),
        FileLine("codex", "/logs/a/empty.jsonl", "live", "", 0, 0, 0, 0, None),
    ]  # fmt: skip
    wide, narrow = ([rows.row(index, cells) for index in range(4)] for cells in (90, 44))

    assert "figures ━━━━━━━━  texts ━━━━━━━━" in words(wide[0][1])
    assert ("━━", "$accent") in wide[0][1].right  # a quarter of eight cells
    assert words(narrow[0][1]).endswith("texts 25 %")
    assert words(wide[1][0]).startswith("○ gone.jsonl")
    assert "△ 2 rejected" in words(wide[1][0])
    assert words(wide[2][1]) == "  unreadable: Forbidden"
    assert words(narrow[3][1]).endswith("all read")


def test_of_a_long_path_the_end_is_kept() -> None:
    assert ending("/home/ana/bakery", 9) == "…a/bakery"
    assert ending("/日本/語", 5) == "…/語"
    assert ending("/a", 2) == "/a"
    line = path_line(30, [("● ", "")], ("/home/ana/clients/bakery", ""), [], [("12 kB", "")])
    assert words(line) == "● …ana/clients/bakery12 kB"


async def test_hundred_thousand_files_cost_what_is_in_sight(studio: Path) -> None:
    files = [
        FileLine("codex", f"/logs/{n}.jsonl", "live", "", 9, 9, 9, 0, None) for n in range(100_000)
    ]
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "tab")
        rows = pilot.app.screen.query_one(FileRows)
        drawn: set[int] = set()
        row = rows.row

        def watched(index: int, cells: int) -> list[RowLine]:
            drawn.add(index)
            return row(index, cells)

        rows.row = watched  # type: ignore[method-assign]
        rows.show(files)
        await press(pilot, "end")

        assert "99999.jsonl" in shown(pilot, "#files")
        assert len(drawn) < 100


async def test_cursor_stays_on_its_file_when_newer_ones_come(studio: Path) -> None:
    async with opened(studio) as pilot:
        await go(pilot)
        rows = pilot.app.screen.query_one(FileRows)
        rows.cursor = 3
        under = rows.file_at(3)
        assert under is not None
        new = FileLine("codex", "/logs/new.jsonl", "live", "", 9, 9, 9, 0, None)
        rows.show([new, *rows._files])

        assert rows.cursor == 4
        assert rows.file_at(4) == under


# ---- sources, files and rejected lines


async def test_enter_on_a_source_shows_its_files_alone_and_all_again(studio: Path) -> None:
    async with opened(studio) as pilot:
        await go(pilot, "down", "enter")
        panel = pilot.app.screen.query_one("#files-panel", Panel)
        assert "Files · Codex" in str(panel.border_title)
        assert str(panel.border_subtitle) == "17 files"
        assert "▸ Codex" in shown(pilot, "#sources")

        await press(pilot, "enter")
        await asked(pilot)
        assert str(panel.border_subtitle) == "79 files"


async def test_enter_on_a_file_shows_its_rejected_lines_alone(bench: Bench) -> None:
    bench.write(bench.claude / "rail" / "worse.jsonl", b"{nothing\n")
    bench.sync()
    async with opened(bench.ledger.workspace) as pilot:
        await go(pilot)
        files = pilot.app.screen.query_one(FileRows)
        rejected = pilot.app.screen.query_one(RejectedRows)
        assert rejected.count() == 4

        files.cursor = [Path(file.path).name for file in files._files].index("odd.jsonl")
        files.focus()
        await press(pilot, "enter")
        await asked(pilot)
        assert rejected.count() == 3
        assert "Rejected lines · odd.jsonl" in screen_text(pilot)

        files.focus()
        await press(pilot, "enter")
        await asked(pilot)
        assert rejected.count() == 4


async def test_rejected_line_is_shown_whole_with_nothing_hidden(bench: Bench) -> None:
    async with opened(bench.ledger.workspace) as pilot:
        await go(pilot, "tab", "tab", "enter")
        assert isinstance(pilot.app.screen, RejectedLineScreen)
        text = screen_text(pilot)

        assert "rail/odd.jsonl" in text
        assert "5, from byte" in text
        assert "␛]0;owned␇ [red]x[/] ‹U+202E›" in text
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, SourcesScreen)


async def test_vanished_and_unreadable_files_say_so(bench: Bench) -> None:
    bench.log.unlink()
    bench.sync()
    bench.ledger.connection.execute(
        "UPDATE file SET state='unreadable', reason='Permission denied' WHERE path LIKE '%odd%'"
    )
    bench.ledger.connection.commit()
    async with opened(bench.ledger.workspace) as pilot:
        await go(pilot)
        text = screen_text(pilot)

        assert "○ 1 gone · ✕ 1 unreadable" in text
        assert "unreadable: Permission denied" in text


# ---- reading


async def test_import_under_way_shows_files_bytes_and_time_left(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        await fed(pilot, Feed("reading", Progress("texts", 12, 230, 1_200_000, 5_600_000, 3.0)))
        line = shown(pilot, "FeedLine")

        assert "reading texts" in line
        assert "12 of 230 files · 1.20 MB of 5.60 MB · 11 s left · x stops" in line
        assert line.count("━") + line.count("╸") == 32


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("live", "● live  what tools write is read as they write it"),
        ("paused", "‖ paused  nothing is read · x goes on"),
        ("elsewhere", "◌ read elsewhere"),
        ("trouble", "▲ trouble"),
    ],
)
async def test_state_of_reading_stands_there_in_words(studio: Path, state: str, said: str) -> None:
    async with opened(studio) as pilot:
        await go(pilot)
        await fed(pilot, Feed(state))

        assert said in shown(pilot, "FeedLine")


async def test_folder_that_cannot_be_watched_stays_named(studio: Path) -> None:
    async with opened(studio) as pilot:
        await go(pilot)
        await fed(pilot, Feed("live", words="/srv/logs: can't be watched"))
        await fed(pilot, Feed("live"))

        assert "● live  ▲ /srv/logs: can't be watched" in shown(pilot, "FeedLine")


async def test_stop_pauses_reading_and_goes_on(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(studio) as pilot:
        done: list[str] = []
        feeder = app_of(pilot).feeder
        monkeypatch.setattr(feeder, "pause", lambda: done.append("pause"))
        monkeypatch.setattr(feeder, "begin", lambda: done.append("begin"))
        await go(pilot, "x")
        assert done == []  # nothing is being read

        await fed(pilot, Feed("reading"))
        await press(pilot, "x")
        await fed(pilot, Feed("paused"))
        await press(pilot, "x")
        assert done == ["pause", "begin"]


async def test_rescan_looks_at_all_folders(studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(studio) as pilot:
        done: list[str] = []
        monkeypatch.setattr(app_of(pilot).feeder, "rescan", lambda: done.append("rescan"))
        await go(pilot, "r")

        assert done == ["rescan"]


async def test_new_figures_appear_when_another_process_has_read(bench: Bench) -> None:
    async with opened(bench.ledger.workspace) as pilot:
        await go(pilot)
        assert "1 conversation · 2 calls" in shown(pilot, "#sources")
        bench.write(bench.codex / "sessions" / "rollout-x.jsonl", rollout(5))
        bench.sync()
        await renewed(pilot)

        assert "1 conversation · 5 calls" in shown(pilot, "#sources")


class Slow:
    """A screen that answers when it is told to."""

    is_attached = True

    def __init__(self) -> None:
        self.open: list[Callable[[Any], None]] = []
        self.later: list[Callable[[], None]] = []

    def ask(self, _name: str, _question: object, then: Callable[[Any], None], **_: object) -> None:
        self.open.append(then)

    def set_timer(self, _seconds: float, work: Callable[[], None]) -> None:
        self.later.append(work)


def paced_question() -> tuple[Slow, list[int], Paced[int]]:
    screen, answers = Slow(), list[int]()
    return screen, answers, Paced[int](screen, "n", lambda _: 0, answers.append)  # type: ignore[arg-type]


def test_slow_question_is_not_asked_again_but_once_after_a_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("convledger.tui.paced.QUICK", 0.0)
    screen, answers, paced = paced_question()
    for _ in range(5):
        paced.wish()
    assert len(screen.open) == 1

    screen.open.pop()(7)
    assert (answers, len(screen.later), screen.open) == ([7], 1, [])
    paced.wish()
    screen.later.pop()()
    assert len(screen.open) == 1

    screen.open.pop()(8)
    assert (answers, screen.later) == ([7, 8], [])


def test_quick_question_is_asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convledger.tui.paced.QUICK", 3600.0)
    screen, answers, paced = paced_question()
    paced.wish()
    paced.wish()
    screen.open.pop()(7)

    assert (answers, len(screen.open), screen.later) == ([7], 1, [])


def test_question_of_a_person_does_not_wait_for_the_one_before() -> None:
    screen, _, paced = paced_question()
    paced.wish()
    paced.wish(anew=True)

    assert len(screen.open) == 2

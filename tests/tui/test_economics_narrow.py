"""Economics on a small terminal: names that stand side by side, and a time that is typed."""

from __future__ import annotations

from pathlib import Path

from convledger.tui.widgets.segment_rows import SegmentRows, side_by_side
from tests.tui.economics_parts import go, opened, place
from tests.tui.pilot import press, screen_text, settled, text_of


async def test_rows_of_two_segments_are_told_apart_where_room_is_short(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "g")
        await press(pilot, "space", "down", "space", "down", "space", "enter")

        rows = place(pilot).query_one(SegmentRows)
        assert rows.table is not None
        assert rows.table.by == ("model", "project")
        names = [line[:33].strip() for line in text_of(rows).splitlines()]
        assert len(names) == len(set(names)) >= 10
        assert any(name.startswith("claude-opus-5-5 · timetable-api") for name in names)


def test_of_two_long_names_each_has_its_half() -> None:
    assert side_by_side(["claude-opus-4-5-20251101", "timetable-api"], 23) == (
        "claude-op… · timetable…"
    )
    assert side_by_side(["claude-opus-4-5-20251101", "web"], 23) == "claude-opus-4-5-… · web"
    assert side_by_side(["gpt-5", "timetable-api"], 23) == "gpt-5 · timetable-api"
    assert side_by_side(["claude-opus-4-5-20251101"], 10) == "claude-opus-4-5-20251101"


async def test_a_number_begins_to_type_a_time_wherever_the_focus_is(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "o")
        await press(pilot, *"2026", "minus", *"09", "enter")
        await settled(pilot)

        assert "September 2026" in screen_text(pilot)

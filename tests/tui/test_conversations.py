"""The screen of all conversations: what it lists, in which order, and that it never jumps."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.reports.listing import ListQuery, Totals
from convledger.tui.list_words import SORTS, chips, count_words, empty_words, next_sort
from convledger.tui.screens.why import WhyScreen
from convledger.tui.widgets.preview import Preview
from tests.tui.listed import add, counts_of, list_in, opened, str_of, title_of, write
from tests.tui.pilot import NOW, press, screen_text, settled, text_of

HOSTILE = "[red]\x1b]0;owned\x07\u202eevil[/red] [link=http://x]"
DAY_OF_NOW = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp()) * SECOND


# ---- what is listed


async def test_each_row_tells_title_cost_origin_and_age(studio: Path) -> None:
    async with opened(studio, size=(98, 24)) as pilot:
        screen = await list_in(pilot)

        shown = text_of(screen.rows).splitlines()

    row = next(place for place, line in enumerate(shown) if "Waiting list for Saturdays" in line)
    assert shown[row].endswith("$1.03")
    assert "claude-code · claude-opus-5-5 · booking" in shown[row + 1]
    assert shown[row + 1].endswith("12 calls · 717k tok · 4 h")


async def test_the_frame_tells_how_many_match_and_what_they_cost(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        everything = ledger.list_totals(ListQuery())
    async with opened(studio) as pilot:
        screen = await list_in(pilot)

        assert f"{everything.conversations} conversations" in counts_of(screen)
        unpriced = f"{everything.unpriced_calls} of {everything.calls} calls unpriced"
        assert unpriced in counts_of(screen)
        assert "$81.11" in counts_of(screen)


async def test_title_of_a_log_is_shown_and_does_nothing(studio: Path) -> None:
    write(studio, "UPDATE conversation SET title=?, project=?, last_at=?", HOSTILE, HOSTILE, NOW)
    async with opened(studio, size=(140, 36)) as pilot:
        await list_in(pilot)

        shown = screen_text(pilot)

    assert "[red]␛]0;owned␇‹U+202E›evil[/red] [link=http://x]" in shown
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 36), (140, 45)])
async def test_every_size_shows_the_first_row_and_its_cost(
    studio: Path, size: tuple[int, int]
) -> None:
    async with opened(studio, size=size) as pilot:
        screen = await list_in(pilot)
        first = text_of(screen.rows).splitlines()[0]

        assert first.lstrip().startswith("I want to know")
        assert first.endswith("$0.57")
        assert screen.query_one("#preview").display == (size[0] >= 130)
        assert screen.query_one("#facets").display == (size[0] >= 100)
        for other in ((140, 45), (40, 10), (90, 20)):
            await pilot.resize_terminal(*other)
            await settled(pilot)
            assert text_of(screen.rows).splitlines()[0].endswith("$0.57")
            assert screen.focused is screen.rows


async def test_an_empty_ledger_says_what_to_do(tmp_path: Path) -> None:
    async with opened(tmp_path / "empty") as pilot:
        screen = await list_in(pilot)

        assert "No conversation yet." in text_of(screen.rows)


def test_an_empty_list_says_why() -> None:
    assert empty_words(ListQuery(text="x"), UTC, "live")[1] == "x clears all filters."
    assert "8 shows" in empty_words(ListQuery(), UTC, "nothing")[1]
    assert "being read" in empty_words(ListQuery(), UTC, "reading")[1]


def test_counts_say_as_much_as_fits() -> None:
    totals = Totals(conversations=1204, calls=90_000, unpriced_calls=12, list_pico=10**14)

    assert [str_of(count_words(1204, 3, totals, cells)) for cells in (99, 60, 45, 40)] == [
        "✓ 3 marked · 1,204 conversations · $100.00 · 12 of 90,000 calls unpriced",
        "✓ 3 marked · 1,204 conversations · $100.00 · 12 unpriced",
        "✓ 3 marked · 1,204 · $100.00 · 12 unpriced",
        "✓ 3 · 1,204 · $100.00 · 12 unpriced",
    ]
    assert str_of(count_words(1, 0, None, 99)) == "1 conversation · …"
    assert str_of(count_words(2, 0, Totals(2, 5, 5), 99)).startswith("2 conversations · – · 5 of 5")


def test_filters_in_words_leave_room_to_say_how_to_drop_them() -> None:
    query = ListQuery(source=("codex",), model=("gpt-5.2-codex",), tag=("urgent", ""))

    assert str_of(chips(query, UTC, 99)) == (
        "source codex · model gpt-5.2-codex · tag urgent or none · x clears"
    )
    assert str_of(chips(query, UTC, 34)) == "source codex · model g… · x clears"
    assert chips(ListQuery(text="x"), UTC, 99) is None


# ---- order


async def test_s_sorts_by_the_next_column_and_shift_turns_it_round(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await list_in(pilot)
        await press(pilot, "s")
        dearest = list(screen.rows.ids)
        assert title_of(screen) == "Conversations by list cost ↓"
        assert text_of(screen.rows).splitlines()[0].endswith("$16.19")

        await press(pilot, "S")

        assert title_of(screen) == "Conversations by list cost ↑"
        assert screen.rows.ids[0] != dearest[0]
        assert set(screen.rows.ids) == set(dearest)


async def test_titles_and_projects_begin_with_a(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await list_in(pilot)

        await press(pilot, "s", "s", "s", "s")

        assert title_of(screen) == "Conversations by title ↑"
        with Ledger.open(studio) as ledger:
            first = ledger.conversation_lines([screen.rows.ids[0], screen.rows.ids[1]])
        assert first[0].title.casefold() < first[1].title.casefold()


def test_sorting_on_comes_back_to_the_first_order() -> None:
    order = ["last"]
    for _ in SORTS:
        order.append(next_sort(order[-1]))

    assert order == [*SORTS, "last"]


# ---- marks


async def test_space_marks_and_goes_on_and_marks_outlast_a_filter(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await list_in(pilot)
        await press(pilot, "space", "down", "space")
        marked = set(screen.rows.marks)

        assert marked == {screen.rows.ids[0], screen.rows.ids[2]}
        assert [line[1] for line in text_of(screen.rows).splitlines()[:6:2]] == ["✓", " ", "✓"]
        assert "✓ 2 marked" in counts_of(screen)
        await press(pilot, "f", "b", "o", "o", "k", "enter", "ctrl+a")
        assert marked <= screen.rows.marks
        assert set(screen.rows.ids) <= screen.rows.marks
        await press(pilot, "home", "space")
        assert screen.rows.ids[0] not in screen.rows.marks


async def test_all_of_many_are_marked_but_those_unmarked_meanwhile(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convledger.tui.marking.AT_ONCE", 10)
    async with opened(studio) as pilot:
        screen = await list_in(pilot)

        screen.action_mark_all()
        screen.action_mark()
        await settled(pilot)

        assert screen.rows.marks == set(screen.rows.ids[1:])
        screen.action_mark_all()
        screen.action_clear()
        await settled(pilot)
        assert screen.rows.marks == set()


# ---- figures that change


async def test_new_figures_leave_cursor_marks_and_sight_where_they_are(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        screen = await list_in(pilot)
        await press(pilot, "end", "space", "up", "up", "up", "up")
        rows = screen.rows
        before, marks = rows.current, set(rows.marks)
        height = rows.cursor * 2 - rows.scroll_offset.y
        for number in range(5):
            add(studio, number, "a new one")

        screen.renew()
        await settled(pilot)

        assert len(rows.ids) == 80
        assert (rows.current, rows.marks) == (before, marks)
        assert rows.cursor * 2 - rows.scroll_offset.y == height


async def test_who_looks_at_the_top_sees_what_is_new(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        screen = await list_in(pilot)
        before = screen.rows.current
        add(studio, 1, "a new one")

        screen.renew()
        await settled(pilot)

        assert text_of(screen.rows).splitlines()[0].startswith("   a new one")
        assert (screen.rows.cursor, screen.rows.current) == (1, before)


async def test_a_line_that_changed_is_shown_anew(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        screen = await list_in(pilot)
        write(studio, "UPDATE conversation SET title='renamed'")

        screen.renew()
        await settled(pilot)

        assert text_of(screen.rows).splitlines()[0].startswith("   renamed")


# ---- what the cursor is on


async def test_preview_tells_the_facts_and_how_it_begins(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        screen = await list_in(pilot)
        await press(pilot, "down", "down", "down")

        shown = text_of(screen.query_one(Preview)).splitlines()

    for name, value in (
        ("source", "codex"),
        ("branch", "main"),
        ("models", "gpt-5.2-codex"),
        ("started", "20 Nov 2026 09:42 · 4 h"),
        ("calls", "17"),
        ("tokens", "1.3M"),
        ("list cost", "$0.49"),
        ("client", "northwind-bakery"),
    ):
        assert any(line.split(name, 1)[-1].strip() == value
                   for line in shown if line.startswith(name)), name  # fmt: skip
    begins = next(place for place, line in enumerate(shown) if "it begins" in line)
    assert "Yesterday's till report" in shown[begins + 1]


async def test_enter_opens_the_conversation_under_the_cursor(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened_ones: list[int] = []
    async with opened(studio) as pilot:
        screen = await list_in(pilot)
        monkeypatch.setattr(pilot.app, "open_conversation", opened_ones.append)

        await press(pilot, "down", "enter")

        assert opened_ones == [screen.rows.ids[1]]


async def test_w_explains_the_conversation_under_the_cursor(studio: Path) -> None:
    async with opened(studio) as pilot:
        await list_in(pilot)

        await press(pilot, "down", "down", "w")

        assert isinstance(pilot.app.screen, WhyScreen)
        assert "Waiting list for Saturdays" in screen_text(pilot)

"""Tests of the transcript: what it reads, where the view stays, what keys and clicks do."""

from __future__ import annotations

import random

import pytest

from convledger.tui.widgets import sheet as sheet_module
from convledger.tui.widgets.transcript import Transcript
from tests.tui.readings import body, calm, press, reading, shown
from tests.tui.talks import Talk, call, chat, said

DAY = 86_400_000_000


# ---- what is read


async def test_only_what_is_in_sight_and_around_it_is_read() -> None:
    async with reading(chat(5_000)) as (app, pilot):
        assert app.transcript.count == 10_000
        assert 0 < len(app.asked) < 60
        await press(pilot, "end")
        assert "▎ answer 4999 line 0" in body(app)
        assert len(app.asked) < 130
        assert len(app.asked) == len(set(app.asked))


async def test_of_a_folded_entry_only_the_beginning_is_read() -> None:
    talk = Talk([said("tool_result", "x" * 50_000)])
    async with reading(talk) as (app, _):
        sheet = app.transcript.sheet
        assert app.asked == [1]
        assert sheet.missing(0, 0) == ([], [])
        sheet.turn(0)
        assert sheet.missing(0, 0) == ([], [1])


async def test_what_was_laid_out_and_read_is_forgotten_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheet_module, "_LINES_KEPT", 120)
    monkeypatch.setattr(sheet_module, "_TEXTS_KEPT", 1_200)
    async with reading(chat(100, 9)) as (app, pilot):
        for _ in range(12):
            await press(pilot, "pagedown")
        sheet = app.transcript.sheet
        assert sheet._blocks_size == sum(block.height for block in sheet._blocks.values()) <= 120
        assert sheet._texts_size == sum(len(text) for text, _ in sheet._texts.values()) <= 1_200
        before = shown(app)
        await press(pilot, "home", *["pagedown"] * 12)
        assert shown(app) == before


# ---- where the view stays


async def test_the_line_in_sight_stays_when_an_estimate_above_is_corrected() -> None:
    talk = chat(40, 30)
    async with reading(talk) as (app, pilot):
        app.answers = False
        view = app.transcript
        view.go_to(41, 5)
        await calm(pilot)
        assert not view.sheet.is_exact(39)
        before = view.scroll_offset.y
        view.receive({}, {41: talk.texts[41], 42: talk.texts[42]})
        assert view.row_of(41) == 5
        view.receive({}, {message: talk.texts[message] for message in (39, 40)})
        await calm(pilot)
        assert view.sheet.is_exact(39)
        assert view.row_of(41) == 5
        assert view.scroll_offset.y != before
        assert shown(app)[6].startswith("opus")


async def test_scrolling_up_over_unread_entries_keeps_what_was_seen() -> None:
    async with reading(chat(60, 25)) as (app, pilot):
        await press(pilot, "end")
        for _ in range(40):
            before = shown(app)
            app.transcript.scroll_to(y=app.transcript.scroll_offset.y - 4, animate=False)
            await calm(pilot)
            assert shown(app)[4:] == before[:-4]


async def test_a_text_that_grows_at_the_end_keeps_the_end_in_sight() -> None:
    async with reading(
        Talk([said("prompt", "q"), said("answer", "\n" * 40 + "- x\n" * 50 + "end")])
    ) as (
        app,
        pilot,
    ):
        await press(pilot, "end")
        assert shown(app)[-1] == "▎ end"


async def test_another_width_keeps_the_place() -> None:
    async with reading(chat(50, 3)) as (app, pilot):
        app.transcript.go_to(60, 0)
        await calm(pilot)
        await pilot.resize_terminal(40, 12)
        await calm(pilot)
        assert app.transcript.cursor == 60
        assert "▎ question 30" in shown(app)


async def test_another_width_keeps_the_words_of_a_long_entry_in_sight() -> None:
    text = "\n".join(f"line {line} " + "word " * 30 for line in range(200))
    async with reading(Talk([said("answer", text)])) as (app, pilot):
        app.transcript.scroll_to(y=200, animate=False)
        await calm(pilot)
        before = {line for line in range(200) if f"▎ line {line} " in body(app)}
        await pilot.resize_terminal(45, 20)
        await calm(pilot)
        after = {line for line in range(200) if f"▎ line {line} " in body(app)}
        assert before & after


# ---- keys


async def test_the_cursor_goes_from_entry_to_entry() -> None:
    async with reading(chat(3)) as (app, pilot):
        await press(pilot, "down", "down", "j")
        assert app.transcript.cursor == 3
        await press(pilot, "up", "k", "k", "k", "k")
        assert app.transcript.cursor == 0


async def test_within_an_entry_longer_than_the_view_keys_scroll() -> None:
    async with reading(chat(2, 60)) as (app, pilot):
        await press(pilot, "down")
        assert app.transcript.cursor == 1
        seen = []
        while app.transcript.cursor == 1:
            seen += shown(app)
            await press(pilot, "down")
        assert all(f"▎ answer 0 line {line}" in seen for line in range(60))
        await press(pilot, "up")
        assert app.transcript.cursor == 1
        assert "▎ answer 0 line 59" in body(app)


async def test_pages_show_everything_and_take_the_cursor_along() -> None:
    async with reading(chat(12, 4)) as (app, pilot):
        seen = set(shown(app))
        for _ in range(12):
            before = app.transcript.scroll_offset.y
            await press(pilot, "pagedown")
            seen.update(shown(app))
            if app.transcript.scroll_offset.y == before:
                break
            top, bottom = app.transcript._in_sight(app.transcript.top)
            assert top <= app.transcript.cursor <= bottom
        assert app.transcript.cursor == 23
        wanted = {f"▎ answer {turn} line {line}" for turn in range(12) for line in range(4)}
        assert wanted <= seen
        await press(pilot, *["pageup"] * 12)
        assert app.transcript.cursor == 0
        assert app.transcript.scroll_offset.y == 0


async def test_prompts_are_reached_one_by_one() -> None:
    async with reading(chat(20, 9)) as (app, pilot):
        assert app.transcript.go_prompt(1)
        assert app.transcript.go_prompt(1)
        await calm(pilot)
        assert app.transcript.cursor == 4
        assert shown(app)[1:3] == ["you  09:00", "▎ question 2"]
        assert app.transcript.go_prompt(-1)
        app.transcript.action_first()
        assert not app.transcript.go_prompt(-1)
        app.transcript.action_last()
        assert not app.transcript.go_prompt(1)


async def test_an_entry_opens_and_folds_where_it_stands() -> None:
    entries = [said("tool_result", f"result {n}\nmore of it {n}") for n in range(40)]
    async with reading(Talk(entries)) as (app, pilot):
        await press(pilot, *["down"] * 10)
        row = app.transcript.row_of(10)
        app.transcript.action_open()
        await calm(pilot)
        assert "▾ result" in body(app)
        assert "▎ more of it 10" in body(app)
        assert app.transcript.row_of(10) == row
        app.transcript.action_open()
        await calm(pilot)
        assert "more of it" not in body(app)
        assert app.transcript.row_of(10) == row


async def test_all_open_and_fold_again_but_for_what_was_said() -> None:
    talk = Talk([said("prompt", "ask"), said("thinking", "hm\nhm"), said("tool_result", "r\ns")])
    async with reading(talk) as (app, pilot):
        assert app.transcript.fold_all()
        await calm(pilot)
        assert body(app).count("▾") == 2
        assert "▎ s" in body(app)
        assert not app.transcript.fold_all()
        await calm(pilot)
        assert body(app).count("▸") == 2
        assert "▎ ask" in body(app)


async def test_a_call_without_a_text_can_not_be_opened() -> None:
    async with reading(Talk([said("call", name="opus", call=call(1))])) as (app, pilot):
        before = body(app)
        app.transcript.action_open()
        await calm(pilot)
        assert body(app) == before


async def test_a_click_opens_a_folded_entry_and_only_goes_to_an_open_one() -> None:
    talk = Talk([said("prompt", "ask"), said("answer", "yes"), said("thinking", "hm\nhm")])
    async with reading(talk) as (app, pilot):
        rows = {line.split()[1]: y for y, line in enumerate(shown(app)) if line.startswith("▸")}
        await pilot.click(Transcript, offset=(3, rows["thinking"]))
        await calm(pilot)
        assert app.transcript.cursor == 2
        assert body(app).count("▎ hm") == 2
        await pilot.click(Transcript, offset=(3, 2))
        await calm(pilot)
        assert app.transcript.cursor == 0
        assert "▎ ask" in body(app)


async def test_the_wheel_takes_the_cursor_along() -> None:
    async with reading(chat(60)) as (app, pilot):
        app.transcript.scroll_to(y=90, animate=False)
        await calm(pilot)
        first, last = app.transcript._in_sight(app.transcript.top)
        assert first <= app.transcript.cursor <= last
        assert first > 0


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_pressed_the_cursor_is_in_sight_and_the_sums_are_right(seed: int) -> None:
    dice = random.Random(seed)
    kinds = ["prompt", "answer", "answer", "tool_call", "tool_result", "thinking", "note"]
    entries = [
        said(
            dice.choice(kinds),
            " ".join(dice.choices(["word", "\n", "- x\n", "漢字"], k=dice.choice([0, 3, 400]))),
            agent=dice.choice(["", "", "x"]),
        )
        for _ in range(dice.choice([4, 30, 200]))
    ]
    async with reading(Talk(entries), (dice.choice([30, 90]), dice.choice([4, 25]))) as (
        app,
        pilot,
    ):
        view = app.transcript
        keys = ["down", "up", "pagedown", "pageup", "home", "end"]
        for _ in range(30):
            app.answers = dice.random() < 0.6
            match dice.choice(["key", "key", "open", "wheel", "resize"]):
                case "key":
                    await pilot.press(dice.choice(keys))
                case "open":
                    view.action_open()
                case "wheel":
                    line = view.scroll_offset.y + dice.choice([-60, -3, 3, 60])
                    view.scroll_to(y=line, animate=False)
                case "resize":
                    await pilot.resize_terminal(dice.choice([30, 90]), dice.choice([4, 25]))
            await calm(pilot)
            sheet = view.sheet
            assert view.scroll_offset.y == view.top
            assert [sheet.heights[at] for at in range(view.count)] == [
                sheet._height(at) for at in range(view.count)
            ]
            for index, block in sheet._blocks.items():
                if block.body or not sheet.is_open(index):
                    assert block.height == sheet.heights[index]
            row = view.row_of(view.cursor)
            assert -sheet.heights[view.cursor] < row < view.size.height


# ---- a conversation that grows


def grown(talk: Talk, more: int) -> Talk:
    return chat(len(talk.heads) // 2 + more)


async def test_who_stands_at_the_end_follows() -> None:
    talk = chat(20)
    async with reading(talk) as (app, pilot):
        await press(pilot, "end")
        app.talk = grown(talk, 5)
        app.transcript.show(app.talk.script())
        await calm(pilot)
        assert shown(app)[-1] == "▎ answer 24 line 0"
        assert app.transcript.cursor == 49


async def test_who_reads_further_up_stays() -> None:
    talk = chat(20)
    async with reading(talk) as (app, pilot):
        await press(pilot, "pagedown")
        before, cursor = shown(app), app.transcript.cursor
        app.talk = grown(talk, 5)
        app.transcript.show(app.talk.script())
        await calm(pilot)
        assert shown(app) == before
        assert app.transcript.cursor == cursor
        await press(pilot, "end")
        assert shown(app)[-1] == "▎ answer 24 line 0"


async def test_entries_that_come_in_between_leave_the_view_where_it_is() -> None:
    talk = chat(30)
    async with reading(talk) as (app, pilot):
        app.transcript.go_to(40, 3)
        app.transcript.fold(40)
        await calm(pilot)
        before = shown(app)
        later = Talk([said("note", "between")], first=1000)
        talk.texts |= later.texts
        talk.heads.insert(5, later.heads[0])
        app.transcript.show(talk.script())
        await calm(pilot)
        assert app.transcript.cursor == 41
        assert shown(app) == before

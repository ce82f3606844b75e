"""Tests of the transcript: what it reads, where the view stays, what keys and clicks do."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from convledger.reports.reading import Branch
from convledger.reports.thread import ERROR, INHERITED, ROLLED_BACK, SIDECHAIN
from convledger.tui.widgets import sheet as sheet_module
from convledger.tui.widgets.blocks import PORTION
from convledger.tui.widgets.context_meter import Standing, standing
from convledger.tui.widgets.entry_head import BEGINNING
from convledger.tui.widgets.script import payers
from convledger.tui.widgets.sheet_view import SheetView
from convledger.tui.widgets.transcript import Transcript
from tests.tui.pilot import text_of
from tests.tui.talks import BEGAN, CENT, Talk, call, chat, said

DAY = 86_400_000_000


class Reading(App[None]):
    """A transcript alone; texts are handed over when `answers`, and what was asked is kept."""

    def __init__(self, talk: Talk) -> None:
        super().__init__()
        self.talk = talk
        self.answers = True
        self.asked: list[int] = []
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        yield Transcript(UTC)

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    def on_mount(self) -> None:
        self.transcript.show(self.talk.script())
        self.transcript.focus()

    def on_sheet_view_wanted(self, event: SheetView.Wanted) -> None:
        self.asked += [*event.beginnings, *event.whole]
        if self.answers:
            texts = self.talk.texts
            self.transcript.receive(
                {one: texts[one][:BEGINNING] for one in event.beginnings},
                {one: texts[one][:PORTION] for one in event.whole},
            )


@asynccontextmanager
async def reading(
    talk: Talk, size: tuple[int, int] = (80, 20)
) -> AsyncIterator[tuple[Reading, Pilot[None]]]:
    app = Reading(talk)
    async with app.run_test(size=size) as pilot:
        await calm(pilot)
        yield app, pilot
        await calm(pilot)


async def calm(pilot: Pilot[None]) -> None:
    for _ in range(2):
        await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await calm(pilot)


def shown(app: Reading) -> list[str]:
    return text_of(app.transcript).split("\n")


def body(app: Reading) -> str:
    return text_of(app.transcript)


# ---- how entries look


async def test_prompts_and_answers_are_open_and_say_who_and_what_it_cost() -> None:
    talk = Talk(
        [said("prompt", "why?"), said("answer", "because", call=call(1, pico=58_300_000_000))]
    )
    async with reading(talk) as (app, _):
        lines = shown(app)
    assert lines[0].startswith("── Friday 20 November 2026 ──")
    assert lines[1:7] == [
        "you  09:00",
        "▎ why?",
        "",
        "opus  1,050 tok · $0.0583 · 09:00" + "$0.06".rjust(78 - 33),
        "▎ because",
        "",
    ]


async def test_tools_and_thinking_are_folded_to_a_line_each() -> None:
    talk = Talk([
        said("thinking", "first\nthen", call=call(1)),
        said("tool_call", '{"command": "git status --short"}', name="Bash"),
        said("tool_result", "\n M a.py\n M b.py"),
        said("answer", "done"),
    ])  # fmt: skip
    async with reading(talk, (100, 20)) as (app, _):
        lines = shown(app)
    assert [" ".join(line.split()) for line in lines[1:4]] == [
        "▸ thinking first 10 B 1,050 tok · $0.0500 $0.05",
        "▸ Bash git status --short 33 B",
        "▸ result M a.py 16 B",
    ]
    assert lines[4:7] == ["", "opus  09:00", "▎ done"]


async def test_a_file_of_the_project_is_named_from_there() -> None:
    talk = Talk([said("tool_call", '{"file_path": "/home/x/app/src/a.py"}', name="Read")])
    async with reading(talk) as (app, pilot):
        app.transcript.show(talk.script("/home/x/app"))
        await calm(pilot)
        assert "▸ Read  src/a.py" in body(app)


async def test_what_is_special_is_said_in_words_or_signs() -> None:
    talk = Talk([
        said("prompt", "a", flags=INHERITED),
        said("tool_result", "b", flags=INHERITED | ERROR),
        said("answer", "c", flags=ROLLED_BACK),
        said("call", name="opus", call=call(9, pico=None)),
    ])  # fmt: skip
    async with reading(talk, (100, 20)) as (app, _):
        text = body(app)
    assert "you  ↳ from the parent" in text
    assert "┆ a" in text
    assert "▸ result  × failed  ↳  b" in text
    assert "opus  ↶ taken back" in text
    assert "· opus call" in text
    assert "1,050 tok · – no price" in text


async def test_what_a_sub_agent_says_stands_in_with_its_name() -> None:
    agent = {"agent": "a1", "agent_name": "Explore: look", "flags": SIDECHAIN}
    talk = Talk([
        said("answer", "go"),
        said("tool_call", "{}", name="Read", **agent),
        said("tool_result", "x", **agent),
        said("answer", "found", **agent),
    ])  # fmt: skip
    async with reading(talk) as (app, _):
        lines = shown(app)
    assert any(line.startswith("  ▸ Read  agent Explore: look") for line in lines)
    assert any(line.startswith("  ▸ result  x") for line in lines)
    assert any(line.startswith("  answer  agent Explore: look") for line in lines)
    assert "  ▎ found" in lines


async def test_another_day_is_announced_and_branches_are_numbered() -> None:
    talk = Talk([said("prompt", "a"), said("prompt", "b", at=BEGAN + DAY)])
    async with reading(talk) as (app, pilot):
        app.transcript.show(talk.script(branches=[Branch(1, (0, 1))]))
        await calm(pilot)
        lines = shown(app)
    assert lines[1] == "you  branch 1 of 2  09:00"
    assert lines[4].startswith("── Saturday 21 November 2026 ──")
    assert lines[5] == "you  branch 2 of 2  09:00"


@pytest.mark.parametrize("cells", [20, 40, 60, 80, 140])
async def test_every_width_is_drawn_without_leaving_it(cells: int) -> None:
    talk = Talk([
        said("prompt", "a rather long prompt " * 9),
        said("tool_call", '{"command": "ls"}', name="a very long tool name " * 4, call=call(1)),
        said("answer", "| a | b |\n|--|--|\n| c | d |", call=call(2)),
    ])  # fmt: skip
    async with reading(talk, (cells, 30)) as (app, _):
        view = app.transcript
        for y in range(30):
            assert view.render_line(y).cell_length == cells - 1  # beside the scrollbar


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


# ---- what was found


async def test_a_match_is_opened_and_marked_and_the_next_one_reached() -> None:
    entries = [
        said("tool_result", "\n".join(["head", *["line"] * 50, f"needle {n}"])) for n in range(9)
    ]
    async with reading(Talk(entries)) as (app, pilot):
        view = app.transcript
        view.find("NEEDLE", [3, 7])
        assert [line[0] for line in shown(app)[1:10]] == list("▸▸»▸▸▸»▸▸")
        view.go_match(1)
        await calm(pilot)
        assert (view.cursor, view.match) == (2, 1)
        assert "▎ needle 2" in body(app)
        view.go_match(1)
        await calm(pilot)
        assert (view.cursor, view.match) == (6, 2)
        view.go_match(1)
        await calm(pilot)
        assert view.match == 1
        strip = next(strip for y in range(20) if "needle 2" in (strip := view.render_line(y)).text)
        texts = [segment.text for segment in strip]
        assert "needle" in texts


async def test_all_places_within_an_entry_are_visited() -> None:
    text = "\n".join("here" if line % 30 == 5 else f"line {line}" for line in range(90))
    async with reading(Talk([said("answer", text), said("answer", "here too")])) as (app, pilot):
        view = app.transcript
        view.find("here", [1, 2])
        tops = []
        for _ in range(3):
            view.go_match(1)
            await calm(pilot)
            assert view.cursor == 0
            tops.append(view.top)
        assert tops == sorted(set(tops))
        view.go_match(1)
        assert view.cursor == 1
        view.go_match(-1)
        assert (view.cursor, view.top) == (0, tops[-1])
        view.go_match(-1)
        assert (view.cursor, view.top) == (0, tops[-2])
        await press(pilot, "end")
        view.go_match(1)  # its own, since the cursor was put there by hand
        assert view.cursor == 1


async def test_a_match_whose_text_is_not_read_yet_is_shown_when_it_is() -> None:
    long = "\n".join([*["line"] * 80, "needle", *["line"] * 80])
    async with reading(Talk([*chat(40).heads_and_texts(), said("answer", long)])) as (app, pilot):
        view = app.transcript
        app.answers = False
        view.find("needle", [81])
        view.go_to_match(80)
        await calm(pilot)
        assert "needle" not in body(app)
        view.receive({}, {81: long})
        await calm(pilot)
        assert "▎ needle" in body(app)


# ---- what a conversation is made of


def test_an_entry_is_paid_for_by_the_call_of_its_request() -> None:
    heads = [
        head
        for head, _ in [
            said("prompt", "a"),
            said("thinking", "b", call=call(1)),
            said("tool_call", "c"),
            said("tool_result", "d"),
            said("answer", "e"),
            said("tool_call", "f", call=call(2)),
            said("tool_result", "g"),
        ]
    ]
    assert payers(heads) == [1, 1, 1, 5, 5, 5, -1]


def test_a_call_that_is_noted_behind_the_results_paid_for_what_came_before() -> None:
    heads = [
        head
        for head, _ in [
            said("prompt", "a"),
            said("tool_call", "b"),
            said("tool_result", "c"),
            said("call", call=call(1)),
            said("answer", "d"),
            said("call", call=call(2)),
        ]
    ]
    assert payers(heads) == [3, 3, 3, 3, 5, 5]


def test_sub_agents_pay_for_themselves() -> None:
    heads = [
        head
        for head, _ in [
            said("answer", "a"),
            said("answer", "b", agent="x", call=call(1)),
            said("tool_call", "c", call=call(2)),
        ]
    ]
    assert payers(heads) == [2, 1, 2]


def test_where_one_stands_is_told_in_sums_and_turns() -> None:
    script = chat(3).script()
    assert standing(script, 3) == Standing(
        10 * CENT, 15 * CENT, 1000, 1000, 2, 3, script.heads[3].at
    )
    assert standing(Talk([]).script(), 0) == Standing()

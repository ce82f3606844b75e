"""Tests of the entries of a transcript: how they look, what is found in them, who paid."""

from __future__ import annotations

import pytest

from convledger.reports.reading import Branch
from convledger.reports.thread import ERROR, INHERITED, ROLLED_BACK, SIDECHAIN
from convledger.tui.widgets.context_meter import Standing, standing
from convledger.tui.widgets.script import payers
from tests.tui.readings import body, calm, press, reading, shown
from tests.tui.talks import BEGAN, CENT, Talk, call, chat, said

DAY = 86_400_000_000


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

"""The dialogs of memory: writing, labels, versions, history; and what a conversation keeps."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from convledger.clock import SECOND
from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.store.entries import Entry
from convledger.tui.memory_changes import span_of
from convledger.tui.memory_labels import FIELDS, facts_typed, shown_of
from convledger.tui.outside_editor import as_file, from_file
from convledger.tui.screens.memory import MemoryScreen
from convledger.tui.screens.memory_editor import RememberScreen
from convledger.tui.screens.memory_history import OperationRows
from convledger.tui.screens.memory_versions import DiffView
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.reader_memory import scope_for
from convledger.tui.widgets.remembered import Remembered, kept_lines, name_of
from tests.tui.memory_parts import (
    FRIDAYS,
    METRIC,
    QUOTE,
    RATES,
    VPN,
    entry_of,
    memory_in,
    opened,
    remembered,
    stand_on,
)
from tests.tui.pilot import NOW, press, screen_text, settled, text_of
from tests.tui.reader_parts import TITLE, find, messages, read, transcript


def write(pilot: Pilot[None], **lines: str) -> None:
    """Type into the lines of a dialog; `text` is its text."""
    for name, value in lines.items():
        if name == "text":
            pilot.app.screen.query_one(TextArea).text = value
        else:
            pilot.app.screen.query_one(f"#{name}", Input).value = value


def everything(studio: Path) -> list[Entry]:
    with Ledger.open(studio) as ledger:
        return sorted(ledger.memory.entries(range(1, 100)).values(), key=lambda one: one.id)


# ---- writing


async def test_a_new_entry_is_kept_as_it_was_written(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await memory_in(pilot)
        await press(pilot, "n")
        write(
            pilot, title="No deploys on Fridays", text="Thursday is release day.", kind="decision",
            scope="client:northwind-bakery", tags="ops #release",
        )  # fmt: skip
        await press(pilot, "ctrl+s")
        await settled(pilot)
        (found,) = everything(studio)

        assert (found.title, found.body) == ("No deploys on Fridays", "Thursday is release day.")
        assert (found.kind, found.scope) == ("decision", "client:northwind-bakery")
        assert (found.tags, found.state) == (("ops", "release"), "active")
        await press(pilot, "u")
        await settled(pilot)
        assert everything(studio) == []


async def test_what_is_wrong_is_said_and_not_kept(studio: Path) -> None:
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await press(pilot, "n")
        write(pilot, text="Something", kind="instructon")
        await press(pilot, "ctrl+s")
        await settled(pilot)

        assert "did you mean instruction?" in screen_text(pilot)
        assert everything(studio) == []
        write(pilot, kind="fact", text="  ")
        await press(pilot, "ctrl+s")
        await settled(pilot)
        assert "an entry without a text is none" in screen_text(pilot)


async def test_the_same_text_is_kept_once(studio: Path) -> None:
    remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        before = everything(studio)
        await press(pilot, "n")
        write(pilot, text="kilometres,  litres, degrees celsius.")
        await press(pilot, "ctrl+s")
        await settled(pilot)

        assert everything(studio) == before
        assert "remembered already" in screen_text(pilot)


async def test_an_edit_is_the_next_version_with_its_reason(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await stand_on(pilot, ids[METRIC])
        await press(pilot, "e")
        write(pilot, text="Kilometres and litres.", reason="Kelvin at work")
        await settled(pilot)
        assert "saves version 2" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        await settled(pilot)
        with Ledger.open(studio) as ledger:
            last = ledger.memory.versions(ids[METRIC])[-1]

        assert (last.number, last.body, last.reason) == (
            2, "Kilometres and litres.", "Kelvin at work",
        )  # fmt: skip
        await press(pilot, "u")
        await settled(pilot)
        assert entry_of(studio, ids[METRIC]).version == 1


async def test_what_somebody_else_saved_meanwhile_is_not_lost(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await stand_on(pilot, ids[METRIC])
        await press(pilot, "e")
        with Ledger.open(studio) as ledger:
            ledger.memory.edit(ids[METRIC], NOW, body="Feet and inches.")
        write(pilot, text="Only metres.")
        await press(pilot, "ctrl+s")
        await settled(pilot)

        assert "version 2 was saved elsewhere" in screen_text(pilot)
        assert entry_of(studio, ids[METRIC]).body == "Feet and inches."
        await press(pilot, "ctrl+s")
        await settled(pilot)
        assert entry_of(studio, ids[METRIC]).body == "Only metres."
        assert entry_of(studio, ids[METRIC]).version == 3


# ---- versions and history


async def test_versions_show_what_changed_and_an_old_text_comes_back(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await stand_on(pilot, ids[FRIDAYS])
        await press(pilot, "d")
        await settled(pilot)
        diff = pilot.app.screen.query_one(DiffView)

        assert "Version 1 → 2 of 2" in screen_text(pilot)
        assert "− Deploy on Friday before noon" in text_of(diff)
        assert "+ Deploy on Friday before 15:00" in text_of(diff)
        await press(pilot, "left")
        await settled(pilot)
        assert "Version 1 of 2" in screen_text(pilot)
        assert "+ Deploy on Friday before noon" in text_of(diff)
        await press(pilot, "r")
        await settled(pilot)
        found = entry_of(studio, ids[FRIDAYS])
        assert ("before noon" in found.body, found.version) == (True, 3)
        assert isinstance(pilot.app.screen, MemoryScreen)


async def test_history_takes_any_change_back_and_says_which_has_to_go_first(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await press(pilot, "h")
        await settled(pilot)
        rows = pilot.app.screen.query_one(OperationRows)
        text = text_of(rows)
        assert f"snoozed  {RATES}" in text
        assert f"archived  {VPN}" in text
        await press(pilot, "down", "enter")
        await settled(pilot)

        assert entry_of(studio, ids[VPN]).state == "active"
        assert "taken back" in text_of(rows)
        assert [one.verb for one in (rows.operations or [])][:2] == ["undo", "snooze"]
        await press(pilot, *["down"] * 3, "enter")  # the edit of FRIDAYS is not the last of it
        await settled(pilot)
        assert entry_of(studio, ids[FRIDAYS]).version == 1


# ---- labels

ENTRY = Entry(
    id=1, name="A", kind="fact", title="T", body="B", tags=("ops",), source_date=NOW, value=2
)
NOTHING = shown_of([ENTRY], UTC)


def facts(**typed: str) -> dict[str, Any]:
    return facts_typed({**NOTHING, **typed}, NOTHING, UTC, NOW)


def day(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * SECOND


def test_lines_that_stay_change_nothing() -> None:
    assert facts() == {}
    assert NOTHING.keys() == set(FIELDS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ({"kind": "Decision"}, {"kind": "decision"}),
        ({"scope": "client:Acme"}, {"scope": "client:Acme"}),
        ({"tags": "#a b"}, {"tags": ("a", "b")}),
        ({"tags": "+a -b"}, {"add_tags": ("a",), "drop_tags": ("b",)}),
        ({"tags": ""}, {"tags": ()}),
        ({"tags": "-"}, {"tags": ()}),
        ({"value": "5"}, {"value": 5}),
        ({"pinned": "YES"}, {"pinned": True}),
        ({"sensitivity": "secret"}, {"sensitivity": "secret"}),
        ({"said": ""}, {"source_date": None}),
        ({"said": "2026-03-03"}, {"source_date": day(2026, 3, 3)}),
        ({"until": "2026-03-03"}, {"valid_to": day(2026, 3, 4)}),
    ],
)
def test_a_changed_line_means_a_fact(typed: dict[str, str], meant: dict[str, Any]) -> None:
    assert facts(**typed) == meant


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"kind": "decison"}, "did you mean decision"),
        ({"value": "9"}, "from 1"),
        ({"pinned": "maybe"}, "yes or no"),
        ({"scope": "acme"}, "no scope"),
        ({"said": "soon"}, "must be a day"),
        ({"from": "2026-03-03", "until": "2026-03-01"}, "can't end before"),
    ],
)
def test_a_wrong_line_says_what_would_be_right(typed: dict[str, str], words: str) -> None:
    with pytest.raises(UsageProblem, match=words):
        facts(**typed)


def test_lines_of_several_entries_show_what_all_of_them_have() -> None:
    other = Entry(id=2, name="B", kind="fact", title="T", body="C", scope="client:Acme")
    assert (shown_of([ENTRY, other], UTC)["kind"], shown_of([ENTRY, other], UTC)["scope"]) == (
        "fact", "",
    )  # fmt: skip


async def test_one_label_goes_to_all_marked_entries_and_leaves_their_other_tags(
    studio: Path,
) -> None:
    ids = remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await stand_on(pilot, ids[FRIDAYS])
        await press(pilot, "space")
        await stand_on(pilot, ids[RATES])
        await press(pilot, "space", "l")
        await settled(pilot)
        write(pilot, tags="+shared -money", value="1")
        await settled(pilot)
        assert "2 entries: tags +shared -money · value 1" in screen_text(pilot)
        await press(pilot, "enter")
        await settled(pilot)

        assert entry_of(studio, ids[FRIDAYS]).tags == ("ops", "release", "shared")
        assert entry_of(studio, ids[RATES]).tags == ("shared",)
        assert entry_of(studio, ids[RATES]).value == 1
        await press(pilot, "u")
        await settled(pilot)
        assert entry_of(studio, ids[FRIDAYS]).tags == ("ops", "release")


# ---- a conversation and memory


async def test_a_message_is_remembered_with_where_it_was_said(studio: Path) -> None:
    conversation = find(studio, TITLE)
    async with opened(studio) as pilot:
        screen = await read(pilot, conversation)
        await press(pilot, "home", "m")
        await settled(pilot)
        assert isinstance(pilot.app.screen, RememberScreen)
        assert "quoted word for word" in " ".join(screen_text(pilot).split())
        write(pilot, text=QUOTE, title="Arlen at night")
        await press(pilot, "ctrl+s")
        await settled(pilot)
        (found,) = everything(studio)
        with Ledger.open(studio) as ledger:
            (source,) = ledger.memory.evidence(found.id)

        assert found.scope == "project:timetable-api"
        assert source.message_id == messages(studio, conversation)[0]
        assert (source.quote, source.before) == (QUOTE, "")
        assert found.source_date == source.at
        assert isinstance(pilot.app.screen, ReaderScreen)
        assert "◈ Arlen at night" in transcript(screen)
        assert f"┃ {QUOTE}" in transcript(screen)
        await press(pilot, "u")
        await settled(pilot)
        assert "◈" not in transcript(screen)


async def test_words_of_ones_own_keep_the_whole_message_as_their_source(studio: Path) -> None:
    async with opened(studio) as pilot:
        await read(pilot, find(studio, TITLE))
        await press(pilot, "home", "m")
        await settled(pilot)
        write(pilot, text="Night trains are lost after midnight.")
        await settled(pilot)
        assert "the whole message is its source" in " ".join(screen_text(pilot).split())
        await press(pilot, "ctrl+s")
        await settled(pilot)
        (found,) = everything(studio)
        with Ledger.open(studio) as ledger:
            (source,) = ledger.memory.evidence(found.id)

        assert found.body == "Night trains are lost after midnight."
        assert source.quote.startswith(QUOTE)
        assert (source.before, source.after) == ("", "")
        assert isinstance(pilot.app.screen, ReaderScreen)


def test_the_scope_proposed_is_the_client_else_the_project(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        bakery = ledger.conversation_ids(projects=["*/clients/northwind-bakery/*"])[0]
        (with_client,) = ledger.conversation_lines([bakery])
        (without,) = ledger.conversation_lines([find(studio, TITLE)])

    assert scope_for(with_client) == "client:northwind-bakery"
    assert scope_for(without) == "project:timetable-api"
    assert scope_for(None) == ""


def test_lines_that_an_entry_quotes_are_found_through_markup() -> None:
    text = "First of all.\n\nWe **deploy on Fridays** before noon,\nonce it is green. Then rest."
    lines = [
        "First of all.",
        "",
        "We deploy on Fridays before",
        "noon, once it is green. Then",
        "rest.",
    ]
    quote = "We **deploy on Fridays** before noon,\nonce it is green."

    assert kept_lines(lines, text, [Remembered("a", text.index("We"), len(quote))]) == {2, 3}
    assert kept_lines(lines, text, [Remembered("a", 0, len(text))]) == {0, 1, 2, 3, 4}
    assert kept_lines(lines, text, [Remembered("a", 0, 13)]) == {0}
    assert kept_lines([], text, [Remembered("a", 0, 13)]) == set()


def test_a_message_with_several_entries_names_one_and_counts_the_others() -> None:
    kept = [Remembered("One\x1b[31m", 0, 3), Remembered("Two", 4, 3)]

    assert name_of(kept[:1]).startswith("◈ One")
    assert name_of(kept).endswith(" +1")
    assert "\x1b" not in name_of(kept)


def test_a_text_that_stands_in_the_message_is_a_span_of_it() -> None:
    assert span_of("b c\n", "a b c d") == (2, 3)
    assert span_of("x", "a b c d") is None
    assert span_of("\n", "a\nb") is None


def test_an_edited_file_is_title_and_text() -> None:
    assert from_file(as_file("T", "a\n\nb")) == ("T", "a\n\nb")
    assert from_file("") == ("", "")
    assert from_file("T") == ("T", "")

"""Search: found while one types, and one key from a hit to the place where it was said."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from convledger.store.search import Hit, SearchResult
from convledger.tui.app import ConvledgerApp
from convledger.tui.feeder import Feed
from convledger.tui.screens.search import SearchScreen, _counts
from convledger.tui.widgets.hit_rows import HitRows
from convledger.tui.widgets.rows import RowLine
from tests.ingest.logs import Bench, prompt, reply
from tests.tui.pilot import NOW, opened, press, screen_text, settled


def app_of(pilot: Pilot[None]) -> ConvledgerApp:
    assert isinstance(pilot.app, ConvledgerApp)
    return pilot.app


def counts(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#frame").border_subtitle)


def words(line: RowLine) -> str:
    return "".join(text for text, _ in [*line.left, *line.right])


async def test_hits_appear_while_words_are_typed(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "slash")
        assert isinstance(pilot.app.screen, SearchScreen)
        assert "words in this order" in screen_text(pilot)

        await press(pilot, *"timetable")
        assert pilot.app.screen.query_one(HitRows).count() > 10
        assert counts(pilot).startswith("83 matches")
        assert "tool call Read" in screen_text(pilot)
        await press(pilot, *" xyzzy")
        assert "Nothing found." in screen_text(pilot)
        assert counts(pilot) == "esc Back"


async def test_last_words_typed_win(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "slash")
        line = pilot.app.screen.query_one(Input)
        for text in ("the", "the t", "xyzzy", "timet*"):
            line.value = text
        await settled(pilot)
        rows = pilot.app.screen.query_one(HitRows)

        assert rows.count() > 0
        hits = (rows.hit_at(index) for index in range(rows.count()))
        assert all(hit is not None and "timet" in hit.match.lower() for hit in hits)


async def test_enter_leads_into_the_list_and_opens_the_conversation_at_the_message(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(studio) as pilot:
        app, places = app_of(pilot), list[tuple[int, int | None]]()
        monkeypatch.setattr(app, "open_conversation", lambda *place: places.append(place))
        await press(pilot, "slash", *"timetable", "enter", "down", "enter")
        hit = app.screen.query_one(HitRows).hit_at(1)
        assert hit is not None

        [(conversation, message)] = places
        assert message == hit.message_id
        found: list[str] = []
        app.ask("test", lambda ledger: ledger.conversation_lines([conversation]),
                lambda lines: found.extend(line.native for line in lines))  # fmt: skip
        await settled(pilot)
        assert found == [hit.conversation]


async def test_down_goes_into_the_list_and_up_comes_back(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "slash", *"timetable", "down")
        assert isinstance(pilot.app.focused, HitRows)
        await press(pilot, "down", "up")
        assert isinstance(pilot.app.focused, HitRows)
        await press(pilot, "up")
        assert isinstance(pilot.app.focused, Input)


async def test_letters_of_the_keys_are_typed_like_others(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "slash", *"jk/q1?u")

        assert pilot.app.screen.query_one(Input).value == "jk/q1?u"


async def test_escape_leaves(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "slash", *"time", "escape")

        assert not isinstance(pilot.app.screen, SearchScreen)


async def test_while_texts_are_stored_it_says_that_more_may_be_found(studio: Path) -> None:
    async with opened(studio) as pilot:
        app_of(pilot)._fed(Feed("reading"))
        await press(pilot, "slash", *"xyzzy")

        assert "more may be found" in screen_text(pilot)


@pytest.mark.parametrize("text", ['"', "*", "()", "a AND", 'NEAR("b', "x:y", "'", "%_"])
async def test_signs_have_no_meaning_and_do_no_harm(studio: Path, text: str) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "slash")
        pilot.app.screen.query_one(Input).value = text
        await settled(pilot)

        assert isinstance(pilot.app.screen, SearchScreen)
        assert len(app_of(pilot)._notifications) == 0


async def test_what_was_said_reaches_the_screen_with_nothing_hidden(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.write(bench.log, prompt(1, "[b]zebra[/b] \x1b]0;owned\x07\n\ttwo \u202elines") + reply(1))
    bench.sync()
    async with opened(bench.ledger.workspace) as pilot:
        await press(pilot, "slash", *"zebra")

        assert "[b]zebra[/b] ␛]0;owned␇ two ‹U+202E›lines" in screen_text(pilot)


def hit(**values: object) -> Hit:
    known = {
        "message_id": 1, "conversation": "c", "title": "Delays", "source": "codex",
        "project": "", "at": NOW - 3 * 86_400_000_000, "kind": 5, "name": "Bash", "file": "f",
        "line": 1, "before": "…" + "before " * 10, "match": "needle", "after": " after" * 20 + "…",
    }  # fmt: skip
    return Hit(**{**known, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("cells", [20, 36, 76, 130])
async def test_match_is_in_sight_at_any_width(cells: int) -> None:
    rows = HitRows(lambda: NOW)
    rows._hits = [hit()]
    first, second = rows.row(0, cells)

    assert words(first).startswith("Delays")
    assert words(first).endswith("3 days")
    assert ("needle", "bold $accent") in second.left
    assert len(words(RowLine(second.left[:4], []))) <= cells


async def test_hit_without_a_title_or_a_match_still_says_something() -> None:
    rows = HitRows(lambda: NOW)
    rows._hits = [hit(title="", name="", at=0, match="", before="", after="the beginning")]
    first, second = rows.row(0, 80)

    assert words(first).startswith("Untitled")
    assert words(second) == "tool result  the beginning"


def test_counts_say_how_far_the_ranking_goes() -> None:
    hits = [hit()]
    assert _counts(SearchResult(hits, 1)).startswith("1 match ·")
    assert _counts(SearchResult(hits, 40)).startswith("1 of 40 matches, repeats left out")
    assert _counts(SearchResult(hits * 100, 240)).startswith("the best 100 of 240 matches")
    ranked = SearchResult(hits * 100, 2000, complete=False)
    assert _counts(ranked).startswith("2,000 of the newest matches ranked")

"""The review queue: what waits for whom is judged by one key, decided, drawn and sent about."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from convledger.ledger import Ledger
from convledger.reports.reviews.drawing import SampleQuery
from convledger.tui.screens.review_draw import DrawScreen
from convledger.tui.screens.review_judge import JudgeScreen
from convledger.tui.screens.review_queue import QueueSection
from convledger.tui.screens.review_verdict import VerdictScreen
from convledger.tui.widgets.review_figures import FiguresLines
from convledger.tui.widgets.review_rows import ItemRows, SampleRows
from convledger.workflow.judging import Opinion
from tests.tui.people_parts import (
    BOTH,
    SECRET,
    be_mira,
    opened,
    screen_of,
    with_dispute,
    with_sample,
)
from tests.tui.pilot import NOW, click, press, said, screen_text, settled, text_of


@pytest.fixture(autouse=True)
def mira(monkeypatch: pytest.MonkeyPatch) -> None:
    be_mira(monkeypatch)


@pytest.mark.parametrize("size", BOTH)
async def test_without_a_sample_it_says_how_one_is_drawn(
    studio: Path, size: tuple[int, int]
) -> None:
    async with opened(studio, size=size) as pilot:
        text = screen_text(pilot)
        assert "No sample was drawn yet." in text
        assert "n draws one" in text
        await press(pilot, "v")
        assert "No sample was drawn yet: n draws one." in said(pilot)


async def test_it_shows_samples_items_and_figures(studio: Path) -> None:
    with_dispute(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        screen = screen_of(pilot)
        samples = text_of(screen.query_one(SampleRows))
        items = text_of(screen.query_one(ItemRows))
        figures = text_of(screen.query_one(FiguresLines))

        assert "[b]November check" in samples
        assert "of 8 settled" in samples
        assert "due 24 Nov · Mira, Jonas · 8 of 74 · by client" in samples
        assert "1 disputed" in samples
        assert items.count("yours") == 5
        assert "Jonas minor against Mira fail" in items or "Jonas pass against Mira fail" in items
        assert "8 items" in figures
        assert "95 %: " in figures
        assert "Cohen's kappa" in figures


async def test_what_others_say_is_hidden_until_one_has_judged(studio: Path) -> None:
    with_sample(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        items = text_of(screen_of(pilot).query_one(ItemRows))
        assert items.count("1 hidden verdict") == 4
        await press(pilot, "v")
        assert isinstance(pilot.app.screen, JudgeScreen)
        item = pilot.app.screen.item
        assert not item.latest


@pytest.mark.parametrize("size", BOTH)
@pytest.mark.parametrize("steps", range(1, 8))
async def test_the_focus_goes_with_sections_that_are_changed_in_a_hurry(
    studio: Path, size: tuple[int, int], steps: int
) -> None:
    with_sample(studio)
    async with opened(studio, size=size) as pilot:
        screen = screen_of(pilot)
        for _ in range(steps):
            screen.action_section()
        await settled(pilot)

        assert screen.focused is not None
        assert screen.shown in screen.focused.ancestors
        if isinstance(screen.shown, QueueSection) and size == BOTH[0]:
            assert screen.shown.query_one(f"#{screen.shown.panel}") in screen.focused.ancestors


async def test_v_judges_what_waits_and_the_next_comes_up(studio: Path) -> None:
    number = with_sample(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "v")
        first = pilot.app.screen
        assert isinstance(first, JudgeScreen)
        await press(pilot, "b")
        assert isinstance(pilot.app.screen, VerdictScreen)
        await press(pilot, *"inc", "tab", *"half", "tab", *"4", "enter")
        second = pilot.app.screen
        assert isinstance(second, JudgeScreen)
        assert second is not first
        assert second.item.stored.id != first.item.stored.id
        with Ledger.open(studio) as ledger:
            given = ledger.review_item(first.item.stored.id, "Mira").latest["Mira"]
        assert (given.verdict, given.reasons, given.note, given.seconds) == (
            "minor", ("incomplete",), "half", 240,
        )  # fmt: skip

        await press(pilot, "u")
        with Ledger.open(studio) as ledger:
            assert "Mira" in ledger.review_item(first.item.stored.id, "Mira").waiting
            assert ledger.next_review("Mira", batch=number) is not None


@pytest.mark.parametrize("size", BOTH)
@pytest.mark.parametrize(("key", "verdict"), list(zip("abcd", ("pass", "minor", "major", "fail"),
                                                      strict=True)))  # fmt: skip
async def test_grades_are_one_key_each(
    studio: Path, size: tuple[int, int], key: str, verdict: str
) -> None:
    with_sample(studio)
    async with opened(studio, size=size) as pilot:
        await press(pilot, "v")
        screen = pilot.app.screen
        assert isinstance(screen, JudgeScreen)
        await press(pilot, key, "enter")
        with Ledger.open(studio) as ledger:
            given = ledger.review_item(screen.item.stored.id, "Mira").latest["Mira"]
        assert given.verdict == verdict


async def test_a_grade_can_be_changed_with_the_mouse(studio: Path) -> None:
    with_sample(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "v", "a")
        await pilot.click("#major")
        await settled(pilot)
        await click(pilot, "#do")
        with Ledger.open(studio) as ledger:
            said_now = [v.verdict for item in ledger.review_items("Mira")
                        for name, v in item.latest.items() if name == "Mira"]  # fmt: skip
        assert said_now == ["major"]


async def test_reasons_that_are_none_are_told_and_nothing_is_kept(studio: Path) -> None:
    with_sample(studio)
    async with opened(studio) as pilot:
        await press(pilot, "v", "b", *"to", "enter")
        assert isinstance(pilot.app.screen, VerdictScreen)
        assert "'to' may be tone or too-slow" in screen_text(pilot)
        await press(pilot, "backspace", "backspace", *"xyz", "enter")
        assert "no reason begins with 'xyz'" in screen_text(pilot)
        with Ledger.open(studio) as ledger:
            assert all("Mira" not in item.latest for item in ledger.review_items("Mira"))


async def test_skipping_goes_round_and_the_last_leads_back(studio: Path) -> None:
    with_sample(studio, size=3, overlap=0)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "v")
        first = pilot.app.screen
        await press(pilot, "s")
        second = pilot.app.screen
        assert isinstance(first, JudgeScreen)
        assert isinstance(second, JudgeScreen)
        assert second.item.stored.id != first.item.stored.id
        await press(pilot, "a", "enter", "a", "enter")

        assert "Nothing is left for you in [b]November check." in said(pilot)
        screen_of(pilot)


async def test_a_secret_in_a_note_is_not_shown_and_stays(studio: Path) -> None:
    with_sample(studio)
    with Ledger.open(studio) as ledger:
        item = next(each for each in ledger.review_items("Mira") if "Mira" in each.waiting)
        opinion = Opinion("minor", (), f"holds {SECRET}")
        ledger.give_verdict(item.stored.id, opinion, now=NOW, as_name="Mira")
    async with opened(studio, size=(140, 45)) as pilot:
        rows = screen_of(pilot).query_one(ItemRows)
        rows.cursor = [each.stored.id for each in rows.items].index(item.stored.id)
        await press(pilot, "enter", "c")
        assert isinstance(pilot.app.screen, VerdictScreen)
        assert SECRET not in screen_text(pilot)
        assert "kept: holds ghp_•" in screen_text(pilot)
        await press(pilot, "enter")
        with Ledger.open(studio) as ledger:
            given = ledger.review_item(item.stored.id, "Mira").latest["Mira"]
        assert (given.verdict, given.note) == ("major", f"holds {SECRET}")


async def test_what_reviewers_differ_on_is_decided(studio: Path) -> None:
    item = with_dispute(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "A")
        screen = pilot.app.screen
        assert isinstance(screen, JudgeScreen)
        assert "to decide" in screen_text(pilot)
        await press(pilot, "c", "enter")
        with Ledger.open(studio) as ledger:
            found = ledger.review_item(item.stored.id, "Mira")
        assert found.adjudication is not None
        assert found.adjudication.verdict == found.standing == "major"
        await press(pilot, "u")
        with Ledger.open(studio) as ledger:
            assert ledger.review_item(item.stored.id, "Mira").is_disputed


async def test_nobody_decides_before_judging(studio: Path) -> None:
    with_sample(studio)
    async with opened(studio) as pilot:
        await press(pilot, "v", "A")
        assert "Give your own verdict first" in said(pilot)
        assert "your verdict" in screen_text(pilot)


async def test_a_sample_is_drawn_after_it_was_seen(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, DrawScreen)
        await press(pilot, *"Pilot", "tab")
        pilot.app.screen.query_one("#size", Input).value = "6"
        pilot.app.screen.query_one("#by", Input).value = "client"
        pilot.app.screen.query_one("#owners", Input).value = "Mira, Bo"
        pilot.app.screen.query_one("#overlap", Input).value = "2"
        pilot.app.screen.query_one("#due", Input).value = "+7d"
        pilot.app.screen.query_one("#seed", Input).value = "7"
        await settled(pilot)
        shown = screen_text(pilot)
        assert "6 conversations of 74" in shown
        assert "Mira 4, Bo 4" in shown
        await press(pilot, "enter")
        with Ledger.open(studio) as ledger:
            (batch,) = ledger.review_batches()
            drawn = ledger.draw_sample(
                SampleQuery(size=6, seed="7", by=("client",), owners=("Mira", "Bo"), overlap=2)
            )
            items = ledger.review_items("Mira", batch=batch.id)
        assert (batch.title, batch.seed, batch.owners) == ("Pilot", "7", ("Mira", "Bo"))
        assert [each.stored.conversation_id for each in items] == [
            each.conversation_id for each in drawn.drawn
        ]
        assert "Pilot" in text_of(screen_of(pilot).query_one(SampleRows))

        await press(pilot, "u")
        with Ledger.open(studio) as ledger:
            assert ledger.review_batches() == []


async def test_a_sample_that_cannot_be_meant_is_told_and_not_kept(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await press(pilot, "n")
        pilot.app.screen.query_one("#overlap", Input).value = "3"
        await settled(pilot)
        assert "an overlap needs two owners" in " ".join(screen_text(pilot).split())
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, DrawScreen)
        with Ledger.open(studio) as ledger:
            assert ledger.review_batches(with_gone=True) == []


async def test_removing_a_sample_is_taken_back(studio: Path) -> None:
    with_sample(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "D")
        assert "taken away" in text_of(screen_of(pilot).query_one(SampleRows))
        assert "The sample was taken away." in text_of(screen_of(pilot).query_one(ItemRows))
        await press(pilot, "u")
        assert "of 8 settled" in text_of(screen_of(pilot).query_one(SampleRows))


async def test_f_shows_only_some(studio: Path) -> None:
    with_dispute(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        rows = screen_of(pilot).query_one(ItemRows)
        counts = [len(rows.items)]
        for _ in range(5):
            await press(pilot, "f")
            counts.append(len(rows.items))
        assert counts[0] == counts[5] == 8
        assert counts[2] == 5  # yours
        assert counts[3] == 0  # overdue
        assert counts[4] == 1  # disputed


async def test_overdue_items_are_marked(studio: Path) -> None:
    with_sample(studio, due=-1)
    async with opened(studio, size=(140, 45)) as pilot:
        items = text_of(screen_of(pilot).query_one(ItemRows))
        assert "! " in items
        assert "overdue · yours" in items
        assert "overdue" in text_of(screen_of(pilot).query_one(SampleRows))


async def test_a_sample_travels_to_a_file_and_back(studio: Path, tmp_path: Path) -> None:
    with_sample(studio)
    path = tmp_path / "mira.jsonl"
    other = tmp_path / "other"
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "w", *"Mira", "tab")
        pilot.app.screen.query_one("#path", Input).value = str(path)
        await settled(pilot)
        await press(pilot, "enter")
        assert "Written: " in said(pilot)
        assert path.read_text().count("\n") > 1
        await press(pilot, "w", *"Mira", "tab")
        pilot.app.screen.query_one("#path", Input).value = str(path)
        await settled(pilot)
        await press(pilot, "enter")
        assert "is there already." in screen_text(pilot)
    async with opened(other, size=(140, 45)) as pilot:
        await press(pilot, "i")
        pilot.app.screen.query_one("#path", Input).value = str(path)
        await settled(pilot)
        assert "[b]November check, Mira's part · 6 items and 0 verdicts new" in screen_text(pilot)
        await press(pilot, "enter")
        assert "6 items and 0 verdicts taken in" in said(pilot)
        assert text_of(screen_of(pilot).query_one(ItemRows)).count("not in these books") == 6
        await press(pilot, "enter")
        assert "is not in these books" in said(pilot)


async def test_one_panel_at_a_time_where_it_is_narrow(studio: Path) -> None:
    with_sample(studio)
    async with opened(studio, size=(80, 24)) as pilot:
        screen = screen_of(pilot)
        assert screen.query_one(ItemRows).has_focus
        await press(pilot, "t")
        assert screen.query_one(SampleRows).has_focus
        await press(pilot, "t")
        assert screen.query_one(FiguresLines).has_focus
        assert "8 items" in text_of(screen.query_one(FiguresLines))

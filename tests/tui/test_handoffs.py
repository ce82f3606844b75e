"""Hand-offs on the screens: behind Economics, and over the transcript with what reviewers say."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.reports.reviews.drawing import SampleQuery
from convledger.store.handoffs import StoredHandoff
from convledger.tui.handoff_words import handoff_facts
from convledger.tui.screens.handoffs import HandoffRows, HandoffsScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.why import WhyScreen
from convledger.tui.widgets.people_line import PeopleLine
from convledger.workflow.judging import Opinion
from tests.tui.economics_parts import OCTOBER_INSTANTS, go, opened, with_people
from tests.tui.pilot import NOW, press, said, screen_text, settled, text_of

MINUTE = 60_000_000
AT = OCTOBER_INSTANTS[1] - 60 * MINUTE
SECRET = f"ghp_{'Zx9Kq2Lm7Rt4Bv1Ns8Wd3Fg6Hj5Pc0Ya'}ab"
BOTH = [(80, 24), (140, 45)]


@pytest.fixture
def handed(studio: Path) -> list[int]:
    """Five conversations of October that people took over; of the first they have said how."""
    ids = with_people(studio, minutes=None)
    entry = StoredHandoff(
        0, "", "", ids[0], AT, model="opus", person="[b]Ada", reason="billing",
        note=f"asked\ntwice for {SECRET}",
        wait_seconds=120, handle_seconds=1500, outcome="refunded",
    )  # fmt: skip
    with Ledger.open(studio) as ledger:
        ledger.add_handoff(entry, now=NOW)
    return ids


async def test_economics_lists_the_hand_offs_of_its_time(studio: Path, handed: list[int]) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "H")
        screen = pilot.app.screen
        assert isinstance(screen, HandoffsScreen)
        text = screen_text(pilot)
        assert "5 hand-offs · October 2026" in text
        assert "1 typed · 4 inferred" in text
        assert "median wait 2 min · handled 25 min · people $20.00 · 4 without a time" in text
        assert "reasons: billing 1" in text
        rows = screen.query_one(HandoffRows)
        assert rows.found[0].conversation_id == handed[0]
        assert sorted(each.conversation_id for each in rows.found) == sorted(handed)
        first, second = text_of(rows).splitlines()[:2]
        assert first.rstrip().endswith("$20.00")
        assert "typed 1 · " in second
        assert "· billing · opus → [b]Ada · waited 2 min · handled 25 min · bot $" in second
        assert text_of(rows).count("inferred · ") == 4


@pytest.mark.parametrize("size", [(40, 12), *BOTH])
async def test_enter_reads_the_conversation_and_w_explains_its_cost(
    studio: Path, handed: list[int], size: tuple[int, int]
) -> None:
    async with opened(studio, size=size) as pilot:
        await go(pilot, "H", "w")
        assert isinstance(pilot.app.screen, WhyScreen)
        await press(pilot, "escape", "enter")
        reader = pilot.app.screen
        assert isinstance(reader, ReaderScreen)
        assert reader.conversation_id == handed[0]


async def test_without_hand_offs_it_says_how_one_is_entered(studio: Path) -> None:
    async with opened(studio) as pilot:
        await go(pilot, "H")
        text = screen_text(pilot)
        assert "0 hand-offs" in text
        assert "can be entered there" in text
        assert "convledger handoff import" in text


@pytest.mark.parametrize("size", BOTH)
async def test_a_conversation_shows_hand_offs_and_verdicts_over_its_text(
    studio: Path, handed: list[int], size: tuple[int, int]
) -> None:
    with Ledger.open(studio) as ledger:
        query = SampleQuery(size=1000, seed="7", owners=("Bo", "Cy"), overlap=1000, title="all")
        ledger.keep_sample(ledger.draw_sample(query), now=NOW)
        (item,) = ledger.review_items("Dee", conversation_id=handed[0])
        opinion = Opinion("minor", ("incomplete",), "half of it")
        ledger.give_verdict(item.stored.id, opinion, now=NOW, as_name="Bo")
    async with opened(studio, size=size) as pilot:
        screen = ReaderScreen(handed[0])
        pilot.app.push_screen(screen)
        await settled(pilot)
        line = screen.query_one(PeopleLine)
        lines = text_of(line).splitlines()

        assert lines[0].startswith("hand-off typed 1 · ")
        if size == (80, 24):
            assert line.size.height == 1
            assert lines[0].rstrip().endswith("… +2")
        else:
            assert "people $20.00" in lines[0]
            assert lines[1].startswith("review Bo: minor · incomplete · half of it · ")
            assert lines[2].rstrip() == "review waits for Cy · all"


async def test_a_conversation_without_people_has_no_such_line(
    studio: Path, handed: list[int]
) -> None:
    with Ledger.open(studio) as ledger:
        number = ledger.connection.execute(
            "SELECT max(id) FROM conversation WHERE parent_native=''"
        ).fetchone()[0]
    assert number not in handed
    async with opened(studio) as pilot:
        screen = ReaderScreen(number)
        pilot.app.push_screen(screen)
        await settled(pilot)
        assert not screen.query_one(PeopleLine).display
        assert said(pilot) == ""


def test_a_note_is_one_line_and_shows_no_secret(studio: Path, handed: list[int]) -> None:
    with Ledger.open(studio) as ledger:
        (found,) = ledger.handoffs_of(handed[0], UTC)
    facts = handoff_facts(found, UTC)

    assert SECRET in found.note
    assert facts[-2] == "refunded"
    assert facts[-1].startswith("asked↵twice for ghp_•")
    assert SECRET not in facts[-1]

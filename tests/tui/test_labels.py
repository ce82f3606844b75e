"""Labels on one or many conversations: what will change is said, and can be taken back exactly."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from convledger.ledger import Ledger
from convledger.reports.listing import ListQuery
from convledger.store import labels
from convledger.tui.labelling import NAMES, Change, apply, effect_of, labels_of, named_words
from convledger.tui.screens.conversations import ConversationsScreen
from convledger.tui.screens.label import LabelScreen
from convledger.tui.widgets.choices import OneOf
from tests.tui.listed import opened
from tests.tui.pilot import press, screen_text, settled

LABELS = "SELECT conversation_id, name, value FROM label ORDER BY 1, 2, 3"


def stored(ledger: Ledger) -> list[tuple[int, str, str]]:
    return list(ledger.connection.execute(LABELS))


def labels_in(workspace: Path) -> list[tuple[int, str, str]]:
    with Ledger.open(workspace) as ledger:
        return stored(ledger)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A workspace of ten thousand conversations with labels of every kind on some of them."""
    folder = tmp_path / "many"
    with Ledger.open(folder) as ledger:
        write = ledger.connection
        write.execute("BEGIN")
        write.execute("INSERT INTO reader (id, name) VALUES (1, 'codex')")
        write.executemany(
            "INSERT INTO conversation (id, reader_id, native) VALUES (?, 1, ?)",
            ((number, f"id-{number}") for number in range(1, 10_001)),
        )
        write.executemany(
            "INSERT INTO label VALUES (?, ?, ?)",
            [
                *((number, "client", f"client {number % 40}") for number in range(1, 10_001, 3)),
                *((number, "tag", "urgent") for number in range(1, 10_001, 2)),
                *((number, "tag", "slow") for number in range(1, 10_001, 5)),
                *((number, "outcome", "solved") for number in range(1, 10_001, 7)),
            ],
        )
        write.execute("COMMIT")
    return folder


# ---- the change and its way back


@pytest.mark.parametrize(
    "change",
    [
        Change("client", "Acme"),
        Change("client", "client 3"),
        Change("tag", "urgent"),
        Change("tag", "new"),
        Change("kind", "bug"),
        Change("tag", "urgent", takes=True),
        Change("tag", "", takes=True),
        Change("client", "", takes=True),
        Change("client", "client 3", takes=True),
    ],
    ids=str,
)
def test_undo_gives_ten_thousand_conversations_back_what_each_had(
    many: Path, change: Change
) -> None:
    with Ledger.open(many) as ledger:
        before = stored(ledger)
        ids = list(ledger.matching(ListQuery()))

        count, back = apply(ledger, ids, change)

        after = stored(ledger)
        assert count == len({row[0] for row in set(before) ^ set(after)})
        assert {row for row in after if row[1] != change.name} == {
            row for row in before if row[1] != change.name
        }
        back(ledger)
        assert stored(ledger) == before


def test_a_change_gives_one_client_and_any_number_of_tags(many: Path) -> None:
    with Ledger.open(many) as ledger:
        ids = [1, 2, 3, 4]
        apply(ledger, ids, Change("client", "Acme"))
        apply(ledger, ids, Change("tag", "new"))

        assert labels_of(ledger, ids, "client") == dict.fromkeys(ids, ("Acme",))
        assert labels_of(ledger, [1, 2], "tag") == {1: ("new", "slow", "urgent"), 2: ("new",)}


def test_undo_leaves_alone_what_the_change_did_not_touch(many: Path) -> None:
    with Ledger.open(many) as ledger:
        _, back = apply(ledger, [1, 2], Change("tag", "urgent"))
        ledger.unlabel([1], "tag", "urgent")  # it had that before, and somebody takes it away

        back(ledger)

        assert labels_of(ledger, [1, 2], "tag") == {1: ("slow",), 2: ()}


def test_conversations_that_are_gone_are_passed_over(many: Path) -> None:
    with Ledger.open(many) as ledger:
        count, back = apply(ledger, [1, 77_777], Change("kind", "bug"))
        back(ledger)

        assert count == 1


def test_effect_counts_what_changes_and_what_is_lost() -> None:
    had = {1: ("Acme",), 2: ("Bolt",), 3: ("Bolt",), 4: ()}

    effect = effect_of(Change("client", "Acme"), had)

    assert (effect.changed, effect.lost) == (3, Counter(Bolt=2))
    assert effect_of(Change("client", "", takes=True), had).changed == 3
    assert effect_of(Change("tag", "Bolt"), had).lost == Counter()


def test_a_change_is_told_in_words() -> None:
    assert Change("client", "Acme").words(3) == "3 conversations: client Acme"
    assert Change("tag", "urgent", takes=True).words(1) == "1 conversation: no tag urgent"
    assert Change("kind", "", takes=True).words(2) == "2 conversations: no kind"


def test_every_name_that_the_ledger_takes_can_be_chosen() -> None:
    assert sorted(NAMES) == sorted(labels.NAMES)


def test_many_are_named_by_their_number_and_one_by_its_title() -> None:
    assert named_words(1, "A\x1b title") == "A␛ title"
    assert named_words(1, "") == "1 conversation"
    assert named_words(2_000, "3 of them not listed now") == (
        "2,000 conversations, 3 of them not listed now"
    )


# ---- the dialog


async def mark_three(pilot: Pilot[None]) -> ConversationsScreen:
    """Mark the three newest conversations, two of them another client's already."""
    await press(pilot, "2")
    screen = pilot.app.screen
    assert isinstance(screen, ConversationsScreen)
    ids = list(screen.rows.ids[:3])
    with Ledger.open(pilot.app.workspace) as ledger:  # type: ignore[attr-defined]
        ledger.unlabel(screen.rows.ids, "client")
        ledger.label(ids[:2], "client", "Bolt")
    await press(pilot, "space", "space", "space")
    return screen


async def test_labelling_marked_ones_says_how_many_change_and_can_be_undone(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await mark_three(pilot)
        before, marked = labels_in(studio), sorted(screen.rows.marks)
        await press(pilot, "l")
        assert "Label 3 conversations" in screen_text(pilot)
        assert "client now: Bolt (2)" in screen_text(pilot)
        await press(pilot, *"Acme")
        assert "3 of 3 get client Acme (new) · replaces Bolt (2)" in screen_text(pilot)

        await press(pilot, "enter")

        assert pilot.app.screen is screen
        assert [row for row in labels_in(studio) if row[1] == "client"] == [
            (one, "client", "Acme") for one in marked
        ]
        assert "3 conversations: client Acme" in screen_text(pilot)
        assert "#Acme" in screen_text(pilot)
        await press(pilot, "u")
        assert labels_in(studio) == before
        assert "Undone: 3 conversations: client Acme" in screen_text(pilot)


async def test_marked_ones_that_a_filter_hides_are_counted_too(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await mark_three(pilot)
        await press(pilot, "f", *"Saturdays", "enter", "l")

        assert "Label 3 conversations, 2 of them not listed now" in screen_text(pilot)
        await press(pilot, *"Acme", "enter")
        assert {row[0] for row in labels_in(studio) if row[2] == "Acme"} == screen.rows.marks


async def test_without_marks_the_row_under_the_cursor_is_labelled(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "2", "down", "down")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        wanted = screen.rows.current
        await press(pilot, "l")
        assert "Label Waiting list for Saturdays" in screen_text(pilot)

        pilot.app.screen.query_one(OneOf).active = "tag"
        await settled(pilot)
        await press(pilot, *"urgent", "enter")

        assert [row for row in labels_in(studio) if row[1] == "tag"] == [(wanted, "tag", "urgent")]


async def test_values_in_use_are_offered_and_taken_with_enter(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "2", "l", "W", "I", "down", "enter")

        screen = pilot.app.screen
        assert isinstance(screen, LabelScreen)
        assert screen.change() == Change("client", "northwind-bakery")
        assert screen.query_one("#give", Button).has_focus
        assert "1 of 1 get client northwind-bakery" in screen_text(pilot)
        await press(pilot, "enter")
        assert len([row for row in labels_in(studio) if row[2] == "northwind-bakery"]) == 16


async def test_a_label_is_taken_away_and_comes_back(studio: Path) -> None:
    async with opened(studio) as pilot:
        await mark_three(pilot)
        before = labels_in(studio)
        await press(pilot, "l")
        take = pilot.app.screen.query_one("#take", Button)
        assert str(take.label) == "Take every client away (2)"
        await press(pilot, *"Bolt")
        assert str(take.label) == "Take away (2)"

        take.press()
        await settled(pilot)

        assert [row for row in labels_in(studio) if row[1] == "client"] == []
        await press(pilot, "u")
        assert labels_in(studio) == before


async def test_nothing_can_be_taken_away_where_nothing_is(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "2", "l", *"unheard of")

        assert pilot.app.screen.query_one("#take", Button).disabled
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ConversationsScreen)


async def test_an_empty_value_gives_nothing(studio: Path) -> None:
    async with opened(studio) as pilot:
        before = labels_in(studio)
        await press(pilot, "2", "l", "space", "enter")

        assert isinstance(pilot.app.screen, LabelScreen)
        assert labels_in(studio) == before


async def test_what_was_so_already_is_no_step_back(studio: Path) -> None:
    async with opened(studio) as pilot:
        await mark_three(pilot)
        await press(pilot, "x", "l", *"Bolt", "enter")

        assert "Nothing changed" in screen_text(pilot)
        await press(pilot, "u")
        assert "Nothing to undo" in screen_text(pilot)


async def test_all_of_many_are_labelled_at_once_and_undone(many: Path) -> None:
    async with opened(many) as pilot:
        before = labels_in(many)
        await press(pilot, "2", "ctrl+a", "l")
        assert "Label 10,000 conversations" in screen_text(pilot)
        await press(pilot, *"Acme", "enter")

        assert len([row for row in labels_in(many) if row[2] == "Acme"]) == 10_000
        assert "10,000 conversations: client Acme" in screen_text(pilot)
        await press(pilot, "u")
        assert labels_in(many) == before


async def test_a_project_is_meant_by_the_name_of_its_folder(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        folder = ledger.connection.execute(
            "SELECT project FROM conversation WHERE project LIKE '%/ordering' LIMIT 1"
        ).fetchone()[0]
    async with opened(studio) as pilot:
        await press(pilot, "2", "l")
        pilot.app.screen.query_one(OneOf).active = "project"
        await press(pilot, *"ordering")
        words = screen_text(pilot)
        await press(pilot, "enter", "l")
        pilot.app.screen.query_one(OneOf).active = "project"
        await press(pilot, *"bread for all", "enter")

    assert "(new)" not in words
    assert [row[2] for row in labels_in(studio) if row[1] == "project"] == ["bread for all"]
    assert folder in words


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (140, 45)])
async def test_the_dialog_shows_everything_at_every_size(
    studio: Path, size: tuple[int, int]
) -> None:
    async with opened(studio, size=size) as pilot:
        await mark_three(pilot)
        await press(pilot, "l", *"Acme")

        shown = screen_text(pilot)

    for words in ("client", "outcome", "project", "value  Acme", "3 of 3 get", "Give", "Back"):
        assert words in shown, words


async def test_a_hostile_value_is_offered_and_does_nothing(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        ledger.label([1], "client", "[b]\x1b[2J")
    async with opened(studio) as pilot:
        await press(pilot, "2", "l")

        assert "[b]␛[2J" in screen_text(pilot)

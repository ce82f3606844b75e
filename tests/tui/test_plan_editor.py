"""The editor of a plan: checked as one types, saved where it holds, never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger.ledger import Ledger
from convledger.plans.parse import Reading
from convledger.tui.screens.plan_editor import EditorScreen, free_id
from tests.tui.pilot import NOW, press, screen_text, settled
from tests.tui.plan_parts import STUDIO, asked, go, opened, put_in_force, screen_name, shown

FILE = "studio-400.toml"


@pytest.fixture
def planned(studio: Path) -> Path:
    """The invented history with a plan in force."""
    put_in_force(studio)
    return studio


def editor(pilot: Pilot[None]) -> EditorScreen:
    screen = pilot.app.screen
    assert isinstance(screen, EditorScreen)
    return screen


async def checked(pilot: Pilot[None]) -> None:
    """Wait until what is typed was read."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await settled(pilot)


async def written(pilot: Pilot[None], text: str) -> None:
    """Have a text in the editor, as if it were pasted."""
    editor(pilot).text.text = text
    await checked(pilot)


async def opened_editor(pilot: Pilot[None]) -> None:
    await go(pilot, "e")
    await checked(pilot)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_text_stands_with_line_numbers_beside_its_terms(
    planned: Path, size: tuple[int, int]
) -> None:
    async with opened(planned, size=size) as pilot:
        await opened_editor(pilot)
        text = screen_text(pilot)

        assert "1  schema" in text
        assert "✓ a plan that holds · saved" in text
        assert "$79.00 a month" in shown(pilot, "#said")


async def test_mistakes_are_told_by_line_while_the_last_version_stays(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await opened_editor(pilot)
        wrong = STUDIO.replace('"30m"', '"soon"').replace('"0.25"', "0.25")
        await written(pilot, wrong)
        said = " ".join(shown(pilot, "#said").split())

        assert "✕ 2 mistakes · version 3 stays in force" in screen_text(pilot)
        assert "line 17" in said
        assert "timeout" in said
        assert "price" in said


async def test_what_is_wrong_is_not_saved(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await opened_editor(pilot)
        await written(pilot, STUDIO.replace('"30m"', '"soon"'))
        await press(pilot, "ctrl+s")

        assert "Not saved:" in screen_text(pilot)
        assert (planned / "plans" / FILE).read_text() == STUDIO
        assert screen_name(pilot) == "EditorScreen"


async def test_saved_text_is_in_force_and_undo_gives_the_old_one_back(planned: Path) -> None:
    file = planned / "plans" / FILE
    async with opened(planned, size=(140, 45)) as pilot:
        await opened_editor(pilot)
        await written(pilot, STUDIO.replace('"79.00"', '"99.00"'))
        await press(pilot, "ctrl+s", "escape")
        await asked(pilot)
        assert '"99.00"' in file.read_text()
        assert "$99.00 a month" in shown(pilot, "#terms")

        await press(pilot, "u")
        await asked(pilot)
        assert file.read_text() == STUDIO
        assert "$79.00 a month" in shown(pilot, "#terms")


async def test_new_version_gets_a_file_of_its_own(planned: Path) -> None:
    newer = STUDIO.replace('"3"', '"4"').replace("2026-09-01", "2026-11-01")
    async with opened(planned, size=(140, 45)) as pilot:
        await opened_editor(pilot)
        await written(pilot, newer.replace('"79.00"', '"89.00"'))
        assert "saves a file of its own" in " ".join(shown(pilot, "#verdict").split())
        await press(pilot, "ctrl+s", "escape")
        await asked(pilot)

        assert (planned / "plans" / FILE).read_text() == STUDIO
        assert "version 4, since 1 Nov" in shown(pilot, "#terms")

        await press(pilot, "u")
        await asked(pilot)
        assert "version 3, since 1 Sep" in shown(pilot, "#terms")
        assert "is gone" not in screen_text(pilot)


async def test_example_becomes_a_copy_under_a_new_id(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "e")
        await checked(pilot)
        assert 'id             = "my-chat-credits-30min"' in editor(pilot).text.text
        await press(pilot, "ctrl+s", "escape")

        assert screen_name(pilot) == "PlansScreen"
        with Ledger.open(studio) as ledger:
            assert list(ledger.plan_book.shelf.histories) == ["my-chat-credits-30min"]


def test_copy_has_an_id_that_no_plan_has() -> None:
    assert free_id("a", set()) == "my-a"
    assert free_id("a", {"my-a", "my-a-2"}) == "my-a-3"


async def test_escape_asks_only_where_there_are_changes(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await opened_editor(pilot)
        await press(pilot, "escape")
        assert screen_name(pilot) == "PlansScreen"

        await opened_editor(pilot)
        await written(pilot, STUDIO + "# later\n")
        await press(pilot, "escape")
        assert "There are changes that are not saved." in screen_text(pilot)

        await press(pilot, "enter")
        assert screen_name(pilot) == "EditorScreen"
        assert editor(pilot).text.text.endswith("# later\n")

        await press(pilot, "escape")
        await pilot.click("#discard")
        await settled(pilot)
        assert screen_name(pilot) == "PlansScreen"
        assert (planned / "plans" / FILE).read_text() == STUDIO


async def test_question_about_changes_can_save_them(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await opened_editor(pilot)
        await written(pilot, STUDIO + "# later\n")
        await press(pilot, "escape", "tab", "enter")
        await checked(pilot)

        assert screen_name(pilot) == "PlansScreen"
        assert (planned / "plans" / FILE).read_text().endswith("# later\n")


async def test_next_mistake_is_a_key_away(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await opened_editor(pilot)
        wrong = STUDIO.replace('"30m"', '"soon"').replace('"0.25"', "0.25")
        await written(pilot, wrong)
        rows = []
        for _ in range(3):
            await press(pilot, "f8")
            rows.append(editor(pilot).text.cursor_location[0] + 1)

        lines = wrong.splitlines()
        assert '"soon"' in lines[rows[0] - 1]
        assert "0.25" in lines[rows[1] - 1]
        assert rows[2] == rows[0]


async def test_a_late_answer_does_not_replace_a_newer_one(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await opened_editor(pilot)
        await written(pilot, STUDIO + "nonsense")
        screen = editor(pilot)
        screen._took(screen._asked - 1, Reading(None, ()))

        assert "✕ 1 mistake" in screen_text(pilot)


async def test_typing_is_checked_letter_by_letter(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await opened_editor(pilot)
        await press(pilot, "x")
        await checked(pilot)
        assert "✕ 2 mistakes" in screen_text(pilot) or "✕ 1 mistake" in screen_text(pilot)
        await press(pilot, "backspace")
        await checked(pilot)
        assert "✓ a plan that holds · saved" in screen_text(pilot)


async def test_broken_file_is_opened_as_it_is_and_mended(planned: Path) -> None:
    file = planned / "plans" / FILE
    file.write_text(STUDIO.replace('"30m"', '"soon"'))
    async with opened(planned, size=(140, 45)) as pilot:
        await opened_editor(pilot)
        assert '"soon"' in editor(pilot).text.text
        assert "✕ 1 mistake · version 3 stays in force" in screen_text(pilot)
        await written(pilot, STUDIO.replace('"30m"', '"45m"'))
        await press(pilot, "ctrl+s", "escape")
        await asked(pilot)

        assert '"45m"' in file.read_text()
        assert "window, 45 min idle" in shown(pilot, "#terms")
        assert "broken" not in screen_text(pilot)


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 36)])
async def test_nothing_spills_at_any_size(planned: Path, size: tuple[int, int]) -> None:
    async with opened(planned, size=size) as pilot:
        await opened_editor(pilot)
        await written(pilot, STUDIO.replace('"30m"', '"soon"'))
        for key in ("escape", "tab", "escape"):
            lines = screen_text(pilot).split("\n")
            assert len(lines) == size[1]
            assert max(map(len, lines)) <= size[0]
            await press(pilot, key)


async def test_saving_outside_of_use_changes_no_bill(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        ledger.add_plan(STUDIO, "studio.toml")
        _, path = ledger.save_plan(STUDIO + "# a note\n", studio / "plans" / FILE)

        assert path == studio / "plans" / FILE
        assert path.read_text().endswith("# a note\n")
        assert ledger.plan_view(None, NOW) is None


async def test_change_of_another_program_is_not_replaced_unasked(planned: Path) -> None:
    file = planned / "plans" / FILE
    async with opened(planned, size=(140, 45)) as pilot:
        await opened_editor(pilot)
        await written(pilot, STUDIO.replace('"79.00"', '"99.00"'))
        file.write_text(STUDIO + "# from elsewhere\n")
        await press(pilot, "ctrl+s")
        assert "changed by another program" in screen_text(pilot)
        assert file.read_text().endswith("# from elsewhere\n")

        await press(pilot, "ctrl+s")
        assert '"99.00"' in file.read_text()

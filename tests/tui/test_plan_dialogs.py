"""The dialogs of Plans: putting a plan in force, credits by hand, statements and their files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.tui.screens.plan_fields import amount_of
from convledger.tui.widgets.choices import OneOf
from convledger.tui.widgets.plan_rows import PlanRows, counts_words
from tests.tui.pilot import NOW, click, press, screen_text
from tests.tui.plan_parts import (
    SIZES,
    STUDIO,
    TEAM,
    asked,
    bought,
    facts_in,
    go,
    in_force,
    opened,
    put_in_force,
    shown,
    typed,
)


@pytest.fixture
def planned(studio: Path) -> Path:
    """The invented history with a plan in force since September, and a pack bought."""
    put_in_force(studio)
    bought(studio)
    return studio


def screen_name(pilot: Pilot[None]) -> str:
    return type(pilot.app.screen).__name__


def fill(pilot: Pilot[None], key: str, text: str) -> None:
    pilot.app.screen.query_one(f"#{key}", Input).value = text


def choose(pilot: Pilot[None], name: str) -> None:
    pilot.app.screen.query_one(OneOf).active = name


def effect(pilot: Pilot[None]) -> str:
    return " ".join(shown(pilot, "#effect").split())


# ---- choosing a plan


async def test_chooser_lists_own_plans_before_examples_with_what_each_counts(
    planned: Path,
) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p")
        lines = shown(pilot, "ChooserScreen PlanRows").splitlines()

        assert "Studio 400" in lines[0]
        assert "● in force" in lines[0]
        assert "window, 30 min idle · 30 credits a month · $79.00 a month" in lines[1]
        assert "example" in lines[2]


async def test_terms_of_the_plan_under_the_cursor_stand_beside_the_list(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down")
        terms = shown(pilot, "ChooserScreen TermsView")

        assert "Conversation credits, 30 minutes of silence" in terms
        assert "500 credits a month" in terms


async def test_plan_is_put_in_force_from_a_day_and_the_one_before_ends(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter")
        assert pilot.app.screen.query_one("#since", Input).value == "2026-11-01"
        fill(pilot, "since", "2026-11-15")
        await press(pilot, "tab", "shift+tab")
        assert "in force from 2026-11-15 for all usage · ends studio-400 then" in effect(pilot)
        await press(pilot, "enter")
        await asked(pilot)

        assert screen_name(pilot) == "PlansScreen"
        assert in_force(planned) == ["chat-credits-30min"]
        assert "Conversation credits" in shown(pilot, "#terms")


async def test_undo_puts_the_plan_before_in_force_again(planned: Path) -> None:
    with Ledger.open(planned) as ledger:
        before = ledger.plan_book.subscriptions()
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter")
        fill(pilot, "since", "2026-11-15")
        await press(pilot, "enter")
        await asked(pilot)
        assert in_force(planned) == ["chat-credits-30min"]
        await press(pilot, "u")
        await asked(pilot)

        assert "Studio 400" in shown(pilot, "#terms")
    with Ledger.open(planned) as ledger:
        assert ledger.plan_book.subscriptions() == before


async def test_plan_whose_credits_were_bought_later_is_not_ended_and_that_is_told(
    planned: Path,
) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter", "enter")
        await asked(pilot)

        assert screen_name(pilot) == "UseScreen"
        assert "credits of studio-400 were bought or changed by hand after that" in effect(pilot)
    assert in_force(planned) == ["studio-400"]


async def test_undo_brings_back_a_plan_that_was_taken_away(studio: Path) -> None:
    put_in_force(studio, since=NOW - 5 * 86_400 * 1_000_000)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter", "enter")
        assert in_force(studio) == ["chat-credits-30min"]
        await press(pilot, "u")

    assert in_force(studio) == ["studio-400"]


async def test_seats_are_asked_where_the_plan_has_them(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        ledger.add_plan(TEAM, "team.toml")
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p", "enter")
        assert pilot.app.screen.query_one("#seats", Input).value == "3"
        fill(pilot, "seats", "none")
        await press(pilot, "enter")
        assert "seats must be a whole number" in effect(pilot)
        fill(pilot, "seats", "7")
        await press(pilot, "enter")
    with Ledger.open(studio) as ledger:
        assert ledger.plan_book.subscription(None, NOW).seats_at(NOW) == 7


async def test_plan_can_be_for_one_client_beside_the_one_for_all(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter")
        choose(pilot, "client")
        await press(pilot, "tab")
        assert "choose the client below" in effect(pilot)
        fill(pilot, "value", "harbour")
        await press(pilot, "tab", "shift+tab")
        assert "harbour-law" in shown(pilot, "Suggestions")
        fill(pilot, "value", "harbour-law")
        await press(pilot, "tab", "shift+tab")
        assert "for client harbour-law" in effect(pilot)
        await pilot.click("#do")
        await asked(pilot)

    with Ledger.open(planned) as ledger:
        every = ledger.plan_book.subscriptions()
    assert [(one.plan, one.scope, one.ended) for one in every][1] == (
        "chat-credits-30min", {"client": ("harbour-law",)}, None,
    )  # fmt: skip
    assert every[0].ended is None


async def test_plan_that_begins_later_gives_way_and_that_is_said_before(studio: Path) -> None:
    put_in_force(studio, since=NOW - 5 * 86_400 * 1_000_000)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter")

        assert "takes the place of studio-400" in effect(pilot)


@pytest.mark.parametrize(
    ("since", "complaint"),
    [("soon", "since must be a day like"), ("2025-01-01", "the plan begins 2026-01-01")],
)
async def test_day_that_cannot_be_is_refused(studio: Path, since: str, complaint: str) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "enter")
        fill(pilot, "since", since)
        await press(pilot, "enter")

        assert complaint in effect(pilot)
        assert screen_name(pilot) == "UseScreen"
        assert in_force(studio) == []


def test_what_each_example_counts_is_said_in_words() -> None:
    from convledger.plans.examples import list_examples
    from convledger.plans.parse import parse_plan

    for example in list_examples():
        words = counts_words(parse_plan(example.text, example.id))
        assert words
        assert "  " not in words


# ---- credits by hand


async def test_pack_of_the_plan_is_booked_and_undone(studio: Path) -> None:
    put_in_force(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "t")
        assert "10 for $2.00" in screen_text(pilot)
        assert "+10 credits for $2.00 · 20 Nov 2026 · for 12 months" in effect(pilot)
        await press(pilot, "enter")
        await asked(pilot)
        assert facts_in(studio) == [("topup", 10, 2)]
        assert "top-up, $2.00" in shown(pilot, "#ledger")

        await press(pilot, "u")
        await asked(pilot)
        assert facts_in(studio) == [("topup", 10, 2), ("topup", -10, -2)]
        assert "top-up" not in shown(pilot, "#ledger")


async def test_any_amount_at_any_price_until_any_day(studio: Path) -> None:
    put_in_force(studio)
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "t")
        choose(pilot, "other-amount")
        await press(pilot, "tab")
        fill(pilot, "amount", "1,250.5")
        fill(pilot, "price", "$99.90")
        fill(pilot, "at", "2026-11-02")
        fill(pilot, "expires", "2026-12-31")
        fill(pilot, "note", "invoice 7")
        await press(pilot, "tab", "tab")
        assert "+1,250.5 credits for $99.90 · 2 Nov 2026 · until 31 Dec 2026" in effect(pilot)
        await pilot.click("#do")
        await asked(pilot)
    with Ledger.open(studio) as ledger:
        (fact,) = ledger.credit_facts(ledger.plan_book.subscription(None, NOW))

    assert (fact.amount, fact.price, fact.note) == (
        12505 * PICO // 10, 999 * PICO // 10, "invoice 7",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("key", "text", "complaint"),
    [
        ("amount", "many", "credits must be a number"),
        ("amount", "-5", "credits can't be less than nothing"),
        ("amount", "", "say how many credits"),
        ("at", "2026-08-01", "the plan was not in force then"),
        ("expires", "2026-11-01", "they can't end before they are there"),
    ],
)
async def test_top_up_that_cannot_be_is_refused(
    studio: Path, key: str, text: str, complaint: str
) -> None:
    put_in_force(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "t")
        choose(pilot, "other-amount")
        fill(pilot, "amount", "5")
        fill(pilot, key, text)
        await press(pilot, "enter")

        assert complaint in effect(pilot)
        assert facts_in(studio) == []


@pytest.mark.parametrize(("amount", "balance"), [("5", "20"), ("-5", "10")])
async def test_adjustment_gives_and_takes_and_is_undone(
    studio: Path, amount: str, balance: str
) -> None:
    put_in_force(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "a")
        await typed(pilot, "5")
        fill(pilot, "amount", amount)
        fill(pilot, "note", "outage of 3 Nov")
        await press(pilot, "enter")
        await asked(pilot)
        assert facts_in(studio) == [("adjust", int(amount), 0)]
        assert shown(pilot, "#ledger").splitlines()[0].split()[-1] == balance
        what = "adjustment" if amount == "5" else "taken by hand"
        assert what in shown(pilot, "#ledger").splitlines()[0]

        await press(pilot, "u")
        await asked(pilot)
        assert shown(pilot, "#ledger").splitlines()[0].split()[2] == "15"


@pytest.mark.parametrize("text", ["nan", "inf", "1e400", "0.0000000000001", "--1", "٣x", "9" * 50])
def test_odd_amounts_are_refused(text: str) -> None:
    with pytest.raises(UsageProblem):
        amount_of(text, "credits")


# ---- statements


async def test_present_period_is_live_and_projected(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "i")
        text = " ".join(screen_text(pilot).split())

        assert "2026-11" in text
        assert "● live, so far" in text
        assert "live $81.00 · projected $" in text
        assert "period 3 of 3" in text
        assert "Top-up pack-10" in text


async def test_settled_period_has_its_digest_and_what_it_would_be_today(planned: Path) -> None:
    with Ledger.open(planned) as ledger:
        kept = ledger.kept_statements(ledger.plan_book.subscription(None, NOW))
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "i", "left")
        text = " ".join(screen_text(pilot).split())
        assert "■ settled" in text
        assert "settled $79.00 · restated $79.00 (the same)" in text
        assert f"digest {kept[-1].digest} ✓" in " ".join(shown(pilot, "#figures").split())

        await press(pilot, "r")
        assert "≈ restated" in screen_text(pilot)
        await press(pilot, "r", "left", "left")
        assert "2026-09" in screen_text(pilot)
        await press(pilot, "right", "right", "r")
        assert "● live, so far" in screen_text(pilot)


async def test_only_a_settled_period_is_offered_anew(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "i")
        assert "r Restated" not in screen_text(pilot)
        await press(pilot, "left")
        assert "r Restated" in screen_text(pilot)


async def test_a_restated_statement_is_written_under_its_own_name(
    planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "i", "left", "r", "x")
        assert pilot.app.screen.query_one(Input).value == "studio-400-2026-10-restated.csv"
        await click(pilot, "#write")
        told = [each.message for each in pilot.app._notifications]

    assert any("Written, restated: " in words for words in told)
    assert (tmp_path / "studio-400-2026-10-restated.csv").exists()


async def test_no_key_is_offered_from_behind_a_dialog(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        assert "f1 Help" in screen_text(pilot)
        await press(pilot, "i")
        assert "f1 Help" not in screen_text(pilot)
        assert "Top up" not in screen_text(pilot)
        await press(pilot, "escape")
        assert "f1 Help" in screen_text(pilot)


async def test_damaged_statement_is_told(planned: Path) -> None:
    with Ledger.open(planned) as ledger:
        ledger.connection.execute("UPDATE statement SET digest='00' WHERE name='2026-10'")
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "i", "left")

        assert "does not hold" in screen_text(pilot)


@pytest.mark.parametrize(
    ("form", "name", "holds"),
    [
        ("csv", "studio-400-2026-11.csv", "plan,plan_name"),
        ("json", "studio-400-2026-11.json", '"state": "live"'),
        ("focus", "studio-400-2026-11.focus.csv", "BilledCost"),
        ("hledger", "studio-400-2026-11.journal", "commodity"),
        ("beancount", "studio-400-2026-11.beancount", "commodity"),
    ],
)
async def test_statement_is_written_to_a_file(
    planned: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    name: str,
    holds: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "i", "x")
        pilot.app.screen.query_one("#forms", OneOf).active = form
        await press(pilot, "tab")
        assert pilot.app.screen.query_one(Input).value == name
        await click(pilot, "#write")

    assert holds in (tmp_path / name).read_text()


async def test_all_periods_go_into_one_file_and_nothing_is_replaced_unasked(
    planned: Path, tmp_path: Path
) -> None:
    target = tmp_path / "all.json"
    target.write_text("mine")
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot, "i", "x")
        pilot.app.screen.query_one("#forms", OneOf).active = "json"
        pilot.app.screen.query_one("#periods", OneOf).active = "every"
        pilot.app.screen.query_one(Input).value = str(target)
        await press(pilot, "tab")
        await click(pilot, "#write")
        assert "is there already" in " ".join(screen_text(pilot).split())
        assert target.read_text() == "mine"

        await click(pilot, "#write")
    found = json.loads(target.read_text())["statements"]

    assert [(one["period"], one["state"]) for one in found] == [
        ("2026-09", "settled"), ("2026-10", "settled"), ("2026-11", "live"),
    ]  # fmt: skip


async def test_statement_of_a_plan_to_come_says_so(studio: Path) -> None:
    put_in_force(studio, since=NOW + 11 * 86_400 * 1_000_000)
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "i")

        assert "There is no statement yet." in screen_text(pilot)


# ---- sizes and going back


@pytest.mark.parametrize("size", SIZES)
async def test_every_dialog_fits_and_escape_leads_back(
    planned: Path, size: tuple[int, int]
) -> None:
    async with opened(planned, size=size) as pilot:
        for keys in ("p", "t", "a", "i", "b", "d enter", "p enter", "i x"):
            await go(pilot, *keys.split())
            assert screen_name(pilot) != "PlansScreen", keys
            lines = screen_text(pilot).split("\n")
            assert len(lines) == size[1], keys
            assert max(map(len, lines)) <= size[0], keys
            for _ in keys.split():
                if screen_name(pilot) != "PlansScreen":
                    await press(pilot, "escape")

            assert screen_name(pilot) == "PlansScreen", keys


async def test_chooser_shows_a_broken_plan_and_enter_edits_it(studio: Path) -> None:
    folder = studio / "plans"
    folder.mkdir()
    (folder / "odd.toml").write_text(STUDIO.replace('"30m"', '"soon"'))
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "p")
        rows = pilot.app.screen.query_one("ChooserScreen PlanRows", PlanRows)
        assert rows.choices[0].plan is None
        assert "✕ broken" in shown(pilot, "ChooserScreen PlanRows")
        await press(pilot, "enter")

        assert screen_name(pilot) == "EditorScreen"


async def test_what_was_taken_by_hand_can_be_taken_back(studio: Path) -> None:
    put_in_force(studio)
    with Ledger.open(studio) as ledger:
        ledger.adjust_credits(ledger.plan_book.subscription(None, NOW), NOW, -5 * PICO, now=NOW)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "enter")
        assert screen_name(pilot) == "TakeBackScreen"
        await pilot.click("#do")
        await asked(pilot)
        assert facts_in(studio) == [("adjust", -5, 0), ("adjust", 5, 0)]

        await press(pilot, "u")
        await asked(pilot)
        assert facts_in(studio)[-1] == ("adjust", -5, 0)


async def test_void_of_a_pack_is_taken_back_by_its_own_number(planned: Path) -> None:
    with Ledger.open(planned) as ledger:
        one = ledger.plan_book.subscription(None, NOW)
        ledger.void_credits(one, "1", NOW, now=NOW, amount=4 * PICO)
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        assert "taken by hand" in shown(pilot, "#ledger").splitlines()[0]
        await press(pilot, "enter")
        assert "number 2" in effect(pilot)
        await pilot.click("#do")
        await asked(pilot)
        assert "taken by hand" not in shown(pilot, "#ledger")

        await press(pilot, "u")
        await asked(pilot)
        assert facts_in(planned)[-1] == ("void", 4, 0)


async def test_undo_opens_a_period_again_that_the_new_plan_had_cut_short(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "down", "enter")
        fill(pilot, "since", "2026-11-10")
        await press(pilot, "tab", "shift+tab", "enter")
        await asked(pilot)
        await press(pilot, "u")
        await asked(pilot)
    with Ledger.open(planned) as ledger:
        one = ledger.plan_book.subscription(None, NOW)
        bill = ledger.plan_book.bill(one, NOW)

    assert [each.state for each in bill.statements] == ["settled", "settled", "live"]

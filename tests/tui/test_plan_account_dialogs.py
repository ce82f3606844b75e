"""The dialogs of a plan's account: credits by hand, statements and their files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Input

from convledger.errors import UsageProblem
from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.tui.screens.plan_fields import amount_of
from convledger.tui.widgets.choices import OneOf
from tests.tui.pilot import NOW, click, press, screen_text
from tests.tui.plan_parts import (
    asked,
    choose,
    effect,
    facts_in,
    fill,
    go,
    opened,
    put_in_force,
    screen_name,
    shown,
    typed,
)

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


@pytest.mark.parametrize(
    "text", ["nan", "inf", "1e400", "1,5", "12,50", "0.0000000000001", "--1", "٣x", "9" * 50]
)
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

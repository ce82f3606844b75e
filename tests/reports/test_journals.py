"""Journals balance, name things that both tools take, and tell how many credits are left."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from convledger.errors import UsageProblem
from convledger.plans import statement as kinds
from convledger.plans.statement import Line, PeriodSums
from convledger.reports.statements.beancount_form import beancount_text
from convledger.reports.statements.figures import TwoViews
from convledger.reports.statements.hledger_form import hledger_text
from convledger.reports.statements.journal import Accounts, JournalOptions, journal_of
from tests.reports.journal_tools import bean_check, hledger, needs_hledger
from tests.reports.statement_parts import (
    EXPIRED,
    FEE,
    LATE,
    PICO,
    SPENT,
    a_statement,
    november,
    october,
    pico,
)

BEFORE_ALL = PeriodSums(granted=10 * PICO, left=10 * PICO)


def bean_balances(text: str) -> dict[str, dict[str, Decimal]]:
    """Return what beancount says each account holds of each commodity."""
    entries, errors = bean_check(text)
    assert errors == []
    found: dict[str, dict[str, Decimal]] = {}
    for entry in entries:
        for posting in getattr(entry, "postings", ()):
            held = found.setdefault(posting.account, {})
            units = posting.units
            held[units.currency] = held.get(units.currency, Decimal()) + units.number
    return found


def test_beancount_file_says_the_statement() -> None:
    line = Line(kinds.FEE, "base", "base", PICO, "periods", money=49 * PICO, exact="49")
    sums = PeriodSums(total=49 * PICO, granted=500 * PICO, used=pico("1.5"), left=pico("498.5"))

    assert beancount_text([a_statement(line, sums=sums)]) == (
        "; Statements of AI plans, exported by convledger\n"
        "\n"
        "2026-10-31 commodity CREDITS-PRO-CHAT\n"
        '  name: "Credits of pro-chat"\n'
        "2026-10-31 commodity USD\n"
        '  name: "USD"\n'
        "2026-10-31 open Assets:AI:Credits:Pro-chat\n"
        "2026-10-31 open Expenses:AI:Pro-chat:Credits-used\n"
        "2026-10-31 open Expenses:AI:Pro-chat:Fee:Base\n"
        "2026-10-31 open Income:AI:Credits:Pro-chat\n"
        "2026-10-31 open Liabilities:AI\n"
        "\n"
        '2026-10-31 * "Pro chat" "Statement 2026-10, settled"\n'
        '  plan: "pro-chat"\n'
        '  version: "2026-01"\n'
        '  plan-digest: "d1635f"\n'
        '  period: "2026-10"\n'
        '  since: "2026-09-30T22:00:00Z"\n'
        '  until: "2026-10-31T23:00:00Z"\n'
        '  zone: "Europe/Berlin"\n'
        '  state: "settled"\n'
        "  Expenses:AI:Pro-chat:Fee:Base  49.00 USD\n"
        '    line: "base"\n'
        '    quantity: "1 periods"\n'
        '    exact: "49"\n'
        "  Liabilities:AI  -49.00 USD\n"
        "\n"
        '2026-10-31 * "Pro chat" "Credits 2026-10, settled"\n'
        '  plan: "pro-chat"\n'
        '  version: "2026-01"\n'
        '  plan-digest: "d1635f"\n'
        '  period: "2026-10"\n'
        '  since: "2026-09-30T22:00:00Z"\n'
        '  until: "2026-10-31T23:00:00Z"\n'
        '  zone: "Europe/Berlin"\n'
        '  state: "settled"\n'
        "  Assets:AI:Credits:Pro-chat  500.0 CREDITS-PRO-CHAT\n"
        "  Income:AI:Credits:Pro-chat  -500.0 CREDITS-PRO-CHAT\n"
        "  Assets:AI:Credits:Pro-chat  -1.5 CREDITS-PRO-CHAT\n"
        "  Expenses:AI:Pro-chat:Credits-used  1.5 CREDITS-PRO-CHAT\n"
        "\n"
        "2026-11-01 balance Assets:AI:Credits:Pro-chat  498.5 CREDITS-PRO-CHAT\n"
    )


def test_hledger_journal_says_the_statement() -> None:
    text = hledger_text([a_statement(LATE, state=kinds.LIVE)])

    assert text == (
        "; Statements of AI plans, exported by convledger\n"
        "decimal-mark .\n"
        "\n"
        "commodity 1000.00 USD  ; name: USD\n"
        "account Expenses:AI:Pro-chat:Adjustment:Resolved\n"
        "account Liabilities:AI\n"
        "\n"
        "2026-10-31 ! (2026-10) Pro chat | Statement 2026-10, live, so far\n"
        "    ; plan: pro-chat\n"
        "    ; version: 2026-01\n"
        "    ; plan-digest: d1635f\n"
        "    ; period: 2026-10\n"
        "    ; since: 2026-09-30T22:00:00Z\n"
        "    ; until: 2026-10-31T23:00:00Z\n"
        "    ; zone: Europe/Berlin\n"
        "    ; state: live\n"
        "    Expenses:AI:Pro-chat:Adjustment:Resolved  -0.99 USD\n"
        "        ; line: resolved\n"
        "        ; quantity: -1 resolved\n"
        "        ; exact: -0.99\n"
        "        ; about: 2026-09\n"
        "        ; note: customer came back\n"
        "    Liabilities:AI  0.99 USD\n"
    )


def test_bean_check_accepts_two_months_and_knows_the_credits_left() -> None:
    held = bean_balances(beancount_text([november(), october()]))

    assert held["Assets:AI:Credits:Pro-chat"] == {"CREDITS-PRO-CHAT": Decimal("101.5")}
    assert held["Liabilities:AI"] == {"USD": Decimal("-112.26")}
    assert held["Expenses:AI:Pro-chat:Credits-expired"] == {"CREDITS-PRO-CHAT": Decimal(8)}
    assert held["Equity:AI:Credits:Pro-chat"] == {"CREDITS-PRO-CHAT": Decimal(-10)}
    assert held["Expenses:AI:Pro-chat:Usage:Tokens-opus"] == {"USD": Decimal("3.33")}


def test_bean_check_finds_what_does_not_balance() -> None:
    text = beancount_text([october()])

    assert bean_check(text.replace("  3.33 USD", "  3.34 USD"))[1]
    assert bean_check(text.replace("  2 CREDITS", "  3 CREDITS"))[1]


@needs_hledger
def test_hledger_accepts_two_months_and_knows_the_credits_left(tmp_path: Path) -> None:
    text = hledger_text([october(), november()])

    hledger(text, tmp_path, "check", "--strict")
    hledger(text, tmp_path, "check", "ordereddates")
    balances = hledger(text, tmp_path, "balance", "--output-format", "csv")
    assert '"Assets:AI:Credits:Pro-chat","101.5 ""CREDITS-PRO-CHAT"""' in balances
    assert '"Liabilities:AI","-112.26 USD"' in balances


def test_only_what_costs_or_moves_credits_is_booked() -> None:
    nothing = a_statement(SPENT, EXPIRED, Line(kinds.USAGE, "free", "free", PICO, "call"))

    assert journal_of([nothing], JournalOptions()).bookings == ()
    for text in (beancount_text([nothing]), beancount_text([])):
        assert text == "; Statements of AI plans, exported by convledger\n"
        assert bean_check(text) == ([], [])


def test_what_expired_is_not_paid_again() -> None:
    worth = replace(EXPIRED, money=PICO)

    assert journal_of([a_statement(worth, sums=PeriodSums())], JournalOptions()).bookings == ()


def test_hledger_reads_no_code_note_tag_or_date_out_of_foreign_text() -> None:
    found = replace(
        a_statement(replace(FEE, note="a, date:2020-01-01 [2020-01-02]")),
        name="(x) y; z",
        plan_name="Pro; chat | date:2020-01-01",
    )
    lines = hledger_text([found]).splitlines()

    said = "Pro, chat / date:2020-01-01 | Statement (x) y, z, settled"
    assert f"2026-10-31 * (x y, z) {said}" in lines
    assert "        ; note: a; date:2020-01-01 (2020-01-02)" in lines


def test_what_is_not_settled_is_pending() -> None:
    flags = {
        state: re.findall("(?m)^2026-10-31 ([*!])", beancount_text([a_statement(FEE, state=state)]))
        for state in (kinds.SETTLED, kinds.RESTATED, kinds.LIVE, kinds.PROJECTED)
    }
    assert flags == {"settled": ["*"], "restated": ["*"], "live": ["!"], "projected": ["!"]}


def test_day_is_the_last_of_the_period_in_the_plans_zone() -> None:
    for zone in ("Pacific/Honolulu", "Europe/Berlin", "Pacific/Kiritimati", "UTC"):
        (booking,) = journal_of([a_statement(FEE, zone=zone)], JournalOptions()).bookings
        assert booking.day == date(2026, 10, 31)


def test_open_period_can_be_dated_today() -> None:
    found = november()
    days = {
        offset: journal_of([found], JournalOptions(as_of=found.since + offset)).bookings[-1].day
        for offset in (-1, 0, 10 * 86_400_000_000, 10**15)
    }
    assert [*map(str, days.values())] == ["2026-11-01", "2026-11-01", "2026-11-11", "2026-11-30"]


def test_credits_that_moved_between_two_statements_are_carried() -> None:
    first = a_statement(sums=BEFORE_ALL)
    later = a_statement(month="2026-12", sums=PeriodSums(used=3 * PICO, left=4 * PICO))
    bookings = journal_of([first, later], JournalOptions()).bookings

    assert [(str(each.day), each.words.split(" 2026")[0]) for each in bookings] == [
        ("2026-10-31", "Credits"),
        ("2026-12-01", "Credits brought forward"),
        ("2026-12-31", "Credits"),
    ]
    assert [each.amount for each in bookings[1].postings] == [-3 * PICO, 3 * PICO]
    assert [each.balance for each in bookings[2].postings] == [4 * PICO, None]


def test_books_that_have_the_month_before_take_the_next_one() -> None:
    before = beancount_text([october()])
    after = beancount_text([november()], JournalOptions(declares=False, brings_forward=False))

    held = bean_balances(before + after)
    assert held["Assets:AI:Credits:Pro-chat"] == {"CREDITS-PRO-CHAT": Decimal("101.5")}
    assert "open" not in after
    assert "balance" not in after


def test_two_subscriptions_to_one_plan_keep_their_own_credits() -> None:
    one = a_statement(FEE, sums=PeriodSums(total=49 * PICO, granted=10 * PICO, left=10 * PICO))
    held = bean_balances(beancount_text([one, replace(one, contract="2")]))

    assert held["Assets:AI:Credits:Pro-chat"] == {"CREDITS-PRO-CHAT": Decimal(20)}
    assert held["Liabilities:AI"] == {"USD": Decimal(-98)}


def test_total_that_lines_do_not_explain_is_shown() -> None:
    found = a_statement(FEE, sums=PeriodSums(total=50 * PICO))

    held = bean_balances(beancount_text([found]))
    assert held["Expenses:AI:Pro-chat:Unlisted"] == {"USD": Decimal(1)}
    assert held["Liabilities:AI"] == {"USD": Decimal(-50)}


def test_period_in_two_states_is_refused() -> None:
    with pytest.raises(TwoViews):
        beancount_text([october(), october(kinds.RESTATED)])


def test_accounts_can_be_chosen() -> None:
    names = Accounts(expenses="Expenses:Work:KI kosten", payable="Liabilities:Visa: card")
    text = beancount_text([october()], JournalOptions(names))

    held = bean_balances(text)
    assert "Expenses:Work:KI-kosten:Pro-chat:Fee:Base" in held
    assert "Liabilities:Visa:Card" in held
    for wrong in ("Payable:Visa", "Liabilities", "Liabilities: ", ""):
        with pytest.raises(UsageProblem, match="takes one of Assets, Liabilities"):
            beancount_text([], JournalOptions(Accounts(payable=wrong)))

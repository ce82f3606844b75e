"""Journals balance, name things that both tools take, and tell how many credits are left."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import warnings
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from convledger.errors import UsageProblem
from convledger.plans import statement as kinds
from convledger.plans.statement import Line, PeriodSums, Statement
from convledger.reports.statements.beancount_form import beancount_text
from convledger.reports.statements.figures import TwoViews
from convledger.reports.statements.hledger_form import hledger_text
from convledger.reports.statements.journal import Accounts, JournalOptions, journal_of
from convledger.reports.statements.names import (
    account,
    commodity,
    credits_commodity,
    part,
    plan_part,
)
from tests.hostile import unsafe_in
from tests.reports.statement_parts import (
    ANY_TEXT,
    EXPIRED,
    FEE,
    LATE,
    LINES,
    PICO,
    SPENT,
    a_statement,
    november,
    october,
    pico,
)

HLEDGER = shutil.which("hledger")
needs_hledger = pytest.mark.skipif(HLEDGER is None, reason="the program hledger is not installed")
BEFORE_ALL = PeriodSums(granted=10 * PICO, left=10 * PICO)
CREDIT_AMOUNTS = st.integers(0, 10**18)
SUMS = st.builds(
    PeriodSums,
    total=st.integers(-(10**19), 10**19),
    granted=CREDIT_AMOUNTS,
    used=st.integers(-(10**18), 10**18),
    expired=CREDIT_AMOUNTS,
    voided=CREDIT_AMOUNTS,
    left=st.integers(-(10**18), 10**18),
)
STATEMENTS = st.builds(
    lambda lines, **facts: replace(a_statement(*lines), **facts),
    st.lists(LINES, max_size=3),
    sums=SUMS,
    state=st.sampled_from([kinds.SETTLED, kinds.LIVE]),
    plan=ANY_TEXT,
    plan_name=ANY_TEXT,
    version=ANY_TEXT,
    plan_digest=ANY_TEXT,
    name=ANY_TEXT,
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
    zone=st.sampled_from(["Europe/Berlin", "Pacific/Honolulu", "UTC"]),
)


def _beancount(name: str) -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(f"beancount.{name}")


def bean_check(text: str) -> tuple[list[Any], list[str]]:
    """Return the entries of a file, and what beancount has against it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entries, errors, _ = _beancount("loader").load_string(text)
    return entries, [each.message for each in errors]


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


def hledger(text: str, place: Path, *command: str) -> str:
    """Return what hledger prints of a journal; fail where it refuses it."""
    assert HLEDGER is not None
    journal = place / "statements.journal"
    journal.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [HLEDGER, "--file", str(journal), *command],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("base", "Base"),
        ("tokens · opus", "Tokens-opus"),
        ("École n° 5: «x»", "École-n-5-x"),
        ("5h window", "5h-window"),
        ("über", "Über"),
        ("日本", "X-日本"),
        ("ßtraße", "X-ßtraße"),
        ("  ", "Unnamed"),
        ("a\nb\tc", "A-b-c"),
    ],
)
def test_account_part_is_legal_and_readable(text: str, name: str) -> None:
    assert part(text) == name


def test_plans_never_share_an_account_or_a_commodity() -> None:
    plans = ["pro", "Pro", "PRO", "pro.v2", "pro-v2", "pro_v2", "", " ", "!", "?", "日本", "日木"]
    plans += ["a" * 60, "a" * 61, "a" * 62, "conversation-credits", "conversation-creditz"]

    for name_of in (plan_part, credits_commodity):
        assert len({name_of(plan) for plan in plans}) == len(plans)
    assert credits_commodity("pro") == "CREDITS-PRO"
    assert commodity("EUR") == "EUR"


@given(ANY_TEXT)
def test_any_text_gives_legal_names(text: str) -> None:
    is_valid = _beancount("core.account").is_valid
    currency = re.compile(_beancount("core.amount").CURRENCY_RE)

    assert is_valid(f"Expenses:{part(text)}:{plan_part(text)}")
    for name in (credits_commodity(text), commodity(text)):
        assert currency.fullmatch(name)
        assert len(name) <= 24
    assert is_valid(account(f"Assets:Bank:{text}"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STATEMENTS, min_size=1, max_size=3, unique_by=lambda each: each.plan))
def test_any_statements_are_accepted_by_beancount(statements: list[Statement]) -> None:
    text = beancount_text(statements)

    entries, errors = bean_check(text)
    assert errors == []
    assert text == beancount_text(statements[::-1])
    assert not unsafe_in(text.replace("\n", ""))
    due = sum(
        (each.units.number for entry in entries for each in getattr(entry, "postings", ())
         if each.account == "Liabilities:AI"),
        Decimal(),
    )  # fmt: skip
    assert -Fraction(due) * PICO == sum(each.due for each in statements)


@needs_hledger
@settings(max_examples=25, deadline=None, suppress_health_check=[*HealthCheck])
@given(st.lists(STATEMENTS, min_size=1, max_size=3, unique_by=lambda each: each.plan))
def test_any_statements_are_accepted_by_hledger(
    tmp_path: Path, statements: list[Statement]
) -> None:
    hledger(hledger_text(statements), tmp_path, "check", "--strict")


@settings(max_examples=50, deadline=None)
@given(st.lists(SUMS, min_size=1, max_size=6))
def test_balance_after_each_period_is_what_the_statement_says(months: list[PeriodSums]) -> None:
    found = [a_statement(month=f"2026-{n:02d}", sums=sums) for n, sums in enumerate(months, 1)]
    journal = journal_of(found, JournalOptions())

    for each, sums in zip(found, months, strict=True):
        upto = [
            posting.amount
            for booking in journal.bookings
            if booking.facts[3][1] <= each.name
            for posting in booking.postings
            if posting.account == "Assets:AI:Credits:Pro-chat"
        ]
        assert sum(upto) == sums.left
    for booking in journal.bookings:
        held: dict[str, int] = {}
        for posting in booking.postings:
            held[posting.commodity] = held.get(posting.commodity, 0) + posting.amount
        assert set(held.values()) == {0}

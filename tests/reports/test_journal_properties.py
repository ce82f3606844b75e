"""Any statements give names and journals that both tools take."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from convledger.plans import statement as kinds
from convledger.plans.statement import PeriodSums, Statement
from convledger.reports.statements.beancount_form import beancount_text
from convledger.reports.statements.hledger_form import hledger_text
from convledger.reports.statements.journal import JournalOptions, journal_of
from convledger.reports.statements.names import (
    account,
    commodity,
    credits_commodity,
    part,
    plan_part,
)
from tests.hostile import unsafe_in
from tests.reports.journal_tools import bean_check, beancount, hledger, needs_hledger
from tests.reports.statement_parts import (
    ANY_TEXT,
    LINES,
    PICO,
    a_statement,
)

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
    is_valid = beancount("core.account").is_valid
    currency = re.compile(beancount("core.amount").CURRENCY_RE)

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

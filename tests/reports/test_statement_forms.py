"""Statements as a table, as CSV and as JSON say every figure exactly and can do nothing."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from fractions import Fraction
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.plans import statement as kinds
from convledger.plans.statement import Line, PeriodSums, Statement
from convledger.reports.statements.csv_form import HEADER, csv_text
from convledger.reports.statements.figures import (
    KIND_WORDS,
    STATE_WORDS,
    TwoViews,
    decimal_text,
    exact_text,
    first_day,
    last_day,
    money_words,
    one_view,
    rate,
)
from convledger.reports.statements.json_form import json_text
from convledger.reports.statements.table_form import table_text
from convledger.text.display import width
from tests.hostile import unsafe_in
from tests.reports.statement_parts import (
    FEE,
    LATE,
    LINES,
    PICO,
    SPENT,
    THIRDS,
    UNKNOWN,
    a_statement,
    november,
    october,
    pico,
)


def _csv(statements: list[Statement]) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(csv_text(statements))))


def test_every_kind_and_state_has_words() -> None:
    assert set(KIND_WORDS) == set(kinds.KINDS)
    assert set(STATE_WORDS) == {kinds.SETTLED, kinds.LIVE, kinds.PROJECTED, kinds.RESTATED}


def test_table_says_what_is_due_and_why() -> None:
    assert table_text([october()], width=88).splitlines() == [
        "Pro chat · 2026-10 · settled",
        "2026-10-01 to 2026-10-31 in Europe/Berlin · plan pro-chat, version 2026-01",
        "",
        "kind          line             about    quantity  unit             rate  credits  amount",
        "─" * 88,
        "Fee           base                             1  periods        $49.00           $49.00",
        "Usage         tokens · opus                    3  tokens output                    $3.33",
        "Usage         call                             4  call            $0.12            $0.48",
        "Usage         tool                                tool                                 –",
        "Credits used  conversation                   612  conversation               612",
        "Top-up        pack-100                         1  lots           $10.00      100  $10.00",
        "Overage       beyond the cre…                 12  credits         $0.12       12   $1.44",
        "Adjustment    resolved         2026-09        -1  resolved        $0.99           -$0.99",
        "Breakage      expired unused                   8  credits                      8",
        "─" * 88,
        "total                                                                             $63.26",
        "not shown: note (use --json or a wider terminal)",
        "of which fees $49.00, usage $15.25, adjustments -$0.99",
        "credits: 10 brought forward, 600 granted, 600 used, 12 beyond, 8 expired, 2 left",
        "breakage: 8 credits expired unused, which had cost $0.80",
        "unpriced: 5 units have no price and are in no sum",
    ]


def test_each_state_says_its_word() -> None:
    for state, words in STATE_WORDS.items():
        assert table_text([a_statement(FEE, state=state)]).startswith(
            f"Pro chat · 2026-10 · {words}\n"
        )


def test_narrow_table_keeps_the_money_and_says_what_it_leaves_out() -> None:
    lines = table_text([october()], width=64).splitlines()

    assert max(map(width, lines)) <= 64
    assert any(line.startswith("Adjustment") and line.endswith("-$0.99") for line in lines)
    assert "not shown: unit, rate, note (use --json or a wider terminal)" in lines


def test_ascii_table_is_ascii() -> None:
    text = table_text([october(), a_statement(FEE, currency="EUR")], width=100, ascii_only=True)

    assert text.isascii()
    assert "EUR 49.00" in text


def test_several_statements_stand_apart_and_none_is_said() -> None:
    assert table_text([]) == "no statements\n"
    both = table_text([october(), november()])
    assert both == table_text([october()]) + "\n" + table_text([november()])


def test_colour_only_adds_colour() -> None:
    coloured = table_text([october()], width=90, colour=True)
    assert coloured.startswith("\x1b[1mPro chat")
    plain = coloured
    for code in ("\x1b[1m", "\x1b[2m", "\x1b[0m"):
        plain = plain.replace(code, "")
    assert plain == table_text([october()], width=90)


def test_csv_has_a_row_for_each_line_with_every_field() -> None:
    rows = _csv([october(), november()])

    assert list(rows[0]) == list(HEADER)
    assert len(rows) == 11
    assert rows[7] == {
        "plan": "pro-chat",
        "plan_name": "Pro chat",
        "version": "2026-01",
        "plan_digest": "d1635f",
        "state": "settled",
        "period": "2026-10",
        "since": "2026-09-30T22:00:00Z",
        "until": "2026-10-31T23:00:00Z",
        "zone": "Europe/Berlin",
        "currency": "USD",
        "kind": "adjustment",
        "line": "resolved",
        "name": "resolved",
        "quantity": "-1",
        "unit": "resolved",
        "credits": "0",
        "money": "-0.99",
        "exact": "-0.99",
        "unpriced": "0",
        "about": "2026-09",
        "note": "customer came back",
    }


def test_money_that_nobody_knows_is_empty_not_zero() -> None:
    unknown = a_statement(UNKNOWN)
    free = a_statement(Line(kinds.USAGE, "free", "free", PICO, "call"))

    assert [_csv([each])[0]["money"] for each in (unknown, free)] == ["", "0"]
    documents = [json.loads(json_text([each])) for each in (unknown, free)]
    assert [each["statements"][0]["lines"][0]["money"] for each in documents] == [None, "0"]
    overage = Line(kinds.OVERAGE, "overage", "beyond", PICO, "credits", PICO, unpriced=1)
    assert _csv([a_statement(overage)])[0]["money"] == ""


def test_formulas_stay_text() -> None:
    line = Line(kinds.USAGE, "=1+1", "@SUM(A1)", PICO, "+x", note="-cmd|calc")
    row = _csv([a_statement(line, plan_name="=HYPERLINK(1)")])[0]

    named = [row[name] for name in ("plan_name", "line", "name", "unit", "note")]
    assert named == ["'=HYPERLINK(1)", "'=1+1", "'@SUM(A1)", "'+x", "'-cmd|calc"]
    assert "=1+1" in csv_text([a_statement(line)], raw=True).split(",")


def test_json_has_exact_texts_and_instants() -> None:
    document = json.loads(json_text([october()]))
    found = document["statements"][0]

    assert document["schema"] == 1
    assert (found["since"], found["until"]) == ("2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z")
    assert (found["state"], found["due"], found["currency"]) == ("settled", "63.26", "USD")
    assert found["lines"][1] == {
        "kind": "usage",
        "id": "tokens",
        "name": "tokens · opus",
        "quantity": "3",
        "unit": "tokens output",
        "credits": "0",
        "money": "3.33",
        "exact": "10/3",
        "unpriced": 0,
        "about": None,
        "note": "",
    }
    assert found["sums"]["credits"] == {
        "brought_forward": "10",
        "granted": "600",
        "used": "600",
        "over": "12",
        "owed": "0",
        "grace": "0",
        "degraded": "0",
        "expired": "8",
        "expired_cost": "0.8",
        "voided": "0",
        "blocked": "0",
        "left": "2",
    }


def test_what_is_owed_free_or_served_at_less_is_among_the_credits() -> None:
    owing = PeriodSums(granted=PICO, used=PICO, owed=2 * PICO, grace=3 * PICO, degraded=4 * PICO)
    paying = PeriodSums(granted=5 * PICO, used=2 * PICO, owed=-2 * PICO, left=3 * PICO)

    assert (
        "credits: 1 granted, 1 used, 0 beyond, 2 owed, 3 free by grace, 4 served at less, 0 left\n"
    ) in table_text([a_statement(sums=owing)])
    assert (
        "credits: 5 granted, 2 used, 0 beyond, 2 paid of what was owed, 3 left\n"
    ) in table_text([a_statement(sums=paying)])
    found = json.loads(json_text([a_statement(sums=paying)]))["statements"][0]["sums"]["credits"]
    assert (found["owed"], found["grace"], found["degraded"]) == ("-2", "0", "0")


def test_nothing_is_json_too() -> None:
    assert json.loads(json_text([])) == {"schema": 1, "statements": []}


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1250", "USD", "$1,250.00"),
        ("-0.0475", "EUR", "-€0.0475"),
        ("12", "CHF", "CHF 12.00"),
        ("500", "JPY", "¥500"),
        ("1.5", "KWD", "KWD 1.500"),
        ("1.5", "CLF", "CLF 1.5000"),
        ("0.000000000001", "USD", "$0.000000000001"),
    ],
)
def test_money_is_shown_with_the_places_of_its_currency(
    amount: str, currency: str, words: str
) -> None:
    assert money_words(pico(amount), currency) == words


@pytest.mark.parametrize(
    ("exact", "text"),
    [("10/3", "10/3"), ("57/400", "0.1425"), ("-99/100", "-0.99"), ("49", "49"), ("", "")],
)
def test_exact_money_is_a_decimal_where_there_is_one(exact: str, text: str) -> None:
    assert exact_text(Line(kinds.USAGE, "a", "a", exact=exact)) == text


def test_rate_is_told_only_where_it_divides_evenly() -> None:
    assert rate(pico("1.44"), 12 * PICO) == pico("0.12")
    assert rate(10 * PICO, 3 * PICO) is None
    assert rate(Fraction(PICO, 3), PICO) is None
    assert rate(PICO, 0) is None


def test_rate_is_that_of_the_amount_before_it_was_rounded() -> None:
    line = Line(kinds.USAGE, "user", "user", 3 * PICO, "user", 0, pico("0.14"), "57/400")

    assert "$0.0475" in table_text([a_statement(line)])


def test_days_are_those_of_the_plans_zone() -> None:
    berlin, honolulu = a_statement(FEE), a_statement(FEE, zone="Pacific/Honolulu")

    for found in (berlin, honolulu):
        assert [str(first_day(found)), str(last_day(found))] == ["2026-10-01", "2026-10-31"]


def test_period_in_two_states_is_refused_where_it_would_count_twice() -> None:
    with pytest.raises(TwoViews, match="both settled and restated"):
        one_view([october(), october(kinds.RESTATED)])
    assert one_view([november(), october(), october()]) == [october(), october(), november()]


@given(st.integers(-(10**30), 10**30), st.integers(0, 14))
def test_decimal_text_is_exact(amount: int, places: int) -> None:
    text = decimal_text(amount, places)

    assert Fraction(text) * PICO == amount
    assert len(text.partition(".")[2]) >= places


@given(st.lists(LINES, max_size=4), st.integers(40, 130))
def test_any_statement_can_be_told_and_read_back(lines: list[Line], cells: int) -> None:
    found = a_statement(*lines, sums=PeriodSums(total=sum(line.money for line in lines)))

    shown = table_text([found], width=cells)
    assert not unsafe_in(shown.replace("\n", ""))
    rows, document = _csv([found]), json.loads(json_text([found]))["statements"][0]
    for line, row, read in zip(lines, rows, document["lines"], strict=True):
        assert (
            Decimal(row["quantity"]) == Decimal(read["quantity"]) == Decimal(line.quantity) / PICO
        )
        assert Fraction(row["credits"]) * PICO == line.credits
        if row["money"]:
            assert Fraction(row["money"]) * PICO == line.money
            assert row["money"] == read["money"]
        else:
            assert line.unpriced
            assert read["money"] is None
        if line.exact:
            assert Fraction(read["exact"]) == Fraction(line.exact)


def test_late_and_spent_lines_are_told_apart() -> None:
    rows = _csv([a_statement(LATE, SPENT, THIRDS)])

    assert [row["about"] for row in rows] == ["2026-09", "", ""]
    assert [row["credits"] for row in rows] == ["0", "612", "0"]

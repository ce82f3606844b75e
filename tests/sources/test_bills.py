"""Providers' tables: each is known by its columns, and what is not certain is asked for."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.economics.reconciling import (
    CALLS,
    COST,
    INPUT,
    OUTPUT,
    READ,
    REQUESTS,
    TOKENS,
    WRITE,
    WRITE_1H,
    WRITE_5M,
)
from convledger.ingest.documents import opened_document
from convledger.sources.bills.forms import PROVIDERS
from convledger.sources.bills.reading import read_bill
from convledger.sources.bills.records import Asked, Bill
from convledger.sources.document import NotReadable

FIXTURES = Path(__file__).parents[2] / "fixtures"
BILLS = FIXTURES / "bills"


def read(path: Path, **asked: Any) -> Bill:
    with opened_document(str(path), path.name) as document:
        return read_bill(document, Asked(**asked))


@pytest.fixture
def of(tmp_path: Path) -> Any:
    """Return a function that reads a table from its text or bytes."""

    def call(content: str | bytes, **asked: Any) -> Bill:
        path = tmp_path / "bill.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(path, **asked)

    return call


def day(number: int) -> date:
    return date(2026, 11, number)


def test_usage_of_the_anthropic_console_tells_all_kinds_apart() -> None:
    bill = read(BILLS / "anthropic-usage.csv")

    assert (bill.provider, bill.sellers, bill.rejected) == ("anthropic", ("anthropic",), [])
    assert bill.told == {INPUT, READ, WRITE_5M, WRITE_1H, OUTPUT}
    assert [(row.day, row.model) for row in bill.rows] == [
        (day(18), "claude-haiku-4-5-20251001"), *[(day(19), "claude-opus-5-5")] * 2,
        (day(20), "claude-opus-5-5"),
    ]  # fmt: skip
    assert bill.rows[3].tokens == {
        INPUT: 157, READ: 1040904, WRITE_5M: 44972, WRITE_1H: 66109, OUTPUT: 32306,
    }  # fmt: skip


def test_costs_of_the_anthropic_console_are_cents_by_display_name() -> None:
    bill = read(BILLS / "anthropic-cost.csv")

    assert bill.told == {COST}
    assert bill.places == 2
    assert sum(row.amount or 0 for row in bill.rows if row.day == day(18)) == Decimal("0.13")
    assert {row.model for row in bill.rows} == {"Claude Haiku 4.5", "Claude Opus 5.5"}


def test_usage_of_openai_holds_the_cached_tokens_in_its_input() -> None:
    bill = read(BILLS / "openai-usage.csv")

    assert bill.told == {INPUT, READ, OUTPUT, CALLS}
    assert bill.days == {day(19), day(20)}  # the first without usage
    assert bill.rows[0].tokens == {INPUT: 87028, READ: 446592, OUTPUT: 4075}
    assert [row.calls for row in bill.rows] == [11, 26]


def test_the_earlier_activity_export_tells_the_same() -> None:
    first, second = (read(BILLS / f"openai-{name}.csv") for name in ("usage", "activity"))

    assert [row.tokens for row in first.rows] == [row.tokens for row in second.rows]


def test_line_items_of_openai_name_the_model_before_the_comma() -> None:
    bill = read(BILLS / "openai-cost.csv")

    assert [row.model for row in bill.rows] == [*["gpt-5.1-codex"] * 3, "web search tool calls"]
    assert sum(row.amount or 0 for row in bill.rows) == Decimal("0.205359")
    assert {row.currency for row in bill.rows} == {"USD"}


def test_the_earlier_cost_export_is_read_in_dollars_and_not_in_cents() -> None:
    (row,) = read(BILLS / "openai-earlier-cost.csv").rows

    assert (row.day, row.model, row.amount) == (day(20), "GPT-5.1 Codex", Decimal("0.205359"))


def test_a_cost_export_that_names_no_line_items_has_no_models(of: Any) -> None:
    bill = of(
        "start_time_iso,amount_value,amount_currency,line_item\n2026-11-20T00:00:00+00:00,1.5,usd,\n"
    )

    assert not bill.has_models
    assert bill.rows[0].amount == Decimal("1.5")


def test_copilot_tells_gross_amounts_and_tokens_and_passes_other_products_over() -> None:
    bill = read(BILLS / "copilot-billing.csv")

    assert bill.told == {INPUT, READ, WRITE, OUTPUT, COST}
    assert [row.amount for row in bill.rows] == [Decimal("0.025"), Decimal("0.10")]
    assert bill.sources == ("copilot-chat", "copilot-cli")
    assert bill.passed_over == 1


def test_premium_requests_are_requests_and_no_tokens_nor_calls() -> None:
    bill = read(BILLS / "copilot-requests.csv")

    assert bill.told == {REQUESTS}
    assert [row.requests for row in bill.rows] == [1000, 330, 330]
    assert {row.calls for row in bill.rows} == {0}


def test_premium_requests_in_the_billing_report_have_a_price_of_no_tokens(of: Any) -> None:
    bill = of(
        "date,product,sku,model,quantity,unit_type,gross_amount,net_amount\n"
        "2026-11-20,copilot,copilot_premium_request,GPT-5,12,requests,0.48,0\n"
    )

    assert bill.told == {REQUESTS}
    assert (bill.rows[0].requests, bill.rows[0].amount) == (12_000, None)


def test_cursor_and_litellm_are_read_as_the_importer_reads_them() -> None:
    cursor = read(FIXTURES / "sources" / "cursor" / "usage-events-2026-11-20.csv")
    spend = read(FIXTURES / "sources" / "litellm" / "LiteLLM_SpendLogs.csv")
    as_json = read(FIXTURES / "sources" / "litellm" / "spend_logs.json")

    assert cursor.provider == "cursor"
    assert cursor.told == {INPUT, READ, WRITE, OUTPUT, COST}
    assert cursor.rows[0].tokens[OUTPUT] > 0
    assert (spend.provider, as_json.provider) == ("litellm", "litellm")
    assert spend.sources == ("litellm",)
    assert sum(row.amount or 0 for row in spend.rows) == Decimal("0.0053")


def test_a_german_table_is_understood_by_its_values() -> None:
    bill = read(BILLS / "table-german.csv")

    assert bill.columns == {
        "day": "Datum", "model": "Modell", "input": "Eingabe-Tokens", "output": "Ausgabe-Tokens",
        "cost": "Kosten",
    }  # fmt: skip
    assert [(row.day, row.tokens[INPUT], row.amount, row.currency) for row in bill.rows] == [
        (day(20), 533_620, Decimal("0.21"), "EUR"),
        (day(19), 1_086_329, Decimal("1.86"), "EUR"),
    ]
    assert bill.passed_over == 1  # the sum below


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_byte_order_marks_and_other_unicode_change_nothing(of: Any, encoding: str) -> None:
    text = (BILLS / "anthropic-usage.csv").read_text("utf-8")

    assert of(text.encode(encoding)).rows == read(BILLS / "anthropic-usage.csv").rows


def test_order_case_delimiter_and_more_columns_change_nothing(of: Any) -> None:
    plain = read(BILLS / "anthropic-usage.csv")
    lines = [line.split(",") for line in (BILLS / "anthropic-usage.csv").read_text().splitlines()]
    lines[0] = [name.upper().replace("_", " ") for name in lines[0]]
    turned = "\n".join(";".join([*reversed(line), "x"]) for line in lines)

    assert [row.tokens for row in of(turned).rows] == [row.tokens for row in plain.rows]


def test_cursors_export_may_have_semicolons(of: Any) -> None:
    path = FIXTURES / "sources" / "cursor" / "usage-events-2026-11-20.csv"
    written = io.StringIO()
    with path.open(encoding="utf-8-sig", newline="") as stream:
        csv.writer(written, delimiter=";").writerows(csv.reader(stream))

    assert of(written.getvalue()).rows == read(path).rows


def test_a_date_that_may_be_two_days_is_asked_for(of: Any) -> None:
    text = "Date,Model,Cost USD\n03/04/2026,opus,0.5\n"

    with pytest.raises(NotReadable, match=r"--date-order dmy or --date-order mdy"):
        of(text)
    assert of(text, order="dmy").rows[0].day == date(2026, 4, 3)
    assert of(text, order="mdy").rows[0].day == date(2026, 3, 4)
    assert of(text + "25/04/2026,opus,0.5\n").rows[0].day == date(2026, 4, 3)


def test_a_decimal_mark_that_may_be_two_is_asked_for(of: Any) -> None:
    text = "Date;Model;Cost USD\n2026-11-20;opus;1.234\n"

    with pytest.raises(NotReadable, match="--decimal-comma or --decimal-point"):
        of(text)
    assert of(text, decimal=",").rows[0].amount == 1234
    assert of(text, decimal=".").rows[0].amount == Decimal("1.234")


def test_whole_numbers_tell_what_groups_them(of: Any) -> None:
    bill = of("Date;Model;Tokens;Cost USD\n2026-11-20;opus;1.234;1.500\n")

    assert (bill.rows[0].tokens, bill.rows[0].amount) == ({TOKENS: 1234}, 1500)


def test_a_currency_that_nobody_names_is_asked_for(of: Any) -> None:
    text = "Date,Model,Cost\n2026-11-20,opus,0.5\n"

    with pytest.raises(NotReadable, match="--currency USD"):
        of(text)
    assert of(text, currency="CHF").rows[0].currency == "CHF"
    assert of(text.replace("0.5", "€0.5")).rows[0].currency == "EUR"
    assert of(text.replace("Cost", "Cost (GBP)")).rows[0].currency == "GBP"


def test_whether_input_holds_the_cached_tokens_is_asked_unless_sums_tell(of: Any) -> None:
    text = "Date,Model,Input Tokens,Cached Tokens,Output Tokens\n2026-11-20,opus,100,40,5\n"
    more = text.replace("Output Tokens", "Output Tokens,Total Tokens")

    with pytest.raises(NotReadable, match="--input-all or --input-fresh"):
        of(text)
    assert of(text, input_is_all=True).rows[0].tokens[INPUT] == 60
    assert of(text, input_is_all=False).rows[0].tokens[INPUT] == 100
    assert of(more.replace(",5\n", ",5,105\n")).rows[0].tokens[INPUT] == 60
    assert of(more.replace(",5\n", ",5,145\n")).rows[0].tokens[INPUT] == 100
    assert of(text.replace("100,40", "30,40")).rows[0].tokens[INPUT] == 30


def test_columns_are_named_by_hand(of: Any) -> None:
    text = "Leistung,Produkt,Netto\n2026-11-20,opus,0.5\n"

    with pytest.raises(NotReadable, match=r"the columns Leistung, Produkt, Netto.*--map day="):
        of(text)
    bill = of(
        text, columns={"day": "leistung", "model": "Produkt", "cost": "Netto"}, currency="USD"
    )
    assert (bill.rows[0].day, bill.rows[0].model, bill.rows[0].amount) == (
        day(20), "opus", Decimal("0.5"),
    )  # fmt: skip
    assert not of(
        text, columns={"day": "leistung", "model": "", "cost": "Netto"}, currency="USD"
    ).has_models


def test_a_column_that_is_named_goes_before_the_known_one() -> None:
    bill = read(BILLS / "anthropic-cost.csv", columns={"cost": "list_price_usd"})

    assert bill.provider == "anthropic"
    assert bill.columns["cost"] == "list_price_usd"


def test_two_columns_for_one_meaning_are_asked_for(of: Any) -> None:
    with pytest.raises(NotReadable, match="Cost USD and Spend may both be the cost"):
        of("Date,Model,Cost USD,Spend\n2026-11-20,opus,0.5,0.6\n")


def test_unreadable_rows_are_told_and_the_rest_goes_on(of: Any) -> None:
    bill = of("Date,Model,Tokens\n2026-11-20,opus,7\nsoon,opus,7\n2026-11-20,opus,-1\n")

    assert [(each.line, each.reason) for each in bill.rejected] == [
        (3, "'soon' in Date is no day"),
        (4, "not a possible count: '-1'"),
    ]
    assert [row.tokens for row in bill.rows] == [{TOKENS: 7}]


def test_money_may_be_given_back(of: Any) -> None:
    bill = of("Date,Model,Cost USD\n2026-11-20,opus,-0.50\n2026-11-20,opus,-$1.25\n")

    assert [row.amount for row in bill.rows] == [Decimal("-0.50"), Decimal("-1.25")]


def test_instants_fall_on_the_day_of_the_zone(of: Any) -> None:
    text = "Timestamp,Model,Tokens\n2026-11-20T23:30:00Z,opus,7\n"

    assert of(text).rows[0].day == day(20)
    assert of(text, zone=ZoneInfo("Europe/Berlin")).rows[0].day == day(21)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"a", "do not fall into columns"),
        (b"usage_date_utc,cost_usd\n", "no row"),
        (b"usage_date_utc,cost_usd\nnever,1\n", "can't be read"),
        (b"usage_date_utc,cost_usd\n2026-11-20,\n", "neither tokens nor money"),
        (b"<html>", "web page"),
        (b"SQLite format 3\0", "database"),
    ],
)
def test_what_is_no_bill_is_told_in_words(of: Any, content: bytes, why: str) -> None:
    with pytest.raises(NotReadable, match=why):
        of(content)


HEADERS = [path.read_bytes().split(b"\n")[0] + b"\n" for path in sorted(BILLS.glob("*.csv"))]
cells = st.sampled_from([
    b"2026-11-20", b"03/04/2026", b"1,234", b"1.234,5", b"0E-6176", b"1e9999", b"-7", b"usd",
    b"opus", b'"', b"\0", b"\xff", b"99999999999999999999", "€1".encode(), b"Total", b"",
])  # fmt: skip


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.tuples(
            st.sampled_from(HEADERS),
            st.lists(st.lists(cells, max_size=16).map(b",".join), max_size=6).map(b"\n".join),
        ).map(b"".join),
    ),
    st.sampled_from(("", *PROVIDERS)),
)
def test_any_bytes_give_a_bill_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, provider: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    bill, reason = None, ""
    try:
        bill = read(path, provider=provider)
    except NotReadable as error:
        reason = str(error)
    if bill is None:
        assert reason
        return
    assert bill.days
    assert all(row.day in bill.days for row in bill.rows)
    assert all(count >= 0 for row in bill.rows for count in row.tokens.values())

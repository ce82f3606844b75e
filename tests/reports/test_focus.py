"""The FOCUS dataset keeps the rules of version 1.2, and its costs add up to what is due."""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from convledger.plans import statement as kinds
from convledger.plans.currencies import CURRENCIES
from convledger.plans.statement import Line, Statement
from convledger.reports.statements.figures import TwoViews
from convledger.reports.statements.focus_form import COLUMNS, Parties, focus_text
from tests.reports.statement_parts import (
    BEYOND,
    EXPIRED,
    FEE,
    LATE,
    LINES,
    PARTLY,
    PICO,
    SPENT,
    THIRDS,
    TOPUP,
    UNKNOWN,
    a_statement,
    november,
    october,
    pico,
)

Row = dict[str, str]
# Columns that version 1.2 wants in every dataset, those it recommends, and those that it wants of
# whoever measures usage, publishes prices, negotiates, has sub-accounts and a virtual currency.
_MANDATORY = """
    BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd
    BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargePeriodEnd
    ChargePeriodStart ContractedCost EffectiveCost InvoiceIssuerName ListCost PricingQuantity
    PricingUnit ProviderName PublisherName ServiceCategory ServiceName
"""
RECOMMENDED = ("ChargeFrequency", "InvoiceId", "ServiceSubcategory")
_CONDITIONAL = """
    ConsumedQuantity ConsumedUnit ContractedUnitPrice ListUnitPrice PricingCategory PricingCurrency
    PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice
    SkuId SkuMeter SkuPriceDetails SkuPriceId SubAccountId SubAccountName SubAccountType
"""
_NEVER_EMPTY = """
    BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd
    BillingPeriodStart ChargeCategory ChargeDescription ChargeFrequency ChargePeriodEnd
    ChargePeriodStart ContractedCost EffectiveCost InvoiceIssuerName ListCost PricingCurrency
    PricingCurrencyEffectiveCost ProviderName PublisherName ServiceCategory ServiceName
    ServiceSubcategory SkuId SkuMeter
"""
MANDATORY, CONDITIONAL = _MANDATORY.split(), _CONDITIONAL.split()
NEVER_EMPTY = _NEVER_EMPTY.split()
NUMBERS = [
    name for name in COLUMNS if re.search("Cost$|Quantity$|UnitPrice$", name) and name[0] != "x"
]
PRICES = [name for name in COLUMNS if name.endswith("UnitPrice")]
ALLOWED = {
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
    "ChargeClass": {"", "Correction"},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
    "PricingCategory": {"", "Standard", "Dynamic", "Committed", "Other"},
    "ServiceCategory": {"AI and Machine Learning"},
    "ServiceSubcategory": {"Generative AI"},
    "CommitmentDiscountStatus": {""},
}


def _rows(*statements: Statement, parties: Parties | None = None) -> list[Row]:
    return list(csv.DictReader(StringIO(focus_text(statements, parties))))


def _sum(rows: list[Row], name: str) -> Fraction:
    return sum((Fraction(row[name]) for row in rows), Fraction())


def assert_follows_the_rules(row: Row) -> None:
    """Fail unless a row keeps what 1.2 says of nulls, values, formats and products."""
    assert [name for name in NEVER_EMPTY if not row[name].strip()] == []
    assert {name: row[name] for name, allowed in ALLOWED.items() if row[name] not in allowed} == {}
    for name in NUMBERS:
        assert re.fullmatch(r"(-?[0-9]+\.[0-9]+)?", row[name]), name
    for name in ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row[name])
    assert row["BillingCurrency"] in CURRENCIES
    is_usage, is_purchase = (row["ChargeCategory"] == each for each in ("Usage", "Purchase"))
    is_correction = row["ChargeClass"] == "Correction"
    assert bool(row["ConsumedQuantity"]) == is_usage
    assert bool(row["ConsumedUnit"]) == bool(row["ConsumedQuantity"])
    assert bool(row["PricingUnit"]) == bool(row["PricingQuantity"])
    if is_purchase:
        assert row["ChargeFrequency"] != "Usage-Based"
        assert Fraction(row["EffectiveCost"]) == 0
        assert Fraction(row["PricingCurrencyEffectiveCost"]) == 0
    if (is_usage or is_purchase) and not is_correction and row["x_Unpriced"] == "0":
        wanted = [*PRICES, "PricingQuantity", "PricingCategory", "SkuPriceId"]
        assert [name for name in wanted if not row[name]] == []
    for price, cost in (("ListUnitPrice", "ListCost"), ("ContractedUnitPrice", "ContractedCost")):
        if row[price]:
            assert Fraction(row[price]) * Fraction(row["PricingQuantity"]) == Fraction(row[cost])
    assert all(Fraction(row[name]) >= 0 for name in PRICES if row[name])
    if not row["SubAccountId"]:
        assert (row["SubAccountName"], row["SubAccountType"]) == ("", "")


def test_has_the_columns_of_the_specification() -> None:
    wanted = {*MANDATORY, *RECOMMENDED, *CONDITIONAL, "CommitmentDiscountStatus"}

    assert {name for name in COLUMNS if not name.startswith("x_")} == wanted
    assert list(_rows(october())[0]) == list(COLUMNS)
    for name in COLUMNS:
        assert re.fullmatch("(x_)?([A-Z][a-z]+)+", name)


def test_rows_of_an_ordinary_month_keep_the_rules() -> None:
    rows = _rows(october(), november())

    for row in rows:
        assert_follows_the_rules(row)
    assert [row["x_LineKind"] for row in rows] == [
        *("fee", "usage", "usage", "usage", "usage", "credits", "topup", "overage", "adjustment"),
        *("breakage", "prepaid", "fee", "credits", "prepaid"),
    ]


def test_billed_and_effective_cost_add_up_to_what_is_due() -> None:
    rows = _rows(october())

    assert _sum(rows, "BilledCost") == _sum(rows, "EffectiveCost") == Fraction("63.26")
    prepaid = rows[-1]
    assert (prepaid["BilledCost"], prepaid["EffectiveCost"]) == ("0.0", "60.44")
    assert (prepaid["ChargeCategory"], prepaid["ChargeFrequency"]) == ("Usage", "Recurring")


@pytest.mark.parametrize(
    ("line", "category", "frequency"),
    [
        (FEE, "Purchase", "Recurring"),
        (THIRDS, "Usage", "Usage-Based"),
        (SPENT, "Usage", "Usage-Based"),
        (TOPUP, "Purchase", "One-Time"),
        (BEYOND, "Purchase", "One-Time"),
        (LATE, "Usage", "Usage-Based"),
        (EXPIRED, "Adjustment", "Usage-Based"),
        (Line(kinds.MINIMUM, "a", "minimum of 50", PICO, "", 0, PICO), "Adjustment", "Recurring"),
        (Line(kinds.TRUE_UP, "commit", "up to", money=PICO), "Adjustment", "One-Time"),
        (Line(kinds.ADJUSTMENT, "a", "goodwill", money=-PICO), "Adjustment", "One-Time"),
        (Line(kinds.ROUNDING, "r", "rounding", money=1), "Adjustment", "Usage-Based"),
        (Line(kinds.BLOCKED, "b", "refused", PICO), "Adjustment", "Usage-Based"),
    ],
)
def test_each_kind_has_its_category(line: Line, category: str, frequency: str) -> None:
    row = _rows(a_statement(line))[0]

    assert_follows_the_rules(row)
    assert (row["ChargeCategory"], row["ChargeFrequency"]) == (category, frequency)


def test_usage_paid_with_credits_is_priced_in_credits() -> None:
    line = Line(kinds.CREDITS_USED, "chat", "chat", 4 * PICO, "chat", pico("2"))
    row = _rows(a_statement(line))[0]

    assert (row["PricingCurrency"], row["BillingCurrency"]) == ("credits", "USD")
    assert row["PricingCurrencyEffectiveCost"] == row["x_Credits"] == "2.0"
    assert row["PricingCurrencyListUnitPrice"] == "0.5"
    assert (row["ListUnitPrice"], row["BilledCost"], row["ConsumedQuantity"]) == (
        "0.0",
        "0.0",
        "4.0",
    )


def test_rate_that_is_no_exact_decimal_is_priced_as_one_charge() -> None:
    thirds = Line(kinds.USAGE, "a", "a", 3 * PICO, "call", 0, 10 * PICO)
    row, even = _rows(a_statement(thirds, THIRDS))

    assert (row["PricingQuantity"], row["PricingUnit"]) == ("1.0", "Charges")
    assert (row["ListUnitPrice"], row["ConsumedQuantity"]) == ("10.0", "3.0")
    assert (even["PricingQuantity"], even["ListUnitPrice"]) == ("3.0", "1.11")


def test_what_has_no_price_has_no_pricing() -> None:
    part, rest, whole = _rows(a_statement(PARTLY, UNKNOWN))

    assert (part["ConsumedQuantity"], part["BilledCost"], part["x_Unpriced"]) == (
        "4.0",
        "0.48",
        "0",
    )
    for row, count in ((rest, "2"), (whole, "3")):
        assert_follows_the_rules(row)
        assert row["ConsumedQuantity"] == f"{count}.0"
        assert row["x_Unpriced"] == count
        empty = [*PRICES, "PricingQuantity", "PricingUnit", "PricingCategory", "SkuPriceId"]
        assert {row[name] for name in empty} == {""}


def test_overage_without_a_price_has_no_pricing() -> None:
    overage = Line(kinds.OVERAGE, "overage", "beyond", 9 * PICO, "credits", 9 * PICO, unpriced=1)
    (row,) = _rows(a_statement(overage))

    assert (row["PricingQuantity"], row["BilledCost"], row["x_Credits"]) == ("", "0.0", "9.0")


def test_correction_is_dated_in_the_period_that_it_is_about() -> None:
    september = a_statement(FEE, month="2026-09")
    row = next(each for each in _rows(september, october()) if each["x_About"])
    alone = next(each for each in _rows(october()) if each["x_About"])

    assert (row["ChargeClass"], row["x_About"]) == ("Correction", "2026-09")
    assert row["ChargePeriodStart"] == "2026-08-31T22:00:00Z"
    assert row["BillingPeriodStart"] == alone["ChargePeriodStart"] == "2026-09-30T22:00:00Z"


def test_change_within_the_period_is_no_correction() -> None:
    line = Line(kinds.ADJUSTMENT, "a", "goodwill", money=-PICO)

    assert _rows(a_statement(line))[0]["ChargeClass"] == ""


def test_bounds_are_whole_seconds() -> None:
    found = a_statement(FEE)
    row = _rows(replace(found, since=found.since + 1_500_000, until=found.until + 999_999))[0]

    assert_follows_the_rules(row)
    bounds = (row["BillingPeriodStart"], row["BillingPeriodEnd"])
    assert bounds == ("2026-09-30T22:00:01Z", "2026-10-31T23:00:00Z")


def test_parties_are_named_where_they_are_known() -> None:
    parties = Parties(
        "Vendor", issuer="Reseller", sub_account_id="a-1", sub_account_name="Client A"
    )
    row = _rows(a_statement(FEE), parties=parties)[0]
    plain = _rows(a_statement(FEE))[0]
    unnamed = _rows(a_statement(FEE), parties=Parties(sub_account_id="a-1"))[0]

    names = (
        "ProviderName",
        "PublisherName",
        "InvoiceIssuerName",
        "SubAccountName",
        "SubAccountType",
    )
    assert [row[name] for name in names] == ["Vendor", "Vendor", "Reseller", "Client A", "Client"]
    assert [plain[name] for name in names] == ["Pro chat", "Pro chat", "Pro chat", "", ""]
    assert (unnamed["SubAccountId"], unnamed["SubAccountName"]) == ("a-1", "a-1")


def test_period_in_two_states_is_refused() -> None:
    with pytest.raises(TwoViews):
        focus_text([october(), october(kinds.RESTATED)])


@given(st.lists(LINES, max_size=5))
def test_any_lines_keep_the_rules_and_add_up(lines: list[Line]) -> None:
    found = a_statement(*lines)
    rows = _rows(found)

    for row in rows:
        assert_follows_the_rules(row)
    assert _sum(rows, "BilledCost") * PICO == found.due
    assert _sum(rows, "EffectiveCost") * PICO == found.due

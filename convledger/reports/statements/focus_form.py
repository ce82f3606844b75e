"""Statements as a FOCUS 1.2 cost and usage dataset: a row a line, in that specification's terms.

A fee, a purchase of credits and credits beyond the lots are purchases there, and a purchase has no
effective cost of its own. What they cost is effective in one more row for each statement, so that
billed and effective cost both add up to what is due: prepaid money counts as used in the period
that bills it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from convledger.clock import SECOND, iso_text
from convledger.money import PICO
from convledger.plans import statement as kinds
from convledger.plans.statement import INFORMATIVE, Line, Statement
from convledger.reports.render import csv_out
from convledger.reports.statements.figures import (
    KIND_WORDS,
    decimal_text,
    exact_text,
    known_money,
    one_view,
    rate,
)

USAGE, PURCHASE, ADJUSTMENT = "Usage", "Purchase", "Adjustment"
ONE_TIME, RECURRING, USAGE_BASED = "One-Time", "Recurring", "Usage-Based"
CORRECTION, STANDARD, CREDITS = "Correction", "Standard", "credits"
PREPAID, UNITS = "prepaid", "Units"
_CATEGORIES = {
    kinds.FEE: (PURCHASE, RECURRING),
    kinds.USAGE: (USAGE, USAGE_BASED),
    kinds.CREDITS_USED: (USAGE, USAGE_BASED),
    kinds.PURCHASE: (PURCHASE, ONE_TIME),
    kinds.TOPUP: (PURCHASE, ONE_TIME),
    kinds.OVERAGE: (PURCHASE, ONE_TIME),
    kinds.MINIMUM: (ADJUSTMENT, RECURRING),
    kinds.TRUE_UP: (ADJUSTMENT, ONE_TIME),
    kinds.ADJUSTMENT: (ADJUSTMENT, ONE_TIME),
    PREPAID: (USAGE, RECURRING),
}
COLUMNS = (
    *("BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency"),
    *("BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass"),
    *("ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart"),
    *("CommitmentDiscountStatus", "ConsumedQuantity", "ConsumedUnit"),
    *("ContractedCost", "ContractedUnitPrice"),
    *("EffectiveCost", "InvoiceId", "InvoiceIssuerName", "ListCost", "ListUnitPrice"),
    *("PricingCategory", "PricingCurrency", "PricingCurrencyContractedUnitPrice"),
    *("PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice", "PricingQuantity"),
    *("PricingUnit", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName"),
    *("ServiceSubcategory", "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId"),
    *("SubAccountId", "SubAccountName", "SubAccountType"),
    *("x_About", "x_Credits", "x_ExactCost", "x_LineId", "x_LineKind", "x_Note", "x_Period"),
    *("x_PlanDigest", "x_PlanId", "x_PlanVersion", "x_StatementState", "x_Unpriced"),
)
Row = dict[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Parties:
    """Who bills whom; where no provider is named, the plan's name stands for it."""

    provider: str = ""
    publisher: str = ""
    issuer: str = ""
    account_id: str = "local"
    account_name: str = "Local workspace"
    sub_account_id: str = ""
    sub_account_name: str = ""
    sub_account_type: str = "Client"


def focus_text(statements: Sequence[Statement], parties: Parties | None = None) -> str:
    """Return statements as CSV; raises TwoViews for a period in two states, counted twice.

    What has no price has rows without any pricing, as nobody knows it; their costs are 0 because
    the specification has no empty ones. Corrections are dated in the period that they are about
    where its statement is among those given.
    """
    found = one_view(statements)
    named = {(each.plan, each.name): each for each in found}
    stream = StringIO()
    rows = (row for each in found for row in _rows(each, named, parties or Parties()))
    csv_out.write(stream, COLUMNS, ([row.get(name) for name in COLUMNS] for row in rows))
    return stream.getvalue()


def _rows(
    found: Statement, named: Mapping[tuple[str, str], Statement], parties: Parties
) -> Iterator[Row]:
    head = _head(found, parties)
    prepaid = 0
    for line in found.lines:
        about = named.get((found.plan, line.about), found) if line.about else found
        row = {**head, **_span("ChargePeriod", about), **_facts(found, line)}
        category, _ = _category(line)
        prepaid += line.money if category == PURCHASE else 0
        if not line.unpriced:
            yield {**row, **_costs(line, found.currency), **_priced(line)}
        elif known_money(line) is not None:
            yield {**row, **_costs(line, found.currency), **_priced(line), "x_Unpriced": "0"}
            yield {**row, **_without_price(line, found.currency), "x_Credits": "0.0"}
        else:
            yield {**row, **_without_price(line, found.currency)}
    if prepaid:
        yield {**head, **_span("ChargePeriod", found), **_prepaid(found, prepaid)}


def _head(found: Statement, parties: Parties) -> Row:
    """Return what all rows of a statement share."""
    provider = parties.provider or found.plan_name.strip() or found.plan
    sub_account = parties.sub_account_id or None
    return {
        **_span("BillingPeriod", found),
        "BillingAccountId": parties.account_id,
        "BillingAccountName": parties.account_name or None,
        "BillingCurrency": found.currency,
        "InvoiceId": f"{found.plan}/{found.name}",
        "InvoiceIssuerName": parties.issuer or provider,
        "ProviderName": provider,
        "PublisherName": parties.publisher or provider,
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": found.plan_name.strip() or found.plan,
        "ServiceSubcategory": "Generative AI",
        "SubAccountId": sub_account,
        "SubAccountName": sub_account and (parties.sub_account_name or sub_account),
        "SubAccountType": sub_account and parties.sub_account_type,
        "x_Period": found.name,
        "x_PlanDigest": found.plan_digest,
        "x_PlanId": found.plan,
        "x_PlanVersion": found.version,
        "x_StatementState": found.state,
    }


def _span(name: str, found: Statement) -> Row:
    """Return a period's two bounds in whole seconds, the end exclusive."""
    return {
        f"{name}Start": iso_text(found.since // SECOND * SECOND),
        f"{name}End": iso_text(found.until // SECOND * SECOND),
    }


def _facts(found: Statement, line: Line) -> Row:
    """Return what a row says about its line beside the figures."""
    category, frequency = _category(line)
    words = f"{KIND_WORDS.get(line.kind, line.kind)}: {line.name or line.id}".replace(" · ", ", ")
    is_correction = line.kind == kinds.ADJUSTMENT and line.about
    return {
        "ChargeCategory": category,
        "ChargeClass": CORRECTION if is_correction else None,
        "ChargeDescription": f"{words} ({line.note})" if line.note else words,
        "ChargeFrequency": frequency,
        "SkuId": f"{found.plan}/{line.kind}/{line.id}",
        "SkuMeter": line.unit_name.strip() or KIND_WORDS.get(line.kind, line.kind),
        "SkuPriceId": f"{found.plan}/{found.version}/{line.kind}/{line.id}",
        "x_About": line.about,
        "x_Credits": _number(line.credits),
        "x_ExactCost": exact_text(line),
        "x_LineId": line.id,
        "x_LineKind": line.kind,
        "x_Note": line.note,
        "x_Unpriced": str(line.unpriced),
    }


def _category(line: Line) -> tuple[str, str]:
    """Return the category and frequency of a line; corrections of what was counted are usage."""
    if line.kind == kinds.ADJUSTMENT and line.quantity:
        return USAGE, USAGE_BASED
    return _CATEGORIES.get(line.kind, (ADJUSTMENT, USAGE_BASED))


def _costs(line: Line, currency: str) -> Row:
    """Return the costs of a line: those in credits for what credits paid."""
    category, _ = _category(line)
    money = _number(line.money)
    effective = 0 if category == PURCHASE else line.money
    in_credits = line.kind == kinds.CREDITS_USED
    return {
        **dict.fromkeys(("BilledCost", "ContractedCost", "ListCost"), money),
        "EffectiveCost": _number(effective),
        "PricingCurrency": CREDITS if in_credits or line.kind in INFORMATIVE else currency,
        "PricingCurrencyEffectiveCost": _number(line.credits if in_credits else effective),
    }


def _priced(line: Line) -> Row:
    """Return quantities and unit prices whose product is the cost exactly, however it was rounded.

    Where the price of one is no exact decimal, the line is priced as one charge.
    """
    category, _ = _category(line)
    if category == ADJUSTMENT:
        return {}
    row = _consumed(category, line.quantity, line.unit_name)
    in_credits = line.kind == kinds.CREDITS_USED
    amount = line.credits if in_credits else line.money
    each = rate(amount, line.quantity) if line.quantity else 0
    quantity, unit = line.quantity, line.unit_name.strip() or UNITS
    if each is None or each < 0 or (amount and not line.quantity):
        quantity, unit, each = (-PICO if amount < 0 else PICO), "Charges", abs(amount)
    price = 0 if in_credits else each
    return {
        **row,
        **dict.fromkeys(("ContractedUnitPrice", "ListUnitPrice"), _number(price)),
        "PricingCurrencyContractedUnitPrice": _number(each),
        "PricingCurrencyListUnitPrice": _number(each),
        "PricingCategory": STANDARD,
        "PricingQuantity": _number(quantity),
        "PricingUnit": unit,
    }


def _without_price(line: Line, currency: str) -> Row:
    """Return the figures of what no price fits: how much it was, and nothing else."""
    category, _ = _category(line)
    costs = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
    return {
        **_consumed(category, line.unpriced * PICO, line.unit_name),
        **dict.fromkeys((*costs, "PricingCurrencyEffectiveCost"), _number(0)),
        "PricingCurrency": currency,
        "SkuPriceId": None,
        "x_ExactCost": None,
    }


def _consumed(category: str, quantity: int, unit: str) -> Row:
    if category != USAGE:
        return {}
    return {"ConsumedQuantity": _number(quantity), "ConsumedUnit": unit.strip() or UNITS}


def _prepaid(found: Statement, cost: int) -> Row:
    """Return the row in which purchases are effective: the period's use of what they paid for."""
    line = Line(PREPAID, PREPAID, PREPAID, PICO, "Periods")
    return {
        **_facts(found, line),
        **_costs(line, found.currency),
        **_priced(line),
        "ChargeDescription": "Use of what the fees and purchases of the period paid for",
        "EffectiveCost": _number(cost),
        "PricingCurrencyEffectiveCost": _number(cost),
    }


def _number(pico: int) -> str:
    """Return picounits as a decimal that readers do not take for a whole number."""
    return decimal_text(pico, 1)

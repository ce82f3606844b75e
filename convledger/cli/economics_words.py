"""Shares and costs per conversation as the tables of unit economics write them."""

from __future__ import annotations

from datetime import tzinfo
from fractions import Fraction

from convledger.cli.plan_words import money_words
from convledger.clock import to_datetime
from convledger.economics.plan_use import PlanUse
from convledger.reports.render.numbers import share
from convledger.text.display import display_text


def exactly(part: Fraction | None) -> str:
    """Return a share in percent, a dash where it is unknown."""
    return "–" if part is None else share(part)


def about(amount: str, is_doubtful: bool = True) -> str:
    """Return an amount with the mark of an estimate where it is one and known."""
    return f"~{amount}" if is_doubtful and amount != "–" else amount


def per_unit(pico: Fraction | None, currency: str, *, signed: bool = False) -> str:
    """Return what a conversation costs, to a tenth of the least coin."""
    amount = None if pico is None else round(pico)
    return money_words(amount, currency, signed=signed, more_places=1)


def plan_words(use: PlanUse, zone: tzinfo, currency: str) -> str:
    """Return what a plan was worth: "Studio 40 since 1 Oct: $35.79 at list for $19.00, 1.88 ×"."""
    since = to_datetime(use.since).astimezone(zone)
    worth = "" if use.leverage is None else f", {float(round(use.leverage, 2)):g} ×"
    at_list, borne = money_words(use.at_list, currency), money_words(use.borne, currency)
    name = display_text(use.name)
    words = f"{name} since {since.day} {since:%b}: {at_list} at list for {borne}{worth}"
    if use.unit_price is None:
        return words
    price = money_words(round(use.unit_price), use.currency, more_places=1)
    bare = round(use.unit_price_without_fees or 0)
    fees = ""
    if bare and use.fees:
        fees = f", {money_words(bare, use.currency, more_places=1)} without fees"
    return f"{words}; {price} for each {display_text(use.unit)}{fees}"

"""Shares and costs per conversation as the tables of unit economics write them."""

from __future__ import annotations

from fractions import Fraction

from convledger.cli.plan_words import money_words
from convledger.reports.render.numbers import share


def exactly(part: Fraction | None) -> str:
    """Return a share in percent, a dash where it is unknown."""
    return "–" if part is None else share(part)


def per_unit(pico: Fraction | None, currency: str, *, signed: bool = False) -> str:
    """Return what a conversation costs, to a tenth of the least coin."""
    amount = None if pico is None else round(pico)
    return money_words(amount, currency, signed=signed, more_places=1)

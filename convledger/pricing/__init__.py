"""Prices: the book, the user's own, and what a call costs. Pure: bytes, text and instants in."""

from __future__ import annotations

from convledger.pricing.book import PriceBook
from convledger.pricing.coverage import Coverage, coverage
from convledger.pricing.listing import PriceLine, list_rows
from convledger.pricing.overrides import Overrides, parse_overrides
from convledger.pricing.rate import ENGINE_VERSION, Line, Rated, Rater
from convledger.pricing.tariff import State

__all__ = [
    "ENGINE_VERSION",
    "Coverage",
    "Line",
    "Overrides",
    "PriceBook",
    "PriceLine",
    "Rated",
    "Rater",
    "State",
    "coverage",
    "list_rows",
    "parse_overrides",
]

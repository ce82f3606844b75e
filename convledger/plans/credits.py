"""The credit engine's public names: lots and facts in, books, totals and entries out."""

from __future__ import annotations

from convledger.plans.entries import Entry, corrections
from convledger.plans.facts import AutoTopup, Fact, Finding, Policy
from convledger.plans.fold import Fold, LateFact, Rules, fold_all
from convledger.plans.lots import CreditProblem, Lot, Rollover, served
from convledger.plans.totals import LotTotals, Totals

__all__ = [
    "AutoTopup",
    "CreditProblem",
    "Entry",
    "Fact",
    "Finding",
    "Fold",
    "LateFact",
    "Lot",
    "LotTotals",
    "Policy",
    "Rollover",
    "Rules",
    "Totals",
    "corrections",
    "fold_all",
    "served",
]

"""What a plan commits one to: when that is due, what counts towards it, and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count

from convledger.money import PICO
from convledger.plans import statement as kinds
from convledger.plans.calendar import later
from convledger.plans.contract import BilledPeriod, Contract
from convledger.plans.excerpt import goes_on
from convledger.plans.schema import Length
from convledger.plans.statement import Line

# What adjustments count that is no usage; no unit's id holds a space.
OF_THE_FEE, OF_THE_COMMITMENT = "of the fee", "of the commitment"
_NO_USAGE = frozenset((OF_THE_FEE, OF_THE_COMMITMENT))
_NOT_COUNTED = frozenset((kinds.FEE, kinds.TRUE_UP, kinds.ROUNDING))


@dataclass(slots=True)
class Term:
    """What counted towards a commitment so far, picounits of money, and the periods of its term."""

    spent: int = 0
    periods: set[str] = field(default_factory=set)

    def spent_with(self, lines: Iterable[Line]) -> int:
        """Return what counts with the lines of the term's next period."""
        return self.spent + committed(lines, self.periods)

    def missing(self, period: BilledPeriod, lines: Iterable[Line]) -> Fraction:
        """Return the money that is missing from what the plan of a period commits one to."""
        assert period.plan.commit is not None
        spent = Fraction(self.spent_with(lines), PICO)
        return max(Fraction(period.plan.commit.minimum_amount) - spent, Fraction(0))

    def go_on(self, contract: Contract, period: BilledPeriod, lines: Iterable[Line]) -> None:
        """Take in the lines of a period; where it ends the term, the next one begins."""
        if is_commit_due(contract, period):
            self.spent, self.periods = 0, set()
        else:
            self.spent = self.spent_with(lines)
            self.periods.add(period.name)


def committed(lines: Iterable[Line], periods: Collection[str]) -> int:
    """Return the money of some lines that counts towards a commitment: all but fees.

    What is about earlier periods counts for the term that they are in, whose `periods` are told.
    """
    return sum(
        line.money
        for line in lines
        if line.kind not in _NOT_COUNTED
        and (not line.about or (line.about in periods and line.unit_name not in _NO_USAGE))
    )


def is_commit_due(contract: Contract, period: BilledPeriod) -> bool:
    """Return whether a period ends what the plan commits one to: each does, or the term's last.

    Terms follow each other from the contract's beginning; one that is cut short ends with it.
    """
    commit = period.plan.commit
    if commit is None or commit.true_up == "period":
        return not goes_on(contract, period)
    is_last = contract.ended is not None and period.until >= contract.ended
    if is_last and not contract.is_excerpt:
        return True
    term = commit.term or Length(months=12)
    for number in count(1):
        whole = Length(elapsed=term.elapsed * number, months=term.months * number)
        end = later(contract.began, whole, period.zone)
        if end > period.since:
            return end <= period.until
    return False

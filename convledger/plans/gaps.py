"""What a total leaves out: use that was refused or served at less, that is owed, or unpriced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from convledger.money import PICO
from convledger.plans.statement import BLOCKED, DEGRADED, OVERAGE, Statement


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is not in the total of some statements.

    `refused` and `degraded` (served at less) are picounits beyond a limit and picocredits; `owed`
    are picocredits that later grants have to pay. `unpriced_units` counts units that no price fits,
    `unpriced_credits` are picocredits beyond the lots.
    """

    refused: int = 0
    degraded: int = 0
    owed: int = 0
    unpriced_units: int = 0
    unpriced_credits: int = 0

    @property
    def is_refusing(self) -> bool:
        """Whether not everything was served."""
        return bool(self.refused)

    @property
    def unpriced(self) -> int:
        """How many units and whole credits have no price; a part of a credit counts as one."""
        return self.unpriced_units - (-self.unpriced_credits // PICO)

    @property
    def is_lacking(self) -> bool:
        """Whether something was served at less, or is not in the total."""
        return bool(self.unpriced or self.degraded) or self.owed > 0


def gaps_of(statements: Iterable[Statement]) -> Gaps:
    """Return what some statements leave out of their totals."""
    told = list(statements)
    refused = degraded = units = beyond = 0
    for line in (line for statement in told for line in statement.lines):
        if line.kind == BLOCKED:
            refused += line.quantity
        elif line.kind == DEGRADED:
            degraded += line.quantity
        elif line.kind == OVERAGE and line.unpriced:
            beyond += line.quantity
        else:
            units += line.unpriced
    owed = sum(statement.sums.owed for statement in told)
    return Gaps(refused, degraded, owed, units, beyond)

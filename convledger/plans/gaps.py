"""What a total leaves out: use that was refused, and use that no price fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from convledger.money import PICO
from convledger.plans.statement import BLOCKED, OVERAGE, Statement


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is not in the total of some statements.

    `refused` are picounits beyond a limit and picocredits; `unpriced` counts units that no price
    fits, `unpriced_credits` picocredits beyond the lots.
    """

    refused: int = 0
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
        """Whether something was served that is not in the total."""
        return bool(self.unpriced)


def gaps_of(statements: Iterable[Statement]) -> Gaps:
    """Return what some statements leave out of their totals."""
    refused = units = beyond = 0
    for line in (line for statement in statements for line in statement.lines):
        if line.kind == BLOCKED:
            refused += line.quantity
        elif line.kind == OVERAGE and line.unpriced:
            beyond += line.quantity
        else:
            units += line.unpriced
    return Gaps(refused, units, beyond)

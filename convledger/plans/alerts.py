"""Alerts: what crosses a share of its budget is told once."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct, field

from convledger.plans.schema import AlertRule

Amount = int | Fraction | Decimal


class AlertKey(NamedTuple):
    """What an alert is given at most once for; `epoch` counts how often the rule was armed anew."""

    on: str
    limit: str
    scope: str
    period: str
    threshold: int
    epoch: int


class Alert(Struct, frozen=True, gc=False):
    """A threshold that was crossed: percent of the budget, and when (UTC microseconds)."""

    on: str
    scope: str
    period: str
    threshold: int
    at: int
    epoch: int = 0
    limit: str = ""


class AlertState(Struct):
    """Which alerts were given and when (UTC microseconds), as plain data.

    What is in here stays: use that falls and rises again is not told twice.
    """

    given: dict[AlertKey, int] = field(default_factory=dict)

    def step(
        self,
        rule: AlertRule,
        scope: str,
        period: str,
        used: Amount,
        budget: Amount,
        at: int,
        *,
        epoch: int = 0,
        quiet: bool = False,
    ) -> list[Alert]:
        """Return the alerts that `used` of `budget` gives rise to now, lowest threshold first.

        With `quiet` they count as given and nobody is told: prices changed, not the use.
        """
        found = []
        for threshold in sorted(rule.at):
            key = AlertKey(rule.on, rule.limit, scope, period, threshold, epoch)
            if key in self.given or not has_crossed(used, budget, threshold):
                continue
            self.given[key] = at
            if not quiet:
                found.append(Alert(rule.on, scope, period, threshold, at, epoch, rule.limit))
        return found


def has_crossed(used: Amount, budget: Amount, threshold: int) -> bool:
    """Whether `used` is at least `threshold` percent of the budget; any use is all of nothing."""
    if budget <= 0:
        return used > 0
    # As fractions: decimals would be rounded to the context's digits.
    return Fraction(used) * 100 >= threshold * Fraction(budget)

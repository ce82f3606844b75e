"""Conversations that a bot served alone, handed over or never saw: their rates and their cost."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.ratios import Number, ratio


@dataclass(frozen=True, slots=True)
class Served:
    """How many conversations were served, by whom; one that nobody answered is none of them.

    `confirmed` and `assumed` are those that the bot resolved: as somebody said, or because nobody
    came back. `reversed` are resolutions of this or an earlier time that were reversed in this one:
    they are taken off already, so that there may be less than none. `silent` tells that nobody has
    said of any conversation of the bot alone how it ended.
    """

    bot_only: int = 0
    escalated: int = 0
    human_only: int = 0
    confirmed: int = 0
    assumed: int = 0
    reversed: int = 0
    silent: bool = False

    @property
    def engaged(self) -> int:
        """Those that a bot took part in."""
        return self.bot_only + self.escalated

    @property
    def total(self) -> int:
        """All that were served."""
        return self.engaged + self.human_only

    @property
    def automation_rate(self) -> Fraction | None:
        """Served by a bot alone, of all that were served."""
        return ratio(self.bot_only, self.total)

    @property
    def containment_rate(self) -> Fraction | None:
        """Served by a bot alone, of those that a bot took part in."""
        return ratio(self.bot_only, self.engaged)

    @property
    def escalation_rate(self) -> Fraction | None:
        """Handed over to a person, of those that a bot took part in."""
        return ratio(self.escalated, self.engaged)

    @property
    def resolution_rate(self) -> Fraction | None:
        """Resolved by the bot, of those that it took part in; None where nobody knows."""
        return None if self.silent else ratio(self.confirmed + self.assumed, self.engaged)


def blended_cost(
    automation: Number, bot_cost: Number | None, escalated_cost: Number | None
) -> Fraction | None:
    """Return what a conversation costs where a share of them is served by a bot alone.

    A cost may be None where no conversation is of that kind.
    """
    share = Fraction(automation)
    if (share and bot_cost is None) or (share != 1 and escalated_cost is None):
        return None
    return share * (bot_cost or 0) + (1 - share) * (escalated_cost or 0)


def escalation_multiplier(
    escalated_cost: Number | None, bot_cost: Number | None
) -> Fraction | None:
    """Return how many bot-only conversations one that was handed over costs."""
    if escalated_cost is None or bot_cost is None:
        return None
    return ratio(escalated_cost, bot_cost)


@dataclass(frozen=True, slots=True)
class Return:
    """What was spent beside what the same conversations had cost served by people alone."""

    baseline: Fraction
    actual: Fraction

    @property
    def savings(self) -> Fraction:
        """What was not spent; less than nothing where people had been cheaper."""
        return self.baseline - self.actual

    @property
    def roi(self) -> Fraction | None:
        """Savings for each unit of money that was spent."""
        return ratio(self.savings, self.actual)


def return_on(conversations: int, human_cost: Number, actual: Number) -> Return:
    """Return what `conversations` cost beside an all-human baseline at `human_cost` each."""
    return Return(Fraction(conversations * human_cost), Fraction(actual))

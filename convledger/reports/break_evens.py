"""Which plan is cheapest for how much of one's own kind of usage."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil

from convledger.economics.break_even import cheapest_bands
from convledger.money import PICO
from convledger.plans.contract import BilledPeriod
from convledger.plans.doubts import Doubts
from convledger.plans.excerpt import share_of
from convledger.plans.gaps import Gaps
from convledger.plans.what_if import Estimate, Usage, estimate_of, kinks, usage_of
from convledger.reports.comparing import WorkedOut, main_unit
from convledger.reports.plan_figures import Band, BreakEven, Curve

_POINTS = 16
_ROOM = Fraction(7, 5)  # how much more than one's own usage is looked at
_FAR = 1_000  # how many times as much again is tried for whether a plan serves it at all


def break_even(
    worked_out: Sequence[WorkedOut],
    own: Sequence[tuple[str, int, bool]],
) -> BreakEven:
    """Return each plan's total over the units that the first of them counts, a period of that one.

    All are worked out over the same time, as they are compared, whatever their own periods. `own`
    are one's months: name, units, whether it is an estimate. Another plan's units grow in
    proportion; what a unit costs on a rate card is one's own average. Of plans that cost the same
    the one in force goes before, then the one that comes before in the comparison. A plan is the
    cheapest only up to where it begins to refuse use, or to leave out what has no price beside one
    that doesn't.
    """
    first = worked_out[0]
    unit = main_unit(first.plan)
    unit_name = unit.id if unit is not None else "units"
    reference = _reference(first)
    most = max([round(reference * _ROOM), *(round(units * _ROOM) for _, units, _ in own), 10])
    is_strict = any(not each.is_refusing and not each.is_lacking for each in worked_out)
    periods = max(len(first.bill.periods), 1)
    curves: list[Curve] = []
    ranks, guesses = [], list[bool]()
    ends: dict[str, int] = {}
    for each in worked_out:
        if not each.bill.periods:
            continue
        trial = _Trial(each, reference)
        end = _end(trial, most, is_strict)
        if end is not None:
            ends[str(len(curves))] = end
        curves.append(Curve(each.plan.id, each.plan.name, _points(trial, most, periods)))
        ranks.append(_rank(each))
        guesses.append(_is_guess(each))
    # Two versions of one plan share an id: the lines are told apart by their places.
    order = sorted(range(len(curves)), key=ranks.__getitem__)
    bands = cheapest_bands({str(place): curves[place].points for place in order}, ends=ends)
    lines = [curves[int(band.plan_id)] for band in bands]
    is_guess = first.main_doubt.is_estimated  # then so is each share of it
    # With one more in front: a limit is as sure as the plans on both of its sides.
    guessed = [False, *(is_guess or guesses[int(band.plan_id)] for band in bands)]
    return BreakEven(
        unit_name=unit_name,
        curves=tuple(curves),
        bands=tuple(
            Band(
                line.plan_id,
                line.name,
                band.since,
                band.until,
                any(guessed[at : at + 2]),
                any(guessed[at + 1 : at + 3]),
            )
            for at, (line, band) in enumerate(zip(lines, bands, strict=True))
        ),
        own=tuple(own),
        currency=first.plan.currency,
    )


def _rank(each: WorkedOut) -> tuple[bool, int, str]:
    total = sum(statement.sums.total for statement in each.bill.statements)
    return not each.candidate.is_in_force, total, each.plan.name


def _is_guess(each: WorkedOut) -> bool:
    """Whether estimated tokens are a part of a plan's total."""
    due = [one.due for one in each.of_statements]
    if not due:
        doubts = Doubts(each.bill)
        due = [doubts.due(one) for one in each.bill.statements]
    return any(one.is_estimated for one in due)


def main_units(each: WorkedOut) -> int:
    """Return the main units of a plan in one period, on average, in whole units."""
    return max(round(_reference(each)), 1)


def _reference(each: WorkedOut) -> Fraction:
    """Return the main units of a plan in one period as they are: dollars have cents."""
    unit = main_unit(each.plan)
    if unit is None or not each.bill.statements:
        return Fraction(1)
    count = sum(one.sums.units.get(unit.id, 0) for one in each.bill.statements)
    return Fraction(count, PICO * len(each.bill.statements)) or Fraction(1)


@dataclass(slots=True)
class _Trial:
    """A plan with other amounts of one's usage; `reference` is one's own in a period."""

    each: WorkedOut
    reference: Fraction
    usage: Usage = field(init=False)
    whole: BilledPeriod = field(init=False)
    known: dict[int, Estimate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        periods = self.each.bill.periods
        self.usage = self.each.usage or usage_of(self.each.bill.rated)
        self.whole = replace(periods[0], until=periods[-1].until)

    def at(self, units: int) -> Estimate:
        """Return what so many units a period come to in the whole time."""
        if units not in self.known:
            self.known[units] = estimate_of(
                self.each.plan,
                self.whole,
                self.usage,
                units / self.reference,
                lambda _: self.whole.zone,
                seats=self.each.candidate.seats,
            )
        return self.known[units]


def _points(trial: _Trial, most: int, periods: int) -> tuple[tuple[int, int], ...]:
    """Return the totals at even distances, and where the price bends.

    The totals are for one of as many `periods` as the whole time has, which are cut as those of
    the bill were.
    """
    each = trial.each
    wanted = {round(Fraction(most * step, _POINTS)) for step in range(_POINTS + 1)}
    own = each.bill.periods
    share = sum((share_of(each.bill.contract, one) for one in own), Fraction(0)) / len(own)
    seats = each.candidate.seats or each.plan.seats
    for factor in kinks(each.plan, trial.usage, seats, share):
        bend = factor * trial.reference * len(own)
        wanted |= {int(bend), int(bend) + 1}
    return tuple(
        (units, round(Fraction(trial.at(units).total, periods)))
        for units in sorted(wanted)
        if 0 <= units <= most
    )


def _end(trial: _Trial, most: int, is_strict: bool) -> int | None:
    """Return from how many units on a total is not all that would be due, None where it always is.

    What lacks a price counts only where that `is_strict`. Usage is spread evenly here; what was
    refused of one's own as it was is refused of as much at the latest.
    """

    def is_out(each: WorkedOut | Gaps) -> bool:
        return each.is_refusing or (is_strict and each.is_lacking)

    known = [ceil(trial.reference)] if is_out(trial.each) else []
    if is_strict and (trial.each.unpriced_calls or trial.each.counts_nothing):
        known.append(1)
    far = most * _FAR
    if is_out(trial.at(far).gaps):
        since = bisect_left(range(far), True, key=lambda units: is_out(trial.at(units).gaps))
        known.append(since)
    end = min(known, default=None)
    return 0 if end == 1 else end  # what misses even one is cheapest for nothing

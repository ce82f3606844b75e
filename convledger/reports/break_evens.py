"""Which plan is cheapest for how much of one's own kind of usage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from convledger.economics.break_even import cheapest_bands
from convledger.money import PICO
from convledger.plans.what_if import kinks, total_of, usage_of
from convledger.reports.comparing import WorkedOut, main_unit
from convledger.reports.plan_figures import Band, BreakEven, Curve

_POINTS = 16
_ROOM = Fraction(7, 5)  # how much more than one's own usage is looked at


def break_even(
    worked_out: Sequence[WorkedOut],
    own: Sequence[tuple[str, int, bool]],
) -> BreakEven:
    """Return each plan's total over the units that the first of them counts, a period of that one.

    All are worked out over the same time, as they are compared, whatever their own periods. `own`
    are one's months: name, units, whether it is an estimate. Another plan's units grow in
    proportion; what a unit costs on a rate card is one's own average. Of plans that cost the same
    the one in force goes before, then the one that comes before in the comparison.
    """
    first = worked_out[0]
    unit = main_unit(first.plan)
    unit_name = unit.id if unit is not None else "units"
    reference = _reference(first)
    most = max([round(reference * _ROOM), *(round(units * _ROOM) for _, units, _ in own), 10])
    curves, ranks = [], []
    for each in worked_out:
        if not each.bill.periods:
            continue
        points = _points(each, reference, most, max(len(first.bill.periods), 1))
        curves.append(Curve(each.plan.id, each.plan.name, points))
        ranks.append(_rank(each))
    # Two versions of one plan share an id: the lines are told apart by their places.
    order = sorted(range(len(curves)), key=ranks.__getitem__)
    bands = cheapest_bands({str(place): curves[place].points for place in order})
    lines = [curves[int(band.plan_id)] for band in bands]
    return BreakEven(
        unit_name=unit_name,
        curves=tuple(curves),
        bands=tuple(
            Band(line.plan_id, line.name, band.since, band.until)
            for line, band in zip(lines, bands, strict=True)
        ),
        own=tuple(own),
        currency=first.plan.currency,
    )


def _rank(each: WorkedOut) -> tuple[bool, int, str]:
    total = sum(statement.sums.total for statement in each.bill.statements)
    return not each.candidate.is_in_force, total, each.plan.name


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


def _points(
    each: WorkedOut, reference: Fraction, most: int, periods: int
) -> tuple[tuple[int, int], ...]:
    """Return the totals at even distances, and where the price bends.

    The totals are for one of as many `periods` as the whole time has, which are cut as those of
    the bill were; `reference` is one's own usage in one.
    """
    usage, own = each.usage or usage_of(each.bill.rated), each.bill.periods
    whole = replace(own[0], until=own[-1].until)
    wanted = {round(Fraction(most * step, _POINTS)) for step in range(_POINTS + 1)}
    for factor in kinks(each.plan, usage, each.candidate.seats or each.plan.seats):
        bend = factor * reference * len(own)
        wanted |= {int(bend), int(bend) + 1}
    points = []
    for units in sorted(wanted):
        if 0 <= units <= most:
            factor, seats = units / reference, each.candidate.seats
            total = total_of(each.plan, whole, usage, factor, lambda _: whole.zone, seats=seats)
            points.append((units, round(Fraction(total, periods))))
    return tuple(points)

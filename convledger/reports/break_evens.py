"""Which plan is cheapest for how much of one's own kind of usage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import tzinfo
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
    zone_of: Callable[[str], tzinfo],
) -> BreakEven:
    """Return each plan's total over the units that the first of them counts, a period of that one.

    All are worked out over the same time, as they are compared, whatever their own periods. `own`
    are one's months: name, units, whether it is an estimate. Another plan's units grow in
    proportion; what a unit costs on a rate card is one's own average.
    """
    first = worked_out[0]
    unit = main_unit(first.plan)
    unit_name = unit.id if unit is not None else "units"
    reference = main_units(first)
    most = max([round(reference * _ROOM), *(round(units * _ROOM) for _, units, _ in own), 10])
    curves = []
    for each in worked_out:
        if not each.bill.periods:
            continue
        points = _points(each, reference, most, max(len(first.bill.periods), 1), zone_of)
        curves.append(Curve(each.plan.id, each.plan.name, points))
    bands = cheapest_bands({curve.plan_id: curve.points for curve in curves}) if curves else []
    names = {curve.plan_id: curve.name for curve in curves}
    return BreakEven(
        unit_name=unit_name,
        curves=tuple(curves),
        bands=tuple(
            Band(band.plan_id, names[band.plan_id], band.since, band.until) for band in bands
        ),
        own=tuple(own),
        currency=first.plan.currency,
    )


def main_units(each: WorkedOut) -> int:
    """Return the main units of a plan in one period, on average."""
    unit = main_unit(each.plan)
    if unit is None or not each.bill.statements:
        return 1
    count = sum(one.sums.units.get(unit.id, 0) for one in each.bill.statements)
    return max(round(Fraction(count, PICO * len(each.bill.statements))), 1)


def _points(
    each: WorkedOut, reference: int, most: int, periods: int, zone_of: Callable[[str], tzinfo]
) -> tuple[tuple[int, int], ...]:
    """Return the totals at even distances, and where the price bends.

    The totals are for one of as many `periods` as the whole time has; `reference` is one's own
    usage in one.
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
            factor, seats = Fraction(units, reference), each.candidate.seats
            total = total_of(each.plan, whole, usage, factor, zone_of, seats=seats)
            points.append((units, round(Fraction(total, periods))))
    return tuple(points)

"""What Plans asks the ledger for: a subscription among all, or what there is to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from convledger.errors import ConvledgerError

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.credit_lines import CreditLine
    from convledger.reports.plan_causes import UsedBy
    from convledger.reports.plan_choices import PlanChoice
    from convledger.reports.plan_figures import Boundaries
    from convledger.reports.plan_meters import Meters
    from convledger.reports.plan_screen import PlanView
    from convledger.store.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Sight:
    """What is in sight: one of `count` subscriptions, or where there is none the plans to choose.

    `problem` says why a subscription can't be worked out;
    `troubles` are files of plans that are broken or gone, in words, `broken` the words about the
    plan that is shown. `meters` is there for a plan without credits.
    """

    count: int = 0
    place: int = 0
    subscription: Subscription | None = None
    view: PlanView | None = None
    lines: list[CreditLine] = field(default_factory=list)
    meters: Meters | None = None
    problem: str = ""
    troubles: tuple[str, ...] = ()
    broken: str = ""
    choices: list[PlanChoice] = field(default_factory=list)


def in_order(every: Sequence[Subscription], now: int) -> list[Subscription]:
    """Return subscriptions as they are gone through: in force first, that for all usage, latest."""
    return sorted(
        every,
        key=lambda one: (one.is_in_force(now), not one.scope, one.began, one.id),
        reverse=True,
    )


def look(ledger: Ledger, wanted: int | None, now: int, *, each: bool) -> Sight:
    """Return the subscription `wanted` by its number, else the first, with all there is to show."""
    from convledger.reports.credit_lines import credit_lines
    from convledger.reports.plan_choices import plan_choices
    from convledger.reports.plan_screen import meters, plan_view

    book = ledger.plan_book
    every = in_order(book.subscriptions(), now)
    troubles = tuple(_troubles(ledger))
    if not every:
        return Sight(choices=plan_choices(book, now), troubles=troubles)
    numbers = [one.id for one in every]
    place = numbers.index(wanted) if wanted in numbers else 0
    subscription = every[place]
    file = next((f for f in book.shelf.files if f.trouble and _is_of(f.plan, subscription)), None)
    sight = Sight(
        count=len(every),
        place=place,
        subscription=subscription,
        troubles=troubles,
        broken=str(file.trouble) if file is not None else "",
    )
    try:
        view = plan_view(book, subscription, now)
        lines = view.lines
        if each and view.pool is not None:
            lines = credit_lines(book.bill(subscription, now), view.pool, view.zone, each=True)
        measured = None
        if view.burn_down is None:
            measured = meters(book, ledger.connection, subscription, now)
    except ConvledgerError as error:
        return _with(sight, problem=str(error))
    return _with(sight, view=view, lines=lines, meters=measured)


def _with(sight: Sight, **more: object) -> Sight:
    from dataclasses import replace

    return replace(sight, **more)  # type: ignore[arg-type]


def _is_of(plan: object, subscription: Subscription) -> bool:
    return getattr(plan, "id", None) == subscription.plan


def _troubles(ledger: Ledger) -> list[str]:
    """Return what is wrong with plan files; one that is gone matters only to a plan in use."""
    shelf = ledger.plan_book.shelf
    told = [str(trouble) for trouble in shelf.troubles]
    used = {one.plan for one in ledger.plan_book.subscriptions()}
    gone = [
        str(file.trouble)
        for file in shelf.files
        if file.trouble is not None and file.plan is not None and file.plan.id in used
    ]
    return list(dict.fromkeys([*told, *gone]))


def told_cut(
    ledger: Ledger, subscription: Subscription, conversation_id: int | None, now: int
) -> Boundaries | None:
    """Return a conversation cut by the subscription's plan and another; None where it can't be."""
    from convledger.reports.plan_cuts import cut

    try:
        return cut(ledger.plan_book, ledger.connection, subscription, conversation_id, now)
    except ConvledgerError:  # the plan itself is in trouble, which the screen tells
        return None


def behind(
    ledger: Ledger, subscription: Subscription, pool: str, line: CreditLine, now: int
) -> list[UsedBy]:
    """Return the conversations behind a line of usage, the dearest first."""
    from convledger.reports.plan_causes import used_by

    bill = ledger.plan_book.bill(subscription, now)
    return used_by(ledger.connection, bill, pool, line)

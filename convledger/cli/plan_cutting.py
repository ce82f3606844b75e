"""The command `plan cut`: where a plan cuts a conversation into billable units, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.plan_checking import complete_plan
from convledger.cli.plan_words import credits_words, money_words
from convledger.cli.printing import print_csv, print_json, print_table
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.ledger import Ledger
    from convledger.plans.certainty import Doubt
    from convledger.plans.schema import Plan
    from convledger.reports.plan_figures import Boundaries, Lane, LaneUnit

FIELDS = (
    "plan", "rule", "unit", "opened_at", "last_at", "ends_at", "quantity", "began", "ended",
    "silence_before_seconds", "credits", "money", "cuts", "waits_for", "measured", "list_cost_usd",
    "estimated",
)  # fmt: skip
BEGAN = {
    "first": "the first message",
    "idle": "after a silence",
    "window": "the window before was over",
    "day": "a new day",
    "close": "after a close",
    "topic": "a new topic",
    "return": "the customer came back",
    "late": "a late fact",
}
ENDED = {
    "idle": "silence",
    "window": "its time was over",
    "day": "the day was over",
    "close": "it was closed",
    "topic": "a new topic",
    "": "still open",
}
UNCHARGED = {"answer": "none: no answer", "end": "none before its end"}


@click.command(short_help="Where a plan cuts a conversation into units, and why.")
@options.conversation_argument()
@click.option(
    "--plan", "plans", multiple=True, metavar="PLAN", shell_complete=complete_plan,
    help="By this plan; several stand beside each other.  [default: the one in force]",
)  # fmt: skip
@click.option("--tz", metavar="ZONE", help="Zone that times are told in.  [default: yours]")
@options.json_flag
@options.csv_flag
def cut(name: str, plans: tuple[str, ...], tz: str | None, as_json: bool, as_csv: bool) -> int:
    """Show the billable units of a conversation: when each began and ended, why, and its cost.

    \b
    convledger plan cut 5d0caad8
    convledger plan cut 5d0caad8 --plan studio --plan day-session-packs
    """
    from convledger.zones import zone_of

    options.one_form(as_json, as_csv)
    zone, _ = zone_of(tz)
    with chosen.open_ledger() as ledger:
        found_plans = _plans(ledger, plans)
        conversation = ledger.conversation(name)
        found = ledger.boundaries(conversation.id, found_plans, clock.now_us())
        if found is None:
            streams.note("Nothing of this conversation is counted: no message of it is read yet.")
            return 1
        rows = [
            _row(plan, lane, number, unit)
            for plan, lane in zip(found_plans, found.lanes, strict=True)
            for number, unit in enumerate(lane.units, 1)
        ]
    if as_json:
        print_json({"schema": 1, "conversation": conversation.native, "units": rows})
    elif as_csv:
        print_csv(FIELDS, [list(row.values()) for row in rows])
    else:
        _print(found, found_plans, zone)
    return 0


def _plans(ledger: Ledger, names: tuple[str, ...]) -> list[Plan]:
    """Return the latest version of each named plan, example or file, or of the one in force."""
    from convledger.cli.compare_asked import Asked, histories_of

    if not names:
        names = (ledger.plan_book.subscription(None, clock.now_us()).plan,)
    if len(set(names)) < len(names):
        raise UsageProblem("a plan is named twice")
    now = clock.now_us()
    histories = histories_of(ledger, Asked(names, None, None, None, None, False, {}))
    return [history.in_force(now) or history.plans[-1] for _, history in histories]


def _row(plan: Plan, lane: Lane, number: int, unit: LaneUnit) -> dict[str, Any]:
    from convledger.money import usd_text

    return {
        "plan": plan.id,
        "rule": lane.name,
        "unit": number,
        "opened_at": clock.iso_text(unit.opened_at),
        "last_at": clock.iso_text(unit.last_at),
        "ends_at": None if unit.ends_at is None else clock.iso_text(unit.ends_at),
        "quantity": unit.quantity,
        "began": unit.began or None,
        "ended": None if lane.counted else unit.ended or "open",
        "silence_before_seconds": unit.gap // clock.SECOND,
        "credits": None if unit.credits is None else usd_text(unit.credits),
        "money": None if unit.money is None else usd_text(unit.money),
        "cuts": not lane.counted,
        "waits_for": unit.waits_for or None,
        "measured": None if lane.is_money else unit.measured,
        "list_cost_usd": usd_text(unit.measured)
        if lane.is_money and unit.measured is not None
        else None,
        "estimated": unit.doubt.is_estimated,
    }


def _print(found: Boundaries, plans: list[Plan], zone: tzinfo) -> None:
    from convledger.reports.render.table import Column
    from convledger.text.display import clip, display_text

    streams.say(f"{clip(display_text(found.title), 70)} · {len(found.messages):,} messages")
    for plan, lane in zip(plans, found.lanes, strict=True):
        streams.say()
        streams.say(display_text(f"{plan.name}: {lane.name} · {_sum(lane, plan.currency)}"))
        if lane.counted:
            streams.remark("It cuts no conversation: each thing is counted by itself.")
            _print_things(lane, plan.currency, zone)
            continue
        if not lane.units:
            continue
        print_table(
            [
                Column("unit", "right"),
                Column("from"),
                Column("to"),
                Column("counts", "right", optional=2),
                Column("began", shrink=True, minimum=12),
                Column("ended", shrink=True, minimum=12),
                Column("cost", "right"),
            ],
            [
                _cells(number, unit, plan.currency, zone)
                for number, unit in enumerate(lane.units, 1)
            ],
        )


def _print_things(lane: Lane, currency: str, zone: tzinfo) -> None:
    from convledger.reports.render.table import Column

    columns = [
        Column("", "right"),
        Column("at"),
        Column("counts", "right"),
        Column("cost", "right"),
    ]
    rows = [
        [
            str(number),
            _moment(each.opened_at, zone),
            each.counted,
            _cost(each.credits, each.money, currency, each.doubt),
        ]
        for number, each in enumerate(lane.units, 1)
    ]
    if rows:
        print_table(columns, rows)


def _cells(number: int, unit: LaneUnit, currency: str, zone: tzinfo) -> list[str]:
    began = BEGAN.get(unit.began, unit.began)
    if unit.gap and unit.began == "idle":
        began = f"after {_length(unit.gap)} of silence"
    ended = ENDED.get(unit.ended, unit.ended)
    if unit.ends_at is not None:
        words = "ends" if not unit.ended else "at"
        ended = f"{ended}, {words} {_moment(unit.ends_at, zone)}"
    return [
        str(number),
        _moment(unit.opened_at, zone),
        _moment(unit.last_at, zone),
        str(unit.quantity),
        began,
        ended,
        _cost(unit.credits, unit.money, currency, unit.doubt, UNCHARGED.get(unit.waits_for, "–")),
    ]


def _sum(lane: Lane, currency: str) -> str:
    if lane.counted:
        cost = _cost(lane.credits, lane.money, currency, lane.doubt)
        return f"{lane.counted}, {cost}".removesuffix(", –")
    count = len(lane.units)
    units = f"{count:,} {'unit' if count == 1 else 'units'}"
    return f"{units}, {_cost(lane.credits, lane.money, currency, lane.doubt)}"


def _cost(
    amount: int | None, money: int | None, currency: str, doubt: Doubt, nothing: str = "–"
) -> str:
    from convledger.reports.render.numbers import doubted

    parts = []
    if amount is not None:
        words = doubted(credits_words(amount), amount, doubt)
        parts.append(f"{words} {'credit' if amount == 10**12 else 'credits'}")
    if money is not None:
        parts.append(doubted(money_words(money, currency), money, doubt))
    return " + ".join(parts) or nothing


def _moment(at: int, zone: tzinfo) -> str:
    return clock.to_datetime(at).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _length(microseconds: int) -> str:
    minutes = microseconds // (60 * clock.SECOND)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min" if minutes else f"{microseconds // clock.SECOND} s"
    return f"{hours:,} h {rest} min" if rest else f"{hours:,} h"

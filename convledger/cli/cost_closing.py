"""The commands `cost close` and `cost open`: months whose costs do not change any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convledger.cli import chosen, options, streams
from convledger.cli.cost_words import first_day, here, zone_option
from convledger.cli.printing import print_json, print_table
from convledger.clock import iso_text
from convledger.errors import UsageProblem
from convledger.words import plural

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from convledger.reports.unit_costs.closing import Closed


@click.command(short_help="Close a month: its costs stay as they are.")
@click.argument("month", required=False, metavar="MONTH")
@click.option("--list", "listed", is_flag=True, help="List what is closed.")
@zone_option
@options.json_flag
def close(month: str | None, listed: bool, tz: str | None, as_json: bool) -> int:
    """Close costs up to the end of a MONTH that is over.

    How everything was divided until then is frozen. What changes in it since, as by a conversation
    that comes late, counts as an adjustment in the first month that is open.

    \b
    convledger cost close 2026-10
    convledger cost close --list
    convledger cost open 2026-10
    """
    zone, _, now = here(tz)
    if listed and month is not None:
        raise UsageProblem("--list goes without a month")
    with chosen.open_ledger() as ledger:
        if month is not None:
            day = _month(month, zone, now)
            ledger.close_costs(day, now=now, zone=zone)
        known = ledger.closed_costs()
    if as_json:
        print_json({"schema": 1, "closed": [_document(each) for each in known]})
        return 0
    if month is None:
        _print(known)
        return 0
    last = known[-1]
    streams.say(
        f"Closed: costs up to {last.month:%B %Y}, {plural(last.conversations, 'conversation')} "
        f"and {plural(last.costs, 'period')} of costs."
    )
    streams.note(
        f"What changes in it counts in {last.closing.until:%B %Y}. "
        f"`convledger cost open {last.month:%Y-%m}` opens it again."
    )
    return 0


@click.command(name="open", short_help="Open a month that was closed.")
@click.argument("month", required=False, metavar="MONTH")
@zone_option
def open_(month: str | None, tz: str | None) -> int:
    """Open the last months that were closed, MONTH among them: they are divided anew."""
    zone, _, now = here(tz)
    with chosen.open_ledger() as ledger:
        known = ledger.closed_costs()
        ledger.open_costs(None if month is None else _month(month, zone, now), now=now)
    last = known[-1]
    since = "" if last.since is None else f" from {last.since:%B %Y}"
    streams.say(f"Open again: costs{since} up to {last.month:%B %Y}.")
    streams.note(
        f"`convledger cost close {last.month:%Y-%m}` closes it; `cost undo` takes it back."
    )
    return 0


def _month(text: str, zone: tzinfo, now: int) -> date:
    """Return the first day of a month that words mean. Raises UsageProblem for other days."""
    from convledger.cli.cost_words import day_behind

    first, behind = first_day(text, zone, now), day_behind(text, zone, now)
    if first.day != 1 or behind.day != 1 or (behind - first).days > 31:
        raise UsageProblem(f"{text!r:.40} is no month: write it like 2026-10")
    return first


def _document(each: Closed) -> dict[str, Any]:
    return {
        "month": f"{each.month:%Y-%m}",
        "since": None if each.since is None else each.since.isoformat(),
        "closed_at": iso_text(each.closing.closed_at),
        "conversations": each.conversations,
        "periods": each.costs,
    }


def _print(known: list[Closed]) -> None:
    if not known:
        streams.say("No month is closed.")
        streams.note("`convledger cost close 2026-10` closes costs up to the end of a month.")
        return
    from convledger.reports.render.table import Column

    print_table(
        [Column("closed up to"), Column("from"), Column("conv.", "right"),
         Column("periods of costs", "right"), Column("on", optional=1)],
        [
            [
                f"{each.month:%B %Y}",
                "the first" if each.since is None else f"{each.since:%B %Y}",
                f"{each.conversations:,}",
                f"{each.costs:,}",
                iso_text(each.closing.closed_at)[:10],
            ]
            for each in known
        ],
    )  # fmt: skip

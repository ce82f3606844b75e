"""Lists the rating runs of a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.cli import streams

if TYPE_CHECKING:
    from convledger.ledger import Ledger


def print_runs(ledger: Ledger, as_json: bool) -> None:
    """Print when everything was rated, why, and what that changed."""
    from convledger.cli.printing import print_json, print_table
    from convledger.money import usd_display
    from convledger.reports.render.table import Column

    found = ledger.rating_runs()
    if as_json:
        print_json({"schema": 1, "runs": [run.document() for run in found]})
        return
    if not found:
        streams.say("Nothing has been rated yet.")
        return
    from convledger.cli.names import minute_text
    from convledger.zones import machine_zone

    zone, _ = machine_zone()
    columns = [
        Column("run", "right"),
        Column("at"),
        Column("changed", "right"),
        Column("before", "right"),
        Column("after", "right"),
        Column("prices", shrink=True, minimum=12, optional=1),
        Column("why", shrink=True, minimum=12),
    ]
    rows = [
        [
            str(run.id),
            minute_text(run.at, zone),
            f"{run.changed_calls:,}",
            usd_display(run.before_pico),
            usd_display(run.after_pico),
            run.book,
            run.reason,
        ]
        for run in found
    ]
    print_table(columns, rows)

"""The command `cost`: costs beside the tokens, people's time, rates."""

from __future__ import annotations

import click

from convledger.cli import (
    cost_adding,
    cost_closing,
    cost_files,
    cost_listing,
    cost_people,
    cost_rates,
)
from convledger.cli.groups import group_of


@click.group(cls=group_of("list"), short_help="Costs beside tokens, people's time, rates.")
def cost() -> None:
    """Enter what conversations cost beside their tokens: seats, servers, search, people; revenue.

    Each is divided among conversations by a rule, to the last unit; what finds none stays in sight
    as unallocated. `convledger help costs` explains it all.
    """


for command in (
    cost_listing.list_,
    cost_adding.add,
    cost_listing.show,
    cost_adding.edit,
    cost_adding.remove,
    cost_adding.bring_back,
    cost_adding.undo,
    cost_listing.unallocated,
    cost_people.time_,
    cost_people.hourly,
    cost_people.minutes,
    cost_rates.rate,
    cost_closing.close,
    cost_closing.open_,
    cost_files.import_,
    cost_files.export,
):
    cost.add_command(command)

"""The command `budget`: what a conversation may cost, and what keeps it to that."""

from __future__ import annotations

import click

from convledger.cli import budget_checking, budget_laddering, budget_listing, budget_making
from convledger.cli.groups import group_of


@click.group(cls=group_of("list"), short_help="What a conversation may cost, and which did not.")
def budget() -> None:
    """Say what a conversation may cost, see where each stands, and try a ladder that keeps it.

    A budget comes from a price, a margin, other costs and how many conversations a customer has,
    or is an amount for each: `convledger help budgets` explains it all.
    """


for command in (
    budget_listing.list_,
    budget_making.new,
    budget_listing.show,
    budget_making.edit,
    budget_checking.check,
    budget_checking.alerts,
    budget_laddering.ladder,
    budget_making.remove,
    budget_making.bring_back,
):
    budget.add_command(command)

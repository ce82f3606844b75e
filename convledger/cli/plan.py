"""The command `plan`: pricing plans, their versions, and which is in force for what."""

from __future__ import annotations

import click

from convledger.cli import plan_checking, plan_cutting, plan_listing, plan_making, plan_using
from convledger.cli.groups import group_of


@click.group(cls=group_of("list"), short_help="Pricing plans, and which is in force for what.")
def plan() -> None:
    """List pricing plans, make and check them, and put one in force for your usage.

    A plan says what is counted (a window of a conversation, a message, tokens ...), what that
    costs, and which credits come with it. It is a TOML file in the workspace: `convledger help
    plans` teaches it from zero.
    """


for command in (
    plan_listing.list_,
    plan_making.new,
    plan_making.add,
    plan_checking.check,
    plan_checking.show,
    plan_using.use,
    plan_using.end,
    plan_using.drop,
    plan_cutting.cut,
    plan_listing.path,
):
    plan.add_command(command)

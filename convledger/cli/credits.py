"""The command `credits`: what is left, until when, and what was done to it."""

from __future__ import annotations

import click

from convledger.cli import credits_booking, credits_ledger, credits_now, credits_statement
from convledger.cli.groups import group_of


@click.group(
    name="credits",
    cls=group_of("balance", takes_names=True),
    short_help="Credits left, until when; ledger, statements.",
)
def credits_() -> None:
    """Say what is left of the credits of the plan in force, or of PLAN, and how long they last.

    Every figure is settled (of periods that are closed and frozen), live (with what was used up to
    now) or projected (if use goes on as it did). `convledger help credits` explains it all.
    """


for command in (
    credits_now.balance,
    credits_now.runway,
    credits_ledger.ledger_,
    credits_statement.statement,
    credits_booking.top_up,
    credits_booking.adjust,
    credits_booking.void,
    credits_booking.refund,
    credits_booking.undo,
    credits_ledger.alerts,
):
    credits_.add_command(command)

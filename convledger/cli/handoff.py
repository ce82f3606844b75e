"""The command `handoff`: when people took over conversations from a bot."""

from __future__ import annotations

import click

from convledger.cli import handoff_entering, handoff_files, handoff_listing
from convledger.cli.groups import group_of


@click.group(cls=group_of("list"), short_help="When people took over, why, what it cost.")
def handoff() -> None:
    """Enter, import and list hand-offs: when a person took a conversation over from a bot, why.

    Those that a source tells, or that follow from a person's answer, are listed too and say so.
    `convledger help handoffs` explains it all.
    """


for command in (
    handoff_listing.list_,
    handoff_listing.show,
    handoff_entering.add,
    handoff_entering.edit,
    handoff_entering.remove,
    handoff_entering.bring_back,
    handoff_entering.undo,
    handoff_entering.reasons,
    handoff_files.import_,
):
    handoff.add_command(command)

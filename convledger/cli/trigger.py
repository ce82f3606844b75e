"""The command `trigger`: rules that say what is done when something happens."""

from __future__ import annotations

import click

from convledger.cli import trigger_listing, trigger_making, trigger_running
from convledger.cli.groups import group_of


@click.group(cls=group_of("list"), short_help="What is done when something happens.")
def trigger() -> None:
    """Let something be done when something happens: a line in a file, a command, a webhook.

    A rule is a TOML file in the workspace and does nothing until you confirm it on this machine.
    Rules are looked at while `import`, `watch`, the app or `trigger run` run, at no other time.
    `convledger help triggers` explains it all, with examples.
    """


for command in (
    trigger_listing.list_,
    trigger_listing.show,
    trigger_making.add,
    trigger_making.confirm,
    trigger_running.dry_run,
    trigger_running.run,
    trigger_listing.log,
    trigger_making.remove,
    trigger_running.inbox,
):
    trigger.add_command(command)

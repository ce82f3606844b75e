"""The command `pack`: entries of memory that fit a budget of tokens, for a tool to read."""

from __future__ import annotations

import click

from convledger.cli import pack_listing, pack_making, pack_verifying, pack_writing
from convledger.cli.groups import group_of


@click.group(cls=group_of("list"), short_help="Memory that fits a budget of tokens, for a tool.")
def pack() -> None:
    """Choose entries of memory within a budget of tokens, and write them for a tool to read.

    What is worth most per token goes in first; every entry says why it is in or not. A pack goes
    into a section of a CLAUDE.md or AGENTS.md, or to standard output.

    \b
    convledger pack new work --budget 2000
    convledger pack show work
    convledger pack render work | pbcopy
    convledger pack write work CLAUDE.md
    """


for command in (
    pack_listing.list_,
    pack_listing.show,
    pack_making.new,
    pack_making.set_,
    pack_making.add,
    pack_making.drop,
    pack_writing.render,
    pack_writing.write,
    pack_verifying.verify,
    pack_making.delete,
    pack_verifying.log,
):
    pack.add_command(command)

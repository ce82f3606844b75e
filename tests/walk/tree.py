"""The tree of commands as click has it, so that a new command is in every test that walks it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import click

from convledger.cli.app import cli
from convledger.cli.groups import DefaultGroup

Path = tuple[str, ...]


@cache
def leaves() -> dict[Path, click.Command]:
    """Return every command that has none below it, by the words that call it."""
    return dict(_below(cli, (), click.Context(cli)))


def _below(
    command: click.Command, path: Path, ctx: click.Context
) -> Iterator[tuple[Path, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(ctx):
        found = command.get_command(ctx, name)
        assert found is not None
        yield from _below(found, (*path, name), ctx)


def leaf_of(words: list[str]) -> Path:
    """Return the words of the command that a command line calls; () where it opens the app."""
    group: click.Command = cli
    path: Path = ()
    rest = list(words)
    while isinstance(group, click.Group):
        if rest and rest[0] in group.list_commands(click.Context(group)):
            name = rest.pop(0)
        elif isinstance(group, DefaultGroup):
            name = group.default
        else:
            return path
        found = group.get_command(click.Context(group), name)
        assert found is not None
        group, path = found, (*path, name)
    return path

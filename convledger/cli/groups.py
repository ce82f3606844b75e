"""A group of commands of which one is meant where none is named."""

from __future__ import annotations

from typing import Any

import click

from convledger.words import nearest

_HELP = ("-h", "--help")


class DefaultGroup(click.Group):
    """Runs its default command where the first word is an option, or nothing is said.

    With `takes_names` a first word that is no command is what the default one is about.
    """

    default = "list"
    takes_names = False

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command's name in front where it was left out."""
        first = args[0] if args else ""
        is_option = first.startswith("-") and first not in _HELP
        is_name = self.takes_names and first not in (*self.commands, *_HELP)
        if not args or is_option or is_name:
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or fail with the name that was most likely meant."""
        if args and args[0] not in self.commands:
            near = nearest(args[0], list(self.commands))
            hint = f"; did you mean {near}?" if near else ""
            known = ", ".join(self.commands)
            ctx.fail(f"no such command: {ctx.command_path} {args[0]}{hint} Commands are: {known}")
        return super().resolve_command(ctx, args)


def meant_command(word: str, group: click.Group) -> str:
    """Return what to add to an error where a word may be a mistyped command of a group."""
    near = nearest(word, list(group.commands))
    return f" Or did you mean `{near}`?" if near else ""


def group_of(default: str, *, takes_names: bool = False) -> type[DefaultGroup]:
    """Return a kind of group with that default command."""
    members: dict[str, Any] = {"default": default, "takes_names": takes_names}
    return type("DefaultGroup", (DefaultGroup,), members)

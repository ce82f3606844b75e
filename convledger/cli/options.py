"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from convledger.cli.values import one_form, parts

__all__ = ["one_form", "parts"]

F = TypeVar("F", bound=Callable[..., Any])


def _complete_source(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from convledger.sources.registry import PLACES

    return [name for name in PLACES if name.startswith(incomplete)]


def complete_conversation(_: click.Context, __: click.Parameter, incomplete: str) -> list[Any]:
    """Complete a conversation's id from those of the last 30 days, newest first."""
    from click.shell_completion import CompletionItem

    from convledger.cli import chosen
    from convledger.cli.recent import recent_conversations
    from convledger.errors import ConvledgerError

    try:
        return [
            CompletionItem(native, help=title)
            for native, title in recent_conversations(chosen.folder())
            if native.startswith(incomplete)
        ][:50]
    except ConvledgerError:
        return []


def conversation_argument(*, many: bool = False, required: bool = True) -> Callable[[F], F]:
    """Return the argument that names a conversation by its id or the beginning of one."""
    return click.argument(
        "names" if many else "name",
        metavar="CONVERSATION ..." if many else "CONVERSATION",
        nargs=-1 if many else 1,
        required=required,
        shell_complete=complete_conversation,
    )


def several(name: str, text: str) -> Callable[[F], F]:
    """Return a filter that may be given several times or with commas."""
    complete = _complete_source if name == "--source" else None
    return click.option(name, multiple=True, metavar="NAME", help=text, shell_complete=complete)


def since_until(command: F) -> F:
    """Give a command --since, --until and --tz."""
    for option in (
        click.option("--tz", metavar="ZONE", help="Zone that days are cut in.  [default: yours]"),
        click.option("--until", metavar="WHEN", help="Before this; a day is included whole."),
        click.option("--since", metavar="WHEN", help="2026-11-01, 2026-11, 7d, today, month ..."),
    ):
        command = option(command)
    return command


def json_flag(command: F) -> F:
    """Give a command --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def csv_flag(command: F) -> F:
    """Give a command --csv."""
    return click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")(command)

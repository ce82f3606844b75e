"""The top of the command line: knows every command by name and imports the one that is called."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click

from convledger import __version__
from convledger.cli import chosen
from convledger.cli.commands import COMMANDS
from convledger.cli.outcome import MISUSED, complain
from convledger.cli.streams import note, say
from convledger.words import nearest

PROGRAM = "convledger"
COMPLETE = "_CONVLEDGER_COMPLETE"


class LazyGroup(click.Group):
    """A group whose commands are listed from a table and imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        """Return every command's name."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click calls it so
        cmd_name: str,
    ) -> click.Command | None:
        """Import the command that is called `cmd_name`."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(import_module(f"convledger.cli.{entry.module}"), entry.function)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or fail with the name that was most likely meant."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = nearest(args[0], list(COMMANDS))
            hint = f"; did you mean {near}?" if near else ""
            ctx.fail(f"no such command: {args[0]}{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click calls it so
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the commands by section, from the table alone."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, entry in COMMANDS.items():
            sections.setdefault(entry.section, []).append((name, entry.help))
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete a command's name from the table alone."""
        from click.shell_completion import CompletionItem

        items = [
            CompletionItem(name, help=entry.help)
            for name, entry in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return items + click.Command.shell_complete(self, ctx, incomplete)


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        say(f"{PROGRAM} {__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Alone it opens the app; where there is no terminal it brings the ledger up to date and "
    "prints the last 30 days. `convledger help start` is the first page to read.",
)
@click.option(
    "--workspace",
    metavar="DIR",
    envvar="CONVLEDGER_WORKSPACE",
    help="The folder with the books.  [default: this user's data folder]",
)
@click.option(
    "--read-only",
    is_flag=True,
    help="Look at the books and write nothing to them, as to those of a newer convledger.",
)
@click.option(
    "--passphrase-fd",
    "descriptor",
    type=click.IntRange(0),
    metavar="N",
    help="Read the passphrase of an encrypted ledger from a descriptor.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Print the version.",
)
@click.pass_context
def cli(ctx: click.Context, workspace: str | None, read_only: bool, descriptor: int | None) -> None:
    """The books for AI conversations: what each one cost, exact, offline, on your machine."""
    chosen.choose(workspace)
    if read_only:
        chosen.only_look()
    if descriptor is not None:
        from convledger.cli import unlocking

        unlocking.take_from(descriptor)
    if ctx.invoked_subcommand is None:
        from convledger.cli import opening

        if opening.can_open():
            ctx.exit(opening.open_app(chosen.folder()))
        from convledger.cli.overview import show_overview

        show_overview()


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code; failures of ours pass through."""
    if COMPLETE in os.environ:
        cli.main(arguments, PROGRAM, complete_var=COMPLETE)
    try:
        with cli.make_context(PROGRAM, list(arguments)) as ctx:
            answer = cli.invoke(ctx)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        return MISUSED
    except click.UsageError as error:
        complain(_in_words(error), MISUSED)
        if error.ctx is not None:
            note(f"Try `{error.ctx.command_path} --help`")
        return MISUSED
    except click.ClickException as error:
        return complain(error.format_message(), error.exit_code)
    except (click.Abort, EOFError):
        raise KeyboardInterrupt from None
    except UnicodeEncodeError:
        if all(_is_text(argument) for argument in arguments):
            raise
        return complain("an argument holds bytes that are no text in this locale", MISUSED)
    return answer if isinstance(answer, int) else 0


def _is_text(argument: str) -> bool:
    """Tell whether an argument was text in the encoding of the machine."""
    return not any("\ud800" <= character <= "\udfff" for character in argument)


def _in_words(error: click.UsageError) -> str:
    """Return what a usage error says, in the style of our own messages."""
    text = error.format_message().rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text

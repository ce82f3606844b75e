"""The command `completion`: prints the script that completes in a shell."""

from __future__ import annotations

import click

from convledger.cli.streams import say

SHELLS = ("bash", "zsh", "fish")


@click.command(short_help="Print what completes in your shell.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script that makes SHELL complete commands, keys, sources and conversation ids.

    \b
    bash  eval "$(convledger completion bash)"   in ~/.bashrc
    zsh   eval "$(convledger completion zsh)"    in ~/.zshrc
    fish  convledger completion fish > ~/.config/fish/completions/convledger.fish
    """
    from click.shell_completion import get_completion_class

    from convledger.cli.app import COMPLETE, PROGRAM, cli

    found = get_completion_class(shell)
    assert found is not None
    say(found(cli, {}, PROGRAM, COMPLETE).source())

"""The command `help`: shows a page of the manual as plain text."""

from __future__ import annotations

import textwrap
from importlib.resources import files

import click

from convledger.cli import streams
from convledger.cli.commands import COMMANDS, nearest

ORDER = (
    "start", "sources", "counting", "prices", "report", "search", "watch", "workspace", "privacy",
    "scripts", "demo",
)  # fmt: skip


def topics() -> list[str]:
    """Return the names of all pages, in the order in which to read them."""
    found = {
        page.name.removesuffix(".md")
        for page in files("convledger").joinpath("help").iterdir()
        if page.name.endswith(".md")
    }
    return [*(name for name in ORDER if name in found), *sorted(found - set(ORDER))]


def page_text(topic: str) -> str:
    """Return a page as it is written, in Markdown."""
    return files("convledger").joinpath("help").joinpath(f"{topic}.md").read_text("utf-8")


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in topics() if name.startswith(incomplete)]


@click.command(name="help", short_help="Read about a topic.")
@click.argument("topic", required=False, shell_complete=_complete)
@click.pass_context
def help_(ctx: click.Context, topic: str | None) -> None:
    """Show the page about TOPIC; without one, the list of pages."""
    known = topics()
    if topic is None:
        streams.say("convledger help TOPIC shows one of these pages:")
        streams.say()
        room = min(streams.width(), 88) - 14
        for name in known:
            first, *more = textwrap.wrap(_first_sentence(page_text(name)), room)
            streams.say(f"  {streams.bold(name.ljust(10))}  {first}")
            for line in more:
                streams.say(" " * 14 + line)
        streams.say()
        streams.say("convledger COMMAND --help lists the options of a command.")
        return
    if topic in known:
        from convledger.cli.markdown import plain_text

        for line in plain_text(page_text(topic), min(streams.width(), 88)):
            streams.say(line)
        return
    if topic in COMMANDS and ctx.parent is not None:
        command = ctx.parent.command
        assert isinstance(command, click.Group)
        found = command.get_command(ctx.parent, topic)
        assert found is not None
        with click.Context(found, parent=ctx.parent, info_name=topic) as inner:
            streams.say(found.get_help(inner))
        return
    from convledger.errors import UsageProblem

    near = nearest(topic, [*known, *COMMANDS])
    hint = f"; did you mean {near}?" if near else ""
    raise UsageProblem(f"no such page: {topic}{hint} Pages are: {', '.join(known)}")


def _first_sentence(page: str) -> str:
    """Return the first sentence below the heading of a page."""
    body = " ".join(page.partition("\n\n")[2].partition("\n\n")[0].split())
    return body.partition(". ")[0].rstrip(".").replace("`", "") + "."

"""The command `help`: shows a page of the manual as plain text."""

from __future__ import annotations

import textwrap

import click

from convledger.cli import streams
from convledger.cli.commands import COMMANDS
from convledger.manual import OTHER_NAMES, first_sentence, page_text, source_text, topics
from convledger.words import nearest


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
            first, *more = textwrap.wrap(first_sentence(page_text(name)), room)
            streams.say(f"  {streams.bold(name.ljust(10))}  {first}")
            for line in more:
                streams.say(" " * 14 + line)
        streams.say()
        streams.say("convledger help NAME tells of one tool, like chatgpt: how to export, what is")
        streams.say("exact. convledger help sources has all names.")
        streams.say("convledger COMMAND --help lists the options of a command.")
        return
    if topic in known:
        from convledger.cli.markdown import plain_text

        for line in plain_text(page_text(topic), min(streams.width(), 88)):
            streams.say(line)
        return
    if _say_source(topic):
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
    from convledger.sources.registry import PLACES

    near = nearest(topic, [*known, *COMMANDS, *PLACES])
    hint = f"; did you mean {near}?" if near else "."
    raise UsageProblem(
        f"no such page: {topic}{hint} Pages are: {', '.join(known)}; "
        "`convledger help sources` names those of single tools"
    )


def _say_source(topic: str) -> bool:
    """Show what the manual says of a source; False where there is none of that name."""
    from convledger.sources.registry import PLACES

    topic = OTHER_NAMES.get(topic.casefold(), topic)
    if topic not in PLACES:
        return False
    streams.say(streams.bold(f"{PLACES[topic].TITLE} ({topic})"))
    streams.say()
    for line in source_text(topic).splitlines():
        streams.say(line)
    return True

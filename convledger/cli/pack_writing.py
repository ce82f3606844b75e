"""The commands `pack render` and `pack write`: a pack for a pipe, and into a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE
from convledger.cli.pack_words import complete_pack, render_document
from convledger.cli.printing import print_json
from convledger.errors import UsageProblem
from convledger.memory.words import PACK_FORMATS

if TYPE_CHECKING:
    from convledger.memory.pack_files import Planned

STDOUT = "standard output"


@click.command(short_help="Print a pack, so that it can be piped.")
@click.argument("name", shell_complete=complete_pack)
@click.option(
    "--format", "form", type=click.Choice(PACK_FORMATS), help="Not in the pack's own format."
)
@click.option("-o", "--output", metavar="FILE", help="Into a file of its own.")
@click.option("--replace", is_flag=True, help="Write over a file that is there.")
@click.option("--budget", type=click.IntRange(1), metavar="N", help="Not with the pack's own.")
@click.option(
    "--again", type=click.IntRange(1), metavar="NUMBER", help="What was written once, as it was."
)
def render(
    name: str,
    form: str | None,
    output: str | None,
    replace: bool,
    budget: int | None,
    again: int | None,
) -> int:
    """Print a pack and nothing else; the log keeps that it was.

    \b
    convledger pack render work | pbcopy
    convledger pack render work --format xml -o work.xml
    """
    from convledger.memory import packs
    from convledger.memory.pack_files import write_built, write_text
    from convledger.memory.pack_needs import counter
    from convledger.memory.pack_words import pack_notes
    from convledger.text.display import display_text

    if again is not None and (form is not None or budget is not None):
        raise UsageProblem("--again prints what was written as it was: no --format, no --budget")
    place = None if output in (None, "-") else Path(str(output)).expanduser()
    notes: list[str] = []
    with chosen.open_ledger() as ledger:
        connection = ledger.connection
        if again is not None:
            text = packs.render_again(connection, again, name)
            if place is not None:
                write_text(place, text, replace=replace)
        else:
            count, method = counter()
            pack = packs.pack_named(connection, name)
            now = clock.now_us()
            built = packs.build(
                connection, pack, now, count, method=method, form=form, budget=budget
            )
            text, notes = built.text, pack_notes(connection, built)
            if not built.items:
                notes.append(f"{name} holds no entry: `convledger pack show {name}` says why")
            if place is not None:
                write_built(connection, built, place, replace=replace)
            else:  # before it goes out: what went must stand in the log
                packs.keep_render(connection, built, STDOUT)
    if place is None:
        _print(text)
    for each in notes:
        streams.note(display_text(each))
    return DONE


def _print(text: str) -> None:
    """Write a text to standard output, for a program byte for byte."""
    binary = getattr(sys.stdout, "buffer", None)
    if streams.is_terminal_out() or binary is None:
        streams.write(text)
        return
    sys.stdout.flush()
    binary.write(text.encode("utf-8"))
    binary.flush()


@click.command(short_help="Write a pack into its section of a file.")
@click.argument("name", shell_complete=complete_pack)
@click.argument("file", type=click.Path())
@click.option(
    "--format", "form", type=click.Choice(PACK_FORMATS), help="Not in the pack's own format."
)
@click.option("--budget", type=click.IntRange(1), metavar="N", help="Not with the pack's own.")
@click.option("--replace", is_flag=True, help="Even where it was edited since.")
@click.option("--dry-run", is_flag=True, help="Show what would change there; write nothing.")
@options.json_flag
def write(
    name: str,
    file: str,
    form: str | None,
    budget: int | None,
    replace: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Write a pack into its section of FILE; all other lines stay as they are.

    The section stands between two comments that name the pack. Where there is none it is added at
    the end. JSON and XML are a file of their own.

    \b
    convledger pack write work ~/.claude/CLAUDE.md
    """
    from convledger.cli.names import plural, tilde
    from convledger.memory import packs
    from convledger.memory.pack_files import carry_out, planned
    from convledger.memory.pack_needs import counter
    from convledger.memory.pack_words import pack_notes
    from convledger.text.display import display_text

    path = Path(file).expanduser()
    count, method = counter()
    with chosen.open_ledger() as ledger:
        connection = ledger.connection
        pack = packs.pack_named(connection, name)
        now = clock.now_us()
        plan = planned(connection, pack, path, now, count, method=method, form=form, budget=budget)
        render = None
        if not dry_run:
            written = carry_out(connection, plan, replace=replace)
            render = render_document(packs.render_numbered(connection, written.render_id))
        notes = pack_notes(connection, plan.built)
    built, would = plan.built, "would hold " if dry_run else ""
    if as_json:
        print_json({"schema": 1, **(render or {}), "entries": len(built.items), "dry_run": dry_run})
    else:
        if dry_run:
            _show_difference(plan)
        entries = plural(len(built.items), "entry", "entries")
        streams.say(
            display_text(
                f"{tilde(str(path))}: {would}{name}, {entries}, {built.tokens:,} of "
                f"{built.head.budget:,} tokens ({built.head.method})"
            )
        )
    if dry_run and plan.edited:
        streams.note(display_text(f"{plan.edited}; say --replace to write over it"))
    for each in notes:
        streams.note(display_text(each))
    return DONE


def _show_difference(plan: Planned) -> None:
    from convledger.memory.pack_files import difference
    from convledger.text.display import display_text

    for line in difference(plan):
        streams.say(f"{line.sign} {display_text(line.text)}".rstrip())

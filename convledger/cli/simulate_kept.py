"""The commands `simulate list`, `show`, `add`, `rename`, `delete`, `undo`, `compare`, `export`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.simulate_asked import named, query_of, whose
from convledger.errors import ConvledgerError, UsageProblem
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.economics.scenarios import Scenario

F = TypeVar("F", bound=Callable[..., Any])
TOML, JSON, CSV = "toml", "json", "csv"


def complete_scenario(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a scenario."""
    try:
        with chosen.open_ledger() as ledger:
            return [name for name in ledger.scenarios() if name.startswith(incomplete)]
    except ConvledgerError:
        return []


def quoted(name: str) -> str:
    """Return a name as a shell takes it, made harmless."""
    return display_text(shlex.quote(name))


def _name(metavar: str = "NAME") -> Callable[[F], F]:
    return click.argument("name", metavar=metavar, shell_complete=complete_scenario)


@click.command(name="list", short_help="List the scenarios that are kept.")
@options.json_flag
@options.csv_flag
def list_(as_json: bool, as_csv: bool) -> int:
    """List scenarios with what is otherwise in each."""
    options.one_form(as_json, as_csv)
    from convledger.cli.printing import print_documents_as_csv, print_json, print_table
    from convledger.economics.scenario_text import read_scenario
    from convledger.reports.render.table import Column

    with chosen.open_ledger() as ledger:
        texts = ledger.scenarios()
    documents = []
    for name, text in texts.items():
        scenario = read_scenario(text, f"scenario {name}")
        documents.append({"name": name, "parts": _parts(scenario), "note": scenario.note})
    if as_json:
        rows = [{**one, "text": text} for one, text in zip(documents, texts.values(), strict=True)]
        print_json({"schema": 1, "scenarios": rows})
    elif as_csv:
        print_documents_as_csv(documents, ("name", "parts", "note"))
    elif not documents:
        streams.say("No scenario is kept: `convledger simulate --to MODEL --save NAME` keeps one.")
    else:
        print_table(
            [
                Column("scenario", shrink=True, minimum=12),
                Column("otherwise", shrink=True, minimum=20),
                Column("note", shrink=True, minimum=10, optional=1),
            ],
            [[one["name"], one["parts"], one["note"]] for one in documents],
        )
    return DONE


def _parts(scenario: Scenario) -> str:
    """Return in words what is otherwise."""
    from convledger.cli.simulate_tables import policy_words
    from convledger.reports.unit_costs.simulation_documents import percent

    words = []
    if scenario.prompts is not None:
        words.append(f"prompts {percent(scenario.prompts.share)} % shorter")
    if scenario.context is not None:
        words.append(policy_words(scenario.context.policy))
    words += [f"{', '.join(one.source) or 'all models'} → {one.to}" for one in scenario.models]
    if scenario.escalation is not None:
        words.append(f"{percent(scenario.escalation)} % escalated")
    return "; ".join(words) or "nothing"


@click.command(short_help="Print a scenario as text.")
@_name()
def show(name: str) -> int:
    """Print a scenario as the TOML that it is kept as."""
    with chosen.open_ledger() as ledger:
        ledger.scenario(name)
        text = ledger.scenarios()[name]
    streams.say(display_text(text.rstrip("\n"), lines=True))
    return DONE


@click.command(short_help="Keep a scenario from a file.")
@click.argument("file", type=click.Path())
@click.option("--name", metavar="NAME", help="Its name.  [default: as in the file]")
@click.option("--replace", is_flag=True, help="In place of the one of that name.")
def add(file: str, name: str | None, replace: bool) -> int:
    """Keep the scenario of a TOML file; every mistake in it is named with its line."""
    from convledger.toml_files import read_text

    text = read_text(Path(file).expanduser(), file)
    if text is None:
        raise UsageProblem(f"{file}: there is no such file")
    from convledger.economics.scenario_text import read_scenario

    called = name or read_scenario(text, file).name or Path(file).stem
    with chosen.open_ledger() as ledger:
        kept = ledger.save_scenario(text, called, now=clock.now_us(), replace=replace)
    streams.say(display_text(kept.name))
    return DONE


@click.command(short_help="Give a scenario another name.")
@_name("OLD")
@click.argument("to", metavar="NEW")
def rename(name: str, to: str) -> int:
    """Give a scenario another name; `simulate undo` takes it back."""
    with chosen.open_ledger() as ledger:
        ledger.rename_scenario(name, to, now=clock.now_us())
    streams.note(f"{quoted(name)} is {quoted(to)} now.")
    return DONE


@click.command(short_help="Take a scenario away.")
@_name()
def delete(name: str) -> int:
    """Take a scenario away; `simulate undo` brings it back."""
    with chosen.open_ledger() as ledger:
        ledger.delete_scenario(name, now=clock.now_us())
    streams.note(f"Deleted {quoted(name)}. `convledger simulate undo` brings it back.")
    return DONE


@click.command(short_help="Take back the last change to the scenarios.")
def undo() -> int:
    """Take back the last time that a scenario was saved, replaced, renamed or deleted."""
    with chosen.open_ledger() as ledger:
        words = ledger.undo_scenario(now=clock.now_us())
    if not words:
        streams.note("There is nothing to take back.")
        return FAILED
    streams.say(display_text(f"Undone: {words}"))
    return DONE


@click.command(short_help="Scenarios side by side.")
@click.argument(
    "names", nargs=-1, required=True, metavar="NAME ...", shell_complete=complete_scenario
)
@whose
@options.json_flag
@options.csv_flag
def compare(names: tuple[str, ...], as_json: bool, as_csv: bool, **given: Any) -> int:
    """Put scenarios, by name or from files, side by side with today; the cheapest is marked."""
    options.one_form(as_json, as_csv)
    from convledger.cli.printing import print_documents_as_csv, print_json
    from convledger.reports.unit_costs.simulation_documents import COMPARED, compared_documents

    with chosen.open_ledger() as ledger:
        scenarios = [named(ledger, name) for name in dict.fromkeys(names)]
        query = query_of(ledger, given)
        found = [ledger.simulate(scenario, query) for scenario in scenarios]
    documents = compared_documents(found)
    if as_json:
        print_json({"schema": 1, "timezone": query.zone_name, "rows": documents})
    elif as_csv:
        print_documents_as_csv(documents, COMPARED)
    else:
        from convledger.cli.simulate_tables import print_compared

        print_compared(documents, found)
    return DONE


@click.command(short_help="Write a scenario, or what it comes to, to a file.")
@_name()
@click.option(
    "--format",
    "form",
    type=click.Choice([TOML, JSON, CSV]),
    default=TOML,
    show_default=True,
    help="The scenario itself, or its result as JSON or CSV.",
)
@click.option("--output", default="-", metavar="PATH", help="A file.  [default: -]")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@whose
def export(name: str, form: str, output: str, force: bool, **given: Any) -> int:
    """Write a scenario as TOML, or what it comes to as JSON or a CSV of the conversations."""
    place = None if output == "-" else Path(output).expanduser()
    if place is not None and place.exists() and not force:
        raise UsageProblem(f"{output} is there already; --force replaces it")
    with chosen.open_ledger() as ledger:
        scenario = named(ledger, name)
        if form == TOML:
            text = ledger.scenarios().get(name) or _text_of(scenario)
        else:
            query = query_of(ledger, given)
            found = ledger.simulate(scenario, query)
            text = _result(found, query.zone_name, form)
    if place is None:
        sys.stdout.write(display_text(text, lines=True) if form == TOML else text)
        return DONE
    from convledger.toml_files import replace_text

    replace_text(place, text)
    streams.note(display_text(f"Written to {output}"))
    return DONE


def _text_of(scenario: Scenario) -> str:
    from convledger.economics.scenario_text import scenario_text

    return scenario_text(scenario)


def _result(found: Any, zone_name: str, form: str) -> str:
    import io

    from convledger.cli.printing import json_text
    from convledger.reports.render import csv_out
    from convledger.reports.unit_costs.simulation_documents import ROW, simulation_document

    document = simulation_document(found)
    if form == JSON:
        return json_text({"schema": 1, "timezone": zone_name, **document}, indent=2) + "\n"
    stream = io.StringIO()
    csv_out.write(stream, ROW, [[row.get(key) for key in ROW] for row in document["rows"]])
    return stream.getvalue()


COMMANDS = (list_, show, add, rename, delete, undo, compare, export)

"""The commands `plan show` and `plan check`: what a plan says, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convledger import clock, paths
from convledger.cli import chosen, options, streams
from convledger.cli.fact_rows import say_facts
from convledger.cli.outcome import DONE, FAILED
from convledger.cli.printing import print_json
from convledger.errors import ConfigError, UsageProblem

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.schema import Plan
    from convledger.plans.versions import PlanHistory
    from convledger.reports.plan_files import PlanFile

PLAN_SUFFIX = ".toml"


def complete_plan(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Complete a plan's id from the files of the workspace, without reading any."""
    found = (chosen.folder() / paths.PLANS).glob(f"*{PLAN_SUFFIX}")
    return sorted(path.stem for path in found if path.stem.startswith(incomplete))


@click.command(short_help="Say what a plan's terms are, in words.")
@click.argument("name", shell_complete=complete_plan)
@click.option("--version", "version", metavar="VERSION", help="This version, not today's.")
@click.option("--source", is_flag=True, help="Print the file itself.")
@options.json_flag
def show(name: str, version: str | None, source: bool, as_json: bool) -> int:
    """Say a plan's terms in words, its versions and what changed between them, and its file.

    NAME is a plan of the workspace, or an example that comes along.
    """
    from convledger.plans.versions import what_changed
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        history, files = _found(ledger, name)
    plan = _version(history, version)
    file = files.get(plan.version)
    if source:
        text = file.text if file is not None else example_source(name)
        streams.write(display_text(text.replace("\r\n", "\n"), lines=True))
        return DONE
    if as_json:
        print_json(_document(plan, history, files))
        return DONE
    from convledger.plans.words import terms

    streams.say(streams.bold(display_text(plan.name)) + display_text(f"  {plan.id}"))
    rows = [("version", _version_words(plan)), *terms(plan)]
    if plan.source:
        rows.append(("source", plan.source))
    if plan.note:
        rows.append(("note", plan.note))
    say_facts(rows, indent="  ")
    for old, new in zip(history.plans, history.plans[1:], strict=False):
        streams.say()
        streams.say(streams.bold(display_text(f"from version {old.version} to {new.version}")))
        changes = [(each.what, f"{each.before} → {each.after}") for each in what_changed(old, new)]
        say_facts(changes or [("", "nothing but its text")], indent="  ")
    streams.say()
    streams.say(streams.dim(display_text(str(file.path) if file is not None else "comes along")))
    if file is not None and file.trouble is not None:
        streams.note(display_text(str(file.trouble)))
    return DONE


def _found(ledger: Ledger, name: str) -> tuple[PlanHistory, dict[str, PlanFile]]:
    """Return a plan's versions with their files: of the workspace, else one that comes along."""
    from convledger.plans.examples import list_examples
    from convledger.plans.parse import parse_plan
    from convledger.plans.versions import PlanHistory

    shelf = ledger.plan_book.shelf
    if name not in shelf.histories:
        for each in list_examples():
            if each.id == name:
                return PlanHistory([parse_plan(each.text, each.id)]), {}
    history = shelf.history(name)
    files = {
        file.plan.version: file
        for file in shelf.files
        if file.plan is not None and file.plan.id == name
    }
    return history, files


def example_source(name: str) -> str:
    """Return the text of a plan that comes along."""
    from convledger.cli.plan_making import example_text

    return example_text(name)


def _version(history: PlanHistory, version: str | None) -> Plan:
    if version is None:
        return history.in_force(clock.now_us()) or history.plans[-1]
    for plan in history.plans:
        if plan.version == version:
            return plan
    known = ", ".join(plan.version for plan in history.plans)
    raise UsageProblem(f"there is no version {version!r:.40}. Versions are: {known}")


def _version_words(plan: Plan) -> str:
    from convledger.cli.plan_words import moment_words
    from convledger.zones import zone_of

    zone, _ = zone_of(plan.zone_name)
    words = f"{plan.version}, in force from {moment_words(plan.effective_from, zone)}"
    if plan.effective_to is not None:
        words += f" until {moment_words(plan.effective_to, zone)}"
    return words


def _document(plan: Plan, history: PlanHistory, files: dict[str, PlanFile]) -> dict[str, Any]:
    """Return a plan as JSON says it: terms in words, versions with what changed, its files."""
    from convledger.plans.versions import what_changed
    from convledger.plans.words import terms

    versions = []
    for number, each in enumerate(history.plans):
        before = history.plans[number - 1] if number else None
        file = files.get(each.version)
        versions.append(
            {
                "version": each.version,
                "effective_from": clock.iso_text(each.effective_from),
                "effective_to": None
                if each.effective_to is None
                else clock.iso_text(each.effective_to),
                "digest": each.digest,
                "file": None if file is None else str(file.path),
                "changes": []
                if before is None
                else [
                    {"what": one.what, "before": one.before, "after": one.after}
                    for one in what_changed(before, each)
                ],
            }
        )
    return {
        "schema": 1,
        "id": plan.id,
        "name": plan.name,
        "version": plan.version,
        "currency": plan.currency,
        "timezone": plan.zone_name,
        "terms": [{"name": name, "words": words} for name, words in terms(plan)],
        "versions": versions,
    }


@click.command(short_help="Say everything that is wrong with plans.")
@click.argument("names", nargs=-1, metavar="[FILE|NAME ...]", shell_complete=complete_plan)
@options.json_flag
def check(names: tuple[str, ...], as_json: bool) -> int:
    """Print every mistake in plan files with its line: those named, or all of the workspace.

    Ends with 1 where there is any.
    """
    from convledger.plans.parse import read_plan
    from convledger.text.display import display_text

    documents: list[dict[str, Any]] = []
    with chosen.open_ledger() as ledger:
        for place, text in _texts(ledger, names):
            if isinstance(text, ConfigError):
                documents.append(_checked(place, None, [{"line": None, "text": str(text)}]))
                continue
            plan, mistakes = read_plan(text, place)
            problems = [{"line": each.line, "text": str(each)} for each in mistakes]
            documents.append(_checked(place, plan, problems))
        others = [] if names else _beside(ledger)
    found = [problem["text"] for document in documents for problem in document["problems"]]
    if as_json:
        print_json({"schema": 1, "files": documents, "between_files": others})
    else:
        for text in (*found, *others):
            streams.say(display_text(text))
        if not documents:
            streams.say("There are no plans yet: `convledger plan new` makes one.")
        elif not found and not others:
            files = "1 plan file" if len(documents) == 1 else f"{len(documents):,} plan files"
            streams.say(f"{files} looked at: all is well.")
    return FAILED if found or others else DONE


def _checked(place: str, plan: Plan | None, problems: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "file": place,
        "plan": None if plan is None else plan.id,
        "version": None if plan is None else plan.version,
        "problems": problems,
    }


def _beside(ledger: Ledger) -> list[str]:
    """Return what is wrong between files: versions that clash, a file that is gone."""
    shelf = ledger.plan_book.shelf
    broken = {id(file.trouble) for file in shelf.files if file.path.exists()}
    return [str(trouble) for trouble in shelf.troubles if id(trouble) not in broken]


def _texts(ledger: Ledger, names: tuple[str, ...]) -> Iterator[tuple[str, str | ConfigError]]:
    """Yield the name of each file that is meant with its text, or with why it can't be read."""
    from convledger.toml_files import read_text

    folder = ledger.workspace / paths.PLANS
    if not names:
        wanted = sorted(folder.glob(f"*{PLAN_SUFFIX}"))
    else:
        wanted = [place for name in names for place in _files_of(ledger, folder, name)]
    for place in wanted:
        try:
            text = read_text(place, str(place))
        except ConfigError as trouble:
            yield str(place), trouble
            continue
        if text is None:  # a link that leads nowhere
            yield str(place), ConfigError(f"{place}: there is no such file")
        else:
            yield str(place), text


def _files_of(ledger: Ledger, folder: Path, name: str) -> list[Path]:
    """Return the files that a person means: one by its path, or all versions of a plan."""
    given = Path(name).expanduser()
    if given.is_file():
        return [given]
    if given.is_dir() and ("/" in name or name not in ledger.plan_book.shelf.histories):
        raise UsageProblem(f"{name} is a folder: name the plan files in it")
    shelf = ledger.plan_book.shelf
    found = [
        file.path
        for file in shelf.files
        if file.path.exists()
        and ((file.plan is not None and file.plan.id == name) or file.path.stem == name)
    ]
    if found:
        return found
    if "/" in name or name.endswith(PLAN_SUFFIX):
        inside = folder / given.name
        if inside.is_file():
            return [inside]
        raise UsageProblem(f"there is no file {name}")
    shelf.history(name)
    raise UsageProblem(f"{name} has no file any more")

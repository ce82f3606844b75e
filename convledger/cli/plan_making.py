"""The commands `plan new` and `plan add`: plans of one's own."""

from __future__ import annotations

import re
from pathlib import Path

import click

from convledger import paths
from convledger.cli import chosen, streams
from convledger.cli.outcome import DONE, FAILED
from convledger.errors import ConfigError, UsageProblem

_OTHERS = re.compile(r"[^a-z0-9_.]+")


def _complete_example(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from convledger.plans.examples import list_examples

    return [each.id for each in list_examples() if each.id.startswith(incomplete)]


@click.command(short_help="Make a plan from an example.")
@click.argument("name", required=False)
@click.option(
    "--from",
    "example",
    metavar="EXAMPLE",
    shell_complete=_complete_example,
    help="The plan that comes along to begin with.",
)
def new(name: str | None, example: str | None) -> int:
    """Write a plan of your own from an example, with all its comments, for you to edit.

    Without --from the examples to choose from are listed. A file that is there is never replaced.

    \b
    convledger plan new studio --from chat-credits-30min
    """
    from convledger.text.display import display_text

    if example is None:
        from convledger.cli.plan_listing import print_examples

        print_examples(as_json=False, as_csv=False)
        streams.note(
            display_text(f"Choose one: `convledger plan new {name or 'NAME'} --from EXAMPLE`")
        )
        return DONE
    if name is None:
        raise UsageProblem(f"name the plan: convledger plan new NAME --from {example}")
    plan_id = id_from(name)
    text = with_name(example_text(example), plan_id, name.strip())
    with chosen.open_ledger() as ledger:
        if plan_id in ledger.plan_book.shelf.histories or _is_there(plan_id):
            raise UsageProblem(
                f"there is a plan {plan_id} already: `convledger plan show {plan_id}` says where"
            )
        _, place = ledger.add_plan(text, f"{plan_id}.toml")
    streams.say(display_text(f"{place}"))
    streams.note(
        f"Edit it to what your contract says, then:\n"
        f"  convledger plan check {plan_id}\n"
        f"  convledger plan use {plan_id}"
    )
    return DONE


def _is_there(plan_id: str) -> bool:
    """Return whether the plan's file is there, though it may hold no plan that can be read."""
    return (chosen.folder() / paths.PLANS / f"{plan_id}.toml").exists()


def id_from(name: str) -> str:
    """Return the id of a plan that a person names: "Studio 400" is "studio-400"."""
    plan_id = _OTHERS.sub("-", name.strip().lower()).strip("-.")
    if not plan_id or len(plan_id) > 60:
        raise UsageProblem(
            f"a plan can't be called {name!r:.60}: its name needs 1 to 60 letters and digits"
        )
    return plan_id


def example_text(example: str) -> str:
    """Return the text of a plan that comes along. Raises UsageProblem with the nearest."""
    from convledger.plans.examples import list_examples
    from convledger.words import nearest

    known = {each.id: each.text for each in list_examples()}
    if example not in known:
        near = nearest(example, list(known))
        hint = f"; did you mean {near}?" if near else ""
        raise UsageProblem(
            f"no such example: {example!r:.60}{hint} `convledger plan list --examples` lists them"
        )
    return known[example]


def with_name(text: str, plan_id: str, name: str) -> str:
    """Return a plan's text with another id and name, all else as it is."""
    from convledger.toml_places import with_value

    return with_value(with_value(text, "", "id", plan_id), "", "name", name or plan_id)


@click.command(short_help="Take plan files into the workspace.")
@click.argument("files", nargs=-1, required=True, metavar="FILE ...")
@click.option("--replace", is_flag=True, help="Replace the text of a version that is there.")
def add(files: tuple[str, ...], replace: bool) -> int:
    """Check plan files and copy them into the workspace; a file with a mistake is not taken.

    A new version of a plan has the id of the old one, another version and effective_from: both
    stay, each for its time.
    """
    from convledger.plans.parse import plan_problems
    from convledger.text.display import display_text
    from convledger.toml_files import read_text

    failed = False
    with chosen.open_ledger() as ledger:
        known = {str(trouble) for trouble in ledger.plan_book.shelf.troubles}
        for file in files:
            text = read_text(Path(file).expanduser(), file)
            if text is None:
                raise UsageProblem(f"there is no file {file}")
            problems = plan_problems(text, file)
            for problem in problems:
                streams.note(display_text(str(problem)))
            if problems:
                failed = True
                continue
            try:
                plan, place = ledger.add_plan(text, file, replace=replace)
            except ConfigError as misfit:  # it can't stand beside the plan's other versions
                failed = True
                streams.note(display_text(f"{file} was not taken: {misfit}"))
                continue
            streams.say(display_text(f"{plan.id}, version {plan.version}: {place}"))
        for trouble in ledger.plan_book.shelf.troubles:
            if str(trouble) not in known:  # versions that can't stand beside each other
                failed = True
                streams.note(display_text(str(trouble)))
    return FAILED if failed else DONE

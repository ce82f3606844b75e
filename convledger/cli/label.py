"""The command `label`: gives conversations a client, tags, a kind, an outcome, a project."""

from __future__ import annotations

import click

from convledger.cli import chosen, options
from convledger.cli.streams import note, say
from convledger.errors import UsageProblem

LONGEST = 200


@click.command(short_help="Give conversations a client, tags and the like.")
@options.conversation_argument(many=True, required=False)
@click.option("--project", multiple=True, metavar="GLOB", help="Every conversation of a project.")
@click.option("--source", default="", metavar="NAME", help="With --project: only of this source.")
@click.option("--client", multiple=True, metavar="NAME", help="Who it was done for.")
@click.option("--tag", multiple=True, metavar="NAME", help="A tag; there may be several.")
@click.option("--kind", multiple=True, metavar="NAME", help="What kind of work it was.")
@click.option("--outcome", multiple=True, metavar="NAME", help="How it ended.")
@click.option("--as-project", multiple=True, metavar="NAME", help="Its project, not its folder.")
@click.option("--remove", is_flag=True, help="Take these labels away instead.")
def label(
    names: tuple[str, ...],
    project: tuple[str, ...],
    source: str,
    remove: bool,
    **labels: tuple[str, ...],
) -> None:
    """Label conversations by id, or all of a project, and report by these labels.

    \b
    convledger label --project '*/clients/acme/*' --client acme
    convledger label 295e08fd --tag urgent --outcome solved
    convledger label 295e08fd --tag urgent --remove
    convledger label 295e08fd --as-project /home/me/acme-shop
    """
    labels["project"] = labels.pop("as_project")
    wanted = [(name, value.strip()) for name, values in labels.items() for value in values]
    _check(names, project, labels, wanted)
    with chosen.open_ledger() as ledger:
        ids = list(
            dict.fromkeys(
                ledger.conversation_ids(names=names, projects=options.parts(project), source=source)
            )
        )
        if not ids:
            note("No conversation matches. `convledger report --by project` lists the projects.")
            return
        change = ledger.unlabel if remove else ledger.label
        changed = sum(change(ids, name, value) for name, value in wanted)
    done = "taken away" if remove else "given"
    say(
        f"{changed:,} {'label' if changed == 1 else 'labels'} {done}, "
        f"{len(ids):,} {'conversation' if len(ids) == 1 else 'conversations'} looked at"
    )


def _check(
    names: tuple[str, ...],
    project: tuple[str, ...],
    labels: dict[str, tuple[str, ...]],
    wanted: list[tuple[str, str]],
) -> None:
    """Refuse what can't be meant. Raises UsageProblem."""
    if not names and not project:
        raise UsageProblem("name a CONVERSATION, or all of a project with --project GLOB")
    if not wanted:
        raise UsageProblem("name a label: --client, --tag, --kind, --outcome or --as-project")
    for name, value in wanted:
        if not value or len(value) > LONGEST:
            raise UsageProblem(f"--{_option(name)} needs a name of 1 to {LONGEST} characters")
        if name != "tag" and len(labels[name]) > 1:
            raise UsageProblem(f"a conversation has one {name}; --{_option(name)} was given twice")


def _option(name: str) -> str:
    return "as-project" if name == "project" else name

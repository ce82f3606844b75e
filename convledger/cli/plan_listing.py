"""The commands `plan list` and `plan path`: what plans there are, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from convledger import clock, paths
from convledger.cli import chosen, options, streams
from convledger.cli.printing import print_documents_as_csv, print_json, print_table

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.schema import Plan
    from convledger.plans.versions import PlanHistory
    from convledger.store.subscriptions import Subscription

ROW = (
    "id", "name", "version", "versions", "currency", "counts", "fee", "included", "state",
    "since", "until", "for", "seats",
)  # fmt: skip
EXAMPLE_ROW = ("id", "name", "currency", "counts", "fee", "included")


@click.command(name="list", short_help="List plans (the default).")
@click.option("--examples", is_flag=True, help="Those that come along, to start from.")
@options.json_flag
@options.csv_flag
def list_(examples: bool, as_json: bool, as_csv: bool) -> int:
    """List the plans of the workspace, and since when each is in force for which usage.

    A plan file with a mistake is named on standard error: what it said before stays in force.
    """
    options.one_form(as_json, as_csv)
    if examples:
        print_examples(as_json, as_csv)
        return 0
    with chosen.open_ledger() as ledger:
        now = clock.now_us()
        shelf = ledger.plan_book.shelf
        subscriptions = ledger.plan_book.subscriptions()
        documents = list(_documents(ledger, subscriptions, now))
        uses = {
            document["id"]: list(_uses(ledger, subscriptions, document["id"], now))
            for document in documents
        }
        troubles = [str(trouble) for trouble in shelf.troubles]
    if as_json:
        print_json({"schema": 1, "plans": documents, "troubles": troubles})
    elif as_csv:
        print_documents_as_csv([_flat(document) for document in documents], ROW)
    elif documents:
        _print(documents, uses)
    else:
        streams.note("There are no plans yet. These come along; learn with chat-credits-30min:")
        print_examples(as_json=False, as_csv=False)
        streams.note("`convledger plan new NAME --from EXAMPLE` makes a plan of your own from one.")
    tell_troubles(ledger, troubles)
    return 0


def tell_troubles(ledger: Ledger, troubles: list[str]) -> None:
    """Say on standard error what is wrong with plan files, and what stays in force."""
    from convledger.text.display import display_text

    for trouble in troubles:
        streams.note(display_text(trouble))
    kept = [file for file in ledger.plan_book.shelf.files if file.is_kept and file.plan is not None]
    for file in kept:
        assert file.plan is not None
        streams.note(
            display_text(
                f"{file.name}: version {file.plan.version} of {file.plan.id} stays in force, "
                "as the file said it when it was last right."
            )
        )
    if troubles:
        streams.note("`convledger plan check` lists every mistake.")


def print_examples(as_json: bool, as_csv: bool) -> None:
    """Print the plans that come along."""
    from convledger.plans.examples import list_examples
    from convledger.plans.parse import parse_plan

    documents = [_terms(parse_plan(each.text, each.id)) for each in list_examples()]
    if as_json:
        print_json({"schema": 1, "examples": documents})
    elif as_csv:
        print_documents_as_csv([_joined(document) for document in documents], EXAMPLE_ROW)
    else:
        from convledger.reports.render.table import Column

        columns = [
            Column("example"),
            Column("name", shrink=True, minimum=16),
            Column("counts", shrink=True, minimum=18),
            Column("fee", shrink=True, minimum=8, optional=1),
            Column("included", shrink=True, minimum=10, optional=2),
        ]
        rows = [
            [str(each[name]) for name in ("id", "name", "counts", "fee", "included")]
            for each in map(_joined, documents)
        ]
        print_table(columns, rows)


def _terms(plan: Plan) -> dict[str, Any]:
    """Return what a plan is about in a few words."""
    from convledger.plans.lots import INCLUDED
    from convledger.plans.words import fee_words, grant_words, rule_words

    span = plan.period.kind if plan.period.kind in ("month", "year", "week", "day") else "period"
    return {
        "id": plan.id,
        "name": plan.name,
        "currency": plan.currency,
        "counts": [rule_words(unit) for unit in plan.units],
        "fee": [fee_words(fee, plan.currency, span) for fee in plan.fees],
        "included": [grant_words(each, span) for each in plan.grants if each.kind == INCLUDED],
    }


def _documents(
    ledger: Ledger, subscriptions: list[Subscription], now: int
) -> Iterator[dict[str, Any]]:
    """Yield each plan with its versions and its use, those in force at the front."""
    shelf = ledger.plan_book.shelf
    in_force = {one.plan for one in subscriptions if one.is_in_force(now)}
    for plan_id in sorted(shelf.histories, key=lambda name: (name not in in_force, name)):
        history = shelf.histories[plan_id]
        plan = history.in_force(now) or history.plans[-1]
        terms = _terms(plan)
        yield {
            **{name: terms[name] for name in ("id", "name")},
            "version": plan.version,
            "versions": _versions(ledger, history),
            **{name: terms[name] for name in ("currency", "counts", "fee", "included")},
            "in_use": [
                use_document(one, now) for one in reversed(subscriptions) if one.plan == plan_id
            ],
        }


def _versions(ledger: Ledger, history: PlanHistory) -> list[dict[str, Any]]:
    files = {
        (file.plan.id, file.plan.version): file
        for file in ledger.plan_book.shelf.files
        if file.plan is not None
    }
    found = []
    for plan in history.plans:
        file = files.get((plan.id, plan.version))
        found.append(
            {
                "version": plan.version,
                "effective_from": clock.iso_text(plan.effective_from),
                "effective_to": None
                if plan.effective_to is None
                else clock.iso_text(plan.effective_to),
                "digest": plan.digest,
                "file": None if file is None else str(file.path),
                "is_as_it_was": file is not None and file.is_kept,
            }
        )
    return found


def use_document(one: Subscription, now: int) -> dict[str, Any]:
    """Return since when a plan is in force, for what, as JSON says it."""
    return {
        "number": one.id,
        "in_force": one.is_in_force(now),
        "since": clock.iso_text(one.began),
        "until": None if one.ended is None else clock.iso_text(one.ended),
        "periods_from": clock.iso_text(one.anchor),
        "for": {name: list(values) for name, values in one.scope.items()},
        "seats": one.seats_at(now) or None,
    }


def _joined(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with its lists as texts."""
    return {
        name: "; ".join(value) if isinstance(value, list) else value
        for name, value in document.items()
    }


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    """Return a plan as a row: what of its uses is in force, or will be, or was last."""
    from convledger.cli.plan_words import scope_words

    versions = [each["version"] for each in document["versions"]]
    found = _joined({**document, "versions": versions, "in_use": []})
    uses = document["in_use"]
    use = next((each for each in uses if each["in_force"]), uses[0] if uses else None)
    if use is None:
        return {**found, "state": "not in use"}
    return {
        **found,
        "state": "in force" if use["in_force"] else "not in force",
        "since": use["since"],
        "until": use["until"],
        "for": scope_words({name: tuple(each) for name, each in use["for"].items()}),
        "seats": use["seats"],
    }


def _uses(
    ledger: Ledger, subscriptions: list[Subscription], plan_id: str, now: int
) -> Iterator[list[str]]:
    """Yield for each use of a plan, the latest first, when it is in force and for what."""
    from convledger.cli.plan_words import moment_words, scope_words

    for one in reversed(subscriptions):
        if one.plan != plan_id:
            continue
        zone = ledger.plan_book.contract(one).zone_at(one.began)
        since = moment_words(one.began, zone)
        until = moment_words(one.ended, zone)
        if one.is_in_force(now):
            words = f"since {since}" + (f" until {until}" if one.ended is not None else "")
        else:
            words = f"from {since}" if one.began > now else f"{since} to {until}"
        yield [words, scope_words(one.scope)]


def _print(documents: list[dict[str, Any]], uses: dict[str, list[list[str]]]) -> None:
    from convledger.reports.render.table import Column

    columns = [
        Column("plan"),
        Column("name", shrink=True, minimum=12, optional=4),
        Column("version", shrink=True, minimum=7, optional=3),
        Column("counts", shrink=True, minimum=16),
        Column("fee", shrink=True, minimum=8, optional=1),
        Column("included", shrink=True, minimum=10, optional=2),
        Column("in force"),
        Column("for", shrink=True, minimum=9),
    ]
    rows = []
    for document in documents:
        flat = _flat(document)
        head = [str(flat[name]) for name in ("id", "name")]
        versions = len(document["versions"])
        head.append(flat["version"] if versions == 1 else f"{flat['version']}, {versions} in all")
        terms = [str(flat[name]) for name in ("counts", "fee", "included")]
        for number, use in enumerate(uses[document["id"]] or [["not in use", ""]]):
            begun = [*head, *terms] if not number else [flat["id"], *[""] * 5]
            rows.append([*begun, *use])
    print_table(columns, rows)
    streams.remark("`convledger plan show PLAN` says all of its terms; days are of its zone")


@click.command(short_help="Say where plans go.")
def path() -> None:
    """Print the folder of the workspace's plans; what to put there, on standard error."""
    from convledger.text.display import display_text

    place = chosen.folder() / paths.PLANS
    streams.say(display_text(str(place)))
    if not any(place.glob("*.toml")):
        streams.note(
            "There are no plans yet. `convledger plan new` lists examples to begin with, "
            "`convledger help plans` explains it all."
        )

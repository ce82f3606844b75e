"""Lists budgets and shows one."""

from __future__ import annotations

import click

from convledger.cli import chosen, options, streams
from convledger.cli.budget_making import budget_argument


@click.command("list", short_help="List the budgets.")
@click.option("--removed", is_flag=True, help="Those that were removed too.")
@options.json_flag
@options.csv_flag
def list_(removed: bool, as_json: bool, as_csv: bool) -> None:
    """List the budgets with what each leaves for a conversation."""
    options.one_form(as_json, as_csv)
    with chosen.open_ledger() as ledger:
        found = ledger.budgets(with_gone=removed)
    if as_json or as_csv:
        from convledger.cli.printing import print_documents_as_csv, print_json
        from convledger.reports.unit_costs.budget_documents import kept_document

        documents = [kept_document(each) for each in found]
        if as_json:
            print_json({"schema": 1, "budgets": documents})
            return
        names = ("budget", "currency", "per_conversation", "per_user", "per", "counts", "since",
                 "until", "removed_at", "problem")  # fmt: skip
        print_documents_as_csv(documents, names)
        return
    if not found:
        streams.say("There are no budgets yet.")
        streams.note("`convledger budget new pro --price 19 --margin 70% --expected 6` makes one.")
        return
    from convledger.cli.printing import print_table
    from convledger.reports.render.table import Column
    from convledger.reports.unit_costs.unit_budget_words import (
        COUNT_WORDS,
        amount_words,
        scope_words,
    )
    from convledger.text.display import display_text

    rows = []
    for each in found:
        terms = each.terms
        gone = "removed" if each.gone_at is not None else ""
        if terms is None:
            rows.append([each.name, "–", "–", "", "", gone or "can't be read"])
            continue
        marks = [gone, "under water" if terms.is_under_water else ""]
        rows.append(
            [
                each.name,
                amount_words(terms.per_unit, terms.currency),
                amount_words(terms.per_user, terms.currency),
                COUNT_WORDS[terms.counts],
                scope_words(terms.scope),
                ", ".join(mark for mark in marks if mark),
            ]
        )
    columns = [
        Column("budget", shrink=True, minimum=8),
        Column("a conversation", "right"),
        Column("a customer", "right", optional=1),
        Column("counts", optional=2),
        Column("for", shrink=True, minimum=10, optional=3),
        Column(""),
    ]
    print_table(columns, rows)
    for each in found:
        if each.problem:
            streams.note(display_text(each.problem))


@click.command(short_help="Show a budget and how it comes about.")
@budget_argument
@click.option("--text", is_flag=True, help="Print the TOML that sets it, and nothing else.")
@options.json_flag
def show(name: str, text: bool, as_json: bool) -> None:
    """Show how a budget comes about, its alerts and its ladder."""
    from convledger.reports.unit_costs.budget_shelf import terms_of
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        found = ledger.budget(name)
    if text:
        streams.write(display_text(found.text, lines=True))
        return
    if as_json:
        from convledger.cli.printing import print_json
        from convledger.reports.unit_costs.budget_documents import kept_document

        print_json({"schema": 1, **kept_document(found)})
        return
    from convledger.reports.unit_costs.unit_budget_words import (
        about,
        arithmetic,
        number_words,
        step_words,
    )

    terms = terms_of(found)
    streams.say(f"{streams.bold(display_text(terms.name))}  {display_text(about(terms))}")
    for line in arithmetic(terms):
        streams.say(display_text(line))
    if terms.steps:
        model = terms.small_model
        small = model if isinstance(model, str) else f"{number_words(model * 100)} % of the cost"
        streams.say(f"ladder: {', '.join(step_words(step) for step in terms.steps)}")
        streams.say(display_text(f"a smaller model: {small}"))

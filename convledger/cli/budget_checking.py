"""Says where conversations and customers stand in budgets, and what they crossed when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convledger.cli import chosen, options, streams
from convledger.cli.budget_asked import query_of, span_options, span_words
from convledger.cli.budget_making import complete_budget
from convledger.cli.plain_names import plural
from convledger.economics.conversation_costs import PIVOTS

if TYPE_CHECKING:
    from convledger.reports.unit_costs.budget_standing import BudgetAlert, Standing

MOST_ROWS = 20


@click.command(short_help="Where conversations stand; exit code 1 where one is over.")
@click.argument("names", nargs=-1, metavar="[NAME ...]", shell_complete=complete_budget)
@span_options
@click.option("--by", type=click.Choice(PIVOTS), help="Sums by a segment.")
@click.option("--all", "everything", is_flag=True, help="Every conversation, not only the dearest.")
@options.json_flag
@options.csv_flag
def check(
    names: tuple[str, ...],
    by: str | None,
    everything: bool,
    as_json: bool,
    as_csv: bool,
    **said: Any,
) -> int:
    """Say where every conversation stands in its budgets: NAMEs, or all of them.

    Ends with exit code 1 where something costs more than its budget, or a budget is under water.
    """
    options.one_form(as_json, as_csv)
    with chosen.open_ledger() as ledger:
        query = query_of(ledger, said)
        found = [ledger.budget_standing(each, query) for each in ledger.readable_budgets(names)]
    is_over = any(each.is_over for each in found)
    if as_json:
        from convledger.cli.printing import print_json
        from convledger.clock import iso_text
        from convledger.reports.unit_costs.budget_documents import standing_document

        print_json(
            {
                "schema": 1,
                "since": iso_text(query.since),
                "until": iso_text(query.until),
                "timezone": query.zone_name,
                "over": is_over,
                "budgets": [standing_document(each, by or "") for each in found],
            }
        )
    elif as_csv:
        from convledger.cli.printing import print_documents_as_csv
        from convledger.reports.unit_costs.budget_documents import POSITION, placed_document

        documents = [placed_document(each, one) for each in found for one in each.placed]
        for document in documents:
            document["thresholds_reached"] = " ".join(map(str, document["thresholds_reached"]))
        print_documents_as_csv(documents, POSITION)
    elif not found:
        streams.say("There are no budgets yet.")
        streams.note("`convledger budget new pro --price 19 --margin 70% --expected 6` makes one.")
    for number, each in enumerate(found if not (as_json or as_csv) else ()):
        if number:
            streams.say()
        _print(each, by, everything)
    return int(is_over)


@click.command(short_help="The thresholds that were crossed, the newest first.")
@click.argument("names", nargs=-1, metavar="[NAME ...]", shell_complete=complete_budget)
@span_options
@options.json_flag
@options.csv_flag
def alerts(names: tuple[str, ...], as_json: bool, as_csv: bool, **said: Any) -> None:
    """List every threshold that a conversation or a customer crossed, and with which call.

    Each is told once for a budget and a conversation, however often its cost falls and rises.
    """
    options.one_form(as_json, as_csv)
    with chosen.open_ledger() as ledger:
        query = query_of(ledger, said)
        found = ledger.budget_alerts(query, names)
    if as_json or as_csv:
        from convledger.cli.printing import print_documents_as_csv, print_json
        from convledger.reports.unit_costs.budget_documents import ALERT, alert_document

        documents = [alert_document(each) for each in found]
        if as_json:
            print_json({"schema": 1, "timezone": query.zone_name, "alerts": documents})
        else:
            print_documents_as_csv(documents, ALERT)
        return
    if not found:
        streams.say(f"Nothing was crossed, {span_words(query)}.")
        return
    from convledger.cli.names import minute_text
    from convledger.cli.printing import print_table
    from convledger.reports.alert_marks import alert_mark
    from convledger.reports.render.table import Column
    from convledger.reports.unit_costs.unit_budget_words import pico_words

    columns = [
        Column("at"),
        Column("reached", "right"),
        Column("spent", "right"),
        Column("of", "right"),
        Column("budget", shrink=True, minimum=6),
        Column("what", shrink=True, minimum=16),
    ]
    rows = [
        [
            minute_text(each.at, query.zone),
            f"{alert_mark(each.threshold)} {each.threshold} %",
            pico_words(each.spent, each.currency),
            pico_words(each.budget, each.currency),
            each.budget_name,
            _what(each),
        ]
        for each in found
    ]
    print_table(columns, rows)
    streams.remark(f"{span_words(query)}, {query.zone_name} · `convledger why CALL` explains calls")


def _what(alert: BudgetAlert) -> str:
    from convledger.cli.names import short_id

    if alert.customer:
        return f"all of {alert.customer} in {alert.period}"
    return alert.title or short_id(alert.conversation.partition(":")[2])


def _print(standing: Standing, by: str | None, everything: bool) -> None:
    from convledger.reports.unit_costs.unit_budget_words import (
        about,
        amount_words,
        arithmetic,
        pico_words,
    )
    from convledger.text.display import display_text

    terms, query = standing.terms, standing.query
    money = terms.currency
    per_unit = amount_words(terms.per_unit, money)
    head = f"{about(terms)} · {per_unit} a conversation"
    streams.say(f"{streams.bold(display_text(terms.name))}  {display_text(head)}")
    if terms.is_under_water or terms.per_unit is None:
        for line in arithmetic(terms):
            streams.say(display_text(line))
    at_least = "≥" if standing.lacks_amounts and standing.spent is not None else ""
    streams.say(
        f"{span_words(query)}: {plural(len(standing.placed), 'conversation')}, "
        f"{len(standing.over):,} over budget · {at_least}{pico_words(standing.spent, money)} spent"
    )
    _print_positions(standing, everything)
    spans = [f"{name} {number:,}" for name, number in standing.histogram() if number]
    if spans:
        streams.remark(f"of the budget: {' · '.join(spans)}")
    _print_customers(standing)
    if by is not None:
        _print_segments(standing, by)
    for note in standing.notes:
        streams.remark(display_text(note))


def _print_positions(standing: Standing, everything: bool) -> None:
    from convledger.cli.names import minute_text, short_id
    from convledger.cli.printing import print_table
    from convledger.reports.alert_marks import alert_mark
    from convledger.reports.render.table import Column
    from convledger.reports.unit_costs.unit_budget_words import pico_words, share_words

    terms = standing.terms
    ordered = sorted(
        standing.placed, key=lambda each: (-int(each.position.spent or 0), each.cost.talk.id)
    )
    near = [each for each in ordered if each.position.reached(terms.thresholds)]
    shown = ordered if everything else near[:MOST_ROWS]
    rows = []
    for each in shown:
        reached = each.position.reached(terms.thresholds)
        when = each.crossings[-1].at if each.crossings else None
        mark = "~" if each.cost.talk.doubt else ""
        rows.append(
            [
                each.cost.talk.title or short_id(each.cost.talk.name.partition(":")[2]),
                minute_text(each.cost.talk.opened_at, standing.query.zone),
                mark + pico_words(each.position.spent, terms.currency),
                share_words(each.position),
                f"{alert_mark(reached[-1])} {reached[-1]} %" if reached else "",
                minute_text(when, standing.query.zone) if when is not None else "",
            ]
        )
    if not rows:
        return
    columns = [
        Column("conversation", shrink=True, minimum=16),
        Column("opened", optional=2),
        Column("cost", "right"),
        Column("of budget", "right"),
        Column("reached", "right"),
        Column("when", optional=1),
    ]
    print_table(columns, rows)
    if len(shown) < len(near):
        streams.remark(f"{len(near) - len(shown):,} more; --all prints every conversation")


def _print_customers(standing: Standing) -> None:
    from convledger.cli.printing import print_table
    from convledger.reports.alert_marks import alert_mark
    from convledger.reports.render.table import Column
    from convledger.reports.unit_costs.unit_budget_words import (
        amount_words,
        pico_words,
        share_words,
    )

    terms = standing.terms
    if not standing.customers:
        if standing.without_customer:
            streams.remark(
                f"{plural(standing.without_customer, 'conversation')} without a {terms.customer}: "
                f"{amount_words(terms.per_user, terms.currency)} a {terms.customer} and "
                f"{terms.per} has nothing to stand beside"
            )
        return
    rows = []
    for row in standing.customers[:MOST_ROWS]:
        reached = row.position.reached(terms.thresholds)
        rows.append(
            [
                row.customer,
                row.period.name + (" (part of it)" if row.is_partial else ""),
                f"{row.units:,}",
                pico_words(row.position.spent, terms.currency),
                pico_words(row.position.budget, terms.currency),
                share_words(row.position),
                f"{alert_mark(reached[-1])} {reached[-1]} %" if reached else "",
            ]
        )
    streams.say()
    columns = [
        Column(terms.customer, shrink=True, minimum=8),
        Column(terms.per),
        Column("conv.", "right", optional=1),
        Column("cost", "right"),
        Column("of", "right"),
        Column("of budget", "right"),
        Column("reached", "right"),
    ]
    print_table(columns, rows)
    left = len(standing.customers) - MOST_ROWS
    if left > 0:
        streams.remark(f"{left:,} more are in --json")


def _print_segments(standing: Standing, by: str) -> None:
    from convledger.cli.printing import print_table
    from convledger.reports.render.table import Column
    from convledger.reports.unit_costs.unit_budget_words import pico_words, share_words

    money = standing.terms.currency
    streams.say()
    columns = [
        Column(by, shrink=True, minimum=8),
        Column("conv.", "right"),
        Column("over", "right"),
        Column("cost", "right"),
        Column("of", "right"),
        Column("of budget", "right"),
    ]
    rows = [
        [
            row.value,
            f"{row.units:,}",
            f"{row.over:,}",
            pico_words(row.position.spent, money),
            pico_words(row.position.budget, money),
            share_words(row.position),
        ]
        for row in standing.by(by)
    ]
    print_table(columns, rows)

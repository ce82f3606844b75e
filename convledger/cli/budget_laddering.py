"""Tries a degradation ladder on the conversations that a budget is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convledger.cli import chosen, options, streams
from convledger.cli.budget_asked import query_of, span_options, span_words
from convledger.cli.budget_making import (
    budget_argument,
    ladder_options,
    part_of,
    small_model_of,
    steps_of,
)
from convledger.cli.plain_names import plural
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.reports.unit_costs.budget_ladder import LadderRun

MOST_ROWS = 20


@click.command(short_help="What a degradation ladder would have done.")
@budget_argument
@span_options
@ladder_options
@click.option("--all", "everything", is_flag=True, help="Every conversation that it touches.")
@options.json_flag
@options.csv_flag
def ladder(
    name: str,
    step: tuple[str, ...],
    small_model: str | None,
    summary_share: str | None,
    everything: bool,
    as_json: bool,
    as_csv: bool,
    **said: Any,
) -> None:
    """Try the ladder of a budget on what has happened: which step when, what it had saved.

    Steps are looked at before each turn, by what the conversation has cost by then. --step and the
    like try others without changing the budget; without any the usual five are taken.
    """
    from dataclasses import replace

    from convledger.reports.unit_costs.budget_shelf import terms_of

    options.one_form(as_json, as_csv)
    steps = steps_of(step)
    with chosen.open_ledger() as ledger:
        terms = terms_of(ledger.budget(name))
        if small_model is not None:
            factor = small_model_of(small_model)
            if not isinstance(factor, str) and not 0 <= factor <= 1:
                raise UsageProblem("--small-model is a part from 0 to 1 of the cost, or a model")
            terms = replace(terms, small_model=factor)
        if summary_share is not None:
            share = part_of("--summary-share", summary_share)
            if not 0 <= share <= 1:
                raise UsageProblem("--summary-share is a part from 0 to 1, like 50%")
            terms = replace(terms, summary_share=share)
        query = query_of(ledger, said)
        run = ledger.budget_ladder(terms, query, steps)
    if as_json:
        from convledger.cli.printing import print_json
        from convledger.reports.unit_costs.budget_documents import ladder_document

        print_json({"schema": 1, "timezone": query.zone_name, **ladder_document(run)})
    elif as_csv:
        from convledger.cli.printing import print_documents_as_csv
        from convledger.reports.unit_costs.budget_documents import DESCENT, descended_document

        documents = [descended_document(row) for row in run.touched]
        for document in documents:
            document["steps"] = " ".join(
                f"{one['at']}={one['action']}@{one['before_turn']}" for one in document["steps"]
            )
        print_documents_as_csv(documents, DESCENT)
    else:
        _print(run, everything, is_usual=not steps and not terms.steps)


def _print(run: LadderRun, everything: bool, *, is_usual: bool) -> None:
    from convledger.economics.ladder import DOWNGRADE
    from convledger.reports.unit_costs.unit_budget_words import (
        about,
        number_words,
        percent_words,
        pico_words,
    )
    from convledger.text.display import display_text

    terms, money = run.terms, run.terms.currency
    per_unit = pico_words(terms.per_unit_pico, money)
    head = f"{about(terms)} · {per_unit} a conversation"
    streams.say(f"{streams.bold(display_text(terms.name))}  {display_text(head)}")
    if is_usual:
        streams.remark("it has no steps of its own: these are the usual ones")
    if any(step.action == DOWNGRADE for step in run.steps):
        factor = run.small_factor
        part = "" if factor is None else f"{number_words(factor * 100)} % of the cost"
        small = run.small_model or part
        streams.say(display_text(f"a smaller model: {small}"))
    _print_steps(run)
    saved = run.today - run.spent
    share = f" ({percent_words(saved / run.today)})" if run.today > 0 and saved >= 0 else ""
    streams.say(
        f"{span_words(run.standing.query)}: {plural(len(run.rows), 'conversation')}, "
        f"{len(run.touched):,} touched"
    )
    streams.say(
        f"today {pico_words(run.today, money)} · with the ladder {pico_words(run.spent, money)} · "
        f"saved {pico_words(saved, money)}{share}"
    )
    streams.say(f"over budget today {run.over_today:,} · with the ladder {run.over_then:,}")
    _print_rows(run, everything)
    for note in run.notes:
        streams.remark(display_text(note))


def _print_steps(run: LadderRun) -> None:
    from convledger.cli.names import minute_text
    from convledger.cli.printing import print_table
    from convledger.reports.render.table import Column
    from convledger.reports.unit_costs.unit_budget_words import pico_words, step_words

    columns = [
        Column("step"),
        Column("conv.", "right"),
        Column("turns", "right"),
        Column("saved", "right"),
        Column("first", optional=1),
    ]
    rows = [
        [
            step_words(one.step),
            f"{one.conversations:,}",
            f"{one.turns:,}",
            pico_words(one.saved, run.terms.currency),
            minute_text(one.first_at, run.standing.query.zone),
        ]
        for one in run.sums
    ]
    print_table(columns, rows)


def _print_rows(run: LadderRun, everything: bool) -> None:
    from convledger.cli.names import short_id
    from convledger.cli.printing import print_table
    from convledger.reports.render.table import Column
    from convledger.reports.unit_costs.unit_budget_words import ACTION_WORDS, pico_words

    money = run.terms.currency
    touched = run.touched
    shown = touched if everything else touched[:MOST_ROWS]
    if not shown:
        return
    columns = [
        Column("conversation", shrink=True, minimum=14),
        Column("turns", "right", optional=1),
        Column("today", "right"),
        Column("then", "right"),
        Column("beyond", "right", optional=2),
        Column("before turn", shrink=True, minimum=16),
    ]
    rows = [
        [
            row.talk.title or short_id(row.talk.name.partition(":")[2]),
            f"{row.turns:,}",
            pico_words(row.today, money),
            pico_words(row.spent, money),
            pico_words(row.overshoot, money) if row.overshoot else "",
            ", ".join(f"{one.turn} {ACTION_WORDS[one.step.action]}" for one in row.fired),
        ]
        for row in shown
    ]
    print_table(columns, rows)
    if len(shown) < len(touched):
        streams.remark(f"{len(touched) - len(shown):,} more; --all prints all of them")

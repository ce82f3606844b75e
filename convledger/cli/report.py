"""The command `report`: usage and cost by anything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from convledger.cli import chosen, options
from convledger.cli.printing import print_documents_as_csv, print_json
from convledger.cli.updating import bring_up_to_date, store_texts_after

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.usage import UsageQuery

COUNTED = (
    "calls", "conversations", "input", "output", "reasoning", "cache_read", "cache_write_5m",
    "cache_write_1h", "list_cost_usd", "unpriced_calls", "reported_cost_usd", "estimated_calls",
    "web_searches",
)  # fmt: skip


def _complete_keys(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from convledger.reports.usage import KEYS

    done, comma, last = incomplete.rpartition(",")
    return [f"{done}{comma}{key}" for key in KEYS if key.startswith(last)]


@click.command(short_help="Usage and cost by day, model, project, client ...")
@click.option(
    "--by",
    multiple=True,
    metavar="KEY[,KEY]",
    shell_complete=_complete_keys,
    help="What to group by.  [default: day]",
)
@options.since_until
@options.several("--source", "Only these sources.")
@options.several("--model", "Only these models; `*` stands for anything.")
@options.several("--project", "Only these projects: a path, its last part, or with `*`.")
@options.several("--tag", "Only conversations with one of these tags.")
@options.several("--client", "Only conversations of these clients.")
@options.several("--conversation", "Only these conversations, by id.")
@options.json_flag
@options.csv_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
@click.option("--all", "everything", is_flag=True, help="Every row and column in the table.")
def report(
    by: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
    everything: bool,
    **filters: tuple[str, ...],
) -> None:
    """Print calls, tokens and list cost by any of

    hour, day, week, month, window5h, source, model, provider, project, conversation, tag, client,
    kind, outcome.

    The ledger is brought up to date with the logs first. A cost that is not known shows as a
    dash, never as zero. More: `convledger help report`.
    """
    from convledger.reports.usage import check_keys

    options.one_form(as_json, as_csv)
    keys = options.parts(by) or ("day",)
    check_keys(keys)
    query = make_query(keys, since, until, tz, filters)
    with chosen.open_ledger() as ledger:
        result = None if no_sync else bring_up_to_date(ledger, texts=False)
        answer = ledger.usage(_with_whole_ids(ledger, query))
        if as_json:
            print_json(answer.document())
        elif as_csv:
            names = (*keys, *(("title",) if "conversation" in keys else ()), *COUNTED)
            print_documents_as_csv([row.document() for row in answer.rows], names)
        else:
            from convledger.cli.usage_table import print_usage

            print_usage(ledger, answer, everything=everything)
        sys.stdout.flush()
        if result is not None:
            store_texts_after(ledger, result)


def _with_whole_ids(ledger: Ledger, query: UsageQuery) -> UsageQuery:
    """Return the query with each conversation by its whole id. Raises UsageProblem."""
    if not query.conversation:
        return query
    from dataclasses import replace

    return replace(
        query,
        conversation=tuple(
            name if "*" in name else ledger.conversation(name).native for name in query.conversation
        ),
    )


def make_query(
    keys: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    filters: dict[str, Any],
) -> UsageQuery:
    """Return the question that the options ask. Raises UsageProblem."""
    from convledger.cli.zones import zone_of
    from convledger.clock import now_us
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.usage import UsageQuery

    zone, zone_name = zone_of(tz)
    now = now_us()
    return UsageQuery(
        keys,
        zone,
        zone_name,
        since=read_since(since, zone, now) if since else None,
        until=read_until(until, zone, now) if until else None,
        **{name: options.parts(values) for name, values in filters.items()},
    )

"""The command `economics`: what conversations really cost, and where the cost comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from convledger.cli import chosen, options
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.cli.economics_asked import Asked
    from convledger.reports.unit_costs.summary import Economics


def _complete_segments(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from convledger.economics.conversation_costs import PIVOTS

    done, comma, last = incomplete.rpartition(",")
    return [f"{done}{comma}{name}" for name in PIVOTS if name.startswith(last)]


@click.command(short_help="The full cost of a conversation, and where it comes from.")
@options.since_until
@click.option("--month", metavar="MONTH", help="2026-10.  [default: the last 30 days]")
@click.option(
    "--by",
    multiple=True,
    metavar="A[,B]",
    shell_complete=_complete_segments,
    help="Segments of the pivot, one or two.  [default: source]",
)
@options.several("--source", "Only these sources.")
@options.several("--model", "Only where most of the cost is of these models.")
@options.several("--project", "Only these projects: a path, its last part, or with `*`.")
@options.several("--client", "Only conversations of these clients.")
@options.several("--tag", "Only conversations with one of these tags.")
@options.several("--user", "Only conversations of these users.")
@options.several("--tier", "Only these tiers.")
@options.several("--feature", "Only these features.")
@options.several("--kind", "Only these kinds.")
@options.several("--channel", "Only these channels: chat, email, voice ...")
@options.several("--outcome", "Only conversations that ended so.")
@click.option("--currency", metavar="CODE", default="USD", show_default=True, help="Of amounts.")
@click.option(
    "--outliers",
    "multiple",
    metavar="N",
    default="10",
    show_default=True,
    help="An outlier costs N times the median.",
)
@click.option("--components", is_flag=True, help="The list cost by kind of token.")
@click.option("--behind", metavar="NUMBER", help="List the conversations behind a number.")
@click.option("--ids", is_flag=True, help="In JSON, who is behind each number; else ids alone.")
@options.json_flag
@options.csv_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
@click.option("--all", "everything", is_flag=True, help="Every outlier, user and row.")
def economics(
    since: str | None,
    until: str | None,
    tz: str | None,
    month: str | None,
    by: tuple[str, ...],
    currency: str,
    multiple: str,
    components: bool,
    behind: str | None,
    ids: bool,
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
    everything: bool,
    **filters: tuple[str, ...],
) -> None:
    """Say what conversations cost with everything in it: tokens, plans, shared costs, people.

    The pivot is by one or two of source, model, project, client, user, tier, feature, kind,
    channel, tag, outcome and plan; --csv prints it alone. NUMBER is one like

    \b
    outliers  retries  unpriced  way:escalated  bin:messages:8
    segment:acme  user:ana  model:claude-sonnet-5  part:people

    What is not known shows as a dash, and a line below says why. More: `convledger help economics`.

    \b
    convledger economics --month 2026-10 --by client
    convledger economics --by client,model --csv
    convledger economics --by client --behind segment:acme
    """
    options.one_form(as_json, as_csv)
    if month is not None and (since or until):
        raise UsageProblem("--month says it all; leave --since and --until out")
    from convledger.cli.economics_asked import asked_of

    named = {kind: options.parts(values) for kind, values in filters.items()}
    with chosen.open_ledger() as ledger:
        asked = asked_of(
            ledger,
            since=since,
            until=until,
            month=month,
            tz=tz,
            by=options.parts(by),
            currency=currency,
            multiple=multiple,
            scope=named,
            no_sync=no_sync,
        )
        found = ledger.economics(asked.query, asked.multiple)
        _print(found, asked, behind, ids, as_json, as_csv, components, everything)


def _print(
    found: Economics,
    asked: Asked,
    behind: str | None,
    ids: bool,
    as_json: bool,
    as_csv: bool,
    components: bool,
    everything: bool,
) -> None:
    from convledger.cli import economics_behind

    if behind is not None or (ids and not as_json):
        economics_behind.print_behind(found, asked, behind or "all", ids, as_json, as_csv)
    elif as_json:
        from convledger.cli.printing import print_json
        from convledger.reports.unit_costs.document import document_of

        print_json(document_of(found, asked.by, with_components=components, with_ids=ids))
    elif as_csv:
        economics_behind.print_pivot_as_csv(found, asked)
    else:
        from convledger.cli.economics_tables import print_economics

        print_economics(found, asked, components=components, everything=everything)

"""The command `report`: usage and cost by anything."""

from __future__ import annotations

import click

from convledger.cli import options
from convledger.cli.report_answer import answer


def _complete_keys(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from convledger.reports.usage import KEYS

    done, comma, last = incomplete.rpartition(",")
    return [f"{done}{comma}{key}" for key in KEYS if key.startswith(last)]


def _complete_form(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [form for form in ("md", "html", "csv") if form.startswith(incomplete)]


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
@options.several("--outcome", "Only conversations that ended so; `*` stands for anything.")
@options.several("--channel", "Only conversations on these channels: chat, email, voice ...")
@options.several("--conversation", "Only these conversations, by id.")
@click.option("--month", metavar="MONTH", help="All of a month: 2026-10.")
@options.json_flag
@options.csv_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
@click.option("--all", "everything", is_flag=True, help="Every row and column in the table.")
@click.option(
    "--format",
    "form",
    metavar="[md|html|csv]",
    shell_complete=_complete_form,
    help="A month as a report to send to a client.",
)
@click.option("--out", metavar="PATH", help="The file of that report; - for standard output.")
@click.option("--force", is_flag=True, help="Replace the file where it is there.")
@click.option("--currency", metavar="CODE", help="Of its amounts.  [default: USD]")
@click.option("--title", metavar="TEXT", help="What stands above it.")
@click.option("--with-titles", is_flag=True, help="Show the titles of conversations in it.")
@click.option("--anonymous", is_flag=True, help="Show no ids, projects and users in it.")
def report(
    by: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
    everything: bool,
    month: str | None,
    form: str | None,
    out: str | None,
    force: bool,
    currency: str | None,
    title: str | None,
    with_titles: bool,
    anonymous: bool,
    **filters: tuple[str, ...],
) -> None:
    """Print calls, tokens and list cost by any of

    hour, day, week, month, window5h, source, model, provider, project, conversation, tag, client,
    kind, outcome, channel.

    The ledger is brought up to date with the logs first. A cost that is not known shows as a
    dash, never as zero. More: `convledger help report`.

    With --format it writes a report of a month that can be sent to a client, the last month that
    is over unless --month names one; --by then is the segment of its main table. It goes to
    standard output where that is no terminal, else into a file like acme-2026-10.html. More:
    `convledger help client-report`.

    \b
    convledger report --client acme --month 2026-10 --format html
    """
    answer(
        by, since, until, tz, as_json, as_csv, no_sync, everything, month, form, out, force,
        currency, title, with_titles, anonymous, **filters,
    )  # fmt: skip

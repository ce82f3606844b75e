"""The command `compare`: one's own usage under several plans."""

from __future__ import annotations

import click

from convledger.cli import chosen, options, streams
from convledger.cli.compare_asked import SCOPES, Asked, asked_of
from convledger.cli.plan_checking import complete_plan
from convledger.errors import UsageProblem


@click.command(short_help="Your own usage under several plans.")
@click.argument("plans", nargs=-1, metavar="[PLAN ...]", shell_complete=complete_plan)
@options.since_until
@click.option("--month", metavar="MONTH", help="2026-10.  [default: the last one that is over]")
@options.several("--source", "Only these sources.")
@options.several("--project", "Only these projects.")
@options.several("--client", "Only conversations of these clients.")
@options.several("--tag", "Only conversations with one of these tags.")
@click.option("--examples", is_flag=True, help="The plans that come along too.")
@click.option("--by", type=click.Choice(["month"]), help="Which was the cheapest each month.")
@click.option(
    "--timeout-sweep",
    "sweep",
    is_flag=False,
    flag_value="",
    metavar="[PLAN]",
    help="Units and bill of a plan by inactivity timeout, 5 minutes to 24 hours.",
)
@click.option(
    "--what-changed",
    "versions",
    nargs=2,
    metavar="OLD NEW",
    help="What differs between two versions of PLAN.",
)
@options.json_flag
@options.csv_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def compare(
    plans: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    month: str | None,
    examples: bool,
    by: str | None,
    sweep: str | None,
    versions: tuple[str, str] | None,
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
    **scope: tuple[str, ...],
) -> int:
    """Say what your usage would have come to under each plan, the cheapest first.

    PLAN is a plan of the workspace, an example or a file; without any, all of the workspace, or
    where there are none, the examples. Everything is counted anew by the rules of each plan, with
    periods that begin where the comparison does.

    \b
    convledger compare
    convledger compare studio chat-credits-30min --month 2026-10
    convledger compare --timeout-sweep studio
    """
    options.one_form(as_json, as_csv)
    if month is not None and (since or until):
        raise UsageProblem("--month says it all; leave --since and --until out")
    if sum((by is not None, sweep is not None, versions is not None)) > 1:
        raise UsageProblem("--by, --timeout-sweep and --what-changed are questions of their own")
    named = {kind: options.parts(scope[kind]) for kind in SCOPES}
    with chosen.open_ledger() as ledger:
        asked = asked_of(
            ledger, Asked(plans, since, until, tz, month, examples, named), no_sync=no_sync
        )
        from convledger.cli import compare_answers

        if versions is not None:
            return compare_answers.what_changed(asked, versions, as_json, as_csv)
        if sweep is not None:
            return compare_answers.sweep(asked, sweep, as_json, as_csv)
        if by is not None:
            return compare_answers.by_month(asked, as_json, as_csv)
        found = compare_answers.compare(asked, as_json, as_csv)
    if not found:
        streams.note("There was nothing to count. `convledger report --by month` says when was.")
    return 0

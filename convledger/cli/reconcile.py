"""The command `reconcile`: a provider's own usage or bill beside the ledger."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convledger.cli import chosen, options
from convledger.cli.outcome import DONE, FAILED
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.reconciling.asked import ReconcileQuery
    from convledger.sources.bills.records import Asked

PROVIDERS = ("anthropic", "openai", "cursor", "copilot", "litellm", "table")


@click.command(short_help="A provider's own bill beside the ledger.")
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.option("--provider", type=click.Choice(PROVIDERS), help="Whose table it is.  [default: as "
              "its columns tell]")  # fmt: skip
@options.several("--source", "Compare only the ledger's calls of these sources.")
@click.option("--since", metavar="WHEN", help="From this day on: 2026-11-01, 2026-11, month ...")
@click.option("--until", metavar="WHEN", help="Until this day, which is included.")
@click.option("--tz", metavar="ZONE", help="Zone that the bill's days are cut in.  [default: UTC]")
@click.option("--only-differences", is_flag=True, help="Leave out what is equal.")
@click.option("--calls", is_flag=True, help="Open each difference down to the ledger's calls.")
@click.option("--map", "columns", multiple=True, metavar="MEANING=COLUMN,...",
              help="What columns mean: day, model, input, cache_read, cache_write, output, tokens, "
              "calls, cost, currency.")  # fmt: skip
@click.option("--date-order", type=click.Choice(("dmy", "mdy", "ymd")), help="How 03/04/2026 is "
              "meant.")  # fmt: skip
@click.option("--decimal-comma", is_flag=True, help="Numbers are written 1.234,56.")
@click.option("--decimal-point", is_flag=True, help="Numbers are written 1,234.56.")
@click.option("--currency", metavar="CODE", help="Of amounts that name none.")
@click.option("--input-all", is_flag=True, help="Input tokens hold the cached ones.")
@click.option("--input-fresh", is_flag=True, help="Cached tokens are apart.")
@click.option("--keep", is_flag=False, flag_value="", metavar="[NOTE]",
              help="Keep what FILE says: `convledger check` verifies it from then on.")  # fmt: skip
@click.option("--list", "is_list", is_flag=True, help="The balances that are kept.")
@click.option("--forget", type=int, metavar="N", help="Forget a balance.")
@click.option("--bring-back", type=int, metavar="N", help="Bring a forgotten balance back.")
@options.json_flag
@options.csv_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def reconcile(
    file: Path | None,
    provider: str | None,
    source: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    only_differences: bool,
    calls: bool,
    columns: tuple[str, ...],
    date_order: str | None,
    decimal_comma: bool,
    decimal_point: bool,
    currency: str | None,
    input_all: bool,
    input_fresh: bool,
    keep: str | None,
    is_list: bool,
    forget: int | None,
    bring_back: int | None,
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
) -> int:
    """Compare a provider's usage or invoice table with the ledger, by day and model.

    FILE is an export of the Anthropic console, the OpenAI platform, Cursor's dashboard, GitHub
    Copilot, LiteLLM, or any table whose columns tell days, models and tokens or money. Days are
    those of UTC unless --tz says else. Nothing is imported. It ends with 0 where all is equal,
    with 1 where something differs. More: `convledger help reconcile`.

    \b
    convledger reconcile anthropic-usage.csv
    convledger reconcile invoice.csv --map day=Datum,cost=Betrag --decimal-comma
    convledger reconcile openai.csv --only-differences --calls
    """
    from convledger.cli import reconcile_answers, reconcile_balances

    options.one_form(as_json, as_csv)
    named = sum((file is not None, is_list, forget is not None, bring_back is not None))
    if named != 1:
        raise UsageProblem(
            "name one FILE (before --keep, whose own word is a note), or --list, --forget N, "
            "--bring-back N"
            if not named
            else "FILE, --list, --forget and --bring-back are questions of their own"
        )
    if file is None and keep is not None:
        raise UsageProblem("--keep needs a FILE to keep the balance of")
    mark = _either("--decimal-comma", decimal_comma, "--decimal-point", decimal_point)
    input_is_all = _either("--input-all", input_all, "--input-fresh", input_fresh)
    with chosen.open_ledger() as ledger:
        if is_list:
            return reconcile_balances.list_balances(ledger, as_json, as_csv)
        if forget is not None:
            return reconcile_balances.forget(ledger, forget)
        if bring_back is not None:
            return reconcile_balances.bring_back(ledger, bring_back)
        assert file is not None
        query = _query(ledger, since, until, tz, options.parts(source), no_sync=no_sync)
        asked = _asked(
            query,
            provider,
            columns,
            date_order,
            {None: "", True: ",", False: "."}[mark],
            currency,
            input_is_all,
        )
        found = ledger.reconcile(file.expanduser(), asked, query)
        reconcile_answers.show(
            ledger,
            found,
            only_differences=only_differences,
            calls=calls,
            as_json=as_json,
            as_csv=as_csv,
        )
        if keep is not None:
            reconcile_balances.keep(ledger, found, keep)
    return DONE if found.is_equal else FAILED


def _either(first: str, is_first: bool, second: str, is_second: bool) -> bool | None:
    """Return whether the first of two flags was given, None for neither. Raises UsageProblem."""
    if is_first and is_second:
        raise UsageProblem(f"{first} and {second} can't both be meant; choose one")
    return True if is_first else False if is_second else None


def _query(
    ledger: Ledger,
    since: str | None,
    until: str | None,
    tz: str | None,
    sources: tuple[str, ...],
    *,
    no_sync: bool,
) -> ReconcileQuery:
    from convledger import clock
    from convledger.cli.updating import bring_up_to_date
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.reconciling.asked import ReconcileQuery, day_begun
    from convledger.zones import zone_of

    zone, zone_name = zone_of(tz or "UTC")
    if not no_sync:
        bring_up_to_date(ledger, texts=False)
    now = clock.now_us()
    return ReconcileQuery(
        now,
        zone,
        zone_name,
        None if since is None else day_begun(read_since(since, zone, now), zone, "--since"),
        None if until is None else day_begun(read_until(until, zone, now), zone, "--until"),
        sources,
    )


def _asked(
    query: ReconcileQuery,
    provider: str | None,
    columns: tuple[str, ...],
    order: str | None,
    mark: str,
    currency: str | None,
    input_is_all: bool | None,
) -> Asked:
    from convledger.reports.reconciling.asked import columns_of
    from convledger.sources.bills.records import Asked

    code = (currency or "").strip().upper()
    if currency is not None and not re.fullmatch("[A-Z]{3}", code):
        raise UsageProblem(f"--currency {currency!r:.20} is no code like USD or EUR")
    return Asked(
        provider or "",
        columns_of(columns, "--map"),
        order or "",
        mark,
        code,
        input_is_all,
        query.zone,
    )

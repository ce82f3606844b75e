"""What `report` does once its options are read, by whichever parser."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from convledger.cli import chosen, values
from convledger.cli.printing import print_documents_as_csv, print_json
from convledger.cli.updating import bring_up_to_date, store_texts_after

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.usage import UsageQuery

COUNTED = (
    "calls", "conversations", "input", "output", "reasoning", "cache_read", "cache_write_5m",
    "cache_write_1h", "list_cost_usd", "unpriced_calls", "reported_cost_usd", "estimated_calls",
    "tokens_estimated", "tokens_unknown", "web_searches",
)  # fmt: skip


def answer(
    by: tuple[str, ...],
    since: str | None,
    until: str | None,
    tz: str | None,
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
    everything: bool,
    month: str | None = None,
    form: str | None = None,
    out: str | None = None,
    force: bool = False,
    currency: str | None = None,
    title: str | None = None,
    with_titles: bool = False,
    anonymous: bool = False,
    **filters: tuple[str, ...],
) -> None:
    """Bring the ledger up to date, ask it, print what it says, store what is left to store."""
    values.one_form(as_json, as_csv)
    if month is not None and (since is not None or until is not None):
        raise _problem("--month says it all; leave --since and --until out")
    if form is not None:
        from convledger.cli.client_report import Wanted, write_report

        if as_json or as_csv or everything or since is not None or until is not None:
            raise _problem(
                "--format writes the report of a --month; leave --json, --csv, --all, --since "
                "and --until out"
            )
        write_report(
            Wanted(
                by, month, tz, form, out, force, currency, title, with_titles, anonymous, no_sync,
                filters,
            )
        )  # fmt: skip
        return
    if force or with_titles or anonymous or any((out, currency, title)):
        raise _problem(
            "--out, --force, --currency, --title, --with-titles and --anonymous are of the report "
            "for a client; say which --format it has: md, html or csv"
        )
    from convledger.reports.usage import check_keys

    since, until = (month, month) if month is not None else (since, until)
    keys = values.parts(by) or ("day",)
    check_keys(keys)
    query = make_query(keys, since, until, tz, filters)
    with chosen.open_ledger() as ledger:
        result = None if no_sync else bring_up_to_date(ledger, texts=False)
        found = ledger.usage(_with_whole_ids(ledger, query))
        if as_json:
            print_json(found.document())
        elif as_csv:
            names = (*keys, *(("title",) if "conversation" in keys else ()), *COUNTED)
            print_documents_as_csv([row.document() for row in found.rows], names)
        else:
            from convledger.cli.usage_table import print_usage

            print_usage(ledger, found, everything=everything)
        sys.stdout.flush()
        if result is not None:
            store_texts_after(ledger, result)


def _problem(text: str) -> Exception:
    from convledger.errors import UsageProblem

    return UsageProblem(text)


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
    from convledger.clock import now_us
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.usage import UsageQuery
    from convledger.zones import zone_of

    zone, zone_name = zone_of(tz)
    now = now_us()
    return UsageQuery(
        keys,
        zone,
        zone_name,
        since=read_since(since, zone, now) if since else None,
        until=read_until(until, zone, now) if until else None,
        **{name: values.parts(given) for name, given in filters.items()},
    )

"""The commands `credits ledger` and `credits alerts`: what moved the credits, and what was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convledger.cli import chosen, options, streams
from convledger.cli.credits_now import looked_at, safe
from convledger.cli.doubt_words import doubt_document
from convledger.cli.plan_checking import complete_plan
from convledger.cli.plan_words import credits_words, moment_words, used_words
from convledger.cli.printing import print_documents_as_csv, print_json, print_table
from convledger.clock import iso_text
from convledger.money import usd_text
from convledger.plans.certainty import SURE, Doubt

Doubts = dict[int, Doubt]  # of alerts by their number

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.ledger import Ledger
    from convledger.reports.plan_credits import LedgerLine
    from convledger.reports.plan_records import AlertGiven

USUAL = 50
BOOKED = frozenset(("grant", "void", "refund"))  # what can be booked by hand
ROW = (
    "at", "day", "kind", "what", "lot", "pool", "credits", "balance", "entries", "number",
    "conversation", "title", "note", "credits_estimated", "balance_estimated",
    "calls_without_tokens",
)  # fmt: skip
ALERT_ROW = (
    "number", "at", "plan", "threshold_percent", "what", "period", "measure", "used", "budget",
    "muted", "estimated", "calls_without_tokens",
)  # fmt: skip


@click.command(name="ledger", short_help="What moved the credits, newest first.")
@click.argument("name", metavar="[PLAN]", required=False, shell_complete=complete_plan)
@click.option("--since", metavar="WHEN", help="2026-11-01, 2026-11, 7d, today, month ...")
@click.option("--until", metavar="WHEN", help="Before this; a day is included whole.")
@click.option("--each", "each", is_flag=True, help="Every entry, not what a day comes to.")
@click.option("--limit", type=click.IntRange(1), help=f"At most so many.  [default: {USUAL}]")
@options.json_flag
@options.csv_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def ledger_(
    name: str | None,
    since: str | None,
    until: str | None,
    each: bool,
    limit: int | None,
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
) -> int:
    """List what moved the credits, the newest first, with the balance behind each line.

    A line is what one day, one lot and one kind come to; --each shows every entry with its
    conversation, and what is only reserved. An amount in brackets moves no credits. Entries are
    appended and never changed: a correction is an entry of its own.
    """
    from convledger.reports.periods import read_since, read_until
    from convledger.reports.plan_credits import ledger_lines

    options.one_form(as_json, as_csv)
    with chosen.open_ledger() as ledger:
        one, now = looked_at(ledger, name, no_sync=no_sync)
        bill = ledger.plan_book.bill(one, now)
        zone = bill.contract.zone_at(now)
        found = ledger_lines(
            bill,
            zone,
            since=None if since is None else read_since(since, zone, now),
            until=None if until is None else read_until(until, zone, now),
            each=each,
        )
        most = limit or (None if as_json or as_csv else USUAL)
        lines = found[:most]
        notes = {fact.id: fact.note for fact in ledger.credit_facts(one)}
        documents = _documents(ledger, lines, notes)
    if as_json:
        print_json({"schema": 1, "plan": one.plan, "as_of": iso_text(now), "entries": documents})
    elif as_csv:
        print_documents_as_csv(documents, ROW)
    elif lines:
        _print(lines, documents, zone, each=each)
        if len(found) > len(lines):
            streams.remark(f"{len(found) - len(lines):,} more: `--limit {len(found)}` shows all")
    else:
        streams.say("Nothing has moved credits there.")
    return 0


def _documents(
    ledger: Ledger, lines: list[LedgerLine], notes: dict[int, str]
) -> list[dict[str, Any]]:
    """Return the lines as JSON says them, with the conversations behind single usages."""
    ids = {line.conversation_id for line in lines if line.conversation_id is not None}
    known = {one.id: one for one in ledger.conversation_lines(sorted(ids))}
    found = []
    for line in lines:
        of = known.get(line.conversation_id) if line.conversation_id is not None else None
        found.append(
            {
                "at": iso_text(line.at),
                "day": line.day,
                "kind": line.kind,
                "what": line.what,
                "lot": line.lot,
                "pool": line.pool,
                "credits": usd_text(line.amount),
                "changes_balance": line.moves,
                "balance": usd_text(line.balance),
                "entries": line.entries,
                "number": line.number or None,
                "conversation": None if of is None else of.native,
                "title": None if of is None else of.title,
                "note": notes.get(line.number) or None if line.kind in BOOKED else None,
                "credits_estimated": line.amount_doubt.is_estimated,
                "balance_estimated": line.balance_doubt.is_estimated,
                "calls_without_tokens": line.balance_doubt.uncounted,
            }
        )
    return found


def _print(
    lines: list[LedgerLine], documents: list[dict[str, Any]], zone: tzinfo, *, each: bool
) -> None:
    from convledger.cli.names import short_id
    from convledger.reports.render.numbers import doubted
    from convledger.reports.render.table import Column

    has_pools = any(line.pool for line in lines)
    columns = [
        Column("when"),
        Column("what"),
        Column("lot", shrink=True, minimum=6, optional=1),
        Column("pool", shrink=True, minimum=4, optional=1),
        Column("entries", "right", optional=3),
        Column("credits", "right"),
        Column("balance", "right"),
        Column("conversation", optional=4),
        Column("title", shrink=True, minimum=12, optional=2),
        Column("note", shrink=True, minimum=12, optional=5),
    ]
    rows = []
    for line, document in zip(lines, documents, strict=True):
        number = f" (number {line.number})" if line.number else ""
        names_it = (
            each or line.kind in BOOKED
        )  # of a day's usage by chance a single one is not told
        native = document["conversation"] if names_it else None
        moved = credits_words(line.amount, signed=line.moves)
        moved = doubted(moved, line.amount, line.amount_doubt)
        moved = moved if line.moves else f"({moved})"
        rows.append(
            [
                moment_words(line.at, zone) if each else line.day,
                f"{line.what}{number}",
                line.lot if line.lot != line.what else "",
                line.pool,
                f"{line.entries:,}",
                moved,
                doubted(
                    credits_words(line.balance), line.balance, line.balance_doubt, at_most=True
                ),
                short_id(native) if native else "",
                (document["title"] or "") if names_it else "",
                document["note"] or "",
            ]
        )
    kept = [0, 1, 2, *([3] if has_pools else []), *([] if each else [4]), 5, 6]
    kept += [7, 8] if each or any(row[7] for row in rows) else []
    kept += [9] if any(row[9] for row in rows) else []
    print_table([columns[at] for at in kept], [[row[at] for at in kept] for row in rows])


@click.command(short_help="The alerts that were given.")
@click.argument("name", metavar="[PLAN]", required=False, shell_complete=complete_plan)
@click.option("--mute", type=click.IntRange(1), metavar="NUMBER", help="Keep it off the prompt.")
@options.json_flag
@options.csv_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def alerts(name: str | None, mute: int | None, as_json: bool, as_csv: bool, no_sync: bool) -> int:
    """List every alert that was given, the newest first. Each is given once in its period."""
    from convledger import clock
    from convledger.cli.following import look
    from convledger.reports.alert_doubts import doubts_of_alerts
    from convledger.zones import machine_zone

    options.one_form(as_json, as_csv)
    with chosen.open_ledger() as ledger:
        if mute is not None:
            muted = ledger.mute_alert(mute)
            streams.note(safe(f"{muted.threshold} % of {muted.what} is off the prompt now."))
            no_sync = True
        now = clock.now_us()
        if ledger.plan_book.subscriptions():
            now = look(ledger, no_sync=no_sync)
        plan = None if name is None else looked_at(ledger, name, no_sync=True)[0].plan
        found = [one for one in reversed(ledger.alerts_given()) if plan in (None, one.plan)]
        doubts = doubts_of_alerts(ledger.plan_book, ledger.connection, found, now)
        currencies = {
            plan_id: history.plans[-1].currency
            for plan_id, history in ledger.plan_book.shelf.histories.items()
        }
    zone, _ = machine_zone()
    if as_json:
        print_json({"schema": 1, "alerts": [_alert_document(one, doubts) for one in found]})
    elif as_csv:
        print_documents_as_csv([_alert_row(one, doubts) for one in found], ALERT_ROW)
    elif found:
        _print_alerts(found, doubts, currencies, zone)
    else:
        streams.say("No alert was given yet.")
    return 0


def _alert_row(one: AlertGiven, doubts: Doubts) -> dict[str, Any]:
    document = _alert_document(one, doubts)
    return {**document, **document["doubts"]}


def _alert_document(one: AlertGiven, doubts: Doubts) -> dict[str, Any]:
    is_share = one.measure == "share"
    return {
        "number": one.number,
        "at": iso_text(one.at),
        "plan": one.plan,
        "threshold_percent": one.threshold,
        "what": one.what,
        "period": one.period,
        "measure": one.measure,
        "used": str(one.used) if is_share else usd_text(one.used),
        "budget": str(one.budget) if is_share else usd_text(one.budget),
        "muted": one.is_muted,
        "doubts": doubt_document(doubts.get(one.number, SURE)),
    }


def _print_alerts(
    found: list[AlertGiven], doubts: Doubts, currencies: dict[str, str], zone: tzinfo
) -> None:
    from convledger.reports.render.table import Column

    columns = [
        Column("number", "right"),
        Column("given"),
        Column("plan", optional=2),
        Column("at", "right"),
        Column("of", shrink=True, minimum=12),
        Column("used", shrink=True, minimum=8),
        Column("", optional=1),
    ]
    rows = [
        [
            str(one.number),
            moment_words(one.at, zone),
            one.plan,
            f"{one.threshold} %",
            one.what or "untitled",
            used_words(
                one.used,
                one.budget,
                one.measure,
                currencies.get(one.plan, "USD"),
                doubts.get(one.number, SURE),
            ),
            "off the prompt" if one.is_muted else "",
        ]
        for one in found
    ]
    print_table(columns, rows)

"""The commands `cost list`, `cost show`, `cost unallocated`: what was entered and who bears it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from convledger.cli import chosen, options, streams
from convledger.cli.cost_words import (
    amount_words,
    for_words,
    here,
    item_document,
    numbers_of,
    query_of,
    span_words,
    zone_option,
)
from convledger.cli.fact_rows import say_facts
from convledger.cli.following import look
from convledger.cli.plan_words import money_words
from convledger.cli.printing import print_csv, print_documents_as_csv, print_json, print_table
from convledger.money import usd_text
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.economics.cost_items import Days
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.reports.unit_costs.bearing import Bearing
    from convledger.reports.unit_costs.costs import Costs
    from convledger.store.costs import StoredItem

USUAL = 20
ROW = (
    "number", "kind", "name", "amount", "currency", "every", "since", "until", "rule", "scope",
    "note", "is_gone", "due",
)  # fmt: skip
_NO_SYNC = click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
_MONTH = click.option("--month", metavar="MONTH", help="2026-10, month, 7d ...")


@click.command(name="list", short_help="The costs beside tokens (the default).")
@click.option("--all", "everything", is_flag=True, help="Those that were taken away too.")
@_MONTH
@zone_option
@options.json_flag
@options.csv_flag
def list_(everything: bool, month: str | None, tz: str | None, as_json: bool, as_csv: bool) -> int:
    """List costs and revenue beside the tokens; with --month those of it, and what fell due."""
    from convledger.economics.cost_items import accrued_within

    options.one_form(as_json, as_csv)
    zone, name, now = here(tz)
    query = query_of(month, zone, name, now) if month else None
    with chosen.open_ledger() as ledger:
        items = ledger.cost_items(with_gone=everything)
    due: dict[int, int] = {}
    if query is not None:
        from convledger.reports.unit_costs.shared import item_of

        days = query.days.within(query.due_days)
        items = [item for item in items if any(True for _ in item_of(item).periods(query.days))]
        due = {item.id: accrued_within(item_of(item), days) for item in items}
    documents = [item_document(item) for item in items]
    for document in documents if query is not None else ():
        document["due"] = usd_text(due[document["number"]])
    if as_json:
        print_json({"schema": 1, "month": month, "costs": documents})
    elif as_csv:
        for document in documents:
            document["scope"] = "; ".join(
                f"{key}={value}" for key, values in document["scope"].items() for value in values
            )
        print_documents_as_csv(documents, ROW)
    elif items:
        _print(items, due, with_due=query is not None)
    else:
        when = f" in {month}" if month else ""
        streams.say(f"No costs beside tokens are entered{when}.")
        streams.note("`convledger cost add --help` shows how; `convledger help costs` explains.")
    return 0


def _print(items: list[StoredItem], due: dict[int, int], *, with_due: bool) -> None:
    from convledger.reports.render.table import Column

    columns = [
        Column("no.", "right"),
        Column("kind"),
        Column("name", shrink=True, minimum=8),
        Column("amount", "right"),
        Column("days"),
        Column("divided", optional=2),
        Column("for", shrink=True, minimum=6, optional=1),
        Column("note", shrink=True, minimum=8, optional=3),
    ]
    rows = [
        [
            f"{item.id}{' gone' if item.gone_at is not None else ''}",
            item.kind,
            item.name,
            amount_words(item),
            span_words(item),
            item.rule,
            for_words(item),
            item.note,
        ]
        for item in items
    ]
    if not any(item.note for item in items):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    if with_due:
        columns.insert(4, Column("due", "right"))
        for item, row in zip(items, rows, strict=True):
            row.insert(4, money_words(due[item.id], item.currency))
    print_table(columns, rows)


@click.command(short_help="Who bears a cost, to the last unit.")
@click.argument("number")
@_MONTH
@click.option("--all", "everything", is_flag=True, help="Every conversation and period.")
@zone_option
@options.json_flag
@options.csv_flag
@_NO_SYNC
def show(
    number: str,
    month: str | None,
    everything: bool,
    tz: str | None,
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
) -> int:
    """Say how a cost is divided: by which rule, what each conversation bears, what none does.

    Amounts are exact to the last unit of 12 places. A period counts as far as it has passed.
    """
    options.one_form(as_json, as_csv)
    (wanted,) = numbers_of((number,))
    zone, name, now = here(tz)
    with chosen.open_ledger() as ledger:
        item = ledger.cost_item(wanted)
        look(ledger, no_sync=no_sync)
        text = month or min(item.since.isoformat(), "2199-12-31")
        query = query_of(text, zone, name, now, item.currency)
        if month is None:
            query = query.until_now()
        found = ledger.cost_bearing(item, query)
        closed = ledger.closed_costs()
    if as_json:
        print_json(_bearing_document(item, found))
    elif as_csv:
        print_csv(
            ("conversation", "title", "opened_at", "amount", "currency"),
            [
                [each["conversation"], each["title"], each["opened_at"], each["amount"],
                 item.currency]
                for each in _bearing_document(item, found)["borne"]
            ],
        )  # fmt: skip
    else:
        _say_bearing(item, found, query, everything=everything)
        if closed and any(each.days.until <= closed[-1].closing.until for each in found.periods):
            streams.remark(
                f"{closed[-1].month:%B %Y} is closed: up to then economics has it as it was "
                "divided when it was closed"
            )
    return 0


def _bearing_document(item: StoredItem, found: Bearing) -> dict[str, Any]:
    from convledger.clock import iso_text

    return {
        "schema": 1,
        **item_document(item),
        "erased_weight": item.erased_weight or None,
        "due": usd_text(found.amount),
        "unallocated": usd_text(found.unallocated),
        "borne": [
            {
                "conversation": talk.name,
                "title": talk.title,
                "opened_at": iso_text(talk.opened_at),
                "amount": usd_text(amount),
            }
            for talk, amount in found.borne
        ],
        "periods": [
            {
                "since": each.days.since.isoformat(),
                "until": _last(each.days),
                "due": usd_text(each.accrued),
                "conversations": len(each.shared.parts),
                "unallocated": usd_text(each.shared.unallocated),
                "why": each.why or None,
                "divided_equally": each.is_fallen_back,
            }
            for each in found.periods
        ],
    }


def _last(days: Days) -> str:
    from datetime import timedelta

    return (days.until - timedelta(days=1)).isoformat()


def _days_words(days: Days) -> str:
    last = _last(days)
    return last if days.length == 1 else f"{days.since} – {last}"


def _exact(amount: int, currency: str) -> str:
    return f"{usd_text(amount)} {currency}"


def _say_bearing(item: StoredItem, found: Bearing, query: CostQuery, *, everything: bool) -> None:
    from convledger.cli.names import minute_text
    from convledger.reports.render.table import Column

    rule = {"hand": "by hand", "equal": "in equal parts"}.get(item.rule, f"by {item.rule}")
    facts = [
        (f"{item.id}", f"{item.kind} {item.name}"),
        ("amount", amount_words(item)),
        ("days", span_words(item)),
        ("divided", f"{rule}, for {for_words(item)}"),
        ("due so far", _exact(found.amount, item.currency)),
        ("unallocated", _exact(found.unallocated, item.currency)),
        *([("note", item.note)] if item.note else []),
    ]
    say_facts(facts)
    if item.gone_at is not None:
        streams.say("It was taken away: nobody bears it.")
        return
    if item.erased_weight:
        whole = item.erased_weight + sum(item.shares.values())
        streams.say(
            f"Conversations with {item.erased_weight:,} of its {whole:,} weights were erased; "
            "what they bore falls to nobody."
        )
    for why in dict.fromkeys(each.why for each in found.periods if each.why):
        streams.say(f"Unallocated: {why}.")
    if any(each.is_fallen_back for each in found.periods):
        streams.say(f"Where there was nothing to weigh by {item.rule}, it is divided equally.")
    most = None if everything else USUAL
    if len(found.periods) > 1:
        streams.say()
        print_table(
            [Column("days"), Column("due", "right"), Column("conversations", "right"),
             Column("unallocated", "right")],
            [
                [
                    _days_words(each.days),
                    usd_text(each.accrued),
                    f"{len(each.shared.parts):,}",
                    usd_text(each.shared.unallocated),
                ]
                for each in found.periods[-most if most else 0 :]
            ],
        )  # fmt: skip
    if found.borne:
        streams.say()
        print_table(
            [Column("conversation", shrink=True, minimum=12), Column("opened", optional=2),
             Column("title", shrink=True, minimum=10, optional=1), Column("bears", "right")],
            [
                [talk.name, minute_text(talk.opened_at, query.zone), talk.title, usd_text(amount)]
                for talk, amount in found.borne[:most]
            ],
        )  # fmt: skip
    hidden = max(len(found.borne) - USUAL, 0) if most else 0
    if hidden:
        streams.remark(f"{hidden:,} more: `convledger cost show {item.id} --all` shows all")


@click.command(short_help="What no conversation bears, and why.")
@_MONTH
@click.option("--currency", default="USD", metavar="CODE", help="Shown in.  [default: USD]")
@zone_option
@options.json_flag
@options.csv_flag
@_NO_SYNC
def unallocated(
    month: str | None,
    currency: str,
    tz: str | None,
    as_json: bool,
    as_csv: bool,
    no_sync: bool,
) -> int:
    """List what of this month's shared costs, or of another time's, no conversation bears."""
    from convledger.reports.unit_costs.written import currency_of

    options.one_form(as_json, as_csv)
    zone, name, now = here(tz)
    query = query_of(month, zone, name, now, currency_of(currency))
    with chosen.open_ledger() as ledger:
        look(ledger, no_sync=no_sync)
        found = ledger.conversation_costs(query)
    documents = [
        {
            "number": each.item_id,
            "name": each.name,
            "part": each.part,
            "since": each.days.since.isoformat(),
            "until": _last(each.days),
            "amount": None if each.amount is None else usd_text(each.amount),
            "currency": query.currency,
            "why": each.why,
        }
        for each in found.left
    ]
    if as_json:
        print_json({"schema": 1, "unallocated": documents, "missing_rates": found.missing_rates})
    elif as_csv:
        print_documents_as_csv(
            documents,
            ("number", "name", "part", "since", "until", "amount", "currency", "why"),
        )
    else:
        _say_left(found, query)
    return 0


def _say_left(found: Costs, query: CostQuery) -> None:
    from convledger.reports.render.table import Column

    if not found.left:
        streams.say("Every cost that fell due is borne by a conversation.")
    else:
        rows = [
            [
                str(each.item_id or ""),
                each.name,
                each.part,
                _days_words(each.days),
                money_words(each.amount, query.currency),
                each.why,
            ]
            for each in found.left
        ]
        print_table(
            [Column("no.", "right"), Column("name", shrink=True, minimum=8), Column("part"),
             Column("days", optional=1), Column("unallocated", "right"),
             Column("why", shrink=True, minimum=16)],
            rows,
        )  # fmt: skip
    for line in missing_rate_lines(found.missing_rates.items(), query.currency):
        streams.note(line)


def missing_rate_lines(missing: Iterable[tuple[str, str]], currency: str) -> Iterable[str]:
    """Yield what is not known for want of a rate, and the way out."""
    for code, what in missing:
        yield display_text(
            f"{what} is in {code}, and no rate to {currency} is known for its day: "
            f"`convledger cost rate {code} {currency} RATE --since DAY`"
        )

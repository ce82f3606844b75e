"""The commands `cost add`, `edit`, `remove`, `bring-back`, `undo`."""

from __future__ import annotations

from datetime import date, tzinfo
from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.cost_words import (
    day_behind,
    first_day,
    here,
    item_document,
    numbers_of,
    say_closed,
    say_item,
    scope_of,
    scope_options,
    zone_option,
)
from convledger.cli.printing import print_json
from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.ledger import Ledger

KINDS = ("subscription", "infrastructure", "retrieval", "tool", "rerank", "human", "other")
_ANY_KIND = (*KINDS, "revenue")
_EVERY = click.Choice(["day", "week", "month", "year"])
_RULES = "equal, tokens, time, cost, messages or hand"
_NAMED = click.option(
    "--conversation", "named", multiple=True, metavar="NAME[=WEIGHT]",
    shell_complete=options.complete_conversation, help="Who bears it, by hand.",
)  # fmt: skip
_SIGNED = {"ignore_unknown_options": True}


@click.command(context_settings=_SIGNED, short_help="Enter a cost, or revenue.")
@click.argument("kind", metavar="KIND")
@click.argument("name")
@click.argument("amount")
@click.option("--currency", metavar="CODE", help="Its currency.  [default: USD]")
@click.option("--every", type=_EVERY, help="It comes again each such period.")
@click.option("--since", metavar="DAY", help="From this day on.  [with --every: today]")
@click.option("--until", metavar="DAY", help="Its last day.")
@click.option("--on", metavar="DAY", help="For one day, or for a month like 2026-10.")
@click.option("--rule", metavar="RULE", help=f"How it is divided: {_RULES}.  [default: equal]")
@scope_options
@_NAMED
@click.option("--note", default="", metavar="TEXT", help="What you want to remember of it.")
@zone_option
@options.json_flag
def add(
    kind: str,
    name: str,
    amount: str,
    currency: str | None,
    every: str | None,
    since: str | None,
    until: str | None,
    on: str | None,
    rule: str | None,
    named: tuple[str, ...],
    note: str,
    tz: str | None,
    as_json: bool,
    **scope: tuple[str, ...],
) -> int:
    """Enter a cost beside the tokens. KIND is subscription, infrastructure, retrieval, tool,
    rerank, human, other or revenue. An amount below 0 is a refund.

    \b
    convledger cost add subscription "Helpdesk seats" 120 --every month --since 2026-10-01
    convledger cost add infrastructure "Vector store" 85.40 --on 2026-10 --rule tokens
    convledger cost add tool "Web search" -12.50 --on 2026-10-14 --client acme
    convledger cost add retrieval "Special index" 30 --on 2026-10 --conversation 5d0caad8=2
    """
    from convledger.reports.unit_costs.entered import one_of
    from convledger.reports.unit_costs.written import amount_of, currency_of
    from convledger.store.costs import StoredItem

    kind = one_of(kind, _ANY_KIND, "kind of cost")
    code = "" if currency is None else currency_of(currency)
    pico, told = amount_of(amount, code)
    zone, _, now = here(tz)
    first, behind = _days(every, since, until, on, zone, now)
    with chosen.open_ledger() as ledger:
        shares = _shares(ledger, named)
        item = StoredItem(
            id=0, kind=kind, name=name, since=first, until=behind, every=every or "", amount=pico,
            currency=code or told or "USD", rule=rule or ("hand" if shares else "equal"),
            scope=scope_of(scope), note=note, shares=shares,
        )  # fmt: skip
        change = ledger.add_costs([item], now=now)
        (number,) = change.came["cost_item"]
        say_closed(ledger, change)
        if as_json:
            print_json({"schema": 1, **item_document(ledger.cost_item(number))})
            return 0
        say_item(ledger, number, "Entered as number")
    streams.note(
        f"`convledger cost show {number}` says who bears it, `convledger cost undo` takes it back."
    )
    return 0


@click.command(context_settings=_SIGNED, short_help="Change a cost; the old one is kept.")
@click.argument("number")
@click.option("--kind", metavar="KIND", help="Another kind.")
@click.option("--name", metavar="NAME", help="Another name.")
@click.option("--amount", metavar="AMOUNT", help="Another amount.")
@click.option("--currency", metavar="CODE", help="Another currency.")
@click.option("--every", type=click.Choice(["day", "week", "month", "year", "once"]),
              help="How often it comes.")  # fmt: skip
@click.option("--since", metavar="DAY", help="Its first day.")
@click.option("--until", metavar="DAY", help="Its last day; `never` for none.")
@click.option("--on", metavar="DAY", help="For one day, or for a month like 2026-10.")
@click.option("--rule", metavar="RULE", help=f"How it is divided: {_RULES}.")
@scope_options
@click.option("--everyone", is_flag=True, help="For all conversations.")
@_NAMED
@click.option("--note", metavar="TEXT", help="Another note.")
@zone_option
def edit(
    number: str,
    kind: str | None,
    amount: str | None,
    currency: str | None,
    every: str | None,
    since: str | None,
    until: str | None,
    on: str | None,
    rule: str | None,
    everyone: bool,
    named: tuple[str, ...],
    tz: str | None,
    name: str | None,
    note: str | None,
    **scope: tuple[str, ...],
) -> int:
    """Change what is said of a cost. It gets a new number; the old one can be brought back."""
    from convledger.reports.unit_costs.written import amount_of, currency_of

    (old,) = numbers_of((number,))
    zone, _, now = here(tz)
    words = (("kind", kind), ("name", name), ("rule", rule), ("note", note))
    changes: dict[str, Any] = {key: value for key, value in words if value is not None}
    with chosen.open_ledger() as ledger:
        kept = ledger.cost_item(old)
        if currency is not None:
            changes["currency"] = currency_of(currency)
        if amount is not None:
            changes["amount"], _ = amount_of(amount, changes.get("currency", kept.currency))
        if every is not None:
            changes["every"] = "" if every == "once" else every
        if on is not None:
            _not_both(since, until)
            changes["since"], changes["until"] = first_day(on, zone, now), day_behind(on, zone, now)
        if since is not None:
            changes["since"] = first_day(since, zone, now)
        if until is not None:
            changes["until"] = None if until == "never" else day_behind(until, zone, now)
        if told := scope_of(scope):
            changes["scope"] = {**kept.scope, **told}
        if everyone:
            changes["scope"] = {}
        if named:
            changes["shares"] = _shares(ledger, named)
            changes.setdefault("rule", "hand")
        change = ledger.edit_cost(old, now=now, **changes)
        say_item(ledger, change.came["cost_item"][0], f"{old} is now number")
        say_closed(ledger, change)
    streams.note("`convledger cost undo` takes it back.")
    return 0


@click.command(short_help="Take costs away; they can be brought back.")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER ...")
def remove(numbers: tuple[str, ...]) -> int:
    """Take costs away by their numbers: all of them or none. Their rows are kept."""
    wanted = numbers_of(numbers)
    with chosen.open_ledger() as ledger:
        change = ledger.remove_costs(wanted, now=clock.now_us())
        for number in wanted:
            say_item(ledger, number, "Taken away:")
        say_closed(ledger, change)
    streams.note(f"`convledger cost bring-back {' '.join(map(str, wanted))}` brings it back.")
    return 0


@click.command(name="bring-back", short_help="Bring back costs that were taken away.")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER ...")
def bring_back(numbers: tuple[str, ...]) -> int:
    """Bring back costs that were taken away or changed, by their numbers."""
    wanted = numbers_of(numbers)
    with chosen.open_ledger() as ledger:
        change = ledger.bring_back_costs(wanted, now=clock.now_us())
        for number in wanted:
            say_item(ledger, number, "Brought back:")
        say_closed(ledger, change)
    return 0


_DONE = {
    "add": "what was entered",
    "edit": "the change",
    "import": "the import",
    "remove": "what was taken away",
    "bring back": "what was brought back",
    "hourly": "the change of what an hour costs",
    "rate": "the change of an exchange rate",
    "minutes": "the change of the usual minutes",
    "close": "the closing of months",
    "open": "the opening of months",
}


@click.command(short_help="Take the last change back.")
def undo() -> int:
    """Take the last change back: of a cost, of people's time, of a rate; again for the one before.

    The last 50 changes are remembered.
    """
    with chosen.open_ledger() as ledger:
        change = ledger.undo_costs(now=clock.now_us())
        told = "" if change.what in ("close", "open") else ledger.closed_note(change)
    count = sum(
        len(each)
        for rows in (change.came, change.went)
        for table, each in rows.items()
        if table != "cost_closing"
    )
    entries = f" ({count:,} {'entry' if count == 1 else 'entries'})" if count else ""
    streams.say(f"Taken back: {_DONE.get(change.what, change.what)}{entries}.")
    if told:
        streams.note(told)
    return 0


def _days(
    every: str | None,
    since: str | None,
    until: str | None,
    on: str | None,
    zone: tzinfo,
    now: int,
) -> tuple[date, date | None]:
    """Return the first day of a cost and the day behind its last, None where it goes on."""
    if on is not None:
        _not_both(since, until)
        first = first_day(on, zone, now)
        return first, None if every else day_behind(on, zone, now)
    if since is None:
        if until is not None:
            raise UsageProblem("say --since with --until: from which day on")
        first = first_day("today", zone, now)
        return first, None if every else day_behind("today", zone, now)
    first = first_day(since, zone, now)
    if until is not None:
        return first, day_behind(until, zone, now)
    if not every:
        raise UsageProblem("say until when: --until, or --every month for a cost that comes again")
    return first, None


def _not_both(since: str | None, until: str | None) -> None:
    if since is not None or until is not None:
        raise UsageProblem(
            "--on is one day or month; --since and --until are another way to say it"
        )


def _shares(ledger: Ledger, named: tuple[str, ...]) -> dict[int, int]:
    from convledger.reports.unit_costs.written import weights_of

    told: dict[int, str] = {}
    for each in named:
        name, equals, weight = each.rpartition("=")
        number = ledger.costed_conversation(name if equals else each)
        if number in told:
            raise UsageProblem(f"{name or each} is named twice")
        told[number] = weight if equals else "1"
    return weights_of(told) if told else {}

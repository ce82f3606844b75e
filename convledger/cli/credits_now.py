"""The commands `credits balance` and `credits runway`: what is left, and how long it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from convledger.cli import chosen, options, streams
from convledger.cli.credits_documents import (
    ahead_document,
    credits_document,
    currency_of,
    lot_documents,
    names_of,
)
from convledger.cli.doubt_words import lacking_words
from convledger.cli.fact_rows import say_facts
from convledger.cli.following import look
from convledger.cli.plan_checking import complete_plan
from convledger.cli.plan_words import (
    credits_words,
    days_words,
    moment_words,
    money_words,
    scope_words,
)
from convledger.cli.printing import print_csv, print_json, print_table
from convledger.clock import iso_text
from convledger.plans.certainty import Doubt
from convledger.reports.render.numbers import doubted

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.billing import Bill
    from convledger.reports.plan_credits import CreditView, PoolView
    from convledger.store.subscriptions import Subscription

LOT_ROW = (
    "pool", "lot", "amount", "left", "expires_at", "rolls_over", "number", "estimated",
    "calls_without_tokens",
)  # fmt: skip


@click.command(short_help="What is left and how long it lasts (the default).")
@click.argument("name", metavar="[PLAN]", required=False, shell_complete=complete_plan)
@options.json_flag
@options.csv_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def balance(name: str | None, as_json: bool, as_csv: bool, no_sync: bool) -> int:
    """Say what is left by lot in the order they are burnt, what was used, and how long it lasts."""
    options.one_form(as_json, as_csv)
    with chosen.open_ledger() as ledger:
        one, bill, view, zone = asked(ledger, name, no_sync=no_sync)
    if as_json:
        print_json(credits_document(one, bill, view))
    elif as_csv:
        print_csv(
            LOT_ROW, [list(lot.values()) for pool in view.pools for lot in lot_documents(pool)]
        )
    else:
        _print(one, bill, view, zone)
    return 0


@click.command(short_help="How long the credits last.")
@click.argument("name", metavar="[PLAN]", required=False, shell_complete=complete_plan)
@options.json_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def runway(name: str | None, as_json: bool, no_sync: bool) -> int:
    """Say how fast credits are used, when they run out, and what will be missing or go unused."""
    with chosen.open_ledger() as ledger:
        one, bill, view, zone = asked(ledger, name, no_sync=no_sync)
        currency = currency_of(view, bill)
    if as_json:
        pools = [{"pool": each.pool, **ahead_document(each, currency)} for each in view.pools]
        print_json({"schema": 1, "plan": one.plan, "as_of": iso_text(bill.now), "pools": pools})
        return 0
    if view.current is None:
        streams.say(safe(f"{one.plan} is not in force now."))
        return 0
    for pool in view.pools:
        if pool.pool:
            streams.say(streams.bold(safe(pool.pool)))
        say_facts(list(ahead_rows(pool, currency, zone)))
    if not view.pools:
        streams.say(safe(f"{one.plan} has no credits: it bills money."))
    return 0


def asked(
    ledger: Ledger, name: str | None, *, no_sync: bool
) -> tuple[Subscription, Bill, CreditView, tzinfo]:
    """Return what a person asks for, worked out up to now, after a look at the logs."""
    from convledger.reports.plan_credits import credit_view

    one, now = looked_at(ledger, name, no_sync=no_sync)
    bill = ledger.plan_book.bill(one, now)
    return one, bill, credit_view(bill), bill.contract.zone_at(now)


def looked_at(ledger: Ledger, name: str | None, *, no_sync: bool) -> tuple[Subscription, int]:
    """Return the subscription that is meant and the instant, after a look at the logs."""
    from convledger import clock
    from convledger.cli.groups import meant_command
    from convledger.errors import UsageProblem

    try:
        ledger.plan_book.subscription(name, clock.now_us())
    except UsageProblem as problem:
        from convledger.cli.credits import credits_

        hint = meant_command(name, credits_) if name else ""
        raise UsageProblem(f"{problem}{'.' if hint else ''}{hint}") from problem
    now = look(ledger, no_sync=no_sync)
    return ledger.plan_book.subscription(name, now), now


def safe(text: str) -> str:
    """Return text of a plan as a terminal may have it."""
    from convledger.text.display import display_text

    return display_text(text)


def _print(one: Subscription, bill: Bill, view: CreditView, zone: tzinfo) -> None:
    plan_name, zone_name = names_of(bill)
    currency, now = currency_of(view, bill), bill.now
    streams.say(streams.bold(safe(plan_name)) + safe(f"  {one.plan} · {scope_words(one.scope)}"))
    head = f"as of {moment_words(now, zone)} · times in {zone_name}"
    if view.current is not None:
        until = moment_words(view.current.until, zone)
        head = f"period {view.current.name}, until {until} · {head}"
    streams.say(streams.dim(safe(head)))
    streams.say()
    _print_three(view, one, currency)
    for pool in view.pools:
        streams.say()
        _print_pool(pool, currency, zone, is_in_force=view.current is not None)
    if view.limits:
        streams.say()
        say_facts(limit_rows(view, zone))
    if not view.pools:
        streams.say()
        streams.say("This plan has no credits: it bills money.")
    if words := lacking_words(view.doubt):
        streams.say()
        streams.remark(words)


def limit_rows(view: CreditView, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield how each limit of the plan stands."""
    from convledger.reports.render.numbers import share

    for each in view.limits:
        used, cap = f"{each.used:,}", f"{each.cap:,}"
        if each.is_money:
            used, cap = money_words(each.used, "USD"), money_words(each.cap, "USD")
        until = "no window is open"
        if each.resets_at is not None:
            until = f"until {moment_words(each.resets_at, zone)}"
        used = doubted(used, each.used, each.doubt)
        part = doubted(share(each.used, each.cap), each.used, each.doubt)
        yield f"limit {each.name}", f"{used} of {cap}, {part}, {until} (live)"


def _print_three(view: CreditView, one: Subscription, currency: str) -> None:
    """Print the three figures that must not be mixed: settled, live, projected."""
    from convledger.reports.render.table import Column

    current, settled = view.current, view.settled
    columns = [
        Column(""),
        Column(f"settled, {settled.name}" if settled else "settled", "right"),
        Column(f"live, {current.name}" if current else "live", "right"),
        Column("projected, at its end", "right"),
    ]
    rows = [
        [
            "due",
            _due(settled.due if settled else None, view.settled_doubt, currency),
            _due(current.due if current else None, view.live_doubt, currency),
            _due(view.projected, view.projected_doubt, currency),
        ]
    ]
    rows += [
        [
            f"credits left, {pool.pool}" if pool.pool else "credits left",
            _left(pool.settled_left, pool.settled_doubt),
            _left(pool.balance, pool.left_doubt),
            "–" if pool.left_at_reset is None else _then(pool.left_at_reset, pool.ahead_doubt),
        ]
        for pool in view.pools
    ]
    print_table(columns, rows)
    if settled is None:
        streams.remark(safe(f"no period of {one.plan} is closed yet"))


def _print_pool(pool: PoolView, currency: str, zone: tzinfo, *, is_in_force: bool) -> None:
    from convledger.reports.render.table import Column

    if pool.pool:
        streams.say(streams.bold(safe(pool.pool)))
    columns = [
        Column("burnt"),
        Column("lot", shrink=True, minimum=8),
        Column("left", "right"),
        Column("of", "right"),
        Column("expires"),
    ]
    rows = []
    for place, lot in enumerate(pool.lots, 1):
        name = f"{lot.name} (number {lot.number})" if lot.number else lot.name
        ends = "rolls over" if lot.is_rolled_over else "never"
        rows.append(
            [
                f"{place}.",
                name,
                _left(lot.left, pool.left_doubt),
                credits_words(lot.amount),
                moment_words(lot.expires_at, zone, ends),
            ]
        )
    if rows:
        print_table(columns, rows)
        streams.say()
    used = pool.used_doubt
    facts = [("available", f"{_left(pool.available, pool.left_doubt)} live")]
    if pool.reserved:
        facts.append(("reserved", f"{credits_words(pool.reserved)} live, for what is open"))
    facts.append(("used this period", f"{_credits(pool.used, used)} live"))
    for name, amount in (("over", pool.over), ("owed", pool.owed), ("refused", pool.blocked)):
        if amount:
            facts.append((name, f"{_credits(amount, used)} live"))
    ahead = ahead_rows(pool, currency, zone) if is_in_force else [("runway", "no longer in force")]
    say_facts([*facts, *ahead])


def ahead_rows(pool: PoolView, currency: str, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield what is foreseen of a pool: burn, runway, what will be missing or go unused."""
    ahead = pool.outlook
    doubt, guessed = pool.ahead_doubt, Doubt(pool.ahead_doubt.is_estimated)
    unknown = doubt if ahead.burn_per_day is None else pool.burn_doubt
    if not ahead.burn_per_day and (ahead.burn_per_day is None or unknown.uncounted):
        if unknown.uncounted:
            yield "burn", "nobody knows the tokens of what was used, so nothing can be foreseen"
            return
        yield "burn", "nothing was used yet, so nothing can be foreseen"
        return
    month = _per_day(ahead.burn_per_day, pool.burn_doubt)
    week = _per_day(ahead.week_burn, pool.week_doubt)
    observed = len(ahead.daily)
    days = "day" if observed == 1 else f"{observed} days"
    lately = f", {week} in the last 7" if observed > 7 else ""
    yield "burn", f"{month} a day in the last {days}{lately}"
    trust = f"{ahead.confidence} confidence" if ahead.confidence else "too few days to be sure"
    ends, reset = ahead.runway.depletes_at, ahead.reset_at
    coming = f"+{credits_words(ahead.next_grant)} on {moment_words(reset, zone)}"
    if pool.balance <= 0:
        yield "runway", "nothing is left (live)"
    elif ends is None:
        yield "runway", f"they do not run out (projected, {trust})"
    elif reset is not None and ends >= reset:
        left = "–" if pool.left_at_reset is None else _then(pool.left_at_reset, doubt)
        yield "runway", f"they last to {coming}, about {left} left then (projected, {trust})"
    else:
        days = doubted(days_words(ahead.runway.days), 1, doubt, at_most=True)
        until = doubted(moment_words(ends, zone), 1, guessed)
        yield "runway", f"until {until}, {days} (projected, {trust})"
        between = [
            doubted(moment_words(each.depletes_at, zone, "no end"), each.depletes_at, guessed)
            for each in (ahead.shortest, ahead.longest)
        ]
        if between[0] != between[1]:
            yield (
                "",
                f"between {between[0]} and {between[1]}, by the burn of 7 and of {observed} days",
            )
        later = ahead.without_expiry.depletes_at
        if later is not None and later > ends:
            yield "", f"if nothing expired: until {doubted(moment_words(later, zone), 1, guessed)}"
    if reset is not None and ahead.shortfall:
        price = ahead.shortfall_money
        cost = f", about {_due(price, doubt, currency)}" if price is not None else ""
        missing = doubted(_about(ahead.shortfall), ahead.shortfall, doubt)
        yield "short", f"{missing} until {coming}{cost} (projected)"
    for waste in pool.wasted:
        at = moment_words(waste.at, zone)
        yield "unused", f"{_then(waste.amount, doubt)} of {waste.lot} expire on {at} (projected)"


def _about(pico: int | Fraction) -> str:
    """Return foreseen credits: fractions of large amounts are not known."""
    whole = 10**12
    return credits_words(round(Fraction(pico, whole)) * whole if pico >= 10 * whole else pico)


def _per_day(rate: Fraction | None, doubt: Doubt) -> str:
    return "–" if rate is None else doubted(credits_words(rate), rate, doubt)


def _due(pico: int | None, doubt: Doubt, currency: str) -> str:
    return doubted(money_words(pico, currency), pico, doubt)


def _credits(pico: int | None, doubt: Doubt) -> str:
    return doubted(credits_words(pico), pico, doubt)


def _left(pico: int | None, doubt: Doubt) -> str:
    return doubted(credits_words(pico), pico, doubt, at_most=True)


def _then(pico: int, doubt: Doubt) -> str:
    return doubted(_about(pico), pico, doubt, at_most=True)

"""The commands `credits top-up`, `adjust`, `void`, `refund`, `undo`: what a person does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.credits_now import looked_at, safe
from convledger.cli.following import look
from convledger.cli.plan_checking import complete_plan
from convledger.cli.plan_words import amount_of, credits_words, moment_words, money_words
from convledger.cli.printing import print_json
from convledger.errors import UsageProblem
from convledger.money import usd_text

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.ledger import Ledger
    from convledger.store.subscriptions import Subscription

LONGEST_NOTE = 500
MOST_DIGITS = 18  # of a number that the books can have


@click.command(name="top-up", short_help="Book credits that were bought.")
@click.argument("name", metavar="[PLAN]", required=False, shell_complete=complete_plan)
@click.option("--pack", default="", metavar="ID", help="A top-up that the plan offers.")
@click.option("--amount", metavar="N", help="So many credits instead.")
@click.option("--price", metavar="P", help="What they cost, in the plan's currency.")
@click.option("--at", metavar="WHEN", help="When.  [default: now]")
@click.option("--expires", metavar="WHEN", help="Their last day.  [default: what the plan says]")
@click.option("--note", default="", metavar="TEXT", help="What you want to remember of it.")
@options.json_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def top_up(
    name: str | None,
    pack: str,
    amount: str | None,
    price: str | None,
    at: str | None,
    expires: str | None,
    note: str,
    as_json: bool,
    no_sync: bool,
) -> int:
    """Book credits that were bought: a pack of the plan, or any amount at any price.

    Nothing is bought here: this only says that it was. The number that is printed takes it back.

    \b
    convledger credits top-up --pack pack-100
    convledger credits top-up --amount 250 --price 40.00 --expires 2027-11-30
    """
    bought = None if amount is None else amount_of(amount, "--amount")
    if bought == 0:
        raise UsageProblem("a top-up of nothing changes nothing")
    paid = None if price is None else amount_of(price, "--price")
    with chosen.open_ledger() as ledger:
        one, zone, now = _plan(ledger, name)
        when = _at(at, zone, now)
        number = ledger.buy_credits(
            one,
            when,
            now=now,
            topup=pack,
            amount=bought,
            price=paid,
            expires_at=_last(expires, zone, now, when),
            note=_note(note),
        )
        _tell(ledger, one, number, as_json=as_json, no_sync=no_sync)
    return 0


@click.command(
    short_help="Give credits or take them away.", context_settings={"ignore_unknown_options": True}
)
@click.argument("amount", metavar="±N")
@click.option("--plan", "name", metavar="PLAN", help="Of this plan.  [default: the one in force]")
@click.option("--pool", default="", metavar="NAME", help="In this pool of credits.")
@click.option("--at", metavar="WHEN", help="When.  [default: now]")
@click.option("--expires", metavar="WHEN", help="The last day of what is given.")
@click.option("--note", default="", metavar="TEXT", help="Why; it stays in the books.")
@options.json_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def adjust(
    amount: str,
    name: str | None,
    pool: str,
    at: str | None,
    expires: str | None,
    note: str,
    as_json: bool,
    no_sync: bool,
) -> int:
    """Give credits, or take them away with a minus: where the seller's count and yours differ.

    \b
    convledger credits adjust +25 --note "goodwill of the seller"
    convledger credits adjust -10 --note "counted on their side"
    """
    change = amount_of(amount, "the amount", signed=True)
    if change < 0 and expires is not None:
        raise UsageProblem("what is taken away has no last day; leave --expires out")
    with chosen.open_ledger() as ledger:
        one, zone, now = _plan(ledger, name)
        when = _at(at, zone, now)
        number = ledger.adjust_credits(
            one,
            when,
            change,
            now=now,
            pool=pool,
            expires_at=_last(expires, zone, now, when),
            note=_note(note),
        )
        _tell(ledger, one, number, as_json=as_json, no_sync=no_sync)
    return 0


@click.command(short_help="Take back what is left of a lot.")
@click.argument("lot", metavar="LOT")
@click.option("--amount", metavar="N", help="So many of its credits.  [default: all that is left]")
@click.option("--plan", "name", metavar="PLAN", help="Of this plan.  [default: the one in force]")
@click.option("--at", metavar="WHEN", help="When.  [default: now]")
@click.option("--note", default="", metavar="TEXT", help="Why; it stays in the books.")
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def void(
    lot: str, amount: str | None, name: str | None, at: str | None, note: str, no_sync: bool
) -> int:
    """Void a lot of credits: LOT is its name in `credits`, or the number of its booking.

    \b
    convledger credits void 3 --note "the seller took the pack back"
    convledger credits void promo --amount 50
    """
    from convledger.reports.by_hand import missing_of

    taken = None if amount is None else amount_of(amount, "--amount")
    if taken == 0:
        raise UsageProblem("voiding nothing changes nothing")
    with chosen.open_ledger() as ledger:
        one, zone, now = _plan(ledger, name)
        when = _at(at, zone, now)
        number = ledger.void_credits(one, lot, when, now=now, amount=taken, note=_note(note))
        look(ledger, no_sync=no_sync)
        what = f"{lot} is void"
        if taken is not None:
            what = f"{credits_words(taken)} credits of {lot} are taken back"
        streams.say(safe(f"Booked as number {number} of {one.plan}: {what}."))
        _say_missing(taken or 0, missing_of(ledger.plan_book.bill(one, clock.now_us()), number))
        streams.note(f"`convledger credits undo {number}` takes it back.")
        _say_balance(ledger, one)
    return 0


@click.command(short_help="Give back what a conversation took.")
@options.conversation_argument()
@click.option("--plan", "plan", metavar="PLAN", help="Of this plan.  [default: the one in force]")
@click.option("--at", metavar="WHEN", help="When.  [default: now]")
@click.option("--note", default="", metavar="TEXT", help="Why; it stays in the books.")
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def refund(name: str, plan: str | None, at: str | None, note: str, no_sync: bool) -> int:
    """Give back the credits that a conversation took, to the lots that paid; what has expired since
    is lost at once.

    convledger credits refund 5d0caad8 --note "the seller's outage"
    """
    with chosen.open_ledger() as ledger:
        one, zone, now = _plan(ledger, plan)
        when = _at(at, zone, now)
        conversation = ledger.conversation(name)
        numbers = ledger.refund_credits(one, conversation.id, when, now=now, note=_note(note))
        look(ledger, no_sync=no_sync)
        told = ", ".join(map(str, numbers))
        kind = "number" if len(numbers) == 1 else "numbers"
        streams.say(safe(f"Booked as {kind} {told} of {one.plan}: given back."))
        which = " ".join(map(str, numbers))
        streams.note(f"`convledger credits undo {which}` takes it back.")
        _say_balance(ledger, one)
    return 0


@click.command(short_help="Take back what was booked by hand.")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER ...")
@click.option("--plan", "name", metavar="PLAN", help="Of this plan.  [default: whose it is]")
def undo(numbers: tuple[str, ...], name: str | None) -> int:
    """Take back what was booked, by its numbers: all of them or none. Both stay in the books."""
    meant = list(dict.fromkeys(map(_number, numbers)))
    with chosen.open_ledger() as ledger:
        now = clock.now_us()
        owners = [_whose(ledger, name, number, now) for number in meant]
        ledger.undo_all(list(zip(owners, meant, strict=True)), now=now)
        for one, number in zip(owners, meant, strict=True):
            streams.say(safe(f"{number} of {one.plan} was taken back."))
        look(ledger, no_sync=True)
        for one in {one.id: one for one in owners}.values():
            _say_balance(ledger, one)
    return 0


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < len(text) < MOST_DIGITS:
        return int(text)
    raise UsageProblem(
        f"{text!r:.40} is no number of a booking: `convledger credits ledger` shows them"
    )


def _whose(ledger: Ledger, name: str | None, number: int, now: int) -> Subscription:
    """Return the subscription that a booking belongs to; that in force where none has it."""
    if name is None:
        for one in ledger.plan_book.subscriptions():
            if any(fact.id == number for fact in ledger.credit_facts(one)):
                return one
    return ledger.plan_book.subscription(name, now)


def _plan(ledger: Ledger, name: str | None) -> tuple[Subscription, tzinfo, int]:
    one, now = looked_at(ledger, name, no_sync=True)
    return one, ledger.plan_book.contract(one).zone_at(now), now


def _at(text: str | None, zone: tzinfo, now: int) -> int:
    from convledger.reports.periods import read_since

    when = now if text is None else read_since(text, zone, now)
    if when > now:
        raise UsageProblem("--at is in the future; book it when it has happened")
    return when


def _last(text: str | None, zone: tzinfo, now: int, when: int) -> int | None:
    from convledger.reports.periods import read_until

    if text is None:
        return None
    ends = read_until(text, zone, now)
    if ends <= when:
        raise UsageProblem("they would expire before they are there: --expires is too early")
    return ends


def _note(text: str) -> str:
    if len(text) > LONGEST_NOTE:
        raise UsageProblem(f"--note is longer than {LONGEST_NOTE} characters")
    return text


def _tell(ledger: Ledger, one: Subscription, number: int, *, as_json: bool, no_sync: bool) -> None:
    """Say what was booked, and what is left now."""
    from convledger.reports.by_hand import missing_of

    look(ledger, no_sync=no_sync)
    fact = next(each for each in ledger.credit_facts(one) if each.id == number)
    contract = ledger.plan_book.contract(one)
    plan = contract.plan_at(fact.at) or contract.history.plans[-1]
    zone = contract.zone_at(fact.at)
    missing = missing_of(ledger.plan_book.bill(one, clock.now_us()), number)
    if as_json:
        found: dict[str, Any] = {
            "schema": 1,
            "number": number,
            "plan": one.plan,
            "kind": fact.kind,
            "at": clock.iso_text(fact.at),
            "credits": usd_text(fact.amount),
            "price": usd_text(fact.price),
            "currency": plan.currency,
            "pool": fact.pool,
            "expires_at": None if fact.expires_at is None else clock.iso_text(fact.expires_at),
            "not_taken": usd_text(missing),
            "note": fact.note,
        }
        print_json(found)
        return
    words = f"{credits_words(fact.amount, signed=True)} credits"
    if fact.price:
        words += f" for {money_words(fact.price, plan.currency)}"
    elif fact.kind == "topup":
        words += " for nothing"
    if fact.amount > 0:
        ends = moment_words(fact.expires_at, zone, "never")
        words += f", expiring {ends}" if fact.expires_at is not None else ", never expiring"
    streams.say(safe(f"Booked as number {number} of {one.plan}: {words}."))
    _say_missing(-fact.amount, missing)
    if fact.kind == "topup" and not fact.price:
        streams.note("If they cost money: undo it, and --price tells how much.")
    streams.note(f"`convledger credits undo {number}` takes it back.")
    closed = [each for each in ledger.kept_statements(one) if each.since <= fact.at < each.until]
    if closed:
        streams.note(
            safe(
                f"{closed[0].name} is closed: its statement stays as it is. "
                "`convledger credits statement --restate` shows the other view."
            )
        )
    _say_balance(ledger, one)


def _say_missing(asked: int, missing: int) -> None:
    """Say what of the picocredits that were to go was not there."""
    if missing:
        streams.say(
            f"{credits_words(asked - missing)} credits were taken; "
            f"{credits_words(missing)} were not there to take, and nothing is owed for them."
        )


def _say_balance(ledger: Ledger, one: Subscription) -> None:
    from convledger.reports.plan_credits import credit_view

    bill = ledger.plan_book.bill(one, clock.now_us())
    for pool in credit_view(bill).pools:
        where = f" in {pool.pool}" if pool.pool else ""
        streams.say(safe(f"Left{where}: {credits_words(pool.balance)} credits (live)."))

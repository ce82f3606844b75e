"""The commands `plan use`, `plan end` and `plan drop`: which plan is in force for what."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from convledger import clock
from convledger.cli import chosen, options, streams
from convledger.cli.following import look
from convledger.cli.outcome import DONE
from convledger.cli.plan_checking import complete_plan
from convledger.cli.printing import print_json
from convledger.errors import UsageProblem
from convledger.words import nearest

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.ledger import Ledger
    from convledger.plans.billing import Bill
    from convledger.store.subscriptions import Subscription

SCOPES = ("source", "project", "client", "tag")


@click.command(short_help="Put a plan in force.")
@click.argument("name", shell_complete=complete_plan)
@click.option("--since", metavar="WHEN", help="From then on.  [default: this month]")
@click.option("--until", metavar="WHEN", help="Before this; a day is included whole.")
@click.option("--anchor", metavar="DATE", help="Count its periods from this day.")
@click.option("--seats", type=click.IntRange(1, 10**6), default=None, help="How many seats.")
@options.several("--source", "Only for these sources.")
@options.several("--project", "Only for these projects.")
@options.several("--client", "Only for these clients.")
@options.several("--tag", "Only for conversations with one of these tags.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.json_flag
@click.option("--no-sync", is_flag=True, help="Do not look at the logs first.")
def use(
    name: str,
    since: str | None,
    until: str | None,
    anchor: str | None,
    seats: int | None,
    as_json: bool,
    no_sync: bool,
    yes: bool,
    **scope: tuple[str, ...],
) -> int:
    """Put a plan in force for all usage, or for some; what was in force for the same ends then.

    NAME is a plan of the workspace, or an example, which is taken into the workspace first. Times
    are those of the plan's zone.

    \b
    convledger plan use studio
    convledger plan use acme --client acme --since 2026-10-01
    """
    wanted = {kind: options.parts(scope[kind]) for kind in SCOPES if scope[kind]}
    with chosen.open_ledger() as ledger:
        added = _add_example(ledger, name)
        now = clock.now_us()
        history = ledger.plan_book.shelf.history(name)
        zone = _zone_of(ledger, name, now)
        begins = _instant(since, zone, now)
        if begins is None:
            begins = max(_month(zone, now), min(plan.effective_from for plan in history.plans))
        before = {one.id: one for one in ledger.plan_book.subscriptions()}
        _agree(ledger, wanted, begins, _end(until, zone, now), yes=yes)
        begun = ledger.use_plan(
            name,
            begins,
            now=now,
            anchor=_instant(anchor, zone, now),
            until=_end(until, zone, now),
            scope=wanted,
            seats=seats or 0,
        )
        after = {one.id: one for one in ledger.plan_book.subscriptions()}
        after.pop(begun.id)  # its number may be that of one that was taken away
        ended = [one for key, one in before.items() if after.get(key) != one]
        if added:
            streams.note(added)
        now = look(ledger, no_sync=no_sync)
        bill = ledger.plan_book.bill(begun, now) if begun.began <= now else None
        if as_json:
            print_json(_document(begun, ended, after, bill, now))
            return DONE
        _say(begun, ended, after, bill, zone)
    return DONE


def _agree(
    ledger: Ledger,
    scope: dict[str, tuple[str, ...]],
    begins: int,
    until: int | None,
    *,
    yes: bool,
) -> None:
    """Ask before frozen statements go: those of what would begin later for the same usage."""
    from convledger.cli.names import plural

    same = {kind: tuple(sorted(values)) for kind, values in scope.items()}
    goes = [
        one
        for one in ledger.plan_book.subscriptions()
        if one.scope == same and one.began >= begins and (until is None or one.began < until)
    ]
    count = sum(len(ledger.kept_statements(one)) for one in goes)
    if count:
        names = ", ".join(dict.fromkeys(one.plan for one in goes))
        ask_first(
            f"This takes away the use of {names} since then, with "
            f"{plural(count, 'frozen statement')}.",
            yes=yes,
        )


def ask_first(what: str, *, yes: bool) -> None:
    """Say what will go, and go on only where a person agrees; UsageProblem where nobody can."""
    from convledger.text.display import display_text

    streams.note(display_text(what))
    if yes:
        return
    if not streams.is_terminal(sys.stdin):
        raise UsageProblem("nobody is there to ask; say --yes to do it")
    if not click.confirm("Do it?", err=True):
        raise UsageProblem("nothing was changed")


def _add_example(ledger: Ledger, name: str) -> str:
    """Take an example into the workspace where no plan there is called so; says that."""
    from convledger.plans.examples import list_examples

    if name in ledger.plan_book.shelf.histories:
        return ""
    for each in list_examples():
        if each.id == name:
            _, place = ledger.add_plan(each.text, f"{name}.toml")
            return f"{name} was taken from the examples: {place}"
    known = [each.id for each in list_examples()]
    near = nearest(name, [*ledger.plan_book.shelf.histories, *known])
    if near in known:
        raise UsageProblem(f"no such plan: {name!r:.60}; did you mean {near}, an example?")
    return ""


def _zone_of(ledger: Ledger, name: str, now: int) -> tzinfo:
    from convledger.zones import zone_of

    history = ledger.plan_book.shelf.history(name)
    plan = history.in_force(now) or history.plans[0]
    return zone_of(plan.zone_name)[0]


def _month(zone: tzinfo, now: int) -> int:
    from convledger.reports.periods import read_since

    return read_since("month", zone, now)


def _instant(text: str | None, zone: tzinfo, now: int) -> int | None:
    from convledger.reports.periods import read_since

    return None if text is None else read_since(text, zone, now)


def _end(text: str | None, zone: tzinfo, now: int) -> int | None:
    from convledger.reports.periods import read_until

    return None if text is None else read_until(text, zone, now)


def _say(
    begun: Subscription,
    ended: list[Subscription],
    after: dict[int, Subscription],
    bill: Bill | None,
    zone: tzinfo,
) -> None:
    """Say what is in force now, what ended, and what was counted so far."""
    from convledger.cli.plan_words import moment_words, scope_words
    from convledger.text.display import display_text

    until = f" until {moment_words(begun.ended, zone)}" if begun.ended is not None else ""
    streams.say(
        display_text(
            f"{begun.plan} is in force for {scope_words(begun.scope)} "
            f"from {moment_words(begun.began, zone)}{until}."
        )
    )
    for one in ended:
        now_ended = after.get(one.id)
        if now_ended is None:
            began = moment_words(one.began, zone)
            streams.say(display_text(f"{one.plan}, in force from {began}, was taken away."))
        else:
            streams.say(display_text(f"{one.plan} ends {moment_words(now_ended.ended, zone)}."))
    if bill is None:
        streams.say("It has not begun yet.")
        return
    for line in so_far_lines(bill):
        streams.say(display_text(line))


def so_far_lines(bill: Bill) -> list[str]:
    """Return what a plan has counted in the present period and what that comes to."""
    from convledger.cli.doubt_words import lacking_words
    from convledger.cli.names import plural
    from convledger.cli.plan_words import credits_words, money_words
    from convledger.plans.doubts import Doubts
    from convledger.reports.render.numbers import doubted
    from convledger.reports.statements.figures import first_day

    statement = bill.current
    if statement is None:
        return ["It is not in force now; `convledger credits statement --period all` shows it."]
    threads = {
        one.unit.thread.id for one in bill.rated if one.unit.billed_at >= bill.periods[-1].since
    }
    doubts = Doubts(bill)
    counted = ", ".join(
        f"{doubted(credits_words(count), count, doubts.counted(unit, statement))} × {unit}"
        for unit, count in statement.sums.units.items()
    )
    among = f", in {plural(len(threads), 'conversation')}" if threads else ""
    lines = [f"Counted so far, since {first_day(statement)}: {counted or 'nothing'}{among}."]
    money = money_words(statement.due, statement.currency)
    due = f"Due so far: {doubted(money, statement.due, doubts.due(statement))} (live)"
    if statement.sums.granted or statement.sums.used or statement.sums.served:
        served, rest = statement.sums.served, statement.sums.left
        used = doubted(credits_words(served), served, doubts.all_used(statement.since))
        left = doubted(credits_words(rest), rest, doubts.all_left(), at_most=True)
        lines.append(f"{due}; {used} credits used, {left} left.")
    else:
        lines.append(f"{due}.")
    if statement.sums.unpriced:
        lines.append(f"{plural(statement.sums.unpriced, 'unit')} could not be priced.")
    if unknown := lacking_words(doubts.of_period(statement)):
        lines.append(f"{unknown}.")
    return lines


def _document(
    begun: Subscription,
    ended: list[Subscription],
    after: dict[int, Subscription],
    bill: Bill | None,
    now: int,
) -> dict[str, Any]:
    from convledger.cli.plan_listing import use_document
    from convledger.reports.statements import json_form

    current = None if bill is None else bill.current
    return {
        "schema": 1,
        "plan": begun.plan,
        "use": use_document(begun, now),
        "ended": [
            {"plan": one.plan, **use_document(after[one.id], now)}
            for one in ended
            if one.id in after
        ],
        "taken_away": [one.plan for one in ended if one.id not in after],
        "so_far": None if current is None else json_form.document(current),
    }


@click.command(short_help="Let a plan end.")
@click.argument("name", shell_complete=complete_plan)
@click.option("--at", metavar="WHEN", help="When; `never` lets it go on.  [default: now]")
def end(name: str, at: str | None) -> int:
    """Let a plan in force end; what it came to stays in the books. A day is included whole."""
    from convledger.cli.plan_words import moment_words
    from convledger.clock import to_datetime
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        now = clock.now_us()
        one = ledger.plan_book.subscription(name, now)
        zone = ledger.plan_book.contract(one).zone_at(now)
        goes_on = at is not None and at.strip().lower() == "never"
        ends = None if goes_on else now if at is None else _end(at, zone, now)
        ledger.end_plan(one, ends)
    words = "goes on without an end" if ends is None else f"ends {moment_words(ends, zone)}"
    if ends is not None:
        last, at_end = (to_datetime(each).astimezone(zone) for each in (ends - 1, ends))
        if last.date() != at_end.date():
            words += f": {last.date().isoformat()} is its last day"
    streams.say(display_text(f"{one.plan} {words}."))
    return DONE


@click.command(short_help="Take a plan's use away with all that hangs on it.")
@click.argument("name", shell_complete=complete_plan)
@click.option("--yes", is_flag=True, help="Do not ask.")
def drop(name: str, yes: bool) -> int:
    """Take away that a plan was ever in force: its statements, top-ups and alerts go too.

    The plan's file stays. `convledger plan end` keeps the books and is mostly what is meant.
    """
    from convledger.cli.names import plural
    from convledger.text.display import display_text

    with chosen.open_ledger() as ledger:
        one = ledger.plan_book.subscription(name, clock.now_us())
        statements = len(ledger.kept_statements(one))
        booked = len(ledger.credit_facts(one))
        alerts = sum(1 for each in ledger.alerts_given() if each.subscription_id == one.id)
        goes = (
            f"{plural(statements, 'frozen statement')}, {plural(booked, 'booking')} by hand and "
            f"{plural(alerts, 'alert')}"
        )
        ask_first(f"This takes away the use of {one.plan} with {goes}.", yes=yes)
        ledger.drop_plan(one)
    streams.say(display_text(f"{one.plan} is no longer in use, and its books are gone."))
    return DONE

"""Changes to plans and credits as steps that can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from convledger.text.display import display_text
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.plan_choices import PlanChoice
    from convledger.store.subscriptions import CreditFact, Subscription


def put_in_force(
    ledger: Ledger,
    choice: PlanChoice,
    since: int,
    *,
    now: int,
    seats: int = 0,
    scope: Mapping[str, tuple[str, ...]] | None = None,
) -> Step:
    """Put a plan in force from an instant on; an example is taken into the workspace first.

    Raises UsageProblem and ConfigError; returns what was done, and how to take it back.
    """
    if choice.is_example:
        ledger.add_plan(choice.text, f"{choice.id}.toml")
    before = ledger.plan_book.subscriptions()
    begun = ledger.use_plan(choice.id, since, now=now, scope=scope, seats=seats)

    def back(ledger: Ledger) -> None:
        ledger.drop_plan(begun)
        there = {one.id: one for one in ledger.plan_book.subscriptions()}
        for one in before:
            if one.id not in there:
                _again(ledger, one)
        for one in before:
            now_ended = there.get(one.id)
            if now_ended is not None and now_ended.ended != one.ended:
                ledger.end_plan(now_ended, one.ended)

    return Step(f"{display_text(choice.name)} in force", back)


def _again(ledger: Ledger, one: Subscription) -> None:
    """Put in force what was taken away, as it was."""
    first = one.seats[0][1] if one.seats else 0
    begun = ledger.use_plan(
        one.plan,
        one.began,
        now=one.made_at,
        anchor=one.anchor,
        until=one.ended,
        scope=one.scope,
        seats=first,
    )
    for at, seats in one.seats[1:]:
        ledger.set_seats(begun, at, seats)


def book_again(ledger: Ledger, one: Subscription, fact: CreditFact, now: int) -> None:
    """Book once more what was taken back, as it was."""
    if fact.kind == "topup":
        ledger.buy_credits(
            one, fact.at, now=now, amount=fact.amount, price=fact.price,
            topup=fact.target if fact.target != "top-up" else "",
            expires_at=fact.expires_at, note=fact.note,
        )  # fmt: skip
    elif fact.kind == "void":
        amount = fact.amount or None
        ledger.void_credits(one, fact.target, fact.at, now=now, amount=amount, note=fact.note)
    elif fact.kind == "refund":
        rated = ledger.plan_book.bill(one, now).rated
        threads = {each.unit.id: int(each.unit.thread.id) for each in rated}
        if fact.target in threads:
            ledger.refund_credits(one, threads[fact.target], fact.at, now=now, note=fact.note)
    else:
        ledger.adjust_credits(
            one, fact.at, fact.amount, now=now, pool=fact.pool,
            expires_at=fact.expires_at, note=fact.note,
        )  # fmt: skip


def booked(subscription: Subscription, fact: int, words: str, now: int) -> Step:
    """Return the step of something that was booked by hand."""
    return Step(words, lambda ledger: ledger.undo_credits(subscription, fact, now=now))

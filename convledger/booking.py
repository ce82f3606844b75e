"""What a person books about credits: top-ups, adjustments, voids, refunds, what is undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convledger.errors import UsageProblem
from convledger.questions import Questions
from convledger.store.connection import in_words, transaction

if TYPE_CHECKING:
    from convledger.store.subscriptions import CreditFact, Subscription


class Booking(Questions):
    """Bookings are appended and never changed; one is taken back by another."""

    @in_words
    def buy_credits(
        self,
        subscription: Subscription,
        at: int,
        *,
        now: int,
        topup: str = "",
        amount: int | None = None,
        price: int | None = None,
        expires_at: int | None = None,
        note: str = "",
    ) -> int:
        """Book a top-up: one that the plan offers, or any amount at any price.

        Amounts are picocredits and picounits of money. Returns the fact, by which it can be undone.
        Raises UsageProblem where the plan is not in force then or offers no such top-up, and for
        an amount, price or expiry that nobody can mean.
        """
        from convledger.money import pico_from_usd
        from convledger.plans.schedule import expiry_of
        from convledger.reports.by_hand import offer_of
        from convledger.store import subscriptions

        contract = self.plan_book.contract(subscription)
        plan = contract.plan_at(at)
        if plan is None:
            raise UsageProblem(f"{subscription.plan} is not in force at that time")
        if (amount is not None and amount <= 0) or (price is not None and price < 0):
            raise UsageProblem("a top-up is of more than nothing, and costs nothing or more")
        offered = offer_of(plan, topup, named_amount=amount is not None)
        if offered is None:
            fact = subscriptions.CreditFact(
                0, at, "topup", amount or 0, price or 0, "", "top-up", 100, expires_at, note, now
            )
        else:
            ends = expiry_of(offered, at, plan, contract.zone, contract.anchor)
            fact = subscriptions.CreditFact(
                0,
                at,
                "topup",
                pico_from_usd(offered.credits) if amount is None else amount,
                pico_from_usd(offered.price) if price is None else price,
                offered.pool,
                offered.id,
                offered.priority,
                ends if expires_at is None else expires_at,
                note,
                now,
            )
        return self._book(subscription, fact)

    @in_words
    def adjust_credits(
        self,
        subscription: Subscription,
        at: int,
        amount: int,
        *,
        now: int,
        pool: str = "",
        expires_at: int | None = None,
        note: str = "",
    ) -> int:
        """Give credits, or take them away where `amount` (picocredits) is negative.

        Raises UsageProblem where the plan is not in force then.
        """
        from convledger.store.subscriptions import CreditFact

        if not amount:
            raise UsageProblem("an adjustment of nothing changes nothing")
        if not subscription.is_in_force(at):
            raise UsageProblem(f"{subscription.plan} is not in force at that time")
        fact = CreditFact(
            0, at, "adjust", amount, 0, pool, "adjustment", None, expires_at, note, now
        )
        return self._book(subscription, fact)

    @in_words
    def void_credits(
        self,
        subscription: Subscription,
        lot: str,
        at: int,
        *,
        now: int,
        amount: int | None = None,
        note: str = "",
    ) -> int:
        """Take a lot back, or `amount` picocredits of it, by its id or the number of its booking.

        Raises UsageProblem with the lots that have something left where there is no such one.
        """
        from convledger.reports.by_hand import lot_of
        from convledger.store.subscriptions import CreditFact

        found = lot_of(self.plan_book.bill(subscription, now), lot)
        fact = CreditFact(
            0, at, "void", amount or 0, 0, found.pool, found.id, None, None, note, now
        )
        return self._book(subscription, fact)

    @in_words
    def refund_credits(
        self, subscription: Subscription, conversation_id: int, at: int, *, now: int, note: str = ""
    ) -> list[int]:
        """Give back what a conversation's units took; returns a booking for each of them.

        Raises UsageProblem where it took nothing that was not given back already.
        """
        from convledger.reports.by_hand import refundable
        from convledger.store.subscriptions import CreditFact

        units = refundable(self.plan_book.bill(subscription, now), conversation_id)
        if not units:
            raise UsageProblem(
                f"no credits of {subscription.plan} were taken for this conversation, or they "
                "were given back already"
            )
        return [
            self._book(
                subscription, CreditFact(0, at, "refund", 0, 0, pool, unit, None, None, note, now)
            )
            for unit, pool in units
        ]

    def undo_credits(self, subscription: Subscription, fact_id: int, *, now: int) -> None:
        """Take back what was booked by hand; both stay in the books, and add up to nothing."""
        self.undo_all([(subscription, fact_id)], now=now)

    @in_words
    def undo_all(self, bookings: Sequence[tuple[Subscription, int]], *, now: int) -> None:
        """Take back several bookings, each of its subscription: all of them or none."""
        from convledger.store import subscriptions

        undone = [(one, self._undoing(one, fact_id, now)) for one, fact_id in bookings]
        with transaction(self.connection):
            for one, fact in undone:
                subscriptions.add_fact(self.connection, one.id, fact)

    def _undoing(self, subscription: Subscription, fact_id: int, now: int) -> CreditFact:
        from convledger.store import subscriptions

        every = {fact.id: fact for fact in subscriptions.facts(self.connection, subscription.id)}
        fact = every.get(fact_id)
        if fact is None or fact.corrects is not None:
            known = ", ".join(str(one.id) for one in every.values() if one.corrects is None)
            raise UsageProblem(
                f"nothing was booked by hand under {fact_id}. Numbers are: {known or 'none'}"
            )
        if any(one.corrects == fact_id for one in every.values()):
            raise UsageProblem(f"{fact_id} was taken back already")
        return subscriptions.CreditFact(
            0, fact.at, fact.kind, -fact.amount, -fact.price, fact.pool, fact.target,
            fact.priority, fact.expires_at, "taken back", now, fact.id,
        )  # fmt: skip

    def _book(self, subscription: Subscription, fact: object) -> int:
        from convledger.store.subscriptions import CreditFact, add_fact

        assert isinstance(fact, CreditFact)
        if fact.corrects is None and fact.expires_at is not None and fact.expires_at <= fact.at:
            raise UsageProblem("these credits would expire before they could be used")
        with transaction(self.connection):
            return add_fact(self.connection, subscription.id, fact)

    @in_words
    def credit_facts(self, subscription: Subscription) -> list[CreditFact]:
        """Return what was done to the credits by hand, what was taken back among it."""
        from convledger.store.subscriptions import facts

        return facts(self.connection, subscription.id)

"""What a workspace can be told of costs beside tokens, of people's time and of rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from convledger.errors import UsageProblem
from convledger.simulating import Simulating
from convledger.store.connection import in_words, transaction

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from fractions import Fraction

    from convledger.store.cost_changes import Change
    from convledger.store.costs import HourlyRate, StoredItem, WorkedTime

ITEMS, TIMES = "cost_item", "worked_time"


class CostEntries(Simulating):
    """Entries are checked, kept in one transaction each, and can be taken back.

    Every change is returned as what `undo_costs` takes.
    """

    @in_words
    def cost_items(self, *, with_gone: bool = False) -> list[StoredItem]:
        """Return the costs beside tokens, the earliest first."""
        from convledger.store.costs import items

        return items(self.connection, with_gone=with_gone)

    def cost_item(self, number: int) -> StoredItem:
        """Return a cost, also one that was taken away. Raises UsageProblem."""
        for item in self.cost_items(with_gone=True):
            if item.id == number:
                return item
        raise UsageProblem(f"no cost has the number {number}: `convledger cost list --all`")

    @in_words
    def work(self, *, with_gone: bool = False) -> list[WorkedTime]:
        """Return people's time, the earliest first."""
        from convledger.store.costs import worked

        return worked(self.connection, with_gone=with_gone)

    def add_costs(
        self,
        items: Iterable[StoredItem] = (),
        times: Iterable[WorkedTime] = (),
        *,
        now: int,
        what: str = "add",
    ) -> Change:
        """Keep costs and people's time: all of them, or none where one can't be meant."""
        return self._enter(what, items, times, now=now)

    def edit_cost(self, number: int, *, now: int, **changes: Any) -> Change:
        """Put another cost in the place of one; the old one is kept as taken away.

        `changes` are fields of StoredItem. Raises UsageProblem where nothing would change.
        """
        from dataclasses import replace

        old = self.cost_item(number)
        if old.gone_at is not None:
            raise UsageProblem(
                f"{number} was taken away, or has another number since it was changed: "
                f"`convledger cost list --all` shows both, `convledger cost bring-back {number}` "
                "brings it back"
            )
        if "shares" in changes or changes.get("rule", "hand") != "hand":
            changes["erased_weight"] = 0
            changes.setdefault("shares", {})
        new = replace(old, **changes)
        if new == old:
            raise UsageProblem(f"nothing of {number} would change; say what it should be")
        return self._enter("edit", [replace(new, origin="")], [], now=now, went=[number])

    @in_words
    def _enter(
        self,
        what: str,
        items: Iterable[StoredItem],
        times: Iterable[WorkedTime],
        *,
        now: int,
        went: Sequence[int] = (),
    ) -> Change:
        from dataclasses import replace

        from convledger.reports.unit_costs.entered import checked_item, checked_time
        from convledger.store import costs
        from convledger.store.cost_changes import Change, remember

        checked = [replace(checked_item(item), made_at=now, gone_at=None) for item in items]
        worked = [replace(checked_time(time), made_at=now, gone_at=None) for time in times]
        change = Change(what, now)
        if not checked and not worked:
            return change
        with transaction(self.connection):
            if went:
                costs.set_gone(self.connection, ITEMS, went, now)
                change.went[ITEMS] = list(went)
            if checked:
                change.came[ITEMS] = [costs.add_item(self.connection, item) for item in checked]
            if worked:
                change.came[TIMES] = [costs.add_worked(self.connection, time) for time in worked]
            remember(self.connection, change)
        return change

    def remove_costs(self, numbers: Sequence[int], *, now: int) -> Change:
        """Take costs away; they can be brought back. Raises UsageProblem for unknown numbers."""
        return self._set_gone(ITEMS, numbers, now, away=True)

    def bring_back_costs(self, numbers: Sequence[int], *, now: int) -> Change:
        """Bring back costs that were taken away. Raises UsageProblem for unknown numbers."""
        return self._set_gone(ITEMS, numbers, now, away=False)

    def remove_work(self, numbers: Sequence[int], *, now: int) -> Change:
        """Take entries of people's time away; they can be brought back."""
        return self._set_gone(TIMES, numbers, now, away=True)

    def bring_back_work(self, numbers: Sequence[int], *, now: int) -> Change:
        """Bring back entries of people's time that were taken away."""
        return self._set_gone(TIMES, numbers, now, away=False)

    @in_words
    def _set_gone(self, table: str, numbers: Sequence[int], now: int, *, away: bool) -> Change:
        from convledger.store.cost_changes import Change, remember
        from convledger.store.costs import HANDED_OVER, set_gone

        wanted = list(dict.fromkeys(numbers))
        kept = self.cost_items(with_gone=True) if table == ITEMS else self.work(with_gone=True)
        is_gone = {each.id: each.gone_at is not None for each in kept}
        of_handoffs = {each.id for each in kept if each.origin.startswith(HANDED_OVER)}
        for number in wanted:
            if number not in is_gone:
                listing = "cost list --all" if table == ITEMS else "cost time list --all"
                raise UsageProblem(f"nothing has the number {number}: `convledger {listing}`")
            if number in of_handoffs:
                raise UsageProblem(
                    f"{number} is the time of a hand-off: change that, `convledger handoff list`"
                )
            if is_gone[number] is away:
                raise UsageProblem(
                    f"{number} was taken away already" if away else f"{number} is there already"
                )
        change = Change("remove" if away else "bring back", now)
        (change.went if away else change.came)[table] = wanted
        with transaction(self.connection):
            set_gone(self.connection, table, wanted, now if away else None)
            remember(self.connection, change)
        return change

    @in_words
    def hourly_rates(self) -> list[HourlyRate]:
        """Return what an hour of people costs, the earliest rate first."""
        from convledger.store.costs import hourly_rates

        return hourly_rates(self.connection)

    @in_words
    def set_hourly_rate(self, rate: HourlyRate, *, now: int) -> Change:
        """Keep what an hour of people costs from a day on, in place of that day's rate."""
        from convledger.reports.unit_costs.entered import checked_rate
        from convledger.store.cost_changes import Change, rate_before, remember
        from convledger.store.costs import set_hourly_rate

        checked = checked_rate(rate)
        with transaction(self.connection):
            change = Change("hourly", now, replaced=[rate_before(self.connection, checked.since)])
            set_hourly_rate(self.connection, checked, now)
            remember(self.connection, change)
        return change

    @in_words
    def drop_hourly_rate(self, since: date, *, now: int) -> Change:
        """Take away the rate that began on a day. Raises UsageProblem where there is none."""
        from convledger.store.cost_changes import Change, rate_before, remember
        from convledger.store.costs import drop_hourly_rate

        with transaction(self.connection):
            change = Change("hourly", now, replaced=[rate_before(self.connection, since)])
            if not drop_hourly_rate(self.connection, since):
                raise UsageProblem(f"no rate begins on {since}: `convledger cost hourly --list`")
            remember(self.connection, change)
        return change

    @in_words
    def exchange_rates(self) -> list[tuple[str, str, date, Decimal]]:
        """Return (currency, what it is worth in, since, rate), by pair and day."""
        from convledger.store.costs import exchange_rates

        return exchange_rates(self.connection)

    @in_words
    def set_exchange_rate(
        self, currency: str, worth_in: str, since: date, rate: Decimal, *, now: int
    ) -> Change:
        """Keep what one unit of a currency is worth in another from a day on."""
        from convledger.reports.unit_costs.written import checked_day, currency_of
        from convledger.store.cost_changes import Change, exchange_before, remember
        from convledger.store.costs import set_exchange_rate

        pair = currency_of(currency), currency_of(worth_in)
        if pair[0] == pair[1]:
            raise UsageProblem(f"one {pair[0]} is one {pair[0]}: a rate is between two currencies")
        if rate <= 0:
            raise UsageProblem("a rate must be more than 0")
        checked_day(since, since.isoformat())
        with transaction(self.connection):
            change = Change("rate", now, replaced=[exchange_before(self.connection, *pair, since)])
            set_exchange_rate(self.connection, *pair, since, rate, now)
            remember(self.connection, change)
        return change

    @in_words
    def drop_exchange_rate(self, currency: str, worth_in: str, since: date, *, now: int) -> Change:
        """Take a pair's rate of a day away. Raises UsageProblem where there is none."""
        from convledger.store.cost_changes import Change, exchange_before, remember
        from convledger.store.costs import drop_exchange_rate

        pair = currency.strip().upper(), worth_in.strip().upper()
        with transaction(self.connection):
            change = Change("rate", now, replaced=[exchange_before(self.connection, *pair, since)])
            if not drop_exchange_rate(self.connection, *pair, since):
                raise UsageProblem(
                    f"no rate of {' to '.join(pair)} begins on {since}: "
                    "`convledger cost rate --list`"
                )
            remember(self.connection, change)
        return change

    @in_words
    def usual_minutes(self) -> tuple[Fraction | None, Fraction | None]:
        """Return the minutes of a hand-off and those without a bot, None where nobody has said."""
        from convledger.reports.unit_costs import costs

        hand_off = costs.minutes_kept(self.connection, costs.USUAL_MINUTES)
        return hand_off, costs.minutes_kept(self.connection, costs.BASELINE_MINUTES)

    @in_words
    def set_usual_minutes(
        self, minutes: Fraction | None, *, now: int, baseline: bool = False
    ) -> Change:
        """Keep the minutes of a hand-off, or of a conversation without a bot; None for none."""
        from convledger.reports.unit_costs.costs import BASELINE_MINUTES, USUAL_MINUTES
        from convledger.reports.unit_costs.entered import checked_minutes
        from convledger.store.cost_changes import Change, remember, setting_before
        from convledger.store.settings import note

        name = BASELINE_MINUTES if baseline else USUAL_MINUTES
        checked = checked_minutes(minutes, name)
        with transaction(self.connection):
            change = Change("minutes", now, replaced=[setting_before(self.connection, name)])
            note(self.connection, name, "" if checked is None else checked)
            remember(self.connection, change)
        return change

    @in_words
    def undo_costs(self, *, now: int, change: Change | None = None) -> Change:
        """Take back a change, the last one unless told; returns it. Raises UsageProblem."""
        from convledger.reports.unit_costs.closing_notes import check_order
        from convledger.store.cost_changes import changes, take_back

        if change is None:
            known = changes(self.connection)
            if not known:
                raise UsageProblem("nothing was changed that could be taken back")
            change = known[-1]
        check_order(self.connection, change)
        with transaction(self.connection):
            take_back(self.connection, change, now)
        return change

    @in_words
    def closed_note(self, change: Change) -> str:
        """Return that a change lies in a month that is closed, nothing where it does not."""
        from convledger.reports.unit_costs.closing_notes import closed_note

        return closed_note(self.connection, change)

    def costed_conversation(self, name: str) -> int:
        """Return the conversation that a name means. Raises UsageProblem with those near it."""
        from convledger.reports.unit_costs.entered import near_names

        try:
            return self.conversation(name).id
        except UsageProblem as problem:
            near = near_names(self.connection, name) if "may be" not in str(problem) else []
            if near:
                raise UsageProblem(f"{problem}; near it are {', '.join(near)}") from None
            raise

"""What a workspace can be told about plans and credits: the writing half beside the questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from convledger import paths
from convledger.booking import Booking
from convledger.errors import ConfigError, UsageProblem
from convledger.store.actors import ITSELF, as_actor
from convledger.store.connection import in_words, is_sealed, transaction

if TYPE_CHECKING:
    from convledger.plans.schema import Plan
    from convledger.reports.plan_news import PlanNews
    from convledger.reports.plan_now import PlanNow
    from convledger.reports.plan_records import AlertGiven, Kept
    from convledger.store.subscriptions import Subscription


class Dealings(Booking):
    """Changes to plans, subscriptions and credits; every failure of SQLite is told in words."""

    def add_plan(self, text: str, file_name: str, *, replace: bool = False) -> tuple[Plan, Path]:
        """Check a plan and put it among the workspace's; returns it with its file.

        Raises ConfigError with what is wrong, UsageProblem where another text has its place.
        """
        from convledger.plans.parse import parse_plan
        from convledger.toml_files import read_text, replace_text

        plan = parse_plan(text, file_name)
        versions = {
            (file.plan.id, file.plan.version): file
            for file in self.plan_book.shelf.files
            if file.plan is not None and not file.is_kept
        }
        there = versions.get((plan.id, plan.version))
        path = there.path if there is not None else self._place_for(plan)
        if there is not None and there.text == text:
            return plan, path
        if there is not None and not replace:
            raise UsageProblem(
                f"{path} has version {plan.version} of {plan.id} already. Give the new text "
                "another version, or say --replace"
            )
        if there is None and read_text(path, str(path)) is not None and not replace:
            raise UsageProblem(f"{path} is there already, with another plan; say --replace")
        self._must_go_together(plan)
        replace_text(path, text)
        self._note_plan("file of a plan written", path, text)
        self.plan_book.forget()
        return plan, path

    def _must_go_together(self, plan: Plan) -> None:
        """Raise ConfigError where a version can't stand beside the others of its plan."""
        from convledger.plans.versions import PlanHistory

        shelf = self.plan_book.shelf
        if plan.id not in shelf.histories:
            return
        files = [file.plan for file in shelf.files if not file.is_kept]
        others = [
            each
            for each in shelf.histories[plan.id].plans
            if each.version != plan.version and each in files
        ]
        PlanHistory([*others, plan])

    def save_plan(self, text: str, path: Path) -> tuple[Plan, Path]:
        """Write a plan back into its file; another id or version gets a file of its own.

        Raises ConfigError with what is wrong, and writes nothing then; returns plan and file.
        """
        from convledger.plans.parse import parse_plan
        from convledger.toml_files import replace_text

        plan = parse_plan(text, str(path))
        there = next((file for file in self.plan_book.shelf.files if file.path == path), None)
        held = None if there is None or there.is_kept else there.plan
        if held is not None and (held.id, held.version) != (plan.id, plan.version):
            return self.add_plan(text, str(path))
        replace_text(path, text)
        self._note_plan("file of a plan written", path, text)
        self.plan_book.forget()
        return plan, path

    def _note_plan(self, done: str, path: Path, text: str) -> None:
        """Note in the audit log what became of a plan's file."""
        from hashlib import sha256

        from convledger.store.audit import note_deed

        digest = sha256(text.encode()).hexdigest()
        with transaction(self.connection):
            note_deed(self.connection, done, "plan", file=path.name, sha256=digest)

    @in_words
    def unsave_plan(self, path: Path, before: str | None) -> None:
        """Give a plan's file back what it said, or take it away where there was none."""
        from convledger.store.audit import note_deed
        from convledger.toml_files import replace_text

        if before is not None:
            replace_text(path, before)
            self._note_plan("file of a plan put back", path, before)
        else:
            path.unlink(missing_ok=True)
            with transaction(self.connection):  # or it would count as gone but still in force
                self.connection.execute("DELETE FROM plan_text WHERE file=?", (path.name,))
                note_deed(self.connection, "file of a plan removed", "plan", file=path.name)
        self.plan_book.forget()

    def _place_for(self, plan: Plan) -> Path:
        """Return the file for a new plan: its id, with the version where that is taken."""
        folder = self.workspace / paths.PLANS
        first = folder / f"{_file_name(plan.id)}.toml"
        if not first.exists():
            return first
        return folder / f"{_file_name(plan.id)}-{_file_name(plan.version)}.toml"

    @in_words
    def use_plan(
        self,
        plan_id: str,
        since: int,
        *,
        now: int,
        anchor: int | None = None,
        until: int | None = None,
        scope: Mapping[str, tuple[str, ...]] | None = None,
        seats: int = 0,
    ) -> Subscription:
        """Put a plan in force from an instant on, and end what was in force for the same usage.

        `seats` of 0 leaves the plan's own number. Raises UsageProblem for a plan that there is not
        or that is not in force then.
        """
        from convledger.store import subscriptions

        history = self.plan_book.shelf.history(plan_id)
        if history.in_force(since) is None:
            raise UsageProblem(_not_yet(plan_id, history.plans, since))
        if until is not None and until <= since:
            raise UsageProblem("a plan can't end before it begins: --until must be after --since")
        if anchor is not None and anchor > since:
            raise UsageProblem(
                "periods are counted from --anchor: it must not be after the plan begins"
            )
        with transaction(self.connection):
            begun = subscriptions.begin(
                self.connection,
                plan_id,
                since,
                now=now,
                anchor=anchor,
                ended=until,
                scope=dict(scope or {}),
                seats=seats,
            )
        self._keep_plans()
        return next(one for one in self.plan_book.subscriptions() if one.id == begun)

    @in_words
    def end_plan(self, subscription: Subscription, at: int | None) -> None:
        """Let a subscription end at an instant, or go on where that is None.

        A period that an earlier end had cut short is open again. Raises UsageProblem where another
        one has taken over the same usage by then.
        """
        from convledger.store import subscriptions

        known = self.plan_book.subscriptions()
        subscription = next((one for one in known if one.id == subscription.id), subscription)
        if at is not None and at <= subscription.began:
            raise UsageProblem(
                f"{subscription.plan} can't end before it began; take it away with "
                f"`convledger plan drop {subscription.plan}`"
            )
        _must_not_meet(subscription, at, known)
        cut = self._cut_short(subscription, at)
        with transaction(self.connection):
            if at is not None and (subscription.ended is None or at < subscription.ended):
                subscriptions.must_end_well(self.connection, subscription.id, subscription.plan, at)
            subscriptions.end(self.connection, subscription.id, at)
            if cut is not None:
                subscriptions.reopen(self.connection, subscription.id, cut)

    def _cut_short(self, subscription: Subscription, at: int | None) -> int | None:
        """Return a subscription's end, None where no period goes on after it until the new one."""
        ended = subscription.ended
        if ended is None or (at is not None and at <= ended):
            return None
        try:
            period = self.plan_book.contract(subscription).period_at(ended - 1)
        except UsageProblem:  # its plan is gone, and nothing can be worked out anew
            return None
        return ended if period is not None and period.span.until > ended else None

    @in_words
    def drop_plan(self, subscription: Subscription) -> None:
        """Take a subscription away with its statements, credits by hand and alerts."""
        from convledger.store import subscriptions

        with transaction(self.connection):
            subscriptions.remove(self.connection, subscription.id)

    @in_words
    def set_seats(self, subscription: Subscription, at: int, seats: int) -> None:
        """Let a subscription have so many seats from an instant on, at the earliest its beginning.

        Raises UsageProblem for fewer than none.
        """
        from convledger.store import subscriptions

        if seats < 0:
            raise UsageProblem("there can't be fewer seats than none")
        begins = max(at, subscription.began)
        with transaction(self.connection):
            subscriptions.set_seats(self.connection, subscription.id, begins, seats)

    @in_words
    def alerts_given(self) -> list[AlertGiven]:
        """Return every alert that was ever given, the earliest first."""
        from convledger.reports.plan_records import alerts_given

        return alerts_given(self.connection)

    @in_words
    def mute_alert(self, number: int) -> AlertGiven:
        """Keep an alert out of the prompt. Raises UsageProblem where there is no such number."""
        from convledger.reports.plan_records import mute

        with transaction(self.connection):
            return mute(self.connection, number)

    @in_words
    def kept_statements(self, subscription: Subscription) -> list[Kept]:
        """Return the frozen statements of a subscription, and whether their digests hold."""
        from convledger.reports.plan_records import kept_statements

        return kept_statements(self.connection, subscription.id)

    @in_words
    @as_actor(ITSELF)
    def follow_plans(self, now: int, zone: tzinfo) -> PlanNews:
        """Work out the plans in force: close periods that are over, and tell of new alerts.

        Nothing is closed while texts are still being read: what they say would come late.
        """
        from convledger.reports.plan_news import follow

        self._keep_plans()
        return follow(self.plan_book, self.connection, now, zone)

    @in_words
    @as_actor(ITSELF)
    def plan_now(self, now: int, zone: tzinfo) -> PlanNow:
        """Look at the plans in force as `follow_plans` does, and return how they stand."""
        from convledger.reports.plan_now import plan_now

        if not self.plan_book.subscriptions():
            from convledger.reports.plan_news import PlanNews
            from convledger.reports.plan_now import PlanNow

            return PlanNow(PlanNews(troubles=list(self.plan_book.shelf.troubles)))
        sealed = is_sealed(self.path)
        if not sealed:
            self._keep_plans()
        return plan_now(self.plan_book, self.connection, now, zone, writes=not sealed)

    @in_words
    def mute_alerts(
        self, subscription_id: int, key: tuple[str, str, int], *, muted: bool = True
    ) -> None:
        """Put an alert away, or show it again; it stays in the log."""
        from convledger.reports.plan_now import mute

        with transaction(self.connection):
            mute(self.connection, subscription_id, key, muted=muted)

    def _keep_plans(self) -> None:
        from convledger.reports.plan_files import keep_plans

        in_use = {one.plan for one in self.plan_book.subscriptions()}
        if in_use:
            keep_plans(self.connection, self.plan_book.shelf, in_use)


def _file_name(text: str) -> str:
    """Return text as part of a file name on any system."""
    kept = "".join(each if each.isalnum() or each in "-_." else "-" for each in text)
    return kept.strip("-.") or "plan"


def _must_not_meet(one: Subscription, at: int | None, known: Iterable[Subscription]) -> None:
    """Refuse an end after which two subscriptions would bill the same usage."""
    if one.ended is None:
        return
    for other in known:
        begins_before = at is None or other.began < at
        is_over = other.ended is not None and other.ended <= one.ended
        if other.id != one.id and other.scope == one.scope and begins_before and not is_over:
            raise UsageProblem(
                f"{one.plan} can't go on into the time of {other.plan}, which has taken over the "
                f"same usage: take that away first with `convledger plan drop {other.plan}`"
            )


def _not_yet(plan_id: str, plans: tuple[Plan, ...], at: int) -> str:
    from convledger.clock import to_datetime
    from convledger.zones import zone_of

    earliest = min(plans, key=lambda plan: plan.effective_from)
    first = earliest.effective_from
    if at < first:
        day = to_datetime(first).astimezone(zone_of(earliest.zone_name)[0]).date()
        return f"{plan_id} is in force from {day} on: say --since {day} or edit effective_from"
    return f"{plan_id} is no longer in force then; see `convledger plan show {plan_id}`"


__all__ = ["ConfigError", "Dealings"]

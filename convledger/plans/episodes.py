"""Episodes of conversations: from a question until a silence long enough to settle its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from convledger.plans.counted import FIRST, IDLE, BillableUnit
from convledger.plans.events import ASSISTANT, HANDOFF, OUTCOME, USER, Event, Thread
from convledger.plans.keys import in_order, key_of
from convledger.plans.labels import (
    ASSUMED,
    CONFIRMED,
    ESCALATED,
    is_billed,
    label_of,
    named_by,
)
from convledger.plans.rules import RuleAt
from convledger.plans.schema import Unit
from convledger.plans.where import Matcher

_UNNAMED = {OUTCOME: CONFIRMED, HANDOFF: ESCALATED}
_HANDOFF = "handoff"
_PARTICIPANTS = {"bot_only": False, "escalated": True}


class _Verdict(NamedTuple):
    label: str
    at: int
    is_outcome: bool


class Episode:
    """Part of a conversation: from a question until a silence long enough to settle it."""

    __slots__ = (
        "answers", "gap", "is_escalated", "last", "last_at", "messages", "model", "opened_at",
        "questions", "returned", "rule", "spoke", "thread", "verdict",
    )  # fmt: skip

    def __init__(self, rule: Unit, at: int, event: Event, gap: int | None) -> None:
        self.rule = rule
        self.thread: Thread = event.thread
        self.opened_at = self.last_at = at
        self.gap = gap
        self.last = self.spoke = event
        self.messages = self.answers = self.questions = 0
        self.model = ""
        self.is_escalated = event.thread.escalated
        self.verdict: _Verdict | None = None
        self.returned: tuple[int, Event] | None = None

    @property
    def settles_at(self) -> int:
        """The first instant at which it is settled, if nothing more is said."""
        return self.last_at + self.rule.settle_after

    def add(self, at: int, event: Event) -> None:
        """Take in a message before the silence."""
        self.last_at, self.last = at, event
        self.messages += 1
        if event.kind == ASSISTANT:
            self.spoke = event
            self.model = event.model or self.model

    def label(self) -> tuple[str, int]:
        """Return the outcome and the instant it was settled at; no outcome is an empty one."""
        settled = self.settles_at
        is_answered = self.last.kind == ASSISTANT
        if self.thread.verdict and (own := named_by(self.thread.verdict, self.rule.outcome)):
            return own, settled
        if self.verdict is not None:
            # Without an answer nothing was settled before somebody said so.
            return self.verdict.label, settled if is_answered else max(settled, self.verdict.at)
        if self.thread.outcome:
            return label_of(self.thread.outcome), settled
        if self.is_escalated:
            return ESCALATED, settled
        return (ASSUMED if is_answered else ""), settled

    def counts(self, matcher: Matcher, label: str) -> bool:
        """Say whether it is what the rule bills."""
        where = self.rule.where
        is_verified = self.thread.verified or (self.verdict is not None and self.verdict.is_outcome)
        return (
            not self.thread.by_people
            and is_billed(label, self.rule.outcome)
            and not matcher.excludes(label)
            and self.answers >= where.min_assistant_answers
            and self.questions >= where.min_user_messages
            and where.verified in (None, is_verified)
            and _PARTICIPANTS.get(where.participant, self.is_escalated) is self.is_escalated
            and matcher.fits(self.spoke, self.last_at)
        )

    def unit(self, label: str, settled: int, ended: str) -> BillableUnit:
        """Return its outcome as a unit."""
        rule, thread = self.rule, self.thread
        return BillableUnit(
            id=f"{rule.id}/{thread.id}/{self.last.id}",
            unit=rule.id,
            key=key_of(rule.key, thread),
            thread=thread,
            opened_at=self.opened_at,
            last_at=self.last_at,
            billed_at=settled,
            ends_at=settled,
            began=FIRST if self.gap is None else IDLE,
            ended=ended,
            gap=self.gap or 0,
            messages=self.messages,
            model=self.model,
            name=label,
        )


def episodes(rule_at: RuleAt, events: Iterable[Event]) -> Iterator[Episode]:
    """Yield the episodes of some threads, those of each in the order of time."""
    threads: dict[str, list[Event]] = {}
    for event in events:
        threads.setdefault(event.thread.id, []).append(event)
    for own in threads.values():
        yield from _episodes_of_thread(rule_at, in_order(own, lambda at: _skew(rule_at(at))))


def _skew(unit: Unit | None) -> int:
    return 0 if unit is None else unit.skew


def _episodes_of_thread(rule_at: RuleAt, ordered: list[tuple[int, Event]]) -> Iterator[Episode]:
    episode: Episode | None = None
    verdict: _Verdict | None = None
    answers = questions = 0
    is_escalated = False
    for at, event in ordered:
        kind = event.kind
        if kind in (OUTCOME, HANDOFF):
            is_escalated = is_escalated or kind == HANDOFF
            if kind == HANDOFF and (
                (episode is not None and at >= episode.settles_at)
                or (not event.name and verdict is not None and _HANDOFF in verdict.label)
            ):
                continue  # it was settled before a person came, or told why one did
            verdict = _Verdict(label_of(event.name, _UNNAMED[kind]), at, kind == OUTCOME)
            if episode is not None:
                episode.verdict = verdict
                episode.is_escalated = episode.is_escalated or is_escalated
            continue
        rule = rule_at(at) if episode is None else episode.rule
        if rule is None:
            continue
        is_rest = episode is not None and at >= episode.settles_at
        if kind in rule.open_on and (episode is None or is_rest):
            gap = None
            if episode is not None:
                gap = at - episode.last_at
                episode.returned = (at, event)
                yield episode
                verdict = None
                rule = rule_at(at)
            episode = None if rule is None else Episode(rule, at, event, gap)
            if episode is not None:
                episode.verdict = verdict
                episode.is_escalated = episode.is_escalated or is_escalated
                episode.answers, episode.questions = answers, questions
            is_rest = False
        questions += kind == USER
        answers += kind == ASSISTANT and questions > 0
        if episode is not None and not is_rest and rule is not None:
            episode.answers, episode.questions = answers, questions
            if kind in rule.extend_on or kind in rule.open_on:
                episode.add(at, event)
    if episode is not None:
        yield episode

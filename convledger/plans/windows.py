"""Cuts conversations into windows: by silence, fixed length, day, close or topic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo

from convledger.plans.counted import (
    AFTER_CLOSE,
    FIRST,
    NEW_TOPIC,
    OPEN,
    BillableUnit,
)
from convledger.plans.events import (
    ACTION,
    ASSISTANT,
    CALL,
    CLOSE,
    ESTIMATED,
    REPLIES,
    ROLES,
    TOPIC,
    UNCOUNTED,
    USER,
    Event,
)
from convledger.plans.inside import Coverage
from convledger.plans.keys import by_key, grouping, handed_over_threads, in_order, key_of
from convledger.plans.rules import FOREVER, RuleAt, WindowRule, WindowRules
from convledger.plans.schema import Unit
from convledger.plans.splits import units_of
from convledger.plans.where import NO_SPANS

__all__ = ["WindowCounter", "by_key", "count_all", "count_windows"]

_SAID = frozenset(ROLES)
_KEPT = frozenset((*ROLES, CALL, ACTION))


class _Window:
    """A unit while it is being counted."""

    __slots__ = (
        "answers",
        "began",
        "closed_at",
        "event",
        "extended_at",
        "gap",
        "ids",
        "is_estimated",
        "last_at",
        "messages",
        "model",
        "opened_at",
        "questions",
        "replied_at",
        "rule",
        "split_count",
        "topic",
        "uncounted",
        "until",
        "until_unclosed",
    )  # fmt: skip

    def __init__(self, rule: WindowRule, at: int, event: Event, began: str, gap: int) -> None:
        self.rule = rule
        self.event = event
        self.began = began
        self.gap = gap
        self.opened_at = self.last_at = self.extended_at = at
        self.until = self.until_unclosed = rule.until(at)
        self.closed_at: int | None = None
        self.replied_at: int | None = None
        self.messages = self.answers = self.questions = self.split_count = self.uncounted = 0
        self.is_estimated = False
        self.topic = self.model = ""
        self.ids: list[str] = []

    def add(self, at: int, event: Event) -> None:
        """Take in what happened before the end."""
        kind, rule = event.kind, self.rule
        if self.closed_at is not None and (kind in rule.opens or rule.closed_for == FOREVER):
            self.closed_at = None
            self.until = self.until_unclosed
        if kind in _SAID:
            self.messages += 1
            if self.closed_at is None:
                self.last_at = at
            if kind in REPLIES:
                self.answers += kind == ASSISTANT and self.questions > 0
                if self.replied_at is None:
                    # The model is that of the first answer: a later one must not change a price.
                    self.replied_at, self.model = at, event.model
            elif kind == USER:
                self.questions += 1
        if kind in rule.extends and self.closed_at is None:
            self.extended_at = at
            if rule.idle:
                self.until = self.until_unclosed = at + rule.idle
        if rule.splits:
            self._measure(kind, event)

    def close(self, at: int) -> None:
        """Note that somebody closed it; a later message may open it again."""
        if self.closed_at is None:
            self.closed_at = at
            self.until = min(self.until_unclosed, at + self.rule.closed_for)

    def _measure(self, kind: str, event: Event) -> None:
        split = self.rule.unit.split
        if split is None:
            return
        if split.by == "tokens":
            if kind == CALL:
                self.split_count += event.tokens
                self.is_estimated |= bool(event.doubt & ESTIMATED)
                self.uncounted += int(event.doubt & UNCOUNTED > 0)
        elif split.by == "messages" and kind in (split.of or _SAID):
            self.split_count += 1

    @property
    def silent_since(self) -> int:
        """The instant from which the silence is counted that may end it."""
        return self.extended_at if self.rule.idle else self.last_at

    @property
    def counts(self) -> bool:
        """Whether it has what a unit must have to be counted."""
        where = self.rule.unit.where
        return (
            self.answers >= where.min_assistant_answers
            and self.questions >= where.min_user_messages
        )

    def counted(self, key: str, ended: str, ended_at: int) -> BillableUnit:
        """Return what was counted."""
        event, unit = self.event, self.rule.unit
        thread, quantity = event.thread, 1
        if unit.split is not None:
            by_length = unit.split.by == "duration"
            count = self.last_at - self.opened_at if by_length else self.split_count
            quantity = units_of(count, unit.split)
        return BillableUnit(
            f"{unit.id}/{thread.id}/{event.id}",
            unit.id,
            key,
            thread,
            self.opened_at,
            self.last_at,
            self.opened_at,
            None if ended_at >= FOREVER else ended_at,
            quantity,
            self.began,
            ended,
            self.gap,
            self.messages,
            self.replied_at,
            self.model,
            events=tuple(self.ids),
            is_estimated=self.is_estimated,
            uncounted=self.uncounted,
        )


class WindowCounter:
    """Counts the windows of one key after another under the rules that `rule_at` gives.

    `zone` is where calendar days begin; all other windows are elapsed time. `spans` are the units
    that `where.inside` and `where.outside` name.
    """

    def __init__(
        self,
        rule_at: RuleAt,
        *,
        zone: tzinfo = UTC,
        keep_events: bool = False,
        spans: Mapping[str, Coverage] = NO_SPANS,
    ) -> None:
        self._rules = WindowRules(rule_at, zone, spans)
        self._keep_events = keep_events

    def count(self, events: Iterable[Event]) -> list[BillableUnit]:
        """Return the units of one key, the earliest first, from its events in any order."""
        rules, keep = self._rules, self._keep_events
        found: list[BillableUnit] = []
        window: _Window | None = None
        ended, gap_since, topic = FIRST, 0, ""
        speaker = ""
        handed_over: frozenset[str] | None = None
        ordered = in_order(events, rules.skew_at)
        for at, event in ordered:
            kind = event.kind
            if window is not None and at >= window.until:
                ended = self._end(found, window)
                gap_since, window = window.silent_since, None
            rule = window.rule if window is not None else rules.at(at)
            if rule is None:
                continue
            if not rule.fits_all:
                if handed_over is None and rule.matcher.needs_handoffs:
                    handed_over = handed_over_threads(each for _, each in ordered)
                if not rule.matcher.fits(event, at, handed_over or ()):
                    continue
            if kind == CLOSE:
                # Of several threads of a user only the one last spoken in ends the unit.
                if window is not None and event.thread.id == speaker:
                    window.close(at)
                    if not rule.closed_for:
                        ended = self._end(found, window)
                        gap_since, window = window.silent_since, None
                continue
            if rule.by_topic:
                new_topic = _topic_of(event, rule)
                if new_topic and window is not None and _is_other(new_topic, window, kind):
                    found += self._counted(window, NEW_TOPIC, at)
                    ended, gap_since, window = NEW_TOPIC, window.silent_since, None
                topic = new_topic or topic
            if kind in _SAID:
                speaker = event.thread.id
            if window is None:
                if kind not in rule.opens:
                    continue
                if rule.by_topic:
                    now = rules.at(at)
                    if now is None or not (now is rule or now.matcher.fits(event, at)):
                        continue  # the topic ended a unit of an earlier version
                    rule = now
                window = _Window(rule, at, event, ended, at - gap_since if ended != FIRST else 0)
            if kind in _KEPT:
                window.add(at, event)
                if rule.by_topic and topic != _UNNAMED:
                    window.topic = topic
                if keep:
                    window.ids.append(event.id)
        if window is not None:
            is_closed = window.closed_at is not None
            if is_closed:
                self._end(found, window)
            else:
                found += self._counted(window, OPEN, window.until)
        return found

    def _end(self, found: list[BillableUnit], window: _Window) -> str:
        """Add a window that is over; return why it is."""
        closed_at = window.closed_at
        if closed_at is not None:
            found += self._counted(window, AFTER_CLOSE, closed_at)
            return AFTER_CLOSE
        found += self._counted(window, window.rule.reason, window.until)
        return window.rule.reason

    def _counted(self, window: _Window, ended: str, ended_at: int) -> list[BillableUnit]:
        if window.rule.is_limited and not window.counts:
            return []
        key = key_of(grouping(window.rule.unit), window.event.thread)
        return [window.counted(key, ended, ended_at)]


_UNNAMED = "\0"  # a new topic that has no name is another one every time


def _topic_of(event: Event, rule: WindowRule) -> str:
    """Return the topic that an event begins or belongs to, nothing where it tells none."""
    if event.kind == TOPIC:
        return event.name or _UNNAMED
    return event.attributes.get("topic", "") if event.kind in rule.opens else ""


def _is_other(topic: str, window: _Window, kind: str) -> bool:
    """Say whether a topic is not that of the window; the first name given is no change."""
    if kind == TOPIC:
        return topic == _UNNAMED or topic != window.topic
    return bool(window.topic) and topic != window.topic


def count_windows(
    rule_at: RuleAt,
    events: Iterable[Event],
    *,
    zone: tzinfo = UTC,
    keep_events: bool = False,
    spans: Mapping[str, Coverage] = NO_SPANS,
) -> list[BillableUnit]:
    """Return the windows of one key (thread, user or workspace), the earliest first.

    Events may come in any order. An open unit keeps the rule that it opened under; where `rule_at`
    gives None nothing opens.
    """
    counter = WindowCounter(rule_at, zone=zone, keep_events=keep_events, spans=spans)
    return counter.count(events)


def count_all(
    unit: Unit,
    events: Iterable[Event],
    *,
    zone: tzinfo = UTC,
    keep_events: bool = False,
    spans: Mapping[str, Coverage] = NO_SPANS,
) -> list[BillableUnit]:
    """Return the windows of all keys under one rule, by opening."""
    counter = WindowCounter(lambda _: unit, zone=zone, keep_events=keep_events, spans=spans)
    found: list[BillableUnit] = []
    for group in by_key(unit, events).values():
        found += counter.count(group)
    found.sort(key=_by_opening)
    return found


def _by_opening(unit: BillableUnit) -> tuple[int, str]:
    return unit.opened_at, unit.id

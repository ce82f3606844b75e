"""What is known of a conversation of Chatwoot, told by piece: status, speakers, hand-off."""

from __future__ import annotations

from typing import Any

from convledger.sources.chatwoot.spoken import rating_of
from convledger.sources.dating import odd_time
from convledger.sources.findings import ConversationFacts, OutcomeFacts
from convledger.sources.support.dialogue import (
    ABANDONED,
    ASSUMED,
    BOT_THEN_HUMAN,
    ESCALATED,
    NOBODY,
    OPEN,
    UNKNOWN,
    Dialogue,
    Turn,
    Who,
    channel_of,
    count_of,
    handled_by,
    names_in,
)
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dict_of, dicts_in, instant_of, name_of, text_of

_STATUSES = {0: "open", 1: "resolved", 2: "pending", 3: "snoozed"}
_HANDOFF, _BOT_RESOLVED = "conversation_bot_handoff", "conversation_bot_resolved"


class Known:
    """A conversation as far as a file has told of it."""

    def __init__(self, native: str) -> None:
        self.native = native
        self.first_at: int | None = None
        self.odd = ""  # what is amiss with when it began
        self._heard_at: int | None = None
        self._last_at: int | None = None
        self._title = ""
        self._asked = ""
        self._status = ""
        self._verdict = ""
        self._channel = ""
        self._rating = ""
        self._is_listed = False  # of its messages the last alone is told
        self._replied_at: int | None = None  # when a person first did
        self._handed_off_at: int | None = None
        self._is_handed_off = False
        self._is_bot_resolved = False
        self._resolved_at: int | None = None
        self._heard: set[str] = set()
        self._counts = dict.fromkeys((Who.CUSTOMER, Who.BOT, Who.PERSON), 0)
        self._first_of: dict[Who, int] = {}
        self._details: dict[str, str] = {}

    @property
    def near_at(self) -> int | None:
        """When something was said of late, else when it began."""
        return self.first_at if self._heard_at is None else self._heard_at

    def learn(self, record: dict[str, Any], *, event: str = "") -> None:
        """Take in what a record says of the conversation as a whole; a later one counts."""
        status = record.get("status")
        word = _STATUSES.get(status, "") if isinstance(status, int) else text_of(status)
        meta, more = dict_of(record.get("meta")), dict_of(record.get("additional_attributes"))
        self._span(instant_of(record.get("created_at")))
        self.odd = odd_time(record.get("created_at"))
        last = instant_of(record.get("last_activity_at")) or instant_of(record.get("timestamp"))
        self._span(last)
        self._status = word or self._status
        self._replied_at = instant_of(record.get("first_reply_created_at")) or self._replied_at
        self._channel = channel_of(meta.get("channel"), record.get("channel")) or self._channel
        self._title = text_of(more.get("mail_subject")) or self._title
        self._is_listed = self._is_listed or len(dicts_in(record.get("messages"))) == 1
        at = instant_of(record.get("updated_at")) or last
        for change in dicts_in(record.get("changed_attributes")):
            change = dict_of(change.get("status"))
            if (change.get("previous_value"), change.get("current_value")) == ("pending", "open"):
                self._hand_off(at)
        if event == "conversation_resolved" or (event and word == "resolved"):
            self._resolved_at = at
        if word == "resolved" and not event:
            self._resolved_at = self._resolved_at or last
        self._note(record, meta, more)

    def _note(self, record: dict[str, Any], meta: dict[str, Any], more: dict[str, Any]) -> None:
        told = Dialogue(self.native)
        sender, assignee = dict_of(meta.get("sender")), dict_of(meta.get("assignee"))
        for name, value in (
            ("status", self._status),
            ("tags", names_in(record.get("labels") or record.get("cached_label_list"))),
            ("customer", name_of(sender.get("id")) or name_of(record.get("contact_id"))),
            ("priority", record.get("priority")),
            ("team", names_in([meta.get("team")])),
            ("assignee", name_of(assignee.get("id"))),
            ("inbox", name_of(record.get("inbox_id"))),
            ("language", more.get("conversation_language")),
            *dict_of(record.get("custom_attributes")).items(),
        ):
            told.add_detail(name, value)
        self._details.update(told.details)

    def report(self, record: dict[str, Any]) -> None:
        """Take in an event of Chatwoot's own reports."""
        name = text_of(record.get("name"))
        at = instant_of(record.get("event_end_time")) or instant_of(record.get("created_at"))
        self._span(at)
        if name == _HANDOFF:
            self._hand_off(at)
            self._verdict = name
        elif name == _BOT_RESOLVED:
            self._is_bot_resolved = True
            self._verdict = self._verdict or name
            self._resolved_at = at or self._resolved_at
        elif name == "conversation_resolved":
            self._resolved_at = at or self._resolved_at

    def hear(self, turn: Turn, message: dict[str, Any]) -> None:
        """Take in who has said something."""
        if turn.id and turn.id in self._heard:
            return
        self._heard.add(turn.id)
        self._span(turn.at)
        self._heard_at = self._heard_at if turn.at is None else turn.at
        if turn.who in self._counts:
            self._counts[turn.who] += 1
            if turn.at is not None:
                self._first_of[turn.who] = min(turn.at, self._first_of.get(turn.who, turn.at))
        if turn.who is Who.CUSTOMER and not self._asked:
            self._asked = title_line(turn.text)
        rating, remark = rating_of(message)
        if (number := count_of(rating)) is not None and 1 <= number <= 5:
            self._rating = str(number)
            if remark:
                self._details["remark"] = remark

    def _hand_off(self, at: int | None) -> None:
        self._is_handed_off = True
        if at is not None:
            self._handed_off_at = min(at, self._handed_off_at or at)

    def _span(self, at: int | None) -> None:
        if at is not None:
            self.first_at = at if self.first_at is None else min(self.first_at, at)
            self._last_at = at if self._last_at is None else max(self._last_at, at)

    def facts(self, now: int) -> ConversationFacts:
        """Return what is kept of it; `now` is the instant of what names none."""
        first = now if self.first_at is None else self.first_at
        found = ConversationFacts(self.native, first, self._last_at or first)
        found.entitle(GENERATED, title_line(self._title))
        found.entitle(PROMPT, self._asked)
        found.details = self._details
        if self._status or self._verdict:
            found.outcome = self._outcome()
        return found

    def _outcome(self) -> OutcomeFacts:
        counts = self._counts
        has_person = bool(counts[Who.PERSON]) or self._replied_at is not None
        has_bot = bool(counts[Who.BOT]) or self._is_bot_resolved or self._is_handed_off
        handled = handled_by(bot=has_bot, person=has_person or self._is_handed_off)
        facts = OutcomeFacts(handled, self._resolution(handled), self._verdict)
        facts.channel, facts.rating = self._channel, self._rating
        facts.rating_of = 5 if self._rating else None
        if handled == BOT_THEN_HUMAN:
            facts.handed_off_at = self._handed_off_at or self._first_of.get(
                Who.PERSON, self._replied_at
            )
        if facts.resolution == ASSUMED or self._status == "resolved":
            facts.resolved_at = self._resolved_at
        if len(self._heard) > 1 or (self._heard and not self._is_listed):
            facts.bot_messages, facts.human_messages = counts[Who.BOT], counts[Who.PERSON]
            facts.customer_messages = counts[Who.CUSTOMER]
        return facts

    def _resolution(self, handled: str) -> str:
        if handled == BOT_THEN_HUMAN:
            return ESCALATED
        if self._is_bot_resolved:
            return ASSUMED
        if self._status in ("open", "pending", "snoozed"):
            return OPEN
        if self._status != "resolved" or (self._is_listed and handled == NOBODY):
            return UNKNOWN
        return ABANDONED if handled == NOBODY else ASSUMED

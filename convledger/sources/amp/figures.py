"""Counts what Amp's threads used: by the ledger of a thread where it has one.

An event of the ledger and the usage of the message that it led to are one request; the message
tells its cached tokens, the ledger does not.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from convledger.sources.amp.records import (
    CountedMessage,
    Event,
    Thread,
    Usage,
    counted_message,
    event,
    message_uuid,
)
from convledger.sources.findings import Call, ConversationFacts, Figures, Measure, Rejected
from convledger.sources.lenient import BadLine, decode_line
from convledger.sources.titles import GENERATED, PROMPT, content_text, title_line
from convledger.sources.values import dict_of, dicts_in, instant_of, name_of, text_of

_MOST_CREDITS = Decimal(10**12)


class Counting:
    """Reads one thread."""

    def __init__(self, thread: Thread, name: str, content: bytes, changed_at: int) -> None:
        self._thread, self._name, self._content = thread, name, content
        self._created = instant_of(thread.created)
        self._changed_at = changed_at
        self._messages: list[tuple[str, CountedMessage, int]] = []
        self._events: list[tuple[Event, int]] = []
        self._searched = 0  # how far the file is searched for where a rejected part stands
        self.found = Figures()
        self.facts = ConversationFacts(name)

    def figures(self) -> Figures:
        """Return calls and facts."""
        found, facts = self.found, self.facts
        for place, raw in enumerate(self._thread.messages or [], 1):
            self._take(raw, place)
        self._searched = 0
        for place, raw in enumerate(self._thread.events, 1):
            self._take_event(raw, place)
        facts.first_at = self._created
        found.calls = self._of_ledger() if self._events else self._of_messages()
        for call in found.calls:
            self._see(call.at)
        if facts.first_at is None and (found.calls or self._messages):
            self._see(self._changed_at)
        facts.last_at = facts.last_at or facts.first_at
        self._describe()
        if self._messages or found.calls or facts.title:
            found.conversations[self._name] = facts
        return found

    def _take(self, raw: msgspec.Raw, place: int) -> None:
        try:
            message = decode_line(counted_message, bytes(raw))
        except BadLine as error:
            self._reject(raw, place, str(error))
            return
        uuid = message_uuid(self._name, message.message_id, place)
        self._messages.append((uuid, message, place))

    def _take_event(self, raw: msgspec.Raw, place: int) -> None:
        try:
            self._events.append((decode_line(event, bytes(raw)), place))
        except BadLine as error:
            self._reject(raw, place, f"in the ledger: {error}")

    def _reject(self, raw: msgspec.Raw, place: int, reason: str) -> None:
        part = bytes(raw)
        if self._searched >= 0:  # else a part stands otherwise in the file, as after a repair
            self._searched = self._content.find(part, self._searched)
        self.found.rejected.append(Rejected(place, max(0, self._searched), reason, part[:400]))

    def _see(self, at: int | None) -> None:
        facts = self.facts
        if at is not None:
            facts.first_at = at if facts.first_at is None else min(facts.first_at, at)
            facts.last_at = at if facts.last_at is None else max(facts.last_at, at)

    def _describe(self) -> None:
        facts = self.facts
        facts.entitle(GENERATED, title_line(self._thread.title or ""))
        env = _decoded(bytes(self._thread.env))
        trees = dicts_in(dict_of(dict_of(env).get("initial")).get("trees"))
        for tree in trees[:1]:
            place = text_of(tree.get("uri")).removeprefix("file://")
            facts.project = place or text_of(tree.get("displayName"))
            repository = dict_of(tree.get("repository"))
            facts.branch = text_of(repository.get("ref")).removeprefix("refs/heads/")
        for _, message, _ in self._messages:
            if message.role == "user" and not facts.title_rank:
                facts.entitle(PROMPT, title_line(content_text(_decoded(bytes(message.content)))))
            sent = dict_of(_decoded(bytes(message.meta))).get("sentAt") if message.meta else None
            self._see(instant_of(sent))

    def _of_messages(self) -> list[Call]:
        answers = [one for one in self._messages if one[1].role == "assistant"]
        with_usage = [self._by_usage(uuid, one, line) for uuid, one, line in answers if one.usage]
        if with_usage or any(one.usage for _, one, _ in answers):
            return [call for call in with_usage if call.total]
        return self._missing()

    def _missing(self) -> list[Call]:
        """Return a call for each run of answers, of which nothing is told."""
        found: list[Call] = []
        before = ""
        for uuid, message, line in self._messages:
            if message.role == "assistant":
                if before == "assistant":
                    found.pop()
                at = self._created or self._changed_at
                call = Call(uuid, self._name, at, "unknown", line, measure=int(Measure.MISSING))
                found.append(call)
            before = message.role or ""
        return found

    def _by_usage(self, uuid: str, message: CountedMessage, line: int) -> Call:
        usage = message.usage or Usage()
        at = instant_of(usage.timestamp) or self._created or self._changed_at
        call = Call(uuid, self._name, at, usage.model or "unknown", line)
        call.input, call.output = usage.input_tokens or 0, usage.output_tokens or 0
        call.cache_read = usage.cache_read_input_tokens or 0
        call.cache_write_5m = usage.cache_creation_input_tokens or 0
        return call

    def _of_ledger(self) -> list[Call]:
        """Return the ledger's requests, and those of messages from before there was one."""
        by_id = {
            name_of(message.message_id): (uuid, message, line)
            for uuid, message, line in self._messages
            if message.role == "assistant" and name_of(message.message_id)
        }
        led_to: dict[str, int] = {}
        for place, (told, _) in enumerate(self._events):
            name = name_of(told.to_message_id)
            if name in by_id and (name not in led_to or told.operation_type == "inference"):
                led_to.setdefault(name, place)
                if self._events[led_to[name]][0].operation_type != "inference":
                    led_to[name] = place
        found = []
        credits_used = Decimal(0)
        for place, (told, line) in enumerate(self._events):
            name = name_of(told.to_message_id)
            linked = by_id[name] if led_to.get(name) == place else None
            call = self._of_event(told, line, linked)
            if call.total:
                found.append(call)
            credits_used += _amount(told.credits)
        if credits_used:
            self.facts.details["credits"] = f"{credits_used.normalize():f}"
        if led_to:  # a ledger that names messages leaves out those it does not know
            for name, (uuid, message, line) in by_id.items():
                if name not in led_to and message.usage is not None:
                    call = self._by_usage(uuid, message, line)
                    found += [call] if call.total else []
        return found

    def _of_event(
        self, told: Event, line: int, linked: tuple[str, CountedMessage, int] | None
    ) -> Call:
        at = instant_of(told.timestamp) or self._created or self._changed_at
        tokens = told.tokens
        call = Call("", self._name, at, told.model or "unknown", line)
        if linked is not None:
            call.key, call.line = linked[0], linked[2]
        if linked is not None and linked[1].usage is not None:
            own = self._by_usage(*linked)
            if own.total:
                call = own
                call.at, call.model = at, told.model or own.model
                return call
        if tokens is not None:
            call.input, call.output = tokens.input or 0, tokens.output or 0
            if not call.total and tokens.total:  # of which kind is not told; most are sent
                call.input, call.approximate = tokens.total, True
        if not call.key:
            mark = name_of(told.id) or f"{told.timestamp}/{call.model}/{call.input}/{call.output}"
            call.key = f"{self._name}:event:{mark}"
        return call


def _decoded(content: bytes) -> object:
    try:
        return msgspec.json.decode(content) if content else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _amount(value: object) -> Decimal:
    """Return an amount of credits, none where it is no possible one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Decimal(0)
    amount = Decimal(repr(value))
    return amount if amount.is_finite() and 0 <= amount <= _MOST_CREDITS else Decimal(0)

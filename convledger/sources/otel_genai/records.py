"""The records of OTLP in JSON, as far as spans of model calls are read."""

from __future__ import annotations

# Fields are spelled as the protocol spells them.
# ruff: noqa: N815
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from convledger.sources.lenient import scrub
from convledger.sources.otel_genai.names import MEANINGS
from convledger.sources.values import dict_of, list_of

NO = Raw(b"")
Nanos = str | int | float | None


class Value(Struct, gc=False):
    """A value of any type; long texts and lists are left undecoded."""

    stringValue: Raw = NO
    intValue: int | str | None = None
    doubleValue: float | int | str | None = None
    boolValue: bool | str | None = None
    arrayValue: Raw = NO
    kvlistValue: Raw = NO


class Attribute(Struct, gc=False):
    """A named value."""

    key: str | None = None
    value: Value | None = None


class Status(Struct, gc=False):
    """How a span ended: 2 is an error."""

    code: int | str | None = None


class Event(Struct, gc=False):
    """Something that happened within a span, or is logged beside it."""

    name: str | None = None
    eventName: str | None = None
    timeUnixNano: Nanos = None
    observedTimeUnixNano: Nanos = None
    attributes: list[Attribute] | None = None
    body: Value | None = None
    traceId: str | None = None
    spanId: str | None = None


class Span(Struct, gc=False):
    """An operation with its attributes."""

    traceId: str | None = None
    spanId: str | None = None
    parentSpanId: str | None = None
    name: str | None = None
    startTimeUnixNano: Nanos = None
    endTimeUnixNano: Nanos = None
    attributes: list[Attribute] | None = None
    events: Raw = NO
    status: Status | None = None


class Scope(Struct, gc=False):
    """What one instrumentation has written."""

    spans: list[Span] | None = None
    logRecords: list[Event] | None = None


class Resource(Struct, gc=False):
    """The program that was watched."""

    attributes: list[Attribute] | None = None


class Group(Struct, gc=False):
    """All that one program has written."""

    resource: Resource | None = None
    scopeSpans: list[Scope] | None = None
    instrumentationLibrarySpans: list[Scope] | None = None
    scopeLogs: list[Scope] | None = None


class Export(Struct, gc=False):
    """A line: what was exported at once."""

    resourceSpans: list[Group] | None = None
    resourceLogs: list[Group] | None = None


export = msgspec.json.Decoder(Export)
_events = msgspec.json.Decoder(list[Event])


class Attributes:
    """Named values, decoded where they are asked for; `meant` are those whose names are known."""

    __slots__ = ("_listed", "meant")

    def __init__(self, listed: list[Attribute] | None) -> None:
        self._listed = listed or ()
        self.meant: dict[int, tuple[int, Value]] = {}
        for one in self._listed:
            known = MEANINGS.get(one.key)
            if known is not None and one.value is not None:
                earlier = self.meant.get(known[0])
                if earlier is None or known[1] < earlier[0]:
                    self.meant[known[0]] = (known[1], one.value)

    @property
    def values(self) -> dict[str, Value]:
        """All values by their names."""
        return {
            one.key: one.value
            for one in self._listed
            if one.key is not None and one.value is not None
        }

    def text(self, meaning: int) -> str:
        """Return the text that is meant; nothing where there is none."""
        known = self.meant.get(meaning)
        return "" if known is None else _name(plain(known[1]))

    def number(self, meaning: int) -> Any:
        """Return the number that is meant, maybe as text; None where there is none."""
        known = self.meant.get(meaning)
        if known is None:
            return None
        if known[1].intValue is not None:
            return known[1].intValue
        found = plain(known[1])
        return found.strip() or None if isinstance(found, str) else found

    def value(self, name: str) -> Any:
        """Return the value with a name, None where there is none."""
        found = next((one.value for one in self._listed if one.key == name), None)
        return None if found is None else plain(found)


def _name(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


class Seen(Struct):
    """A span, or an event that stands for one, with its attributes and its program's."""

    span: Span
    attributes: Attributes
    resource: Attributes
    number: int
    event: Event | None = None  # the log record that it was made from

    @property
    def id(self) -> str:
        """Its name among all spans."""
        return f"{self.span.traceId or ''}:{self.span.spanId}"

    @property
    def parent(self) -> str:
        """The name of the span it stands in, nothing where it stands in none."""
        span = self.span
        return f"{span.traceId or ''}:{span.parentSpanId}" if span.parentSpanId else ""


def plain(value: Value) -> Any:
    """Return what a value holds as plain JSON does."""
    raw = value.stringValue
    if len(memoryview(raw)):
        return _decoded(raw)
    for found in (value.intValue, value.doubleValue, value.boolValue):
        if found is not None:
            return found
    for raw, name in ((value.arrayValue, "arrayValue"), (value.kvlistValue, "kvlistValue")):
        if len(memoryview(raw)):
            return any_value({name: _decoded(raw)})
    return None


def _decoded(raw: Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError):
        return scrub(bytes(raw).decode("utf-8", "replace"))


def any_value(value: Any) -> Any:
    """Return a decoded value of the protocol as plain JSON has it."""
    for kind, found in dict_of(value).items():
        if kind == "arrayValue":
            return [any_value(one) for one in list_of(dict_of(found).get("values"))]
        if kind == "kvlistValue":
            pairs = [dict_of(one) for one in list_of(dict_of(found).get("values"))]
            return {str(one.get("key")): any_value(one.get("value")) for one in pairs}
        return found
    return None


def events_of(span: Span) -> list[Event]:
    """Return what happened within a span."""
    try:
        return _events.decode(span.events) if len(memoryview(span.events)) > 4 else []
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return []


def seen_in(record: Export, number: int) -> Iterator[Seen]:
    """Yield the spans of a line, and its log records as if they were spans."""
    place = 0
    for group in record.resourceSpans or ():
        resource = Attributes(group.resource.attributes if group.resource else None)
        for scope in group.scopeSpans or group.instrumentationLibrarySpans or ():
            for span in scope.spans or ():
                if not span.spanId:  # so that no two are taken for one
                    place += 1
                    span.spanId = f"{number}.{place}"
                yield Seen(span, Attributes(span.attributes), resource, number)
    for group in record.resourceLogs or ():
        resource = Attributes(group.resource.attributes if group.resource else None)
        for scope in group.scopeLogs or ():
            for event in scope.logRecords or ():
                at = event.timeUnixNano or event.observedTimeUnixNano
                attributes = Attributes(event.attributes)
                name = event.eventName or _name(attributes.value("event.name"))
                if not name.startswith("gen_ai."):
                    continue
                place += not event.spanId
                name_of_span = event.spanId or f"{number}.{place}"
                span = Span(event.traceId, name_of_span, None, name, at, at)
                yield Seen(span, attributes, resource, number, event)


class Spans(Struct):
    """The spans of some lines by their names, and what earlier lines told of them.

    `above` are spans known to stand above a model call; `named` the conversations of traces.
    """

    above: list[str] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    last_at: int = 0

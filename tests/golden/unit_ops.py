"""Golden vectors about billable units: windows, splits, late events, outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from convledger.money import pico_from_usd, usd_text
from convledger.plans.calendar import period_at
from convledger.plans.counting import count_events, net_by
from convledger.plans.events import (
    ACTION,
    ASSISTANT,
    BUSINESS,
    CALL,
    CLOSE,
    HANDOFF,
    OUTCOME,
    TOOL,
    TOPIC,
    USER,
    Event,
    Thread,
)
from convledger.plans.inside import Coverage
from convledger.plans.late import corrections
from convledger.plans.outcomes import outcome_ledger
from convledger.plans.schema import Period, Split, Unit, Where
from convledger.plans.splits import pieces
from convledger.plans.windows import count_all
from convledger.zones import zone_of

Inputs = Mapping[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
KINDS: dict[str, str] = {
    **dict.fromkeys(("user", "customer", "human", "client", "end_user", "visitor"), USER),
    **dict.fromkeys(("assistant", "bot", "ai", "model", "agent"), ASSISTANT),
    **dict.fromkeys(("tool", "function", "tool_result"), TOOL),
    **dict.fromkeys(("business", "template", "company", "operator", "human_agent"), BUSINESS),
    **dict.fromkeys(("close", "closed", "end", "resolve", "explicit_close"), CLOSE),
    **dict.fromkeys(("topic", "topic_change", "topic_switch", "new_topic"), TOPIC),
    **dict.fromkeys(("handoff", "escalation", "escalated", "handover"), HANDOFF),
    **dict.fromkeys(("call", "model_call"), CALL),
    **dict.fromkeys(("action", "agent_action"), ACTION),
}
BOUNDARIES: dict[str, str] = {
    **dict.fromkeys(("inactivity", "idle", "timeout"), "inactivity"),
    **dict.fromkeys(("fixed", "fixed_window", "window", "hourly", "block"), "fixed"),
    **dict.fromkeys(("calendar_day", "day", "calendar", "daily"), "calendar_day"),
    **dict.fromkeys(("explicit", "explicit_close", "close"), "explicit"),
    **dict.fromkeys(("thread", "per_thread", "once_per_thread", "conversation"), "thread"),
    **dict.fromkeys(("topic", "topic_change"), "topic"),
}
BUCKETS = ("utc_buckets", "fixed_buckets", "buckets", "fixed_utc", "clock", "clock_buckets")
RETURNS = ("returned", "return", "reopened", "reopen", "customer_returned", "user_returned")


def instant(value: Any) -> int:
    """Return RFC 3339 text, or seconds, as UTC microseconds."""
    if isinstance(value, str):
        return (datetime.fromisoformat(value) - EPOCH) // MICROSECOND
    return length(value)


def length(seconds: Any) -> int:
    """Return seconds as microseconds."""
    return timedelta(seconds=seconds) // MICROSECOND


def length_in(policy: Inputs, name: str, default: int = 0) -> int:
    """Return a length that a policy gives in seconds, minutes or hours."""
    for suffix, step in (
        ("_s", "seconds"),
        ("_m", "minutes"),
        ("_min", "minutes"),
        ("_h", "hours"),
    ):
        if name + suffix in policy:
            return timedelta(**{step: policy[name + suffix]}) // MICROSECOND
    return default


def roles(policy: Inputs, *names: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return the roles that a policy lists under one of some names."""
    for name in names:
        if name in policy:
            given = policy[name]
            listed = [given] if isinstance(given, str) else given
            if "any" in listed or "all" in listed:
                return (USER, ASSISTANT, TOOL, BUSINESS)
            return tuple(KINDS.get(role, role) for role in listed)
    return default


def unit_of(policy: Inputs) -> Unit:
    """Return a policy as a unit of count "window"."""
    kind: str = policy.get("kind", "inactivity")
    is_bucket = kind in BUCKETS
    align = next((policy[name] for name in ("align", "floor", "anchor") if name in policy), None)
    split = policy.get("split_every")
    opens = roles(policy, "opens_on", "open_on", default=(USER,))
    key: str = policy.get("key", "thread")
    return Unit(
        id="golden",
        count="window",
        key={"customer": "user", "conversation": "thread"}.get(key, key),
        boundary="fixed" if is_bucket or "hour" in kind else BOUNDARIES.get(kind, kind),
        timeout=length_in(policy, "timeout"),
        duration=length_in(policy, "duration", length_in(policy, "window")),
        align=align_of(kind, align),
        at_boundary=policy.get("at_boundary", "new"),
        open_on=opens,
        extend_on=roles(policy, "extends_on", "extend_on", default=(USER, ASSISTANT)),
        reopen=policy.get("reopen", "new"),
        grace=length_in(policy, "grace"),
        skew=length_in(policy, "skew_clamp", Unit(id="", count="window").skew),
        split=None if split is None else split_of(split),
    )


def align_of(kind: str, align: str | None) -> str:
    """Return what fixed windows are aligned to: what is said, or what the policy's name says."""
    if kind in BUCKETS:
        return "day"
    named = align or ("hour" if "hour" in kind else "none")
    return next((step for step in ("hour", "day") if step in named), "none")


def split_of(split: Inputs) -> Split:
    """Return how a policy splits long units."""
    by = next(name for name in ("messages", "tokens", "duration", "duration_s") if name in split)
    if by == "duration_s":
        return Split(by="duration", size=length(split[by]))
    return Split(by=by, size=split[by], of=roles(split, "of", default=()))


def zone_in(inputs: Inputs) -> tzinfo:
    """Return the zone that a vector names."""
    name = next((inputs[key] for key in ("tz", "timezone", "zone") if inputs.get(key)), "UTC")
    return zone_of(name)[0]


def events_of(told: Iterable[Inputs]) -> list[Event]:
    """Return the events of a vector."""
    return [
        Event(
            id=str(each.get("id", number)),
            at=instant(each["at"]),
            kind=kind_of(each.get("role", USER)),
            thread=thread_of(each),
            seq=each.get("seq", 0),
            model=each.get("model") or "",
            name=each.get("name") or (each.get("topic") or "" if each.get("role") == TOPIC else ""),
            input=each.get("tokens", 0),
            attributes={"topic": each["topic"]} if each.get("topic") else {},
        )
        for number, each in enumerate(told)
    ]


def kind_of(role: str) -> str:
    """Return the kind of event that a role, or a type, is."""
    return KINDS.get(role, role)


def thread_of(told: Inputs) -> Thread:
    """Return the thread of an event."""
    name = told.get("thread", told.get("conversation", ""))
    return Thread(id=name, user=told.get("user", told.get("customer")) or "")


def sessionize(inputs: Inputs) -> dict[str, Any]:
    """Cut events into units."""
    policy = inputs["policy"]
    units = count_all(
        unit_of(policy),
        events_of(inputs["events"]),
        zone=zone_in({**inputs, **policy}),
        keep_events=True,
    )
    return {
        "units": [list(unit.events) for unit in units],
        "count": sum(unit.quantity for unit in units),
    }


def ceil_div_units(inputs: Inputs) -> dict[str, Any]:
    """Cut counts into pieces."""
    return {"units": [pieces(count, inputs["cap"]) for count in inputs["counts"]]}


def late_bridge(inputs: Inputs) -> dict[str, Any]:
    """Book what was on time, then correct it for what came late."""
    unit = unit_of(inputs["policy"])
    on_time, late = events_of(inputs["on_time"]), events_of(inputs["late"])
    before = count_all(unit, on_time)
    after = count_all(unit, [*on_time, *late])
    ledger = [*before, *corrections(before, after)]
    return {
        "units_before": sum(entry.quantity for entry in before),
        "units_after": sum(entry.quantity for entry in after),
        "ledger": [entry.quantity for entry in ledger],
        "net": sum(entry.quantity for entry in ledger),
    }


def service_window(inputs: Inputs) -> dict[str, Any]:
    """Charge the messages of a business outside the window that its customer keeps open."""
    refreshed = roles(inputs, "opens_on", "refreshed_by", default=(USER,))
    service = Unit(
        id="service",
        count="window",
        timeout=length(inputs["window_s"]),
        at_boundary=inputs.get("at_boundary", "new"),
        open_on=refreshed,
        extend_on=refreshed,
    )
    template = Unit(
        id="template", count="event", event="business_message", where=Where(outside=service.id)
    )
    events = events_of(inputs["events"])
    spans = {service.id: Coverage(service, count_all(service, events))}
    charged = count_events(lambda _: template, events, spans=spans, keep_events=True)
    names = {name for unit in charged for name in unit.events}
    return {
        "business_messages": [
            {"id": event.id, "charged": event.id in names}
            for event in events
            if event.kind == BUSINESS
        ]
    }


def ledger(inputs: Inputs) -> dict[str, Any]:
    """Book outcomes and returns by the month that they belong to."""
    unit = Unit(
        id="outcome",
        count="outcome",
        once_per=inputs.get("once_per", "thread"),
        reverse_on_return=inputs.get("reverse_on_return", True),
        outcome=("*",),
    )
    events = [
        Event(
            id=str(number),
            at=instant(each["at"]),
            kind=USER if each["type"] in RETURNS else KINDS.get(each["type"], OUTCOME),
            thread=thread_of(each),
        )
        for number, each in enumerate(inputs["events"])
    ]
    entries = outcome_ledger(unit, events)
    zone, price = zone_in(inputs), pico_from_usd(Decimal(inputs["price"]))
    months = net_by(entries, lambda at: period_at(Period(), zone, 0, at).name)
    net = sum(entry.quantity for entry in entries)
    return {
        "by_month": {month: usd_text(count * price) for month, count in months.items()},
        "net": usd_text(net * price),
    }


OPS: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "ceil_div_units": ceil_div_units,
    "late_bridge": late_bridge,
    "outcome_ledger": ledger,
    "service_window": service_window,
    "sessionize": sessionize,
}

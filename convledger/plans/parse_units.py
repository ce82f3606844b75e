"""The [[unit]] blocks of a plan: what is counted, and which keys each way of counting knows."""

from __future__ import annotations

from convledger.clock import DAY
from convledger.plans.events import ROLES
from convledger.plans.parse_where import where_of
from convledger.plans.plan_table import LONGEST_WAIT, PlanTable
from convledger.plans.reading import meant
from convledger.plans.schema import Split, Unit
from convledger.toml_tables import shown

COUNTS = ("window", "event", "outcome", "sum", "unique", "max")
KEYS = ("thread", "user", "workspace")
BOUNDARIES = ("inactivity", "fixed", "calendar_day", "explicit", "thread", "topic")
EVENTS = (
    *("user_message", "assistant_message", "tool_message", "business_message", "message"),
    *("template", "handoff"),
    *("model_call", "tool_call", "agent_action", "server_tool.*"),
)
MEASURES = (
    *("tokens", "tokens.input", "tokens.output", "tokens.cache_read", "tokens.cache_write"),
    *("tokens.total", "rated_usd", "audio_seconds", "context_tokens"),
)
SPLITS = ("messages", "tokens", "duration")
MOST_SPLIT = 10**9
LONGEST_NAME = 60
SKEW = 300_000_000

_ALWAYS = ("id", "count", "key", "where", "skew")
_OF_COUNT = {
    "window": (
        *("boundary", "timeout", "duration", "align", "at_boundary", "open_on", "extend_on"),
        *("reopen", "grace", "split_every", "reserve_at", "commit_at", "release_after"),
    ),
    "event": ("event", "split_every"),
    "outcome": (
        *("outcome", "settle_after", "once_per", "reverse_on_return"),
        *("reserve_at", "commit_at", "release_after"),
    ),
    "sum": ("measure",),
    "max": ("measure",),
    "unique": (),
}
# Keys that mean something only beside a certain value of another key.
_BESIDE = {
    "timeout": ("boundary", ("inactivity", "topic")),
    "duration": ("boundary", ("fixed",)),
    "align": ("boundary", ("fixed",)),
    "at_boundary": ("boundary", ("inactivity", "fixed")),
    "grace": ("reopen", ("grace",)),
    "release_after": ("reserve_at", ("open",)),
}
UNIT_KEYS = (*_ALWAYS, *dict.fromkeys(key for keys in _OF_COUNT.values() for key in keys))


def unit_of(table: PlanTable) -> Unit:
    """Return the unit that a table describes."""
    count = table.word("count", COUNTS)
    unit = Unit(
        id=table.id_of("id"),
        count=count,
        key=table.word("key", KEYS, "user" if count == "unique" else "thread"),
        boundary=table.word("boundary", BOUNDARIES, "inactivity"),
        timeout=table.elapsed("timeout"),
        duration=table.elapsed("duration"),
        align=table.word("align", ("none", "hour", "day"), "none"),
        at_boundary=table.word("at_boundary", ("new", "same"), "new"),
        open_on=table.words("open_on", ROLES, ("user",)),
        extend_on=table.words("extend_on", ROLES, ("user", "assistant")),
        reopen=table.word("reopen", ("new", "same", "grace"), "new"),
        grace=table.elapsed("grace"),
        skew=table.elapsed("skew", SKEW, most=DAY, least=0),
        split=_split_of(table),
        event=_event_of(table),
        outcome=table.words("outcome"),
        settle_after=table.elapsed("settle_after"),
        once_per=table.word("once_per", ("thread", "user"), ""),
        reverse_on_return=table.yes("reverse_on_return", False),
        measure=table.word("measure", MEASURES, ""),
        where=where_of(table, "where"),
        reserve_at=table.word("reserve_at", ("open",), ""),
        commit_at=table.word(
            "commit_at", ("open", "first_assistant_reply", "close", "settle"), "open"
        ),
        release_after=table.elapsed("release_after"),
    )
    _complain_of_strays(table, unit)
    return unit


def _complain_of_strays(table: PlanTable, unit: Unit) -> None:
    """Note keys that say nothing for what the unit counts."""
    allowed = (*_ALWAYS, *_OF_COUNT[unit.count])
    for key in table.given:
        if key in allowed or key not in UNIT_KEYS:
            continue
        counts = [f'"{count}"' for count, keys in _OF_COUNT.items() if key in keys]
        belongs = f"belongs to count = {' or '.join(counts)}"
        if key in _BESIDE:
            belongs += f", {_beside(key)}"
        table.complain(key, f'{belongs}; this unit has count = "{unit.count}"')
    for key, (other, values) in _BESIDE.items():
        if key not in table or key not in allowed:
            continue
        value = getattr(unit, other)
        if value not in values:
            has = f'this unit has {other} = "{value}"' if value else f"this unit has no {other}"
            table.complain(key, f"belongs to {_beside(key)}; {has}")
    if unit.commit_at == "settle" and unit.count == "window":
        table.complain("commit_at", 'can be "settle" only with count = "outcome"')


def _beside(key: str) -> str:
    other, values = _BESIDE[key]
    return " or ".join(f'{other} = "{value}"' for value in values)


def _event_of(table: PlanTable) -> str:
    """Return the event that is counted; a server tool or an action may be named after a point."""
    value = table.value("event")
    if isinstance(value, str) and value not in EVENTS:
        head, _, tail = value.partition(".")
        if head == "server_tool" and (tail or value == head) and len(tail) <= LONGEST_NAME:
            return value if tail else "server_tool.*"
        table.complain("event", f"can't be {shown(value)}{meant(value, EVENTS)}")
        return EVENTS[0]
    return table.word("event", EVENTS, "")


def _split_of(table: PlanTable) -> Split | None:
    """Return what cuts one unit into several, None where nothing does."""
    if "split_every" not in table:
        return None
    inside = table.within("split_every", "split_every = { messages = 40 }")
    inside.only((*SPLITS, "of"))
    if not isinstance(table.value("split_every"), dict):
        return None
    given = [key for key in SPLITS if key in inside]
    if len(given) != 1:
        table.complain("split_every", f"needs one of {', '.join(SPLITS)}, and only one")
        return None
    by = given[0]
    if by == "duration":
        size = inside.elapsed("duration", most=LONGEST_WAIT)
    else:
        size = inside.number(by, 1, MOST_SPLIT, 1)
    of = inside.words("of", ROLES)
    if of and by != "messages":
        inside.complain("of", "belongs to messages: it names the roles that are counted")
    if by == "messages" and table.value("count") == "event":
        inside.complain(by, 'belongs to count = "window"; an event is split by tokens')
    return Split(by=by, size=size or 1, of=of)

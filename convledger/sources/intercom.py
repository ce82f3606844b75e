"""Reads Intercom conversations as its interface gives them: whole ones, lists, or webhooks.

Intercom bills its AI agent by resolution and tells no tokens: there are no calls. What it says of
the agent's work is kept as it words it, in both generations of its vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.dating import odd_time
from convledger.sources.document import Document, Found
from convledger.sources.findings import OutcomeFacts, Rejected
from convledger.sources.glimpse import JSON_LINES, JSON_LIST, JSON_OBJECT, LIKELY, NO, SURE, Glimpse
from convledger.sources.support.dialogue import (
    ABANDONED,
    ASSUMED,
    BOT_THEN_HUMAN,
    CONFIRMED,
    ESCALATED,
    OPEN,
    UNKNOWN,
    Batch,
    Dialogue,
    Turn,
    Who,
    channel_of,
    count_of,
    files_of,
    handled_by,
    in_order,
    listed,
    names_in,
)
from convledger.sources.support.records import records
from convledger.sources.values import dict_of, dicts_in, instant_of, name_of, text_of

_PAGES = ("conversations", "data")
_OWN = ("conversation_parts", "ai_agent_participated", "waiting_since", "admin_assignee_id",
        "statistics", "source")  # fmt: skip
_RESOLUTIONS = {
    "assumed_resolution": ASSUMED,
    "confirmed_resolution": CONFIRMED,
    "routed_to_team": ESCALATED,
    "escalated": ESCALATED,
    "procedure_handoff": ESCALATED,
    "escalated_to_support": ESCALATED,
    "abandoned": ABANDONED,
    "spam": ABANDONED,
}
_CUSTOMERS = ("user", "lead", "contact", "visitor")
_SENT_BY_ITSELF = ("campaigns_initiated", "automated", "operator_initiated")


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file holds Intercom conversations."""
    if glimpse.kind not in (JSON_LIST, JSON_OBJECT, JSON_LINES):
        return NO
    best = NO
    for record in (*glimpse.records[:5], *_held_by(glimpse.records[:5])):
        for each in _unfolded(record):
            own = sum(name in each for name in _OWN)
            if each.get("type") == "conversation" and own >= 2:
                return SURE
            best = max(best, LIKELY if own >= 4 and "state" in each else NO)
    if best == NO and '"conversation_part.list"' in glimpse.text:
        return LIKELY  # a conversation so long that its record is not whole here
    return best


def _held_by(records: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Return what the records of a webhook, or of named examples, hold."""
    return [item for record in records for item in _items(record)]


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield the conversations of a document: outcomes and details, or messages."""
    batch = Batch(document.changed_at, texts=texts)
    for record in records(document, _PAGES):
        if isinstance(record, Rejected):
            batch.reject(record)
            continue
        found = 0
        for each in _unfolded(record.value):
            dialogue = _dialogue(each, texts=texts)
            if dialogue is not None:
                found += 1
                batch.add(dialogue, record)
        if not found and not _is_empty_page(record.value):
            batch.reject(record.rejected("not an Intercom conversation: it has no id"))
        yield from batch.taken(record.done)
    yield from batch.taken(document.size, last=True)


def _is_empty_page(record: dict[str, Any]) -> bool:
    return any(record.get(key) == [] for key in _PAGES)


def _unfolded(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the conversations in a record: itself, those of a page, or a webhook's item."""
    if _is_conversation(record):
        yield record
        return
    yield from filter(_is_conversation, _items(record))


def _items(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in _PAGES:
        yield from dicts_in(record.get(key))
    item = dict_of(dict_of(record.get("data")).get("item"))
    if item:
        yield item
    elif len(record) <= 40 and "id" not in record:
        yield from (value for value in record.values() if isinstance(value, dict))


def _is_conversation(record: dict[str, Any]) -> bool:
    kind = record.get("type")
    if not name_of(record.get("id")) or kind not in ("conversation", None, ""):
        return False
    return any(name in record for name in _OWN) or (kind is not None and "state" in record)


def _dialogue(record: dict[str, Any], *, texts: bool) -> Dialogue | None:
    native = name_of(record.get("id"))
    if not native:
        return None
    source = dict_of(record.get("source"))
    found = Dialogue(native, text_of(record.get("title")) or text_of(source.get("subject")))
    found.first_at = instant_of(record.get("created_at"))
    found.odd = odd_time(record.get("created_at"))
    found.last_at = instant_of(record.get("updated_at")) or found.first_at
    turns = [_opening(source, found.first_at)] if source else []
    parts = listed(record.get("conversation_parts"), "conversation_parts")
    found.turns = [*filter(None, turns), *(_turn(part) for part in parts)]
    if not texts:
        found.outcome = _outcome(record, found, parts)
        _add_details(record, found)
    return found


def _opening(source: dict[str, Any], at: int | None) -> Turn | None:
    """Return the first message, which is kept apart from all others."""
    body = text_of(source.get("body"))
    files = files_of(source.get("attachments"), "name", "url")
    if not body and not files:
        return None
    who = _speaker(dict_of(source.get("author")))
    if who is Who.PERSON and source.get("delivered_as") in _SENT_BY_ITSELF:
        who = Who.BOT
    name = text_of(dict_of(source.get("author")).get("name"))
    return Turn(f"source-{name_of(source.get('id'))}", at, who, body, True, files, name)


def _speaker(author: dict[str, Any]) -> Who:
    kind = author.get("type")
    if author.get("from_ai_agent") is True or author.get("is_ai_answer") is True:
        return Who.BOT
    if kind in _CUSTOMERS:
        return Who.CUSTOMER
    if kind == "admin":
        return Who.PERSON
    return Who.BOT if kind in ("bot", "team", "operator") else Who.ACTIVITY


def _turn(part: dict[str, Any]) -> Turn:
    body = text_of(part.get("body"))
    files = files_of(part.get("attachments"), "name", "url")
    kind = text_of(part.get("part_type"))
    who = _speaker(dict_of(part.get("author"))) if body or files else Who.ACTIVITY
    if "note" in kind and who is not Who.ACTIVITY:
        who = Who.NOTE
    at, odd = instant_of(part.get("created_at")), odd_time(part.get("created_at"))
    if who is Who.ACTIVITY and not body:
        return Turn(name_of(part.get("id")), at, who, _happened(kind, part), odd=odd)
    name = text_of(dict_of(part.get("author")).get("name"))
    return Turn(name_of(part.get("id")), at, who, body, True, files, name, odd)


def _happened(kind: str, part: dict[str, Any]) -> str:
    """Return in words what a part without a text stands for."""
    words = [kind.replace("_", " ") or "event"]
    details = dict_of(part.get("event_details"))
    for key in ("action", "attribute", "value"):
        words += names_in([details.get(key)])
    assigned = dict_of(part.get("assigned_to"))
    if assigned:
        words.append(f"to {text_of(assigned.get('type'))} {name_of(assigned.get('id'))}".strip())
    return ": ".join([words[0], " ".join(words[1:])]) if words[1:] else words[0]


def _outcome(record: dict[str, Any], found: Dialogue, parts: list[dict[str, Any]]) -> OutcomeFacts:
    agent, statistics = dict_of(record.get("ai_agent")), dict_of(record.get("statistics"))
    sales = dict_of(record.get("sales_agent"))
    verdict = text_of(agent.get("resolution_state")) or text_of(sales.get("outcome"))
    bots, people = found.said_by(Who.BOT), found.said_by(Who.PERSON)
    replied_at = instant_of(statistics.get("first_admin_reply_at"))
    participated = record.get("ai_agent_participated")
    is_handed_over = _RESOLUTIONS.get(verdict) == ESCALATED
    has_person = bool(people) or replied_at is not None
    # A workflow may greet before a person takes it: that is no bot at work.
    is_bot_at_work = participated is True or bool(verdict) or bool(agent)
    has_bot = is_bot_at_work or (bool(bots) and not has_person)
    handled = handled_by(bot=has_bot, person=has_person or is_handed_over)
    state = text_of(record.get("state")) or ("open" if record.get("open") is True else "")
    facts = OutcomeFacts(handled, _resolution(verdict, handled, state), verdict)
    if facts.resolution in (ASSUMED, CONFIRMED):
        facts.resolved_at = _closed_at(statistics, parts) or (
            found.last_at if state == "closed" else None
        )
    if handled == BOT_THEN_HUMAN:
        facts.handed_off_at = _handed_off_at(found, parts, replied_at)
    if "conversation_parts" in record:
        facts.bot_messages, facts.human_messages = len(bots), len(people)
        facts.customer_messages = len(found.said_by(Who.CUSTOMER))
    rating = dict_of(record.get("conversation_rating")).get("rating") or agent.get("rating")
    if (number := count_of(rating)) is not None and 1 <= number <= 5:
        facts.rating, facts.rating_of = str(number), 5
    channel = record.get("channel")
    source = dict_of(record.get("source"))
    facts.channel = channel_of(
        channel, dict_of(channel).get("current"), dict_of(channel).get("initial"),
        source.get("type"),
    )  # fmt: skip
    return facts


def _resolution(verdict: str, handled: str, state: str) -> str:
    if verdict in _RESOLUTIONS:
        return _RESOLUTIONS[verdict]
    if handled == BOT_THEN_HUMAN:
        return ESCALATED
    if state in ("open", "snoozed"):
        return OPEN
    if verdict == "negative_feedback":
        return ABANDONED
    if verdict or state != "closed":
        return UNKNOWN
    # Closed without a verdict: people have settled it, or the agent never came to answer.
    return ASSUMED if handled == "human_only" else ABANDONED


def _closed_at(statistics: dict[str, Any], parts: list[dict[str, Any]]) -> int | None:
    told = instant_of(statistics.get("last_close_at"))
    if told is not None:
        return told
    closed = [part for part in parts if part.get("part_type") == "close"]
    return instant_of(closed[-1].get("created_at")) if closed else None


def _handed_off_at(
    found: Dialogue, parts: list[dict[str, Any]], replied_at: int | None
) -> int | None:
    """Return when a person or a team took over: assigned by the bot, or the first reply."""
    instants = [turn.at for turn in in_order(found.turns) if turn.who is Who.PERSON and turn.at]
    instants += [replied_at] if replied_at is not None else []
    began = min((turn.at for turn in found.said_by(Who.BOT) if turn.at), default=None)
    for part in parts:
        at = instant_of(part.get("created_at"))
        if at is None or (began is not None and at < began):
            continue
        to = dict_of(part.get("assigned_to")).get("type")
        if "assign" in text_of(part.get("part_type")) and to in ("admin", "team"):
            instants.append(at)
    return min(instants, default=None)


def _add_details(record: dict[str, Any], found: Dialogue) -> None:
    agent, sales = dict_of(record.get("ai_agent")), dict_of(record.get("sales_agent"))
    contacts = listed(record.get("contacts"), "contacts")
    source, statistics = dict_of(record.get("source")), dict_of(record.get("statistics"))
    rating = dict_of(record.get("conversation_rating"))
    for name, value in (
        ("state", record.get("state")),
        ("tags", names_in(listed(record.get("tags"), "tags"))),
        ("customer", name_of(contacts[0].get("id")) if contacts else None),
        ("priority", record.get("priority") if record.get("priority") != "none" else None),
        ("team", name_of(record.get("team_assignee_id"))),
        ("assignee", name_of(record.get("admin_assignee_id"))),
        ("delivered as", source.get("delivered_as")),
        ("reopened", statistics.get("count_reopens")),
        ("AI agent", agent.get("source_title") or agent.get("source_type")),
        ("last answer", agent.get("last_answer_type")),
        ("sales outcome", sales.get("outcome")),
        ("remark", rating.get("remark") or agent.get("rating_remark")),
        ("topics", names_in(listed(record.get("topics"), "topics"))),
    ):
        found.add_detail(name, value)
    for name, value in dict_of(record.get("custom_attributes")).items():
        found.add_detail(name, value)

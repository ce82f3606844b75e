"""Conversations of Zendesk's AI agents: one object each in the data export v3, without messages.

The values of `resolution_tier` are told nowhere and have changed their meaning, so that they are
kept as they are; what counts is the flag of the automated resolution. The session's variables
(`conversations_data`) hold personal data and are left where they are.
"""

from __future__ import annotations

import re
from typing import Any

from convledger.sources.dating import odd_time
from convledger.sources.findings import OutcomeFacts
from convledger.sources.support.dialogue import (
    ABANDONED,
    ASSUMED,
    ESCALATED,
    OPEN,
    UNKNOWN,
    Dialogue,
    channel_of,
    count_of,
    handled_by,
    names_in,
)
from convledger.sources.values import instant_of, name_of, text_of

_OWN = frozenset([
    "automated_resolution", "resolution_tier", "last_resolution", "bot_messages_count",
    "visitor_messages_count", "conversation_start_time", "platform_conversation_id",
    "is_llm_conversation", "not_understood_messages_count",
])  # fmt: skip
_HANDED_OVER = ("escalat", "handoff", "hand_off", "hand-off", "handover", "transfer", "agent")
_NOT_HANDED_OVER = ("no_", "no ", "non", "not", "un", "without", "contained")
_MACHINES = re.compile(r"(ai|virtual|digital)[ _-]?agent")
_STILL_OPEN = ("open", "active", "ongoing", "in_progress", "in progress")
_DETAILS = {
    "language": "language",
    "conversation_type": "type",
    "conversation_status": "status",
    "resolution_tier": "resolution tier",
    "last_resolution": "last resolution",
    "automated_resolution": "automated resolution",
    "automated_resolution_reasoning": "reasoning",
    "is_llm_conversation": "LLM",
    "not_understood_messages_count": "not understood",
    "knowledge_responsegenerated_count": "knowledge answers",
    "knowledge_fallback_count": "knowledge fallbacks",
    "knowledge_notunderstood_count": "knowledge not understood",
    "knowledge_escalationrequired_count": "knowledge escalations",
    "knowledge_erroroccurred_count": "knowledge errors",
    "platform_conversation_id": "platform conversation",
    "rbp_status_name": "satisfaction status",
}
_LISTS = {
    "labels": "tags",
    "segments": "segments",
    "triggered_use_cases": "use cases",
    "triggered_intent_replies": "intents",
    "triggered_procedures": "procedures",
}
_SUBJECTS = ("triggered_use_cases", "triggered_intent_replies", "triggered_procedures")
_NAMES = ("use_case_name", "intent_name", "procedure_name", "reply_name", "name", "title", "id")


def is_conversation(record: dict[str, Any]) -> bool:
    """Tell whether a record is a conversation of the export; its keys may be in capitals."""
    keys = {key.lower() for key in record}
    return "conversation_id" in keys and len(keys & _OWN) >= 2


def dialogue(record: dict[str, Any]) -> Dialogue | None:
    """Return a conversation, None where it was only a test of the bot."""
    told = {key.lower(): value for key, value in record.items()}
    native = name_of(told.get("conversation_id"))
    if _flag(told.get("test_mode")) or not native:
        return None
    found = Dialogue(native)
    found.first_at = instant_of(told.get("conversation_start_time"))
    found.odd = odd_time(told.get("conversation_start_time"))
    found.last_at = instant_of(told.get("conversation_end_time")) or found.first_at
    found.outcome = _outcome(told, found)
    bot = text_of(told.get("bot_name")) or name_of(told.get("bot_id"))
    found.add_detail("bot", bot)
    for key, name in _DETAILS.items():
        value = told.get(key)
        if value is False or value not in (None, "", 0):
            found.add_detail(name, value)
    for key, name in _LISTS.items():
        names = _names(told.get(key))
        found.add_detail(name, names)
        if not found.title and key in _SUBJECTS:
            found.title = next(iter(names), "")
    return found


def _names(value: Any) -> list[str]:
    if not isinstance(value, list):
        return [text_of(value)]
    words = [
        next((each[key] for key in _NAMES if each.get(key)), "") if isinstance(each, dict) else each
        for each in value
    ]
    return list(dict.fromkeys(names_in(words)))


def _outcome(told: dict[str, Any], found: Dialogue) -> OutcomeFacts:
    words = [text_of(told.get(key)) for key in ("resolution_tier", "last_resolution")]
    status = text_of(told.get("conversation_status"))
    resolved = _flag(told.get("automated_resolution"))
    is_handed_over = any(map(_is_handed_over, [*words, status]))
    bots, asked = count_of(told.get("bot_messages_count")), count_of(
        told.get("visitor_messages_count")
    )  # fmt: skip
    facts = OutcomeFacts(
        handled_by(bot=is_handed_over or resolved is True or bots != 0, person=is_handed_over),
        _resolution(resolved, status, is_handed_over=is_handed_over),
        next(filter(None, [*words, status]), ""),
        bot_messages=bots,
        customer_messages=asked,
        channel=channel_of(told.get("channel")),
    )
    if resolved:
        facts.resolved_at = found.last_at
    if is_handed_over:
        facts.handed_off_at = found.last_at
    return facts


def _resolution(resolved: bool | None, status: str, *, is_handed_over: bool) -> str:
    if resolved:
        return ASSUMED  # judged by a model, not said by the customer
    if is_handed_over:
        return ESCALATED
    if any(word in status.lower() for word in _STILL_OPEN):
        return OPEN
    return UNKNOWN if resolved is None else ABANDONED


def _is_handed_over(word: str) -> bool:
    lower = word.lower()
    if lower.startswith(_NOT_HANDED_OVER):
        return False
    people = _MACHINES.sub("", lower)
    return any(part in people for part in _HANDED_OVER)


def _flag(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    word = name_of(value).strip().lower()
    return True if word in ("true", "yes", "1") else False if word in ("false", "no", "0") else None

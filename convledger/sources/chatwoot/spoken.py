"""Messages of Chatwoot: who says them, by their type and their sender."""

from __future__ import annotations

from typing import Any

from convledger.sources.dating import odd_time
from convledger.sources.support.dialogue import Turn, Who, files_of
from convledger.sources.values import dict_of, instant_of, name_of, text_of

_TYPES = {
    **dict.fromkeys((0, "0", "incoming"), "incoming"),
    **dict.fromkeys((1, "1", "outgoing"), "outgoing"),
    **dict.fromkeys((2, "2", "activity"), "activity"),
    **dict.fromkeys((3, "3", "template"), "template"),
}
_CUSTOMERS = ("contact",)
_PEOPLE = ("user", "agent", "administrator")


def is_message(record: dict[str, Any]) -> bool:
    """Tell whether a record is a message of a conversation."""
    if "content" not in record or _type_of(record) == "":
        return False
    return bool(name_of(record.get("conversation_id"))) or isinstance(
        record.get("conversation"), dict
    )


def _type_of(message: dict[str, Any]) -> str:
    kind = message.get("message_type")
    return _TYPES.get(kind, "") if isinstance(kind, str | int) else ""


def turn_of(message: dict[str, Any]) -> Turn:
    """Return a message as a turn."""
    return Turn(
        name_of(message.get("id")),
        instant_of(message.get("created_at")),
        _speaker(message),
        text_of(message.get("content")),
        files=files_of(message.get("attachments"), "file_name", "data_url", "file_type"),
        name=text_of(dict_of(message.get("sender")).get("name")),
        odd=odd_time(message.get("created_at")),
    )


def _speaker(message: dict[str, Any]) -> Who:
    kind = _type_of(message)
    if message.get("private") is True:
        return Who.NOTE
    if kind == "incoming":
        return Who.CUSTOMER
    if kind == "outgoing":
        sender = text_of(message.get("sender_type")) or text_of(
            dict_of(message.get("sender")).get("type")
        )
        word = sender.lower()
        return Who.CUSTOMER if word in _CUSTOMERS else Who.PERSON if word in _PEOPLE else Who.BOT
    # Templates greet or ask for an address or a rating: no bot and no person is at work.
    return Who.NOTE if kind == "template" else Who.ACTIVITY


def rating_of(message: dict[str, Any]) -> tuple[str, str]:
    """Return the rating that a message brought, and what was said to it."""
    values = dict_of(dict_of(message.get("content_attributes")).get("submitted_values"))
    answer = dict_of(values.get("csat_survey_response"))
    return name_of(answer.get("rating")), text_of(answer.get("feedback_message"))

"""How a conversation ended, in words: what its source tells, the same wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.store.outcomes import OutcomeTold

HANDLED = {
    "bot_only": "the bot alone",
    "bot_then_human": "the bot, then a person",
    "human_only": "people alone",
    "none": "nobody",
}


def outcome_words(told: OutcomeTold | None, minute: Callable[[int], str]) -> list[tuple[str, str]]:
    """Return names and foreign words for all that is told; `minute` shows an instant."""
    if told is None:
        return []
    rating = told.rating
    if rating and told.rating_of:
        rating = f"{rating} of {told.rating_of}"
    rows = [
        ("handled by", HANDLED.get(told.handled_by, told.handled_by)),
        ("resolution", told.resolution),
        ("verdict", told.verdict),
        ("resolved", _moment(told.resolved_at, minute)),
        ("handed off", _moment(told.handed_off_at, minute)),
        ("messages by", _counts(told)),
        ("rating", rating),
        ("channel", told.channel),
    ]
    return [(name, words) for name, words in rows if words]


def detail_words(details: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the further facts by name, each in a line."""
    return [(name, " ".join(value.split())) for name, value in details.items() if value.strip()]


def _moment(at: int | None, minute: Callable[[int], str]) -> str:
    return "" if at is None else minute(at)


def _counts(told: OutcomeTold) -> str:
    counts = (
        (told.bot_messages, "bot"),
        (told.human_messages, "people"),
        (told.customer_messages, "customer"),
    )
    return ", ".join(f"{who} {count:,}" for count, who in counts if count is not None)

"""Hand-offs as the commands write them, and how their options are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.cli.cost_people import minutes_words
from convledger.cli.plan_words import moment_words, money_words

if TYPE_CHECKING:
    from convledger.reports.handoffs.known import Handoff

EARLY = "before the conversation opened"


def length_words(seconds: int | None) -> str:
    """Return seconds for people, a dash where nobody knows."""
    return "–" if seconds is None else minutes_words(Fraction(seconds, 60))


def bot_words(each: Handoff) -> str:
    """Return what the bot had cost until then: "~$0.12", "≥$0.12" where some has no price."""
    mark = ("≥" if each.bot_unpriced else "") + ("~" if each.bot_estimated else "")
    words = money_words(each.bot_cost, "USD", more_places=2)
    return words if each.bot_cost is None else mark + words


def people_words(each: Handoff) -> str:
    """Return what people's time cost."""
    return money_words(each.people_cost, each.currency or "USD")


def handoff_facts(each: Handoff, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """Yield what is known of a hand-off, as names and foreign text, with no secret in full."""
    from convledger.text.secrets import veiled

    number = "" if each.number is None else f" {each.number}"
    gone = ", taken away" if each.is_gone else ""
    rows = [
        ("hand-off", f"{each.origin}{number}{gone}"),
        ("conversation", each.conversation),
        ("title", each.title),
        ("at", moment_words(each.at, zone) + (f", {EARLY}" if each.is_early else "")),
        ("from", each.model),
        ("to", each.person),
        ("reason", each.reason),
        ("note", veiled(each.note)),
        ("waited", length_words(each.wait_seconds)),
        ("handled", length_words(each.handle_seconds)),
        ("outcome", veiled(each.outcome)),
        ("people", people_words(each)),
        ("bot until then", bot_words(each)),
        ("entered by", each.made_by),
        ("from file", each.provenance),
    ]
    yield from ((name, value) for name, value in rows if value)


def in_short(each: Handoff, zone: tzinfo) -> str:
    """Return a hand-off in one line, for the head of a conversation."""
    to = f" to {each.person}" if each.person else ""
    parts = [f"{moment_words(each.at, zone)}{to}"]
    parts += [each.reason] if each.reason else []
    if each.wait_seconds is not None:
        parts.append(f"waited {length_words(each.wait_seconds)}")
    if each.handle_seconds is not None:
        parts.append(f"handled {length_words(each.handle_seconds)}")
    if each.people_cost is not None:
        parts.append(people_words(each))
    number = "" if each.number is None else f" {each.number}"
    return f"{', '.join(parts)}  ({each.origin}{number})"

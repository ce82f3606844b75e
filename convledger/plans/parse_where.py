"""Which usage something is about: `where`, `scope` and the `match` of a rate card."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from convledger.plans.plan_table import LONGEST_LIST, PlanTable
from convledger.plans.schema import Where
from convledger.toml_tables import LONGEST_TEXT

# Facts that messages, calls and threads bring along; others may be imported under any name.
ATTRIBUTES = (
    *("channel", "kind", "client", "tag", "user", "model", "source", "project"),
    *("name", "outcome", "category", "country", "language", "region", "team", "customer"),
    *("modality", "environment", "feature", "speed", "service_tier", "licensed"),
)
CONDITIONS = (
    *("exclude", "participant", "verified", "min_assistant_answers", "min_user_messages"),
    *("outside", "inside"),
)
PARTICIPANTS = ("any", "bot_only", "escalated")
MOST_MESSAGES = 1_000_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_LIKE = 'where = { channel = "chat" }'

Patterns = dict[str, tuple[str, ...]]


def where_of(table: PlanTable, key: str) -> Where:
    """Return the condition at `key` of a table, everything where there is none."""
    if key not in table:
        return Where()
    inside = table.within(key, _LIKE.replace("where", key))
    return Where(
        attributes=patterns_of(inside, CONDITIONS),
        exclude=inside.words("exclude"),
        participant=inside.word("participant", PARTICIPANTS, "any"),
        verified=inside.yes("verified", False) if "verified" in inside else None,
        min_assistant_answers=inside.number("min_assistant_answers", 0, MOST_MESSAGES, 0),
        min_user_messages=inside.number("min_user_messages", 0, MOST_MESSAGES, 0),
        outside=inside.id_of("outside", ""),
        inside=inside.id_of("inside", ""),
    )


def patterns_of(table: PlanTable, conditions: tuple[str, ...] = ()) -> Patterns:
    """Return every attribute of a table with the patterns of which one must fit."""
    found: Patterns = {}
    for key in table.given:
        if key in conditions:
            continue
        near = _misspelt(key, conditions)
        if near:
            table.complain(key, f'is no known attribute; did you mean "{near}"?')
        elif not _NAME.fullmatch(key):
            table.complain(key, "is no name of an attribute: letters, digits and _")
        else:
            found[key] = _values(table, key)
    return found


def _values(table: PlanTable, key: str) -> tuple[str, ...]:
    """Return the patterns of one attribute; true, false and whole numbers are words too."""
    value = table.value(key)
    values = value if isinstance(value, list) else [value]
    if not values or len(values) > LONGEST_LIST:
        table.complain(key, f'must be a text or a list of texts, like {key} = ["a", "b*"]')
        return ()
    texts = []
    for each in values:
        if isinstance(each, bool):
            texts.append("true" if each else "false")
        elif isinstance(each, int) and abs(each) < 10**15:
            texts.append(str(each))
        elif isinstance(each, str) and each.strip() and len(each) <= LONGEST_TEXT:
            texts.append(each.strip())
        else:
            table.complain(key, f'must be a text or a list of texts, like {key} = ["a", "b*"]')
            return ()
    return tuple(dict.fromkeys(texts))


@lru_cache(maxsize=512)
def _misspelt(key: str, conditions: tuple[str, ...]) -> str:
    """Return the known name that a slightly different one must have meant."""
    known = (*ATTRIBUTES, *conditions)
    if key in known:
        return ""
    found = get_close_matches(key[:60].lower(), known, 1, 0.8)
    return found[0] if found else ""

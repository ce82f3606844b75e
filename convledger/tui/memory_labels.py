"""What a person types about entries, and the facts that it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from convledger.clock import to_datetime
from convledger.errors import UsageProblem
from convledger.memory.drafts import one_of
from convledger.memory.words import KINDS, SENSITIVITIES, scope_of, tags_of
from convledger.tui.screens.plan_fields import instant_of

if TYPE_CHECKING:
    from convledger.store.entries import Entry

CLEAR = "-"
_YES, _NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")
FIELDS = (
    "kind", "scope", "tags", "sensitivity", "value", "pinned", "said", "from", "until"
)  # fmt: skip
_DATES = {"said": "source_date", "from": "valid_from", "until": "valid_to"}
_CLEARED = {"scope": ("scope", ""), "tags": ("tags", ())}


def shown_of(entries: Sequence[Entry], zone: tzinfo) -> dict[str, str]:
    """Return what stands in each line: what one entry has; what all of several have, else ""."""
    found = [_shown(entry, zone) for entry in entries]
    first = found[0]
    return {
        name: first[name] if all(one[name] == first[name] for one in found) else ""
        for name in FIELDS
    }


def _shown(entry: Entry, zone: tzinfo) -> dict[str, str]:
    def day(at: int | None) -> str:
        return "" if at is None else to_datetime(at).astimezone(zone).date().isoformat()

    return {
        "kind": entry.kind,
        "scope": entry.scope or "global",
        "tags": " ".join(entry.tags),
        "sensitivity": entry.sensitivity,
        "value": str(entry.value),
        "pinned": "yes" if entry.pinned else "no",
        "said": day(entry.source_date),
        "from": day(entry.valid_from),
        "until": day(None if entry.valid_to is None else entry.valid_to - 1),
    }


def facts_typed(
    typed: Mapping[str, str], shown: Mapping[str, str], zone: tzinfo, now: int
) -> dict[str, Any]:
    """Return the facts that the changed lines mean, by their columns; raises UsageProblem.

    An emptied line clears what was in it; of several entries a line that is empty from the first
    changes nothing, and - clears. +word and -word leave the other tags as they are.
    """
    facts: dict[str, Any] = {}
    for name in FIELDS:
        text = typed[name].strip()
        if text != shown[name].strip():
            facts |= _fact(name, "" if text == CLEAR else text, zone, now)
    since, until = facts.get("valid_from"), facts.get("valid_to")
    if since is not None and until is not None and until <= since:
        raise UsageProblem("an entry can't end before it begins to hold")
    return facts


def _fact(name: str, text: str, zone: tzinfo, now: int) -> dict[str, Any]:
    if name in _DATES:
        at = instant_of(text, name, zone, now, ends=name == "until") if text else None
        return {_DATES[name]: at}
    if not text and name in _CLEARED:
        column, nothing = _CLEARED[name]
        return {column: nothing}
    return _READ[name](text)


def _tags(text: str) -> dict[str, Any]:
    words = text.split()
    if not all(word[0] in "+-" and len(word) > 1 for word in words):
        return {"tags": tags_of(text)}
    added = tags_of(" ".join(word[1:] for word in words if word[0] == "+"))
    dropped = tags_of(" ".join(word[1:] for word in words if word[0] == "-"))
    return {"add_tags": added, "drop_tags": dropped}


def _value(text: str) -> dict[str, Any]:
    if text not in ("1", "2", "3", "4", "5"):
        raise UsageProblem("a value is from 1 (could go) to 5 (must stay)")
    return {"value": int(text)}


def _pinned(text: str) -> dict[str, Any]:
    word = text.casefold()
    if word not in (*_YES, *_NO):
        raise UsageProblem("pinned is yes or no: pinned entries are in every pack first")
    return {"pinned": word in _YES}


_READ: dict[str, Callable[[str], dict[str, Any]]] = {
    "kind": lambda text: {"kind": one_of(text, KINDS, "kind")},
    "scope": lambda text: {"scope": scope_of(text)},
    "tags": _tags,
    "sensitivity": lambda text: {"sensitivity": one_of(text, SENSITIVITIES, "sensitivity")},
    "value": _value,
    "pinned": _pinned,
}

"""What people and programs call the outcome of a conversation, in the words of plans."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from convledger.plans.where import Patterns

CONFIRMED, ASSUMED, ESCALATED = "resolved_confirmed", "resolved_assumed", "escalated"
_SAME: Mapping[str, str] = {
    "resolved": CONFIRMED,
    "confirmed": CONFIRMED,
    "confirmed_resolution": CONFIRMED,
    "solved": CONFIRMED,
    "assumed": ASSUMED,
    "assumed_resolution": ASSUMED,
    "escalation": ESCALATED,
    "handoff": ESCALATED,
    "hand_off": ESCALATED,
    "handover": ESCALATED,
    "handed_over": ESCALATED,
}
# A plan that bills "resolved" means both ways of it.
_BILLED: Mapping[str, str] = {"resolved": "resolved_*", "resolution": "resolved_*"}
_RESOLVED = ("resolved_*",)


def label_of(text: str, unnamed: str = "") -> str:
    """Return an outcome's label: "Resolved" and "resolved_confirmed" are one."""
    word = _word(text)
    return _SAME.get(word, word) or unnamed


@lru_cache(maxsize=4096)
def named_by(verdict: str, wanted: tuple[str, ...]) -> str:
    """Return a vendor's own verdict as a label where a plan bills it by that very name.

    What has a meaning in every plan ("resolved") is no vendor's word.
    """
    word = _word(verdict)
    names = {_word(each) for each in wanted} - _SAME.keys() - _BILLED.keys()
    return word if word in names - {CONFIRMED, ASSUMED, ESCALATED} else ""


@lru_cache(maxsize=4096)
def is_billed(label: str, wanted: tuple[str, ...]) -> bool:
    """Say whether a plan that bills the outcomes `wanted` bills this; none named: resolutions."""
    patterns = [_pattern(each) for each in wanted]
    return Patterns(patterns or _RESOLVED).fit(label)


def _pattern(text: str) -> str:
    word = _word(text)
    return _BILLED.get(word) or _SAME.get(word, word)


def _word(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())

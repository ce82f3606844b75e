"""Packs in words, the same on the command line and in the app; texts of entries are foreign."""

from __future__ import annotations

from convledger.clock import iso_text
from convledger.memory.pack_building import Built
from convledger.memory.pack_checks import CURRENT, EDITED, NONE, OTHER, Change, Verdict
from convledger.memory.pack_terms import Wanted
from convledger.memory.words import ACTIVE


def wanted_words(wanted: Wanted) -> str:
    """Return in words which entries a pack chooses from."""
    said = []
    if wanted.scopes:
        said.append("scope " + " or ".join(scope or "global" for scope in wanted.scopes))
    if wanted.tags:
        said.append("tag " + " or ".join(wanted.tags))
    if wanted.kinds:
        said.append(" or ".join(wanted.kinds))
    if wanted.states != (ACTIVE,):
        said.append(" or ".join(wanted.states))
    if wanted.min_value > 1:
        said.append(f"value {wanted.min_value} or more")
    if wanted.text:
        said.append(f"with {wanted.text}")
    return "; ".join(said) or "all that is active"


def pin_notes(built: Built) -> list[str]:
    """Return a sentence for each pinned entry that does not fit."""
    return [
        f"{built.title(each.id)} (entry {each.id}) is pinned and does not fit: it takes "
        f"{each.tokens:,} tokens"
        for each in built.chosen.unfit
    ]


def verdict_words(verdict: Verdict) -> str:
    """Return what a file holds of a pack."""
    name, render = verdict.pack, verdict.render
    if verdict.state == NONE:
        return "no pack is in it"
    if verdict.state == EDITED:
        return f"{name}: edited since it was written"
    if verdict.state == OTHER or render is None:
        return f"{name}: another pack, or one of another workspace"
    which = "as it was last written" if verdict.is_last else "as it was written earlier"
    at = iso_text(render.at)
    if verdict.state == CURRENT:
        return f"{name}: {which}, {at}; nothing has changed since"
    if not verdict.changes:
        return f"{name}: {which}, {at}; the pack is not there any more, or can't be built now"
    count = len(verdict.changes)
    changed = "1 entry is" if count == 1 else f"{count:,} entries are"
    return f"{name}: stale, {which}, {at}; {changed} not the same now"


def change_words(change: Change) -> str:
    """Return which entry makes a file stale, and why."""
    if not change.entry_id:
        return f"an entry: {change.why}"
    return f"{change.entry_id}  {change.title}: {change.why}"

"""Packs in words, the same on the command line and in the app; texts of entries are foreign."""

from __future__ import annotations

import sqlite3

from convledger.clock import iso_text
from convledger.memory.pack_building import Built
from convledger.memory.pack_checks import CURRENT, EDITED, NONE, OTHER, Change, Verdict
from convledger.memory.pack_needs import is_bait
from convledger.memory.pack_terms import Wanted
from convledger.memory.words import ACTIVE, PROPOSED
from convledger.store.packs import open_findings
from convledger.words import plural


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


def pack_notes(connection: sqlite3.Connection, built: Built) -> list[str]:
    """Return what to know of a pack: pins that don't fit, bait in it, why nothing is."""
    notes = [
        f"{built.title(each.id)} (entry {each.id}) is pinned and does not fit: it takes "
        f"{each.tokens:,} tokens"
        for each in built.chosen.unfit
    ]
    inside = {each.entry_id for each in built.items}
    bait = {entry_id for entry_id, rule in open_findings(connection) if is_bait(rule)}
    notes += [
        f"{built.title(entry_id)} (entry {entry_id}) reads like an order to a model: "
        "`convledger memory findings`"
        for entry_id in sorted(inside & bait)
    ]
    waiting = sum(each.state == PROPOSED for each in built.entries.values())
    if waiting and not inside:
        proposed = plural(waiting, "entry is", "entries are")
        notes.append(f"{proposed} proposed and wait for you: `convledger memory review`")
    return notes


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

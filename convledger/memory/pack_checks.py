"""What was written when: whether a file still is that, and in which packs an entry was."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from convledger.economics.packing import BLOCKED, CUT
from convledger.errors import ConvledgerError, UsageProblem
from convledger.memory.pack_building import Built, build
from convledger.memory.pack_sections import sections, written_text
from convledger.memory.pack_terms import Pack, packs
from convledger.memory.rendering import (
    Count,
    Head,
    Item,
    Label,
    rendered_again,
    text_digest,
)
from convledger.store.entries import entry_by_id, versions_of
from convledger.store.packs import (
    Render,
    items_of,
    renders_where,
    renders_with,
)

CURRENT, STALE, EDITED, OTHER, NONE = VERDICTS = ("current", "stale", "edited", "other", "none")
GONE, ERASED, REWRITTEN, NEW, UNWANTED = (
    "gone", "erased, and still in the file", "says something else", "comes in",
    "not wanted any more",
)  # fmt: skip
# How each format says whose a text is.
_HEADS = (
    re.compile(r"^## Context pack (\S{1,60})$", re.MULTILINE),
    re.compile(r'^\{"pack":"([^"\\]{1,60})","note":"', re.MULTILINE),
    re.compile(r'^<context_pack pack="([^"&]{1,60})" note="', re.MULTILINE),
)
# How each format says of how many entries it is; the first place is the head's.
_COUNTED = re.compile(r'by convledger: (\d+) of|"entries":(\d+),|" entries="(\d+)"')


class Change(Struct, frozen=True):
    """An entry for which a pack would not be the same now, and why."""

    entry_id: int
    title: str
    why: str


class Verdict(Struct, frozen=True):
    """What a text is: the current render of a pack, a stale or an edited one, another pack's.

    `is_last` says that nothing was written of the pack afterwards. `changes` are why it is stale,
    as far as entries are.
    """

    state: str
    pack: str = ""
    render: Render | None = None
    is_last: bool = False
    changes: tuple[Change, ...] = ()


class Exposure(Struct, frozen=True):
    """That a version of an entry was in a pack that was written."""

    entry_id: int
    version: int
    render: Render


def verify(
    connection: sqlite3.Connection,
    content: bytes,
    now: int,
    count: Count,
    *,
    name: str | None = None,
) -> list[Verdict]:
    """Say of each pack in a file what it is; where `name` is given, only that one's text is meant.

    There is at least one verdict: that there is no pack in it.
    """
    known = {each.name: each for each in packs(connection)}
    found = [_verdict(connection, text, known, now, count) for text in _texts(content)]
    found = [each for each in found if each.state != NONE] or [Verdict(NONE)]
    if name is None:
        return found
    meant = [each for each in found if each.pack == name]
    others = [msgspec.structs.replace(each, state=OTHER) for each in found if each.state != NONE]
    return meant or others or found


def _texts(content: bytes) -> Iterator[str]:
    """Yield what may be a pack: each section, or all of a file that has none."""
    whole = sections(content)
    for section in whole:
        yield section.text(content)
    if not whole:
        yield written_text(content)


def _verdict(
    connection: sqlite3.Connection, text: str, known: dict[str, Pack], now: int, count: Count
) -> Verdict:
    found = renders_where(connection, "digest=?", (text_digest(text),), 1)
    if not found:
        named = next((match[1] for each in _HEADS if (match := each.search(text))), "")
        if not named:
            return Verdict(NONE)
        is_ours = named in known or renders_where(connection, "name=?", (named,), 1)
        return Verdict(EDITED if is_ours else OTHER, named)
    render = found[0]
    (last,) = renders_where(connection, "name=?", (render.name,), 1)
    is_last = last.id == render.id
    pack = known.get(render.name)
    if pack is None:
        return Verdict(STALE, render.name, render, is_last)
    changes = _changes(connection, render, text, pack, now, count)
    state = STALE if changes is None or changes else CURRENT
    return Verdict(state, render.name, render, is_last, changes or ())


def _changes(
    connection: sqlite3.Connection, render: Render, text: str, pack: Pack, now: int, count: Count
) -> tuple[Change, ...] | None:
    """Return the entries for which a build would not be the same now; None where there is none."""
    from convledger.text.secrets import veiled

    try:
        built = build(
            connection, pack, now, count,
            method=render.method, form=render.format, budget=render.budget,
        )  # fmt: skip
    except UsageProblem:
        return None
    now_in = {item.entry_id: item for item in built.items}
    before = {item.entry_id: item for item in items_of(connection, render.id)}
    why = _why_out(built)
    changes = []
    for entry_id, old in before.items():
        new = now_in.pop(entry_id, None)
        if new is not None and new.digest == old.digest:
            continue
        entry = entry_by_id(connection, entry_id)
        reason = REWRITTEN if new else why.get(entry_id, UNWANTED) if entry else GONE
        changes.append(Change(entry_id, veiled(entry.title) if entry else "", reason))
    changes += [Change(each.entry_id, veiled(each.title), NEW) for each in now_in.values()]
    # What was erased is not in the log either, yet it still stands in the file.
    match = _COUNTED.search(text)
    erased = int(match[match.lastindex or 1]) - len(before) if match else 0
    changes += [Change(0, "", ERASED)] * erased
    return tuple(changes)


def _why_out(built: Built) -> dict[int, str]:
    """Return why entries that a pack may choose from are not in it."""
    found = {each.id: f"{CUT} by budget" for each in built.chosen.cut}
    found |= {each.id: ", ".join(reasons) or BLOCKED for each, reasons in built.chosen.blocked}
    return found


def render_numbered(connection: sqlite3.Connection, render_id: int) -> Render:
    """Return what was written under a number. Raises UsageProblem where nothing was."""
    found = renders_where(connection, "id=?", (render_id,), 1)
    if not found:
        raise UsageProblem(f"nothing was written under the number {render_id}")
    return found[0]


def render_again(connection: sqlite3.Connection, render_id: int, name: str | None = None) -> str:
    """Return what was written once, byte for byte; `name` is the pack that it should be of.

    Raises UsageProblem where nothing was, ConvledgerError where an entry of it is gone by now.
    """
    render = render_numbered(connection, render_id)
    if name not in (None, render.name):
        raise UsageProblem(f"number {render_id} was written of {render.name}, not of {name}")
    items = []
    for kept in items_of(connection, render_id):
        entry = entry_by_id(connection, kept.entry_id)
        texts = {each.number: each for each in versions_of(connection, kept.entry_id)}
        if entry is None or kept.version not in texts:
            raise ConvledgerError(f"entry {kept.entry_id} is gone, or that version of it")
        past = texts[kept.version]
        label = msgspec.json.decode(kept.label, type=Label)
        items.append(Item(entry.id, entry.name, kept.version, past.title, past.body, label))
    head = Head(render.name, render.at, render.among, render.budget, render.method)
    again = rendered_again(head, items, render.format, render.tokens)
    if again.digest != render.digest:
        raise ConvledgerError("an entry's version was undone and made anew: its text is not kept")
    return again.text


def exposures(connection: sqlite3.Connection, entry_id: int) -> list[Exposure]:
    """Return when an entry was in a pack that was written, and where to, the latest first."""
    return [
        Exposure(entry_id, version, render)
        for render, version in renders_with(connection, entry_id)
    ]

"""Packs: entries that fit a budget of tokens, made, changed and decided on by a person.

Each change can be taken back. What a pack holds is chosen anew whenever it is built.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from convledger.economics.packing import ALWAYS, AUTO, MODES, NEVER
from convledger.errors import UsageProblem
from convledger.memory.drafts import one_of
from convledger.memory.keeping import must_be
from convledger.memory.pack_building import Built, build, keep_render, prospects
from convledger.memory.pack_checks import (
    Change,
    Exposure,
    Verdict,
    exposures,
    render_again,
    render_numbered,
    verify,
)
from convledger.memory.pack_files import Written, write
from convledger.memory.pack_terms import Pack, Wanted, pack_named, packs
from convledger.memory.rendering import FORMATS, MARKDOWN
from convledger.memory.words import KINDS, SENSITIVITIES, STATES, scope_of, tags_of
from convledger.store.operations import operation
from convledger.store.packs import (
    Render,
    add_pack,
    change_pack,
    modes_of,
    pack_rows,
    remove_pack,
    renders_where,
    set_mode,
)
from convledger.store.terms import terms_of

__all__ = [
    "AUTO", "Built", "Change", "Exposure", "Pack", "PackLine", "Verdict", "Wanted", "Written",
    "build", "change", "checked", "create", "decide", "delete", "exposures", "keep_render",
    "pack_lines", "pack_named", "packs", "prospects", "render_again", "render_numbered", "verify",
    "write",
]  # fmt: skip
MOST_BUDGET = 10_000_000
_NAME = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")  # never what would end a comment
_LONGEST_NAME = 60


class PackLine(msgspec.Struct, frozen=True):
    """A pack in a list: for how many entries a person decided, and how it was last written."""

    pack: Pack
    always: int
    never: int
    last: Render | None


def pack_lines(connection: sqlite3.Connection) -> list[PackLine]:
    """Return all packs by name."""
    found = []
    for pack in packs(connection):
        said = list(modes_of(connection, pack.id).values())
        last = next(iter(renders_where(connection, "name=?", (pack.name,), 1)), None)
        found.append(PackLine(pack, said.count(ALWAYS), said.count(NEVER), last))
    return found


def create(
    connection: sqlite3.Connection,
    name: str,
    budget: int,
    now: int,
    *,
    wanted: Wanted | None = None,
    form: str = MARKDOWN,
    ceiling: str = "internal",
) -> Pack:
    """Make a pack. Raises UsageProblem for what is none, and where there is one called so."""
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise UsageProblem(
            f"a pack can't be called {name!r:.70}: letters and digits, with single dots, dashes or "
            f"underscores between, {_LONGEST_NAME} at most"
        )
    taken = {row.name.casefold(): row.name for row in pack_rows(connection)}
    if name.casefold() in taken:
        raise UsageProblem(f"there is a pack {taken[name.casefold()]} already")
    pack = checked(Pack(0, name, budget, wanted or Wanted(), form, ceiling, now))
    with operation(connection, "make pack", now=now, about=name) as recorder:
        text = msgspec.json.encode(pack.wanted).decode()
        pack_id = add_pack(connection, name, budget, text, pack.format, pack.ceiling, now)
        recorder.made("pack", pack_id)
    return msgspec.structs.replace(pack, id=pack_id)


def change(connection: sqlite3.Connection, name: str, now: int, **terms: Any) -> Pack:
    """Give a pack another budget, filter (`wanted`), format or ceiling; its name stays.

    The name stands in the files that it was written to, by which they are known again.
    """
    before = pack_named(connection, name)
    pack = checked(msgspec.structs.replace(before, **terms))
    if pack != before:
        with operation(connection, "change pack", now=now, about=name) as recorder:
            recorder.touch("pack", pack.id)
            text = msgspec.json.encode(pack.wanted).decode()
            change_pack(connection, pack.id, pack.budget, text, pack.format, pack.ceiling)
    return pack


def delete(connection: sqlite3.Connection, name: str, now: int) -> None:
    """Delete a pack; entries, files, and what was written when stay."""
    pack = pack_named(connection, name)
    with operation(connection, "delete pack", now=now, about=name) as recorder:
        for entry_id in modes_of(connection, pack.id):
            recorder.touch("pack_item", pack.id, entry_id)
            set_mode(connection, pack.id, entry_id, None)
        recorder.touch("pack", pack.id)
        remove_pack(connection, pack.id)


def decide(
    connection: sqlite3.Connection, name: str, entry_ids: Sequence[int], mode: str, now: int
) -> int:
    """Say that entries are always or never in a pack, or chosen by value again (auto).

    Returns for how many that is new.
    """
    pack = pack_named(connection, name)
    mode = one_of(mode, MODES, "mode")
    entries = [must_be(connection, each) for each in dict.fromkeys(entry_ids)]
    before = modes_of(connection, pack.id)
    changed = [each for each in entries if before.get(each.id, AUTO) != mode]
    with operation(connection, f"pack {mode}", now=now, about=name) as recorder:
        for entry in changed:
            recorder.touch("pack_item", pack.id, entry.id)
            set_mode(connection, pack.id, entry.id, None if mode == AUTO else mode)
    return len(changed)


def checked(pack: Pack) -> Pack:
    """Return a pack with its terms as they are kept. Raises UsageProblem for what is none."""
    if not 1 <= pack.budget <= MOST_BUDGET:
        raise UsageProblem(f"a budget is from 1 to {MOST_BUDGET:,} tokens")
    wanted = pack.wanted
    if not 1 <= wanted.min_value <= 5:
        raise UsageProblem("a value is from 1 (could go) to 5 (must stay)")
    if wanted.text and not terms_of(wanted.text):
        raise UsageProblem("the text that entries must hold has no word in it")
    return msgspec.structs.replace(
        pack,
        format=one_of(pack.format, FORMATS, "format"),
        ceiling=one_of(pack.ceiling, SENSITIVITIES, "sensitivity"),
        wanted=msgspec.structs.replace(
            wanted,
            scopes=_each_once([scope_of(each) for each in wanted.scopes]),
            tags=tags_of(" ".join(wanted.tags)),
            kinds=_each_once([one_of(each, KINDS, "kind") for each in wanted.kinds]),
            states=_each_once([one_of(each, STATES, "state") for each in wanted.states]),
        ),
    )


def _each_once(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))

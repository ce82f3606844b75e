"""Builds a pack: looks for what it may hold, says what keeps out the rest, chooses and renders."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from convledger.clock import SECOND
from convledger.economics.packing import (
    CONFLICT,
    EARLY,
    EXPIRED,
    SECRET,
    SENSITIVE,
    Candidate,
    Chosen,
    choose,
)
from convledger.errors import UsageProblem
from convledger.memory.pack_needs import is_secret
from convledger.memory.pack_terms import Pack
from convledger.memory.rendering import (
    Count,
    Head,
    Item,
    Rendered,
    frame_tokens,
    item_text,
    label_of,
    rendered,
)
from convledger.memory.words import SENSITIVITIES
from convledger.store.connection import transaction
from convledger.store.entries import Entry, entries_where, matching
from convledger.store.packs import (
    Render,
    RenderItem,
    add_render,
    in_open_conflicts,
    modes_of,
    open_findings,
    origins_of,
)
from convledger.store.terms import terms_of

O200K = "o200k"


@dataclass(frozen=True, slots=True)
class Prospects:
    """All that a pack may choose from, counted once: another budget or mode needs no more."""

    entries: Mapping[int, Entry]
    items: Mapping[int, Item]
    candidates: tuple[Candidate, ...]
    modes: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Built:
    """A pack as it would be written now, with what became of every entry.

    `frame` is what it takes beside its items: their budget is the pack's less that. `modes` is what
    a person said of entries.
    """

    pack: Pack
    head: Head
    form: str
    entries: Mapping[int, Entry]
    modes: Mapping[int, str]
    items: tuple[Item, ...]
    chosen: Chosen
    text: str
    tokens: int
    frame: int
    digest: str

    @property
    def parts(self) -> tuple[int, int, int]:
        """The tokens of all that is no entry, of entries that had their turn first, of others."""
        first = self.chosen.first
        pinned = sum(each.tokens for each in self.chosen.taken if each.id in first)
        return max(0, self.tokens - self.chosen.used), pinned, self.chosen.used - pinned

    def title(self, entry_id: int) -> str:
        """Return what an entry is called, with nothing in it that looks like a secret."""
        from convledger.text.secrets import veiled

        return veiled(self.entries[entry_id].title)

    @property
    def left(self) -> int:
        """The tokens of the budget that are not used."""
        return self.head.budget - self.tokens


def prospects(
    connection: sqlite3.Connection, pack: Pack, now: int, form: str, count: Count
) -> Prospects:
    """Return what a pack may choose from: what its filter finds, and what a person named."""
    modes = modes_of(connection, pack.id)
    entries = {each.id: each for each in _wanted(connection, pack, set(modes))}
    origins = origins_of(connection, entries)
    conflicts = in_open_conflicts(connection)
    secrets = {entry_id for entry_id, rule in open_findings(connection) if is_secret(rule)}
    items = {}
    candidates = []
    for entry in entries.values():
        kind, place, said_at = origins.get(entry.id, ("", "", None))
        said_at = said_at if entry.source_date is None else entry.source_date
        item = Item(
            entry_id=entry.id,
            name=entry.name,
            version=entry.version,
            title=entry.title,
            body=entry.body,
            label=label_of(kind, place, said_at, entry.verified_at),
        )
        reasons = _reasons(entry, pack, now)
        reasons += (SECRET,) if entry.id in secrets else ()
        reasons += (CONFLICT,) if entry.id in conflicts else ()
        tokens = count(item_text(item, form))
        items[entry.id] = item
        candidates.append(Candidate(entry.id, tokens, entry.value, entry.pinned, reasons))
    return Prospects(entries, items, tuple(candidates), modes)


def _wanted(connection: sqlite3.Connection, pack: Pack, named: set[int]) -> list[Entry]:
    """Return the entries that the filter finds whatever their state, and those named by hand."""
    wanted = pack.wanted
    conditions = ["value >= ?"]
    bound: list[object] = [wanted.min_value]
    for column, words in (("scope", wanted.scopes), ("kind", wanted.kinds)):
        if words:
            conditions.append(f"{column} IN ({', '.join('?' * len(words))})")
            bound += words
    found = None
    if wanted.text:
        expression = " ".join(term.expression for term in terms_of(wanted.text))
        found = {entry_id for entry_id, _ in matching(connection, expression, -1)}
    tags = set(wanted.tags)
    entries = [
        entry
        for entry in entries_where(connection, " AND ".join(conditions), bound)
        if (found is None or entry.id in found) and (not tags or tags.intersection(entry.tags))
    ]
    missing = named - {entry.id for entry in entries}
    for entry_id in sorted(missing):
        entries += entries_where(connection, "id=?", (entry_id,))
    return entries


def _reasons(entry: Entry, pack: Pack, now: int) -> tuple[str, ...]:
    """Return what in an entry itself keeps it out of a pack."""
    reasons = []
    if entry.state not in pack.wanted.states:
        reasons.append(entry.state)
    if entry.valid_to is not None and entry.valid_to <= now:
        reasons.append(EXPIRED)
    if entry.valid_from is not None and entry.valid_from > now:
        reasons.append(EARLY)
    if _rank(entry.sensitivity) > _rank(pack.ceiling):
        reasons.append(SENSITIVE)
    return tuple(reasons)


def _rank(sensitivity: str) -> int:
    known = sensitivity in SENSITIVITIES
    return SENSITIVITIES.index(sensitivity) if known else len(SENSITIVITIES)


def build(
    connection: sqlite3.Connection,
    pack: Pack,
    now: int,
    count: Count,
    *,
    method: str = O200K,
    form: str | None = None,
    budget: int | None = None,
    found: Prospects | None = None,
) -> Built:
    """Return a pack as it would be written now; all of it never takes more than its budget.

    `found` saves the search where it was made for the same form. Raises UsageProblem where not
    even what a pack says of itself fits.
    """
    form = pack.format if form is None else form
    budget = pack.budget if budget is None else budget
    found = found or prospects(connection, pack, now, form, count)
    free = sum(1 for each in found.candidates if not each.blocked)
    at = now // SECOND * SECOND  # seconds are enough for people, and shorter
    head = Head(name=pack.name, at=at, among=free, budget=budget, method=method)
    frame = frame_tokens(head, form, count)
    while True:
        if frame > budget:
            raise UsageProblem(
                f"what a pack says of itself takes {frame} tokens: a budget of {budget} is too "
                "small for anything else"
            )
        chosen = choose(found.candidates, budget - frame, found.modes)
        items = _in_order(chosen, found)
        among = len(chosen.taken) + len(chosen.cut)
        head = msgspec.structs.replace(head, among=among)
        text = rendered(head, items, form, count)
        if text.tokens <= budget:
            return _built(pack, head, form, found, items, chosen, text, frame)
        frame += text.tokens - budget  # tokens do not always add up: try with less


def _built(
    pack: Pack,
    head: Head,
    form: str,
    found: Prospects,
    items: tuple[Item, ...],
    chosen: Chosen,
    text: Rendered,
    frame: int,
) -> Built:
    return Built(
        pack=pack,
        head=head,
        form=form,
        entries=found.entries,
        modes=found.modes,
        items=items,
        chosen=chosen,
        text=text.text,
        tokens=text.tokens,
        frame=frame,
        digest=text.digest,
    )


def _in_order(chosen: Chosen, found: Prospects) -> tuple[Item, ...]:
    """Return the chosen items as they are read: pinned ones, then by value, then the older."""
    first = chosen.first
    taken = sorted(chosen.taken, key=lambda each: (each.id not in first, -each.value, each.id))
    return tuple(found.items[each.id] for each in taken)


def keep_render(connection: sqlite3.Connection, built: Built, target: str) -> int:
    """Keep in the log that a pack was written, and return the number of that."""
    head = built.head
    render = Render(
        id=0,
        pack_id=built.pack.id,
        name=head.name,
        at=head.at,
        tokens=built.tokens,
        budget=head.budget,
        among=head.among,
        method=head.method,
        digest=built.digest,
        format=built.form,
        target=target.encode("utf-8", "replace").decode(),
    )
    items = [
        RenderItem(
            item.entry_id, item.version, msgspec.json.encode(item.label).decode(), item.digest
        )
        for item in built.items
    ]
    with transaction(connection):
        return add_render(connection, render, items)

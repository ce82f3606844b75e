"""What a person does with entries: each verb is one change, and each can be taken back.

Nothing is merged, ended or put away but by one of these. Instants are UTC microseconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from convledger.clock import DAY
from convledger.errors import UsageProblem
from convledger.memory.drafts import Draft, checked
from convledger.memory.words import (
    ACTIVE,
    ARCHIVED,
    PROPOSED,
    SENSITIVITIES,
    SNOOZED,
    new_name,
    text_hash,
    title_of,
)
from convledger.store.entries import (
    Entry,
    EntrySource,
    add_entry,
    add_source,
    change_entry,
    entry_by_id,
    sources_of,
    sources_of_item,
    write_entry,
)
from convledger.store.operations import Recorder, operation
from convledger.store.tombstones import is_erased

YOU = "you"
FIRST_REVIEW, LONGEST_REVIEW = 30, 360  # days
Counter = Callable[[str], tuple[int, str]]


def is_known(connection: sqlite3.Connection, draft: Draft) -> int | None:
    """Return the entry that holds the same text in the same scope already."""
    row = connection.execute(
        "SELECT id FROM entry WHERE hash=? AND scope=? ORDER BY state='archived', id LIMIT 1",
        (text_hash(draft.body), draft.scope),
    ).fetchone()
    return None if row is None else int(row[0])


def remember(
    connection: sqlite3.Connection,
    draft: Draft,
    now: int,
    *,
    state: str = ACTIVE,
    actor: str = YOU,
) -> tuple[int, bool]:
    """Keep a draft and return its entry, and whether it is new: the same text is kept once.

    A text that is known gains the draft's sources. Raises UsageProblem for what is no entry, and
    for a text that was erased: it does not come back by itself.
    """
    draft = checked(draft)
    with operation(connection, "remember", now=now, about=draft.title, actor=actor) as recorder:
        return put(connection, recorder, draft, now, state=state, actor=actor)


def put(
    connection: sqlite3.Connection,
    recorder: Recorder,
    draft: Draft,
    now: int,
    *,
    state: str = PROPOSED,
    actor: str = YOU,
) -> tuple[int, bool]:
    """Keep a checked draft within a change that goes on; else like `remember`."""
    known = is_known(connection, draft)
    if known is None:
        digest = text_hash(draft.body)
        if is_erased(connection, "entry", digest):
            raise UsageProblem("this text was erased; `convledger erase --forgotten` lifts that")
        entry = Entry(
            id=0,
            name=new_name(now),
            kind=draft.kind,
            title=draft.title,
            body=draft.body,
            scope=draft.scope,
            tags=draft.tags,
            state=state,
            sensitivity=draft.sensitivity,
            pinned=draft.pinned,
            value=draft.value,
            source_date=draft.source_date,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
            recorded_at=now,
            verified_at=now if state == ACTIVE and actor == YOU else None,
            verified_by=YOU if state == ACTIVE and actor == YOU else "",
            hash=digest,
        )
        entry_id = add_entry(connection, recorder, entry, actor)
    else:
        entry_id = known
    for source in draft.sources:
        item = source.memory_item_id
        there = (
            sources_of(connection, [entry_id]).get(entry_id, [])
            if item is None
            else sources_of_item(connection, entry_id, item)
        )
        if _place(source) not in map(_place, there):
            add_source(connection, recorder, entry_id, source)
    return entry_id, known is None


def _place(source: EntrySource) -> tuple[object, ...]:
    return (
        source.kind, source.place, source.conversation_id, source.message_key,
        source.memory_item_id, source.start, source.length,
    )  # fmt: skip


def edit(
    connection: sqlite3.Connection,
    entry_id: int,
    now: int,
    *,
    title: str | None = None,
    body: str | None = None,
    reason: str = "",
    actor: str = YOU,
) -> bool:
    """Give an entry another text, as its next version; returns whether it differs."""
    entry = must_be(connection, entry_id)
    if title is None:  # one that was made of the first words goes with them
        title = "" if entry.title == title_of(entry.body) else entry.title
    wanted = checked(Draft(body=entry.body if body is None else body, title=title))
    if (wanted.title, wanted.body) == (entry.title, entry.body):
        return False
    with operation(connection, "edit", now=now, about=entry.title, actor=actor) as recorder:
        write_entry(
            connection, recorder, entry_id, editor=actor, reason=reason, now=now,
            title=wanted.title, body=wanted.body, hash=text_hash(wanted.body), tokens=None,
            tokens_method="",
        )  # fmt: skip
    return True


def set_facts(
    connection: sqlite3.Connection,
    entry_ids: Sequence[int],
    now: int,
    *,
    add_tags: Sequence[str] = (),
    drop_tags: Sequence[str] = (),
    **facts: Any,
) -> int:
    """Change kind, scope, tags, sensitivity, value, pinned or dates of entries; return how many.

    `add_tags` and `drop_tags` leave the other tags of each entry as they are.
    """

    def changed(entry: Entry) -> dict[str, Any]:
        if not add_tags and not drop_tags:
            return facts
        tags: tuple[str, ...] = tuple(facts.get("tags", entry.tags))
        kept = [tag for tag in (*tags, *add_tags) if tag not in drop_tags]
        return {**facts, "tags": tuple(dict.fromkeys(kept))}

    return _each(connection, entry_ids, now, "label", changed)


def accept(connection: sqlite3.Connection, entry_ids: Sequence[int], now: int) -> int:
    """Take proposed entries into memory: a person has looked at them."""
    return _each(connection, entry_ids, now, "accept", lambda entry: _verified(entry, now))


def accept_within(
    connection: sqlite3.Connection, recorder: Recorder, entry_id: int, now: int
) -> None:
    """Take an entry into memory within a change that goes on; else like `accept`."""
    facts = _verified(must_be(connection, entry_id), now)
    change_entry(connection, recorder, entry_id, **facts)


def confirm(connection: sqlite3.Connection, entry_ids: Sequence[int], now: int) -> int:
    """Say that entries are still true; they are due again after twice the time.

    What ended holds again: it is true, though it was to end.
    """

    def facts(entry: Entry) -> dict[str, Any]:
        is_over = entry.valid_to is not None and entry.valid_to <= now
        return {**_verified(entry, now), **({"valid_to": None} if is_over else {})}

    return _each(connection, entry_ids, now, "confirm", facts)


def _verified(entry: Entry, now: int) -> dict[str, Any]:
    days = min(2 * (entry.review_days or FIRST_REVIEW // 2), LONGEST_REVIEW)
    return {
        "state": ACTIVE,
        "verified_at": now,
        "verified_by": YOU,
        "review_days": days,
        "review_at": now + days * DAY,
        "superseded_by": None,
    }


def snooze(connection: sqlite3.Connection, entry_ids: Sequence[int], now: int, days: int) -> int:
    """Put entries out of sight of reviews for some days; what is archived stays so."""
    if not 1 <= days <= 3650:
        raise UsageProblem("say from 1 to 3650 days")
    facts = {"state": SNOOZED, "review_at": now + days * DAY}
    return _each(
        connection, entry_ids, now, "snooze",
        lambda entry: {} if entry.state == ARCHIVED else facts,
    )  # fmt: skip


def archive(connection: sqlite3.Connection, entry_ids: Sequence[int], now: int) -> int:
    """Put entries away: no pack holds them, and they can be taken back at any time."""
    return _each(connection, entry_ids, now, "archive", lambda _: {"state": ARCHIVED})


def restore(connection: sqlite3.Connection, entry_ids: Sequence[int], now: int) -> int:
    """Take archived entries back; what replaced them is forgotten.

    What nobody ever said was true is proposed again, as it was.
    """

    def facts(entry: Entry) -> dict[str, Any]:
        if entry.state != ARCHIVED:
            return {}
        state = PROPOSED if entry.verified_at is None else ACTIVE
        return {"state": state, "superseded_by": None}

    return _each(connection, entry_ids, now, "restore", facts)


def merge(
    connection: sqlite3.Connection,
    loser_id: int,
    winner_id: int,
    now: int,
    *,
    body: str | None = None,
) -> None:
    """Let one entry stand for two: it gains the other's sources and tags, which is archived."""
    loser, winner = must_be(connection, loser_id), must_be(connection, winner_id)
    if loser_id == winner_id:
        raise UsageProblem("an entry can't be merged into itself")
    with operation(connection, "merge", now=now, about=loser.title) as recorder:
        if body is not None and body != winner.body:
            draft = checked(Draft(body=body, title=winner.title))
            write_entry(
                connection, recorder, winner_id, editor=YOU, reason=f"merged {loser.name}",
                now=now, title=draft.title, body=draft.body, hash=text_hash(draft.body),
                tokens=None, tokens_method="",
            )  # fmt: skip
        dates = [each.source_date for each in (loser, winner) if each.source_date is not None]
        change_entry(
            connection, recorder, winner_id,
            tags=tuple(dict.fromkeys((*winner.tags, *loser.tags))),
            source_date=min(dates, default=None), value=max(winner.value, loser.value),
            pinned=winner.pinned or loser.pinned,
            sensitivity=max(winner.sensitivity, loser.sensitivity, key=SENSITIVITIES.index),
            **_verified(winner, now),
        )  # fmt: skip
        there = {_place(each) for each in sources_of(connection, [winner_id]).get(winner_id, [])}
        for source in sources_of(connection, [loser_id]).get(loser_id, []):
            if _place(source) not in there:
                add_source(connection, recorder, winner_id, source)
        change_entry(connection, recorder, loser_id, state=ARCHIVED, superseded_by=winner_id)
        settle(connection, recorder, loser_id, winner_id, "accepted")


def choose(connection: sqlite3.Connection, winner_id: int, loser_id: int, now: int) -> None:
    """Settle a conflict: the loser held until now and is archived, the winner is confirmed."""
    winner, loser = must_be(connection, winner_id), must_be(connection, loser_id)
    with operation(connection, "choose", now=now, about=winner.title) as recorder:
        change_entry(connection, recorder, winner_id, **_verified(winner, now))
        ends = now if loser.valid_to is None else min(loser.valid_to, now)
        change_entry(
            connection, recorder, loser_id, state=ARCHIVED, valid_to=ends, superseded_by=winner_id
        )
        settle(connection, recorder, loser_id, winner_id, "accepted")


def dismiss(connection: sqlite3.Connection, one_id: int, other_id: int, now: int) -> None:
    """Say that two entries are no pair; that is remembered while both texts stay as they are."""
    first, second = (must_be(connection, each) for each in sorted((one_id, other_id)))
    about = first.title if first.id == one_id else second.title
    with operation(connection, "dismiss", now=now, about=about) as recorder:
        recorder.touch("entry_pair", first.id, second.id)
        # Nobody need have found them alike: what a person says holds for what is found later.
        connection.execute(
            "INSERT INTO entry_pair (first_id, second_id, kind, score, hashes, at, status, "
            "decided_by) VALUES (?, ?, 'duplicate', 0, ?, ?, 'dismissed', ?) ON CONFLICT DO UPDATE "
            "SET status=excluded.status, decided_by=excluded.decided_by, hashes=excluded.hashes",
            (first.id, second.id, f"{first.hash}:{second.hash}", now, YOU),
        )


def settle(
    connection: sqlite3.Connection, recorder: Recorder, one_id: int, other_id: int, status: str
) -> None:
    """Mark the pair of two entries, where there is one, as decided by a person."""
    first, second = sorted((one_id, other_id))
    recorder.touch("entry_pair", first, second)
    connection.execute(
        "UPDATE entry_pair SET status=?, decided_by=? WHERE first_id=? AND second_id=?",
        (status, YOU, first, second),
    )


def must_be(connection: sqlite3.Connection, entry_id: int) -> Entry:
    """Return an entry. Raises UsageProblem where there is none."""
    entry = entry_by_id(connection, entry_id)
    if entry is None:
        raise UsageProblem(f"there is no entry number {entry_id}")
    return entry


def _each(
    connection: sqlite3.Connection,
    entry_ids: Sequence[int],
    now: int,
    verb: str,
    facts_of: Callable[[Entry], dict[str, Any]],
) -> int:
    """Change each entry that differs, all of them as one change; return how many did."""
    entries = [must_be(connection, each) for each in dict.fromkeys(entry_ids)]
    about = entries[0].title if len(entries) == 1 else f"{len(entries)} entries"
    count = 0
    with operation(connection, verb, now=now, about=about) as recorder:
        for entry in entries:
            facts = facts_of(entry)
            changed = {name: new for name, new in facts.items() if getattr(entry, name) != new}
            if changed:
                change_entry(connection, recorder, entry.id, **changed)
                count += 1
    return count

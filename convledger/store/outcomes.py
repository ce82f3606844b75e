"""Writes how conversations ended, and further facts by name, as their sources tell them."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from msgspec.structs import astuple

from convledger.clock import iso_text
from convledger.store.outcome_history import Ended, ended, keep_before

if TYPE_CHECKING:
    from convledger.sources.findings import ConversationFacts

_COLUMNS = (
    "handled_by, resolution, verdict, resolved_at, handed_off_at, bot_messages, human_messages, "
    "customer_messages, rating, rating_of, channel"
)
# What a file does not tell leaves what another has told: one has the verdict, one the messages.
_NEWS = "CASE WHEN excluded.{0} IN ('', 'unknown') AND {0}!='' THEN {0} ELSE excluded.{0} END"
_TEXTS = ("handled_by", "resolution", "verdict", "rating", "channel")
_NUMBERS = ("handed_off_at", "bot_messages", "human_messages", "customer_messages", "rating_of")
_SETS = ", ".join(
    [
        *(f"{name}={_NEWS.format(name)}" for name in _TEXTS),
        *(f"{name}=coalesce(excluded.{name}, {name})" for name in _NUMBERS),
    ]
)
# What is not resolved any more has no such instant.
_SETS += (
    ", resolved_at=CASE WHEN excluded.resolution IN ('', 'unknown') "
    "THEN coalesce(excluded.resolved_at, resolved_at) ELSE excluded.resolved_at END"
)
_PUT = (
    f"INSERT INTO outcome (conversation_id, {_COLUMNS}) VALUES (?{', ?' * 11}) "
    f"ON CONFLICT (conversation_id) DO UPDATE SET {_SETS}"
)
# What an older file tells fills only what no newer one has told.
_FILLS = "CASE WHEN {0} IN ('', 'unknown') AND excluded.{0}!='' THEN excluded.{0} ELSE {0} END"
_OLDER = ", ".join(
    [
        *(f"{name}={_FILLS.format(name)}" for name in _TEXTS),
        *(f"{name}=coalesce({name}, excluded.{name})" for name in _NUMBERS),
    ]
)
_OLDER += (
    ", resolved_at=CASE WHEN resolution IN ('', 'unknown') "
    "THEN coalesce(resolved_at, excluded.resolved_at) ELSE resolved_at END"
)
_PUT_OLDER = _PUT.removesuffix(_SETS) + _OLDER
MOST_DETAILS, LONGEST_NAME, LONGEST_DETAIL = 200, 200, 20_000


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """How a conversation ended, as its source tells it; instants are UTC microseconds."""

    handled_by: str
    resolution: str
    verdict: str
    resolved_at: int | None
    handed_off_at: int | None
    bot_messages: int | None
    human_messages: int | None
    customer_messages: int | None
    rating: str
    rating_of: int | None
    channel: str

    def document(self) -> dict[str, Any]:
        """Return it as JSON says it: what is not told is null."""
        told = {name: value if value != "" else None for name, value in asdict(self).items()}
        for name, at in (("resolved_at", self.resolved_at), ("handed_off_at", self.handed_off_at)):
            told[name] = None if at is None else iso_text(at)
        return told


def outcome_told(
    connection: sqlite3.Connection, conversation_id: int
) -> tuple[OutcomeTold | None, dict[str, str]]:
    """Return what is told of how a conversation ended, and its details by name."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM outcome WHERE conversation_id=?", (conversation_id,)
    ).fetchone()
    details = connection.execute(
        "SELECT name, value FROM detail WHERE conversation_id=? ORDER BY name", (conversation_id,)
    )
    return OutcomeTold(*row) if row else None, dict(details.fetchall())


def outcomes_told(
    connection: sqlite3.Connection, ids: str
) -> dict[int, tuple[OutcomeTold | None, dict[str, str]]]:
    """Return the same for many conversations at once; `ids` are a JSON list."""
    among = "WHERE conversation_id IN (SELECT value FROM json_each(?))"
    found: dict[int, tuple[OutcomeTold | None, dict[str, str]]] = {}
    for row in connection.execute(
        f"SELECT conversation_id, {_COLUMNS} FROM outcome {among}", (ids,)
    ):
        found[row[0]] = OutcomeTold(*row[1:]), {}
    details = f"SELECT conversation_id, name, value FROM detail {among} ORDER BY 1, 2"
    for conversation_id, name, value in connection.execute(details, (ids,)):
        found.setdefault(conversation_id, (None, {}))[1][name] = value
    return found


def note_outcome(
    connection: sqlite3.Connection,
    conversation_id: int,
    facts: ConversationFacts,
    *,
    told: int,
    is_older: bool = False,
) -> None:
    """Keep what a source says of how a conversation ended, and its details; the latest counts.

    What it does not say stays as it was told before, but an empty detail takes back what was. An
    older file than has told of it before adds what that did not say. Of details there are 200 at
    most; a longer value than 20,000 characters is cut. Where another outcome is told than before,
    that is kept until the instant when it changed, or where no source says it, was `told`.
    """
    if facts.outcome is not None:
        before = ended(connection, conversation_id)
        put = _PUT_OLDER if is_older else _PUT
        connection.execute(put, (conversation_id, *astuple(facts.outcome)))
        if not is_older:
            keep_before(connection, conversation_id, before, _changed_at(before, facts, told))
    if not facts.details:
        return
    if not is_older:
        connection.executemany(
            "DELETE FROM detail WHERE conversation_id=? AND name=?",
            [(conversation_id, name) for name, value in facts.details.items() if not value],
        )
    way = "IGNORE" if is_older else "REPLACE"
    connection.executemany(
        f"INSERT OR {way} INTO detail (conversation_id, name, value) VALUES (?, ?, ?)",
        [
            (conversation_id, name[:LONGEST_NAME], value[:LONGEST_DETAIL])
            for name, value in list(facts.details.items())[:MOST_DETAILS]
            if value
        ],
    )


def _changed_at(before: Ended, facts: ConversationFacts, told: int) -> int:
    """Return when an outcome became another one: as far as the source says, else when it was told.

    It does where something has happened since it was resolved: a hand-off, a further message.
    """
    if before.resolved_at is None or facts.outcome is None:
        return told
    known = (facts.outcome.handed_off_at, facts.outcome.resolved_at, facts.last_at)
    return min((at for at in known if at is not None and at > before.resolved_at), default=told)

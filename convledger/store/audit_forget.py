"""Destroys what the audit log holds of erased things; the chain over it still verifies."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from convledger.store.audit import FORGOTTEN, chain_drafts
from convledger.store.audited import BY_TABLE
from convledger.store.literals import DIGEST, values_in, with_digests
from convledger.store.probes import SHORTEST, Probes, finder

_PORTION = 500  # contents that are looked through at once
_DIGEST = re.compile(rf"{DIGEST}([0-9a-f]{{64}})")
_AMONG = "IN (SELECT value FROM json_each(?))"


def forget(
    connection: sqlite3.Connection,
    conversations: Iterable[int] = (),
    entries: Iterable[int] = (),
    *,
    probes: Probes | None = None,
    names: Collection[str] = (),
    digests: Collection[str] = (),
    rows: Collection[str] = (),
) -> int:
    """Destroy the words of events about erased things; return how many events that are.

    What is erased are `conversations` and `entries`, the `rows` as the log names them, and whatever
    else holds one of the pieces, one of the `names` or of the labels that conversations had as
    words of their own, or a text of one of the `digests`. What a row still says, the log still says
    too: that row was not to go. The forgetting is an event itself.
    Changes of the open transaction are taken into the chain first; belongs into a transaction.
    """
    if not _is_there(connection):
        return 0
    chain_drafts(connection)
    found: dict[int, tuple[str, str | None]] = {}
    numbered = (("conversation_id", sorted(conversations)), ("entry_id", sorted(entries)))
    for column, wanted in (*numbered, ("about", sorted(rows))):
        if wanted:
            told = connection.execute(
                f"SELECT seq, about, content FROM audit_content WHERE {column} {_AMONG}",
                (json.dumps(wanted),),
            )
            found.update((seq, (about, content)) for seq, about, content in told)
    names = {*names, *_labels_in(about for about, _ in found.values())}
    if digests:
        found.update(_of_texts(connection, digests))
    if names or (probes is not None and (probes.texts or probes.short)):
        found.update(_holding(connection, probes or Probes(), names))
    gone = sorted(
        seq for seq, (about, content) in found.items() if not _stands(connection, about, content)
    )
    if gone:
        connection.execute(f"DELETE FROM audit_content WHERE seq {_AMONG}", (json.dumps(gone),))
        connection.execute(
            "INSERT INTO audit_draft (table_name, change, object, about, content) "
            "VALUES (?1, 'erase', ?1, ?1, ?2)",
            (FORGOTTEN, spans_text(gone)),
        )
    return len(gone)


def _labels_in(some: Iterable[str]) -> Iterator[str]:
    """Yield the values of labels that rows of the log are about, but short ones: common words."""
    for about in some:
        table, _, key = about.partition(" ")
        if table == "label":
            try:
                value = str(values_in(key).get("value") or "")
            except ValueError:  # not as it was written, which `verify` tells
                continue
            if len(value.encode("utf-8", "replace")) >= SHORTEST:
                yield value


def _is_there(connection: sqlite3.Connection) -> bool:
    """Tell whether there is an audit log: a backup may be of an earlier version."""
    query = "SELECT 1 FROM sqlite_schema WHERE type='table' AND name='audit_content'"
    return connection.execute(query).fetchone() is not None


def _of_texts(
    connection: sqlite3.Connection, digests: Collection[str]
) -> dict[int, tuple[str, str | None]]:
    """Return the events that hold the digest of an erased text, such as of an entry undone."""
    wanted = set(digests)
    return {
        seq: (about, content)
        for seq, about, content in connection.execute(
            "SELECT seq, about, content FROM audit_content WHERE instr(content, ?)", (DIGEST,)
        )
        if wanted.intersection(_DIGEST.findall(content))
    }


def _holding(
    connection: sqlite3.Connection, probes: Probes, names: Collection[str]
) -> dict[int, tuple[str, str | None]]:
    """Return the events that hold one of some pieces or names."""
    holds = _holder(probes, names)
    found: dict[int, tuple[str, str | None]] = {}
    cursor = connection.execute(
        "SELECT seq, about, content FROM audit_content WHERE about!=? ORDER BY seq", (FORGOTTEN,)
    )
    while rows := cursor.fetchmany(_PORTION):
        told = [f"{about}\n{content or ''}".replace("''", "'") for _, about, content in rows]
        if holds("\n".join(told)):
            for (seq, about, content), text in zip(rows, told, strict=True):
                if holds(text):
                    found[seq] = (about, content)
    return found


def _holder(probes: Probes, names: Collection[str]) -> Callable[[str], bool]:
    find = finder(probes.texts)
    words = "|".join(re.escape(name.casefold()) for name in names if name.strip())
    named = re.compile(rf"(?<!\w)(?:{words})(?!\w)") if words else None

    def holds(text: str) -> bool:
        encoded = text.encode("utf-8", "replace")
        return (
            bool(find(encoded))
            or any(piece in encoded for piece in probes.short)
            or (named is not None and named.search(text.casefold()) is not None)
        )

    return holds


def _stands(connection: sqlite3.Connection, about: str, content: str | None) -> bool:
    """Tell whether a row still says what an event says of it."""
    table, _, key = about.partition(" ")
    each = BY_TABLE.get(table)
    if each is None or content is None:
        return False
    matches = " AND ".join(f"row.{name} IS ?" for name in each.key)
    try:
        values = values_in(key)
        row = connection.execute(
            f"SELECT {each.content_of('row')} FROM {table} AS row "
            f"WHERE {each.where('row')} AND {matches}",
            [values[name] for name in each.key],
        ).fetchone()
    except (sqlite3.OperationalError, ValueError, KeyError):
        return False  # of an earlier version, or not as it was written
    return row is not None and with_digests(row[0], each.digested) == content


def spans_text(numbers: Sequence[int]) -> str:
    """Return rising numbers as spans: `1-3,7`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in spans)


def spans_in(text: str, below: int) -> set[int]:
    """Return the numbers of spans, those below a number. Raises ValueError where it is no list."""
    found: set[int] = set()
    for span in text.split(","):
        first, _, last = span.partition("-")
        found.update(range(int(first), min(int(last or first) + 1, below)))
    return found

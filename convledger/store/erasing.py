"""Takes conversations out of the ledger, or messages out of them: everything that holds words.

What a conversation cost stays as numbers unless that is to go as well. All of it belongs into one
transaction, in which `prepare` of `erasing_bodies` was called before.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from convledger.store import audit_forget, tombstones
from convledger.store.erasing_bodies import bodies_of_going, forget, take_messages_out
from convledger.store.erasing_people import queries_of_words, take_people_out
from convledger.store.firings import take_firings_out
from convledger.store.patterns import unicode_text
from convledger.store.probes import Probes
from convledger.store.tombstones import bury

NO_TITLE = 9  # the rank of a title that was erased: no log gives another
_LATEST = 64  # messages that a title may still be written for
_SPACE = re.compile(r"\s+")
Name = tuple[str, str]  # reader and the source's own name


def names_of(connection: sqlite3.Connection, ids: Iterable[int]) -> list[tuple[int, Name]]:
    """Return id, reader and own name of conversations."""
    rows = connection.execute(
        "SELECT conversation.id, reader.name, native FROM conversation "
        "JOIN reader ON reader.id=reader_id WHERE conversation.id IN "
        "(SELECT value FROM json_each(?)) ORDER BY 1",
        (numbers(ids),),
    )
    return [(row_id, (reader, native)) for row_id, reader, native in rows]


def going_from(connection: sqlite3.Connection) -> list[int]:
    """Return the conversations that hold messages listed as going."""
    rows = connection.execute(
        "SELECT DISTINCT conversation_id FROM temp.going JOIN message ON message.id=going.id"
    )
    return [row[0] for row in rows]


def conversations_of(connection: sqlite3.Connection, message_ids: Iterable[int]) -> list[int]:
    """Return the conversations that hold messages."""
    rows = connection.execute(
        "SELECT DISTINCT conversation_id FROM message WHERE id IN (SELECT value FROM json_each(?))",
        (numbers(message_ids),),
    )
    return [row[0] for row in rows]


def ids_of(connection: sqlite3.Connection, names: Iterable[Name]) -> list[int]:
    """Return the ids of those of the named conversations that there are."""
    found = []
    for reader, native in names:
        row = connection.execute(
            "SELECT conversation.id FROM conversation JOIN reader ON reader.id=reader_id "
            "WHERE reader.name=? AND native=?",
            (reader, native),
        ).fetchone()
        if row is not None:
            found.append(int(row[0]))
    return found


def labelled(connection: sqlite3.Connection, client: str) -> list[int]:
    """Return the conversations of a client."""
    rows = connection.execute(
        "SELECT conversation_id FROM label WHERE name='client' AND value=? ORDER BY 1",
        (unicode_text(client),),
    )
    return [row[0] for row in rows]


def list_messages(
    connection: sqlite3.Connection, conversation_ids: Sequence[int], message_ids: Sequence[int]
) -> None:
    """List as going the messages of conversations, and some more by id."""
    connection.execute(
        "INSERT OR IGNORE INTO temp.going SELECT id FROM message WHERE conversation_id IN "
        "(SELECT value FROM json_each(?))",
        (numbers(conversation_ids),),
    )
    connection.execute(
        "INSERT OR IGNORE INTO temp.going SELECT id FROM message WHERE id IN "
        "(SELECT value FROM json_each(?))",
        (numbers(message_ids),),
    )


def list_copies(connection: sqlite3.Connection) -> int:
    """List as going the copies that forks and resumes have of what is listed; return how many."""
    found = connection.execute(
        "INSERT OR IGNORE INTO temp.going SELECT message.id FROM message JOIN "
        "(SELECT DISTINCT key FROM message WHERE id IN (SELECT id FROM temp.going)) AS twin "
        "ON message.key=twin.key"
    )
    return found.rowcount


def copies_elsewhere(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return the conversations that have copies of what is listed and keep them, and how many."""
    return connection.execute(
        "SELECT native, count(*) FROM message JOIN conversation ON conversation.id=conversation_id "
        "WHERE key IN (SELECT key FROM message WHERE id IN (SELECT id FROM temp.going)) "
        "AND message.id NOT IN (SELECT id FROM temp.going) GROUP BY native ORDER BY 2 DESC"
    ).fetchall()


def message_names(
    connection: sqlite3.Connection, ids: Iterable[int] | None = None
) -> list[tuple[str, str, int]]:
    """Return reader, conversation and key of messages; of those listed as going unless told."""
    among = "temp.going" if ids is None else "(SELECT value AS id FROM json_each(?))"
    return connection.execute(
        f"SELECT reader.name, native, key FROM {among} AS listed JOIN message "
        "ON message.id=listed.id JOIN conversation ON conversation.id=conversation_id "
        "JOIN reader ON reader.id=reader_id",
        () if ids is None else (numbers(ids),),
    ).fetchall()


def count_copies(connection: sqlite3.Connection, ids: Sequence[int]) -> int:
    """Return how many copies forks and resumes have of messages, without these themselves."""
    (count,) = connection.execute(
        "SELECT count(*) FROM message WHERE key IN (SELECT key FROM message WHERE id IN "
        "(SELECT value FROM json_each(?1))) AND id NOT IN (SELECT value FROM json_each(?1))",
        (numbers(ids),),
    ).fetchone()
    return int(count)


def take_out(
    connection: sqlite3.Connection,
    conversation_ids: Sequence[int],
    probes: Probes,
    at: int,
    *,
    with_figures: bool = False,
    with_project: bool = False,
    with_copies: bool = False,
) -> dict[str, int]:
    """Take conversations out, and the messages that are listed as going; returns counts."""
    named = names_of(connection, conversation_ids)
    ids = numbers(row_id for row_id, _ in named)
    _bury_messages(connection, ids, at, with_copies=with_copies)
    counts = {"conversations": len(named)}
    counts["quotes"] = _forget_quotes(connection, probes)
    _untitle_cut(connection, ids, probes)
    if named:
        _bury_summaries(connection, ids, probes, at)
    counts |= take_messages_out(connection, probes)
    if has(connection, "finding"):
        counts["findings"] = connection.execute(
            "DELETE FROM finding WHERE (object='message' AND object_id IN "
            "(SELECT id FROM temp.going)) OR (object='conversation' AND object_id IN "
            "(SELECT value FROM json_each(?)))",
            (ids,),
        ).rowcount
    reason = tombstones.FIGURES if with_figures else tombstones.PROJECT if with_project else ""
    for _, (reader, native) in named:
        mark = tombstones.conversation_mark(reader, native)
        _bury(connection, tombstones.CONVERSATION, mark, at, reason)
    if named:
        _blank(connection, ids, probes, with_project=with_project or with_figures)
        counts |= take_people_out(connection, ids)
        counts |= _excerpts(connection, ids, probes, at)
        if with_figures:
            counts |= _figures(connection, ids)
        audit_forget.forget(connection, [row_id for row_id, _ in named])
    forget(connection)
    return counts


def _bury_messages(connection: sqlite3.Connection, ids: str, at: int, *, with_copies: bool) -> None:
    """Bury the listed messages, but for those that their conversation's tombstone covers."""
    rows = connection.execute(
        "SELECT reader.name, native, key, conversation_id IN (SELECT value FROM json_each(?)) "
        "FROM temp.going JOIN message ON message.id=going.id "
        "JOIN conversation ON conversation.id=conversation_id JOIN reader ON reader.id=reader_id",
        (ids,),
    ).fetchall()
    for reader, native, key, is_covered in rows:
        if not is_covered:
            partly = tombstones.conversation_mark(reader, native)
            _bury(connection, tombstones.PARTLY, partly, at)
            mark = tombstones.message_mark(reader, native, key)
            _bury(connection, tombstones.MESSAGE, mark, at)
        if with_copies:
            _bury(connection, tombstones.COPY, tombstones.copy_mark(reader, key), at)


def _bury_summaries(connection: sqlite3.Connection, ids: str, probes: Probes, at: int) -> None:
    """Take out the titles that other logs hold for a conversation, and those yet to come."""
    of_these = "conversation_id IN (SELECT value FROM json_each(?))"
    leaves = connection.execute(
        f"SELECT reader.name, key, summary.title FROM message JOIN summary ON leaf_key=key "
        f"JOIN reader ON reader.id=reader_id WHERE {of_these}",
        (ids,),
    ).fetchall()
    for _, _, title in leaves:
        probes.add_text(title)
    connection.execute(
        f"DELETE FROM summary WHERE leaf_key IN (SELECT key FROM message WHERE {of_these})", (ids,)
    )
    for (conversation_id,) in connection.execute("SELECT value FROM json_each(?)", (ids,)):
        leaves += connection.execute(
            "SELECT reader.name, key, '' FROM message JOIN conversation "
            "ON conversation.id=conversation_id JOIN reader ON reader.id=reader_id "
            "WHERE conversation_id=? ORDER BY at DESC LIMIT ?",
            (conversation_id, _LATEST),
        ).fetchall()
    for reader, key, _ in leaves:
        _bury(connection, tombstones.SUMMARY, tombstones.copy_mark(reader, key), at)


def _forget_quotes(connection: sqlite3.Connection, probes: Probes) -> int:
    """Empty what entries quote from the listed messages; what they made of it is their own."""
    if not has(connection, "entry_source"):
        return 0
    chosen = (
        "kind='message' AND (conversation_id, message_key) IN (SELECT conversation_id, key "
        "FROM temp.going JOIN message ON message.id=going.id)"
    )
    rows = connection.execute(f"SELECT id, quote FROM entry_source WHERE {chosen}").fetchall()
    for _, quote in rows:
        probes.add_text(quote)
    connection.executemany(
        "UPDATE entry_source SET quote='', quote_hash='', place='', status='missing' WHERE id=?",
        [(row_id,) for row_id, _ in rows],
    )
    from convledger.store.erasing_undo import blank_quotes

    blank_quotes(connection, {row_id for row_id, _ in rows}, probes)
    return len(rows)


def _untitle_cut(connection: sqlite3.Connection, ids: str, probes: Probes) -> None:
    """Take the title of a conversation away that stands in one of the listed messages."""
    titles = dict(
        connection.execute(
            "SELECT id, title FROM conversation WHERE title!='' AND id NOT IN "
            "(SELECT value FROM json_each(?)) AND id IN (SELECT conversation_id FROM temp.going "
            "JOIN message ON message.id=going.id)",
            (ids,),
        ).fetchall()
    )
    if not titles:
        return
    begun = {key: _flat(title).rstrip("…").strip() for key, title in titles.items()}
    bodies = [_flat(body) for *_, body in bodies_of_going(connection)]
    for key, title in titles.items():
        if any(begun[key] and begun[key] in body for body in bodies):
            probes.add_text(title)
            connection.execute(
                "UPDATE conversation SET title='', title_rank=? WHERE id=?", (NO_TITLE, key)
            )


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip().casefold()


def _blank(connection: sqlite3.Connection, ids: str, probes: Probes, *, with_project: bool) -> None:
    """Empty what describes conversations."""
    among = "IN (SELECT value FROM json_each(?))"
    for query in (
        f"SELECT title, {'project' if with_project else 'NULL'} FROM conversation WHERE id {among}",
        f"SELECT description, kind FROM agent WHERE conversation_id {among}",
        f"SELECT value, NULL FROM label WHERE conversation_id {among}",
        *_told_by_source(connection, among),
    ):
        for first, second in connection.execute(query, (ids,)).fetchall():
            probes.add_text(first)
            probes.add_text(second)
    places = ", project='', branch=''" if with_project else ""
    connection.execute(
        f"UPDATE conversation SET title='', title_rank={NO_TITLE}{places} WHERE id {among}", (ids,)
    )
    connection.execute(
        f"UPDATE agent SET kind='', description='', tool_use='' WHERE conversation_id {among}",
        (ids,),
    )
    if has(connection, "cost_share"):  # what they bore by hand falls to nobody, not to the others
        connection.execute(
            "UPDATE cost_item SET erased_weight=erased_weight + (SELECT coalesce(sum(weight), 0) "
            f"FROM cost_share WHERE item_id=cost_item.id AND conversation_id {among}) "
            "WHERE rule='hand'",
            (ids,),
        )
    # An export's file is named after the title.
    for table in (
        *("label", "conversation_export", "detail", "outcome", "outcome_before", "cost_share"),
    ):
        if has(connection, table):
            connection.execute(f"DELETE FROM {table} WHERE conversation_id {among}", (ids,))


def _told_by_source(connection: sqlite3.Connection, among: str) -> list[str]:
    """Return the queries of what sources and people say of conversations beside their texts."""
    by_people = queries_of_words(connection)
    if not has(connection, "detail"):
        return by_people
    return [
        *by_people,
        f"SELECT value, name FROM detail WHERE conversation_id {among}",
        f"SELECT verdict, channel FROM outcome WHERE conversation_id {among}",
        *(
            [f"SELECT resolution, label FROM outcome_before WHERE conversation_id {among}"]
            if has(connection, "outcome_before")
            else []
        ),
    ]


def _excerpts(connection: sqlite3.Connection, ids: str, probes: Probes, at: int) -> dict[str, int]:
    """Empty the excerpts of the lines that could not be used in the files of conversations.

    That they could not be used is still known. Such a line might be of any conversation in its
    file, so that none of the file's is kept.
    """
    files = connection.execute(
        "SELECT DISTINCT file.id, path, native FROM call JOIN file ON file.id=file_id "
        "JOIN conversation ON conversation.id=conversation_id "
        "WHERE conversation_id IN (SELECT value FROM json_each(?))",
        (ids,),
    ).fetchall()
    natives = connection.execute(
        "SELECT native FROM conversation WHERE id IN (SELECT value FROM json_each(?))", (ids,)
    ).fetchall()
    for (native,) in natives:  # its own file, should it hold no call
        files += connection.execute(
            "SELECT id, path, ? FROM file WHERE instr(path, ?)", (native, native)
        ).fetchall()
    count = 0
    for file_id, path, _ in dict.fromkeys(files):
        _bury(connection, tombstones.FILE, str(path), at)
        rows = connection.execute(
            "SELECT excerpt FROM rejected WHERE file_id=? AND excerpt!=x''", (file_id,)
        ).fetchall()
        for (excerpt,) in rows:
            probes.add_text(excerpt)
        count += len(rows)
        connection.execute("UPDATE rejected SET excerpt=x'' WHERE file_id=?", (file_id,))
    return {"excerpts": count}


def _figures(connection: sqlite3.Connection, ids: str) -> dict[str, int]:
    """Take the calls of conversations out, and all that was summed from them."""
    among = "conversation_id IN (SELECT value FROM json_each(?))"
    connection.execute(
        f"DELETE FROM rating_change WHERE call_id IN (SELECT id FROM call WHERE {among})", (ids,)
    )
    calls = connection.execute(f"DELETE FROM call WHERE {among}", (ids,)).rowcount
    for table in ("usage", "conversation_sum", "reported", "agent"):
        if has(connection, table):
            connection.execute(f"DELETE FROM {table} WHERE {among}", (ids,))
    if has(connection, "entry_source"):
        connection.execute(
            "UPDATE entry_source SET conversation_id=NULL, message_key=NULL, quote='', "
            f"quote_hash='', place='', status='missing' WHERE {among}",
            (ids,),
        )
        from convledger.store.erasing_undo import forget_conversations

        forget_conversations(connection, set(msgspec.json.decode(ids, type=list[int])))
    if has(connection, "closed_share"):
        from convledger.store import closings

        closings.forget_conversations(connection, ids)
    if has(connection, "firing"):
        take_firings_out(connection, ids)
    connection.execute(
        "DELETE FROM conversation WHERE id IN (SELECT value FROM json_each(?))", (ids,)
    )
    return {"calls": calls}


def _bury(connection: sqlite3.Connection, kind: str, mark: str, at: int, reason: str = "") -> None:
    if has(connection, "tombstone"):  # not so in a backup of an earlier version
        bury(connection, kind, mark, at, reason)


def has(connection: sqlite3.Connection, table: str) -> bool:
    """Tell whether there is a table: a backup may be of an earlier version."""
    found = connection.execute(
        "SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?", (table,)
    ).fetchone()
    return found is not None


def numbers(ids: Iterable[int]) -> str:
    """Return ids as a list that SQLite takes as one value."""
    return msgspec.json.encode(list(ids)).decode()

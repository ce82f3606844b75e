"""Takes secrets out of entries and messages, and out of all that is kept beside them.

What was taken out can't be put back. Its bytes are gone from the file only after a purge, since
the full-text index and the write-ahead log still hold them: `needs_purge` says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import msgspec

from convledger.errors import UsageProblem
from convledger.memory.findings import (
    DISMISSED,
    ENTRY,
    FIXED,
    MESSAGE,
    findings_of,
    scan_entries,
)
from convledger.memory.keeping import YOU, must_be
from convledger.memory.words import LONGEST_TITLE, text_hash
from convledger.store.connection import transaction
from convledger.store.entries import write_entry
from convledger.store.operations import Recorder, operation
from convledger.store.redacted_titles import redact_title
from convledger.store.redacting import copies_of, replace_body
from convledger.store.tombstones import bury
from convledger.text.secrets import Name, Redaction, redact, redaction, without_ends


class Redacted(NamedTuple):
    """What a redaction did: findings taken out, texts rewritten, whether a purge must follow."""

    findings: int
    texts: int
    needs_purge: bool


def redact_entry(connection: sqlite3.Connection, entry_id: int, now: int) -> Redacted:
    """Take the secrets and personal data out of an entry, but for what a person dismissed.

    Its next version has marks in their place. All older versions, the quotes of its sources, its
    item of a memory file and what undo keeps of them are rewritten alike. The former texts are
    remembered by keyed hashes, so that no import brings them back.
    """
    entry = must_be(connection, entry_id)
    cleaner = _Cleaner(connection, entry_id)
    title, body = cleaner.titled(entry.title, entry.body)
    tags = cleaner.tags(entry.tags)
    with operation(connection, "redact", now=now, about=title, actor=YOU) as recorder:
        if (title, body, tags) != (entry.title, entry.body, entry.tags):
            write_entry(
                connection, recorder, entry_id, editor=YOU, reason="redacted", now=now,
                title=title, body=body, tags=tags, hash=text_hash(body), tokens=None,
                tokens_method="",
            )  # fmt: skip
        cleaner.rewrite_rows()
        count = _fix(connection, recorder, ENTRY, entry_id)
        cleaner.rewrite_images()
        for digest in cleaner.former:
            bury(connection, ENTRY, digest, now, "redacted")
    scan_entries(connection, [entry_id], now)
    return Redacted(count, cleaner.count, bool(cleaner.count))


class _Cleaner:
    """Rewrites every text that the ledger keeps of one entry."""

    def __init__(self, connection: sqlite3.Connection, entry_id: int) -> None:
        self._connection = connection
        self._id = entry_id
        self._keep = _dismissed(connection, ENTRY, entry_id)
        self._titles: dict[str, str] = {}
        self.former: set[str] = set()  # hashes of the bodies that held a secret
        self.count = 0

    def clean(self, text: str) -> str:
        """Return a text without what was found in it."""
        new = redact(text, self._keep)
        self.count += new != text
        return new

    def titled(self, title: str, body: str) -> tuple[str, str]:
        """Return a title and body; a title cut short in the middle of a secret loses that too."""
        new = self.clean(body)
        if new != body:
            self.former.add(text_hash(body))
        named = self.clean(without_ends(title, body))
        if named != title and len(named) > LONGEST_TITLE:
            named = f"{named[: LONGEST_TITLE - 1]}…"
        self._titles[title] = named
        return named, new

    def tags(self, tags: Sequence[str]) -> tuple[str, ...]:
        """Return the tags that hold nothing."""
        return tuple(tag for tag in tags if self.clean(tag) == tag)

    def rewrite_rows(self) -> None:
        """Rewrite the older versions, the sources' quotes, the file's item and the pairs."""
        for table, condition in (
            ("entry_version", "entry_id=?"),
            ("entry_source", "entry_id=?"),
            ("memory_item", "entry_id=?"),
            ("entry_pair", "? IN (first_id, second_id)"),
        ):
            cursor = self._connection.execute(
                f"SELECT rowid AS row, * FROM {table} WHERE {condition}", (self._id,)
            )
            names = [column[0] for column in cursor.description]
            for values in cursor.fetchall():
                row = dict(zip(names, values, strict=True))
                facts = self._facts(table, row)
                if facts:
                    sets = ", ".join(f"{name}=?" for name in facts)
                    self._connection.execute(
                        f"UPDATE {table} SET {sets} WHERE rowid=?", [*facts.values(), row["row"]]
                    )

    def _facts(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        """Return the columns of a row that must change, with what they are then."""
        facts: dict[str, Any] = {}
        if table in ("entry", "entry_version"):
            title, body = self.titled(row["title"], row["body"])
            facts = {"title": title, "body": body}
            if body != row["body"]:
                facts["hash"] = text_hash(body)
            if table == "entry":
                facts["tags"] = " ".join(self.tags(row["tags"].split()))
        elif table == "entry_source":
            facts["quote"] = self.clean(row["quote"])
            if facts["quote"] != row["quote"] and row["quote_hash"]:
                facts["quote_hash"] = text_hash(facts["quote"])
        elif table == "memory_item":
            facts["text"] = self.clean(row["text"])
        else:
            facts["reason"] = self.clean(row["reason"])
        return {name: new for name, new in facts.items() if new != row[name]}

    def rewrite_images(self) -> None:
        """Rewrite what undo would put back, and the words that changes are listed by."""
        for operation_id, number, table, packed in self._connection.execute(
            "SELECT operation_id, number, table_name, before FROM operation_row WHERE before "
            "IS NOT NULL AND table_name IN ('entry', 'entry_version', 'entry_source', "
            "'memory_item')"
        ).fetchall():
            row = msgspec.msgpack.decode(packed)
            if row["id" if table == "entry" else "entry_id"] == self._id:
                facts = self._facts(table, row)
                if facts:
                    _rewrite_image(self._connection, operation_id, number, {**row, **facts})
        for operation_id, about in self._connection.execute(
            "SELECT DISTINCT id, about FROM operation JOIN operation_row ON operation_id=id "
            "WHERE table_name='entry' AND key=?",
            (msgspec.json.encode((self._id,)).decode(),),
        ).fetchall():
            new = self._titles.get(about) or self.clean(about)
            if new != about:
                self._connection.execute(
                    "UPDATE operation SET about=? WHERE id=?", (new, operation_id)
                )


def redact_message(connection: sqlite3.Connection, message_id: int, now: int) -> Redacted:
    """Take the secrets and personal data out of a message, but for what a person dismissed.

    Its copies in resumed conversations, titles made of it and quotes of it in memory follow. The
    log that it came from is left alone; reading that again, or a copy of it, brings nothing back.
    """
    count = texts = 0
    with transaction(connection):
        copies = copies_of(connection, message_id)
        if not copies:
            raise UsageProblem(f"there is no message number {message_id}")
        for copy in copies:
            done = redaction(copy.text, _dismissed(connection, MESSAGE, copy.id))
            if done.passes:
                replace_body(connection, copy, done.text, now)
                redact_title(connection, copy.conversation_id, copy.text)
                _rewrite_quotes(connection, copy.conversation_id, copy.key, copy.text, done)
                texts += 1
            count += _fix(connection, None, MESSAGE, copy.id)
    return Redacted(count, texts, bool(texts))


def _dismissed(connection: sqlite3.Connection, what: str, object_id: int) -> Collection[Name]:
    return {
        (each.rule, each.length, each.redacted)
        for each in findings_of(connection, what, object_id)
        if each.status == DISMISSED
    }


def _fix(
    connection: sqlite3.Connection, recorder: Recorder | None, what: str, object_id: int
) -> int:
    """Mark what was taken out as fixed; return how much that is."""
    count = 0
    for each in findings_of(connection, what, object_id):
        if each.status not in (DISMISSED, FIXED) and each.kind != "bait":
            if recorder is not None:
                recorder.touch("finding", each.id)
            connection.execute("UPDATE finding SET status=? WHERE id=?", (FIXED, each.id))
            count += 1
    return count


def _rewrite_quotes(
    connection: sqlite3.Connection, conversation_id: int, key: int, old: str, done: Redaction
) -> None:
    """Let the evidence of entries point at the same words of the new body."""
    cursor = connection.execute(
        "SELECT * FROM entry_source WHERE conversation_id=? AND message_key=?",
        (conversation_id, key),
    )
    names = [column[0] for column in cursor.description]
    for values in cursor.fetchall():
        row = _quoted(dict(zip(names, values, strict=True)), old, done)
        connection.execute(
            "UPDATE entry_source SET start=?, length=?, quote=?, quote_hash=? WHERE id=?",
            (row["start"], row["length"], row["quote"], row["quote_hash"], row["id"]),
        )
    for operation_id, number, packed in connection.execute(
        "SELECT operation_id, number, before FROM operation_row WHERE before IS NOT NULL "
        "AND table_name='entry_source'"
    ).fetchall():
        row = msgspec.msgpack.decode(packed)
        if (row["conversation_id"], row["message_key"]) == (conversation_id, key):
            _rewrite_image(connection, operation_id, number, _quoted(row, old, done))


def _quoted(row: dict[str, Any], old: str, done: Redaction) -> dict[str, Any]:
    """Return a source with its span and quote as they are in the new body."""
    start, end = row["start"], row["start"] + row["length"]
    since, until = done.place(start), done.place(end)
    if row["quote"] == old[start:end] or any(
        place < end and start < place + length for place, length, _ in done.passes[0]
    ):
        quote = done.text[since:until] if row["quote"] == old[start:end] else redact(row["quote"])
    else:
        quote = row["quote"]
    changed = quote != row["quote"] and row["quote_hash"]
    digest = text_hash(quote) if changed else row["quote_hash"]
    return {
        **row, "start": since, "length": until - since, "quote": quote, "quote_hash": digest,
    }  # fmt: skip


def _rewrite_image(
    connection: sqlite3.Connection, operation_id: int, number: int, row: dict[str, Any]
) -> None:
    connection.execute(
        "UPDATE operation_row SET before=? WHERE operation_id=? AND number=?",
        (msgspec.msgpack.encode(row), operation_id, number),
    )

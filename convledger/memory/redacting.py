"""Takes secrets out of entries and messages, and out of all that is kept beside them.

What was taken out can't be put back: earlier changes can still be undone, but what they bring back
has marks in its place. All of this belongs into a transaction; `erase_findings` has the bytes gone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import msgspec

from convledger.errors import UsageProblem
from convledger.memory.evidence import MESSAGE as EVIDENCE
from convledger.memory.finding_rows import (
    DISMISSED,
    ENTRY,
    FIXED,
    MESSAGE,
    findings_of,
    standing,
)
from convledger.memory.findings import note_findings
from convledger.memory.keeping import must_be
from convledger.memory.words import LONGEST_TITLE, text_hash
from convledger.store import audit_forget
from convledger.store.entry_index import index_entry, unindex_entry
from convledger.store.erasing_bodies import prepare, rewrite_pages
from convledger.store.probes import Probes
from convledger.store.redacted_titles import redact_title
from convledger.store.redacting import copies_of, replace_body
from convledger.store.tombstones import bury
from convledger.text.secrets import Redaction, Value, redaction, without_ends


class Redacted(NamedTuple):
    """What a redaction did: findings taken out, texts rewritten."""

    findings: int
    texts: int


class Choice(NamedTuple):
    """What is taken out: all but `keep`, and where `only` is given no more than that."""

    keep: frozenset[Value] = frozenset()
    only: frozenset[Value] | None = None

    def takes(self, value: Value | None) -> bool:
        """Tell whether something is taken out."""
        return value not in self.keep and (self.only is None or value in self.only)


def redact_entry(
    connection: sqlite3.Connection,
    entry_id: int,
    now: int,
    probes: Probes | None = None,
    only: Collection[Value] | None = None,
    keep: Collection[Value] = (),
) -> Redacted:
    """Take secrets and personal data out of an entry, but for what a person dismissed.

    The entry, its older versions, the quotes of its sources, its item of a memory file and what
    undo keeps of them are rewritten where they are. The former texts are remembered by keyed
    hashes, so that no import brings them back.
    """
    must_be(connection, entry_id)
    known, choice = _choice(connection, ENTRY, entry_id, only, keep)
    cleaner = _Cleaner(connection, entry_id, choice, probes or Probes())
    unindex_entry(connection, entry_id)
    cleaner.rewrite_rows()
    index_entry(connection, entry_id)
    cleaner.rewrite_images()
    if not cleaner.count:
        return Redacted(0, 0)
    for digest in cleaner.former:
        bury(connection, ENTRY, digest, now, "redacted")
    fixed = _fix(connection, ENTRY, entry_id, known, choice)
    note_findings(connection, ENTRY, [entry_id], now)
    audit_forget.forget(connection, entries=[entry_id])
    return Redacted(fixed, cleaner.count)


class _Cleaner:
    """Rewrites every text that the ledger keeps of one entry."""

    def __init__(
        self, connection: sqlite3.Connection, entry_id: int, choice: Choice, probes: Probes
    ) -> None:
        self._connection = connection
        self._id = entry_id
        self._choice = choice
        self._probes = probes
        self._titles: dict[str, str] = {}
        self.former: set[str] = set()  # hashes of the bodies that held a secret
        self.count = 0

    def clean(self, text: str) -> str:
        """Return a text without what was found in it."""
        done = _redaction(text, self._choice, self._probes)
        self.count += done.text != text
        return done.text

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
        """Rewrite the entry, its versions, the sources' quotes, the file's item and the pairs."""
        for table, condition in (
            ("entry", "id=?"),
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
            if table == "entry_version":
                facts["reason"] = self.clean(row["reason"])
            if table == "entry":
                facts["tags"] = " ".join(self.tags(row["tags"].split()))
                if (title, body) != (row["title"], row["body"]):
                    facts |= {"tokens": None, "tokens_method": ""}
        elif table == "entry_source":
            facts["quote"] = self.clean(row["quote"])
            if row["kind"] == EVIDENCE:  # names a conversation by its title, and no file
                facts["place"] = self.clean(row["place"])
            if facts["quote"] != row["quote"] and row["quote_hash"]:
                facts["quote_hash"] = text_hash(facts["quote"])
        elif table == "memory_item":
            facts["text"] = self.clean(row["text"])
        else:
            facts["reason"] = self.clean(row["reason"])
        return {name: new for name, new in facts.items() if new != row[name]}

    def rewrite_images(self) -> None:
        """Rewrite what undo would put back, and the words that changes are listed by."""
        items = self._connection.execute("SELECT id FROM memory_item WHERE entry_id=?", (self._id,))
        own = {item_id for (item_id,) in items}  # they were news before there was an entry
        for operation_id, number, table, packed in self._connection.execute(
            "SELECT operation_id, number, table_name, before FROM operation_row WHERE before "
            "IS NOT NULL AND table_name IN ('entry', 'entry_version', 'entry_source', "
            "'memory_item')"
        ).fetchall():
            row = msgspec.msgpack.decode(packed)
            is_news = table == "memory_item" and row["entry_id"] is None and row["id"] in own
            if is_news or row["id" if table == "entry" else "entry_id"] == self._id:
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


def redact_message(
    connection: sqlite3.Connection,
    message_id: int,
    now: int,
    probes: Probes | None = None,
    only: Collection[Value] | None = None,
    keep: Collection[Value] = (),
) -> Redacted:
    """Take secrets and personal data out of a message, but for what a person dismissed.

    Its copies in resumed conversations, titles made of it and quotes of it in memory follow. The
    log that it came from is left alone; reading that again, or a copy of it, brings nothing back.
    """
    count = texts = 0
    pieces = probes or Probes()
    copies = copies_of(connection, message_id)
    if not copies:
        raise UsageProblem(f"there is no message number {message_id}")
    prepare(connection)
    for copy in copies:
        known, choice = _choice(connection, MESSAGE, copy.id, only, keep)
        done = _redaction(copy.text, choice, pieces)
        if not done.passes:
            continue

        def clean(text: str, choice: Choice = choice) -> str:
            return _redaction(text, choice, pieces).text

        replace_body(connection, copy, done.text, now)
        redact_title(connection, copy.conversation_id, copy.text, clean)
        _rewrite_quotes(connection, copy.conversation_id, copy.key, copy.text, done, clean)
        texts += 1
        count += _fix(connection, MESSAGE, copy.id, known, choice)
    rewrite_pages(connection, pieces, {"pages_rewritten": 0, "pages_removed": 0})
    prepare(connection)
    if texts:
        note_findings(connection, MESSAGE, [copy.id for copy in copies], now)
    return Redacted(count, texts)


def _redaction(text: str, choice: Choice, probes: Probes) -> Redaction:
    done = redaction(text, choice.keep, choice.only)
    for span in done.spans:
        probes.add_span(*span)
    return done


def _choice(
    connection: sqlite3.Connection,
    what: str,
    object_id: int,
    only: Collection[Value] | None,
    keep: Collection[Value],
) -> tuple[dict[int, Value], Choice]:
    """Return what the findings of an object are in full, and what of it is to be taken out."""
    known = standing(connection, what, object_id)
    found = [each for each in findings_of(connection, what, object_id) if each.id in known]
    # What is dismissed in one place and open in another goes from both.
    stays = {known[each.id] for each in found if each.status == DISMISSED}
    stays -= {known[each.id] for each in found if each.status != DISMISSED}
    return known, Choice(frozenset((*stays, *keep)), None if only is None else frozenset(only))


def _fix(
    connection: sqlite3.Connection,
    what: str,
    object_id: int,
    known: dict[int, Value],
    choice: Choice,
) -> int:
    """Mark what was taken out as fixed; return how much that is."""
    count = 0
    for each in findings_of(connection, what, object_id):
        is_open = each.status not in (DISMISSED, FIXED) and each.kind != "bait"
        if is_open and choice.takes(known.get(each.id)):
            connection.execute("UPDATE finding SET status=? WHERE id=?", (FIXED, each.id))
            count += 1
    return count


def _rewrite_quotes(
    connection: sqlite3.Connection,
    conversation_id: int,
    key: int,
    old: str,
    done: Redaction,
    clean: Callable[[str], str],
) -> None:
    """Let the evidence of entries point at the same words of the new body."""
    cursor = connection.execute(
        "SELECT * FROM entry_source WHERE conversation_id=? AND message_key=?",
        (conversation_id, key),
    )
    names = [column[0] for column in cursor.description]
    for values in cursor.fetchall():
        row = _quoted(dict(zip(names, values, strict=True)), old, done, clean)
        connection.execute(
            "UPDATE entry_source SET start=?, length=?, quote=?, quote_hash=?, place=? WHERE id=?",
            (row["start"], row["length"], row["quote"], row["quote_hash"], row["place"], row["id"]),
        )
    for operation_id, number, packed in connection.execute(
        "SELECT operation_id, number, before FROM operation_row WHERE before IS NOT NULL "
        "AND table_name='entry_source'"
    ).fetchall():
        row = msgspec.msgpack.decode(packed)
        if (row["conversation_id"], row["message_key"]) == (conversation_id, key):
            _rewrite_image(connection, operation_id, number, _quoted(row, old, done, clean))


def _quoted(
    row: dict[str, Any], old: str, done: Redaction, clean: Callable[[str], str]
) -> dict[str, Any]:
    """Return a source with its span and quote as they are in the new body."""
    start, end = row["start"], row["start"] + row["length"]
    since, until = done.place(start), done.place(end)
    if row["quote"] == old[start:end] or any(
        place < end and start < place + length for place, length, _ in done.passes[0]
    ):
        quote = done.text[since:until] if row["quote"] == old[start:end] else clean(row["quote"])
    else:
        quote = row["quote"]
    changed = quote != row["quote"] and row["quote_hash"]
    digest = text_hash(quote) if changed else row["quote_hash"]
    return {
        **row, "start": since, "length": until - since, "quote": quote, "quote_hash": digest,
        "place": clean(row["place"]),
    }  # fmt: skip


def _rewrite_image(
    connection: sqlite3.Connection, operation_id: int, number: int, row: dict[str, Any]
) -> None:
    connection.execute(
        "UPDATE operation_row SET before=? WHERE operation_id=? AND number=?",
        (msgspec.msgpack.encode(row), operation_id, number),
    )

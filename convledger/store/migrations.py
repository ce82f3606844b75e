"""Numbered steps from an empty file to today's tables: append-only, never rewritten."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from convledger.clock import now_us
from convledger.errors import WorkspaceError
from convledger.store.audit_schema import AUDIT
from convledger.store.closing_schema import CLOSING
from convledger.store.connection import APPLICATION_ID, is_looked_at, unreadable
from convledger.store.economics_schema import ECONOMICS
from convledger.store.journal import use_wal
from convledger.store.memory_schema import MEMORY
from convledger.store.review_schema import REVIEWS
from convledger.store.trigger_schema import TRIGGERS

_FIRST = """
CREATE TABLE setting (
  name TEXT PRIMARY KEY, value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE reader (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE source (
  id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES reader(id),
  root TEXT NOT NULL, added_at INTEGER NOT NULL, scanned_at INTEGER,
  state TEXT NOT NULL DEFAULT 'live', reason TEXT NOT NULL DEFAULT '',
  UNIQUE (reader_id, root)
) STRICT;
CREATE TABLE file (
  id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES source(id),
  path ANY NOT NULL, device INTEGER NOT NULL DEFAULT 0, inode INTEGER NOT NULL DEFAULT 0,
  size INTEGER NOT NULL DEFAULT 0, mtime_ns INTEGER NOT NULL DEFAULT 0,
  first_at INTEGER, first_until INTEGER,
  background INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'live', reason TEXT NOT NULL DEFAULT '',
  figures_offset INTEGER NOT NULL DEFAULT 0, figures_line INTEGER NOT NULL DEFAULT 0,
  texts_offset INTEGER NOT NULL DEFAULT 0, texts_line INTEGER NOT NULL DEFAULT 0,
  head_length INTEGER NOT NULL DEFAULT 0, head_hash BLOB, tail_hash BLOB,
  figures_state BLOB NOT NULL DEFAULT x'', texts_state BLOB NOT NULL DEFAULT x'',
  replayed_until INTEGER NOT NULL DEFAULT 0, texts_size INTEGER NOT NULL DEFAULT 0,
  read_at INTEGER,
  UNIQUE (source_id, path)
) STRICT;
CREATE INDEX file_by_path ON file (path);
CREATE TABLE model (
  id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES reader(id),
  logged_provider TEXT NOT NULL, name TEXT NOT NULL, speed TEXT NOT NULL DEFAULT '',
  provider TEXT NOT NULL, UNIQUE (reader_id, logged_provider, name, speed)
) STRICT;
CREATE TABLE conversation (
  id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES reader(id),
  native TEXT NOT NULL, source_id INTEGER REFERENCES source(id),
  parent_native TEXT NOT NULL DEFAULT '', relation TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '', title_rank INTEGER NOT NULL DEFAULT 0,
  project TEXT NOT NULL DEFAULT '', branch TEXT NOT NULL DEFAULT '',
  version TEXT NOT NULL DEFAULT '', first_at INTEGER, last_at INTEGER,
  UNIQUE (reader_id, native)
) STRICT;
CREATE INDEX conversation_by_last ON conversation (last_at);
CREATE TABLE agent (
  id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  native TEXT NOT NULL, kind TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '',
  tool_use TEXT NOT NULL DEFAULT '', UNIQUE (conversation_id, native)
) STRICT;
CREATE TABLE call (
  id INTEGER PRIMARY KEY, reader_id INTEGER NOT NULL REFERENCES reader(id),
  key TEXT NOT NULL, variant TEXT NOT NULL DEFAULT '',
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  agent_id INTEGER REFERENCES agent(id),
  file_id INTEGER NOT NULL REFERENCES file(id), line INTEGER NOT NULL,
  at INTEGER NOT NULL, model_id INTEGER NOT NULL REFERENCES model(id),
  context TEXT NOT NULL DEFAULT '', sidechain INTEGER NOT NULL DEFAULT 0,
  approximate INTEGER NOT NULL DEFAULT 0,
  input INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL, web_searches INTEGER NOT NULL,
  list_pico INTEGER, price_state INTEGER NOT NULL, reported_pico INTEGER,
  UNIQUE (reader_id, key, variant)
) STRICT;
CREATE INDEX call_by_conversation ON call (conversation_id);
CREATE INDEX call_by_instant ON call (at);
CREATE TABLE reported (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  model_id INTEGER NOT NULL REFERENCES model(id),
  file_id INTEGER NOT NULL REFERENCES file(id), line INTEGER NOT NULL, at INTEGER NOT NULL,
  cumulative_pico INTEGER NOT NULL, inherited INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation_id, model_id, file_id, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE usage (
  quarter INTEGER NOT NULL, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  model_id INTEGER NOT NULL REFERENCES model(id),
  calls INTEGER NOT NULL, unpriced_calls INTEGER NOT NULL, estimated_calls INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL, web_searches INTEGER NOT NULL,
  list_pico INTEGER NOT NULL, reported_calls INTEGER NOT NULL, reported_pico INTEGER NOT NULL,
  PRIMARY KEY (quarter, conversation_id, model_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE page (
  id INTEGER PRIMARY KEY, body BLOB NOT NULL
) STRICT;
CREATE TABLE message (
  id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  key INTEGER NOT NULL, parent_key INTEGER,
  file_id INTEGER NOT NULL REFERENCES file(id), line INTEGER NOT NULL,
  at INTEGER NOT NULL, kind INTEGER NOT NULL, flags INTEGER NOT NULL DEFAULT 0,
  agent_id INTEGER REFERENCES agent(id), name TEXT,
  page_id INTEGER REFERENCES page(id), start INTEGER NOT NULL, length INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX message_by_key ON message (key, conversation_id);
CREATE INDEX message_by_conversation ON message (conversation_id);
CREATE VIRTUAL TABLE said USING fts5(
  text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 2"
);
CREATE TABLE summary (
  reader_id INTEGER NOT NULL REFERENCES reader(id), leaf_key INTEGER NOT NULL,
  title TEXT NOT NULL, PRIMARY KEY (reader_id, leaf_key, title)
) STRICT, WITHOUT ROWID;
CREATE TABLE rejected (
  file_id INTEGER NOT NULL REFERENCES file(id), line INTEGER NOT NULL,
  offset INTEGER NOT NULL, reason TEXT NOT NULL, excerpt BLOB NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (file_id, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE label (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (conversation_id, name, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX label_by_value ON label (name, value);
CREATE TABLE price_book (
  digest TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL,
  added_at INTEGER NOT NULL, content BLOB NOT NULL, overrides TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE rating_run (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, book_digest TEXT NOT NULL,
  engine_version TEXT NOT NULL, reason TEXT NOT NULL, changed_calls INTEGER NOT NULL DEFAULT 0,
  before_pico TEXT NOT NULL DEFAULT '0', after_pico TEXT NOT NULL DEFAULT '0'
) STRICT;
CREATE TABLE rating_change (
  run_id INTEGER NOT NULL REFERENCES rating_run(id), call_id INTEGER NOT NULL REFERENCES call(id),
  before_pico INTEGER, after_pico INTEGER, PRIMARY KEY (run_id, call_id)
) STRICT, WITHOUT ROWID
"""


def _execute_all(connection: sqlite3.Connection, script: str) -> None:
    """Run each statement by itself; `executescript` would commit the transaction around it."""
    for statement in script.split(";\n"):
        if statement.strip():
            connection.execute(statement)


def _m001_first_tables(connection: sqlite3.Connection) -> None:
    _execute_all(connection, _FIRST)
    # One segment a batch: the index is flushed when its transaction ends, not every megabyte.
    connection.execute("INSERT INTO said (said, rank) VALUES ('hashsize', 67108864)")
    connection.execute("INSERT INTO said (said, rank) VALUES ('pgsz', 16000)")
    connection.execute("INSERT INTO said (said, rank) VALUES ('automerge', 8)")
    connection.execute("INSERT INTO said (said, rank) VALUES ('crisismerge', 1999)")


_SUMS = """
CREATE TABLE conversation_sum (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  model_id INTEGER NOT NULL REFERENCES model(id),
  calls INTEGER NOT NULL, unpriced_calls INTEGER NOT NULL, estimated_calls INTEGER NOT NULL,
  tokens INTEGER NOT NULL, list_high INTEGER NOT NULL, list_low INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, model_id)
) STRICT, WITHOUT ROWID;
INSERT INTO conversation_sum SELECT conversation_id, model_id, count(*), sum(list_pico IS NULL),
  sum(price_state=3), sum(input + output + cache_read + cache_write_5m + cache_write_1h),
  coalesce(sum(list_pico >> 30), 0), coalesce(sum(list_pico & 1073741823), 0)
  FROM call GROUP BY 1, 2 ORDER BY 1, 2
"""


def _m002_sums_by_conversation(connection: sqlite3.Connection) -> None:
    _execute_all(connection, _SUMS)


_PLANS = """
CREATE TABLE plan_text (
  digest TEXT PRIMARY KEY, plan TEXT NOT NULL, version TEXT NOT NULL, file TEXT NOT NULL,
  added_at INTEGER NOT NULL, content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE subscription (
  id INTEGER PRIMARY KEY, plan TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER,
  anchor INTEGER NOT NULL, scope TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL
) STRICT;
CREATE TABLE seats (
  subscription_id INTEGER NOT NULL REFERENCES subscription(id), at INTEGER NOT NULL,
  seats INTEGER NOT NULL, PRIMARY KEY (subscription_id, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE credit_fact (
  id INTEGER PRIMARY KEY, subscription_id INTEGER NOT NULL REFERENCES subscription(id),
  at INTEGER NOT NULL, kind TEXT NOT NULL, amount TEXT NOT NULL, price TEXT NOT NULL DEFAULT '0',
  pool TEXT NOT NULL DEFAULT '', target TEXT NOT NULL DEFAULT '', priority INTEGER,
  expires_at INTEGER, note TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL,
  corrects INTEGER REFERENCES credit_fact(id)
) STRICT;
CREATE TABLE statement (
  subscription_id INTEGER NOT NULL REFERENCES subscription(id), since INTEGER NOT NULL,
  until INTEGER NOT NULL, name TEXT NOT NULL, closed_at INTEGER NOT NULL, digest TEXT NOT NULL,
  content BLOB NOT NULL, PRIMARY KEY (subscription_id, since)
) STRICT, WITHOUT ROWID;
CREATE TABLE alert (
  subscription_id INTEGER NOT NULL REFERENCES subscription(id), scope TEXT NOT NULL,
  period TEXT NOT NULL, epoch INTEGER NOT NULL, threshold INTEGER NOT NULL,
  at INTEGER NOT NULL, used TEXT NOT NULL, budget TEXT NOT NULL, quiet INTEGER NOT NULL,
  muted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (subscription_id, scope, period, epoch, threshold)
) STRICT, WITHOUT ROWID;
CREATE TABLE plan_figures (
  subscription_id INTEGER PRIMARY KEY REFERENCES subscription(id), at INTEGER NOT NULL,
  stamp TEXT NOT NULL, content TEXT NOT NULL
) STRICT
"""


_EXPORTS = """
CREATE TABLE conversation_export (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id), target TEXT NOT NULL,
  PRIMARY KEY (conversation_id, target)
) STRICT, WITHOUT ROWID
"""


# Outcomes and details are what a source says; what a person says of a conversation is a label.
# Bits of `approximate`: 1 a copy that may be counted, 2 rounded, 4 no tokens in the source, 8 those
# counted from the texts.
_OUTCOMES = """
CREATE TABLE outcome (
  conversation_id INTEGER PRIMARY KEY REFERENCES conversation(id),
  handled_by TEXT NOT NULL, resolution TEXT NOT NULL, verdict TEXT NOT NULL,
  resolved_at INTEGER, handed_off_at INTEGER, bot_messages INTEGER, human_messages INTEGER,
  customer_messages INTEGER, rating TEXT NOT NULL, rating_of INTEGER, channel TEXT NOT NULL
) STRICT;
CREATE TABLE detail (
  conversation_id INTEGER NOT NULL REFERENCES conversation(id), name TEXT NOT NULL,
  value TEXT NOT NULL, PRIMARY KEY (conversation_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_uncounted ON call (conversation_id) WHERE approximate & 12 = 4;
CREATE INDEX call_counted ON call (conversation_id) WHERE approximate & 10 != 0
"""


def _m003_plans(connection: sqlite3.Connection) -> None:
    _execute_all(connection, _PLANS)


def _m004_memory(connection: sqlite3.Connection) -> None:
    _execute_all(connection, MEMORY)


def _m005_exports(connection: sqlite3.Connection) -> None:
    _execute_all(connection, _EXPORTS)


def _m006_outcomes(connection: sqlite3.Connection) -> None:
    _execute_all(connection, _OUTCOMES)


def _m007_ages_of_what_is_told(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE conversation ADD COLUMN told_ns INTEGER NOT NULL DEFAULT 0")


def _m008_economics(connection: sqlite3.Connection) -> None:
    _execute_all(connection, ECONOMICS)


def _m009_closings(connection: sqlite3.Connection) -> None:
    _execute_all(connection, CLOSING)


def _m010_audit(connection: sqlite3.Connection) -> None:
    _execute_all(connection, AUDIT)


def _m011_reviews(connection: sqlite3.Connection) -> None:
    _execute_all(connection, REVIEWS)


def _m012_triggers(connection: sqlite3.Connection) -> None:
    _execute_all(connection, TRIGGERS)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _m001_first_tables,
    _m002_sums_by_conversation,
    _m003_plans,
    _m004_memory,
    _m005_exports,
    _m006_outcomes,
    _m007_ages_of_what_is_told,
    _m008_economics,
    _m009_closings,
    _m010_audit,
    _m011_reviews,
    _m012_triggers,
)
PAGE_SIZE = 16384  # fewer, fuller pages: the index and the bodies are written in long runs
SCHEMA_VERSION = len(MIGRATIONS)


def schema_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of the tables in an open file; raises WorkspaceError if it isn't ours."""
    try:
        connection.execute("BEGIN")  # all three of one moment: another process may be at it
        empty = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise unreadable(path, error) from error
    if owner != APPLICATION_ID and not (empty and owner == 0):
        raise WorkspaceError(f"{path}: this SQLite file is not a ledger; choose another workspace")
    if version > SCHEMA_VERSION and not is_looked_at(path):
        raise WorkspaceError(
            f"{path}: made by a newer convledger (tables version {version}, this one knows "
            f"{SCHEMA_VERSION}). Update convledger, look at it with `convledger --read-only`, or "
            "choose another --workspace"
        )
    return version


def migrate(connection: sqlite3.Connection, path: Path, *, is_copy: bool = False) -> None:
    """Bring the tables up to date, after a backup; nothing where they are.

    A copy that was made to work on needs no backup.
    """
    version = schema_version(connection, path)
    if version >= SCHEMA_VERSION:
        return
    if is_looked_at(path):
        raise WorkspaceError(
            f"{path}: made by an earlier convledger; it must be brought up to date before it can "
            "be looked at: leave out --read-only, a backup is made first"
        )
    from convledger.store.audit import ITSELF, chain_drafts
    from convledger.store.audited import watch

    try:
        if version == 0:
            connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
            use_wal(connection)
        elif not is_copy:
            from convledger.store.backup_notes import MIGRATION
            from convledger.store.backups import protect

            protect(path, MIGRATION, now_us())
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been first while this one waited for the lock.
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            for step in MIGRATIONS[version:]:
                step(connection)
            watch(connection)
            chain_drafts(connection, actor=ITSELF)
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
            if broken:
                raise WorkspaceError(f"{path}: table {broken[0]} refers to rows that are missing")
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("PRAGMA foreign_keys=ON")
    except sqlite3.Error as error:
        raise unreadable(path, error) from error

"""The tables of memory: entries with their versions and sources, files, pairs, packs, findings."""

from __future__ import annotations

MEMORY = """
CREATE TABLE entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL, title TEXT NOT NULL,
  body TEXT NOT NULL, scope TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL, sensitivity TEXT NOT NULL DEFAULT 'internal',
  pinned INTEGER NOT NULL DEFAULT 0, value INTEGER NOT NULL DEFAULT 3,
  source_date INTEGER, valid_from INTEGER, valid_to INTEGER, recorded_at INTEGER NOT NULL,
  verified_at INTEGER, verified_by TEXT NOT NULL DEFAULT '', review_days INTEGER,
  review_at INTEGER, superseded_by INTEGER REFERENCES entry(id), hash TEXT NOT NULL,
  tokens INTEGER, tokens_method TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX entry_by_hash ON entry (hash);
CREATE INDEX entry_by_successor ON entry (superseded_by);
CREATE TABLE entry_version (
  entry_id INTEGER NOT NULL REFERENCES entry(id), number INTEGER NOT NULL, title TEXT NOT NULL,
  body TEXT NOT NULL, editor TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL,
  hash TEXT NOT NULL, PRIMARY KEY (entry_id, number)
) STRICT;
CREATE TABLE entry_source (
  id INTEGER PRIMARY KEY AUTOINCREMENT, entry_id INTEGER NOT NULL REFERENCES entry(id),
  kind TEXT NOT NULL,
  place TEXT NOT NULL DEFAULT '', conversation_id INTEGER REFERENCES conversation(id),
  message_key INTEGER, memory_item_id INTEGER REFERENCES memory_item(id),
  start INTEGER NOT NULL DEFAULT 0, length INTEGER NOT NULL DEFAULT 0,
  quote TEXT NOT NULL DEFAULT '', quote_hash TEXT NOT NULL DEFAULT '', source_date INTEGER,
  status TEXT NOT NULL DEFAULT 'ok'
) STRICT;
CREATE INDEX entry_source_by_entry ON entry_source (entry_id);
CREATE INDEX entry_source_by_conversation ON entry_source (conversation_id, message_key);
CREATE INDEX entry_source_by_item ON entry_source (memory_item_id);
CREATE TABLE entry_pair (
  first_id INTEGER NOT NULL REFERENCES entry(id), second_id INTEGER NOT NULL REFERENCES entry(id),
  kind TEXT NOT NULL, score INTEGER NOT NULL, reason TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'open', hashes TEXT NOT NULL, at INTEGER NOT NULL,
  decided_by TEXT NOT NULL DEFAULT '', PRIMARY KEY (first_id, second_id)
) STRICT;
CREATE INDEX entry_pair_by_second ON entry_pair (second_id);
CREATE TABLE memory_file (
  id INTEGER PRIMARY KEY AUTOINCREMENT, format TEXT NOT NULL, path ANY NOT NULL UNIQUE,
  scope TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'live',
  reason TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL DEFAULT 0,
  mtime_ns INTEGER NOT NULL DEFAULT 0, hash TEXT NOT NULL DEFAULT '', added_at INTEGER NOT NULL,
  read_at INTEGER, is_kept INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE memory_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT, file_id INTEGER NOT NULL REFERENCES memory_file(id),
  key TEXT NOT NULL,
  entry_id INTEGER REFERENCES entry(id), hash TEXT NOT NULL, start INTEGER NOT NULL,
  length INTEGER NOT NULL, news TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX memory_item_by_file ON memory_item (file_id, key);
CREATE INDEX memory_item_by_entry ON memory_item (entry_id);
CREATE TABLE pack (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, budget INTEGER NOT NULL,
  wanted TEXT NOT NULL DEFAULT '{}', format TEXT NOT NULL DEFAULT 'markdown',
  ceiling TEXT NOT NULL DEFAULT 'internal', made_at INTEGER NOT NULL
) STRICT;
CREATE TABLE pack_item (
  pack_id INTEGER NOT NULL REFERENCES pack(id), entry_id INTEGER NOT NULL REFERENCES entry(id),
  mode TEXT NOT NULL, PRIMARY KEY (pack_id, entry_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE pack_render (
  id INTEGER PRIMARY KEY, pack_id INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
  tokens INTEGER NOT NULL, budget INTEGER NOT NULL, among INTEGER NOT NULL, method TEXT NOT NULL,
  digest TEXT NOT NULL, format TEXT NOT NULL, target TEXT NOT NULL
) STRICT;
CREATE INDEX pack_render_by_pack ON pack_render (name, at);
CREATE INDEX pack_render_by_digest ON pack_render (digest);
CREATE TABLE pack_render_item (
  render_id INTEGER NOT NULL REFERENCES pack_render(id), place INTEGER NOT NULL,
  entry_id INTEGER NOT NULL, version INTEGER NOT NULL,
  label TEXT NOT NULL, digest TEXT NOT NULL,
  PRIMARY KEY (render_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX pack_render_item_by_entry ON pack_render_item (entry_id);
CREATE TABLE finding (
  id INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL, object_id INTEGER NOT NULL,
  field TEXT NOT NULL,
  start INTEGER NOT NULL, length INTEGER NOT NULL, rule TEXT NOT NULL, rules INTEGER NOT NULL,
  redacted TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'open', at INTEGER NOT NULL,
  UNIQUE (object, object_id, field, start, rule)
) STRICT;
CREATE TABLE tombstone (
  kind TEXT NOT NULL, hash TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (kind, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE operation (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, verb TEXT NOT NULL,
  about TEXT NOT NULL DEFAULT '', undone_at INTEGER, undoes INTEGER REFERENCES operation(id)
) STRICT;
CREATE TABLE operation_row (
  operation_id INTEGER NOT NULL REFERENCES operation(id), number INTEGER NOT NULL,
  table_name TEXT NOT NULL, key TEXT NOT NULL, before BLOB,
  PRIMARY KEY (operation_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_row_by_key ON operation_row (table_name, key);
CREATE TABLE erasure (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, state TEXT NOT NULL, what TEXT NOT NULL,
  done_at INTEGER, report TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE VIRTUAL TABLE remembered USING fts5(
  title, body, tags, content='entry', content_rowid='id',
  tokenize="unicode61 remove_diacritics 2"
)
"""

"""The tables of the human side: hand-offs to people, and conversations that people review."""

from __future__ import annotations

# Rows that travel have a name of their own. What a person changes of a hand-off is a row that
# replaces another; a verdict is never changed, a later one counts.
REVIEWS = """
CREATE TABLE handoff (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, replaces TEXT NOT NULL DEFAULT '',
  conversation_id INTEGER NOT NULL REFERENCES conversation(id), at INTEGER NOT NULL,
  model TEXT NOT NULL DEFAULT '', person TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', wait_seconds INTEGER,
  handle_seconds INTEGER, outcome TEXT NOT NULL DEFAULT '', origin TEXT NOT NULL,
  provenance TEXT NOT NULL DEFAULT '', key TEXT NOT NULL DEFAULT '',
  made_by TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL, gone_at INTEGER
) STRICT;
CREATE INDEX handoff_by_conversation ON handoff (conversation_id);
CREATE TABLE review_batch (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
  seed TEXT NOT NULL DEFAULT '', terms TEXT NOT NULL DEFAULT '', owners TEXT NOT NULL,
  due_at INTEGER, made_by TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL, gone_at INTEGER
) STRICT;
CREATE TABLE review_item (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  batch_id INTEGER NOT NULL REFERENCES review_batch(id),
  conversation_id INTEGER REFERENCES conversation(id), reader TEXT NOT NULL, native TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '', stratum TEXT NOT NULL DEFAULT '', place INTEGER NOT NULL,
  owners TEXT NOT NULL, UNIQUE (batch_id, reader, native)
) STRICT;
CREATE INDEX review_item_by_conversation ON review_item (conversation_id);
CREATE TABLE review_verdict (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  item_id INTEGER NOT NULL REFERENCES review_item(id), conversation_id INTEGER,
  reviewer TEXT NOT NULL, kind TEXT NOT NULL DEFAULT 'review', verdict TEXT NOT NULL,
  reasons TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', seconds INTEGER,
  at INTEGER NOT NULL, provenance TEXT NOT NULL DEFAULT '', gone_at INTEGER
) STRICT;
CREATE INDEX review_verdict_by_item ON review_verdict (item_id)
"""

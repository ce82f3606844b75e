"""The tables of the audit log: drafts within a transaction, the chain, and what it commits to."""

from __future__ import annotations

# The chain itself holds no words: what was changed stands beside it with a salt of its own, and
# goes when it is erased, so that the chain still verifies and nothing can be guessed back.
AUDIT = """
CREATE TABLE audit_draft (
  id INTEGER PRIMARY KEY, table_name TEXT NOT NULL, change TEXT NOT NULL, object TEXT NOT NULL,
  about TEXT NOT NULL, content TEXT, conversation_id INTEGER, entry_id INTEGER
) STRICT;
CREATE TABLE audit_event (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  object TEXT NOT NULL, batch INTEGER NOT NULL, commitment BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TABLE audit_content (
  seq INTEGER PRIMARY KEY, salt BLOB NOT NULL, about TEXT NOT NULL, content TEXT,
  conversation_id INTEGER, entry_id INTEGER
) STRICT;
CREATE INDEX audit_content_by_conversation ON audit_content (conversation_id)
  WHERE conversation_id IS NOT NULL;
CREATE INDEX audit_content_by_entry ON audit_content (entry_id) WHERE entry_id IS NOT NULL
"""

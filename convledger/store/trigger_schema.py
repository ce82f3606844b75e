"""The tables of triggers: since when each rule holds, and what each has done."""

from __future__ import annotations

# A firing is noted before anything is done and after it: what was cut short is done once more,
# under the same name of its event. `seen` is the number of the last row a rule has looked at.
TRIGGERS = """
CREATE TABLE trigger_rule (
  name TEXT PRIMARY KEY, digest TEXT NOT NULL, event TEXT NOT NULL, since INTEGER NOT NULL,
  seen INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE firing (
  id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, digest TEXT NOT NULL,
  event TEXT NOT NULL, subject TEXT NOT NULL, revision TEXT NOT NULL,
  conversation_id INTEGER, entry_id INTEGER, action TEXT NOT NULL, name TEXT NOT NULL UNIQUE,
  input TEXT NOT NULL, input_digest TEXT NOT NULL, status TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL, noted_at INTEGER NOT NULL,
  started_at INTEGER, finished_at INTEGER, UNIQUE (rule, event, subject, revision)
) STRICT;
CREATE INDEX firing_by_status ON firing (status);
CREATE INDEX firing_by_conversation ON firing (conversation_id);
CREATE INDEX firing_by_entry ON firing (entry_id)
"""

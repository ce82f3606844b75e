"""The tables of costs beside tokens, of people's time, of rates, scenarios and budgets."""

from __future__ import annotations

# Amounts are picounits of their currency, as text: sums can pass 64 bits. Days are ISO dates. What
# is taken away keeps its row with the instant in `gone_at`, so that it can be brought back.
ECONOMICS = """
CREATE TABLE cost_item (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, since TEXT NOT NULL, until TEXT,
  every TEXT NOT NULL DEFAULT '', amount TEXT NOT NULL, currency TEXT NOT NULL,
  rule TEXT NOT NULL, scope TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '',
  origin TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL, gone_at INTEGER,
  erased_weight INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE cost_share (
  item_id INTEGER NOT NULL REFERENCES cost_item(id),
  conversation_id INTEGER NOT NULL REFERENCES conversation(id), weight INTEGER NOT NULL,
  PRIMARY KEY (item_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE worked_time (
  id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  at INTEGER NOT NULL, seconds INTEGER NOT NULL, person TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '', origin TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL,
  gone_at INTEGER
) STRICT;
CREATE INDEX worked_time_by_conversation ON worked_time (conversation_id);
CREATE TABLE hourly_rate (
  since TEXT PRIMARY KEY, amount TEXT NOT NULL, currency TEXT NOT NULL,
  overhead TEXT NOT NULL DEFAULT '0', made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE exchange_rate (
  currency TEXT NOT NULL, worth_in TEXT NOT NULL, since TEXT NOT NULL, rate TEXT NOT NULL,
  made_at INTEGER NOT NULL, PRIMARY KEY (currency, worth_in, since)
) STRICT, WITHOUT ROWID;
CREATE TABLE scenario (
  name TEXT PRIMARY KEY, content TEXT NOT NULL, made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE unit_budget (
  name TEXT PRIMARY KEY, content TEXT NOT NULL, made_at INTEGER NOT NULL, gone_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE balance_assertion (
  id INTEGER PRIMARY KEY, since TEXT NOT NULL, until TEXT NOT NULL, scope TEXT NOT NULL DEFAULT '',
  amount TEXT NOT NULL, currency TEXT NOT NULL, tolerance TEXT NOT NULL DEFAULT '0',
  zone TEXT NOT NULL DEFAULT 'UTC', origin TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '',
  made_at INTEGER NOT NULL, gone_at INTEGER
) STRICT
"""

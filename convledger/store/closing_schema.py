"""The tables of closed costs, and of how conversations were said to have ended before."""

from __future__ import annotations

# A closing freezes what was divided until then: of each cost or bill the amount and what each
# conversation weighed, in the order in which a unit that is left over goes round. A later closing
# holds what has become another one since. Amounts and weights are text: they can pass 64 bits.
CLOSING = """
CREATE TABLE cost_closing (
  id INTEGER PRIMARY KEY, after_id INTEGER REFERENCES cost_closing(id), until TEXT NOT NULL,
  ends_at INTEGER NOT NULL, rates TEXT NOT NULL, closed_at INTEGER NOT NULL, gone_at INTEGER
) STRICT;
CREATE TABLE closed_division (
  id INTEGER PRIMARY KEY, closing_id INTEGER NOT NULL REFERENCES cost_closing(id),
  item_id INTEGER REFERENCES cost_item(id), subscription_id INTEGER REFERENCES subscription(id),
  name TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, amount TEXT NOT NULL,
  currency TEXT NOT NULL
) STRICT;
CREATE INDEX closed_division_by_closing ON closed_division (closing_id);
CREATE TABLE closed_share (
  division_id INTEGER NOT NULL REFERENCES closed_division(id), place INTEGER NOT NULL,
  conversation_id INTEGER REFERENCES conversation(id), weight TEXT NOT NULL,
  PRIMARY KEY (division_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX closed_share_by_conversation ON closed_share (conversation_id);
CREATE TABLE closed_talk (
  closing_id INTEGER NOT NULL REFERENCES cost_closing(id),
  conversation_id INTEGER NOT NULL REFERENCES conversation(id), opened_at INTEGER NOT NULL,
  list_pico TEXT, people TEXT, currency TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (closing_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX closed_talk_by_conversation ON closed_talk (conversation_id);
CREATE TABLE outcome_before (
  id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
  at INTEGER NOT NULL, handled_by TEXT NOT NULL, resolution TEXT NOT NULL, label TEXT NOT NULL
) STRICT;
CREATE INDEX outcome_before_by_conversation ON outcome_before (conversation_id);
CREATE INDEX outcome_before_by_instant ON outcome_before (at)
"""

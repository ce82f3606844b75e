"""Writes what calls and messages refer to: readers, sources, models, conversations, agents."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.sources.findings import AgentFacts, ConversationFacts


@dataclass(slots=True)
class Catalog:
    """Finds or makes the rows that others refer to, remembering ids within one sitting."""

    connection: sqlite3.Connection
    _readers: dict[str, int] = field(default_factory=dict)
    _models: dict[tuple[int, str, str, str], int] = field(default_factory=dict)
    _conversations: dict[tuple[int, str], int] = field(default_factory=dict)
    _agents: dict[tuple[int, str], int] = field(default_factory=dict)

    def forget(self) -> None:
        """Drop the remembered ids, as after a transaction that was rolled back."""
        self._readers.clear()
        self._models.clear()
        self._conversations.clear()
        self._agents.clear()

    def reader(self, name: str) -> int:
        """Return the id of the reader `name`."""
        if name not in self._readers:
            self.connection.execute("INSERT OR IGNORE INTO reader (name) VALUES (?)", (name,))
            self._readers[name] = self._one("SELECT id FROM reader WHERE name=?", (name,))
        return self._readers[name]

    def source(self, reader: str, root: str, at: int) -> int:
        """Return the id of the source that `reader` reads at `root`."""
        values = (self.reader(reader), root)
        self.connection.execute(
            "INSERT OR IGNORE INTO source (reader_id, root, added_at) VALUES (?, ?, ?)",
            (*values, at),
        )
        return self._one("SELECT id FROM source WHERE reader_id=? AND root=?", values)

    def model(self, reader_id: int, logged: str, name: str, speed: str, provider: str) -> int:
        """Return the id of a model as a log names it; a faster mode is a model of its own.

        `logged` is the provider that the log names, empty if none; `provider` who sells it.
        """
        values = (reader_id, logged, name, speed)
        if values not in self._models:
            self.connection.execute(
                "INSERT OR IGNORE INTO model (reader_id, logged_provider, name, speed, provider) "
                "VALUES (?, ?, ?, ?, ?)",
                (*values, provider),
            )
            self._models[values] = self._one(
                "SELECT id FROM model WHERE reader_id=? AND logged_provider=? AND name=? "
                "AND speed=?",
                values,
            )
        return self._models[values]

    def conversation(self, reader_id: int, native: str) -> int:
        """Return the id of a conversation by its source's own name for it."""
        name = (reader_id, native)
        if name not in self._conversations:
            self.connection.execute(
                "INSERT OR IGNORE INTO conversation (reader_id, native) VALUES (?, ?)", name
            )
            self._conversations[name] = self._one(
                "SELECT id FROM conversation WHERE reader_id=? AND native=?", name
            )
        return self._conversations[name]

    def agent(self, conversation_id: int, native: str) -> int:
        """Return the id of a sub-agent inside a conversation."""
        name = (conversation_id, native)
        if name not in self._agents:
            self.connection.execute(
                "INSERT OR IGNORE INTO agent (conversation_id, native) VALUES (?, ?)", name
            )
            self._agents[name] = self._one(
                "SELECT id FROM agent WHERE conversation_id=? AND native=?", name
            )
        return self._agents[name]

    def describe(self, reader_id: int, source_id: int, facts: ConversationFacts) -> int:
        """Note what some lines say about a conversation; a better title replaces a worse one.

        A prompt is the title of the earliest lines only, any other that of the latest, whichever
        file is read first: an older export does not take a new name back.
        """
        conversation_id = self.conversation(reader_id, facts.native)
        self.connection.execute(
            """UPDATE conversation SET
              source_id=coalesce(source_id, :source),
              title=CASE WHEN :rank > title_rank OR (:rank = title_rank AND CASE WHEN :rank > 1
                THEN coalesce(:last, last_at, 0) >= coalesce(last_at, 0)
                ELSE coalesce(:first, 0) < coalesce(first_at, 0) END) THEN :title ELSE title END,
              title_rank=max(title_rank, :rank),
              project=CASE WHEN project='' OR (:project!='' AND coalesce(:first, 0) <
                coalesce(first_at, 0)) THEN :project ELSE project END,
              branch=CASE WHEN :branch!='' THEN :branch ELSE branch END,
              version=CASE WHEN :version!='' THEN :version ELSE version END,
              parent_native=CASE WHEN :parent!='' THEN :parent ELSE parent_native END,
              relation=CASE WHEN :relation!='' THEN :relation ELSE relation END,
              first_at=min(coalesce(first_at, :first), coalesce(:first, first_at)),
              last_at=max(coalesce(last_at, :last), coalesce(:last, last_at))
            WHERE id=:id""",
            {
                "source": source_id,
                "rank": facts.title_rank,
                "title": facts.title,
                "project": facts.project,
                "branch": facts.branch,
                "version": facts.version,
                "parent": facts.parent,
                "relation": facts.relation,
                "first": facts.first_at,
                "last": facts.last_at,
                "id": conversation_id,
            },
        )
        return conversation_id

    def entitle(self, reader_id: int, native: str, rank: int, title: str) -> None:
        """Give a known conversation a title from outside its own file."""
        self.connection.execute(
            "UPDATE conversation SET title=?, title_rank=? "
            "WHERE reader_id=? AND native=? AND title_rank<=? AND title!=?",
            (title, rank, reader_id, native, rank, title),
        )

    def describe_agent(self, reader_id: int, facts: AgentFacts) -> None:
        """Note what is known of a sub-agent."""
        agent_id = self.agent(self.conversation(reader_id, facts.conversation), facts.native)
        self.connection.execute(
            "UPDATE agent SET kind=?, description=?, tool_use=? WHERE id=?",
            (facts.kind, facts.description, facts.tool_use, agent_id),
        )

    def _one(self, query: str, values: tuple[object, ...]) -> int:
        return int(self.connection.execute(query, values).fetchone()[0])

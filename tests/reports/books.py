"""A ledger in memory that is filled by hand: conversations, what was said in them, calls."""

from __future__ import annotations

import sqlite3
from datetime import datetime, tzinfo

from convledger.reports.periods import instant_of
from convledger.store.bodies import PageWriter
from convledger.store.calls import rebuild_usage
from tests.workspaces import empty_tables

MINUTE = 60_000_000


def instant(text: str, zone: tzinfo) -> int:
    """Return a moment of `zone`, as `2026-11-20T14:32`, in UTC microseconds."""
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=zone))


class Books:
    """An empty ledger, and what is put into it."""

    def __init__(self) -> None:
        self.connection = empty_tables()
        self._lines = 0

    def _id(self, table: str, **facts: object) -> int:
        """Return the row of `table` with these facts, made where there is none."""
        tests = " AND ".join(f"{name}=?" for name in facts)
        values = [*facts.values()]
        row = self.connection.execute(f"SELECT id FROM {table} WHERE {tests}", values).fetchone()
        return int(row[0]) if row else self._add(table, **facts)

    def _add(self, table: str, **facts: object) -> int:
        marks = ", ".join("?" * len(facts))
        added = self.connection.execute(
            f"INSERT INTO {table} ({', '.join(facts)}) VALUES ({marks})", [*facts.values()]
        )
        return int(added.lastrowid or 0)

    def conversation(self, native: str, *, source: str = "claude-code", **facts: object) -> int:
        """Add a conversation and return its id."""
        reader_id = self._id("reader", name=source)
        return self._add("conversation", reader_id=reader_id, native=native, **facts)

    def agent(self, conversation: int, native: str, kind: str = "", description: str = "") -> int:
        """Add a sub-agent and return its id."""
        return self._add(
            "agent",
            conversation_id=conversation,
            native=native,
            kind=kind,
            description=description,
        )

    def label(self, conversation: int, name: str, value: str) -> None:
        """Give a conversation a label."""
        self._add("label", conversation_id=conversation, name=name, value=value)

    def line(self, line: int | None) -> int:
        """Return the line where something stands: behind all others unless told."""
        self._lines = self._lines + 1 if line is None else max(self._lines, line)
        return self._lines if line is None else line

    def say(
        self,
        conversation: int,
        body: str = "",
        *,
        at: int = 0,
        kind: int = 1,
        line: int | None = None,
        file: str = "/log",
        key: int | None = None,
        parent: int | None = None,
        flags: int = 0,
        agent: int | None = None,
        name: str | None = None,
    ) -> int:
        """Add a message and return its id; each body has a page of its own."""
        pages = PageWriter(self.connection)
        place = pages.add(body.encode())
        pages.flush()
        last = self.connection.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()[0]
        names = ("page_id", "start", "length")
        return self._add(
            "message",
            conversation_id=conversation,
            key=-1 - last if key is None else key,
            parent_key=parent,
            file_id=self._id("file", source_id=1, path=file),
            line=self.line(line),
            at=at,
            kind=kind,
            flags=flags,
            agent_id=agent,
            name=name,
            **dict(zip(names, place, strict=True)),
        )

    def call(
        self,
        conversation: int,
        pico: int | None = 0,
        *,
        at: int = 0,
        model: str = "opus",
        speed: str = "",
        line: int | None = None,
        file: str = "/log",
        sent: int = 0,
        cached: int = 0,
        agent: int | None = None,
        sidechain: int = 0,
        state: int | None = None,
    ) -> int:
        """Add a call and return its id."""
        reader_id = self.connection.execute(
            "SELECT reader_id FROM conversation WHERE id=?", (conversation,)
        ).fetchone()[0]
        model_id = self._id(
            "model",
            reader_id=reader_id,
            logged_provider="",
            name=model,
            speed=speed,
            provider="",
        )
        count = self.connection.execute("SELECT count(*) FROM call").fetchone()[0]
        counts = dict.fromkeys(("reasoning", "cache_write_5m", "cache_write_1h", "web_searches"), 0)
        return self._add(
            "call",
            reader_id=reader_id,
            key=f"call {count}",
            conversation_id=conversation,
            agent_id=agent,
            file_id=self._id("file", source_id=1, path=file),
            line=self.line(line),
            at=at,
            model_id=model_id,
            sidechain=sidechain,
            input=sent,
            output=1,
            cache_read=cached,
            list_pico=pico,
            price_state=state or (4 if pico is None else 1),
            **counts,
        )

    def roll_up(self) -> sqlite3.Connection:
        """Sum the calls up by quarter hours, and return the ledger."""
        rebuild_usage(self.connection)
        return self.connection

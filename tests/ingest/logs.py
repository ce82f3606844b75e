"""Builders of small logs, and readers of everything that a ledger holds."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from convledger.ingest.result import SyncResult
from convledger.store.bodies import PageReader
from tests.workspaces import empty_workspace

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MODEL = "claude-sonnet-4-5-20250929"
THREAD = "019a0000-0000-7000-8000-000000000001"


def session(number: int = 1) -> str:
    """Return the name of an invented session."""
    return f"00000000-0000-4000-8000-{number:012d}"


def instant(minutes: float) -> str:
    """Return an instant so many minutes behind the start, as logs write it."""
    moment = START + timedelta(minutes=minutes)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def line(record: dict[str, Any]) -> bytes:
    """Return a record as a line of a log."""
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def prompt(number: int, text: str = "", *, of: str = "") -> bytes:
    """Return the line of what a person typed."""
    return line(
        {
            "type": "user",
            "sessionId": of or session(),
            "uuid": f"11111111-0000-4000-8000-{number:012d}",
            "timestamp": instant(number),
            "cwd": "/home/ana/bakery",
            "message": {"role": "user", "content": text or f"question {number}"},
        }
    )


def reply(number: int, text: str = "", *, output: int = 10, of: str = "") -> bytes:
    """Return the line of an answer of 100 tokens in and `output` out."""
    return line(
        {
            "type": "assistant",
            "sessionId": of or session(),
            "uuid": f"22222222-0000-4000-8000-{number:012d}",
            "timestamp": instant(number + 0.5),
            "requestId": f"req_{number}",
            "message": {
                "id": f"msg_{number:016d}",
                "model": MODEL,
                "role": "assistant",
                "content": [{"type": "text", "text": text or f"answer {number}"}],
                "usage": {"input_tokens": 100, "output_tokens": output},
            },
        }
    )


def turns(first: int, last: int, *, of: str = "") -> bytes:
    """Return questions and answers `first` to `last`."""
    return b"".join(prompt(n, of=of) + reply(n, of=of) for n in range(first, last + 1))


def rollout(count: int, thread: str = THREAD) -> bytes:
    """Return a Codex rollout of so many turns, each of 100 tokens in and 10 out."""
    found = [
        {
            "type": "session_meta",
            "payload": {"id": thread, "cwd": "/home/ana/rail", "model_provider": "openai"},
        },
        {"type": "turn_context", "payload": {"model": "gpt-5-codex", "turn_id": "t"}},
    ]
    for number in range(1, count + 1):
        used = {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
        whole = {name: value * number for name, value in used.items()}
        found += [
            {"type": "response_item", "payload": _said("user", f"rail question {number}")},
            {"type": "response_item", "payload": _said("assistant", f"rail answer {number}")},
            {
                "type": "event_msg",
                "payload": {
                    "type": "token_count",
                    "info": {"total_token_usage": whole, "last_token_usage": used},
                },
            },
        ]
    return b"".join(
        line({"timestamp": instant(place), **record}) for place, record in enumerate(found)
    )


def _said(role: str, text: str) -> dict[str, Any]:
    kind = "input_text" if role == "user" else "output_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


ROLLOUT = f"2026/11/02/rollout-2026-11-02T09-00-00-{THREAD}.jsonl"


class Bench:
    """A home with logs of both tools, and a workspace beside it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.claude = self.home / ".claude" / "projects"
        self.codex = self.home / ".codex"
        (self.claude / "bakery").mkdir(parents=True)
        (self.codex / "sessions").mkdir(parents=True)
        self.roots = [("claude-code", self.claude), ("codex", self.codex)]
        self.ledger = empty_workspace(folder / "workspace")
        self._moment = 1_795_000_000

    @property
    def log(self) -> Path:
        """The log of the first session."""
        return self.claude / "bakery" / f"{session()}.jsonl"

    def write(self, path: Path, data: bytes) -> None:
        """Make `path` hold exactly `data`; each write has an mtime of its own."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.touch(path)

    def append(self, path: Path, data: bytes) -> None:
        """Add `data` at the end of `path`."""
        with path.open("ab") as stream:
            stream.write(data)
        self.touch(path)

    def touch(self, path: Path) -> None:
        """Give `path` an mtime that none had before."""
        self._moment += 1
        os.utime(path, (self._moment, self._moment))

    def sync(self) -> SyncResult:
        """Bring the ledger up to date with both log folders."""
        return self.ledger.sync(self.roots)

    def output(self) -> int:
        """Return all output tokens, as the roll-up has them."""
        query = "SELECT coalesce(sum(output), 0) FROM usage"
        return int(self.ledger.connection.execute(query).fetchone()[0])

    def calls(self) -> int:
        """Return how many calls there are."""
        return int(self.ledger.connection.execute("SELECT count(*) FROM call").fetchone()[0])

    def said(self) -> list[str]:
        """Return every body, in the order of instants."""
        return bodies(self.ledger.connection)

    def states(self) -> dict[str, tuple[str, str]]:
        """Return the state and reason of every file by its name."""
        return {Path(file.path).name: (file.state, file.reason) for file in self.ledger.files()}

    def is_sound(self) -> bool:
        """Tell whether a check finds nothing."""
        return not self.ledger.check(deep=True)


def bodies(connection: sqlite3.Connection) -> list[str]:
    """Return every body that is not empty, in the order of instants."""
    pages = PageReader(connection)
    rows = connection.execute(
        "SELECT page_id, start, length FROM message WHERE page_id IS NOT NULL ORDER BY at, line"
    )
    return [pages.body(*row) for row in rows.fetchall()]


def everything(connection: sqlite3.Connection, *, places: bool = True) -> dict[str, list[Any]]:
    """Return all facts of a ledger free of row ids, to compare two ledgers by.

    Without `places` leaves out in which file and line a fact stands.
    """
    where = "replace(replace(file.path, '.zst', ''), 'archived_', ''), line" if places else "0, 0"
    calls = connection.execute(
        f"""SELECT reader.name, key, variant, native, agent_id IS NULL, {where}, at, model.name,
          context, sidechain, approximate, input, output, reasoning, cache_read, cache_write_5m,
          cache_write_1h, web_searches, list_pico, price_state, reported_pico
        FROM call JOIN conversation ON conversation.id=conversation_id
        JOIN reader ON reader.id=call.reader_id JOIN model ON model.id=model_id
        JOIN file ON file.id=file_id"""
    )
    usage = connection.execute(
        """SELECT quarter, native, model.name, model.speed, calls, input, output, list_pico
        FROM usage JOIN conversation ON conversation.id=conversation_id
        JOIN model ON model.id=model_id"""
    )
    conversations = connection.execute(
        "SELECT native, parent_native, relation, title, project, branch, version, first_at, "
        "last_at FROM conversation"
    )
    pages = PageReader(connection)
    messages = [
        (*row[:-3], pages.body(*row[-3:]))
        for row in connection.execute(
            f"""SELECT native, key, parent_key, {where}, at, kind, flags, name, page_id, start,
              length
            FROM message JOIN conversation ON conversation.id=conversation_id
            JOIN file ON file.id=file_id"""
        ).fetchall()
    ]
    reported = connection.execute(
        "SELECT native, at, cumulative_pico, inherited FROM reported "
        "JOIN conversation ON conversation.id=conversation_id"
    )
    rejected = connection.execute("SELECT line, reason FROM rejected")
    return {
        "calls": sorted(calls, key=repr),
        "usage": sorted(usage, key=repr),
        "conversations": sorted(conversations, key=repr),
        "messages": sorted(messages, key=repr),
        "reported": sorted(reported, key=repr),
        "rejected": sorted(rejected, key=repr),
        "words": words(connection),
    }


def words(connection: sqlite3.Connection) -> list[tuple[str, int, int]]:
    """Return each word of the index with the numbers of messages and places that hold it."""
    connection.execute("CREATE VIRTUAL TABLE temp.word USING fts5vocab('main', 'said', 'row')")
    try:
        return connection.execute("SELECT term, doc, cnt FROM temp.word ORDER BY term").fetchall()
    finally:
        connection.execute("DROP TABLE temp.word")

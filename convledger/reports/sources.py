"""Sources and their files: what is read, how far, what was rejected, what has no price."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from convledger.clock import iso_text
from convledger.pricing.names import UNNAMED
from convledger.reports.usage_doubt import lacks_tokens
from convledger.store.left_out import IS_READ


@dataclass(slots=True)
class SourceLine:
    """A source: a reader and its root, with what is known of its files."""

    source: str
    root: str
    files: int
    live: int
    gone: int
    unreadable: int
    bytes: int
    waiting: int
    rejected: int
    conversations: int
    calls: int
    last_read_at: int | None
    files_to_index: int = 0  # whose texts are not stored and indexed as far as they go
    left_out: bool = False  # nothing new is read of it

    def document(self) -> dict[str, Any]:
        """Return the source as JSON says it."""
        at = self.last_read_at
        return asdict(self) | {"last_read_at": iso_text(at) if at else None}


@dataclass(slots=True)
class FileLine:
    """A log file: how far it is read and how it is."""

    source: str
    path: str
    state: str
    reason: str
    size: int
    figures_offset: int
    texts_offset: int
    rejected: int
    read_at: int | None

    def document(self) -> dict[str, Any]:
        """Return the file as JSON says it."""
        row = asdict(self)
        at = row.pop("read_at")
        return row | {"read_at": iso_text(at) if at else None}


@dataclass(slots=True)
class RejectedLine:
    """A line that could not be used: where it stands, why, and how it begins."""

    source: str
    path: str
    line: int
    offset: int
    reason: str
    excerpt: str

    def document(self) -> dict[str, Any]:
        """Return the line as JSON says it."""
        return asdict(self)


@dataclass(slots=True)
class UnpricedModel:
    """A model that no price is known for, and how much of it was used."""

    source: str
    provider: str
    model: str
    calls: int
    tokens: int
    calls_without_tokens: int = 0  # of those: neither recorded nor counted from the texts

    @property
    def is_unnamed(self) -> bool:
        """Whether the source does not say which model it was; a person can."""
        return self.model == UNNAMED

    def document(self) -> dict[str, Any]:
        """Return the model as JSON says it."""
        return asdict(self)


def sources(connection: sqlite3.Connection) -> list[SourceLine]:
    """Return each source with its counts."""
    rows = connection.execute(
        f"""SELECT reader.name, root, count(file.id), coalesce(sum(file.state='live'), 0),
          coalesce(sum(file.state='gone'), 0), coalesce(sum(file.state='unreadable'), 0),
          coalesce(sum(size), 0),
          coalesce(sum(CASE WHEN file.state='live' THEN max(0, size-figures_offset) END), 0),
          (SELECT count(*) FROM rejected JOIN file AS one ON one.id=file_id
            WHERE one.source_id=source.id),
          (SELECT count(*) FROM conversation WHERE conversation.source_id=source.id),
          (SELECT count(*) FROM call JOIN conversation ON conversation.id=conversation_id
            WHERE conversation.source_id=source.id),
          max(read_at), coalesce(sum(file.state='live' AND texts_size!=size AND {IS_READ}), 0),
          NOT {IS_READ}
        FROM source JOIN reader ON reader.id=source.reader_id
        LEFT JOIN file ON file.source_id=source.id GROUP BY source.id ORDER BY 1, 2"""
    )
    found = []
    for *known, is_left in rows:
        found.append(SourceLine(*known))
        found[-1].left_out = bool(is_left)
    return found


def files(connection: sqlite3.Connection, *, only_troubled: bool = False) -> list[FileLine]:
    """Return each log file, the newest first."""
    condition = (
        "WHERE file.state!='live' OR EXISTS (SELECT 1 FROM rejected WHERE file_id=file.id)"
        if only_troubled
        else ""
    )
    rows = connection.execute(
        f"""SELECT reader.name, path, file.state, file.reason, size, figures_offset, texts_offset,
          (SELECT count(*) FROM rejected WHERE file_id=file.id), read_at
        FROM file JOIN source ON source.id=source_id JOIN reader ON reader.id=reader_id
        {condition} ORDER BY mtime_ns DESC"""
    )
    return [FileLine(row[0], _text(row[1]), *row[2:]) for row in rows]


def rejected(connection: sqlite3.Connection, limit: int = 1000) -> list[RejectedLine]:
    """Return the lines that could not be used."""
    rows = connection.execute(
        """SELECT reader.name, path, line, offset, rejected.reason, excerpt FROM rejected
        JOIN file ON file.id=file_id JOIN source ON source.id=source_id
        JOIN reader ON reader.id=reader_id ORDER BY path, line LIMIT ?""",
        (limit,),
    )
    return [
        RejectedLine(row[0], _text(row[1]), row[2], row[3], row[4], _text(row[5])) for row in rows
    ]


def unpriced(connection: sqlite3.Connection) -> list[UnpricedModel]:
    """Return the models that have no price, the most used first."""
    rows = connection.execute(
        """SELECT reader.name, provider, model.name, sum(unpriced_calls),
          sum(input+output+cache_read+cache_write_5m+cache_write_1h)
        FROM usage JOIN model ON model.id=model_id JOIN reader ON reader.id=model.reader_id
        WHERE unpriced_calls>0 GROUP BY 1, 2, 3 ORDER BY 4 DESC"""
    )
    found = [UnpricedModel(*row) for row in rows]
    if found and lacks_tokens(connection):
        silent = {
            tuple(row[:3]): row[3]
            for row in connection.execute(
                """SELECT reader.name, provider, model.name, count(*)
                FROM call INDEXED BY call_uncounted JOIN model ON model.id=model_id
                JOIN reader ON reader.id=model.reader_id WHERE approximate & 12 = 4
                GROUP BY 1, 2, 3"""
            )
        }
        for one in found:
            one.calls_without_tokens = silent.get((one.source, one.provider, one.model), 0)
    return found


def _text(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else stored.decode("utf-8", "replace")

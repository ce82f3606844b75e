"""The tables of memory as classes, beside those of `tables`."""

from __future__ import annotations

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from convledger.store.tables import StoredPath


class MemoryEntry(SQLModel, table=True):
    """One piece of stored memory as it is now."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("entry_by_hash", "hash"),
        Index("entry_by_successor", "superseded_by"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    kind: str
    title: str
    body: str
    scope: str = ""
    tags: str = ""
    state: str
    sensitivity: str = "internal"
    pinned: int = 0
    value: int = 3
    source_date: int | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    recorded_at: int
    verified_at: int | None = None
    verified_by: str = ""
    review_days: int | None = None
    review_at: int | None = None
    superseded_by: int | None = Field(default=None, foreign_key="entry.id")
    hash: str
    tokens: int | None = None
    tokens_method: str = ""
    version: int = 1


class MemoryVersion(SQLModel, table=True):
    """An entry's text as it was."""

    __tablename__ = "entry_version"

    entry_id: int = Field(foreign_key="entry.id", primary_key=True)
    number: int = Field(primary_key=True)
    title: str
    body: str
    editor: str
    reason: str = ""
    at: int
    hash: str


class MemorySource(SQLModel, table=True):
    """Where an entry comes from."""

    __tablename__ = "entry_source"
    __table_args__ = (
        Index("entry_source_by_entry", "entry_id"),
        Index("entry_source_by_conversation", "conversation_id", "message_key"),
        Index("entry_source_by_item", "memory_item_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entry.id")
    kind: str
    place: str = ""
    conversation_id: int | None = Field(default=None, foreign_key="conversation.id")
    message_key: int | None = None
    memory_item_id: int | None = Field(default=None, foreign_key="memory_item.id")
    start: int = 0
    length: int = 0
    quote: str = ""
    quote_hash: str = ""
    source_date: int | None = None
    status: str = "ok"


class MemoryPair(SQLModel, table=True):
    """Two entries that may be one, or may not both be true."""

    __tablename__ = "entry_pair"
    __table_args__ = (Index("entry_pair_by_second", "second_id"),)

    first_id: int = Field(foreign_key="entry.id", primary_key=True)
    second_id: int = Field(foreign_key="entry.id", primary_key=True)
    kind: str
    score: int
    reason: str = ""
    status: str = "open"
    hashes: str
    at: int
    decided_by: str = ""


class MemoryFile(SQLModel, table=True):
    """A file that a tool keeps memory in."""

    __tablename__ = "memory_file"

    id: int | None = Field(default=None, primary_key=True)
    format: str
    path: str = Field(sa_column=Column("path", StoredPath, nullable=False, unique=True))
    scope: str = ""
    state: str = "live"
    reason: str = ""
    size: int = 0
    mtime_ns: int = 0
    hash: str = ""
    added_at: int
    read_at: int | None = None
    is_kept: int = 0


class MemoryItem(SQLModel, table=True):
    """A piece of a memory file, and the entry made from it."""

    __tablename__ = "memory_item"
    __table_args__ = (
        Index("memory_item_by_file", "file_id", "key"),
        Index("memory_item_by_entry", "entry_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    file_id: int = Field(foreign_key="memory_file.id")
    key: str
    entry_id: int | None = Field(default=None, foreign_key="entry.id")
    hash: str
    start: int
    length: int
    news: str = ""
    text: str = ""
    at: int


class Pack(SQLModel, table=True):
    """A chosen set of entries that fits a budget of tokens."""

    __tablename__ = "pack"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    budget: int
    wanted: str = "{}"
    format: str = "markdown"
    ceiling: str = "internal"
    made_at: int


class PackItem(SQLModel, table=True):
    """What a person said about an entry in a pack."""

    __tablename__ = "pack_item"

    pack_id: int = Field(foreign_key="pack.id", primary_key=True)
    entry_id: int = Field(foreign_key="entry.id", primary_key=True)
    mode: str


class PackRender(SQLModel, table=True):
    """That a pack was written, when and as what; it outlives the pack."""

    __tablename__ = "pack_render"
    __table_args__ = (
        Index("pack_render_by_pack", "name", "at"),
        Index("pack_render_by_digest", "digest"),
    )

    id: int | None = Field(default=None, primary_key=True)
    pack_id: int
    name: str
    at: int
    tokens: int
    budget: int
    among: int
    method: str
    digest: str
    format: str
    target: str


class PackRenderItem(SQLModel, table=True):
    """Which entry stood where in a pack that was written, and what was said of its origin."""

    __tablename__ = "pack_render_item"
    __table_args__ = (Index("pack_render_item_by_entry", "entry_id"),)

    render_id: int = Field(foreign_key="pack_render.id", primary_key=True)
    place: int = Field(primary_key=True)
    entry_id: int
    version: int
    label: str
    digest: str


class Finding(SQLModel, table=True):
    """Something that looks like a secret or like personal data; never the thing itself."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("object", "object_id", "field", "start", "rule"),)

    id: int | None = Field(default=None, primary_key=True)
    object: str
    object_id: int
    field: str
    start: int
    length: int
    rule: str
    rules: int
    redacted: str
    status: str = "open"
    at: int


class Tombstone(SQLModel, table=True):
    """That something was erased, by a keyed hash."""

    __tablename__ = "tombstone"

    kind: str = Field(primary_key=True)
    hash: str = Field(primary_key=True)
    at: int
    reason: str = ""


class Operation(SQLModel, table=True):
    """A change that a person made."""

    __tablename__ = "operation"

    id: int | None = Field(default=None, primary_key=True)
    at: int
    actor: str
    verb: str
    about: str = ""
    undone_at: int | None = None
    undoes: int | None = Field(default=None, foreign_key="operation.id")


class OperationRow(SQLModel, table=True):
    """A row as it was before a change."""

    __tablename__ = "operation_row"
    __table_args__ = (Index("operation_row_by_key", "table_name", "key"),)

    operation_id: int = Field(foreign_key="operation.id", primary_key=True)
    number: int = Field(primary_key=True)
    table_name: str
    key: str
    before: bytes | None = None


class Erasure(SQLModel, table=True):
    """An erasure, so that one that was cut short is finished."""

    __tablename__ = "erasure"

    id: int | None = Field(default=None, primary_key=True)
    at: int
    state: str
    what: str
    done_at: int | None = None
    report: str = ""

"""The tables as classes, for forms and edits; whatever must be quick uses SQL beneath them.

A test compares them with what the migrations make, so that the two can't drift apart.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field, SQLModel


class StoredPath(UserDefinedType[str]):
    """A path as it is kept: text, or bytes where the name is not Unicode."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the column's type, which leaves values as they are."""
        return "ANY"


class Setting(SQLModel, table=True):
    """One of the ledger's own notes."""

    __tablename__ = "setting"

    name: str = Field(primary_key=True)
    value: str


class Reader(SQLModel, table=True):
    """A format that logs are read in."""

    __tablename__ = "reader"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class Source(SQLModel, table=True):
    """A place that conversations come from: a reader and its root."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("reader_id", "root"),)

    id: int | None = Field(default=None, primary_key=True)
    reader_id: int = Field(foreign_key="reader.id")
    root: str
    added_at: int
    scanned_at: int | None = None
    state: str = "live"
    reason: str = ""


class File(SQLModel, table=True):
    """A log file, how it is known again and how far it is read."""

    __tablename__ = "file"
    __table_args__ = (UniqueConstraint("source_id", "path"), Index("file_by_path", "path"))

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id")
    path: str = Field(sa_column=Column("path", StoredPath, nullable=False))
    device: int = 0
    inode: int = 0
    size: int = 0
    mtime_ns: int = 0
    first_at: int | None = None
    first_until: int | None = None
    background: int = 0
    state: str = "live"
    reason: str = ""
    figures_offset: int = 0
    figures_line: int = 0
    texts_offset: int = 0
    texts_line: int = 0
    head_length: int = 0
    head_hash: bytes | None = None
    tail_hash: bytes | None = None
    figures_state: bytes = b""
    texts_state: bytes = b""
    replayed_until: int = 0
    texts_size: int = 0
    read_at: int | None = None


class Model(SQLModel, table=True):
    """A model as a log names it, with who sells it."""

    __tablename__ = "model"
    __table_args__ = (UniqueConstraint("reader_id", "logged_provider", "name", "speed"),)

    id: int | None = Field(default=None, primary_key=True)
    reader_id: int = Field(foreign_key="reader.id")
    logged_provider: str
    name: str
    speed: str = ""
    provider: str


class Conversation(SQLModel, table=True):
    """One thread as its source knows it."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("reader_id", "native"),
        Index("conversation_by_last", "last_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    reader_id: int = Field(foreign_key="reader.id")
    native: str
    source_id: int | None = Field(default=None, foreign_key="source.id")
    parent_native: str = ""
    relation: str = ""
    title: str = ""
    title_rank: int = 0
    project: str = ""
    branch: str = ""
    version: str = ""
    first_at: int | None = None
    last_at: int | None = None
    told_ns: int = 0  # when the newest document that tells of it was written


class Agent(SQLModel, table=True):
    """A sub-agent inside a conversation."""

    __tablename__ = "agent"
    __table_args__ = (UniqueConstraint("conversation_id", "native"),)

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id")
    native: str
    kind: str = ""
    description: str = ""
    tool_use: str = ""


class Call(SQLModel, table=True):
    """One billed request to a model; amounts are picodollars."""

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("reader_id", "key", "variant"),
        Index("call_by_conversation", "conversation_id"),
        Index("call_by_instant", "at"),
        Index("call_uncounted", "conversation_id", sqlite_where=text("approximate & 12 = 4")),
        Index("call_counted", "conversation_id", sqlite_where=text("approximate & 10 != 0")),
    )

    id: int | None = Field(default=None, primary_key=True)
    reader_id: int = Field(foreign_key="reader.id")
    key: str
    variant: str = ""
    conversation_id: int = Field(foreign_key="conversation.id")
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    file_id: int = Field(foreign_key="file.id")
    line: int
    at: int
    model_id: int = Field(foreign_key="model.id")
    context: str = ""
    sidechain: int = 0
    approximate: int = 0
    input: int
    output: int
    reasoning: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    web_searches: int
    list_pico: int | None = None
    price_state: int
    reported_pico: int | None = None


class Reported(SQLModel, table=True):
    """A running total of cost that the source itself keeps, by model."""

    __tablename__ = "reported"

    conversation_id: int = Field(foreign_key="conversation.id", primary_key=True)
    model_id: int = Field(foreign_key="model.id", primary_key=True)
    file_id: int = Field(foreign_key="file.id", primary_key=True)
    line: int = Field(primary_key=True)
    at: int
    cumulative_pico: int
    inherited: int = 0


class Usage(SQLModel, table=True):
    """The calls of a quarter hour, conversation and model, summed up."""

    __tablename__ = "usage"

    quarter: int = Field(primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id", primary_key=True)
    model_id: int = Field(foreign_key="model.id", primary_key=True)
    calls: int
    unpriced_calls: int
    estimated_calls: int
    input: int
    output: int
    reasoning: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    web_searches: int
    list_pico: int
    reported_calls: int
    reported_pico: int


class ConversationSum(SQLModel, table=True):
    """The calls of a conversation and model; the cost in two halves that can be summed apart."""

    __tablename__ = "conversation_sum"

    conversation_id: int = Field(foreign_key="conversation.id", primary_key=True)
    model_id: int = Field(foreign_key="model.id", primary_key=True)
    calls: int
    unpriced_calls: int
    estimated_calls: int
    tokens: int
    list_high: int
    list_low: int


class Page(SQLModel, table=True):
    """Bodies of messages that stand together, compressed as one."""

    __tablename__ = "page"

    id: int | None = Field(default=None, primary_key=True)
    body: bytes


class Message(SQLModel, table=True):
    """One visible entry of a conversation; its body is in a page."""

    __tablename__ = "message"
    __table_args__ = (
        Index("message_by_key", "key", "conversation_id", unique=True),
        Index("message_by_conversation", "conversation_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id")
    key: int
    parent_key: int | None = None
    file_id: int = Field(foreign_key="file.id")
    line: int
    at: int
    kind: int
    flags: int = 0
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    name: str | None = None
    page_id: int | None = Field(default=None, foreign_key="page.id")
    start: int
    length: int


class Summary(SQLModel, table=True):
    """A title for the conversation that holds a message, wherever that is."""

    __tablename__ = "summary"

    reader_id: int = Field(foreign_key="reader.id", primary_key=True)
    leaf_key: int = Field(primary_key=True)
    title: str = Field(primary_key=True)


class Rejected(SQLModel, table=True):
    """A line that could not be used."""

    __tablename__ = "rejected"

    file_id: int = Field(foreign_key="file.id", primary_key=True)
    line: int = Field(primary_key=True)
    offset: int
    reason: str
    excerpt: bytes
    at: int


class Label(SQLModel, table=True):
    """What a person says about a conversation."""

    __tablename__ = "label"
    __table_args__ = (Index("label_by_value", "name", "value"),)

    conversation_id: int = Field(foreign_key="conversation.id", primary_key=True)
    name: str = Field(primary_key=True)
    value: str = Field(primary_key=True)


class PriceBook(SQLModel, table=True):
    """Prices that calls were rated with."""

    __tablename__ = "price_book"

    digest: str = Field(primary_key=True)
    name: str
    version: str
    added_at: int
    content: bytes
    overrides: str = ""


class RatingRun(SQLModel, table=True):
    """A rating of all calls with the prices of a moment; sums are picodollars as text."""

    __tablename__ = "rating_run"

    id: int | None = Field(default=None, primary_key=True)
    at: int
    book_digest: str
    engine_version: str
    reason: str
    changed_calls: int = 0
    before_pico: str = "0"
    after_pico: str = "0"


class RatingChange(SQLModel, table=True):
    """What a rating run changed about a call."""

    __tablename__ = "rating_change"

    run_id: int = Field(foreign_key="rating_run.id", primary_key=True)
    call_id: int = Field(foreign_key="call.id", primary_key=True)
    before_pico: int | None = None
    after_pico: int | None = None


class ConversationExport(SQLModel, table=True):
    """A file that a conversation was written to."""

    __tablename__ = "conversation_export"

    conversation_id: int = Field(foreign_key="conversation.id", primary_key=True)
    target: str = Field(primary_key=True)


class Outcome(SQLModel, table=True):
    """How a support conversation ended, as its source tells it."""

    __tablename__ = "outcome"

    conversation_id: int | None = Field(
        default=None, primary_key=True, foreign_key="conversation.id"
    )
    handled_by: str
    resolution: str
    verdict: str
    resolved_at: int | None = None
    handed_off_at: int | None = None
    bot_messages: int | None = None
    human_messages: int | None = None
    customer_messages: int | None = None
    rating: str
    rating_of: int | None = None
    channel: str


class Detail(SQLModel, table=True):
    """A further fact about a conversation, as its source words it."""

    __tablename__ = "detail"

    conversation_id: int = Field(foreign_key="conversation.id", primary_key=True)
    name: str = Field(primary_key=True)
    value: str

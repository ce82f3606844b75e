"""The tables of hand-offs and reviews as SQLModel declares them."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class HandOff(SQLModel, table=True):
    """A person took over from a bot; instants are UTC microseconds."""

    __tablename__ = "handoff"
    __table_args__ = (Index("handoff_by_conversation", "conversation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    replaces: str = ""
    conversation_id: int = Field(foreign_key="conversation.id")
    at: int
    model: str = ""
    person: str = ""
    reason: str = ""
    note: str = ""
    wait_seconds: int | None = None
    handle_seconds: int | None = None
    outcome: str = ""
    origin: str
    provenance: str = ""
    key: str = ""
    made_by: str = ""
    made_at: int
    gone_at: int | None = None


class ReviewBatch(SQLModel, table=True):
    """A sample of conversations that people review, and how it was drawn."""

    __tablename__ = "review_batch"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    title: str
    seed: str = ""
    terms: str = ""
    owners: str
    due_at: int | None = None
    made_by: str = ""
    made_at: int
    gone_at: int | None = None


class ReviewItem(SQLModel, table=True):
    """A conversation to review, known by its reader and its own name where it is not here."""

    __tablename__ = "review_item"
    __table_args__ = (
        UniqueConstraint("batch_id", "reader", "native"),
        Index("review_item_by_conversation", "conversation_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    batch_id: int = Field(foreign_key="review_batch.id")
    conversation_id: int | None = Field(default=None, foreign_key="conversation.id")
    reader: str
    native: str
    title: str = ""
    stratum: str = ""
    place: int
    owners: str


class ReviewVerdict(SQLModel, table=True):
    """What a person says of an item; a later one of the same person takes its place."""

    __tablename__ = "review_verdict"
    __table_args__ = (Index("review_verdict_by_item", "item_id"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    item_id: int = Field(foreign_key="review_item.id")
    conversation_id: int | None = None
    reviewer: str
    kind: str = "review"
    verdict: str
    reasons: str = ""
    note: str = ""
    seconds: int | None = None
    at: int
    provenance: str = ""
    gone_at: int | None = None

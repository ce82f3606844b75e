"""The tables of triggers as SQLModel declares them."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class TriggerRule(SQLModel, table=True):
    """Since when a rule that a person confirmed holds (UTC microseconds)."""

    __tablename__ = "trigger_rule"

    name: str = Field(primary_key=True)
    digest: str
    event: str
    since: int
    seen: int = 0


class Firing(SQLModel, table=True):
    """What a rule does, or did, about one event; instants are UTC microseconds."""

    __tablename__ = "firing"
    __table_args__ = (
        UniqueConstraint("rule", "event", "subject", "revision"),
        Index("firing_by_status", "status"),
        Index("firing_by_conversation", "conversation_id"),
        Index("firing_by_entry", "entry_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    rule: str
    digest: str
    event: str
    subject: str
    revision: str
    conversation_id: int | None = None
    entry_id: int | None = None
    action: str
    name: str = Field(unique=True)
    input: str
    input_digest: str
    status: str
    attempts: int = 0
    outcome: str = ""
    error: str = ""
    at: int
    noted_at: int
    started_at: int | None = None
    finished_at: int | None = None

"""The tables of the audit log as SQLModel declares them."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Field, Index, SQLModel


class AuditDraft(SQLModel, table=True):
    """A change that SQLite noted within the open transaction."""

    __tablename__ = "audit_draft"

    id: int | None = Field(default=None, primary_key=True)
    table_name: str
    change: str
    object: str
    about: str
    content: str | None = None
    conversation_id: int | None = None
    entry_id: int | None = None


class AuditEvent(SQLModel, table=True):
    """An event of the chain: what was done when and by whom, without a word of what it says."""

    __tablename__ = "audit_event"

    seq: int | None = Field(default=None, primary_key=True)
    at: int
    actor: str
    action: str
    object: str
    batch: int
    commitment: bytes
    hash: bytes


class AuditContent(SQLModel, table=True):
    """What an event commits to, with its salt; gone where it was erased."""

    __tablename__ = "audit_content"
    __table_args__ = (
        Index(
            "audit_content_by_conversation",
            "conversation_id",
            sqlite_where=text("conversation_id IS NOT NULL"),
        ),
        Index("audit_content_by_entry", "entry_id", sqlite_where=text("entry_id IS NOT NULL")),
    )

    seq: int | None = Field(default=None, primary_key=True)
    salt: bytes
    about: str
    content: str | None = None
    conversation_id: int | None = None
    entry_id: int | None = None

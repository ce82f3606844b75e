"""The tables of plans, credits and statements as classes, beside those of `tables`."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class PlanText(SQLModel, table=True):
    """A plan as it was written, kept because something was billed by it."""

    __tablename__ = "plan_text"

    digest: str = Field(primary_key=True)
    plan: str
    version: str
    file: str
    added_at: int
    content: str


class Subscription(SQLModel, table=True):
    """That a plan is in force for some usage; its periods are counted from `anchor`."""

    __tablename__ = "subscription"

    id: int | None = Field(default=None, primary_key=True)
    plan: str
    began: int
    ended: int | None = None
    anchor: int
    scope: str = ""
    made_at: int


class Seats(SQLModel, table=True):
    """How many seats a subscription has from an instant on."""

    __tablename__ = "seats"

    subscription_id: int = Field(foreign_key="subscription.id", primary_key=True)
    at: int = Field(primary_key=True)
    seats: int


class CreditFact(SQLModel, table=True):
    """What a person did to the credits: picocredits and picounits of money as text."""

    __tablename__ = "credit_fact"

    id: int | None = Field(default=None, primary_key=True)
    subscription_id: int = Field(foreign_key="subscription.id")
    at: int
    kind: str
    amount: str
    price: str = "0"
    pool: str = ""
    target: str = ""
    priority: int | None = None
    expires_at: int | None = None
    note: str = ""
    made_at: int
    corrects: int | None = Field(default=None, foreign_key="credit_fact.id")


class Statement(SQLModel, table=True):
    """A closed period, frozen: its content never changes, and the digest tells if it did."""

    __tablename__ = "statement"

    subscription_id: int = Field(foreign_key="subscription.id", primary_key=True)
    since: int = Field(primary_key=True)
    until: int
    name: str
    closed_at: int
    digest: str
    content: bytes


class Alert(SQLModel, table=True):
    """A threshold that was reached, once for its period and epoch."""

    __tablename__ = "alert"

    subscription_id: int = Field(foreign_key="subscription.id", primary_key=True)
    scope: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    threshold: int = Field(primary_key=True)
    at: int
    used: str
    budget: str
    quiet: int
    muted: int = 0


class PlanFigures(SQLModel, table=True):
    """What a plan came to when last looked at, for those who can't wait."""

    __tablename__ = "plan_figures"

    subscription_id: int = Field(primary_key=True, foreign_key="subscription.id")
    at: int
    stamp: str
    content: str

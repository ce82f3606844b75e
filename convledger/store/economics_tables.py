"""The tables of unit economics as classes, beside those of `tables`."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel


class CostItem(SQLModel, table=True):
    """A cost beside the tokens, or revenue; the amount is picounits of the currency as text."""

    __tablename__ = "cost_item"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    name: str
    since: str
    until: str | None = None
    every: str = ""
    amount: str
    currency: str
    rule: str
    scope: str = ""
    note: str = ""
    origin: str = ""
    made_at: int
    gone_at: int | None = None
    erased_weight: int = 0


class CostShare(SQLModel, table=True):
    """What a conversation weighs where a cost is divided by hand."""

    __tablename__ = "cost_share"

    item_id: int = Field(foreign_key="cost_item.id", primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id", primary_key=True)
    weight: int


class WorkedTime(SQLModel, table=True):
    """Seconds that a person worked on a conversation."""

    __tablename__ = "worked_time"
    __table_args__ = (Index("worked_time_by_conversation", "conversation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id")
    at: int
    seconds: int
    person: str = ""
    note: str = ""
    origin: str = ""
    made_at: int
    gone_at: int | None = None


class HourlyRate(SQLModel, table=True):
    """What an hour of people's time costs from a day on."""

    __tablename__ = "hourly_rate"

    since: str = Field(primary_key=True)
    amount: str
    currency: str
    overhead: str = "0"
    made_at: int


class ExchangeRate(SQLModel, table=True):
    """What one unit of a currency is worth in another from a day on."""

    __tablename__ = "exchange_rate"

    currency: str = Field(primary_key=True)
    worth_in: str = Field(primary_key=True)
    since: str = Field(primary_key=True)
    rate: str
    made_at: int


class Scenario(SQLModel, table=True):
    """A named "what if"."""

    __tablename__ = "scenario"

    name: str = Field(primary_key=True)
    content: str
    made_at: int


class UnitBudget(SQLModel, table=True):
    """A named budget for conversations."""

    __tablename__ = "unit_budget"

    name: str = Field(primary_key=True)
    content: str
    made_at: int
    gone_at: int | None = None


class BalanceAssertion(SQLModel, table=True):
    """What a provider's own bill says that some days come to."""

    __tablename__ = "balance_assertion"

    id: int | None = Field(default=None, primary_key=True)
    since: str
    until: str
    scope: str = ""
    amount: str
    currency: str
    tolerance: str = "0"
    zone: str = "UTC"
    origin: str = ""
    note: str = ""
    made_at: int
    gone_at: int | None = None


class CostClosing(SQLModel, table=True):
    """Until when costs were closed, and the exchange rates that were known then."""

    __tablename__ = "cost_closing"

    id: int | None = Field(default=None, primary_key=True)
    after_id: int | None = Field(default=None, foreign_key="cost_closing.id")
    until: str
    ends_at: int
    rates: str
    closed_at: int
    gone_at: int | None = None


class ClosedDivision(SQLModel, table=True):
    """A period of a cost or of a plan as it was divided when it was closed."""

    __tablename__ = "closed_division"
    __table_args__ = (Index("closed_division_by_closing", "closing_id"),)

    id: int | None = Field(default=None, primary_key=True)
    closing_id: int = Field(foreign_key="cost_closing.id")
    item_id: int | None = Field(default=None, foreign_key="cost_item.id")
    subscription_id: int | None = Field(default=None, foreign_key="subscription.id")
    name: str
    since: str
    until: str
    amount: str
    currency: str


class ClosedShare(SQLModel, table=True):
    """What a conversation weighed in a division; none where it was erased since."""

    __tablename__ = "closed_share"
    __table_args__ = (Index("closed_share_by_conversation", "conversation_id"),)

    division_id: int = Field(foreign_key="closed_division.id", primary_key=True)
    place: int = Field(primary_key=True)
    conversation_id: int | None = Field(default=None, foreign_key="conversation.id")
    weight: str


class ClosedTalk(SQLModel, table=True):
    """What a conversation's own calls and people's time came to when it was closed."""

    __tablename__ = "closed_talk"
    __table_args__ = (Index("closed_talk_by_conversation", "conversation_id"),)

    closing_id: int = Field(foreign_key="cost_closing.id", primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id", primary_key=True)
    opened_at: int
    list_pico: str | None = None
    people: str | None = None
    currency: str = ""


class OutcomeBefore(SQLModel, table=True):
    """How a conversation was said to have ended until an instant."""

    __tablename__ = "outcome_before"
    __table_args__ = (
        Index("outcome_before_by_conversation", "conversation_id"),
        Index("outcome_before_by_instant", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id")
    at: int
    handled_by: str
    resolution: str
    label: str

"""What a provider's table tells, row by row, and how it wants to be read."""

from __future__ import annotations

from datetime import UTC, date, tzinfo
from decimal import Decimal

from msgspec import Struct, field

from convledger.sources.findings import Rejected

DAY, MODEL, CURRENCY = "day", "model", "currency"


class Asked(Struct, frozen=True):
    """What a person says of a table: everything that it does not tell itself.

    `columns` are columns by what they mean, an empty name where nothing does; `order` is that of
    dates (dmy, mdy, ymd), `decimal` the mark in numbers. `input_is_all` says whether input tokens
    hold the cached ones, None where nobody has said. Days are those of `zone`.
    """

    provider: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    order: str = ""
    decimal: str = ""
    currency: str = ""
    input_is_all: bool | None = None
    zone: tzinfo = UTC


class BillRow(Struct, frozen=True):
    """One row: tokens by kind, calls, premium requests in thousandths, and money.

    `amount` is None where the row tells none.
    """

    line: int
    day: date
    model: str
    tokens: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    requests: int = 0
    amount: Decimal | None = None
    currency: str = "USD"


class Bill(Struct):
    """A provider's table as it was read.

    `told` are the kinds of figures in it; `sellers` and `sources` say which of the ledger's calls
    it can be about, all where they are empty. `input_is_all` says that input tokens without a
    column of their own are in its input. `places` are the digits behind the point of its money.
    """

    provider: str
    title: str
    header: list[str]
    rows: list[BillRow] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    told: frozenset[str] = frozenset()
    sellers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    input_is_all: bool = True
    places: int = 2
    passed_over: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def has_models(self) -> bool:
        """Whether it tells models apart."""
        return any(row.model for row in self.rows)

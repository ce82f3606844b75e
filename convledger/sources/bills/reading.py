"""Reads a provider's table: which one it is, and what each of its rows tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from convledger.economics.reconciling import (
    CALLS,
    COST,
    INPUT,
    KINDS,
    READ,
    REQUESTS,
    TOKENS,
    WRITE,
    WRITE_1H,
    WRITE_5M,
)
from convledger.pricing.names import LONGEST_NAME
from convledger.sources.bills.columns import (
    columns_words,
    currency_named,
    guessed_columns,
    said_columns,
)
from convledger.sources.bills.forms import (
    COPILOT,
    OPENAI_COST,
    PROVIDERS,
    SELLERS,
    SOURCES,
    TABLE,
    Form,
    form_of,
    is_of_cursor,
    is_of_litellm,
)
from convledger.sources.bills.logged import read_cursor, read_litellm
from convledger.sources.bills.records import CURRENCY, DAY, MODEL, Asked, Bill, BillRow
from convledger.sources.bills.values import (
    DayOf,
    day_reader,
    mark_of,
    money_in,
    places_in,
    thousandths_in,
    tokens_in,
)
from convledger.sources.document import Document, NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.lenient import BadLine
from convledger.sources.table.delimited import Row
from convledger.sources.table.rows import Table

MOST_ROWS = 500_000
_SUMS = frozenset({"total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme"})
_CACHE = (READ, WRITE, WRITE_5M, WRITE_1H)


def read_bill(document: Document, asked: Asked) -> Bill:
    """Return what a provider's table tells. Raises NotReadable with what has to be said of it."""
    if asked.provider and asked.provider not in PROVIDERS:
        raise NotReadable(f"{asked.provider} is none of {', '.join(PROVIDERS)}")
    table = Table(document.stream())
    header, provider = table.header, asked.provider
    if not asked.columns:
        if provider in ("", "cursor") and is_of_cursor(header):
            return read_cursor(document, table, asked)
        if provider in ("", "litellm") and is_of_litellm(header):
            return read_litellm(document, table, asked)
    form = None if provider == TABLE else form_of(header, provider)
    if form is None and provider not in ("", TABLE) and not asked.columns:
        raise NotReadable(
            f"no export of {provider} that is known. It has {columns_words(header)}. Say which is "
            "which: --map day=COLUMN,model=COLUMN,cost=COLUMN"
        )
    said = said_columns(asked.columns, header)
    columns = form.found(header) | said if form else guessed_columns(header, said)
    columns = {meaning: column for meaning, column in columns.items() if column}
    if DAY not in columns:
        raise NotReadable(f"no column tells the day: say --map day=COLUMN. It has "
                          f"{columns_words(header)}")  # fmt: skip
    rows, rejected = _rows(table)
    if not rows:
        raise NotReadable(f"names columns but has no row that could be read{_first(rejected)}")
    seller = form.provider if form else provider
    bill = Bill(
        seller or TABLE,
        form.title if form else "table",
        header,
        rejected=rejected,
        sellers=SELLERS.get(seller, ()),
        sources=SOURCES.get(seller, ()),
        columns=columns,
    )
    if form and form.note:
        bill.notes.append(form.note)
    _Reading(bill, form, asked, rows, is_json=table.is_json).read()
    return bill


def _rows(table: Table) -> tuple[list[Row], list[Rejected]]:
    rows: list[Row] = []
    rejected: list[Rejected] = []
    for found in islice(table, MOST_ROWS + 1):
        if isinstance(found, Rejected):
            rejected.append(found)
        elif any(cell.strip() for cell in found.cells):
            rows.append(found)
    if len(rows) + len(rejected) > MOST_ROWS:
        raise NotReadable(f"more than {MOST_ROWS:,} rows; export fewer days at once")
    return rows, rejected


def _first(rejected: Sequence[Rejected]) -> str:
    return f": line {rejected[0].line}: {rejected[0].reason}" if rejected else ""


class _Reading:
    """The rows of one table being taken apart."""

    def __init__(
        self, bill: Bill, form: Form | None, asked: Asked, rows: list[Row], *, is_json: bool
    ) -> None:
        self._bill, self._form, self._asked, self._table = bill, form, asked, rows
        places = {name: place for place, name in reversed(list(enumerate(bill.header)))}
        self._places = {meaning: places[name] for meaning, name in bill.columns.items()}
        self._drop_empty_columns()
        self._counted = [kind for kind in (*KINDS, CALLS) if kind in self._places]
        counts = [value for kind in self._counted for value in self._values(kind)]
        amounts = [*self._values(COST), *self._values(REQUESTS)]
        self._mark = asked.decimal or mark_of(counts, amounts, is_machine=bool(form) or is_json)
        self._day: DayOf = day_reader(list(self._values(DAY)), asked.order, asked.zone)
        self._most_places = 0

    def read(self) -> None:
        """Fill the bill with what its rows tell."""
        bill = self._bill
        for row in self._table:
            try:
                self._read(row)
            except BadLine as error:
                bill.rejected.append(row.rejected(str(error)))
        if not bill.days:
            raise NotReadable(
                f"no row of it can be read{_first(bill.rejected)}. It has "
                f"{columns_words(bill.header)}"
            )
        told = {kind for kind in self._counted if kind != TOKENS or not self._tells_kinds()}
        if any(row.amount is not None for row in bill.rows):
            told.add(COST)
        elif REQUESTS in self._places:
            told.add(REQUESTS)
        if not told:
            raise NotReadable("tells neither tokens nor money; --map names the columns that do")
        bill.told = frozenset(told)
        bill.places = self._most_places
        bill.input_is_all = self._input_is_all()
        if bill.input_is_all:
            bill.rows = [_apart(row) for row in bill.rows]

    def _drop_empty_columns(self) -> None:
        """Forget columns without a single value: what nobody tells is not compared."""
        for meaning in (*KINDS, CALLS, COST):
            if meaning in self._places and not any(self._values(meaning)):
                del self._places[meaning]

    def _tells_kinds(self) -> bool:
        return any(kind in self._counted for kind in KINDS if kind != TOKENS)

    def _values(self, meaning: str) -> Iterator[str]:
        place = self._places.get(meaning)
        if place is not None:
            for row in self._table:
                if row.cells[place].strip():
                    yield row.cells[place]

    def _text(self, row: Row, meaning: str) -> str:
        place = self._places.get(meaning)
        return row.cells[place].strip() if place is not None else ""

    def _read(self, row: Row) -> None:
        if self._is_other_product(row):
            self._bill.passed_over += 1
            return
        told = [self._text(row, meaning) for meaning in (*self._counted, COST, REQUESTS)]
        written = self._text(row, DAY)
        if _is_sum(row, written):
            self._bill.passed_over += 1
            return
        day = self._day(written) if written else None
        if day is None:
            raise BadLine(f"{written!r:.60} in {self._bill.columns[DAY]} is no day")
        if not any(told):
            self._bill.days.add(day)  # a day without usage
            return
        tokens, calls = {}, 0
        for kind in self._counted:
            count = tokens_in(self._text(row, kind), self._mark)
            if kind == CALLS:
                calls = count or 0
            elif count is not None:
                tokens[kind] = count
        requests, (amount, currency) = self._requests(row), self._money(row)
        model = self._model(row)
        self._bill.days.add(day)
        if amount is not None:
            self._most_places = max(self._most_places, places_in(amount))
        self._bill.rows.append(
            BillRow(row.line, day, model, tokens, calls, requests, amount, currency)
        )

    def _is_other_product(self, row: Row) -> bool:
        """Tell whether GitHub's report tells of something else than Copilot in a row."""
        product = self._text(row, "product").casefold()
        return bool(product) and product not in (COPILOT, "spark")

    def _model(self, row: Row) -> str:
        text = " ".join(self._text(row, MODEL).split())[:LONGEST_NAME]
        if self._form is OPENAI_COST and text:
            return text.rpartition(" | ")[2].partition(",")[0].strip()
        return text

    def _requests(self, row: Row) -> int:
        if REQUESTS not in self._places or self._is_priced_by_tokens(row):
            return 0
        return thousandths_in(self._text(row, REQUESTS), self._mark)

    def _is_priced_by_tokens(self, row: Row) -> bool:
        unit = self._text(row, "unit").casefold()
        return bool(unit) and unit != "requests"

    def _money(self, row: Row) -> tuple[Decimal | None, str]:
        """Return what a row costs and in which currency; premium requests are no tokens' price."""
        if COST not in self._places:
            return None, "USD"
        is_copilot = self._form is not None and self._form.provider == COPILOT
        if is_copilot and not self._is_priced_by_tokens(row):
            return None, "USD"
        found = money_in(self._text(row, COST), self._mark)
        if found is None:
            return None, "USD"
        amount, written = found
        named = self._text(row, CURRENCY).upper() or currency_named(self._bill.columns[COST])
        if written and named and written != named:
            raise BadLine(f"an amount in {written} where {named} is said")
        currency = named or written or self._asked.currency
        currency = currency or (self._form.currency if self._form else "")
        if not currency:
            raise NotReadable("its amounts are in no currency: say --currency USD")
        if len(currency) != 3 or not currency.isalpha() or not currency.isascii():
            raise BadLine(f"{currency!r:.20} is no currency")
        return amount, currency

    def _input_is_all(self) -> bool:
        """Tell whether input holds tokens that have columns of their own, or none at all."""
        if self._asked.input_is_all is not None:
            return self._asked.input_is_all
        if self._form is not None:
            return self._form.input_is_all
        told = [kind for kind in _CACHE if kind in self._counted]
        if INPUT not in self._counted or not told:
            return True  # what has no other column can only be in this one
        cached = [row for row in self._bill.rows if sum(row.tokens.get(k, 0) for k in told)]
        if not cached or any(
            sum(row.tokens.get(kind, 0) for kind in told) > row.tokens.get(INPUT, 0)
            for row in cached
        ):
            return False
        if all(TOKENS in row.tokens for row in cached):
            sums = {kind: [sum(row.tokens.get(each, 0) for each in each_of) for row in cached]
                    for kind, each_of in (("all", (INPUT, "output")),
                                          ("fresh", (INPUT, "output", *told)))}  # fmt: skip
            whole = [row.tokens[TOKENS] for row in cached]
            if sums["all"] == whole or sums["fresh"] == whole:
                return sums["all"] == whole
        raise NotReadable(
            f"{self._bill.columns[INPUT]} may hold the cached tokens or not: say --input-all or "
            "--input-fresh"
        )


def _is_sum(row: Row, day: str) -> bool:
    """Tell whether a row is the sum below a table."""
    first = next((cell for cell in row.cells if cell.strip()), "")
    return (day or first).strip(" :").casefold() in _SUMS or (
        not day and first.strip(" :").casefold() in _SUMS
    )


def _apart(row: BillRow) -> BillRow:
    """Return a row with the cached tokens taken out of its input, where it tells them."""
    cached = sum(row.tokens.get(kind, 0) for kind in _CACHE)
    if not cached or INPUT not in row.tokens:
        return row
    from msgspec.structs import replace

    fresh = max(row.tokens[INPUT] - cached, 0)
    return replace(row, tokens=row.tokens | {INPUT: fresh})

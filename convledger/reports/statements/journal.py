"""Statements as double-entry bookings, whatever tool they are written for.

Money goes from an expense account of each plan and line to the payable account. Credits are a
commodity of their own for each plan: what was granted comes in, what was used, expired or was
voided goes out, and the balance is what the statement says is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from convledger.clock import iso_text
from convledger.plans import statement as kinds
from convledger.plans.currencies import minor_places
from convledger.plans.statement import INFORMATIVE, Line, Statement
from convledger.reports.statements.figures import (
    KIND_WORDS,
    STATE_WORDS,
    day_of,
    decimal_text,
    exact_text,
    first_day,
    last_day,
    one_view,
)
from convledger.reports.statements.names import (
    UNNAMED,
    account,
    commodity,
    credits_commodity,
    part,
    plan_part,
)

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts that bookings go to; each begins with one of the five roots."""

    expenses: str = "Expenses:AI"
    payable: str = "Liabilities:AI"
    credits: str = "Assets:AI:Credits"
    granted: str = "Income:AI:Credits"
    carried: str = "Equity:AI:Credits"


@dataclass(frozen=True, slots=True)
class JournalOptions:
    """How statements become bookings.

    Without `declares` the file names no accounts and commodities of its own, for books that have
    them. Without `brings_forward` credits from before the first statement are not booked, for
    books that have that statement. `as_of` (UTC microseconds) dates an open period no later.
    """

    accounts: Accounts = field(default_factory=Accounts)
    declares: bool = True
    brings_forward: bool = True
    as_of: int | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount in picounits of a commodity, to an account; `facts` say what it is about."""

    account: str
    amount: int
    commodity: str
    facts: Facts = ()
    balance: int | None = None  # of the account in that commodity afterwards, where it is known


@dataclass(frozen=True, slots=True)
class Booking:
    """A dated booking whose postings add up to nothing in each commodity."""

    day: date
    is_final: bool
    code: str
    payee: str
    words: str
    facts: Facts
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class Journal:
    """Bookings by day, with what must be declared: commodities by name with places and words."""

    bookings: tuple[Booking, ...]
    accounts: tuple[str, ...]
    commodities: dict[str, tuple[int, str]]
    balances: dict[tuple[str, str], int]


def journal_of(statements: Sequence[Statement], options: JournalOptions) -> Journal:
    """Return the bookings of statements; raises TwoViews for a period in two states."""
    writer = _Writer(options)
    for found in one_view(statements):
        writer.add(found)
    return writer.journal()


class _Writer:
    """Turns statements into bookings and follows each plan's credits."""

    def __init__(self, options: JournalOptions) -> None:
        self._options = options
        names = options.accounts
        self._expenses, self._payable = account(names.expenses), account(names.payable)
        self._credits, self._granted = account(names.credits), account(names.granted)
        self._carried = account(names.carried)
        self._bookings: list[Booking] = []
        self._commodities: dict[str, tuple[int, str]] = {}
        self._left: dict[tuple[str, str], int] = {}

    def add(self, found: Statement) -> None:
        """Book one statement; later periods of a plan come after earlier ones."""
        day = self._day(found)
        self._book(found, day, "Statement", self._money(found))
        brought, moved = self._credit_moves(found)
        self._book(found, first_day(found), "Credits brought forward", brought)
        self._book(found, day, "Credits", moved)

    def _day(self, found: Statement) -> date:
        last, as_of = last_day(found), self._options.as_of
        if as_of is None:
            return last
        return max(min(last, day_of(as_of, found.zone)), first_day(found))

    def _book(self, found: Statement, day: date, words: str, postings: list[Posting]) -> None:
        if not postings:
            return
        state = STATE_WORDS.get(found.state, found.state)
        self._bookings.append(
            Booking(
                day,
                found.state in (kinds.SETTLED, kinds.RESTATED),
                found.name,
                found.plan_name.strip() or found.plan.strip() or "Plan",
                f"{words} {found.name}, {state}",
                _statement_facts(found),
                tuple(postings),
            )
        )

    def _money(self, found: Statement) -> list[Posting]:
        """Return what is due, by line, and the payable side of it."""
        money = commodity(found.currency)
        root = f"{self._expenses}:{plan_part(found.plan)}"
        postings = []
        for line in found.lines:
            if line.money and line.kind not in INFORMATIVE:
                place = f"{root}:{_line_part(line)}"
                postings.append(Posting(place, line.money, money, _line_facts(line)))
        unlisted = found.due - sum(each.amount for each in postings)
        if unlisted:
            postings.append(Posting(f"{root}:Unlisted", unlisted, money))
        if found.due:
            postings.append(Posting(self._payable, -found.due, money))
        self._declare(money, found.currency, minor_places(found.currency), postings)
        return postings

    def _credit_moves(self, found: Statement) -> tuple[list[Posting], list[Posting]]:
        """Return what came from before the period, and what its credits did."""
        sums, plan = found.sums, plan_part(found.plan)
        name = credits_commodity(found.plan)
        place, spent = f"{self._credits}:{plan}", f"{self._expenses}:{plan}"
        before = sums.brought_forward
        chain = (found.plan, found.contract)
        is_first = chain not in self._left
        missing = before - self._left.get(chain, 0)
        self._left[chain] = sums.left
        brought: list[Posting] = []
        if missing and (self._options.brings_forward or not is_first):
            brought = [
                Posting(place, missing, name),
                Posting(f"{self._carried}:{plan}", -missing, name),
            ]
        moves = (
            (f"{self._granted}:{plan}", -sums.granted),
            (f"{spent}:Credits-used", sums.used),
            (f"{spent}:Credits-expired", sums.expired),
            (f"{spent}:Credits-voided", sums.voided),
        )
        moved = []
        for other, amount in moves:
            if amount:
                moved += [Posting(place, -amount, name), Posting(other, amount, name)]
        self._declare(name, f"Credits of {found.plan}", 0, [*brought, *moved])
        return brought, moved

    def _declare(self, name: str, words: str, places: int, postings: list[Posting]) -> None:
        if not postings:
            return
        needed = max(len(decimal_text(each.amount).partition(".")[2]) for each in postings)
        known, first_words = self._commodities.get(name, (places, words))
        self._commodities[name] = (max(known, needed), first_words)

    def journal(self) -> Journal:
        """Return all bookings by day, with the balance of each credit account as it goes."""
        balances: dict[tuple[str, str], int] = {}
        in_order = sorted(self._bookings, key=lambda each: each.day)
        bookings = [_with_balances(each, self._credits, balances) for each in in_order]
        accounts = sorted({each.account for one in bookings for each in one.postings})
        return Journal(
            tuple(bookings), tuple(accounts), dict(sorted(self._commodities.items())), balances
        )


def _with_balances(
    booking: Booking, credits_root: str, balances: dict[tuple[str, str], int]
) -> Booking:
    """Return a booking whose credit postings say the balance that they leave."""
    postings = []
    for each in booking.postings:
        balance = None
        if each.account.startswith(f"{credits_root}:"):
            key = (each.account, each.commodity)
            balance = balances[key] = balances.get(key, 0) + each.amount
        postings.append(Posting(each.account, each.amount, each.commodity, each.facts, balance))
    return Booking(
        *(booking.day, booking.is_final, booking.code, booking.payee, booking.words),
        *(booking.facts, tuple(postings)),
    )


def _statement_facts(found: Statement) -> Facts:
    facts = (
        ("plan", found.plan),
        ("version", found.version),
        ("plan-digest", found.plan_digest),
        ("period", found.name),
        ("since", iso_text(found.since)),
        ("until", iso_text(found.until)),
        ("zone", found.zone),
        ("state", found.state),
    )
    return tuple((name, text) for name, text in facts if text)


def _line_facts(line: Line) -> Facts:
    quantity = f"{decimal_text(line.quantity)} {line.unit_name}".strip() if line.quantity else ""
    facts = (
        ("line", line.id),
        ("quantity", quantity),
        ("exact", exact_text(line)),
        ("unpriced", str(line.unpriced) if line.unpriced else ""),
        ("about", line.about),
        ("note", line.note),
    )
    return tuple((name, text) for name, text in facts if text)


def _line_part(line: Line) -> str:
    """Return the account of a line below its plan: its kind, then its name if that says more."""
    kind, name = part(KIND_WORDS.get(line.kind, line.kind)), part(line.name or line.id)
    return kind if line.kind == kinds.ROUNDING or name in (kind, UNNAMED) else f"{kind}:{name}"

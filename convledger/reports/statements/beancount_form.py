"""Statements as a file for beancount."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from convledger.plans.statement import Statement
from convledger.reports.statements.figures import decimal_text
from convledger.reports.statements.journal import (
    Booking,
    Facts,
    Journal,
    JournalOptions,
    Posting,
    journal_of,
)
from convledger.text.display import display_text


def beancount_text(statements: Sequence[Statement], options: JournalOptions | None = None) -> str:
    """Return statements as beancount bookings, always the same text for the same statements.

    What is not settled is marked "!"; a balance of each plan's credits is asserted at the end.
    """
    chosen = options or JournalOptions()
    found = journal_of(statements, chosen)
    blocks = [["; Statements of AI plans, exported by convledger"]]
    if found.bookings and chosen.declares:
        blocks += [list(_openings(found))]
    blocks += [list(_booking(each, found)) for each in found.bookings]
    if found.balances and chosen.brings_forward:
        blocks += [list(_balances(found))]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _openings(found: Journal) -> Iterator[str]:
    day = found.bookings[0].day
    for name, (_, words) in found.commodities.items():
        yield f"{day} commodity {name}"
        yield f"  name: {_quoted(words)}"
    for account in found.accounts:
        yield f"{day} open {account}"


def _booking(booking: Booking, found: Journal) -> Iterator[str]:
    flag = "*" if booking.is_final else "!"
    yield f"{booking.day} {flag} {_quoted(booking.payee)} {_quoted(booking.words)}"
    yield from _facts(booking.facts, "  ")
    for each in booking.postings:
        yield f"  {each.account}  {_amount(each, found)}"
        yield from _facts(each.facts, "    ")


def _facts(facts: Facts, indent: str) -> Iterator[str]:
    for name, text in facts:
        yield f"{indent}{name}: {_quoted(text)}"


def _amount(posting: Posting, found: Journal) -> str:
    places, _ = found.commodities[posting.commodity]
    return f"{decimal_text(posting.amount, places)} {posting.commodity}"


def _balances(found: Journal) -> Iterator[str]:
    """Yield what is left of credits: an assertion holds at the beginning of its day."""
    day = found.bookings[-1].day + timedelta(days=1)
    for (account, name), left in sorted(found.balances.items()):
        yield f"{day} balance {account}  {_amount(Posting(account, left, name), found)}"


def _quoted(text: str) -> str:
    shown = display_text(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown}"'

"""Statements as a journal for hledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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

# What would end a tag, a description or a code, or be read as a date.
_IN_TAG = str.maketrans({",": ";", "[": "(", "]": ")"})
_IN_WORDS = str.maketrans({";": ",", "|": "/"})
_IN_CODE = str.maketrans({"(": "", ")": "", ";": ","})


def hledger_text(statements: Sequence[Statement], options: JournalOptions | None = None) -> str:
    """Return statements as an hledger journal, always the same text for the same statements.

    What is not settled is marked "!"; the balance of credits is asserted as it goes.
    """
    chosen = options or JournalOptions()
    found = journal_of(statements, chosen)
    blocks = [["; Statements of AI plans, exported by convledger", "decimal-mark ."]]
    if found.bookings and chosen.declares:
        blocks += [list(_declarations(found))]
    blocks += [list(_booking(each, found, chosen.brings_forward)) for each in found.bookings]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _declarations(found: Journal) -> Iterator[str]:
    for name, (places, words) in found.commodities.items():
        # The point is needed even where nothing follows it.
        yield f"commodity 1000.{'0' * places} {_commodity(name)}  ; {_tagged('name', words)}"
    for account in found.accounts:
        yield f"account {account}"


def _booking(booking: Booking, found: Journal, asserts: bool) -> Iterator[str]:
    flag = "*" if booking.is_final else "!"
    code = display_text(booking.code).translate(_IN_CODE)
    words = f"{_words(booking.payee)} | {_words(booking.words)}"
    yield f"{booking.day} {flag} ({code}) {words}"
    yield from _facts(booking.facts, "    ")
    for each in booking.postings:
        wanted = ""
        if asserts and each.balance is not None:
            wanted = f" = {_amount(each.balance, each, found)}"
        yield f"    {each.account}  {_amount(each.amount, each, found)}{wanted}"
        yield from _facts(each.facts, "        ")


def _facts(facts: Facts, indent: str) -> Iterator[str]:
    for name, text in facts:
        yield f"{indent}; {_tagged(name, text)}"


def _tagged(name: str, text: str) -> str:
    return f"{name}: {display_text(text).translate(_IN_TAG)}".rstrip()


def _words(text: str) -> str:
    return display_text(text).translate(_IN_WORDS).strip()


def _amount(amount: int, posting: Posting, found: Journal) -> str:
    places, _ = found.commodities[posting.commodity]
    return f"{decimal_text(amount, places)} {_commodity(posting.commodity)}"


def _commodity(name: str) -> str:
    return name if name.isalpha() else f'"{name}"'

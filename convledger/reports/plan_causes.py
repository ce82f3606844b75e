"""What is behind a line of the credit ledger: the conversations that used the credits."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from convledger.plans.billing import Bill
from convledger.plans.certainty import SURE, Doubt
from convledger.plans.doubts import Doubts
from convledger.plans.late_bills import first_id
from convledger.reports.credit_lines import KINDS, CreditLine


@dataclass(frozen=True, slots=True)
class UsedBy:
    """A conversation that used credits: `amount` in picocredits, `at` its latest use."""

    conversation_id: int
    source: str
    title: str
    units: int
    amount: int
    at: int
    doubt: Doubt = SURE


def used_by(
    connection: sqlite3.Connection, bill: Bill, pool: str, line: CreditLine
) -> list[UsedBy]:
    """Return who used the credits of a line, or was refused them; the dearest comes first.

    What no lot paid counts as well.
    """
    kinds = KINDS.get(line.what, frozenset[str]())
    threads = {each.unit.id: int(each.unit.thread.id) for each in bill.rated}
    amounts: dict[int, int] = {}
    units: dict[int, set[str]] = {}
    last: dict[int, int] = {}
    guessed: set[int] = set()
    doubts = Doubts(bill)
    for one in bill.fold.entries(pool):
        unit = first_id(one.cause)
        if one.kind not in kinds or not line.since <= one.at <= line.until or unit not in threads:
            continue
        thread = threads[unit]
        amounts[thread] = amounts.get(thread, 0) + (-one.amount if one.lot else one.amount)
        units.setdefault(thread, set()).add(unit)
        if doubts.of_entry(one):
            guessed.add(thread)
        last[thread] = max(one.at, last.get(thread, one.at))
    return sorted(
        (
            UsedBy(
                thread,
                *_name(connection, thread),
                len(units[thread]),
                amount,
                last[thread],
                Doubt(thread in guessed),
            )
            for thread, amount in amounts.items()
        ),
        key=lambda one: (-one.amount, -one.at, one.conversation_id),
    )


def _name(connection: sqlite3.Connection, conversation_id: int) -> tuple[str, str]:
    source, title, native = connection.execute(
        "SELECT reader.name, title, native FROM conversation JOIN reader ON reader.id=reader_id "
        "WHERE conversation.id=?",
        (conversation_id,),
    ).fetchone()
    return source, title or native


def message_at(connection: sqlite3.Connection, conversation_id: int, at: int) -> int | None:
    """Return the first message of a conversation that was not said before an instant."""
    row = connection.execute(
        "SELECT id FROM message WHERE conversation_id=? AND at>=? AND agent_id IS NULL "
        "AND flags & 7 = 0 ORDER BY at, id LIMIT 1",
        (conversation_id, at),
    ).fetchone()
    return None if row is None else row[0]

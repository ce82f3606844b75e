"""Rates calls anew when prices change: a run is appended, and what changed is kept beside it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import NamedTuple

from convledger.clock import now_us
from convledger.errors import WorkspaceError
from convledger.ingest.rates import Rates, keep_book
from convledger.money import usd_display
from convledger.pricing import ENGINE_VERSION
from convledger.store.calls import ESTIMATED, in_doubt, rebuild_usage
from convledger.store.connection import transaction
from convledger.words import plural

_BEYOND = 1 << 63  # picodollars, nine million dollars for a call


@dataclass(slots=True)
class Rerating:
    """What a rating run changed; amounts are picodollars of priced calls."""

    run_id: int
    calls: int
    changed_calls: int
    conversations: int
    before_pico: int
    after_pico: int
    estimated: bool = False  # whether some of both sums is an estimate

    def words(self) -> str:
        """Say what changed in one line."""
        return (
            f"rated anew with the prices in force: {self.changed_calls:,} of {self.calls:,} calls "
            f"in {self.conversations:,} conversations changed, "
            f"{usd_display(self.before_pico, estimated=self.estimated)} is now "
            f"{usd_display(self.after_pico, estimated=self.estimated)}"
        )


class Change(NamedTuple):
    """A call that costs something else than is stored; amounts are picodollars, None unknown."""

    call: int
    before: int | None
    after: int | None
    state: int


def rerate(
    connection: sqlite3.Connection,
    rates: Rates,
    reason: str,
    *,
    dry_run: bool = False,
    compare: bool = False,
) -> Rerating | None:
    """Rate every call with `rates`; None where nothing can change.

    Where the last run used the same prices, calls are looked at only to `compare` what is stored:
    another program may have changed it since.
    """
    digest = rates.rater.digest
    last = connection.execute(
        "SELECT book_digest FROM rating_run ORDER BY id DESC LIMIT 1"
    ).fetchone()
    is_same = last is not None and last[0] == digest
    if is_same and not compare:
        return None
    changes, result = changes_of(connection, rates)
    if dry_run:
        return result
    if is_same and not changes:
        return None
    beyond = sum(each.after is not None and each.after >= _BEYOND for each in changes)
    if beyond:
        raise WorkspaceError(
            f"{plural(beyond, 'call')} would cost more than can be kept: nobody sends so many "
            "tokens. Nothing was rated anew; `convledger restore` brings a backup back"
        )
    with transaction(connection):
        keep_book(connection, rates)
        run = connection.execute(
            "INSERT INTO rating_run (at, book_digest, engine_version, reason, changed_calls, "
            "before_pico, after_pico) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(now_us(), digest, str(ENGINE_VERSION), reason if last else "first rating"),
                *(len(changes), str(result.before_pico), str(result.after_pico)),
            ),
        )
        result.run_id = run.lastrowid or 0
        connection.executemany(
            "INSERT INTO rating_change (run_id, call_id, before_pico, after_pico) "
            "VALUES (?, ?, ?, ?)",
            ((result.run_id, call_id, before, after) for call_id, before, after, _ in changes),
        )
        connection.executemany(
            "UPDATE call SET list_pico=?, price_state=? WHERE id=?",
            ((after, state, call_id) for call_id, _, after, state in changes),
        )
        if changes:
            rebuild_usage(connection)
    return result


def changes_of(connection: sqlite3.Connection, rates: Rates) -> tuple[list[Change], Rerating]:
    """Return the calls that cost something else with `rates` than is stored, and what that is."""
    changes = []
    conversations: set[int] = set()
    result = Rerating(0, 0, 0, 0, 0, 0)
    for row in connection.execute(
        "SELECT call.id, list_pico, price_state, conversation_id, reader.name, "
        "logged_provider, "
        "model.name, at, context, input, output, cache_read, cache_write_5m, cache_write_1h, "
        "web_searches, approximate FROM call JOIN reader ON reader.id=call.reader_id "
        "JOIN model ON model.id=model_id"
    ):
        call_id, before, state_before, conversation_id, reader, provider, model, at, context = row[
            :9
        ]
        after, state = rates.pico(reader, provider or None, model, at, context, *row[9:-1])
        after, state = in_doubt(row[-1], after, state)
        result.calls += 1
        result.before_pico += before or 0
        result.after_pico += after or 0
        result.estimated |= state == ESTIMATED
        if (after, state) != (before, state_before):
            changes.append(Change(call_id, before, after, state))
            conversations.add(conversation_id)
    result.changed_calls, result.conversations = len(changes), len(conversations)
    return changes, result

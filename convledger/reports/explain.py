"""Explains a cost: quantity times price, the row it came from, the modifiers, the result."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from convledger.clock import iso_text
from convledger.errors import UsageProblem
from convledger.money import usd_text
from convledger.pricing import Rated, Rater
from convledger.pricing.tariff import State
from convledger.records import Usage
from convledger.reports.conversations import storable
from convledger.store.calls import COUNTED, MISSING, ROUNDED, in_doubt

COUNTED_WORDS = "tokens counted from the texts: the source records none"
MISSING_WORDS = "the source records no tokens: the cost is unknown, not zero"
ROUNDED_WORDS = "the source tells tokens in round numbers, or only some of them"
STATES = {1: "priced", 2: "free", 3: "estimated", 4: "unpriced"}


@dataclass(slots=True)
class Explanation:
    """A call, what is stored for it, and how its cost comes about now."""

    key: str
    at: int
    source: str
    model: str
    conversation: str
    title: str
    file: str
    line: int
    context: str
    stored_pico: int | None
    reported_pico: int | None
    usage: Usage
    rated: Rated
    run_at: int | None
    book: str
    tokens: str = ""  # how they are known, in words; nothing where the source tells them

    def document(self) -> dict[str, Any]:
        """Return the explanation as JSON says it."""
        return {
            "call": self.key,
            "at": iso_text(self.at),
            "source": self.source,
            "model": self.model,
            "conversation": self.conversation,
            "file": self.file,
            "line": self.line,
            "context": self.context or None,
            "tokens": self.tokens or "recorded",
            "state": STATES[int(self.rated.state)],
            "rule": self.rated.rule,
            "provider": self.rated.provider,
            "priced_as": self.rated.model,
            "price_source": self.rated.price_source,
            "effective_from": str(self.rated.effective_from) if self.rated.effective_from else None,
            "tier_above": self.rated.tier_above,
            "modifiers": list(self.rated.modifiers),
            "warnings": list(self.rated.warnings),
            "lines": [
                {
                    "component": line.component,
                    "quantity": line.quantity,
                    "usd_per": line.per,
                    "unit_price": line.unit_price,
                    "multiplier": line.multiplier,
                    "cost_usd": usd_text(line.pico),
                }
                for line in self.rated.lines
            ],
            "list_cost_usd": (
                None if self.rated.total_pico is None else usd_text(self.rated.total_pico)
            ),
            "stored_cost_usd": None if self.stored_pico is None else usd_text(self.stored_pico),
            "reported_cost_usd": (
                None if self.reported_pico is None else usd_text(self.reported_pico)
            ),
            "book": self.book,
        }


_SELECT = (
    "SELECT call.key, call.at, reader.name, model.name, logged_provider, native, title, path, "
    "line, context, list_pico, reported_pico, input, output, reasoning, cache_read, "
    "cache_write_5m, cache_write_1h, web_searches, approximate FROM call "
    "JOIN reader ON reader.id=call.reader_id JOIN model ON model.id=model_id "
    "JOIN conversation ON conversation.id=conversation_id JOIN file ON file.id=file_id"
)


def explain(
    connection: sqlite3.Connection, rater: Rater, name: str, limit: int = 200
) -> list[Explanation]:
    """Return how the costs of calls come about: of one call, or of all of a conversation.

    `name` is a call's id or a conversation's, or a beginning of either; `source:conversation`
    names one of several sources. At most `limit` calls, the first ones. Raises UsageProblem.
    """
    asked = name
    source, _, rest = storable(name).partition(":")
    known = connection.execute("SELECT count(*) FROM reader WHERE name=?", (source,)).fetchone()[0]
    name, only = (rest, source) if known else (storable(name), "")
    among = "AND reader.name=?" if only else "AND ?=''"
    upper = name + "\U0010ffff"
    for condition, values in (
        ("call.key=?", (name,)),
        ("call.key >= ? AND call.key < ?", (name, upper)),
        ("native=?", (name,)),
        ("native >= ? AND native < ?", (name, upper)),
    ):
        if ("<" in condition) and len(name) < 4:
            continue
        rows = connection.execute(
            f"{_SELECT} WHERE {condition} {among} ORDER BY call.at LIMIT ?",
            (*values, only, limit),
        ).fetchall()
        if rows:
            return [_explained(connection, rater, row) for row in rows]
    raise UsageProblem(
        f"no call or conversation {asked!r:.60}. `convledger show CONVERSATION --calls` lists the "
        "calls of a conversation with their ids"
    )


def _explained(connection: sqlite3.Connection, rater: Rater, row: tuple[Any, ...]) -> Explanation:
    usage = Usage(*row[12:19])
    rated = rater.rate(row[2], row[4] or None, row[3], row[1], usage, row[9])
    tokens = _known_how(row[19])
    if tokens:
        total, state = in_doubt(row[19], rated.total_pico, int(rated.state))
        lines = rated.lines if total is not None else ()
        rated = replace(rated, total_pico=total, state=State(state), lines=lines)
    run = connection.execute(
        "SELECT rating_run.at, price_book.name || ' ' || version FROM rating_run "
        "JOIN price_book ON digest=book_digest ORDER BY rating_run.id DESC LIMIT 1"
    ).fetchone() or (None, "")
    path = row[7] if isinstance(row[7], str) else row[7].decode("utf-8", "replace")
    return Explanation(
        row[0], row[1], row[2], row[3], row[5], row[6], path, row[8], row[9], row[10], row[11],
        usage, rated, run[0], run[1], tokens,
    )  # fmt: skip


def _known_how(doubt: int) -> str:
    """Return how a call's tokens are known where the source does not tell them exactly."""
    if doubt & COUNTED:
        return COUNTED_WORDS
    if doubt & MISSING:
        return MISSING_WORDS
    return ROUNDED_WORDS if doubt & ROUNDED else ""

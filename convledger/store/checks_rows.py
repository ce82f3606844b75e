"""Verifies rows by themselves: where they come from, amounts, currencies, and kept digests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import sha256

from convledger.store.findings import Finding
from convledger.words import plural

_AGAIN = (
    "`convledger restore` brings a backup back; without one, move the file aside and run "
    "`convledger import`: the logs still hold what they held"
)
_BACKUP = "`convledger restore` brings a backup back"
_NO_SOURCE = (
    "LEFT JOIN file ON file.id=row.file_id LEFT JOIN source ON source.id=file.source_id "
    "LEFT JOIN reader ON reader.id=source.reader_id WHERE reader.id IS NULL OR row.line < 0"
)
# What holds money of its own; the first column names the row for people.
_AMOUNTS = (
    ("cost_item", "name", "amount", "currency"),
    ("hourly_rate", "since", "amount", "currency"),
    ("closed_division", "name", "amount", "currency"),
    ("balance_assertion", "since || ' to ' || until", "amount", "currency"),
)
_CURRENCY = "GLOB '[A-Z][A-Z][A-Z]'"
_TOKENS = "input, output, reasoning, cache_read, cache_write_5m, cache_write_1h, web_searches"


def row_findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield what is wrong with rows, whatever the rest says."""
    yield from _calls(connection)
    yield from _provenance(connection)
    yield from money_findings(connection)
    yield from digest_findings(connection)


def _calls(connection: sqlite3.Connection) -> Iterator[Finding]:
    negative = connection.execute(
        f"SELECT count(*) FROM call WHERE min({_TOKENS}, coalesce(list_pico, 0), "
        "coalesce(reported_pico, 0)) < 0 OR reasoning > output"
    ).fetchone()[0]
    if negative:
        yield Finding("calls", f"{negative} calls have impossible counts", _AGAIN)


def _provenance(connection: sqlite3.Connection) -> Iterator[Finding]:
    """See that every imported row names a line of a file of a source."""
    for table, words in (
        ("call", "call"), ("message", "message"), ("reported", "reported cost"),
        ("rejected", "rejected line"),
    ):  # fmt: skip
        beside = " OR row.offset < 0" if table == "rejected" else ""
        count = connection.execute(
            f"SELECT count(*) FROM {table} AS row {_NO_SOURCE}{beside}"
        ).fetchone()[0]
        if count:
            name = "no line of a source" if count == 1 else "no lines of a source"
            verb = "names" if count == 1 else "name"
            yield Finding("provenance", f"{plural(count, words)} {verb} {name}", _AGAIN)
    broken = connection.execute(
        "SELECT count(*) FROM file WHERE length(path)=0 OR typeof(path) NOT IN ('text', 'blob') "
        "OR min(figures_offset, figures_line, texts_offset, texts_line, size) < 0"
    ).fetchone()[0]
    if broken:
        problem = f"{plural(broken, 'file')} with a place or position that can't be"
        yield Finding("provenance", problem, _AGAIN)


def money_findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """See that every amount is a whole number with a currency, and rates are of two of them."""
    for table, name, amount, currency in _AMOUNTS:
        known = f"{currency} {_CURRENCY}"
        if table == "balance_assertion":
            known += f" OR {currency}='tokens'"
        for named, told, of in connection.execute(
            f"SELECT {name}, {amount}, {currency} FROM {table} WHERE NOT ({known}) "
            f"OR ltrim({amount}, '-')='' OR ltrim({amount}, '-') GLOB '*[^0-9]*' LIMIT 20"
        ):
            what = f"{table.replace('_', ' ')} {named}: {told!r:.60} of {of!r:.60}"
            yield Finding("currencies", f"{what} is no amount of money", _BACKUP)
    for one, other in connection.execute(
        f"SELECT currency, worth_in FROM exchange_rate WHERE NOT (currency {_CURRENCY} "
        f"AND worth_in {_CURRENCY}) OR currency=worth_in LIMIT 20"
    ):
        problem = f"the rate of {one!r:.60} in {other!r:.60} is of no two currencies"
        yield Finding("currencies", problem, _BACKUP)
    count = connection.execute("SELECT count(*) FROM worked_time WHERE seconds < 0").fetchone()[0]
    if count:
        yield Finding("times", f"{plural(count, 'time')} of people below nothing", _BACKUP)


def digest_findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield what was kept for good and is not as it was: closed periods, plans."""
    for plan, name, digest, content in connection.execute(
        "SELECT plan, name, digest, content FROM statement "
        "JOIN subscription ON subscription.id=subscription_id ORDER BY since"
    ):
        if _digest(content) != digest:
            yield Finding(
                "statements",
                f"the closed period {name} of {plan} is not as it was frozen",
                "restore a backup; `convledger credits statement --restate` works it out anew",
            )
    for name, digest, content in connection.execute(
        "SELECT plan || ' ' || version, digest, content FROM plan_text"
    ):
        if _digest(content) != digest:
            problem = f"the plan {name!r:.80} is not as it was kept when it billed something"
            yield Finding("plans", problem, _BACKUP)


def _digest(content: str | bytes) -> str:
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()

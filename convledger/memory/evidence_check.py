"""Verifies the digests of memory: that entries and what they quote are as they were kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from convledger.memory.evidence import LONGEST_QUOTE, MESSAGE, OK, changed_statuses
from convledger.memory.words import text_hash
from convledger.store.findings import EVIDENCE, FIX, Finding
from convledger.words import plural

_EDIT = "look at it with `convledger memory show {0}`; `convledger memory edit {0}` keeps it anew"
_BACKUP = "`convledger restore` brings a backup back"
_TOLD = 10


def evidence_findings(connection: sqlite3.Connection) -> list[Finding]:
    """Return which entries, versions and quotes no longer have the digest they were kept under."""
    return _some([*_entries(connection), *_quotes(connection), *_stale(connection)])


def _entries(connection: sqlite3.Connection) -> Iterator[Finding]:
    rows = connection.execute("SELECT id, body, hash FROM entry ORDER BY id")
    for number, body, digest in rows:
        if text_hash(body) != digest:
            problem = f"the text of entry {number} is not the one its digest was made of"
            yield Finding("evidence", problem, _EDIT.format(number))
    for number, version, body, digest in connection.execute(
        "SELECT entry_id, number, body, hash FROM entry_version ORDER BY 1, 2"
    ):
        if text_hash(body) != digest:
            problem = f"version {version} of entry {number} is not the one its digest was made of"
            yield Finding("evidence", problem, _BACKUP)


def _quotes(connection: sqlite3.Connection) -> Iterator[Finding]:
    """See that a quote that is kept whole is the one that its digest was made of."""
    for number, quote, digest in connection.execute(
        "SELECT entry_id, quote, quote_hash FROM entry_source WHERE kind=? AND quote!='' "
        "AND quote_hash!='' AND length(quote) < ? ORDER BY id",
        (MESSAGE, LONGEST_QUOTE),
    ):
        if text_hash(quote) != digest:
            problem = f"what entry {number} quotes is not what its digest was made of"
            yield Finding("evidence", problem, _BACKUP)


def _stale(connection: sqlite3.Connection) -> Iterator[Finding]:
    """See that what is said to stand in a message word for word does."""
    changed = [number for now, number in changed_statuses(connection) if now != OK]
    if changed:
        what = plural(len(changed), "quote of an entry", "quotes of entries")
        verb = "stands" if len(changed) == 1 else "stand"
        yield Finding(
            "evidence",
            f"{what} no longer {verb} where it was said",
            f"{FIX}: it marks the entries for review",
            repair=EVIDENCE,
        )


def _some(found: list[Finding]) -> list[Finding]:
    """Return the first of many findings, how many more there are, and what can be repaired."""
    repairable = [each for each in found if each.repair]
    others = [each for each in found if not each.repair]
    rest = len(others) - _TOLD
    if rest > 0:
        others = [*others[:_TOLD], Finding("evidence", f"{rest:,} more like these", _BACKUP)]
    return others + repairable

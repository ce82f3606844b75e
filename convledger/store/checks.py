"""Verifies a ledger: the file, the index, the sums, and that every row names where it came from."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from convledger.errors import WorkspaceError
from convledger.store.bodies import MARK
from convledger.store.checks_places import open_to_others
from convledger.store.checks_rows import digest_findings, row_findings
from convledger.store.checks_sums import sums_findings
from convledger.store.findings import FIX, INDEX, MEMORY_INDEX, ROW_INDEX
from convledger.store.findings import Finding as Finding

LAST_EVENTS = 10_000  # of the audit log that are verified unless all are
FEW_EVENTS = 1000  # of them where nobody waits for the answer
SAMPLE = 1000  # messages that are looked for in the index unless all are
# A word that every tokenizer cuts alike: ASCII, with ASCII signs or nothing around it.
_APART = r"[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]"
_WORD = re.compile(rf"(?<!{_APART})[A-Za-z0-9]{{3,40}}(?!{_APART})")


_RESTORE = (
    "`convledger restore` brings a backup back; without one, move the file aside and run "
    "`convledger import`: the logs still hold what they held"
)
_INDEX_TROUBLE = re.compile(r"missing from index|entries in index|non-unique entry in index")
_MOST = 20


def check(connection: sqlite3.Connection, path: Path, *, deep: bool = False) -> list[Finding]:
    """Return what is wrong; nothing where all is well. `deep` reads every page of the file.

    Raises OperationalError where the file can't be looked at now, which is no damage.
    """
    findings: list[Finding] = []
    try:
        findings += _file(connection, "integrity_check" if deep else "quick_check")
        findings += _references(connection)
        connection.execute("INSERT INTO said (said) VALUES ('integrity-check')")
        findings += sums_findings(connection)
        findings += row_findings(connection)
        findings += _index(connection, deep)
        findings += memory_findings(connection)
        findings += _audit(connection, deep, LAST_EVENTS)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        findings.append(Finding("file", str(error), _RESTORE))
    return findings + open_to_others(path)


def quick_check(connection: sqlite3.Connection, path: Path) -> list[Finding]:
    """Return what is wrong of that which can be seen without adding anything up.

    Nothing of it is written and little of it is Python's work: others go on meanwhile.
    """
    findings: list[Finding] = []
    try:
        findings += _file(connection, "quick_check")
        findings += digest_findings(connection)
        findings += _audit(connection, False, FEW_EVENTS)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        findings.append(Finding("file", str(error), _RESTORE))
    return findings + open_to_others(path)


def _file(connection: sqlite3.Connection, pragma: str) -> Iterator[Finding]:
    """Let SQLite look at its file; an index of rows that lags behind them can be made anew."""
    for (text,) in connection.execute(f"PRAGMA {pragma}({_MOST})"):
        if text == "ok":
            continue
        if _INDEX_TROUBLE.search(text):
            yield Finding("row index", text, FIX, repair=ROW_INDEX)
        else:
            yield Finding("file", text, _RESTORE)


def _references(connection: sqlite3.Connection) -> Iterator[Finding]:
    for number, row in enumerate(connection.execute("PRAGMA foreign_key_check")):
        if number == _MOST:
            yield Finding("references", "more rows refer to nothing", _RESTORE)
            return
        yield Finding("references", f"{row[0]} row {row[1]} refers to nothing", _RESTORE)


def _audit(connection: sqlite3.Connection, deep: bool, last: int) -> list[Finding]:
    """Verify the audit log: its last events and that changes are still noted, or all of it."""
    from convledger.store.audit_check import verify, verify_last

    verdict = verify(connection) if deep else verify_last(connection, last)
    found = [Finding("audit", each.what, each.meaning) for each in verdict.problems]
    if verdict.more:
        rest = f"{verdict.more:,} problems more"
        found.append(Finding("audit", rest, "`convledger audit verify` tells what they mean"))
    return found


def _index(connection: sqlite3.Connection, deep: bool) -> list[Finding]:
    """See that the index holds the messages that were said, no more and no fewer."""
    findings = []
    said = "SELECT id FROM message WHERE page_id IS NOT NULL AND flags & 2 = 0"
    listed = "SELECT rowid FROM said WHERE said MATCH ?"
    marked = (f'"{MARK}"',)
    for query, words in (
        (f"SELECT count(*) FROM ({said} EXCEPT {listed})", "messages are missing from the index"),
        (f"SELECT count(*) FROM ({listed} EXCEPT {said})", "rows of the index have no message"),
    ):
        count = connection.execute(query, marked).fetchone()[0]
        if count:
            text = f"{count} {words}"
            findings.append(Finding("index", text, FIX, repair=INDEX))
    try:
        missing = _not_found(connection, everything=deep)
    except WorkspaceError as error:
        findings.append(Finding("bodies", str(error), "restore a backup"))
        missing = 0
    if missing and not findings:
        text = f"{missing} messages are not found by their own words"
        findings.append(Finding("index", text, FIX, repair=INDEX))
    lost = connection.execute(
        "SELECT count(*) FROM message WHERE page_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM page WHERE page.id=page_id)"
    ).fetchone()[0]
    if lost:
        findings.append(Finding("bodies", f"{lost} messages have lost their text", "report this"))
    if deep:
        import zstandard

        unpack = zstandard.ZstdDecompressor().decompress
        for page_id, packed in connection.execute("SELECT id, body FROM page"):
            try:
                unpack(packed, max_output_size=1 << 30)
            except zstandard.ZstdError as error:
                findings.append(Finding("bodies", f"page {page_id}: {error}", "restore a backup"))
    return findings


def _not_found(connection: sqlite3.Connection, *, everything: bool) -> int:
    """Count the messages, of a sample or of all, that the index does not find by a word."""
    from convledger.store.bodies import PageReader, said_text

    sample = "" if everything else f"ORDER BY id * 2654435761 % 4294967296 LIMIT {SAMPLE}"
    pages = PageReader(connection)
    missing = 0
    for row_id, name, page_id, start, length in connection.execute(
        "SELECT id, name, page_id, start, length FROM message "
        f"WHERE page_id IS NOT NULL AND flags & 2 = 0 {sample}"
    ):
        body = pages.body(page_id, start, length)
        words = said_text(name or "", body, body.encode("utf-8", "replace"))
        word = _WORD.search(words.decode("utf-8"))
        if word is not None:
            missing += not connection.execute(
                "SELECT 1 FROM said WHERE said MATCH ? AND rowid=?", (f'"{word[0]}"', row_id)
            ).fetchone()
    return missing


def memory_findings(connection: sqlite3.Connection) -> list[Finding]:
    """See that the index of memory holds its entries, and that what was erased stayed away."""
    findings = []
    try:
        connection.execute(
            "INSERT INTO remembered (remembered, rank) VALUES ('integrity-check', 1)"
        )
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        text = "the index of memory differs from the entries"
        findings.append(Finding("memory index", text, FIX, repair=MEMORY_INDEX))
    return [*findings, *_erased(connection)]


def _erased(connection: sqlite3.Connection) -> Iterable[Finding]:
    """See that what was erased is not there, and that no erasure was left half done."""
    from convledger.store.checks_memory import erased_that_is_there

    for problem, way_out in erased_that_is_there(connection):
        yield Finding("erased", problem, way_out)

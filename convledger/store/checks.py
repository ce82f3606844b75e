"""Verifies a ledger: the file, the index, the sums, and that every row names where it came from."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path

from convledger.errors import WorkspaceError
from convledger.store.bodies import MARK
from convledger.store.calls import SUMS, USAGE, rebuilt_sums, rebuilt_usage, whole

LAST_EVENTS = 10_000  # of the audit log that are verified unless all are
SAMPLE = 1000  # messages that are looked for in the index unless all are
# A word that every tokenizer cuts alike: ASCII, with ASCII signs or nothing around it.
_APART = r"[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]"
_WORD = re.compile(rf"(?<!{_APART})[A-Za-z0-9]{{3,40}}(?!{_APART})")


@dataclass(slots=True)
class Finding:
    """Something that is not as it should be, and the way out."""

    check: str
    problem: str
    way_out: str
    is_failure: bool = True


def check(connection: sqlite3.Connection, path: Path, *, deep: bool = False) -> list[Finding]:
    """Return what is wrong; nothing where all is well. `deep` reads every page of the file.

    Raises OperationalError where the file can't be looked at now, which is no damage.
    """
    findings: list[Finding] = []
    restore = "move the file aside and run `convledger import`: the logs hold it all"
    pragma = "integrity_check" if deep else "quick_check"
    try:
        for (text,) in connection.execute(f"PRAGMA {pragma}(20)"):
            if text != "ok":
                findings.append(Finding("file", str(text), restore))
        for row in connection.execute("PRAGMA foreign_key_check"):
            findings.append(
                Finding("references", f"{row[0]} row {row[1]} refers to nothing", restore)
            )
            if len(findings) > 20:
                break
        connection.execute("INSERT INTO said (said) VALUES ('integrity-check')")
        findings += _sums(connection)
        findings += _index(connection, deep)
        findings += _statements(connection)
        findings += memory_findings(connection)
        findings += _audit(connection, deep)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        findings.append(Finding("file", str(error), restore))
    findings += _modes(path)
    return findings


def _sums(connection: sqlite3.Connection) -> list[Finding]:
    """Compare the roll-up and the sums by conversation with the calls in them."""
    stored = connection.execute(
        f"SELECT quarter, conversation_id, model_id, {USAGE} FROM usage ORDER BY 1, 2, 3"
    )
    summed = connection.execute(
        f"SELECT conversation_id, model_id, {SUMS} FROM conversation_sum ORDER BY 1, 2"
    )
    for name, all_stored, all_rebuilt in (
        ("the roll-up differs", stored, rebuilt_usage(connection)),
        ("the sums differ", map(_joined, summed), map(_joined, rebuilt_sums(connection))),
    ):
        for have, want in zip_longest(all_stored, all_rebuilt):
            if have != want:
                return [
                    Finding(
                        "sums",
                        f"{name} from the calls in it (first at {have or want})",
                        "run `convledger check --repair`",
                    )
                ]
    negative = connection.execute(
        "SELECT count(*) FROM call WHERE min(input, output, reasoning, cache_read, "
        "cache_write_5m, cache_write_1h, coalesce(list_pico, 0)) < 0 OR reasoning > output"
    ).fetchone()[0]
    if negative:
        return [Finding("calls", f"{negative} calls have impossible counts", "report this, please")]
    return []


def _statements(connection: sqlite3.Connection) -> list[Finding]:
    """See that closed periods say what they said when they were frozen."""
    return [
        Finding(
            "statements",
            f"the closed period {name} of {plan} is not as it was frozen",
            "restore a backup; `convledger credits statement --restate` works it out anew",
        )
        for plan, name, digest, content in connection.execute(
            "SELECT plan, name, digest, content FROM statement "
            "JOIN subscription ON subscription.id=subscription_id ORDER BY since"
        )
        if sha256(content).hexdigest() != digest
    ]


def _audit(connection: sqlite3.Connection, deep: bool) -> list[Finding]:
    """Verify the audit log: its last events and that changes are still noted, or all of it."""
    from convledger.store.audit_check import verify, verify_last

    verdict = verify(connection) if deep else verify_last(connection, LAST_EVENTS)
    found = [Finding("audit", each.what, each.meaning) for each in verdict.problems]
    if verdict.more:
        rest = f"{verdict.more:,} problems more"
        found.append(Finding("audit", rest, "`convledger audit verify` tells what they mean"))
    return found


def _joined(sums: tuple[int, ...]) -> tuple[int, ...]:
    """Return stored sums with one amount for its two halves."""
    *others, high, low = sums
    return (*others, whole(high, low))


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
            findings.append(Finding("index", text, "run `convledger check --repair`"))
    try:
        missing = _not_found(connection, everything=deep)
    except WorkspaceError as error:
        findings.append(Finding("bodies", str(error), "restore a backup"))
        missing = 0
    if missing and not findings:
        text = f"{missing} messages are not found by their own words"
        findings.append(Finding("index", text, "run `convledger check --repair`"))
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


def _modes(path: Path) -> list[Finding]:
    if os.name == "nt":
        return []
    findings = []
    for place, most in ((path.parent, 0o700), (path, 0o600)):
        mode = stat.S_IMODE(place.stat().st_mode)
        if mode & ~most:
            text = f"{place} may be used by others (mode {mode:o})"
            findings.append(Finding("permissions", text, f"chmod {most:o} '{place}'"))
    return findings


def memory_findings(connection: sqlite3.Connection) -> list[Finding]:
    """See that the index of memory holds its entries, and that what was erased stayed away."""
    from convledger.store.checks_memory import erased_that_is_there

    findings = []
    try:
        connection.execute(
            "INSERT INTO remembered (remembered, rank) VALUES ('integrity-check', 1)"
        )
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        text = "the index of memory differs from the entries"
        findings.append(Finding("memory index", text, "run `convledger check --repair`"))
    for problem, way_out in erased_that_is_there(connection):
        findings.append(Finding("erased", problem, way_out))
    return findings

"""Redacts what was found in entries and messages, so that its bytes are gone as after an erasure.

One transaction rewrites the texts and notes the redaction as a pending erasure of the words alone;
all that follows is what follows any erasure, and so is what happens to one that is cut short.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from convledger.errors import UsageProblem
from convledger.memory import erase_file
from convledger.memory.erase import KEEP, REDACT, Outcome, backups_of, finish
from convledger.memory.erase_course import DELETING, Course
from convledger.memory.erase_file import Taken, Unfinished
from convledger.memory.finding_rows import (
    ENTRY,
    MESSAGE,
    OPEN,
    Finding,
    findings_numbered,
    findings_of,
    standing,
)
from convledger.memory.findings import scan_entries
from convledger.memory.redacting import redact_entry, redact_message
from convledger.store import audit_forget, erasing, erasing_entries, erasures
from convledger.store.connection import BUSY_SECONDS, transaction
from convledger.store.exports import exported_to
from convledger.store.probes import Probes
from convledger.text.secrets import Value


class Redaction(Struct, frozen=True):
    """What is to be taken out: some findings, or all that is open in some entries."""

    findings: tuple[int, ...] = ()
    entries: tuple[int, ...] = ()
    backups: str = KEEP


class RedactionOutlook(Struct):
    """What a redaction would take out and rewrite."""

    findings: list[Finding]
    counts: dict[str, int]  # findings, entries, versions, messages, copies
    backups: list[str]
    targets: list[str]  # files that they were written to


class _Task(Struct):
    """An entry or message to be rewritten: all that is found in it, or only some values."""

    what: str
    id: int
    only: set[Value] | None = None


def redaction_outlook(
    connection: sqlite3.Connection, path: Path, wanted: Redaction, now: int
) -> RedactionOutlook:
    """Return what a redaction would take out; changes nothing but what is noted of findings."""
    if wanted.entries:
        scan_entries(connection, list(wanted.entries), now)
    found = {
        each.id: each for each in findings_numbered(connection, wanted.findings) if _is_open(each)
    }
    for entry_id in wanted.entries:
        for each in findings_of(connection, ENTRY, entry_id):
            if _is_open(each):
                found[each.id] = each
    entries = _ids(found.values(), ENTRY, wanted.entries)
    messages = _ids(found.values(), MESSAGE)
    counts = {"findings": len(found), "entries": len(entries), "messages": len(messages)}
    if entries:
        counts["versions"] = erasing_entries.counts_of(connection, entries)["versions"]
    counts["copies"] = erasing.count_copies(connection, messages)
    return RedactionOutlook(
        list(found.values()),
        {word: count for word, count in counts.items() if count},
        [place.name for place in backups_of(path)],
        _targets(connection, entries, messages),
    )


def _targets(
    connection: sqlite3.Connection, entries: Sequence[int], messages: Sequence[int]
) -> list[str]:
    """Return the files outside of the ledger that entries and messages were written to."""
    held = erasing.conversations_of(connection, messages)
    found = (*erasing_entries.targets_of(connection, entries), *exported_to(connection, held))
    return sorted(set(found))


def redact(
    connection: sqlite3.Connection,
    path: Path,
    wanted: Redaction,
    now: int,
    course: Course,
    *,
    wait_seconds: float = BUSY_SECONDS,
) -> Outcome | None:
    """Redact what is wanted; the caller holds the ingest lock. Can't be undone.

    Returns None where there was nothing to take out. What fails before the texts are rewritten has
    changed nothing; what fails afterwards leaves it pending, which the outcome says.
    """
    erase_file.sweep(path, {each.id for each in erasures.pending(connection)})
    made_file = None
    try:
        with course.step(DELETING), transaction(connection):
            unfinished = Unfinished(Probes(), backups=wanted.backups, taken=Taken())
            counts = _rewrite(connection, _tasks(connection, wanted), unfinished, now)
            if not counts:
                return None
            audit_forget.forget(connection, probes=unfinished.probes)
            number = erasures.begin(connection, now, {"counts": counts, "verb": REDACT})
            made_file = erase_file.place_of(path, number)
            erase_file.write(path, number, unfinished)
    except BaseException:
        if made_file is not None:
            erase_file.wipe(made_file)
        raise
    outcome = Outcome(number, erasures.PENDING, counts, course.seconds, verb=REDACT)
    return finish(connection, path, outcome, now, course, wait_seconds)


def _tasks(connection: sqlite3.Connection, wanted: Redaction) -> list[_Task]:
    """Return what is to be rewritten. Raises UsageProblem where a finding stands there no more."""
    tasks = [_Task(ENTRY, number) for number in dict.fromkeys(wanted.entries)]
    chosen: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for each in findings_numbered(connection, wanted.findings):
        if _is_open(each) and not (each.object == ENTRY and each.object_id in wanted.entries):
            chosen[each.object, each.object_id].add(each.id)
    for (what, object_id), numbers in chosen.items():
        there = standing(connection, what, object_id)
        if not numbers <= there.keys():
            raise UsageProblem("a text has changed since; look for secrets in it again")
        tasks.append(_Task(what, object_id, {there[number] for number in numbers}))
    return tasks


def _rewrite(
    connection: sqlite3.Connection, tasks: list[_Task], unfinished: Unfinished, now: int
) -> dict[str, int]:
    """Rewrite entries and messages, noting what backups must be rewritten by; returns counts."""
    counts = {"findings": 0, "entries": 0, "messages": 0, "texts": 0}
    taken = unfinished.taken or Taken()
    for task in tasks:
        verb = redact_entry if task.what == ENTRY else redact_message
        # A text that an earlier one of these took along has nothing left in it.
        done = verb(connection, task.id, now, unfinished.probes, task.only)
        counts["findings"] += done.findings
        counts["texts"] += done.texts
        counts["entries" if task.what == ENTRY else "messages"] += done.texts > 0
        if task.only is not None:
            taken.only.extend(sorted(task.only))
        else:
            taken.all_entries.extend(erasing_entries.entry_names(connection, [task.id]))
    entries = [task.id for task in tasks if task.what == ENTRY]
    unfinished.entries = erasing_entries.entry_names(connection, entries)
    messages = [task.id for task in tasks if task.what == MESSAGE]
    unfinished.messages = erasing.message_names(connection, messages)
    unfinished.targets = _targets(connection, entries, messages)
    return {word: count for word, count in counts.items() if count}


def _is_open(finding: Finding) -> bool:
    return finding.status == OPEN and finding.kind != "bait"


def _ids(findings: Iterable[Finding], what: str, more: Sequence[int] = ()) -> list[int]:
    found = [each.object_id for each in findings if each.object == what]
    return list(dict.fromkeys((*more, *found)))

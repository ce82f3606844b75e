"""Erases entries, messages and conversations, and looks whether their bytes are gone.

One transaction deletes, buries and notes the erasure as pending; then the indexes are rewritten,
the log is emptied, the files are searched, and backups are treated as asked. What is cut short
anywhere is taken up by `resume`. An erasure can't be undone.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field, to_builtins

from convledger.errors import UsageProblem, WorkspaceError
from convledger.memory import erase_file
from convledger.memory.erase_backups import BackupLeft, treat_backups
from convledger.memory.erase_course import (
    BACKUPS,
    DELETING,
    INDEX,
    LOG,
    SEARCH,
    VACUUM,
    Course,
    Stopped,
)
from convledger.memory.erase_file import Unfinished
from convledger.memory.erase_search import Search, holds, search_ledger
from convledger.memory.erase_targets import says
from convledger.memory.naming import entry_named
from convledger.memory.words import CLIENT, text_hash
from convledger.store import (
    audit_forget,
    backup_notes,
    erasing,
    erasing_entries,
    erasures,
    scrubbing,
)
from convledger.store import backups as backups_store
from convledger.store.audit import note_deed
from convledger.store.connection import BUSY_SECONDS, transaction, unreadable
from convledger.store.erasing_bodies import prepare
from convledger.store.erasing_people import count_of_people
from convledger.store.erasures import DONE, PENDING, Erasure
from convledger.store.exports import exported_to
from convledger.store.probes import Probes
from convledger.store.tombstones import ENTRY, lift

ERASE, REDACT = "erase", "redact"
KEEP, REWRITE, DELETE = "keep", "rewrite", "delete"
_STOPPED = "it was stopped"


class Wanted(Struct, kw_only=True, frozen=True):
    """What is to go: entries, conversations, single messages, all by number.

    `figures`: also what conversations cost. `project`: also where they took place. `copies`: also
    the same messages in forks and resumes. `made`: also the entries that quote the messages.
    `clients`: whose names the audit log is to forget.
    """

    entries: tuple[int, ...] = ()
    conversations: tuple[int, ...] = ()
    messages: tuple[int, ...] = ()
    figures: bool = False
    project: bool = False
    copies: bool = False
    made: bool = False
    clients: tuple[str, ...] = ()
    backups: str = KEEP


class Outlook(Struct):
    """What an erasure would take, and what it would leave that says the same."""

    counts: dict[str, int]
    made: list[str]  # entries that quote what goes, and stay unless asked
    copies: dict[str, int]  # conversations that have copies of its messages, and how many
    backups: list[str]
    targets: list[str]


class Outcome(Struct):
    """What an erasure came to; `blocked` says in words why it is not finished."""

    id: int
    state: str
    counts: dict[str, int]
    seconds: dict[str, float] = field(default_factory=dict)
    blocked: str = ""
    search: Search | None = None  # None where nothing was searched for
    backups: list[BackupLeft] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)  # "holds it", "may hold it", "clean" …
    made: list[str] = field(default_factory=list)
    copies: dict[str, int] = field(default_factory=dict)
    verb: str = ERASE
    freed: str = ""  # what a full disk made it let go of, in words

    @property
    def is_done(self) -> bool:
        """Whether it is finished, and nothing was left."""
        return self.state == DONE

    @property
    def is_verified(self) -> bool:
        """Whether the bytes were searched and nothing was found."""
        return self.search is not None and self.search.is_clean


def of_client(connection: sqlite3.Connection, client: str, **how: Any) -> Wanted:
    """Return what is a client's: conversations that carry its label, entries of its scope."""
    return Wanted(
        entries=tuple(erasing_entries.entries_of_scope(connection, f"{CLIENT}{client}")),
        conversations=tuple(erasing.labelled(connection, client)),
        clients=(client,),
        **how,
    )


def outlook(connection: sqlite3.Connection, path: Path, wanted: Wanted) -> Outlook:
    """Return what an erasure would take; changes nothing."""
    prepare(connection)
    entries, made, copies, added = _listed(connection, wanted)
    counts = Counter(erasing_entries.counts_of(connection, entries) if entries else {})
    (messages, size) = connection.execute(
        "SELECT count(*), coalesce(sum(length), 0) FROM temp.going JOIN message "
        "ON message.id=going.id"
    ).fetchone()
    counts += Counter(messages=messages, text_bytes=size, conversations=len(wanted.conversations))
    counts["copies"] = added
    counts += Counter(count_of_people(connection, erasing.numbers(wanted.conversations)))
    if wanted.figures:
        counts["calls"] = connection.execute(
            "SELECT count(*) FROM call WHERE conversation_id IN (SELECT value FROM json_each(?))",
            (erasing.numbers(wanted.conversations),),
        ).fetchone()[0]
    targets = _targets(connection, wanted, entries)
    prepare(connection)
    return Outlook(
        {word: count for word, count in counts.items() if count},
        made,
        copies,
        [place.name for place in backups_of(path)],
        targets,
    )


def _targets(connection: sqlite3.Connection, wanted: Wanted, entries: Sequence[int]) -> list[str]:
    """Return the files outside of the ledger that what is listed as going was written to."""
    held = (*wanted.conversations, *erasing.going_from(connection))
    found = (*erasing_entries.targets_of(connection, entries), *exported_to(connection, held))
    return sorted(set(found))


def backups_of(path: Path) -> list[Path]:
    """Return the backups of a ledger that the program itself made in the workspace."""
    return sorted(each.path for each in backup_notes.backups_of(path))


def _listed(
    connection: sqlite3.Connection, wanted: Wanted
) -> tuple[tuple[int, ...], list[str], dict[str, int], int]:
    """List the messages that go; return entries that go, that could, copies that stay, that go."""
    erasing.list_messages(connection, wanted.conversations, wanted.messages)
    added = erasing.list_copies(connection) if wanted.copies else 0
    quoting = erasing_entries.made_from_going(connection)
    entries = dict.fromkeys(wanted.entries)
    if wanted.made:
        entries |= dict.fromkeys(number for number, _ in quoting)
    made = [name for number, name in quoting if number not in entries]
    return tuple(entries), made, dict(erasing.copies_elsewhere(connection)), added


def erase(
    connection: sqlite3.Connection,
    path: Path,
    wanted: Wanted,
    now: int,
    course: Course,
    *,
    wait_seconds: float = BUSY_SECONDS,
) -> Outcome:
    """Erase what is wanted; the caller holds the ingest lock. Can't be undone.

    Raises UsageProblem where nothing is wanted, Stopped where it was before anything went. What
    fails before the deletion is committed has changed nothing; what fails afterwards leaves the
    erasure pending, which the outcome says.
    """
    if not (wanted.entries or wanted.conversations or wanted.messages):
        raise UsageProblem("there is nothing to erase")
    erase_file.sweep(path, {each.id for each in erasures.pending(connection)})
    with course.step(DELETING):
        outcome = _delete(connection, path, wanted, now)
    outcome.seconds = course.seconds
    return finish(connection, path, outcome, now, course, wait_seconds)


def _delete(connection: sqlite3.Connection, path: Path, wanted: Wanted, now: int) -> Outcome:
    prepare(connection)
    # The rows that refer to others go in an order of their own: to look each up takes minutes.
    connection.execute("PRAGMA foreign_keys=OFF")
    made_file = None
    try:
        with transaction(connection):
            probes = Probes()
            entries, made, copies, _ = _listed(connection, wanted)
            named = Unfinished(
                probes,
                erasing_entries.entry_names(connection, entries),
                [name for _, name in erasing.names_of(connection, wanted.conversations)],
                erasing.message_names(connection),
                _targets(connection, wanted, entries),
                wanted.figures,
                wanted.project,
                wanted.copies,
                wanted.backups,
                list(wanted.clients),
            )
            counts: Counter[str] = Counter()
            if entries:
                counts += Counter(
                    erasing_entries.take_entries_out(connection, entries, probes, now)
                )
            counts += Counter(
                erasing.take_out(
                    connection, wanted.conversations, probes, now, with_figures=wanted.figures,
                    with_project=wanted.project, with_copies=wanted.copies,
                )
            )  # fmt: skip
            audit_forget.forget(connection, probes=probes, names=wanted.clients)
            number = erasures.begin(connection, now, {"counts": dict(counts)})
            made_file = erase_file.place_of(path, number)
            erase_file.write(path, number, named)
    except BaseException:
        if made_file is not None:
            erase_file.wipe(made_file)
        raise
    finally:
        connection.execute("PRAGMA foreign_keys=ON")
    return Outcome(number, PENDING, dict(counts), made=made, copies=copies)


def resume(
    connection: sqlite3.Connection,
    path: Path,
    now: int,
    course: Course,
    *,
    wait_seconds: float = BUSY_SECONDS,
    backups: str | None = None,
) -> list[Outcome]:
    """Finish the erasures that were cut short; the caller holds the ingest lock."""
    waiting = erasures.pending(connection)
    erase_file.sweep(path, {each.id for each in waiting})
    outcomes = []
    for each in waiting:
        outcome = Outcome(each.id, each.state, each.what.get("counts", {}), course.seconds)
        outcome.verb = each.what.get("verb", ERASE)
        outcomes.append(
            finish(connection, path, outcome, now, course, wait_seconds, backups=backups)
        )
    return outcomes


def finish(
    connection: sqlite3.Connection,
    path: Path,
    outcome: Outcome,
    now: int,
    course: Course,
    wait_seconds: float,
    *,
    backups: str | None = None,
) -> Outcome:
    """Do what follows the deletion; an erasure that can't be finished stays pending."""
    unfinished = erase_file.read(path, outcome.id)
    try:
        with course.step(INDEX):
            _merge(connection, outcome.counts)
        with course.step(LOG):
            if not _emptied(connection, path, outcome, wait_seconds):
                return outcome
        if unfinished is not None:
            with course.step(SEARCH):
                outcome.search = search_ledger(connection, path, unfinished.probes, course)
            if outcome.search.leftovers and not outcome.search.orphans:
                with course.step(VACUUM):
                    scrubbing.vacuum(connection)
                    if not _emptied(connection, path, outcome, wait_seconds):
                        return outcome
                    outcome.search = search_ledger(connection, path, unfinished.probes, course)
            with course.step(BACKUPS), backups_store.alone(path, wait_seconds):
                _sweep_copies(path)
                outcome.backups = treat_backups(
                    backups_of(path), unfinished, backups or unfinished.backups,
                    outcome.search, now, course,
                )  # fmt: skip
            outcome.targets = {
                target: _target_state(target, unfinished.probes, outcome.search)
                for target in unfinished.targets
            }
            if not outcome.search.is_clean:
                outcome.blocked = "pieces of it were found in the ledger's files"
                erasures.mark_found(connection, outcome.id)
                return outcome
        elif backups is not None and backups != KEEP:
            outcome.blocked = "its notes are gone, so that backups can't be searched or rewritten"
        erasures.finish(connection, outcome.id, now, _report(outcome))
    except Stopped:
        outcome.blocked = _STOPPED
        return outcome
    except sqlite3.OperationalError as error:
        outcome.blocked = _STOPPED if "interrupted" in str(error) else str(unreadable(path, error))
        return outcome
    except WorkspaceError as error:
        outcome.blocked = str(error)
        return outcome
    except OSError as error:
        outcome.blocked = error.strerror or str(error)
        return outcome
    outcome.state = DONE
    erase_file.wipe(erase_file.place_of(path, outcome.id))
    scrubbing.empty_log(connection, 0)
    return outcome


def _sweep_copies(path: Path) -> None:
    """Remove what backups and restores that were cut short have left."""
    backups_store.sweep(backup_notes.folder_of(path))
    for left in path.parent.glob(f"{path.name}{backup_notes.RESTORING}*"):
        erase_file.wipe(left)


def _merge(connection: sqlite3.Connection, counts: dict[str, int]) -> None:
    if counts.get("entries"):
        scrubbing.merge_index(connection, scrubbing.REMEMBERED)
    if counts.get("messages"):
        scrubbing.merge_index(connection, scrubbing.SAID)


def _emptied(
    connection: sqlite3.Connection, path: Path, outcome: Outcome, wait_seconds: float
) -> bool:
    if scrubbing.empty_log(connection, wait_seconds):
        return True
    names = scrubbing.readers(path)
    who = ", ".join(names) if names else "another program"
    outcome.blocked = f"{who} is reading the ledger, which keeps the old bytes in its log"
    return False


def _target_state(target: str, probes: Probes, search: Search) -> str:
    place = Path(target)
    try:
        if not place.is_absolute() or not place.is_file():
            return "not there"
    except OSError:
        return "can't be read"
    found = holds(place, probes, search.found) or says(place, probes.said)
    if found is False and holds(place, probes, set()):
        return "may hold it"  # in words that also stand in what stays
    return "can't be read" if found is None else "holds it" if found else "clean"


def _report(outcome: Outcome) -> dict[str, Any]:
    """Return what is kept of an outcome: counts and names of files, no words."""
    search = outcome.search
    return {
        "verified": outcome.is_verified,
        "pieces": search.pieces if search else 0,
        "read_bytes": search.read_bytes if search else 0,
        "elsewhere": sum(search.conversations.values()) if search else 0,
        "backups": [to_builtins(each) for each in outcome.backups],
    }


def past(connection: sqlite3.Connection) -> list[Erasure]:
    """Return every erasure, pending and done, the latest first."""
    return erasures.erasures(connection)


def let_back(connection: sqlite3.Connection, text: str) -> bool:
    """Let an erased text be remembered again; returns whether it was erased."""
    with transaction(connection):
        was_erased = lift(connection, ENTRY, text_hash(text))
        if was_erased:
            note_deed(connection, "erased text let back", "erasure")
        return was_erased


def entries_named(connection: sqlite3.Connection, names: Sequence[str]) -> tuple[int, ...]:
    """Return the entries of some numbers or names. Raises UsageProblem."""
    return tuple(dict.fromkeys(entry_named(connection, name).id for name in names))

"""Takes in what another workspace wrote: what is new comes, what is later wins, nothing is doubled.

All of it is one transaction of the person who asks for it. Where both went on from what they were
ours stays, or theirs where that is asked for, and it is told.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from convledger.clock import EPOCH, iso_text
from convledger.errors import UsageProblem, WorkspaceError
from convledger.moving.carried import BY_FILE, CONVERSATION, Carried, is_instant
from convledger.moving.deciding import GONE
from convledger.moving.manifest import Manifest, content_of, lines_of, read_manifest
from convledger.moving.merging import TakenIn, Taking
from convledger.moving.moved_audit import check_chain, keep_chain
from convledger.moving.moved_files import BOTH, NEW, is_ours, take_file
from convledger.moving.moved_graves import read_graves, take_graves
from convledger.moving.moved_handoffs import settle_handoffs
from convledger.moving.moved_memory import Moved, read_moved, take_memory
from convledger.moving.moving_out import AUDIT, ERASED, MEMORY
from convledger.moving.portable import Row
from convledger.moving.readable import must_be_readable
from convledger.moving.viewing import view
from convledger.store.audit import as_actor
from convledger.store.migrations import SCHEMA_VERSION
from convledger.store.operations import operation
from convledger.store.settings import note

_LONGEST_REF = 16
_NAME = ("reader", "id")  # of a conversation


def take_in(
    connection: sqlite3.Connection,
    workspace: Path,
    folder: Path,
    now: int,
    *,
    theirs: bool = False,
) -> TakenIn:
    """Take a moved workspace in; the caller holds the ingest lock. Raises WorkspaceError.

    Every file is verified before anything is written; what fails changes nothing.
    """
    manifest = read_manifest(folder)
    if manifest.tables > SCHEMA_VERSION:
        raise UsageProblem(
            f"{folder}: written by a newer convledger ({manifest.version}); update this one and "
            "try again. Nothing was taken in"
        )
    rows = {file: _read(folder, manifest, BY_FILE[file]) for file in BY_FILE}
    records = (
        read_moved(lines_of(folder, MEMORY), folder / MEMORY) if MEMORY in manifest.files else []
    )
    erased = lines_of(folder, ERASED) if ERASED in manifest.files else ()
    keys, graves = read_graves(erased, folder / ERASED)
    chain = content_of(folder, AUDIT) if AUDIT in manifest.files else b""
    check_chain(chain, manifest.head, folder / AUDIT)
    done = TakenIn(manifest)
    said = f"from {manifest.workspace or 'a workspace'} at {manifest.head[:24]}"
    try:
        with (
            as_actor("", said),
            operation(connection, "take in", now=now, about=manifest.workspace) as recorder,
        ):
            _readers(connection, manifest)
            fresh, standing = take_graves(connection, keys, graves)
            done.tombstones, done.erased_there = fresh, standing.counts
            taking = Taking(connection, view(connection), done, theirs)
            taken = take_memory(
                connection, recorder, records, now, taking.conversation_or_none, theirs=theirs
            )
            taking.placing.entries = dict(connection.execute("SELECT name, id FROM entry"))
            _note_entries(taking, records, taken.result.new, taken.changed + taken.result.changed)
            done.apart += taken.apart
            done.erased += taken.result.erased
            taking.take(rows)
            done.apart += settle_handoffs(connection, now)
            done.waiting = len(taking.placing.made)
            if done.is_change:
                note(connection, "taken in", f"{said}, {iso_text(now)}")
            must_be_readable(connection, folder)
    except sqlite3.IntegrityError as error:
        raise WorkspaceError(
            f"{folder}: holds a row that no ledger can hold ({error}). Nothing was taken in"
        ) from error
    _files(workspace, folder, manifest, done, theirs=theirs)
    if done.is_change or done.notes:
        keep_chain(workspace, manifest, chain)
    return done


def _note_entries(taking: Taking, records: list[Moved], new: int, changed: int) -> None:
    done = taking.done
    if new:
        done.new["entries"] = new
    if changed:
        done.changed["entries"] = changed
    done.same += max(len(records) - new - changed, 0)


def _read(folder: Path, manifest: Manifest, spec: Carried) -> list[Row]:
    """Return the rows of a file. Raises WorkspaceError for one that is none."""
    found = []
    for number, told in lines_of(folder, spec.file) if spec.file in manifest.files else ():
        try:
            found.append(_row(spec, told))
        except (KeyError, TypeError, ValueError) as error:
            raise WorkspaceError(
                f"{folder / spec.file}, line {number}: no {spec.words}: {error}. Nothing was taken "
                "in"
            ) from error
    return found


def _row(spec: Carried, told: dict[str, Any]) -> Row:
    before = [str(each) for each in told["before"]]
    if not before:
        raise ValueError("without a state")
    columns = spec.key if before[-1] == GONE else spec.columns
    values = {name: _value(spec, name, told[name]) for name in columns}
    ref = str(told["ref"])
    if len(ref) != _LONGEST_REF:
        raise ValueError("without a name")
    return Row(ref, values, before)


def _value(spec: Carried, column: str, value: Any) -> Any:
    """Return a value as the ledger keeps it. Raises ValueError for what it can't keep."""
    if value is not None and spec.references.get(column) == CONVERSATION:
        if not (isinstance(value, dict) and all(isinstance(value[x], str) for x in _NAME)):
            raise ValueError(f"{column} names no conversation")
        return value
    if column in spec.kept_whole:
        return value
    if isinstance(value, bool) or not (
        value is None or isinstance(value, str) or (isinstance(value, int) and abs(value) < 1 << 63)
    ):
        raise ValueError(f"{column} is no text and no number")
    if isinstance(value, str) and is_instant(spec.table, column):
        since = datetime.fromisoformat(value).astimezone(UTC) - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return value


def _readers(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """Give readers that are new here the numbers they had: some names of messages hold them."""
    here = dict(connection.execute("SELECT name, id FROM reader"))
    for name, number in manifest.readers.items():
        if name not in here:
            free = None if number in here.values() else number
            connection.execute("INSERT INTO reader (id, name) VALUES (?, ?)", (free, name))
            here = dict(connection.execute("SELECT name, id FROM reader"))


def _files(
    workspace: Path, folder: Path, manifest: Manifest, done: TakenIn, *, theirs: bool
) -> None:
    for name in manifest.files:
        if is_ours(name):
            came, beside = take_file(workspace, name, content_of(folder, name), theirs=theirs)
            done.new["files"] += came == NEW
            if came == BOTH:
                stays = "theirs is read, ours" if theirs else "ours is read, theirs"
                done.apart.append(
                    f"{name} is another one there: {stays} stands beside it as {beside}"
                )
    done.new += Counter()  # without those that are none

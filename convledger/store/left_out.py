"""What a person keeps from being read: a tool by its name, a folder, or one tool's folder."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from convledger.paths import INSIDE
from convledger.store.connection import transaction
from convledger.store.settings import note, setting

_NOTED = "sources.left_out"
_STATES = {"live": "left", "kept": "left kept"}  # of a source; the second was imported by name
_BACK = {left: state for state, left in _STATES.items()}

IS_READ = "source.state NOT IN ('left', 'left kept')"


class LeftOut(NamedTuple):
    """Whatever `reader` reads at or below `root`; an empty one stands for any."""

    reader: str
    root: str

    def covers(self, reader: str, root: str) -> bool:
        """Tell whether a source is left out by this."""
        if self.reader not in ("", reader):
            return False
        if self.root in ("", root):
            return True
        return root.startswith((self.root.rstrip(os.sep) + os.sep, self.root + INSIDE))


def left_out(connection: sqlite3.Connection) -> list[LeftOut]:
    """Return what is left out, in the order in which that was said."""
    noted = setting(connection, _NOTED)
    if not noted:
        return []
    import json  # which a report can do without

    return [LeftOut(reader, root) for reader, root in json.loads(noted)]


def leave_out(connection: sqlite3.Connection, added: LeftOut) -> None:
    """Have no source that is covered read again; what was read of it stays."""
    with transaction(connection):
        _note(connection, [*(one for one in left_out(connection) if one != added), added])
        for source_id, reader, root, state in _sources(connection):
            if state in _STATES and added.covers(reader, root):
                _set(connection, source_id, _STATES[state])


def take_in(connection: sqlite3.Connection, removed: Iterable[LeftOut]) -> None:
    """Have sources read again, but for those that something else still leaves out."""
    gone = set(removed)
    with transaction(connection):
        rest = [one for one in left_out(connection) if one not in gone]
        _note(connection, rest)
        for source_id, reader, root, state in _sources(connection):
            if state in _BACK and not any(one.covers(reader, root) for one in rest):
                _set(connection, source_id, _BACK[state])


def _note(connection: sqlite3.Connection, entries: list[LeftOut]) -> None:
    import json

    note(connection, _NOTED, json.dumps(entries) if entries else "")


def _sources(connection: sqlite3.Connection) -> list[tuple[int, str, str, str]]:
    return connection.execute(
        "SELECT source.id, name, root, state FROM source JOIN reader ON reader.id=reader_id"
    ).fetchall()


def _set(connection: sqlite3.Connection, source_id: int, state: str) -> None:
    connection.execute("UPDATE source SET state=? WHERE id=?", (state, source_id))

"""Titles that Codex keeps beside its rollouts: an index of names, and a database of threads."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from convledger.store.connection import transaction
from convledger.store.settings import note, setting

LARGEST_INDEX = 64 << 20
_STATE = re.compile(r"state_(\d+)\.sqlite")


def take_titles(connection: sqlite3.Connection, root: Path) -> None:
    """Give conversations the names that stand beside the rollouts, if those files changed."""
    index, state = root / "session_index.jsonl", _newest_state(root)
    seen = " ".join(_stamp(path) for path in (index, state, _wal(state)) if path is not None)
    name = f"titles {root}"
    if not seen.strip("- "):
        return
    seen += f" {_threads_known(connection)}"  # a name may be there before its thread is
    if setting(connection, name) == seen:
        return
    from convledger.sources.titles import CUSTOM, GENERATED, title_line
    from convledger.store.catalog import Catalog

    titles = [(GENERATED, *item) for item in _threads(state)] if state else []
    titles += [(CUSTOM, *item) for item in _index(index)]
    with transaction(connection):
        catalog = Catalog(connection)
        reader_id = catalog.reader("codex")
        for rank, native, title in titles:
            catalog.entitle(reader_id, native, rank, title_line(title))
        note(connection, name, seen)


def _threads_known(connection: sqlite3.Connection) -> int:
    found = connection.execute(
        "SELECT count(*) FROM conversation WHERE reader_id=(SELECT id FROM reader "
        "WHERE name='codex')"
    )
    return int(found.fetchone()[0])


def _stamp(path: Path) -> str:
    try:
        info = path.stat()
    except OSError:
        return "-"
    return f"{info.st_size}.{info.st_mtime_ns}"


def _newest_state(root: Path) -> Path | None:
    """Return the database of threads with the highest schema number."""
    try:
        found = [
            (int(match[1]), path)
            for path in root.iterdir()
            if (match := _STATE.fullmatch(path.name))
        ]
    except OSError:
        return None
    return max(found)[1] if found else None


def _wal(state: Path | None) -> Path | None:
    return state.with_name(state.name + "-wal") if state else None


def _index(path: Path) -> list[tuple[str, str]]:
    """Return (thread, name) of the names given by hand; of one thread the last holds."""
    from convledger.ingest.lines import NotReadable, open_log
    from convledger.sources.lenient import BadLine, loads

    try:
        with closing(open_log(path)) as stream:
            lines = stream.read(LARGEST_INDEX).split(b"\n")
    except NotReadable:
        return []
    names: dict[str, str] = {}
    for line in lines:
        try:
            record = loads(line) if line.strip() else {}
        except BadLine:
            continue
        thread, name = record.get("id"), record.get("thread_name")
        if isinstance(thread, str) and isinstance(name, str) and name.strip():
            names[thread] = name
    return list(names.items())


def _threads(path: Path) -> list[tuple[str, str]]:
    """Return (thread, title) of the threads that have a title other than their first prompt."""
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=1.0)) as database:
            database.execute("PRAGMA trusted_schema=OFF")
            columns = {row[1] for row in database.execute("PRAGMA table_info(threads)")}
            if not {"id", "title", "first_user_message"} <= columns:
                return []
            return [
                (thread, title)
                for thread, title in database.execute(
                    "SELECT id, title FROM threads WHERE title!='' AND title!=first_user_message"
                )
                if isinstance(thread, str) and isinstance(title, str)
            ]
    except sqlite3.Error:
        return []

"""Packs in the ledger: what each may hold, what a person said of entries, and what was written.

The log of what was written has no bond to packs and entries: it outlives both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import astuple

NO_PACK = 0  # stands for an export of entries that no pack chose


class PackRow(Struct, frozen=True):
    """A pack as it is kept; `wanted` is JSON."""

    id: int
    name: str
    budget: int
    wanted: str
    format: str
    ceiling: str
    made_at: int


class Render(Struct, frozen=True):
    """That a pack was written: `digest` is of its text, `among` how many entries it chose from."""

    id: int
    pack_id: int
    name: str
    at: int
    tokens: int
    budget: int
    among: int
    method: str
    digest: str
    format: str
    target: str


class RenderItem(Struct, frozen=True):
    """An entry in a pack that was written: which version, and what was said of its origin."""

    entry_id: int
    version: int
    label: str
    digest: str


_FIELDS = ", ".join(PackRow.__struct_fields__)
_RENDER = ", ".join(Render.__struct_fields__)


def pack_rows(connection: sqlite3.Connection) -> list[PackRow]:
    """Return all packs by name."""
    rows = connection.execute(f"SELECT {_FIELDS} FROM pack ORDER BY name")
    return [PackRow(*row) for row in rows]


def add_pack(
    connection: sqlite3.Connection,
    name: str,
    budget: int,
    wanted: str,
    form: str,
    ceiling: str,
    made_at: int,
) -> int:
    """Store a new pack and return its id."""
    cursor = connection.execute(
        "INSERT INTO pack (name, budget, wanted, format, ceiling, made_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (name, budget, wanted, form, ceiling, made_at),
    )
    return int(cursor.lastrowid or 0)


def change_pack(
    connection: sqlite3.Connection, pack_id: int, budget: int, wanted: str, form: str, ceiling: str
) -> None:
    """Give a pack other terms."""
    connection.execute(
        "UPDATE pack SET budget=?, wanted=?, format=?, ceiling=? WHERE id=?",
        (budget, wanted, form, ceiling, pack_id),
    )


def remove_pack(connection: sqlite3.Connection, pack_id: int) -> None:
    """Remove a pack whose items are removed."""
    connection.execute("DELETE FROM pack WHERE id=?", (pack_id,))


def modes_of(connection: sqlite3.Connection, pack_id: int) -> dict[int, str]:
    """Return what a person said of entries in a pack."""
    rows = connection.execute(
        "SELECT entry_id, mode FROM pack_item WHERE pack_id=? ORDER BY entry_id", (pack_id,)
    )
    return dict(rows.fetchall())


def set_mode(connection: sqlite3.Connection, pack_id: int, entry_id: int, mode: str | None) -> None:
    """Keep what a person said of an entry in a pack; None forgets it."""
    if mode is None:
        connection.execute(
            "DELETE FROM pack_item WHERE pack_id=? AND entry_id=?", (pack_id, entry_id)
        )
    else:
        connection.execute(
            "INSERT INTO pack_item (pack_id, entry_id, mode) VALUES (?, ?, ?) "
            "ON CONFLICT (pack_id, entry_id) DO UPDATE SET mode=excluded.mode",
            (pack_id, entry_id, mode),
        )


def in_open_conflicts(connection: sqlite3.Connection) -> set[int]:
    """Return the entries that stand in an open conflict with another one."""
    rows = connection.execute(
        "SELECT first_id, second_id FROM entry_pair WHERE kind='conflict' AND status='open'"
    )
    return {entry_id for pair in rows for entry_id in pair}


def open_findings(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """Return each entry in which something was found that nobody has settled, and by which rule."""
    return connection.execute(
        "SELECT DISTINCT object_id, rule FROM finding WHERE object='entry' AND status='open'"
    ).fetchall()


def origins_of(
    connection: sqlite3.Connection, entry_ids: Iterable[int]
) -> dict[int, tuple[str, str, int | None]]:
    """Return the first source of entries: its kind, its place and its date."""
    wanted = set(entry_ids)
    rows = connection.execute(
        "SELECT entry_id, kind, place, source_date FROM entry_source ORDER BY id DESC"
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows if row[0] in wanted}


def add_render(connection: sqlite3.Connection, render: Render, items: Sequence[RenderItem]) -> int:
    """Keep that a pack was written; `render.id` is ignored. Returns its id."""
    cursor = connection.execute(
        f"INSERT INTO pack_render ({_RENDER}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        astuple(render)[1:],
    )
    render_id = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO pack_render_item (render_id, place, entry_id, version, label, digest) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (render_id, place, item.entry_id, item.version, item.label, item.digest)
            for place, item in enumerate(items)
        ],
    )
    return render_id


def renders_where(
    connection: sqlite3.Connection,
    condition: str = "1",
    values: Sequence[object] = (),
    limit: int = -1,
) -> list[Render]:
    """Return packs written that meet a condition of this code's own SQL, the latest first."""
    rows = connection.execute(
        f"SELECT {_RENDER} FROM pack_render WHERE pack_id!={NO_PACK} AND {condition} "
        "ORDER BY at DESC, id DESC LIMIT ?",
        (*values, limit),
    )
    return [Render(*row) for row in rows]


def items_of(connection: sqlite3.Connection, render_id: int) -> list[RenderItem]:
    """Return the entries of what was written, in their order."""
    rows = connection.execute(
        "SELECT entry_id, version, label, digest FROM pack_render_item WHERE render_id=? "
        "ORDER BY place",
        (render_id,),
    )
    return [RenderItem(*row) for row in rows]


def renders_with(connection: sqlite3.Connection, entry_id: int) -> list[tuple[Render, int]]:
    """Return packs written with an entry in them, and which version of it, the latest first."""
    rows = connection.execute(
        f"SELECT {_RENDER}, version FROM (SELECT render_id, version FROM pack_render_item "
        f"WHERE entry_id=?) JOIN pack_render ON id=render_id WHERE pack_id!={NO_PACK} "
        "ORDER BY at DESC, id DESC",
        (entry_id,),
    )
    return [(Render(*row[:-1]), row[-1]) for row in rows]


def forget_render(connection: sqlite3.Connection, render_id: int) -> None:
    """Take back that a pack was written: it was not."""
    connection.execute("DELETE FROM pack_render_item WHERE render_id=?", (render_id,))
    connection.execute("DELETE FROM pack_render WHERE id=?", (render_id,))


def pack_names(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all packs."""
    return [name for (name,) in connection.execute("SELECT name FROM pack ORDER BY name")]

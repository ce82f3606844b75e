"""Which folders are read: those of known tools and those imported, but for what is left out."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from convledger import paths
from convledger.errors import UsageProblem
from convledger.sources import registry
from convledger.store import left_out as store
from convledger.store.connection import in_words
from convledger.store.left_out import LeftOut

if TYPE_CHECKING:
    from convledger.ingest.front_door import Holding

Root = tuple[str, Path]


def known_roots(connection: sqlite3.Connection) -> list[Root]:
    """Return (reader, folder) of each place of logs on this machine, and of those imported.

    What a person leaves out is not among them, nor looked into.
    """
    entries = store.left_out(connection)
    roots = own_roots(lambda reader, root: _is_left(entries, reader, root))
    asked = {(reader, str(root)) for reader, root in roots}
    for reader, root in connection.execute(
        "SELECT name, root FROM source JOIN reader ON reader.id=reader_id WHERE state='kept'"
    ):
        if (reader, root) not in asked:
            roots.append((reader, Path(root)))
    return roots


def own_roots(is_left: Callable[[str, Path], bool] = lambda _reader, _root: False) -> list[Root]:
    """Return (reader, folder) of the places of all known tools, but for those that are left."""
    return registry.known_roots(os.environ, paths.home(), sys.platform, is_left)


def _is_left(entries: Sequence[LeftOut], reader: str, root: Path) -> bool:
    return any(one.covers(reader, str(root)) for one in entries)


class Leaving:
    """What a person keeps from being read; told by a source's name, a folder, or both."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    @in_words
    def entries(self) -> list[LeftOut]:
        """Return what is left out."""
        return store.left_out(self._connection)

    def folders(self) -> list[Root]:
        """Return the places of known tools that are there and left out, unless read by name."""
        entries = self.entries()
        if not entries:
            return []
        read = set(known_roots(self._connection))
        return [
            root
            for root in own_roots()
            if root not in read and _is_left(entries, *root) and root[1].exists()
        ]

    @in_words
    def leave_out(self, entry: LeftOut) -> None:
        """Read nothing more of what an entry covers; what was read stays."""
        store.leave_out(self._connection, entry)

    @in_words
    def take_in(self, entries: Sequence[LeftOut]) -> None:
        """Read again what entries kept from being read."""
        store.take_in(self._connection, entries)

    def covering(self, reader: str, root: str) -> list[LeftOut]:
        """Return the entries by which a source is left out."""
        return [one for one in self.entries() if one.covers(reader, root)]

    def spared(self, found: Sequence[Holding]) -> list[Holding]:
        """Return what of a find is left out: nothing where all of it is of one source.

        A folder of many tools, as a home is, says of none that it is to be read after all.
        """
        if len({each.source for each in found}) < 2:
            return []
        return [each for each in found if self.covering(each.source, str(each.root))]

    def named(self, given: str) -> LeftOut:
        """Return what a person names: a source, or a folder. Raises UsageProblem where neither."""
        if given in registry.PLACES:
            return LeftOut(given, "")
        if os.sep not in given and not given.startswith(("~", ".")):
            from difflib import get_close_matches

            near = get_close_matches(given, registry.PLACES, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageProblem(
                f"no such source: {given}{hint}. `convledger sources` names them with their "
                "folders; of a folder give the whole path"
            )
        root = os.path.abspath(Path(given).expanduser())  # noqa: PTH100 - links stay as named
        return LeftOut("", root)

    def to_leave(self, given: str) -> LeftOut:
        """Return what is to be left out. Raises UsageProblem where nothing is read there."""
        entry = self.named(given)
        if not entry.reader:
            known = [*own_roots(), *known_roots(self._connection), *self._kept()]
            if not any(entry.covers(reader, str(root)) for reader, root in known):
                raise UsageProblem(
                    f"{entry.root}: no source is read there; `convledger sources` and "
                    "`convledger sources --discover` name the folders"
                )
        return entry

    def to_take(self, given: str) -> list[LeftOut]:
        """Return the entries of what is to be taken in. Raises UsageProblem where there is none."""
        entry, entries = self.named(given), self.entries()
        found = [
            one
            for one in entries
            if (one.reader == entry.reader if entry.reader else one.root == entry.root)
        ]
        if not found:
            above = [one for one in entries if entry.root and _holds(one, entry.root)]
            if above:
                words = above[0].reader or above[0].root
                raise UsageProblem(
                    f"{given} is left out with all of {words}: convledger sources --take-in {words}"
                )
            raise UsageProblem(f"{given} is not left out")
        return found

    def _kept(self) -> list[Root]:
        query = "SELECT name, root FROM source JOIN reader ON reader.id=reader_id"
        return [(reader, Path(root)) for reader, root in self._connection.execute(query)]


def _holds(entry: LeftOut, root: str) -> bool:
    if entry.root:
        return entry.covers(entry.reader, root)
    return any(
        reader == entry.reader and (str(own) == root or root in map(str, own.parents))
        for reader, own in own_roots()
    )

"""The packs of a workspace for a screen: built again and again while they are changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from convledger.clock import SECOND
from convledger.memory import packs
from convledger.memory.listing import stamp_of
from convledger.memory.pack_building import Built, Prospects, prospects
from convledger.memory.pack_files import Planned, carry_out, planned, read_file
from convledger.memory.pack_needs import counter
from convledger.memory.packs import Exposure, Pack, PackLine, Verdict, Wanted
from convledger.store.connection import in_words
from convledger.store.packs import Render, modes_of, renders_where

Answer = TypeVar("Answer")
CLIPBOARD = "clipboard"
_LASTS = 60 * SECOND  # what expires meanwhile is seen then


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a pack may choose from, until memory, its terms or the time are others."""

    terms: tuple[object, ...]
    stamp: tuple[int, ...]
    at: int
    found: Prospects


class PackShelf:
    """Packs with what may go into them remembered between two keys. Instants are microseconds."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._kept: dict[int, _Kept] = {}

    @property
    def path(self) -> Path:
        """The ledger's file."""
        return self._path

    # ---- questions

    @in_words
    def lines(self) -> list[PackLine]:
        """Return all packs by name, with what was said of entries and when each was written."""
        return packs.pack_lines(self._connection)

    @in_words
    def built(self, name: str, now: int, form: str | None = None) -> Built:
        """Return a pack as it would be written now. Raises UsageProblem."""
        pack = packs.pack_named(self._connection, name)
        count, method = counter()
        form = form or pack.format
        found = self._found(pack, form, now)
        return packs.build(
            self._connection, pack, now, count, method=method, form=form, found=found
        )

    def _found(self, pack: Pack, form: str, now: int) -> Prospects:
        terms = (pack.wanted, pack.ceiling, form)
        stamp = stamp_of(self._connection)
        kept = self._kept.get(pack.id)
        is_same = kept is not None and (kept.terms, kept.stamp) == (terms, stamp)
        if kept is not None and is_same and now - kept.at < _LASTS:
            return replace(kept.found, modes=modes_of(self._connection, pack.id))
        found = prospects(self._connection, pack, now, form, counter()[0])
        self._kept = {pack.id: _Kept(terms, stamp, now, found)}
        return found

    @in_words
    def renders(self, name: str | None, limit: int) -> list[Render]:
        """Return what was written of a pack, or of all, the latest first."""
        condition, values = ("1", ()) if name is None else ("name=?", (name,))
        return renders_where(self._connection, condition, values, limit)

    @in_words
    def exposures(self, entry_id: int) -> list[Exposure]:
        """Return when an entry was in a pack that was written, and where to, the latest first."""
        return packs.exposures(self._connection, entry_id)

    @in_words
    def again(self, render_id: int) -> str:
        """Return what was written once, byte for byte. Raises UsageProblem, ConvledgerError."""
        return packs.render_again(self._connection, render_id)

    @in_words
    def verify(self, path: Path, now: int) -> list[Verdict] | None:
        """Say of each pack in a file what it is; None where there is no file."""
        content = read_file(path, path)
        if content is None:
            return None
        return packs.verify(self._connection, content, now, counter()[0])

    @in_words
    def plan(self, name: str, path: Path, now: int, form: str, *, is_whole: bool) -> Planned:
        """Return what writing a pack to a file would change. Raises UsageProblem."""
        pack = packs.pack_named(self._connection, name)
        count, method = counter()
        return planned(
            self._connection, pack, path, now, count, method=method, form=form, is_whole=is_whole,
            found=self._found(pack, form, now),
        )  # fmt: skip

    # ---- changes

    @in_words
    def create(
        self, name: str, budget: int, now: int, wanted: Wanted, form: str, ceiling: str
    ) -> Pack:
        """Make a pack. Raises UsageProblem."""
        return packs.create(
            self._connection, name, budget, now, wanted=wanted, form=form, ceiling=ceiling
        )

    @in_words
    def change(self, name: str, now: int, terms: Mapping[str, Any]) -> Pack:
        """Give a pack another budget, filter, format or ceiling. Raises UsageProblem."""
        return self._own(lambda: packs.change(self._connection, name, now, **terms))

    @in_words
    def delete(self, name: str, now: int) -> None:
        """Delete a pack; entries, files, and what was written when stay."""
        packs.delete(self._connection, name, now)

    @in_words
    def decide(self, name: str, entry_ids: Sequence[int], mode: str, now: int) -> int:
        """Say that entries are always or never in a pack, or chosen by value; return how many."""
        pack = packs.pack_named(self._connection, name)
        kept = self._kept.get(pack.id)
        # One that the filter does not find comes and goes with what is said of it.
        is_known = kept is not None and all(each in kept.found.entries for each in entry_ids)
        if not is_known or (mode == packs.AUTO and pack.wanted != Wanted()):
            return packs.decide(self._connection, name, entry_ids, mode, now)
        return self._own(lambda: packs.decide(self._connection, name, entry_ids, mode, now))

    @in_words
    def write(self, plan: Planned, *, replace: bool) -> int:
        """Write what was planned to its file; return the number in the log."""
        return self._own(lambda: carry_out(self._connection, plan, replace=replace).render_id)

    @in_words
    def keep_copy(self, built: Built) -> int:
        """Keep in the log that a pack went to the clipboard; return the number of that."""
        return self._own(lambda: packs.keep_render(self._connection, built, CLIPBOARD))

    def _own(self, change: Callable[[], Answer]) -> Answer:
        """Do what changes no entry: what packs choose from stays as it was before, if it was."""
        before = stamp_of(self._connection)
        answer = change()
        after = stamp_of(self._connection)
        self._kept = {
            number: replace(each, stamp=after)
            for number, each in self._kept.items()
            if each.stamp == before
        }
        return answer

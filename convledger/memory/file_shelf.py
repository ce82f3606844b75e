"""The memory files of a machine as a person deals with them: looked at, kept, written, imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from convledger.errors import UsageProblem
from convledger.memory import feed, feed_verdicts, files, write_back
from convledger.memory.diffing import DiffLine, diff_lines
from convledger.memory.feed import News
from convledger.memory.file_list import FileLine, file_lines
from convledger.memory.file_rows import REMOVED
from convledger.memory.files import GoesOn
from convledger.memory.importing import ImportResult
from convledger.memory.lint import Complaint
from convledger.memory.opening import NotReadable, content_of
from convledger.memory.readers.items import storable
from convledger.memory.veiling import veiled_lines
from convledger.memory.words import scope_of, title_of
from convledger.memory.write_back import FileChange, Held
from convledger.store.connection import in_words
from convledger.store.operations import operations, touched_entries
from convledger.text.secrets import veiled

if TYPE_CHECKING:
    from convledger.memory.shelf import Memory

_NO_PLACE = "“{}” has no place of its own in it: take it out in an editor"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found; not `whole` where it was stopped. `complaints` are what is wrong."""

    feed: feed.Feed
    complaints: tuple[Complaint, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of files, to be seen before it is done.

    `archived` are news whose text is gone from its file already: of those the entry is archived.
    """

    changes: tuple[FileChange, ...] = ()
    diffs: tuple[tuple[DiffLine, ...], ...] = ()
    held: tuple[Held, ...] = ()
    archived: tuple[int, ...] = ()

    @property
    def paths(self) -> list[str]:
        """The files that it is about."""
        found = [*(each.path for each in self.changes), *(each.path for each in self.held)]
        return [storable(str(path)) for path in found]

    def of(self, path: str) -> Outlook:
        """Return what would become of one file."""
        both = [
            (change, diff)
            for change, diff in zip(self.changes, self.diffs, strict=True)
            if storable(str(change.path)) == path
        ]
        return Outlook(
            tuple(change for change, _ in both),
            tuple(diff for _, diff in both),
            tuple(each for each in self.held if storable(str(each.path)) == path),
        )

    @property
    def items(self) -> list[int]:
        """The items that are dealt with."""
        return [*self.archived, *(item for change in self.changes for item in change.items)]


class _Watched:
    """What hears how far work is, and once told to stop stays so."""

    def __init__(self, goes_on: GoesOn) -> None:
        self._goes_on = goes_on
        self._far = (0, 0)
        self.stopped = False

    def __call__(self, done: int, of: int) -> bool:
        self._far = done, of
        self.stopped = self.stopped or not self._goes_on(done, of)
        return not self.stopped

    def is_over(self) -> bool:
        """Tell whether to stop, where it is not known how far the work is."""
        return not self(*self._far)


class MemoryFiles:
    """The memory files that the ledger knows, and those of the tools on this machine."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._connection = memory.connection
        self.path = memory.path

    # ---- questions

    @in_words
    def listed(self) -> list[FileLine]:
        """Return the files that are known; reads none of them."""
        return file_lines(self._connection)

    @in_words
    def news(self) -> list[News]:
        """Return what waits for a person, the oldest first; reads no file."""
        return feed.news(self._connection)

    @in_words
    def to_write(self) -> Outlook:
        """Return what entries that were edited, or are not wanted, would make of their files."""
        return _outlook(list(write_back.planned(self._connection)))

    @in_words
    def without(self, item_ids: Sequence[int]) -> Outlook:
        """Return what taking news out of their files would make of those."""
        waiting = {each.item_id: each for each in self.news()}
        wanted = [waiting[each] for each in item_ids if each in waiting]
        gone = tuple(each.item_id for each in wanted if each.what == REMOVED)
        out = {each.item_id: each for each in wanted if each.what != REMOVED}
        found = list(write_back.planned(self._connection, out)) if out else []
        dealt = {item for each in found if isinstance(each, FileChange) for item in each.items}
        held = {str(each.path) for each in found if isinstance(each, Held)}
        for number, each in out.items():
            if number not in dealt and each.path not in held:
                found.append(Held(Path(each.path), _NO_PLACE.format(title_of(veiled(each.new)))))
        return _outlook(found, gone)

    def difference(self, each: News, around: int | None = None) -> list[DiffLine]:
        """Return old and new text of news line by line; nothing of a secret in full."""
        return diff_lines(each.old, each.new, around, veiled_lines)

    # ---- looking and taking in

    @in_words
    def look(self, now: int, goes_on: GoesOn = lambda _, __: True) -> Looked:
        """Look at all memory files of this machine; new ones are taken in as proposed."""
        watched = _Watched(goes_on)
        found, discovery = files.look_at_files(self._connection, now, watched)
        wrong = tuple(files.complaints(self._connection, discovery, watched))
        if found.imported:
            self._memory.count_tokens(watched.is_over)
        return Looked(found, wrong, not watched.stopped)

    @in_words
    def look_again(self, now: int) -> int:
        """Look at the files that are known, a few milliseconds where nothing changed.

        Returns how many changes wait for a person.
        """
        return len(feed.look(self._connection, [], now).news)

    @in_words
    def bring_in(
        self,
        named: Iterable[Path],
        format_name: str | None,
        scope: str,
        now: int,
        goes_on: GoesOn = lambda _, __: True,
    ) -> list[tuple[str, ImportResult | str]]:
        """Take in files and folders that a person names; returns what became of each file.

        Raises UsageProblem for a format, a scope or a path that is none.
        """
        scope = scope_of(scope)
        paths = list(named)
        found = list(files.named_files(paths))
        told: list[tuple[str, ImportResult | str]] = []
        watched = _Watched(goes_on)
        for done, (file, is_named) in enumerate(found):
            if not watched(done, len(found)):
                break
            told += files.import_one(
                self._connection, file, format_name, scope, now, is_named=is_named
            )
        else:
            for path in paths:
                told += files.gone_below(self._connection, path, now)
        self._memory.count_tokens(watched.is_over)
        return told

    # ---- changes

    @in_words
    def keep(self, item_ids: Sequence[int], now: int) -> int:
        """Take news into memory as a person has read them."""
        return self._done(lambda: feed_verdicts.keep(self._connection, item_ids, now), now)

    @in_words
    def take_out(self, outlook: Outlook, now: int) -> tuple[list[FileChange], list[Held]]:
        """Take news out of their files as it was shown; returns what was written and what not.

        What could not be written is marked as not wanted, and is written with the next edits.
        """
        self._done(lambda: feed_verdicts.take_out(self._connection, outlook.items, now), now)
        return self.write(outlook, now)

    @in_words
    def write(self, outlook: Outlook, now: int) -> tuple[list[FileChange], list[Held]]:
        """Write files as it was shown, each by itself; returns what was written and what not."""
        written, held = [], []
        for change in outlook.changes:
            try:
                write_back.write(self._connection, change, now)
                written.append(change)
            except UsageProblem as problem:
                held.append(Held(change.path, str(problem)))
        return written, held

    @in_words
    def put_back(
        self, written: Sequence[FileChange], now: int, operation_id: int | None = None
    ) -> None:
        """Give files back what they said before they were written, and undo the change behind it.

        Raises UsageProblem where one of them is another by now; then all is left as it is.
        """
        for change in written:
            try:
                is_same = content_of(change.path).data == change.after
            except NotReadable as error:
                raise UsageProblem(f"{change.path}: {error}; nothing was taken back") from error
            if not is_same:
                raise UsageProblem(f"{change.path} changed since; nothing was taken back")
        if operation_id is not None:
            self._memory.undo(now, operation_id)
        for change in written:
            write_back.write(self._connection, change.back, now)
            if operation_id is None:  # these are edits of a person again, and no news
                feed_verdicts.leave_edited(self._connection, change.items)

    def _done(self, work: Callable[[], int], now: int) -> int:
        """Change something, and look at the entries whose texts are others by it."""
        before = max((one.id for one in operations(self._connection, 1)), default=0)
        count = work()
        for made in operations(self._connection, 1):
            if made.id > before:
                self._memory.look_at(touched_entries(self._connection, made.id), now)
                self._memory.count_tokens()
        return count


def _outlook(found: Sequence[FileChange | Held], gone: tuple[int, ...] = ()) -> Outlook:
    changes = tuple(each for each in found if isinstance(each, FileChange))
    return Outlook(
        changes,
        tuple(tuple(change.lines()) for change in changes),
        tuple(each for each in found if isinstance(each, Held)),
        gone,
    )

"""Takes assignments and verdicts from a file, in any order and any number of times.

A verdict is known by its name and never changed: one that came later is not written over by an
earlier one, since the latest counts by when it was given.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from msgspec import DecodeError
from msgspec.json import Decoder

from convledger.errors import UsageProblem
from convledger.named_files import open_named
from convledger.store import reviews
from convledger.store.reviews import StoredBatch, StoredItem, StoredVerdict
from convledger.store.tombstones import Erased
from convledger.workflow.review_lines import (
    ITEM,
    TEXT,
    VERDICT,
    Line,
    Refused,
    read_header,
    read_item,
    read_verdict,
)

LONGEST, MOST_LINES = 1 << 20, 2_000_000
_TEXT = b'{"type":"text"'
_decode = Decoder().decode


@dataclass(slots=True)
class ReviewImport:
    """What a file brings to the books: what is new in it, and what can't be taken.

    `conflicts` say where the file and the books say two things of one name; the books stay as they
    are. `missing` are conversations that are not here; their items are kept all the same. `erased`
    counts items whose conversation was erased here: they stay out, and so do verdicts on them.
    """

    batch: StoredBatch
    owner: str
    is_new: bool = True
    is_away: bool = False  # the books have the sample, taken away
    items: list[StoredItem] = field(default_factory=list)
    assigned: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    verdicts: list[tuple[StoredVerdict, str]] = field(default_factory=list)
    withdrawn: list[tuple[int, int]] = field(default_factory=list)
    known_items: int = 0
    known_verdicts: int = 0
    erased: int = 0
    missing: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    texts: int = 0


def read_file(connection: sqlite3.Connection, path: Path, now: int) -> ReviewImport:
    """Return what a file brings. Raises UsageProblem where it is no such file."""
    digest = _digest_of(path)
    lines = _lines(path)
    number, first = next(lines, (0, "is empty"))
    try:
        if isinstance(first, str):
            raise Refused(first)
        batch, owner = read_header(first, now)
    except Refused as refused:
        raise UsageProblem(f"{path}: line {number or 1}: {refused}") from refused
    found = ReviewImport(batch, owner)
    books = _Books(connection, found)
    for number, line in lines:
        if not isinstance(line, str):
            try:
                books.take(line, f"{digest}:{number}", now)
                continue
            except Refused as refused:
                line = str(refused)
        found.rejected.append((number, line))
    books.place_verdicts()
    found.rejected.sort()
    return found


def take(connection: sqlite3.Connection, found: ReviewImport) -> int:
    """Keep what a file brings; returns the sample's number. Belongs into a transaction."""
    there = {each.name: each for each in reviews.batches(connection, with_gone=True)}
    known = there.get(found.batch.name)
    number = known.id if known else reviews.add_batch(connection, found.batch)
    if known is not None:
        owners = tuple(dict.fromkeys([*known.owners, *found.batch.owners]))
        if owners != known.owners:
            reviews.set_owners(connection, number, owners, of="review_batch")
    numbers = {each.name: each for each in reviews.items(connection, of_batches=[number])}
    for item in found.items:
        if item.name in numbers:
            continue
        made = reviews.add_item(connection, replace(item, batch_id=number))
        numbers[item.name] = replace(item, id=made)
    for item_id, owners in found.assigned:
        reviews.set_owners(connection, item_id, owners)
    have = {each.name for each in reviews.verdicts(connection, with_gone=True)}
    for verdict, item_name in found.verdicts:
        of = numbers[item_name]
        if verdict.name not in have:
            reviews.add_verdict(connection, replace(verdict, item_id=of.id), of.conversation_id)
    for verdict_id, at in found.withdrawn:
        reviews.withdraw(connection, verdict_id, at)
    return number


class _Books:
    """What the books have of a sample, to compare lines with."""

    def __init__(self, connection: sqlite3.Connection, found: ReviewImport) -> None:
        self._connection, self._found = connection, found
        there = {each.name: each for each in reviews.batches(connection, with_gone=True)}
        known = there.get(found.batch.name)
        found.is_new, found.is_away = known is None, known is not None and known.gone_at is not None
        items = reviews.items(connection, of_batches=[] if known is None else [known.id])
        self._items = {each.name: each for each in items}
        self._by_talk = {(each.reader, each.native): each.name for each in items}
        of_others = {each.name for each in reviews.items(connection)} - self._items.keys()
        self._of_others = of_others
        self._names = {each.id: each.name for each in items}
        self._verdicts = {each.name: each for each in reviews.verdicts(connection, with_gone=True)}
        self._new: dict[str, StoredItem] = {}
        self._erased, self._left_out = Erased.load(connection), set[str]()
        self._waiting: dict[str, tuple[StoredVerdict, str]] = {}
        if known is not None and (known.title, known.seed) != (found.batch.title, found.batch.seed):
            found.conflicts.append(f"the sample is called {found.batch.title!r:.60} there")

    def take(self, line: Line, provenance: str, now: int) -> None:
        """Compare a line with the books. Raises Refused."""
        kind = line.get("type")
        if kind == ITEM:
            self._item(read_item(line))
        elif kind == VERDICT:
            verdict, item = read_verdict(line, now)
            self._verdict(replace(verdict, provenance=provenance), item)
        elif kind == TEXT:
            self._found.texts += 1
        else:
            raise Refused(f"no kind of line: {kind!r:.40}")

    def _item(self, item: StoredItem) -> None:
        owner = self._found.owner
        if owner and item.owners != (owner,):
            raise Refused(f"the item is not {owner}'s, as the file is")
        if (
            self._erased is not None
            and self._erased.conversation(item.reader, item.native) is not None
        ):
            self._found.erased += item.name not in self._left_out
            self._left_out.add(item.name)
            return
        before = self._items.get(item.name) or self._new.get(item.name)
        other = self._by_talk.get((item.reader, item.native), item.name)
        if item.name in self._of_others or other != item.name:
            raise Refused(f"{item.conversation:.100} is another item in the books")
        if before is not None:
            if (before.reader, before.native) != (item.reader, item.native):
                raise Refused(f"{item.name} is {before.conversation:.100} in the books")
            self._found.known_items += before.id != 0
            more = tuple(dict.fromkeys([*before.owners, *item.owners]))
            if before.id and more != before.owners:
                self._found.assigned.append((before.id, more))
            return
        number = reviews.conversation_numbered(self._connection, item.reader, item.native)
        if number is None:
            self._found.missing.append(item.conversation)
        item = replace(item, conversation_id=number)
        self._new[item.name] = item
        self._by_talk[item.reader, item.native] = item.name
        self._found.items.append(item)

    def _verdict(self, verdict: StoredVerdict, item: str) -> None:
        owner = self._found.owner
        if owner and verdict.reviewer != owner:
            raise Refused(f"the verdict is {verdict.reviewer}'s, the file {owner}'s")
        before = self._verdicts.get(verdict.name)
        if before is not None:
            self._same(before, verdict, item)
        elif verdict.name in self._waiting:
            if self._waiting[verdict.name] != (replace(verdict, provenance=""), item):
                raise Refused(f"verdict {verdict.name} stands above, and says something else")
        else:
            self._waiting[verdict.name] = replace(verdict, provenance=""), item
            self._found.verdicts.append((verdict, item))

    def _same(self, before: StoredVerdict, verdict: StoredVerdict, item: str) -> None:
        """See whether a verdict that the books have says the same; it may be withdrawn since."""
        alike = replace(verdict, id=before.id, item_id=before.item_id, gone_at=before.gone_at,
                        provenance=before.provenance)  # fmt: skip
        if alike != before or self._names.get(before.item_id) != item:
            self._found.conflicts.append(
                f"{verdict.reviewer}'s verdict {verdict.name} says something else in the books, "
                "which stay as they are"
            )
            return
        self._found.known_verdicts += 1
        if verdict.gone_at is not None and before.gone_at is None:
            self._found.withdrawn.append((before.id, verdict.gone_at))

    def place_verdicts(self) -> None:
        """Keep the verdicts whose item is known, and tell those of one instant that differ."""
        placed = []
        given = {
            (self._names.get(each.item_id), each.reviewer, each.kind, each.at): each.verdict
            for each in self._verdicts.values()
        }
        for verdict, item in self._found.verdicts:
            if item in self._left_out:
                continue
            if item not in self._items and item not in self._new:
                line = int(verdict.provenance.rpartition(":")[2])
                self._found.rejected.append((line, f"item {item} is not in the file nor the books"))
                continue
            place = (item, verdict.reviewer, verdict.kind, verdict.at)
            if given.setdefault(place, verdict.verdict) != verdict.verdict:
                self._found.conflicts.append(
                    f"{verdict.reviewer} gave two verdicts on one item at one instant; the one "
                    "with the later name counts"
                )
            placed.append((verdict, item))
        self._found.verdicts = placed


def _lines(path: Path) -> Iterator[tuple[int, Line | str]]:
    """Yield the object on each line with the line's number, or the reason why there is none."""
    try:
        with open_named(path) as stream:
            number = 0
            while raw := stream.readline(LONGEST + 1):
                number += 1
                if number > MOST_LINES:
                    yield number, f"beyond the {MOST_LINES:,} lines that a file may have"
                    return
                if len(raw) > LONGEST:
                    yield number, f"is longer than {LONGEST >> 20} MB"
                    while raw and not raw.endswith(b"\n"):
                        raw = stream.readline(LONGEST)
                elif raw.startswith(_TEXT):
                    yield number, {"type": TEXT}
                elif raw.strip():
                    yield number, _object(raw)
    except OSError as error:
        raise UsageProblem(f"{path}: can't be read: {error.strerror or error}") from error


def _object(raw: bytes) -> Line | str:
    try:
        value = _decode(raw)
    except (DecodeError, UnicodeDecodeError):
        return "is no JSON"
    except RecursionError:
        return "is JSON that is nested too deeply"
    return value if isinstance(value, dict) else "is no object of JSON"


def _digest_of(path: Path) -> str:
    digest = sha256()
    try:
        with open_named(path) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise UsageProblem(f"{path}: can't be read: {error.strerror or error}") from error
    return digest.hexdigest()


def texts_in(path: Path, item: str) -> Iterator[Line]:
    """Yield the entries that a file holds of an item's conversation, in their order."""
    for _, line in _texts(path):
        if line.get("item") == item and isinstance(line.get("entry"), dict):
            yield line["entry"]


def _texts(path: Path) -> Iterable[tuple[int, Line]]:
    try:
        with open_named(path) as stream:
            for number, raw in enumerate(iter(lambda: stream.readline(LONGEST + 1), b""), 1):
                if raw.startswith(_TEXT) and len(raw) <= LONGEST:
                    value = _object(raw)
                    if isinstance(value, dict):
                        yield number, value
    except OSError as error:
        raise UsageProblem(f"{path}: can't be read: {error.strerror or error}") from error

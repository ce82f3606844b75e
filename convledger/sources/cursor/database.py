"""Reads Cursor's database: all of it once, then what is new.

A conversation's bubbles are asked for a few at a time, in the order of the conversation, since
the database may be of many GB. Once it is known only the turns that hold new bubbles are read, and
the last one, which tells how it ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec
from msgspec import Raw

from convledger.sources.cursor import changes, records
from convledger.sources.cursor.bubbles import USER, Counter, Placed, Teller, model_of
from convledger.sources.cursor.changes import State
from convledger.sources.cursor.composers import (
    add_costs,
    children,
    decoded_composer,
    describe,
    is_running,
)
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Figures, Rejected, Texts
from convledger.sources.lenient import BadLine
from convledger.sources.values import dicts_in, instant_of, name_of

_PIECE = 4 << 20  # bytes of bubbles that are taken in at a time, about
_FEW, _MANY = 4, 64  # rows of a query
_LOOK_BACK = 8  # bubbles before the first of a turn, some of which say nothing
LARGEST = 32 << 20  # characters of a bubble
_TOO_LARGE = f"larger than {LARGEST >> 20} MB"


def read_database(document: Document, stored: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what the conversations in `state.vscdb` hold, or what is new in them."""
    yield from _Reading(document, texts=texts).all(changes.state_of(stored))


class _Reading:
    def __init__(self, document: Document, *, texts: bool) -> None:
        self._document = document
        self._texts = texts
        self._done = 0
        self._held: list[str] = []
        self._heads: dict[str, bytes] | None = None
        tables = document.tables()
        self._has_heads = "value" in tables.get("composerHeaders", ())
        self._has_items = "value" in tables.get("ItemTable", ())

    def all(self, state: State) -> Iterator[Found]:
        known = changes.unchanged_until(self._document, state.marks) if state.is_whole else 0
        if known:
            yield from self._new(known, state.held)
            return
        marks = state.marks if state.after and not state.is_whole else []
        marks = marks or changes.marks(self._document)
        after = state.after if not state.is_whole else ""
        self._held = list(state.held) if after else []
        for conversation in changes.conversations(self._document, after):
            last = Found()
            for number, part in enumerate(self._conversation(conversation, None)):
                if number:
                    yield last
                last = part
            last.done = self._done
            last.state = changes.stored(State(marks=marks, after=conversation, held=self._held))
            yield last
        yield Found(
            done=self._document.size,
            state=changes.stored(State(marks=marks, is_whole=True, held=self._held)),
        )

    def _new(self, known: int, held: list[str]) -> Iterator[Found]:
        marks = changes.marks(self._document)
        touched: dict[str, set[str]] = {native: set() for native in held}
        for key in changes.keys_behind(self._document, known):
            prefix, _, rest = key.partition(":")
            if prefix == "composerData":
                touched.setdefault(rest, set())
            elif prefix == "bubbleId":
                conversation, _, bubble = rest.partition(":")
                touched.setdefault(conversation, set()).add(bubble)
        for conversation, bubbles in touched.items():
            yield from self._conversation(conversation, bubbles)
        yield Found(
            done=self._document.size,
            state=changes.stored(State(marks=marks, is_whole=True, held=self._held)),
        )

    def _conversation(self, native: str, fresh: set[str] | None) -> Iterator[Found]:
        """Yield what a conversation holds: all of it, or where bubbles are fresh, their turns."""
        figures, texts = Figures(), Texts()
        rejected = texts.rejected if self._texts else figures.rejected
        try:
            composer = self._composer(native)
        except BadLine as error:
            rejected.append(Rejected(0, 0, f"conversation {native}: {error}"))
            composer = records.Composer()
        order = self._order(composer, native)
        inline = _inline(composer.conversation) if not order else []
        if not order and not inline:
            return  # a draft
        changed = self._document.changed_at
        begun = instant_of(composer.createdAt) or instant_of(composer.lastUpdatedAt) or changed
        at = (instant_of(composer.lastUpdatedAt) or begun) if fresh is not None else begun
        facts = figures.conversation(native)
        counter = Counter(facts, model_of(composer.modelConfig), at)
        teller = Teller(native, at)
        try:
            describe(facts, composer, self._head(native))
            children(figures, composer, native)
            add_costs(figures, composer, native, facts.last_at or at)
        except BadLine as error:
            rejected.append(Rejected(0, 0, f"conversation {native}: {error}"))
        wanted = order if fresh is None else _turns(order, fresh)
        previous, beside = 0, False
        for batch in self._batches(native, wanted, inline):
            for placed in batch:
                follows, previous = placed.place == previous + 1, placed.place
                if self._texts:
                    if not follows and not inline:
                        teller.before = self._before(native, order, placed)
                    teller.take(placed, texts)
                    continue
                if not follows or placed.beside != beside:
                    counter.end_turn(figures)
                beside = placed.beside
                counter.take(placed, figures)
            yield Found(figures, texts, self._done)
            again = figures.conversations
            figures, texts = Figures(conversations=again), Texts()
        if not self._texts:
            ends = bool(wanted) and wanted[-1] is order[-1]
            running = ends and is_running(composer, counter.at, changed)
            counter.end_turn(figures, is_running=running)
            if running:
                self._held.append(native)
        yield Found(figures, texts, self._done)

    def _before(self, native: str, order: list[Placed], placed: Placed) -> str:
        """Return the name of the message that comes before a bubble in its conversation."""
        earlier = [each for each in order if each.place < placed.place and not each.beside]
        for each in reversed(earlier[-_LOOK_BACK:]):
            key = f"bubbleId:{native}:{each.native}"
            said = Texts()
            Teller(native, 0).take(
                Placed(each.place, each.native, self._values([key]).get(key), each.kind), said
            )
            if said.messages:
                return said.messages[-1].uuid
        return ""

    def _composer(self, native: str) -> records.Composer:
        value = self._values([f"composerData:{native}"]).get(f"composerData:{native}")
        if value == _TOO_LARGE:
            raise BadLine(_TOO_LARGE)
        return decoded_composer(value)

    def _order(self, composer: records.Composer, native: str) -> list[Placed]:
        """Return the bubbles of a conversation in its order, what it left aside at the end.

        What is not listed and newer than all that is has only just been written.
        """
        listed: dict[str, Placed] = {}
        latest = 0
        for header in composer.fullConversationHeadersOnly or ():
            if header.bubbleId and header.bubbleId not in listed:
                kind = header.type if isinstance(header.type, int) else 0
                at = instant_of(header.createdAt)
                latest = max(latest, at or 0)
                place = len(listed) + 1
                listed[header.bubbleId] = Placed(place, header.bubbleId, None, int(kind), at)
        there = changes.bubble_ids(self._document, native)
        kept = set(there)
        found = [placed for name, placed in listed.items() if name in kept]
        others = [name for name in there if name not in listed]
        if not others:
            return found
        return found + self._unlisted(native, others, found, latest)

    def _unlisted(
        self, native: str, others: list[str], listed: list[Placed], latest: int
    ) -> list[Placed]:
        """Return bubbles that are in no list, in the order of their time."""
        if listed and not latest:
            last = self._values([f"bubbleId:{native}:{listed[-1].native}"])
            latest = max((_made_at(value) for value in last.values()), default=0)
        dated: list[tuple[int, str]] = []
        for start in range(0, len(others), _FEW * 4):
            some = others[start : start + _FEW * 4]
            values = self._values([f"bubbleId:{native}:{name}" for name in some])
            dated += [(_made_at(values.get(f"bubbleId:{native}:{name}")), name) for name in some]
        place = max((placed.place for placed in listed), default=0)
        return [
            Placed(place + number, name, None, 0, at or None, beside=bool(listed) and at <= latest)
            for number, (at, name) in enumerate(sorted(dated), 1)
        ]

    def _batches(
        self, native: str, wanted: list[Placed], inline: list[Placed]
    ) -> Iterator[list[Placed]]:
        """Yield bubbles with what is stored of them, some MB at a time."""
        if inline:
            yield inline
            return
        many, start = _FEW, 0
        while start < len(wanted):
            some = wanted[start : start + many]
            values = self._values([f"bubbleId:{native}:{placed.native}" for placed in some])
            batch, size = [], 1
            for placed in some:
                value = values.get(f"bubbleId:{native}:{placed.native}")
                if isinstance(value, str | bytes):
                    size += len(value)
                    batch.append(
                        Placed(
                            placed.place, placed.native, value, placed.kind, placed.at,
                            placed.beside,
                        )
                    )  # fmt: skip
            self._done = min(self._done + size, self._document.size)
            start += many
            many = max(_FEW, min(_MANY, many * 4, _PIECE * len(some) // size))
            yield batch

    def _values(self, keys: list[str]) -> dict[str, object]:
        among = ",".join("?" * len(keys))
        rows = self._document.rows(
            f"SELECT key, CASE WHEN length(value) > {LARGEST} THEN '{_TOO_LARGE}' ELSE value END "  # noqa: S608
            f"FROM cursorDiskKV WHERE key IN ({among})",
            keys,
        )
        return {str(key): value for key, value in rows}

    def _head(self, native: str) -> records.Head | None:
        """Return a conversation's entry in the index: a table, in older builds one long list."""
        value: object = None
        if self._has_heads:
            rows = self._document.rows(
                "SELECT value FROM composerHeaders WHERE composerId=?", (native,)
            )
            value = rows[0][0] if rows else None
        if value is None:
            value = self._listed_heads().get(native)
        if value is None:
            return None
        head: records.Head = records.decoded(records.head, value)
        return head

    def _listed_heads(self) -> dict[str, bytes]:
        if self._heads is None:
            self._heads = {}
            rows = self._document.rows(
                "SELECT value FROM ItemTable WHERE key='composer.composerHeaders'"
            ) if self._has_items else []  # fmt: skip
            for (value,) in rows:
                try:
                    entries = dicts_in(records.plain(value).get("allComposers"))
                except BadLine:
                    continue
                for entry in entries:
                    self._heads[name_of(entry.get("composerId"))] = msgspec.json.encode(entry)
        return self._heads


def _turns(order: list[Placed], fresh: set[str]) -> list[Placed]:
    """Return the bubbles of the turns that hold fresh ones, of the last two, and those aside."""
    turns: list[list[Placed]] = [[]]
    for placed in order:
        if placed.kind == USER and turns[-1]:
            turns.append([])
        turns[-1].append(placed)
    wanted = [
        turn
        for turn in turns[:-2]
        if any(placed.native in fresh or placed.beside for placed in turn)
    ]
    return list(chain.from_iterable(wanted + turns[-2:]))


def _inline(raw: Raw) -> list[Placed]:
    """Return the bubbles of a conversation that older builds keep in one piece."""
    if not bytes(raw).startswith(b"["):
        return []
    try:
        entries = msgspec.json.decode(raw, type=list[Raw])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return []
    found = []
    for place, entry in enumerate(entries, 1):
        try:
            native = records.decoded(records.counted_bubble, bytes(entry)).bubbleId or str(place)
        except BadLine:
            native = str(place)
        found.append(Placed(place, native, bytes(entry)))
    return found


def _made_at(value: object) -> int:
    try:
        return instant_of(records.decoded(records.counted_bubble, value).createdAt) or 0
    except BadLine:
        return 0


def check(document: Document) -> None:
    """Raise NotReadable where a database has not Cursor's table."""
    if not {"key", "value"} <= document.tables().get("cursorDiskKV", frozenset()):
        raise NotReadable("a database without Cursor's conversations")

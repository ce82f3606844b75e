"""Reads llm's newer tables: turns of threads over messages that threads share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convledger.sources.content import json_text
from convledger.sources.document import Document, Found
from convledger.sources.findings import Call, Figures, Flag, Kind, Message, Rejected
from convledger.sources.lenient import BadLine, loads
from convledger.sources.llm.counts import add_request
from convledger.sources.sqlite_tables import Row, Table, text_in
from convledger.sources.titles import PROMPT, title_line
from convledger.sources.values import dict_of, instant_of, text_of

if TYPE_CHECKING:
    from convledger.sources.llm import Position

_AT_ONCE = 200
_LONGEST = 100_000  # messages of one turn that are walked back: hashes can't lead in circles
_ROLES = {
    "user": Kind.PROMPT, "assistant": Kind.ANSWER, "system": Kind.NOTE, "tool": Kind.TOOL_RESULT,
}  # fmt: skip


class Turns:
    """The turns of a database, each with the messages that are new in it."""

    def __init__(self, document: Document, *, texts: bool) -> None:
        self._document = document
        self._texts = texts
        self._threads = Table(
            document, "threads", ("id", "name", "forked_from", "datetime_utc", "tip_message_hash")
        )
        self._turns = Table(
            document, "turns",
            ("id", "thread_id", "parent_message_hash", "tip_message_hash", "model",
             "resolved_model", "input_tokens", "output_tokens", "token_details", "datetime_utc"),
        )  # fmt: skip
        self._messages = Table(document, "messages", ("hash", "parent_hash", "role"))
        self._parts = Table(
            document, "parts",
            ("id", "message_hash", "position", "type", "tool_name", "text", "payload"),
        )  # fmt: skip
        self._part_fragments = Table(
            document, "part_fragments", ("part_id", "fragment_id", "order")
        )
        self._fragments = Table(document, "fragments", ("id", "content"))
        self._said: dict[str, set[str]] = {}  # hashes that a thread has already, by thread
        self._forks: dict[str, str] = {}

    @property
    def exists(self) -> bool:
        """The database has this generation."""
        return self._turns.exists

    def new(self, position: Position) -> Iterator[Found]:
        """Yield what is new since `position`, which is moved along."""
        if not self.exists:
            return
        turns = self._turns
        until, read = turns.last(), turns.known_until(position.turns)
        if not self._texts:
            yield from self._named_threads(position, position.names[1] if read else 0)
        found = Found()
        rejected = found.texts.rejected if self._texts else found.figures.rejected
        for rows in turns.after(read, until, rejected, _AT_ONCE):
            for row in rows:
                if self._texts:
                    found.texts.messages += self._said_in(row, found.texts.rejected)
                else:
                    self._count(row, found.figures)
            position.turns = turns.mark(rows[-1][0])
            found.done = int(self._document.size * rows[-1][0] / until)
            yield found
            found = Found()
        position.turns = turns.mark(until)

    def _named_threads(self, position: Position, known: int) -> Iterator[Found]:
        """Yield what threads are called: the first reading has all, a later one the new."""
        last = self._threads.last()
        found = Found()
        known = min(known, last)
        for rows in self._threads.after(max(0, known - 1), last, found.figures.rejected):
            for _, name, title, origin, at, _ in rows:
                if not text_of(name):
                    continue
                facts = found.figures.conversation(text_of(name))
                facts.first_at = facts.last_at = instant_of(at)
                facts.entitle(PROMPT, title_line(text_of(title)))
                if text_of(origin):
                    facts.parent, facts.relation = text_of(origin), "fork"
            yield found
            found = Found()
        position.names = (position.names[0], last)

    def _count(self, row: Row, figures: Figures) -> None:
        number, uuid, thread, _, tip, model, resolved, sent, said, details, at = row
        uuid, thread = text_of(uuid), text_of(thread) or text_of(uuid)
        if not uuid:
            figures.rejected.append(Rejected(number, 0, "a turn without its id"))
            return
        call = Call(uuid, thread, instant_of(at) or self._document.changed_at, "", number)
        add_request(
            figures, call, (model, resolved), (sent, said, details), f"{thread}:{text_of(tip)}"
        )

    # -- texts --

    def _said_in(self, row: Row, rejected: list[Rejected]) -> list[Message]:
        """Return the messages of a turn that its thread had not said before."""
        number, uuid, thread, _, tip, *_, at = row
        thread = text_of(thread) or text_of(uuid)
        path = self._path(text_of(tip), self._known(thread, number))
        self._said[thread].update(message for message, _, _ in path)
        inherited = self._inherited(thread) if path else set()
        parts = self._parts_of([message for message, _, _ in path], rejected)
        found: list[Message] = []
        when = instant_of(at) or self._document.changed_at
        for message, parent, role in reversed(path):
            flags = Flag.INHERITED if message in inherited else 0
            before = f"{thread}:{parent}" if parent else ""
            found += self._blocks(
                parts.get(message, []), role, (thread, f"{thread}:{message}", before),
                (number, when), flags,
            )  # fmt: skip
        return found

    def _path(self, tip: str, known: set[str]) -> list[tuple[str, str, str]]:
        """Return hash, parent and role of the messages from `tip` back to a known one."""
        path: list[tuple[str, str, str]] = []
        seen: set[str] = set()
        while tip and tip not in known and tip not in seen and len(path) < _LONGEST:
            rows = self._messages.where("WHERE hash=? LIMIT 1", (tip,))
            if not rows:
                break
            seen.add(tip)
            parent = text_of(rows[0][2])
            path.append((tip, parent, text_of(rows[0][3])))
            tip = parent
        return path

    def _known(self, thread: str, number: int) -> set[str]:
        """Return where the earlier turns of a thread ended: its messages are said up to there."""
        known = self._said.get(thread)
        if known is None:
            rows = self._turns.where("WHERE thread_id=? AND rowid<?", (thread, number))
            known = self._said[thread] = {text_of(row[4]) for row in rows}
        return known

    def _inherited(self, thread: str) -> set[str]:
        """Return the messages of a fork that are those of the thread it left."""
        if thread not in self._forks:
            origin = self._threads.one("forked_from", "WHERE id=?", (thread,))
            self._forks[thread] = text_of(origin)
        origin = self._forks[thread]
        if not origin:
            return set()
        tips = [text_of(row[4]) for row in self._turns.where("WHERE thread_id=?", (origin,))]
        found: set[str] = set()
        for tip in tips:
            found.update(message for message, _, _ in self._path(tip, found))
        return found

    def _parts_of(self, hashes: list[str], rejected: list[Rejected]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        rows = self._parts.named("message_hash", hashes, rejected)
        for row in sorted(rows, key=lambda row: (row[3] if isinstance(row[3], int) else 0, row[0])):
            found.setdefault(text_of(row[2]), []).append(row)
        return found

    def _text(self, row: Row) -> str:
        """Return a part's text with the fragments that it was put together from."""
        parts = [text_of(row[6])]
        if self._part_fragments.exists and not parts[0]:
            rows = self._part_fragments.where('WHERE part_id=? ORDER BY "order"', (row[1],))
            for _, _, fragment, _ in rows:
                parts.append(text_of(self._fragments.one("content", "WHERE id=?", (fragment,))))
        return "\n".join(filter(None, parts))

    def _blocks(
        self,
        parts: list[Row],
        role: str,
        names: tuple[str, str, str],
        place: tuple[int, int],
        flags: int,
    ) -> list[Message]:
        thread, uuid, before = names
        found: list[Message] = []
        own = _ROLES.get(role, Kind.NOTE)
        flags |= Flag.HIDDEN if role == "system" else 0
        for row in parts:
            kind, body, name = self._block(row, own)
            if body or kind == Kind.TOOL_CALL:
                found.append(
                    Message(thread, uuid, len(found), *place, int(kind), body, int(flags), name,
                            "", before)
                )  # fmt: skip
        if not found:
            hidden = int(flags | Flag.HIDDEN)
            found.append(Message(thread, uuid, 0, *place, int(own), "", hidden, "", "", before))
        return found

    def _block(self, row: Row, own: Kind) -> tuple[Kind, str, str]:
        kind, name = text_of(row[4]), text_of(row[5])
        raw = text_in(row[7])
        try:
            payload = loads(raw) if raw else {}
        except BadLine:
            payload = {}
        if kind == "tool_call":
            given = payload.get("arguments", payload or None)
            return Kind.TOOL_CALL, json_text(given if given is not None else {}), name or "tool"
        if kind == "tool_result":
            body = self._text(row) or text_of(payload.get("output"))
            return Kind.TOOL_RESULT, body, name
        if kind == "reasoning":
            return Kind.THINKING, self._text(row), ""
        if kind == "attachment":
            inner = dict_of(payload.get("attachment")) or payload
            media = text_of(inner.get("type")) or text_of(inner.get("mimetype"))
            where = text_of(inner.get("path")) or text_of(inner.get("url"))[:80]
            words = " ".join(filter(None, ("attachment", media, where)))
            return Kind.ATTACHMENT, f"[{words}]", ""
        return own, self._text(row), "system" if own == Kind.NOTE else ""

"""Reads llm's older tables: a row for each prompt with its response."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convledger.sources.document import Document, Found
from convledger.sources.findings import Call, Figures, Flag, Kind, Message, Rejected
from convledger.sources.llm.counts import add_request
from convledger.sources.sqlite_tables import Row, Table
from convledger.sources.titles import PROMPT, title_line
from convledger.sources.values import instant_of, text_of

if TYPE_CHECKING:
    from convledger.sources.llm import Position

_AT_ONCE = 200
_NEAR = 100  # responses


class Responses:
    """The responses of a database; a response without a conversation is one of its own."""

    def __init__(self, document: Document, *, texts: bool) -> None:
        self._document = document
        self._texts = texts
        self._conversations = Table(document, "conversations", ("id", "name", "model"))
        said = ("prompt", "system", "response", "reasoning")
        self._responses = Table(
            document, "responses",
            ("id", "conversation_id", "model", "resolved_model", "input_tokens", "output_tokens",
             "token_details", "datetime_utc", *(said if texts else ())),
        )  # fmt: skip
        self._calls = Table(
            document, "tool_calls", ("id", "response_id", "name", "arguments", "tool_call_id")
        )
        self._results = Table(
            document, "tool_results", ("id", "response_id", "name", "output", "exception")
        )
        self._fragments = Table(document, "fragments", ("id", "content"))
        self._attachments = Table(document, "attachments", ("id", "type", "path", "url"))
        self._links = {
            name: Table(document, name, ("response_id", inner, "order"))
            for name, inner in (
                ("prompt_fragments", "fragment_id"),
                ("system_fragments", "fragment_id"),
                ("prompt_attachments", "attachment_id"),
            )
        }
        self._gathered: dict[str, dict[str, list[Row]]] = {}
        self._before: dict[str, str] = {}
        self._read = 0

    @property
    def exists(self) -> bool:
        """The database has this generation."""
        return self._responses.exists

    def new(self, position: Position) -> Iterator[Found]:
        """Yield what is new since `position`, which is moved along."""
        if not self.exists:
            return
        table = self._responses
        until, read = table.last(), table.known_until(position.responses)
        self._read = read
        if not self._texts:
            yield from self._named_conversations(position, position.names[0] if read else 0)
        tools = self._tools(read) if self._texts and read < until else ({}, {})
        found = Found()
        rejected = found.texts.rejected if self._texts else found.figures.rejected
        for rows in table.after(read, until, rejected, _AT_ONCE):
            if self._texts:
                self._gather([text_of(row[1]) for row in rows], found.texts.rejected)
            for row in rows:
                if self._texts:
                    found.texts.messages += self._said(row, tools, found.texts.rejected)
                else:
                    self._count(row, found.figures)
            position.responses = table.mark(rows[-1][0])
            found.done = int(self._document.size * rows[-1][0] / until)
            yield found
            found = Found()
        position.responses = table.mark(until)

    def _named_conversations(self, position: Position, known: int) -> Iterator[Found]:
        """Yield what conversations are called: the first reading has all, a later one the new."""
        last = self._conversations.last()
        found = Found()
        known = min(known, last)
        for rows in self._conversations.after(max(0, known - 1), last, found.figures.rejected):
            for _, name, title, _ in rows:
                if text_of(name):
                    facts = found.figures.conversation(text_of(name))
                    facts.entitle(PROMPT, title_line(text_of(title)))
            yield found
            found = Found()
        position.names = (last, position.names[1])

    def _count(self, row: Row, figures: Figures) -> None:
        number, uuid, conversation, model, resolved, sent, said, details, at, *_ = row
        uuid = text_of(uuid)
        if not uuid:
            figures.rejected.append(Rejected(number, 0, "a response without its id"))
            return
        conversation = text_of(conversation) or uuid
        call = Call(uuid, conversation, instant_of(at) or self._document.changed_at, "", number)
        add_request(figures, call, (model, resolved), (sent, said, details))

    # -- texts --

    def _tools(self, read: int) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """Return the rows of tool calls and results by response.

        They have no index by response, but are stored right behind it: those of new responses are
        at the end.
        """
        found = []
        for table in (self._calls, self._results):
            by_response: dict[str, list[int]] = {}
            start = self._first_after(table, read)
            heads = Table(self._document, table.name, ("id", "response_id"))
            for rows in heads.after(start, table.last(), [], 5000):
                for number, _, response in rows:
                    by_response.setdefault(text_of(response), []).append(number)
            found.append(by_response)
        return found[0], found[1]

    def _first_after(self, table: Table, read: int) -> int:
        """Return the row of a tools' table behind which those of unread responses stand."""
        low, high = 0, table.last()
        while read and low < high:
            middle = (low + high + 1) // 2
            name = table.one("response_id", "WHERE rowid<=? ORDER BY rowid DESC LIMIT 1", (middle,))
            of = self._responses.one("rowid", "WHERE id=?", (text_of(name),))
            if isinstance(of, int) and of > read:
                high = middle - 1
            else:
                low = middle
        return max(0, low - 100)

    def _said(
        self,
        row: Row,
        tools: tuple[dict[str, list[int]], dict[str, list[int]]],
        rejected: list[Rejected],
    ) -> list[Message]:
        """Return prompt and answer as two messages, which may be of several blocks each."""
        number, uuid, conversation = row[0], text_of(row[1]), text_of(row[2])
        if not uuid:
            rejected.append(Rejected(number, 0, "a response without its id"))
            return []
        conversation = conversation or uuid
        at = instant_of(row[8]) or self._document.changed_at
        prompt, system, response, reasoning = (text_of(each) for each in row[9:13])
        asked: list[tuple[Kind, str, str, int]] = []
        system = self._with_fragments("system_fragments", uuid, system)
        if system:
            asked.append((Kind.NOTE, system, "system", Flag.HIDDEN))
        for result in self._rows_of(self._results, tools[1].get(uuid, []), rejected):
            failed = text_of(result[5])
            flag = Flag.ERROR if failed else 0
            asked.append((Kind.TOOL_RESULT, text_of(result[4]) or failed, text_of(result[3]), flag))
        if prompt := self._with_fragments("prompt_fragments", uuid, prompt):
            asked.append((Kind.PROMPT, prompt, "", 0))
        asked += self._attached(uuid)
        answered: list[tuple[Kind, str, str, int]] = []
        if reasoning:
            answered.append((Kind.THINKING, reasoning, "", 0))
        if response:
            answered.append((Kind.ANSWER, response, "", 0))
        for call in self._rows_of(self._calls, tools[0].get(uuid, []), rejected):
            name = text_of(call[3]) or "tool"
            answered.append((Kind.TOOL_CALL, text_of(call[4]) or "{}", name, 0))
        before = self._last_of(conversation)
        self._before[conversation] = uuid
        asked = asked or [(Kind.PROMPT, "", "", Flag.HIDDEN)]
        answered = answered or [(Kind.ANSWER, "", "", Flag.HIDDEN)]
        return [
            Message(conversation, name, block, number, at, int(kind), body, int(flags), title, "",
                    parent)
            for name, parent, said in (
                (f"{uuid}:prompt", before, asked), (uuid, f"{uuid}:prompt", answered),
            )
            for block, (kind, body, title, flags) in enumerate(said)
        ]  # fmt: skip

    def _last_of(self, conversation: str) -> str:
        known = self._before.get(conversation)
        if known is None and self._read:
            # No index leads from a conversation to its responses: the last one is near, or none.
            known = self._responses.one(
                "id", "WHERE conversation_id=? AND rowid<? AND rowid>? ORDER BY rowid DESC LIMIT 1",
                (conversation, self._read + 1, self._read - _NEAR),
            )  # fmt: skip
        return text_of(known)

    def _gather(self, uuids: list[str], rejected: list[Rejected]) -> None:
        """Look up what some responses refer to: fragments and attachments, in their order."""
        for name, links in self._links.items():
            rows = links.named("response_id", uuids, rejected) if links.exists else []
            target = self._attachments if name == "prompt_attachments" else self._fragments
            wanted = [*dict.fromkeys(row[2] for row in rows)]
            known = {row[1]: row for row in target.named("id", wanted, rejected)}
            gathered: dict[str, list[Row]] = {}
            for row in sorted(rows, key=lambda row: row[3] if isinstance(row[3], int) else 0):
                if row[2] in known:
                    gathered.setdefault(text_of(row[1]), []).append(known[row[2]])
            self._gathered[name] = gathered

    def _with_fragments(self, name: str, uuid: str, text: str) -> str:
        before = [text_of(row[2]) for row in self._gathered[name].get(uuid, [])]
        return "\n".join(filter(None, [*before, text]))

    def _attached(self, uuid: str) -> list[tuple[Kind, str, str, int]]:
        found: list[tuple[Kind, str, str, int]] = []
        for _, _, media, path, url in self._gathered["prompt_attachments"].get(uuid, []):
            where = text_of(path) or text_of(url)[:80]
            words = " ".join(filter(None, ("attachment", text_of(media), where)))
            found.append((Kind.ATTACHMENT, f"[{words}]", "", 0))
        return found

    def _rows_of(self, table: Table, numbers: list[int], rejected: list[Rejected]) -> list[Row]:
        if not numbers:
            return []
        return sorted(table.named("rowid", numbers, rejected), key=lambda row: int(row[0]))

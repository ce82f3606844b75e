"""Turns chats of Open WebUI into conversations, calls and messages.

Where a chat is cloned or imported again, the copies of its messages keep their ids: by these an
answer whose tokens are logged is counted once. Ids that are no UUIDs are unique within a chat only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b

import msgspec

from convledger.sources.dating import Times
from convledger.sources.document import Found
from convledger.sources.findings import (
    Call,
    ConversationFacts,
    Figures,
    Flag,
    Measure,
    Message,
    Rejected,
    Texts,
)
from convledger.sources.json_pieces import Piece
from convledger.sources.lenient import BadLine
from convledger.sources.message_trees import instants_of, ordered, path_to
from convledger.sources.open_webui.blocks import blocks_of, prompt_text
from convledger.sources.open_webui.records import Chat, Entry, Row, settled
from convledger.sources.open_webui.usage import measure, usage_in
from convledger.sources.steps import messages_of, steps_of
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dict_of, instant_of, list_of, name_of, text_of

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNTITLED = ("new chat", "untitled")
_BATCH = 400


class Reading:
    """Collects what is found until there is enough to be stored."""

    def __init__(self, changed_at: int, *, texts: bool) -> None:
        self._texts = texts
        self._changed_at = changed_at
        self._figures, self._said = Figures(), Texts()
        self.done = 0

    def is_full(self) -> bool:
        """Tell whether enough is found to be stored."""
        return max(len(self._figures.calls), len(self._said.messages)) >= _BATCH

    def found(self, done: int, state: bytes | None = None) -> Found:
        """Return what is found since the last time."""
        found = Found(self._figures, self._said, done, state)
        self._figures, self._said = Figures(), Texts()
        return found

    def reject(self, rejected: Rejected) -> None:
        """Keep what could not be read."""
        (self._said if self._texts else self._figures).rejected.append(rejected)

    def take(self, row: Row, piece: Piece | Rejected) -> None:
        """Add a chat; what is wrong in it is rejected as `piece`."""
        assert isinstance(piece, Piece)
        self.done = piece.offset + len(piece.data)
        reader = _ChatReader(row, self._changed_at)
        if self._texts:
            self._said.messages.extend(reader.messages())
            return
        self._figures.conversations[reader.native] = reader.facts()
        for call in reader.calls(lambda reason: self.reject(piece.rejected(reason))):
            self._figures.calls.append(call)
        if reader.fault:
            self.reject(piece.rejected(reader.fault))


class _ChatReader:
    def __init__(self, row: Row, changed_at: int) -> None:
        chat = settled(row.chat or Chat())
        self._row, self._chat = row, chat
        self._entries = chat.history.messages
        self._parents = {
            name: name_of(entry.parentId) if name_of(entry.parentId) != name else ""
            for name, entry in self._entries.items()
        }
        self._order = ordered(self._parents)
        self.native = name_of(row.id) or self._digest()
        times = Times()
        self._created, updated = times.own(row.created_at), times.own(row.updated_at)
        own = {name: times.said(name, entry.timestamp) for name, entry in self._entries.items()}
        otherwise = self._created or updated or changed_at
        self._at = instants_of(self._order, self._parents, own, otherwise)
        self.fault = times.fault(self.native) if own else ""
        self._path = path_to(self._parents, name_of(chat.history.currentId)) or self._newest()
        self._original = name_of(chat.originalChatId)
        self._copied: set[str] = set()
        if self._original and self._original != self.native:
            self._copied = path_to(self._parents, name_of(chat.branchPointMessageId))
            if self._created:
                self._copied |= {n for n, at in self._at.items() if at < self._created}

    def _digest(self) -> str:
        first = self._order[0] if self._order else ""
        said = f"{first}\0{text_of(self._chat.title)}".encode("utf-8", "replace")
        return f"chat-{blake2b(said, digest_size=10).hexdigest()}"

    def _newest(self) -> set[str]:
        """Return the path to the last message, where the chat does not name one that is there."""
        if not self._order:
            return set()
        return path_to(self._parents, max(self._order, key=lambda name: self._at[name]))

    def _uuid(self, name: str) -> str:
        return f"{self.native}/{name}"

    def facts(self) -> ConversationFacts:
        """Return what is known of the chat itself."""
        facts = ConversationFacts(self.native)
        own = [at for name, at in self._at.items() if name not in self._copied]
        instants = own or [at for at in (self._created, instant_of(self._row.updated_at)) if at]
        if instants:
            facts.first_at, facts.last_at = min(instants), max(instants)
        for title in (text_of(self._row.title), text_of(self._chat.title)):
            if title.strip().lower() not in _UNTITLED:
                facts.entitle(GENERATED, title_line(title))
        if not facts.title:
            first = next((n for n in self._order if self._entries[n].role == "user"), "")
            if first:
                facts.entitle(PROMPT, title_line(prompt_text(self._entries[first])))
        if self._copied:
            facts.parent, facts.relation = self._original, "fork"
        if tags := [tag for tag in list_of(dict_of(self._row.meta).get("tags")) if text_of(tag)]:
            facts.details["tags"] = ", ".join(tags)
        return facts

    def calls(self, reject: Callable[[str], None]) -> Iterator[Call]:
        """Yield the requests: every answer is one, also those beside the path."""
        models = list_of(self._chat.models)
        only = text_of(models[0]) if len(models) == 1 else ""
        for number, name in enumerate(self._order, 1):
            entry = self._entries[name]
            if entry.role != "assistant":
                continue
            is_copy = name in self._copied
            owner = self._original if is_copy else self.native
            call = Call(
                name if _UUID.fullmatch(name) else f"{owner}/{name}", owner, self._at[name],
                text_of(entry.model) or only or "unknown", number,
                copied_into=self.native if is_copy else "", measure=Measure.MISSING,
            )  # fmt: skip
            try:
                measure(call, usage_in(entry.usage, entry.info))
            except BadLine as error:
                reject(f"tokens of an answer: {error}")
            if call.measure == Measure.RECORDED:
                yield call
            elif entry.is_answered and not is_copy:  # a copy's texts are counted where they began
                for uuid in self._requests(name, entry):
                    yield msgspec.structs.replace(call, key=uuid)

    def _requests(self, name: str, entry: Entry) -> list[str]:
        """Return the messages that hold what each request of an answer gave."""
        uuid = self._uuid(name)
        if not entry.has_steps:
            return [uuid]
        return [step.uuid(uuid) for step in steps_of(blocks_of(entry)) if step.is_answer]

    def messages(self) -> Iterator[Message]:
        """Yield what was said; all parts of a step are blocks of one message."""
        last: dict[str, str] = {}  # by message: what is said next follows its last step
        for number, name in enumerate(self._order, 1):
            entry = self._entries[name]
            flags = 0 if name in self._path else Flag.BRANCH
            flags |= Flag.INHERITED if name in self._copied else 0
            uuid, parent = self._uuid(name), last.get(self._parents[name], "")
            steps = steps_of(blocks_of(entry))
            place = (number, self._at[name])
            yield from messages_of(steps, self.native, uuid, place, flags, parent)
            last[name] = steps[-1].uuid(uuid) if steps else parent

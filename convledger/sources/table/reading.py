"""Reads rows as a mapping says: what they say of their conversation, their calls and messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from hashlib import blake2b

from convledger.sources.findings import (
    Call,
    ConversationFacts,
    Flag,
    Kind,
    Measure,
    Message,
)
from convledger.sources.lenient import BadLine
from convledger.sources.table.cells import NOTHING, Cells, OfConversation
from convledger.sources.table.delimited import Row
from convledger.sources.table.mapping import (
    CONVERSATIONS,
    COUNTS,
    TOKENS,
    Mapping,
)
from convledger.sources.table.standing import Standing

MOST_KEPT = 100_000  # conversations that are remembered at a time
_MOST_ID = 500
_SPLIT = "\x1f"
_KIND = {
    "user": (Kind.PROMPT, 0),
    "assistant": (Kind.ANSWER, 0),
    "human_agent": (Kind.ANSWER, Flag.PERSON),
    "system": (Kind.NOTE, 0),
    "tool": (Kind.TOOL_RESULT, 0),
}
_SELLERS = frozenset([
    "openai", "anthropic", "google", "azure", "bedrock", "vertex", "vertex_ai", "gemini",
    "mistral", "mistralai", "groq", "cohere", "deepseek", "xai", "x-ai", "meta-llama",
    "openrouter", "together", "fireworks", "perplexity",
])  # fmt: skip
_PLAIN = ("project", "user", "channel", "rating")
_SUPPORT = (
    *("status", "escalated", "rating", "channel", "handed_off_at", "resolved_at"),
    *COUNTS,
)


@dataclass(slots=True)
class Taken:
    """What one row tells."""

    calls: list[Call] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    at: int | None = None


class Rows:
    """Reads the rows of a table one after the other; what conversations are is kept beside."""

    def __init__(
        self,
        mapping: Mapping,
        header: list[str],
        zone: tzinfo,
        changed_at: int,
        *,
        is_json: bool,
        texts: bool,
        figures: bool,
    ) -> None:
        self._mapping = mapping
        self._header = header
        self._cells = Cells(mapping, header, zone, is_json=is_json)
        self._texts, self._figures = texts, figures
        # Figures alone need no name of a message, but of one that a call is known by.
        spent = texts or mapping.has(*TOKENS, "cost")
        self._named = frozenset(_KIND) if spent else frozenset({"assistant"})
        self._resolutions = {
            value.strip().casefold(): each for value, each in mapping.resolutions.items()
        }
        used = self._cells.used
        self._others = [place for place in range(len(header)) if place not in used]
        self._detail_names = [header[place] for place in self._others]
        self._plain = [name for name in _PLAIN if mapping.has(name)]
        self._titled, self._has_status = mapping.has("title"), mapping.has("status")
        self._own_ids = mapping.has("message")
        self._at = changed_at  # of the last row that tells an instant
        self._known: dict[str, Standing] = {}
        self._touched: dict[str, Standing] = {}
        self._before: dict[str, Standing] = {}
        self._support = mapping.has(*_SUPPORT) or "human_agent" in mapping.roles.values()

    def take(self, row: Row) -> Taken:
        """Return the calls and messages of a row. Raises BadLine, and nothing of it counts."""
        native_id = self._cells.text(row, "conversation").strip()
        if not native_id:
            raise BadLine(f"no conversation in {self._mapping.column('conversation')}")
        native = f"{self._mapping.name}/{_short(native_id)}"
        at = self._cells.instant(row, "at")
        role = self._cells.role(row)
        tokens = self._cells.tokens(row)
        reported, other = self._cells.cost(row)
        said = [] if role == "ignore" else self._cells.said(row, role)
        facts = self._cells.facts(row)
        standing = self._standing(native)
        told = "" if at is None else str(at)  # what a row lacks is no part of its name
        if at is not None:
            self._at = at
        at = self._at
        standing.spans(at)
        taken = Taken(at=at)
        self._describe(standing, row, at, facts)
        if role == "ignore":
            return taken
        if other is not None and not self._is_repeated(standing, row):
            standing.spent(*other)
        uuids = self._messages(taken, standing, row, at, told, said)
        if self._figures:
            self._call(taken, standing, row, at, told, tokens, reported, uuids)
        return taken

    def _is_repeated(self, standing: Standing, row: Row) -> bool:
        """Tell whether a row was there already, by its id."""
        name = self._cells.text(row, "request").strip() or self._cells.text(row, "message").strip()
        return bool(name and _times(standing, f"cost {name}"))

    def quiet(self, *, ended: bool = False) -> dict[str, ConversationFacts]:
        """Return the facts of conversations that no row of late was of; `ended`: of all others."""
        done = {name: each for name, each in self._before.items() if name not in self._touched}
        if ended:
            done |= self._touched
        self._before, self._touched = self._touched, {}
        if len(self._known) > MOST_KEPT:
            keep = dict(list(self._known.items())[-MOST_KEPT // 2 :])
            self._known = keep | self._before
        return {
            name: each.facts(
                self._detail_names,
                self._resolutions,
                self._mapping.rating_of,
                support=self._support,
            )
            for name, each in done.items()
        }

    def _standing(self, native: str) -> Standing:
        standing = self._known.get(native)
        if standing is None:
            standing = self._known[native] = Standing(native)
        self._touched[native] = standing
        return standing

    def _describe(
        self,
        standing: Standing,
        row: Row,
        at: int,
        facts: OfConversation,
    ) -> None:
        if self._titled and standing.title_rank < 2:
            standing.entitled(self._cells.text(row, "title"))
        for name in self._plain:
            if text := self._cells.text(row, name).strip():
                setattr(standing, name, text)
        if self._has_status and at >= standing.status_at:
            status = self._cells.text(row, "status").strip()
            if status:
                standing.status, standing.status_at = status, at
        if facts is not NOTHING:
            self._describe_whole(standing, at, facts)
        if self._others:
            cells = row.cells
            standing.describe([cells[place] for place in self._others])

    def _describe_whole(self, standing: Standing, at: int, facts: OfConversation) -> None:
        """Note what columns tell of the whole conversation."""
        (ended, handed_off, resolved), counts, escalated = facts
        if ended is not None and ended >= at:
            standing.spans(ended)
        if escalated is not None:
            standing.escalated = bool(standing.escalated) or escalated
        if escalated and self._mapping.rows != CONVERSATIONS and handed_off is None:
            handed_off = at
        if handed_off is not None:
            standing.handed_off_at = min(standing.handed_off_at or handed_off, handed_off)
        standing.resolved_at = resolved if resolved is not None else standing.resolved_at
        for name, count in zip(("bot", "human", "customer"), counts, strict=True):
            if count is not None:
                setattr(standing, name, count)

    def _messages(
        self,
        taken: Taken,
        standing: Standing,
        row: Row,
        at: int,
        told: str,
        said: list[tuple[str, str]],
    ) -> list[tuple[str, str]]:
        """Note the messages of a row; returns their roles and uuids."""
        found: list[tuple[str, str]] = []
        own = self._cells.text(row, "message").strip() if self._own_ids else ""
        for role, text in said:
            if own:
                part = "" if len(said) == 1 else f"/{role}"
                uuid = f"{standing.native}/{_short(own)}{part}"
                is_new = not _times(standing, uuid)
            elif role not in self._named:
                uuid, is_new = "", True
            else:
                mark = _hash(standing.native, told, role, text)
                again = _times(standing, mark)
                uuid = f"{standing.native}#{mark}" + (f".{again}" if again else "")
                is_new = True
            found.append((role, uuid))
            if is_new:
                if not self._cells.counts_messages:
                    standing.spoken(role, at)
                if role == "user":
                    standing.prompted(text, at)
            if self._texts:
                kind, flags = _KIND[role]
                name = self._cells.text(row, "tool").strip()[:200] if role == "tool" else ""
                parent = standing.last_uuid if at >= standing.last_message_at else ""
                message = Message(standing.native, uuid, 0, row.line, at, kind, text, flags, name)
                message.parent = parent if parent != uuid else ""
                taken.messages.append(message)
            standing.last_uuid, standing.last_message_at = uuid, at
        return found

    def _call(
        self,
        taken: Taken,
        standing: Standing,
        row: Row,
        at: int,
        told: str,
        tokens: tuple[int, int, int, int, int] | None,
        reported: int | None,
        said: list[tuple[str, str]],
    ) -> None:
        """Note the call of a row: with its tokens, or one whose tokens are not recorded."""
        answer = next((uuid for role, uuid in reversed(said) if role == "assistant"), "")
        spoken = next((uuid for _, uuid in reversed(said)), "")
        if tokens is None and not answer and reported is None:
            return
        if tokens is not None and not any(tokens) and not reported:
            return
        model, provider = (
            self._cells.text(row, "model").strip(),
            self._cells.text(row, "provider").strip(),
        )
        head, slash, tail = model.partition("/")
        if slash and tail and head.lower() in _SELLERS:
            model, provider = tail, provider or head.lower()
        key = answer or spoken
        request = self._cells.text(row, "request").strip()
        if request and tokens is not None:
            key = f"{self._mapping.name}/{_short(request)}"
        if not key:
            key = self._key_of_row(standing, row, told, tokens, reported)
        call = Call(
            key, standing.native, at, model[:300] or "unknown", row.line,
            provider=provider[:100], reported=reported,
        )  # fmt: skip
        if tokens is None:
            call.measure = Measure.MISSING
        else:
            call.input, call.output, call.reasoning, call.cache_read, call.cache_write_5m = tokens
            if call.output and not self._cells.tells_input(row):
                call.measure = Measure.ROUNDED  # an answer to nothing: there was more
        taken.calls.append(call)

    def _key_of_row(
        self,
        standing: Standing,
        row: Row,
        told: str,
        tokens: tuple[int, ...] | None,
        reported: int | None,
    ) -> str:
        """Return what names the call of a row without an id, wherever in a file it stands."""
        if own := self._cells.text(row, "message").strip():
            return f"{standing.native}/{_short(own)}"
        if self._mapping.rows == CONVERSATIONS:
            return standing.native
        mark = _hash(
            standing.native, told, self._cells.text(row, "model"), repr(tokens), repr(reported)
        )
        again = _times(standing, mark)
        return f"{standing.native}#{mark}" + (f".{again}" if again else "")


def _times(standing: Standing, name: str) -> int:
    """Return how often a conversation has met a name before, and count it."""
    key = hash(name)  # the names are those of one process
    before = standing.seen.get(key, 0)
    standing.seen[key] = before + 1
    return before


def _hash(*parts: str) -> str:
    text = _SPLIT.join(parts).encode("utf-8", "replace")
    return blake2b(text, digest_size=10).hexdigest()


def _short(name: str) -> str:
    """Return an id as it is, or what stands for one of absurd length."""
    return name if len(name) <= _MOST_ID else f"{name[:100]}#{_hash(name)}"

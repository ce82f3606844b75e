"""Reads rows as a mapping says: what they say of their conversation, their calls and messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal
from hashlib import blake2b

from convledger.money import pico_from_usd
from convledger.sources.findings import (
    Call,
    ConversationFacts,
    Flag,
    Kind,
    Measure,
    Message,
)
from convledger.sources.lenient import BadLine
from convledger.sources.table.delimited import Row
from convledger.sources.table.instants import Read, reader_of
from convledger.sources.table.mapping import (
    CONVERSATIONS,
    COUNTS,
    JOINT,
    SEVERAL,
    TOKENS,
    Mapping,
    places,
)
from convledger.sources.table.numbers import POINT, amount_of, count_of
from convledger.sources.table.standing import Standing
from convledger.sources.table.words import NO, YES

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
_SUPPORT = (
    *("status", "escalated", "rating", "channel", "handed_off_at", "resolved_at"),
    *COUNTS,
)


@dataclass(slots=True)
class Taken:
    """What one row tells."""

    calls: list[Call] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


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
        self._places = places(mapping, header)
        self._texts, self._figures = texts, figures
        self._read: Read = reader_of(mapping.instants, zone)
        self._mark = mapping.decimal or (POINT if is_json else "")
        self._roles = {value.strip().casefold(): role for value, role in mapping.roles.items()}
        self._resolutions = {
            value.strip().casefold(): each for value, each in mapping.resolutions.items()
        }
        self._yes = YES | {value.strip().casefold() for value in mapping.yes}
        used = {place for cells in self._places.values() for place in cells}
        self._others = [place for place in range(len(header)) if place not in used]
        self._detail_names = [header[place] for place in self._others]
        self._at = changed_at  # of the last row that tells an instant
        self._known: dict[str, Standing] = {}
        self._touched: dict[str, Standing] = {}
        self._before: dict[str, Standing] = {}
        self._support = mapping.has(*_SUPPORT) or "human_agent" in mapping.roles.values()

    def take(self, row: Row) -> Taken:
        """Return the calls and messages of a row. Raises BadLine, and nothing of it counts."""
        native_id = self._text(row, "conversation").strip()
        if not native_id:
            raise BadLine(f"no conversation in {self._mapping.column('conversation')}")
        native = f"{self._mapping.name}/{_short(native_id)}"
        at = self._instant(row, "at")
        role = self._role(row)
        tokens = self._tokens(row)
        reported, other = self._cost(row)
        said = [] if role == "ignore" else self._said(row, role)
        facts = self._facts(row)
        standing = self._standing(native)
        if at is not None:
            self._at = at
        at = self._at
        standing.spans(at)
        taken = Taken()
        self._describe(standing, row, at, facts)
        if role == "ignore":
            return taken
        if other is not None:
            standing.spent(*other)
        uuids = self._messages(taken, standing, row, at, said)
        if self._figures:
            self._call(taken, standing, row, at, tokens, reported, uuids)
        return taken

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

    def _text(self, row: Row, meaning: str) -> str:
        cells = self._places.get(meaning)
        if not cells:
            return ""
        if meaning in SEVERAL and len(cells) > 1:
            return JOINT.join(row.cells[place].strip() for place in cells)
        return row.cells[cells[0]]

    def _instant(self, row: Row, meaning: str) -> int | None:
        text = self._text(row, meaning)
        if not text.strip() or text.strip().casefold() in NO:
            return None
        found = self._read(text)
        if found is None:
            raise BadLine(
                f"{text.strip()!r:.60} in {self._mapping.column(meaning)} is no instant "
                f"as {self._mapping.instants}"
            )
        return found

    def _role(self, row: Row) -> str:
        if "role" not in self._places:
            return ""
        written = self._text(row, "role").strip()
        role = self._roles.get(written.casefold())
        if role is None:
            role = self._roles.get("*")
        if role is None:
            raise BadLine(
                f"{written!r:.60} in {self._mapping.column('role')} is nobody the mapping names"
            )
        return role

    def _tokens(self, row: Row) -> tuple[int, int, int, int, int] | None:
        """Return input, output, reasoning, cache read and write; None where the row tells none."""
        counts = {
            name: count_of(self._text(row, name), self._mark)
            for name in TOKENS
            if name in self._places
        }
        if all(count is None for count in counts.values()):
            return None
        given = {name: counts.get(name) or 0 for name in TOKENS}
        plain, output, reasoning = given["input"], given["output"], given["reasoning"]
        read, write = given["cached"], given["cache_write"]
        if self._mapping.input_holds_cached:
            read = min(read, plain)
            write = min(write, plain - read)
            plain -= read + write
        if self._mapping.output_holds_reasoning:
            reasoning = min(reasoning, output)
        else:
            output += reasoning
        return plain, output, reasoning, read, write

    def _cost(self, row: Row) -> tuple[int | None, tuple[Decimal, str] | None]:
        """Return what the row claims to have cost: picodollars, or another currency's amount."""
        found = amount_of(self._text(row, "cost"), self._mark) if "cost" in self._places else None
        if found is None:
            return None, None
        amount, written = found
        named = self._text(row, "currency").strip().upper() or self._mapping.currency
        currency = named or written
        if written and named and written != named:
            raise BadLine(f"an amount in {written} where {named} is said")
        if not currency:
            raise BadLine("an amount without a currency")
        return (pico_from_usd(amount), None) if currency == "USD" else (None, (amount, currency))

    def _said(self, row: Row, role: str) -> list[tuple[str, str]]:
        """Return who says what in a row."""
        found = []
        if role and "text" in self._places:
            found.append((role, self._text(row, "text")))
        for each, meaning in (("user", "prompt"), ("assistant", "answer")):
            if meaning in self._places:
                found.append((each, self._text(row, meaning)))
        return [(each, text) for each, text in found if text.strip()]

    def _facts(self, row: Row) -> tuple[list[int | None], list[int | None], bool | None]:
        """Return instants, counts and the flag that a row tells of its whole conversation."""
        instants = [
            self._instant(row, name) for name in ("ended_at", "handed_off_at", "resolved_at")
        ]
        counts = [count_of(self._text(row, name), self._mark) for name in COUNTS]
        escalated = self._text(row, "escalated").strip().casefold()
        flag = None
        if escalated in self._yes:
            flag = True
        elif escalated in NO:
            flag = False
        return instants, counts, flag

    def _describe(
        self,
        standing: Standing,
        row: Row,
        at: int,
        facts: tuple[list[int | None], list[int | None], bool | None],
    ) -> None:
        (ended, handed_off, resolved), counts, escalated = facts
        if ended is not None and ended >= at:
            standing.spans(ended)
        if "title" in self._places and standing.title_rank < 2:
            standing.entitled(self._text(row, "title"))
        for name in ("project", "user", "channel", "rating"):
            if text := self._text(row, name).strip():
                setattr(standing, name, text)
        status = self._text(row, "status").strip()
        if status and at >= standing.status_at:
            standing.status, standing.status_at = status, at
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
        cells = row.cells
        standing.describe([cells[place] for place in self._others])

    def _messages(
        self, taken: Taken, standing: Standing, row: Row, at: int, said: list[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """Note the messages of a row; returns their roles and uuids."""
        found: list[tuple[str, str]] = []
        own = self._text(row, "message").strip()
        for role, text in said:
            if own:
                part = "" if len(said) == 1 else f"/{role}"
                uuid = f"{standing.native}/{_short(own)}{part}"
                is_new = not _times(standing, uuid)
            else:
                mark = _hash(standing.native, str(at), role, text)
                again = _times(standing, mark)
                uuid = f"{standing.native}#{mark}" + (f".{again}" if again else "")
                is_new = True
            found.append((role, uuid))
            if is_new:
                if not self._counted:
                    standing.spoken(role, at)
                if role == "user":
                    standing.prompted(text, at)
            if self._texts:
                kind, flags = _KIND[role]
                name = self._text(row, "tool").strip()[:200] if role == "tool" else ""
                parent = standing.last_uuid if at >= standing.last_message_at else ""
                message = Message(standing.native, uuid, 0, row.line, at, kind, text, flags, name)
                message.parent = parent if parent != uuid else ""
                taken.messages.append(message)
            standing.last_uuid, standing.last_message_at = uuid, at
        return found

    @property
    def _counted(self) -> bool:
        """Whether columns tell the numbers of messages, so that rows are not counted."""
        return any(name in self._places for name in COUNTS)

    def _call(
        self,
        taken: Taken,
        standing: Standing,
        row: Row,
        at: int,
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
        model, provider = self._text(row, "model").strip(), self._text(row, "provider").strip()
        head, slash, tail = model.partition("/")
        if slash and tail and head.lower() in _SELLERS:
            model, provider = tail, provider or head.lower()
        key = answer or spoken
        request = self._text(row, "request").strip()
        if request and tokens is not None:
            key = f"{self._mapping.name}/{_short(request)}"
        if not key:
            key = self._key_of_row(standing, row, at, tokens, reported)
        call = Call(
            key, standing.native, at, model[:300] or "unknown", row.line,
            provider=provider[:100], reported=reported,
        )  # fmt: skip
        if tokens is None:
            call.measure = Measure.MISSING
        else:
            call.input, call.output, call.reasoning, call.cache_read, call.cache_write_5m = tokens
        taken.calls.append(call)

    def _key_of_row(
        self,
        standing: Standing,
        row: Row,
        at: int,
        tokens: tuple[int, ...] | None,
        reported: int | None,
    ) -> str:
        """Return what names the call of a row without an id, wherever in a file it stands."""
        if own := self._text(row, "message").strip():
            return f"{standing.native}/{_short(own)}"
        if self._mapping.rows == CONVERSATIONS:
            return standing.native
        mark = _hash(
            standing.native, str(at), self._text(row, "model"), repr(tokens), repr(reported)
        )
        again = _times(standing, mark)
        return f"{standing.native}#{mark}" + (f".{again}" if again else "")


def _times(standing: Standing, name: str) -> int:
    """Return how often a conversation has met a name before, and count it."""
    key = hash_of(name)
    before = standing.seen.get(key, 0)
    standing.seen[key] = before + 1
    return before


def hash_of(name: str) -> int:
    """Return 63 bits of a text, the same in every process."""
    digest = blake2b(name.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _hash(*parts: str) -> str:
    text = _SPLIT.join(parts).encode("utf-8", "replace")
    return blake2b(text, digest_size=10).hexdigest()


def _short(name: str) -> str:
    """Return an id as it is, or what stands for one of absurd length."""
    return name if len(name) <= _MOST_ID else f"{name[:100]}#{_hash(name)}"

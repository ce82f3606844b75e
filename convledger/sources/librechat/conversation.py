"""Turns a conversation of LibreChat into its facts, calls and messages.

An answer's `tokenCount` is that of its own text; only where `promptTokens` stands beside it is the
whole request known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from convledger.sources.dating import Times
from convledger.sources.findings import (
    Call,
    ConversationFacts,
    Flag,
    Kind,
    Measure,
    Message,
    Rejected,
)
from convledger.sources.json_pieces import Piece
from convledger.sources.lenient import BadLine, loads
from convledger.sources.librechat.nesting import LISTS, Nested, taken_apart
from convledger.sources.librechat.parts import is_person, parts_of
from convledger.sources.message_trees import instants_of, ordered, path_to
from convledger.sources.steps import Step, messages_of, steps_of
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dict_of, dicts_in, name_of, text_of, tokens_of

_UNTITLED = ("new chat", "untitled", "")
_NO_MODELS = ("agent_", "asst_")  # who answered, not with which model
_SELLERS = {
    "openai": "openai", "anthropic": "anthropic", "google": "google", "azureopenai": "azure",
    "bedrock": "bedrock", "gptplugins": "openai", "assistants": "openai",
    "azureassistants": "azure", "openrouter": "openrouter", "groq": "groq", "mistral": "mistral",
    "deepseek": "deepseek", "xai": "xai", "perplexity": "perplexity", "ollama": "ollama",
    "cohere": "cohere", "fireworks": "fireworks",
}  # fmt: skip


class Conversation:
    """A conversation with its messages, each behind the one before it.

    `fault` is what is amiss with its times.
    """

    def __init__(self, piece: Piece, changed_at: int) -> None:
        self.rejected: list[Rejected] = []
        found = _flat(piece.data)
        if found is None:  # cut, or nested deeper than a decoder goes
            found = [
                (self._read(each, max(number, 1), piece.offset), each.parent)
                for number, each in enumerate(taken_apart(piece.data))
            ]
        self._head = found[0][0] if found else {}
        self.native = name_of(self._head.get("conversationId"))
        self.is_own = bool(self.native)
        self._said: dict[str, dict[str, Any]] = {}
        self._parents: dict[str, str] = {}
        names = [""]
        for number, (message, around) in enumerate(found[1:], 1):
            name = name_of(message.get("messageId")) or f"{number}"
            names.append(name)
            if not message or name in self._said:
                continue
            named = name_of(message.get("parentMessageId"))
            self._said[name] = message
            self._parents[name] = named or names[around]
        for name, parent in self._parents.items():
            if parent == name or parent not in self._said:
                self._parents[name] = ""
        self._order = ordered(self._parents)
        self._at = self._instants(changed_at)
        newest = max(self._order, key=lambda name: self._at[name], default="")
        self._path = path_to(self._parents, newest)

    def _read(self, nested: Nested, number: int, offset: int) -> dict[str, Any]:
        try:
            return loads(nested.data)
        except BadLine as error:
            reason = str(error) if nested.whole else "the file ends in the middle of it"
            place = offset + nested.offset
            self.rejected.append(Rejected(number, place, reason, nested.data[:400]))
            return {}

    def _instants(self, otherwise: int) -> dict[str, int]:
        times = Times()
        own = {n: times.said(n, said.get("createdAt")) for n, said in self._said.items()}
        self.fault = times.fault(self.native) if own else ""
        nearest = next((own[name] for name in self._order if own[name]), None) or otherwise
        return instants_of(self._order, self._parents, own, nearest)

    def _uuid(self, name: str) -> str:
        return f"{self.native}/{name}"

    def facts(self) -> ConversationFacts:
        """Return what is known of the conversation itself."""
        facts = ConversationFacts(self.native)
        if self._at:
            facts.first_at, facts.last_at = min(self._at.values()), max(self._at.values())
        title = text_of(self._head.get("title"))
        if title.strip().lower() not in _UNTITLED:
            facts.entitle(GENERATED, title_line(title))
        first = next((n for n in self._order if is_person(self._said[n])), "")
        if first and not facts.title:
            said = (part.body for part in parts_of(self._said[first]) if part.kind == Kind.PROMPT)
            facts.entitle(PROMPT, title_line(next(said, "")))
        if endpoint := text_of(self._head.get("endpoint")):
            facts.details["endpoint"] = endpoint
        return facts

    def calls(self, rejected: list[Rejected]) -> Iterator[Call]:
        """Yield the requests: every answer is one, also those beside the path."""
        for number, name in enumerate(self._order, 1):
            said = self._said[name]
            if is_person(said):
                continue
            call = Call(
                self._uuid(name), self.native, self._at[name], self._model(said), number,
                provider=self._seller(said), measure=Measure.MISSING,
            )  # fmt: skip
            try:
                sent, given = tokens_of(said.get("promptTokens")), tokens_of(said.get("tokenCount"))
            except BadLine as error:
                sent = given = 0
                rejected.append(Rejected(number, 0, f"tokens of a message: {error}"))
            if sent and given:
                call.input, call.output, call.measure = sent, given, Measure.RECORDED
                yield call
                continue
            for step in self._steps(name):
                if step.is_answer:
                    yield msgspec.structs.replace(call, key=step.uuid(call.key))

    def messages(self) -> Iterator[Message]:
        """Yield what was said; all parts of a step are blocks of one message."""
        last: dict[str, str] = {}
        for number, name in enumerate(self._order, 1):
            flags = 0 if name in self._path else Flag.BRANCH
            uuid, parent = self._uuid(name), last.get(self._parents[name], "")
            steps = self._steps(name)
            place = (number, self._at[name])
            yield from messages_of(steps, self.native, uuid, place, flags, parent)
            last[name] = steps[-1].uuid(uuid) if steps else parent

    def _steps(self, name: str) -> list[Step]:
        return steps_of(parts_of(self._said[name]))

    def _model(self, said: dict[str, Any]) -> str:
        options = dict_of(self._head.get("options"))
        for model in (said.get("model"), options.get("model")):
            if text_of(model) and not text_of(model).startswith(_NO_MODELS):
                return text_of(model)
        return "unknown"

    def _seller(self, said: dict[str, Any]) -> str:
        endpoint = text_of(said.get("endpoint")) or text_of(self._head.get("endpoint"))
        return _SELLERS.get(endpoint.lower(), "")


def _flat(data: bytes) -> list[tuple[dict[str, Any], int]] | None:
    """Return the conversation and its messages, each with the number of the one around it.

    None where it can't be decoded at once.
    """
    try:
        head = msgspec.json.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if not isinstance(head, dict):
        return []
    found: list[tuple[dict[str, Any], int]] = []
    ahead: list[tuple[dict[str, Any], int]] = [(head, -1)]
    while ahead:
        around = len(found)
        one = ahead.pop()
        found.append(one)
        inner = [each for name in LISTS for each in dicts_in(one[0].get(name))]
        ahead.extend((each, around) for each in reversed(inner))
    return found

"""Reads Aider's analytics log: JSON lines, each request with its exact tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.aider.usage import routed
from convledger.sources.document import Document, Found
from convledger.sources.findings import Call, Figures, Rejected
from convledger.sources.json_lines import json_lines
from convledger.sources.lenient import BadLine
from convledger.sources.values import dict_of, instant_of, name_of, pico_of, text_of, tokens_of

_BATCH = 500
_BEGINS = ("launched", "cli session")


def read(document: Document, *, texts: bool) -> Iterator[Found]:
    """Yield the requests of a log; it holds no texts."""
    if texts:
        yield Found(done=document.size)
        return
    runs = _Runs(document.changed_at)
    figures = Figures()
    for line in json_lines(document):
        if isinstance(line, Rejected):
            figures.rejected.append(line)
            continue
        try:
            runs.take(line.record, line.number, figures)
        except BadLine as error:
            figures.rejected.append(line.rejected(str(error)))
        if len(figures.calls) >= _BATCH:
            yield Found(figures, done=line.end)
            figures = Figures()
    yield Found(figures, done=document.size)


class _Runs:
    """Tells runs apart by their launch, as the log names none; one is a conversation."""

    def __init__(self, changed_at: int) -> None:
        self._native = ""
        self._launched = ""
        self._last_at = changed_at
        self._names: dict[str, int] = {}
        self._keys: dict[str, int] = {}

    def _unused(self, name: str, used: dict[str, int]) -> str:
        count = used[name] = used.get(name, 0) + 1
        return f"{name}#{count}" if count > 1 else name

    def take(self, event: dict[str, Any], number: int, figures: Figures) -> None:
        """Add what an event tells to the figures. Raises BadLine."""
        kind, user = text_of(event.get("event")), name_of(event.get("user_id"))
        at = instant_of(event.get("time")) or self._last_at
        self._last_at = at
        # A launch is told by two events, one after the other.
        begins = kind in _BEGINS and not (kind == "cli session" and self._launched == "launched")
        if kind in _BEGINS:
            self._launched = kind
        if begins or (kind == "message_send" and not self._native):
            self._native = self._unused(f"analytics/{user}/{at}", self._names)
        if kind != "message_send":
            return
        self._launched = ""
        properties = dict_of(event.get("properties"))
        prompt = tokens_of(properties.get("prompt_tokens"))
        received = tokens_of(properties.get("completion_tokens"))
        reported = pico_of(properties.get("cost")) or None  # 0 where Aider knows no price
        if not prompt and not received:
            return
        provider, model = routed(text_of(properties.get("main_model")) or "unknown")
        model = "unknown" if model == "REDACTED" else model
        facts = figures.conversation(self._native)
        facts.first_at = min(at, facts.first_at or at)
        facts.last_at = max(at, facts.last_at or at)
        facts.version = text_of(properties.get("aider_version")) or facts.version
        for name in ("edit_format", "weak_model", "editor_model"):
            if said := text_of(properties.get(name)):
                facts.details[name] = said
        key = self._unused(f"analytics/{user}/{at}/{prompt}/{received}", self._keys)
        figures.calls.append(
            Call(key, self._native, at, model, number, input=prompt, output=received,
                 provider=provider, reported=reported)
        )  # fmt: skip

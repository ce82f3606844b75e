"""Reads a task of Cline, Roo Code or Kilo Code: `ui_messages.json` and what stands beside it.

What the prompt figure holds differs: Cline's is what was not cached, Roo's and Kilo's is all of the
prompt since 3.29.5 and 4.119.0, and before that too where the provider speaks OpenAI's protocol.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from convledger.clock import parse_instant
from convledger.sources.cline.beside import (
    Models,
    describe,
    folder_in,
    history_of,
    loose_json,
    models_in,
)
from convledger.sources.cline.history import Said, messages_of, said_in
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Call, Figures, Kind, Measure, Message, Rejected, Texts
from convledger.sources.lenient import BadLine, loads
from convledger.sources.titles import PROMPT, title_line
from convledger.sources.values import dict_of, instant_of, pico_of, text_of, tokens_of

WHOLE_SINCE = parse_instant("2025-11-01T00:00:00Z") or 0  # that Roo counts the whole prompt
_PIECE = 300
# Providers whose prompt figure Cline passes on as they give it, with what was cached in it.
_WHOLE = frozenset(
    ("openai", "litellm", "doubao", "fireworks", "hicap", "lmstudio", "qwen", "xai", "zai")
)
_SHOWN = {
    "text": Kind.ANSWER, "completion_result": Kind.ANSWER, "reasoning": Kind.THINKING,
    "user_feedback": Kind.PROMPT, "task": Kind.PROMPT, "tool": Kind.TOOL_CALL,
    "command": Kind.TOOL_CALL, "command_output": Kind.TOOL_RESULT, "followup": Kind.ANSWER,
    "use_mcp_server": Kind.TOOL_CALL, "mcp_server_response": Kind.TOOL_RESULT,
    "error": Kind.NOTE, "plan_mode_respond": Kind.ANSWER,
}  # fmt: skip


def read_task(document: Document, *, texts: bool) -> Iterator[Found]:
    """Yield what a task holds."""
    records = loose_json(document.content())
    if not isinstance(records, list):
        raise NotReadable("not a task's list of messages")
    yield from _Task(document, records).all(texts=texts)


class _Task:
    def __init__(self, document: Document, records: list[Any]) -> None:
        self._document = document
        self._folder = document.relative.rpartition("/")[0]
        self._records = [(line, each) for line, each in enumerate(records, 1)]
        first = next(
            (at for _, each in self._records if (at := instant_of(dict_of(each).get("ts")))), None
        )
        self._begun = first or document.changed_at
        name = self._folder.rpartition("/")[2]
        self._native = name or f"task-{self._begun // 1000}"
        self._history = history_of(document, self._folder)

    def all(self, *, texts: bool) -> Iterator[Found]:
        if not texts:
            yield Found(self._figures(), done=self._document.size)
        elif self._history:
            yield from self._told()
        else:
            yield Found(texts=self._shown(), done=self._document.size)

    def _figures(self) -> Figures:
        figures = Figures()
        facts = figures.conversation(self._native)
        facts.first_at = facts.last_at = self._begun
        models = models_in(self._document, self._folder, self._history)
        models.default = describe(self._document, self._folder, facts)
        facts.project = facts.project or folder_in(self._history)
        requests: list[tuple[int, int, dict[str, Any]]] = []
        at = self._begun
        for line, record in self._records:
            if not isinstance(record, dict):
                figures.rejected.append(Rejected(line, 0, "not an object"))
                continue
            at = instant_of(record.get("ts")) or at
            facts.last_at = max(facts.last_at, at)
            say = text_of(record.get("say"))
            if line == 1 and say in ("text", "task"):
                facts.entitle(PROMPT, title_line(text_of(record.get("text"))))
            if say in ("api_req_started", "deleted_api_reqs", "condense_context", "subagent_usage"):
                requests.append((line, at, record))
        self._count(requests, models, figures)
        return figures

    def _count(
        self, requests: list[tuple[int, int, dict[str, Any]]], models: Models, figures: Figures
    ) -> None:
        seen: dict[str, int] = {}
        answered = 0
        for place, (line, at, record) in enumerate(requests):
            following = requests[place + 1][1] if place + 1 < len(requests) else 1 << 62
            say = text_of(record.get("say"))
            key = (
                f"{self._native}:{say}:{record.get('ts') if instant_of(record.get('ts')) else line}"
            )
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > 1:
                key += f"#{seen[key]}"
            try:
                if say == "condense_context":
                    self._condensed(record, key, line, at, models, figures)
                    continue
                counts = loads(text_of(record.get("text")).encode("utf-8", "replace") or b"{}")
                call = self._call(record, counts, key, line, at, models, following)
            except BadLine as error:
                figures.rejected.append(Rejected(line, 0, str(error)))
                continue
            if call.total:
                answered += 1
                call.approximate = say == "deleted_api_reqs"
                figures.calls.append(call)
            elif say == "api_req_started":
                answer = self._answer_to(at, following, answered)
                is_open = place + 1 == len(requests) and "cost" not in counts
                if answer is not None:
                    answered += 1
                    if not is_open and not counts.get("cancelReason"):
                        call.key, call.measure = answer.uuid, Measure.MISSING
                        figures.calls.append(call)

    @cached_property
    def _answers(self) -> list[Said]:
        return [said for said in said_in(self._history, self._native) if said.role == "assistant"]

    @cached_property
    def _timed(self) -> list[tuple[int, int]]:
        return sorted(
            (said.at, place) for place, said in enumerate(self._answers) if said.at is not None
        )

    def _answer_to(self, at: int, until: int, place: int) -> Said | None:
        """Return the answer to a request: by time, or where answers have none by its number."""
        if not self._timed:
            return self._answers[place] if place < len(self._answers) else None
        first = bisect.bisect_left(self._timed, (at, 0))
        if first < len(self._timed) and self._timed[first][0] < until:
            return self._answers[self._timed[first][1]]
        return None

    def _call(
        self, record: dict[str, Any], counts: dict[str, Any], key: str, line: int, at: int,
        models: Models, following: int,
    ) -> Call:  # fmt: skip
        info = dict_of(record.get("modelInfo"))
        model, provider = text_of(info.get("modelId")), text_of(info.get("providerId"))
        if not model:
            model, provider = models.at(at, following)
        sent, out, written, read = (
            tokens_of(counts.get(name))
            for name in ("tokensIn", "tokensOut", "cacheWrites", "cacheReads")
        )
        protocol = text_of(counts.get("apiProtocol")) or text_of(record.get("apiProtocol"))
        if sent >= read + written and _holds_cached(protocol, provider, at):
            sent -= read + written
        return Call(
            key, self._native, at, model or "unknown", line, sent, out, cache_read=read,
            cache_write_5m=written, provider=provider, reported=pico_of(counts.get("cost")),
        )  # fmt: skip

    def _condensed(
        self, record: dict[str, Any], key: str, line: int, at: int, models: Models, figures: Figures
    ) -> None:
        """Count a request that summed up the conversation, of which only the cost is kept."""
        if record.get("partial") is True:
            return
        cost = pico_of(dict_of(record.get("contextCondense")).get("cost"))
        if cost is None:
            return
        model, provider = models.at(at, at + 1)
        figures.calls.append(
            Call(
                key, self._native, at, model or "unknown", line, provider=provider, reported=cost,
                measure=Measure.MISSING,
            )
        )  # fmt: skip

    def _told(self) -> Iterator[Found]:
        """Yield the conversation with the model, and the summaries beside it."""
        texts, at, before = self._notes(), self._begun, ""
        for said in said_in(self._history, self._native):
            at = said.at or at
            if said.blocks:
                texts.messages += messages_of(said, self._native, at, before)
                before = said.uuid
            if len(texts.messages) >= _PIECE:
                yield Found(texts=texts)
                texts = Texts()
        yield Found(texts=texts, done=self._document.size)

    def _notes(self) -> Texts:
        texts = Texts()
        for line, record in self._records:
            each = dict_of(record)
            if each.get("say") != "condense_context" or each.get("partial") is True:
                continue
            summary = text_of(dict_of(each.get("contextCondense")).get("summary"))
            at = instant_of(each.get("ts"))
            if summary:
                uuid = f"{self._native}:condense_context:{each.get('ts') if at else line}"
                texts.messages.append(
                    Message(self._native, uuid, 0, line, at or self._begun, Kind.NOTE, summary,
                            name="summary")
                )  # fmt: skip
        return texts

    def _shown(self) -> Texts:
        """Return what was shown, where the conversation with the model is not there."""
        texts, at, before = self._notes(), self._begun, ""
        for line, record in self._records:
            if not isinstance(record, dict):
                texts.rejected.append(Rejected(line, 0, "not an object"))
                continue
            at = instant_of(record.get("ts")) or at
            what = text_of(record.get("say")) or text_of(record.get("ask"))
            kind, body = _SHOWN.get(what), text_of(record.get("text"))
            if kind is None or not body or record.get("partial") is True:
                continue
            if line == 1:
                kind = Kind.PROMPT
            name = what if kind in (Kind.TOOL_CALL, Kind.NOTE) else ""
            uuid = f"{self._native}:{what}:{record.get('ts') or line}"
            texts.messages.append(
                Message(self._native, uuid, 0, line, at, kind, body, 0, name, parent=before)
            )
            before = uuid
        return texts


def _holds_cached(protocol: str, provider: str, at: int) -> bool:
    """Tell whether the prompt figure holds what was read from and written to the cache."""
    if protocol:  # which only Roo and Kilo note
        return protocol != "anthropic" or at >= WHOLE_SINCE
    return provider in _WHOLE

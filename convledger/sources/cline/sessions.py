"""Reads a session of Cline's newer kind: `<id>.messages.json`, with `<id>.json` beside it.

Its prompt figure holds what was read from and written to the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.cline.beside import beside, loose_json
from convledger.sources.cline.history import Said, messages_of, said_in
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import AgentFacts, Call, Figures, Kind, Measure, Rejected, Texts
from convledger.sources.lenient import BadLine
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dict_of, dicts_in, instant_of, pico_of, text_of, tokens_of

ENDING = ".messages.json"
_PIECE = 300
_LEADS = ("", "lead", "main")


def read_session(document: Document, *, texts: bool) -> Iterator[Found]:
    """Yield what a session holds, or one of its sub-agents."""
    content = loose_json(document.content())
    record = {"messages": content} if isinstance(content, list) else dict_of(content)
    if not isinstance(record.get("messages"), list):
        raise NotReadable("not a session of Cline")
    session = _Session(document, record)
    if texts:
        yield from session.texts()
    else:
        yield Found(session.figures(), done=document.size)


class _Session:
    def __init__(self, document: Document, record: dict[str, Any]) -> None:
        self._document = document
        self._record = record
        self._folder, _, name = document.relative.rpartition("/")
        stem = name.removesuffix(ENDING)
        root = self._folder.rpartition("/")[2]
        origin = dict_of(record.get("origin"))
        is_agent = text_of(record.get("agent")) not in _LEADS or bool(root and stem != root)
        above = text_of(origin.get("parentThreadId")) or root
        self._agent = stem if is_agent and above and stem != above else ""
        self._native = above if self._agent else text_of(record.get("sessionId")) or stem
        self._kind = text_of(origin.get("subagent")) or text_of(record.get("agent"))
        self._about = dict_of(beside(document, self._folder, f"{self._native}.json"))
        self._messages = dicts_in(record.get("messages"))
        begun = instant_of(self._about.get("started_at"))
        self._begun = begun or next(
            (at for each in self._messages if (at := instant_of(each.get("ts")))),
            document.changed_at,
        )

    def _said(self) -> Iterator[Said]:
        name = f"{self._native}:{self._agent}" if self._agent else self._native
        return said_in(self._messages, name)

    def figures(self) -> Figures:
        figures = Figures()
        facts = figures.conversation(self._native)
        facts.first_at = facts.last_at = self._begun
        about, metadata = self._about, dict_of(self._about.get("metadata"))
        facts.project = text_of(about.get("cwd")) or text_of(about.get("workspace_root"))
        facts.branch = text_of(dict_of(metadata.get("git")).get("branch"))
        facts.entitle(GENERATED, title_line(text_of(metadata.get("title"))))
        if self._agent:
            figures.agents.append(AgentFacts(self._agent, self._native, self._kind))
        at = self._begun
        for said in self._said():
            at = said.at or at
            facts.last_at = max(facts.last_at, at)
            if not self._agent:
                typed = next((block[2] for block in said.blocks if block[0] == Kind.PROMPT), "")
                facts.entitle(PROMPT, title_line(typed))
            if said.role == "assistant":
                try:
                    self._count(said, at, figures)
                except BadLine as error:
                    figures.rejected.append(Rejected(said.line, 0, str(error)))
        return figures

    def _count(self, said: Said, at: int, figures: Figures) -> None:
        if dict_of(said.record.get("metadata")).get("displayOnly") is True:
            return
        info = dict_of(said.record.get("modelInfo"))
        model = text_of(info.get("id")) or text_of(self._about.get("model")) or "unknown"
        provider = text_of(info.get("provider")) or text_of(self._about.get("provider"))
        metrics = dict_of(said.record.get("metrics"))
        sent, out, read, written = (
            tokens_of(metrics.get(name))
            for name in ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")
        )
        call = Call(
            said.uuid, self._native, at, model, said.line, provider=provider, agent=self._agent,
            sidechain=bool(self._agent), reported=pico_of(metrics.get("cost")),
        )  # fmt: skip
        if sent or out or read or written:
            call.cache_read = min(read, sent) if sent else read
            call.cache_write_5m = min(written, sent - call.cache_read) if sent else written
            call.input, call.output = sent - call.cache_read - call.cache_write_5m, out
            call.input = max(0, call.input)
        elif said.blocks:
            call.measure = Measure.MISSING
        else:
            return
        figures.calls.append(call)

    def texts(self) -> Iterator[Found]:
        found, at, before = Texts(), self._begun, ""
        for said in self._said():
            at = said.at or at
            if said.blocks:
                found.messages += messages_of(said, self._native, at, before, self._agent)
                before = said.uuid
            if len(found.messages) >= _PIECE:
                yield Found(texts=found)
                found = Texts()
        yield Found(texts=found, done=self._document.size)

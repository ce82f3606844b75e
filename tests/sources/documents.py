"""Reads documents as an import does, but without a ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convledger.ingest.documents import opened_document
from convledger.sources.findings import Call, ConversationFacts, Flag, Kind, Message, Rejected
from convledger.sources.glimpse import HEAD, Glimpse, glimpse_of
from convledger.sources.registry import module_of


@dataclass
class Read:
    """All that a reader finds in a document."""

    calls: list[Call] = field(default_factory=list)
    conversations: dict[str, ConversationFacts] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    states: list[bytes] = field(default_factory=list)

    def visible(self, conversation: str = "") -> list[tuple[str, str]]:
        """Return kind and text of what a transcript shows."""
        return [
            (Kind(message.kind).name.lower(), message.body)
            for message in self.messages
            if not message.flags & (Flag.HIDDEN | Flag.BRANCH)
            and conversation in ("", message.conversation)
        ]

    def learn(self, facts: ConversationFacts) -> None:
        """Add what a piece tells of a conversation to what earlier ones told."""
        known = self.conversations.get(facts.native)
        if known is None:
            self.conversations[facts.native] = facts
            return
        known.entitle(facts.title_rank, facts.title)
        for name in ("project", "branch", "version", "parent", "relation", "outcome"):
            if told := getattr(facts, name):
                setattr(known, name, told)
        known.first_at = min(filter(None, (known.first_at, facts.first_at)), default=None)
        known.last_at = max(filter(None, (known.last_at, facts.last_at)), default=None)
        known.background = known.background or facts.background
        known.details |= facts.details

    def tokens(self) -> dict[str, dict[str, int]]:
        """Return requests and tokens by model, each request once."""
        found: dict[str, dict[str, int]] = {}
        for call in {(call.key, call.variant): call for call in self.calls}.values():
            sums = found.setdefault(
                call.model,
                {"requests": 0, "input": 0, "cache_read": 0, "cache_write": 0, "output": 0,
                 "reasoning": 0},
            )  # fmt: skip
            sums["requests"] += 1
            sums["input"] += call.input
            sums["cache_read"] += call.cache_read
            sums["cache_write"] += call.cache_write_5m + call.cache_write_1h
            sums["output"] += call.output
            sums["reasoning"] += call.reasoning
        return found


def read(
    source: str,
    path: Path,
    *,
    root: Path | None = None,
    state: bytes = b"",
    mapping: Mapping[str, Any] | None = None,
) -> Read:
    """Return what the reader of `source` finds at `path`: figures and texts."""
    found = Read()
    relative = path.relative_to(root).as_posix() if root else path.name

    def mappings(header: Sequence[str]) -> Mapping[str, Any] | None:
        return mapping

    for texts in (False, True):
        with opened_document(str(path), relative, mappings) as document:
            for part in module_of(source).read(document, state, texts=texts):
                if part.state is not None:
                    found.states.append(part.state)
                found.messages.extend(part.texts.messages)
                if texts:
                    found.rejected.extend(part.texts.rejected)
                    continue
                found.calls.extend(part.figures.calls)
                found.rejected.extend(part.figures.rejected)
                for facts in part.figures.conversations.values():
                    found.learn(facts)
    return found


def read_bytes(source: str, folder: Path, name: str, content: bytes) -> Read:
    """Return what the reader of `source` finds in a file of this content."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return read(source, path, root=folder)


def glimpse_at(path: Path, relative: str = "") -> Glimpse:
    """Return the first look at a file."""
    content = path.read_bytes()
    return glimpse_of(relative or path.name, content[:HEAD], whole=len(content) <= HEAD)

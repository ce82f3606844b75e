"""Reads logs as an import does, but without a ledger: all at once or piece by piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, Protocol

from convledger.ingest.lines import line_ends
from convledger.sources.claude_code.figures import FiguresReader as ClaudeFigures
from convledger.sources.claude_code.texts import TextsReader as ClaudeTexts
from convledger.sources.codex.figures import FiguresReader as CodexFigures
from convledger.sources.codex.texts import TextsReader as CodexTexts
from convledger.sources.findings import Figures, Flag, Kind, Lines, Message, Texts

CLAUDE, CODEX = "claude-code", "codex"
READERS = (CLAUDE, CODEX)
SESSION = "11111111-1111-4111-8111-111111111111"
NAMES = {
    CLAUDE: f"-home-dev-work-acme/{SESSION}.jsonl",
    CODEX: f"sessions/2026/11/10/rollout-2026-11-10T09-00-00-{SESSION}.jsonl",
}


class Reading(Protocol):
    """What both readers of a format can do."""

    def read(self, lines: Lines) -> Any: ...
    def state(self) -> bytes: ...


def pieces(data: bytes, cuts: Iterable[int] = ()) -> list[Lines]:
    """Return complete lines in pieces; a cut stands before the line of that number, from 0 on."""
    lines = data.removesuffix(b"\n").split(b"\n") if data else []
    edges = sorted({0, len(lines), *(cut for cut in cuts if 0 < cut < len(lines))})
    found = []
    for first, last in pairwise(edges):
        offset = sum(len(line) + 1 for line in lines[:first])
        part = b"\n".join(lines[first:last])
        found.append(Lines(part, first + 1, offset, line_ends(part) + 1))
    return found


def _read(make: Callable[[bytes], Reading], parts: list[Lines]) -> list[Any]:
    """Read each part with a reader that knows of the earlier ones only what was carried over."""
    found, state = [], b""
    for lines in parts:
        reader = make(state)
        found.append(reader.read(lines))
        state = reader.state()
    return found


def figures_of(reader: str, data: bytes, cuts: Iterable[int] = (), name: str = "") -> list[Figures]:
    """Return what each piece of a log counts."""
    relative = name or NAMES[reader]
    if reader == CODEX:
        return _read(lambda state: CodexFigures(relative, state), pieces(data, cuts))
    return _read(lambda state: ClaudeFigures(relative, state), pieces(data, cuts))


def texts_of(reader: str, data: bytes, cuts: Iterable[int] = (), name: str = "") -> list[Texts]:
    """Return what each piece of a log says."""
    relative = name or NAMES[reader]
    if reader == CODEX:
        return _read(lambda state: CodexTexts(relative, state), pieces(data, cuts))
    return _read(lambda state: ClaudeTexts(relative, state), pieces(data, cuts))


def messages_of(reader: str, data: bytes, cuts: Iterable[int] = ()) -> list[Message]:
    """Return the messages of a log."""
    return [message for texts in texts_of(reader, data, cuts) for message in texts.messages]


def visible(reader: str, *records: dict[str, Any]) -> list[tuple[str, str]]:
    """Return kind and text of the messages that a transcript shows."""
    return [
        (Kind(message.kind).name.lower(), message.body)
        for message in messages_of(reader, log(*records))
        if not message.flags & Flag.HIDDEN
    ]


def log(*records: dict[str, Any]) -> bytes:
    """Return records as the lines of a log."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()

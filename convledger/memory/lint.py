"""What is wrong with memory files: lines that a tool does not read, doubles, imports of nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from convledger.memory.words import text_hash, title_of

UNREAD, LONG, DOUBLE, DEAD, BROKEN = "not read", "long", "double", "dead import", "broken"
_SHORTEST = 24  # characters of a text from which it is worth saying that it stands twice


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of a file a tool reads: lines and bytes, None for all; `advice` only slows it."""

    lines: int | None
    size: int | None
    reader: str
    advice: bool = False


# Claude Code reads that much of the index of its own memory (its changelog); Codex so much of all
# AGENTS.md by default (project_doc_max_bytes); Claude Code warns of longer CLAUDE.md.
_LIMITS: Mapping[str, Limit] = {
    "auto-memory": Limit(200, 25_000, "Claude Code"),
    "agents-md": Limit(None, 32_768, "Codex"),
    "claude-md": Limit(None, 40_000, "Claude Code", advice=True),
}
_INDEX = "memory.md"  # of a tool's own memory only the index is cut; topics are read on demand


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong in a file: at a line (from 1; 0 is the whole file), of a kind, in words."""

    path: str
    line: int
    kind: str
    words: str


def lint_file(path: str, format_name: str, content: bytes) -> Iterator[Complaint]:
    """Yield what is wrong with a file by itself."""
    limit = _LIMITS.get(format_name)
    if limit is None:
        return
    if format_name == "auto-memory" and PurePath(path).name.casefold() != _INDEX:
        return
    cut = _first_unread(content, limit)
    if cut is None:
        return
    lines = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
    if limit.advice:
        words = f"{len(content):,} bytes; {limit.reader} gets slow beyond {limit.size:,}"
        yield Complaint(path, 0, LONG, words)
        return
    reach = f"{limit.lines} lines" if limit.lines is not None and cut > limit.lines else ""
    reach = reach or f"{limit.size or 0:,} bytes"
    what = f"line {cut}" if cut == lines else f"lines {cut} to {lines}"
    words = f"{what}; {limit.reader} reads the first {reach}"
    yield Complaint(path, cut, UNREAD, words)


def _first_unread(content: bytes, limit: Limit) -> int | None:
    """Return the number of the first line that is not read whole, None where all are."""
    size = 0
    for number, line in enumerate(content.splitlines(keepends=True), 1):
        size += len(line)
        if limit.lines is not None and number > limit.lines:
            return number
        if limit.size is not None and size > limit.size:
            return number
    return None


@dataclass(frozen=True, slots=True)
class Piece:
    """A text in a file, as a reader found it: at a line, or 0 where that is not known."""

    path: str
    line: int
    text: str


def doubles(pieces: Iterable[Piece]) -> Iterator[Complaint]:
    """Yield the texts that stand in more than one place, at every place but the first."""
    places: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if len(piece.text.strip()) >= _SHORTEST:
            places[text_hash(piece.text)].append(piece)
    for same in places.values():
        first, *others = same
        for piece in others:
            where = f"{first.path}:{first.line}" if first.line else first.path
            if piece.path == first.path and first.line:
                where = f"line {first.line}"
            yield Complaint(
                piece.path, piece.line, DOUBLE, f"“{title_of(piece.text)}” stands in {where} too"
            )


def dead_imports(path: str, missing: Sequence[tuple[int, str]]) -> Iterator[Complaint]:
    """Yield the imports of a file that name nothing; `missing` are their lines and words."""
    for line, name in missing:
        yield Complaint(path, line, DEAD, f"@{name} is not there")

"""Tells which source a file is of, by what is in it; its name decides nothing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from convledger.ingest.archives import (
    WEB_PAGE,
    Archive,
    TooMuch,
    is_packed,
    opened,
    packed_otherwise,
)
from convledger.ingest.lines import NotReadable, decompressed, open_log
from convledger.sources import claude_code, codex
from convledger.sources.glimpse import (
    BINARY,
    EMPTY,
    HEAD,
    HTML,
    MAYBE,
    NO,
    SQLITE,
    SURE,
    TEXT,
    Glimpse,
    glimpse_of,
)
from convledger.sources.places import MODULES, PLACES
from convledger.sources.registry import module_of

_LINES = {"claude-code": claude_code, "codex": codex}
_MOST_SEEN = 400  # members of an archive that are looked at
_ENDINGS = (
    *(".json", ".jsonl", ".ndjson", ".zst", ".zip", ".html", ".htm", ".csv", ".tsv", ".tab"),
    *(".txt", ".md", ".db", ".vscdb", ".sqlite"),
)
_WITHOUT_ENDING = ("gemini-takeout", "aider")  # whose logs may end in nothing of these


def may_be_log(path: str) -> bool:
    """Tell whether a file, by its name and its folder's, is worth a look inside."""
    return path.lower().endswith(_ENDINGS) or any(
        PLACES[source].is_log(path) for source in _WITHOUT_ENDING
    )


def glimpse_at(path: Path) -> Glimpse:
    """Return the first look at a file on disk. Raises NotReadable."""
    with closing(open_log(path)) as raw:
        size = os.fstat(raw.fileno()).st_size
        if path.suffix == ".zst":
            with closing(decompressed(raw)) as plain:
                plain.seek(0)
                head = plain.read(HEAD + 1)
                return glimpse_of(path.name, head[:HEAD], whole=len(head) <= HEAD)
        head = raw.read(HEAD)
    # The folders above say much of a tool's own file: `.aider...`, `agent-transcripts/`.
    relative = "/".join(path.parts[-4:]).lstrip("/")
    glimpse = glimpse_of(relative, head, whole=size <= HEAD)
    if glimpse.kind == SQLITE:
        from convledger.ingest.databases import Database

        with Database(path) as database:
            return Glimpse(relative, SQLITE, head, size <= HEAD, tables=database.tables())
    return glimpse


def source_of(glimpse: Glimpse) -> str | None:
    """Return the source that a file is of, None where none knows it."""
    if glimpse.kind in (EMPTY, BINARY):
        return None
    best, certainty = None, NO
    for source in MODULES:
        sure = module_of(source).recognises(glimpse)
        if sure > certainty:
            best, certainty = source, sure
    if certainty < SURE and (known := _source_of_records(glimpse)):
        return known
    return best if certainty >= MAYBE else None


def _source_of_records(glimpse: Glimpse) -> str | None:
    """Return the agent that writes records like those, None where none does."""
    for record in glimpse.records:
        for source, place in _LINES.items():
            if place.knows(record):
                return source
    return None


def source_at(path: Path) -> str | None:
    """Return the source that a file on disk is of. Raises NotReadable."""
    return source_of(glimpse_at(path))


def what_it_is(path: Path) -> str:
    """Say what a file is that no source knows, as far as its beginning tells."""
    try:
        glimpse = glimpse_at(path)
    except (NotReadable, sqlite3.Error) as error:
        return f"can't be read: {error}"
    if glimpse.kind == EMPTY:
        return "is empty"
    if glimpse.kind == HTML:
        return WEB_PAGE
    other = packed_otherwise(glimpse.head) if glimpse.kind in (BINARY, TEXT) else ""
    return f"is {other}" if other else ""


def members_by_source(path: Path) -> dict[str, list[str]]:
    """Return the members of a zip that sources know, by source. Raises NotReadable."""
    found: dict[str, list[str]] = {}
    problem = ""
    with opened(path) as archive:
        for name in _worth_a_look(archive):
            try:
                head = _head_of(archive, name)
                source = source_of(glimpse_of(name, head[:HEAD], whole=len(head) <= HEAD))
            except TooMuch:
                raise
            except NotReadable as error:
                source = _by_name(name)
                problem = problem or f"{name}: {error}"
            if source is not None:
                found.setdefault(source, []).append(name)
        left = next((one for one in archive.members() if one.wrong and may_be_log(one.name)), None)
        inner = next((one.name for one in archive.members() if _is_packed_name(one.name)), "")
    if not found and problem:
        raise NotReadable(problem)
    if not found and inner:
        raise NotReadable(f"holds another archive, {inner}: unpack it, and import that")
    if not found and left:
        raise NotReadable(f"{left.name}: {left.wrong}")
    return found


def _is_packed_name(name: str) -> bool:
    return name.lower().endswith((".zip", ".tar", ".gz", ".tgz", ".7z"))


def source_of_member(archive: Path, name: str) -> str | None:
    """Return the source that a member of a zip is of. Raises NotReadable."""
    with opened(archive) as found:
        head = _head_of(found, name)
    return source_of(glimpse_of(name, head[:HEAD], whole=len(head) <= HEAD))


def _by_name(name: str) -> str | None:
    """Return the source of a member that can't be looked into, so that it is told of there."""
    for source, place in _LINES.items():
        if place.is_log(name) and place.in_archive(name):
            return source
    return None


def _worth_a_look(archive: Archive) -> Iterator[str]:
    """Yield the members that may be somebody's: the largest first, as the logs are."""
    found = [
        (name, member.size)
        for name, member in archive.files().items()
        if not member.wrong and may_be_log(name)
    ]
    found.sort(key=lambda each: -each[1])
    for name, _ in found[:_MOST_SEEN]:
        yield name


def _head_of(archive: Archive, name: str) -> bytes:
    parts, size = [], 0
    for block in archive.blocks(name):
        parts.append(block)
        size += len(block)
        if size > HEAD:
            break
    return b"".join(parts)


def is_zip(path: Path) -> bool:
    """Tell whether a file is a zip, whatever it is called; False where it can't be opened."""
    try:
        return path.is_file() and is_packed(path)
    except NotReadable:
        return False

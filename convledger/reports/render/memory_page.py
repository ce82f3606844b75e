"""Writes a memory entry as Markdown to read, in which what it says can do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convledger.reports.render.markdown_page import inert, one_line, quoted
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.memory.exported import Exported, Source, Version


def note_lines(found: Exported) -> Iterator[str]:
    """Yield the lines of a note of its own: facts as front matter, text, sources, versions."""
    facts: list[tuple[str, object]] = [
        ("title", found.title), ("type", "note"), ("permalink", f"memory/{found.name.lower()}"),
        ("tags", found.tags), *_facts(found),
    ]  # fmt: skip
    yield "---"
    for name, value in facts:
        if value not in ("", [], None):
            yield f"{name}: {quoted(value)}"
    yield "---"
    yield ""
    yield f"# {one_line(found.title)}"
    yield from _rest(found)


def part_lines(found: Exported) -> Iterator[str]:
    """Yield the lines of an entry among others on one page."""
    yield f"## {one_line(found.title)}"
    yield ""
    words = [f"{name.replace('_', ' ')} {value}" for name, value in _facts(found) if value]
    words += [f"#{tag}" for tag in found.tags]
    yield f"*{one_line(' · '.join(words))}*"
    yield from _rest(found)


def _facts(found: Exported) -> list[tuple[str, object]]:
    return [
        ("name", found.name), ("kind", found.kind), ("state", found.state),
        ("scope", found.scope), ("sensitivity", found.sensitivity), ("value", found.value),
        ("pinned", "yes" if found.pinned else ""), ("said", found.source_date),
        ("holds_from", found.valid_from), ("holds_until", found.valid_to),
        ("recorded", found.recorded_at), ("checked", found.verified_at),
        ("due", found.review_at), ("replaced_by", found.superseded_by),
        ("version", len(found.versions)),
    ]  # fmt: skip


def _rest(found: Exported) -> Iterator[str]:
    yield ""
    yield from inert(display_text(found.body.strip("\n"), lines=True))
    yield ""
    for source in found.sources:
        yield from _source(source)
    if len(found.versions) > 1:
        for version in found.versions:
            yield f"- {_version(version)}"


def _source(source: Source) -> Iterator[str]:
    words = [source.kind, source.place, source.source_date or ""]
    words += [source.status] if source.status != "ok" else []
    yield f"- source: {one_line(' · '.join(word for word in words if word))}"
    if source.quote:
        for line in inert(display_text(source.quote, lines=True)):
            yield f"  > {line}".rstrip()


def _version(version: Version) -> str:
    words = [f"version {version.version}", version.at, version.by, version.reason]
    return one_line(" · ".join(word for word in words if word))

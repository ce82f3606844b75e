"""Gives readers of lines a document that may also be one list or one object of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.exchanges.rows import is_json_lines
from convledger.sources.findings import Figures, Lines, Rejected, Texts
from convledger.sources.glimpse import JSON_LINES, Glimpse
from convledger.sources.json_pieces import pieces
from convledger.sources.line_blocks import line_blocks

TOGETHER = 1 << 20  # bytes of a list's elements that go into one finding


class _Figures(Protocol):
    def read(self, lines: Lines) -> Figures: ...


class _Texts(Protocol):
    def read(self, lines: Lines) -> Texts: ...


def is_document(glimpse: Glimpse) -> bool:
    """Tell whether a file has to be read as a whole, as it is not one of JSON lines."""
    return glimpse.kind != JSON_LINES and not is_json_lines(
        glimpse.head.lstrip(b" \t\r\n\0"), whole=glimpse.whole
    )


def read(
    document: Document,
    figures: _Figures | None,
    texts: _Texts | None,
    inside: tuple[str, ...] = (),
    wrapped: bytes = b"",
) -> Iterator[Found]:
    """Yield what the reader of lines finds in a document: figures, or else texts.

    Elements of a list under one of the keys `inside` are given to it as `{"wrapped": [element]}`.
    """
    head = document.stream().read(1 << 16)
    start = head.lstrip(b" \t\r\n\0")
    if not start:
        raise NotReadable("empty")
    found = Found()
    parts = (
        line_blocks(document.stream())
        if is_json_lines(start, whole=len(head) < 1 << 16)
        else _elements(document, inside, wrapped)
    )
    for lines in parts:
        if isinstance(lines, Rejected):
            (found.texts if figures is None else found.figures).rejected.append(lines)
            continue
        if figures is not None:
            _merge(found.figures, figures.read(lines))
        elif texts is not None:
            more = texts.read(lines)
            found.texts.messages.extend(more.messages)
            found.texts.rejected.extend(more.rejected)
        end = lines.offset + len(lines.data)
        if end - found.done >= TOGETHER:
            yield Found(found.figures, found.texts, end)
            found = Found(done=end)
    yield Found(found.figures, found.texts, document.size)


def _merge(found: Figures, more: Figures) -> None:
    found.calls.extend(more.calls)
    found.rejected.extend(more.rejected)
    for native, facts in more.conversations.items():
        earlier = found.conversations.setdefault(native, facts)
        if earlier is facts:
            continue
        earlier.entitle(facts.title_rank, facts.title)
        firsts = [at for at in (earlier.first_at, facts.first_at) if at]
        earlier.first_at = min(firsts, default=None)
        earlier.last_at = max(earlier.last_at or 0, facts.last_at or 0) or None
        earlier.details = {**facts.details, **earlier.details}
        earlier.project = earlier.project or facts.project


def _elements(
    document: Document, inside: tuple[str, ...], wrapped: bytes
) -> Iterator[Lines | Rejected]:
    """Yield each element of a list as a line of its own: line ends in JSON are mere spaces."""
    for piece in pieces(document.stream(), inside):
        if isinstance(piece, Rejected):
            yield piece
            continue
        data = piece.data.replace(b"\n", b" ")
        if wrapped and not any(b'"' + name.encode() + b'"' in data[:4096] for name in inside):
            data = b'{"' + wrapped + b'":[' + data + b"]}"
        yield Lines(data, piece.number, piece.offset, 1)

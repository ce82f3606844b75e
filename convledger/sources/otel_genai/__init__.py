"""OpenTelemetry's spans of model calls, by its own conventions and those of others."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.document import Document, Found
from convledger.sources.exchanges import lined
from convledger.sources.exchanges.lined import is_document as is_document
from convledger.sources.glimpse import JSON_LINES, JSON_LIST, JSON_OBJECT, MAYBE, NO, SURE, Glimpse
from convledger.sources.otel_genai.figures import FiguresReader as FiguresReader
from convledger.sources.otel_genai.texts import TextsReader as TextsReader

INSIDE = ("resourceSpans",)
_MARKS = (b'"gen_ai.', b'"llm.', b'"ai.', b'"openinference.', b'"traceloop.')


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is OTLP in JSON with model calls: 0 to 100."""
    if glimpse.kind not in (JSON_LINES, JSON_LIST, JSON_OBJECT):
        return NO
    names = {"resourceSpans", "resourceLogs"}
    is_otlp = any(names & record.keys() for record in glimpse.records) or names & glimpse.keys
    if not is_otlp:
        return NO
    return SURE if any(mark in glimpse.head for mark in _MARKS) else MAYBE


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a log holds that is read as a whole: one of lines too."""
    at = document.changed_at
    if texts:
        reader = TextsReader(document.relative, b"", at)
        yield from lined.read(document, None, reader, INSIDE, b"resourceSpans")
    else:
        counter = FiguresReader(document.relative, b"", at)
        yield from lined.read(document, counter, None, INSIDE, b"resourceSpans")

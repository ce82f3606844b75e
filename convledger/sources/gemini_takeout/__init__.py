"""Google Takeout: the activity of Gemini Apps as a web page or JSON, and AI Studio's prompts."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.gemini_takeout import activity, studio
from convledger.sources.gemini_takeout.cells import CELL
from convledger.sources.gemini_takeout.records import is_gemini
from convledger.sources.glimpse import (
    HEAD,
    HTML,
    JSON_LIST,
    JSON_OBJECT,
    LIKELY,
    MAYBE,
    SURE,
    Glimpse,
)
from convledger.sources.unicode_bytes import as_utf8


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is a Takeout of Gemini's."""
    if glimpse.kind == HTML:
        if CELL.search(glimpse.head):
            return SURE if b"gemini" in glimpse.head.lower() else MAYBE
        # The page begins with its styles, which may be all that was looked at.
        return LIKELY if b".outer-cell" in glimpse.head and not glimpse.whole else 0
    if glimpse.kind == JSON_LIST:
        own = [each for each in glimpse.records if {"header", "title", "time"} <= each.keys()]
        return SURE if any(is_gemini(each) for each in own) else 0
    if glimpse.kind == JSON_OBJECT:
        own_keys = glimpse.keys | glimpse.first.keys()
        if "chunkedPrompt" in own_keys:
            return SURE
        return LIKELY if {"runSettings", "systemInstruction"} <= own_keys else 0
    return 0


def read(document: Document, _: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a page or a JSON file holds. Raises NotReadable."""
    start = as_utf8(document.stream().read(HEAD)).lstrip(b" \t\r\n\0")
    if start.startswith(b"<"):
        yield from activity.read_page(document, texts=texts)
    elif start.startswith(b"["):
        yield from activity.read_json(document, texts=texts)
    elif start.startswith(b"{"):
        yield from studio.read(document, texts=texts)
    elif start:
        raise NotReadable("neither a Takeout of Gemini Apps nor a prompt of AI Studio")

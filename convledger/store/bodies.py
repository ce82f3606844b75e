"""How message bodies are kept: many to a page, each page compressed as one.

A page holds bodies that stand together in a log, so that it compresses far better than each body
by itself, and a transcript is read from few pages. A message knows its page, start and length.
"""

from __future__ import annotations

import re
import sqlite3
from collections import OrderedDict
from typing import Any

import msgspec
import zstandard

from convledger.errors import WorkspaceError

PAGE = 64 << 10  # bytes before compression; a larger body has a page of its own
LEVEL = 1
_MOST = 1 << 30  # no page is larger once unpacked
_KEPT = 64

# A term of every text in the index, by which its rows can be listed: the index keeps no list of
# its own. A private character counts as a word, and nobody types it.
MARK = "\ue000"

Place = tuple[int | None, int, int]  # page id, start, length in bytes


class PageWriter:
    """Gathers bodies into pages and stores each when it is full."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress
        found = connection.execute("SELECT coalesce(max(id), 0) FROM page").fetchone()
        self._page = int(found[0]) + 1
        self._parts: list[bytes] = []
        self._length = 0

    def add(self, body: bytes) -> Place:
        """Return where `body` will be found."""
        if not body:
            return None, 0, 0
        if self._length + len(body) > PAGE and self._parts:
            self.flush()
        place = (self._page, self._length, len(body))
        self._parts.append(body)
        self._length += len(body)
        return place

    def flush(self) -> None:
        """Store the page begun; belongs before the end of the transaction."""
        if not self._parts:
            return
        packed = self._compress(b"".join(self._parts))
        self._connection.execute("INSERT INTO page (id, body) VALUES (?, ?)", (self._page, packed))
        self._page += 1
        self._parts, self._length = [], 0


class PageReader:
    """Reads bodies, remembering the last pages unpacked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._decompress = zstandard.ZstdDecompressor().decompress
        self._pages: OrderedDict[int, bytes] = OrderedDict()

    def body(self, page_id: int | None, start: int, length: int) -> str:
        """Return the body at a place; empty where the message has none."""
        if page_id is None:
            return ""
        page = self._pages.get(page_id)
        if page is None:
            row = self._connection.execute(
                "SELECT body FROM page WHERE id=?", (page_id,)
            ).fetchone()
            try:
                page = self._decompress(row[0], max_output_size=_MOST) if row else b""
            except zstandard.ZstdError as error:
                raise WorkspaceError(
                    f"page {page_id} of the texts in the ledger is damaged ({error}); "
                    "`convledger check --deep` says how much of it is"
                ) from error
            self._pages[page_id] = page
            if len(self._pages) > _KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(page_id)
        return page[start : start + length].decode("utf-8", "replace")


CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # each a word of its own
_CJK = re.compile(f"[{CJK}]")
_CJK_LEADS = bytes(range(0xE3, 0xEE))  # the first bytes of those characters in UTF-8
_MARKED = MARK.encode() + b" "


def said_text(name: str, body: str, encoded: bytes) -> bytes:
    """Return the words of a message for the index in UTF-8, from its body and the body in UTF-8.

    Of JSON the escapes are undone; each Chinese, Japanese or Korean character becomes a word of
    its own, since those languages write no spaces. The same body always gives the same words, so
    that they can be taken out of the index again.
    """
    if name and "\\" in body:
        body = _unescaped(body)
        encoded = body.encode("utf-8", "replace")
    if len(encoded) != len(body) and _may_hold_cjk(encoded):
        encoded = _CJK.sub(r" \g<0> ", body).encode("utf-8", "replace")
    if name:
        return b"%b%b\n%b" % (_MARKED, name.encode("utf-8", "replace"), encoded)
    return _MARKED + encoded


def _unescaped(body: str) -> str:
    """Return JSON text as words: escaped line ends would else stick to the words behind them."""
    if "\\u" in body:
        try:
            return _values(msgspec.json.decode(body))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return body
    return body.replace("\\n", " ").replace("\\t", " ").replace("\\r", " ")


def _values(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_values(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "\n".join(_values(item) for item in value)
    return value if isinstance(value, str) else str(value)


def _may_hold_cjk(encoded: bytes) -> bool:
    """Tell whether a lead byte of those scripts occurs: far cheaper than searching a class."""
    return len(encoded.translate(None, _CJK_LEADS)) != len(encoded)


def query_words(text: str) -> str:
    """Return what a person searches for, spaced as `said_text` spaces it."""
    return _CJK.sub(r" \g<0> ", text)

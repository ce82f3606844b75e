"""What stands today at the place of a file that an entry came from."""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from convledger.memory.file_rows import NOWHERE
from convledger.memory.opening import NotReadable, content_of
from convledger.memory.readers.json_texts import decoded
from convledger.memory.readers.registry import FORMATS
from convledger.memory.readers.texts import encoding_of
from convledger.memory.veiling import veiled_parts
from convledger.memory.words import text_hash
from convledger.paths import real_path

_NEAR = 2_000  # bytes of the file before and behind
_MOST = 50  # places of one text that are looked up: nobody reads more of the same


class Passage(Struct, frozen=True):
    """A piece of a file with what stands around it, nothing of a secret in full; its first line."""

    before: str
    quote: str
    after: str
    line: int


class Passages:
    """Looks up pieces of files; a file is read once, however often it says the same."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._path: str | bytes | None = None
        self._data = b""
        self._left = _MOST

    def of_item(self, item_id: int) -> Passage | None:
        """Return where an item stands in its file; None where it says something else by now."""
        row = self._connection.execute(
            "SELECT path, format, start, length, memory_item.hash FROM memory_item "
            "JOIN memory_file ON memory_file.id=file_id WHERE memory_item.id=?",
            (item_id,),
        ).fetchone()
        if row is None or row[2] == NOWHERE or not self._left:
            return None
        self._left -= 1
        path, format_name, start, length, digest = row
        if path != self._path:
            self._path = path
            try:
                self._data = content_of(real_path(path)).data
            except NotReadable:
                self._data = b""
        is_json = getattr(FORMATS.get(format_name), "IS_JSON", False)
        return _passage(self._data, start, length, digest, is_json=is_json)


def _passage(data: bytes, start: int, length: int, digest: str, *, is_json: bool) -> Passage | None:
    encoding, mark = encoding_of(data)
    raw = data[start : start + length]
    quote = raw.decode(encoding, "replace")
    if text_hash(str(decoded(raw)) if is_json else quote) != digest:
        return None
    first = max(mark, start - _NEAR)
    first += (start - first) % 2 * (encoding != "utf-8")
    line = data[mark:start].decode(encoding, "replace").count("\n") + 1
    before = data[first:start].decode(encoding, "ignore")
    after = data[start + length : start + length + _NEAR].decode(encoding, "ignore")
    return Passage(*veiled_parts(before, quote, after), line)

"""Takes a piece out of a file and leaves every other byte as it is."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import pairwise

_BULLET = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_LEAD = re.compile(r"[ \t>]*")
_BLANK = re.compile(r"[ \t]*\r?\n")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A file as text around a piece; encoding gives back the very bytes, invalid ones too."""

    mark: bytes
    encoding: str
    before: str
    piece: str
    after: str

    def joined(self, before: str, piece: str, after: str) -> bytes:
        return self.mark + f"{before}{piece}{after}".encode(self.encoding, self.errors)

    @property
    def errors(self) -> str:
        return "surrogateescape" if self.encoding == "utf-8" else "surrogatepass"


def _parts(content: bytes, start: int, length: int) -> _Parts:
    mark, encoding = next(
        ((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", "utf-8")
    )
    errors = "surrogateescape" if encoding == "utf-8" else "surrogatepass"
    places = (len(mark), start, start + length, len(content))
    if not len(mark) <= start <= start + length <= len(content):
        raise ValueError("the piece lies outside of the file")
    before, piece, after = (
        content[first:end].decode(encoding, errors) for first, end in pairwise(places)
    )
    found = _Parts(mark, encoding, before, piece, after)
    if found.joined(before, piece, after) != content:
        raise ValueError("the file is no text that could be written back as it is")
    return found


def without(content: bytes, start: int, length: int) -> bytes:
    """Return a file without a piece: its lines are gone, with its bullet or mark of a quotation.

    Where two empty lines would meet, one stays. Raises ValueError where other text stands on the
    same lines, or the bytes around could not be kept.
    """
    parts = _parts(content, start, length)
    cut = parts.before.rfind("\n") + 1
    before, lead = parts.before[:cut], parts.before[cut:]
    if _BULLET.fullmatch(lead) is None and _LEAD.fullmatch(lead) is None:
        raise ValueError("other text stands before it on its line")
    rest, ends, after = parts.after.partition("\n")
    if parts.piece.endswith("\n"):
        after = parts.after
    elif rest.strip():
        raise ValueError("other text stands behind it on its line")
    elif not ends:
        after = ""
    ends_blank = not before or re.search(r"(?:\A|\n)[ \t]*\r?\n\Z", before) is not None
    blank = _BLANK.match(after)
    if ends_blank and blank is not None:
        after = after[blank.end() :]
    return parts.joined(before, "", after)

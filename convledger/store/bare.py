"""A text reduced to its letters and digits: these stay in whatever form it is written.

In JSON, XML, CSV or Markdown line ends, quotation marks and signs of a text become others.
"""

from __future__ import annotations

import re
from html import unescape

PIECE = 24
_SHORTEST = 4  # shorter ones stand everywhere
_PIECES = 4  # of one text
_NO_LETTER = re.compile(r"[\W_]+")
_MARK = re.compile("‹[^›\n]{1,24}›")  # what `display_text` writes for what can't be seen
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_BLANKS = frozenset("nrtbf")


def bare(text: str) -> str:
    """Return the letters and digits of a text, all in lower case."""
    return _NO_LETTER.sub("", text).casefold()


def bare_pieces(letters: str) -> list[str]:
    """Return pieces of what `bare` returns, from its first to its last; none of a tiny one."""
    if len(letters) < _SHORTEST:
        return []
    last = len(letters) - PIECE
    if last <= 0:
        return [letters]
    starts = dict.fromkeys(number * last // (_PIECES - 1) for number in range(_PIECES))
    return [letters[start : start + PIECE] for start in starts]


def readings(written: str) -> list[str]:
    """Return the letters and digits of what stands in a file: as it is, as JSON, as markup."""
    shown = _MARK.sub("", written)
    found = [bare(shown)]
    if "\\" in shown:
        found.append(bare(_MARK.sub("", _ESCAPE.sub(_unescaped, written))))
    if "&" in shown:
        found.append(bare(unescape(shown)))
    return found


def _unescaped(found: re.Match[str]) -> str:
    if found[1] is not None:
        return chr(int(found[1], 16))
    return " " if found[2] in _BLANKS else found[2]

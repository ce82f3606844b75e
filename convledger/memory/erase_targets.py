"""Looks whether a file that something was written to still says it, in whatever form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from convledger.store.bare import PIECE, readings

_PORTION = 1 << 20
_MOST = 256 << 20
_OVERLAP = 4096  # letters' worth of a form as lavish as markup, of which none is cut in two


def says(place: Path, said: Sequence[Sequence[str]]) -> bool | None:
    """Tell whether a file says one of some texts, each known by pieces: at least half of them.

    Words that stand elsewhere as well count: this file was written with them. None where it can't
    be read to its end.
    """
    if not said:
        return False
    long = {piece for pieces in said for piece in pieces if len(piece) == PIECE}
    short = sorted({p for pieces in said for p in pieces if len(p) < PIECE}, key=len, reverse=True)
    found: set[str] = set()
    try:
        with place.open("rb") as stream:
            before = b""
            for _ in range(_MOST // _PORTION):
                data = stream.read(_PORTION)
                if not data:
                    return _is_said(said, found)
                for letters in readings((before + data).decode("utf-8", "replace")):
                    if any(piece in letters for piece in short):
                        return True
                    ends = len(letters) - PIECE + 1
                    found |= long.intersection(letters[at : at + PIECE] for at in range(ends))
                if _is_said(said, found):
                    return True
                before = data[-_OVERLAP:]
            return None if stream.read(1) else False
    except OSError:
        return None


def _is_said(said: Sequence[Sequence[str]], found: set[str]) -> bool:
    return bool(found) and any(
        2 * sum(piece in found for piece in pieces) >= len(pieces) for pieces in said
    )

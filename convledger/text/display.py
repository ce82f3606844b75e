"""Foreign text for a terminal: what could act or hide becomes a mark, too long is cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

MARKS_KEPT = 8
# What a terminal obeys or hides: C1, invisible, bidi, separators, tags, noncharacters, surrogates.
UNSEEN = (
    "\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
# Combining marks live in these blocks; beyond the first plane the ranges are rough (see _cut).
_MARK_BLOCKS = (
    (0x0300, 0x1E00),
    (0x20D0, 0x2100),
    (0x2CE0, 0x3100),
    (0xA600, 0xAC00),
    (0xFB00, 0xFE30),
)
_ROUGH_MARKS = (
    "\U00010100-\U00011fff\U00013440-\U00013455\U00016a00-\U00016fff\U0001bc9d\U0001bc9e"
    "\U0001cf00-\U0001d172\U0001d17b-\U0001d24f\U0001da00-\U0001daff\U0001e000-\U0001e94f"
)
# Scripts that have neither marks nor anything unseen: most text ends here.
_CLEAN = (
    " -~\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u1fff\u2010-\u2027\u202f-\u205e"
    "\u20a0-\u20cf\u2100-\u2cee\u2cf2-\u2d7e\u2e00-\u3029\u3030-\u3098\u309b-\ua66e\uac00-\ud7a3"
    "\uf900-\ufb1d\uff01-\uffee\ufffc\ufffd\U0001f000-\U0001faff\U00020000-\U0002fffd"
)
_CLEAN_ASCII = {False: bytes(range(32, 127)), True: bytes([9, 10, *range(32, 127)])}
_BREAKS = {
    False: {"\n": "↵", "\r": "↵", "\r\n": "↵", "\t": " "},
    True: {"\r": "\n", "\r\n": "\n"},
}
_EMOJI = "\u2194\u2195\u2600-\u27bf\u2b1b\U0001f300-\U0001faff"
# Families and professions: emoji held together by joiners, ten at most.
_JOINED = f"(?:[\U0001f3fb-\U0001f3ff]?\ufe0f?\u200d[{_EMOJI}]){{1,9}}"


def display_text(text: str, *, lines: bool = False) -> str:
    """Return foreign `text` as a terminal may have it; `lines` keeps line breaks and tabs."""
    if text.isascii():
        if not text.encode().translate(None, _CLEAN_ASCII[lines]):
            return text
    elif _clean(lines)(text):
        return text
    return _unsafe(lines)(text)


@lru_cache
def _clean(lines: bool) -> Callable[[str], re.Match[str] | None]:
    """Return a quick test that is right about clean text and says no where it can't know."""
    # Possessive and positive: three times as fast as searching for what is unsafe.
    return re.compile(f"[{_CLEAN}{chr(10) + chr(9) if lines else ''}]*+").fullmatch


@lru_cache
def _unsafe(lines: bool) -> Callable[[str], str]:
    """Return the replacement of all that is unsafe; joined emoji are matched to be left alone."""
    controls = r"\x00-\x08\x0b-\x1f" if lines else r"\x00-\x1f"
    marks = mark_class()
    # One set in front lets the search skip fast; each branch then looks back at what it found.
    pattern = re.compile(
        f"[{_EMOJI}{marks}{controls}{UNSEEN}](?:(?<=[{_EMOJI}])(?P<joined>{_JOINED})"
        f"|(?<=[{marks}])(?P<marks>[{marks}]{{{MARKS_KEPT},}})"
        f"|(?<=\r)\n|(?<=[{controls}{UNSEEN}]))"
    )
    signs = _Signs(_BREAKS[lines])

    def visible(match: re.Match[str]) -> str:
        if match.lastgroup is None:
            return signs[match[0]]
        return match[0] if match.lastgroup == "joined" else _cut(match[0])

    return lambda text: pattern.sub(visible, text)


@lru_cache
def mark_class() -> str:
    """Return the combining marks as the inside of a regular expression's set."""
    blocks = (map(chr, range(*block)) for block in _MARK_BLOCKS)
    return "".join(char for block in blocks for char in block if _combines(char)) + _ROUGH_MARKS


def _combines(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me")


class _Signs(dict[str, str]):
    """The visible mark of each unsafe character, made when it is first met."""

    def __missing__(self, char: str) -> str:
        code = ord(char)
        mark = f"‹U+{code:04X}›"
        if code < 0x20:
            mark = chr(0x2400 + code)
        elif code == 0x7F:
            mark = "␡"
        self[char] = mark
        return mark


def _cut(run: str) -> str:
    """Return a run with what follows eight combining marks replaced by their number."""
    parts: list[str] = []
    first = 0
    while first < len(run):
        end = first
        while end < len(run) and _combines(run[end]):
            end += 1
        parts.append(run[first : min(end, first + MARKS_KEPT)])
        if end - first > MARKS_KEPT:
            parts.append(f"‹{end - first - MARKS_KEPT:,} marks›")
        if end < len(run):
            parts.append(run[end])
        first = end + 1
    return "".join(parts)


def width(text: str) -> int:
    """Return the terminal cells that displayed `text` takes, at most: joined emoji count each."""
    return len(text) if text.isascii() else sum(_steps(text))


def clip(text: str, cells: int, ellipsis: str = "…") -> str:
    """Return displayed `text` cut to `cells` terminal cells, with an ellipsis where it was cut."""
    if cells <= 0:
        return ""
    if len(text) <= cells and text.isascii():
        return text
    ellipsis = ellipsis[:cells]
    taken = kept = 0
    for end, step in enumerate(_steps(text), 1):
        taken += step
        if taken > cells:
            return text[:kept].rstrip(" \u200d") + ellipsis
        if taken <= cells - len(ellipsis):
            kept = end
    return text


def clip_middle(text: str, cells: int, ellipsis: str = "…") -> str:
    """Return displayed `text` cut to `cells` terminal cells: more of its end than its beginning."""
    if width(text) <= cells or cells < len(ellipsis) + 4:
        return clip(text, cells, ellipsis)
    start = clip(text, cells // 3, "")
    start_at, room = len(text), cells - width(start) - len(ellipsis)
    while start_at > 0 and width(text[start_at - 1 :]) <= room:
        start_at -= 1
    return start + ellipsis + text[start_at:]


def _steps(text: str) -> Iterator[int]:
    """Yield by how many cells each character moves the cursor."""
    before = ""
    for char in text:
        if char == "\ufe0f":  # asks for the wide, coloured form of the symbol before it
            yield int(before > "\xa8" and _char_cells(before) == 1)
        else:
            yield _char_cells(char)
        before = char


@lru_cache(4096)
def _char_cells(char: str) -> int:
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf") or "\u1160" <= char <= "\u11ff":
        return 0
    newer_emoji = category == "Cn" and "\U0001f300" <= char <= "\U0001faff"
    return 2 if newer_emoji or unicodedata.east_asian_width(char) in "WF" else 1

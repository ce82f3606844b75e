"""The section of a pack in a file of somebody else's: found by its markers, replaced, or added.

All other bytes stay as they are, the kind of line ends among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from convledger.errors import UsageProblem

_MARKER = re.compile(rb"<!-- convledger:(begin|end) (\S+) -->[ \t]*")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Section:
    """Where a pack stands in a file: from the start of its first line to the end of its last."""

    name: str
    start: int
    end: int

    def text(self, content: bytes) -> str:
        """Return what stands there as it was rendered, whatever its line ends."""
        return written_text(content[self.start : self.end]).rstrip("\n") + "\n"


def written_text(content: bytes) -> str:
    """Return bytes as text with line ends of one character, as digests are made of it."""
    text = content.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def section_of(content: bytes, name: str, file: str) -> Section | None:
    """Return the section of a pack, None where there is none.

    Raises UsageProblem where its markers do not stand as they were written: nobody knows then what
    may be replaced.
    """
    found = [each for each in _markers(content) if each[1] == name]
    if not found:
        return None
    words = [word for word, *_ in found]
    if words != ["begin", "end"]:
        line = content.count(b"\n", 0, found[-1][2]) + 1
        raise UsageProblem(
            f"{file}: line {line}: the markers of {name} are not one begin and one end; put them "
            "right or take them out"
        )
    start, end = found[0][2], found[1][3]
    for _, other, place, _ in _markers(content):
        if other != name and start < place < end:
            line = content.count(b"\n", 0, place) + 1
            raise UsageProblem(f"{file}: line {line}: a marker of {other} within {name}")
    return Section(name, start, end)


def sections(content: bytes) -> list[Section]:
    """Return all whole sections of packs in a file; one whose markers are broken is none."""
    found = []
    names = dict.fromkeys(name for _, name, *_ in _markers(content))
    for name in names:
        try:
            section = section_of(content, name, "")
        except UsageProblem:
            continue
        if section is not None:
            found.append(section)
    return found


def with_section(content: bytes, name: str, text: str, file: str) -> bytes:
    """Return a file with a pack's section replaced, or added at its end."""
    newline = b"\r\n" if content.count(b"\r\n") * 2 > content.count(b"\n") else b"\n"
    new = text.encode("utf-8").replace(b"\n", newline)
    found = section_of(content, name, file)
    if found is not None:
        if not content[found.start : found.end].endswith(b"\n"):
            new = new.removesuffix(newline)
        return content[: found.start] + new + content[found.end :]
    if not content.removeprefix(_BYTE_ORDER_MARK):
        return content + new
    gap = newline if content.endswith(b"\n") else newline * 2
    return content + gap + new


def _markers(content: bytes) -> Iterator[tuple[str, str, int, int]]:
    """Yield each line that is a marker: begin or end, whose, and where its line begins and ends."""
    start = len(_BYTE_ORDER_MARK) if content.startswith(_BYTE_ORDER_MARK) else 0
    size = len(content)
    place = content.find(b"<!-- convledger:", start)
    while place >= 0:
        end = content.find(b"\n", place) + 1 or size
        line = content[place:end].removesuffix(b"\n").removesuffix(b"\r")
        match = _MARKER.fullmatch(line)
        if match is not None and (place == start or content[place - 1 : place] == b"\n"):
            yield match[1].decode(), match[2].decode("utf-8", "replace"), place, end
        place = content.find(b"<!-- convledger:", place + 1)

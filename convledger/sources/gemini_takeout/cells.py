"""Takes a Takeout page apart into its cells, each an activity, without holding all of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from msgspec import Struct

from convledger.sources.findings import Rejected
from convledger.sources.gemini_takeout.dates import is_english, looks_like_date, printed_instant
from convledger.sources.gemini_takeout.page_text import Line, lines_of
from convledger.sources.gemini_takeout.records import (
    ATTACHED,
    Activity,
    is_other,
    is_prompt_label,
    labelled,
)

CELL = re.compile(rb"<div\b[^<>]{0,300}?\bouter-cell\b", re.IGNORECASE)
LARGEST_CELL = 64 << 20
_BLOCK = 1 << 20
_OVERLAP = 400
_ADVICE = "download it again as JSON, or with the account's language set to English"


class Cell(Struct):
    """A cell of the page: its number from 1 on, where it begins, how it is written."""

    number: int
    offset: int
    html: bytes

    def rejected(self, reason: str) -> Rejected:
        """Return the rejection of this cell."""
        return Rejected(self.number, self.offset, reason, self.html[:400])


def cells(stream: BinaryIO) -> Iterator[Cell | Rejected]:
    """Yield the cells of a page; one that is too large comes as Rejected."""
    parts: list[bytes] = []  # of the cell that is being read
    held = 0
    number = offset = place = 0
    tail = b""
    while block := stream.read(_BLOCK):
        data = tail + block
        at = 0
        for found in CELL.finditer(data):
            if number:
                parts.append(data[at : found.start()])
                yield _cell(number, offset, parts, held + found.start() - at)
            number += 1
            parts, held = [], 0
            at, offset = found.start(), place + found.start()
        # A beginning may be cut in two: its last bytes are looked at once more.
        keep = min(_OVERLAP, len(data) - at - 1) if number else min(_OVERLAP, len(data))
        keep = max(keep, 0)
        end = len(data) - keep
        if number:
            held += end - at
            if held <= LARGEST_CELL:
                parts.append(data[at:end])
        tail = data[end:]
        place += end
    if number:
        parts.append(tail)
        yield _cell(number, offset, parts, held + len(tail))


def _cell(number: int, offset: int, parts: list[bytes], size: int) -> Cell | Rejected:
    if size > LARGEST_CELL:
        reason = f"larger than {LARGEST_CELL >> 20} MB"
        return Rejected(number, offset, reason, (parts[0] if parts else b"")[:400])
    return Cell(number, offset, b"".join(parts))


def activity_of(cell: Cell, *, texts: bool) -> Activity | Rejected | None:
    """Return the prompt in a cell with its answer; None where the cell is none of Gemini's.

    Some pages print kind and date above the cell's content, so that nothing parts prompt and
    answer; the others print them between the two.
    """
    lines = lines_of(cell.html.decode("utf-8", "replace"))
    header, first = _header(lines)
    if not any("gemini" in line.lower() or "bard" in line.lower() for line in header):
        return None
    above = next((line for line in header if looks_like_date(line)), "")
    if above:
        if not any(is_prompt_label(line) for line in header):
            return None if is_english(above) else _unlabelled(cell, header)
        at = printed_instant(above)
        if at is None:
            return _undated(cell, above)
        said = _joined(_content(chain(first, lines)), texts=texts)
        return Activity(at, said, together=bool(said))
    return _parted(cell, chain(first, lines), texts=texts)


def _header(lines: Iterator[Line]) -> tuple[list[str], list[Line]]:
    """Return the lines of a cell's header, and the first line behind it."""
    header: list[str] = []
    for line in lines:
        if "content-cell" in line.cell:
            return header, [line]
        if "header-cell" in line.cell and line.text:
            header.append(line.text)
    return header, []


def _content(lines: Iterator[Line]) -> Iterator[str]:
    for line in lines:
        if "content-cell" not in line.cell or "--caption" in line.cell:
            return
        yield line.text


def _joined(lines: Iterator[str], *, texts: bool) -> str:
    """Return all lines as a text; where texts are not wanted, the first that says something."""
    if texts:
        return "\n".join(lines).strip("\n")
    return next((line for line in lines if line), "")


def _parted(cell: Cell, lines: Iterator[Line], *, texts: bool) -> Activity | Rejected | None:
    """Return the activity of a cell in which the date stands between prompt and answer."""
    content = _content(lines)
    before: list[str] = []
    date = ""
    for text in content:
        if before and looks_like_date(text):
            date = text
            break
        before.append(text)
    if not before:
        return None
    prompt = labelled(before[0])
    if not date:
        return cell.rejected(f"it has no date; {_ADVICE}") if prompt is not None else None
    if prompt is None and is_english(date):
        return None
    at = printed_instant(date)
    if at is None:
        return _undated(cell, date)
    answer = _joined(content, texts=texts)
    if prompt is None:
        if is_other(before[0]):
            return None
        if not answer:
            return _unlabelled(cell, before)
        prompt = before[0]  # an answer follows, so it is a prompt, its label in another language
    attached = next((n for n, text in enumerate(before) if ATTACHED.match(text)), len(before))
    said = "\n".join([prompt, *before[1:attached]]).strip("\n")
    files = [text.lstrip("-\u00a0 ") for text in before[attached + 1 :] if text.strip("-\u00a0 ")]
    return Activity(at, said, answer, files, answered=bool(answer))


def _undated(cell: Cell, date: str) -> Rejected:
    return cell.rejected(f"its date can't be read with certainty: {date[:90]!r}; {_ADVICE}")


def _unlabelled(cell: Cell, lines: list[str]) -> Rejected:
    label = " / ".join(line for line in lines if line)[:90]
    return cell.rejected(f"whether it is a prompt can't be told: {label!r}; {_ADVICE}")

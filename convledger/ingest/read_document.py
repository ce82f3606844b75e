"""Reads one document as a whole: findings piece by piece, with the position of each."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING

import msgspec

from convledger.ingest.documents import opened_document
from convledger.ingest.lines import NotReadable
from convledger.sources.findings import Figures, Texts
from convledger.sources.registry import module_of

if TYPE_CHECKING:
    from convledger.ingest.documents import Mappings
    from convledger.ingest.read import Job, Part

# What a reader stumbles over in a file that is not what it seemed; more would hide mistakes.
_BROKEN = (msgspec.MsgspecError, RecursionError, UnicodeError, OverflowError, EOFError)


def read_document(job: Job, *, texts: bool, mappings: Mappings | None = None) -> Iterator[Part]:
    """Yield what a document counts, or what it says; raises NotReadable.

    It is read from its start unless its reader has left a state, and the file is the same one.
    """
    from convledger.ingest.read import Part

    what = "texts" if texts else "figures"
    row = job.row
    with opened_document(job.path, job.relative, mappings) as document:
        size, changed_ns, inode, device = document.stamp
        is_same = (row.inode, row.device) == (inode, device) or not row.size
        state = getattr(row, f"{what}_state") if is_same else b""
        first, restarted = not row.size, bool(row.size) and not state and not texts
        row.head_length = 0  # the reader, not its beginning, says whether it is the same
        if not state:
            setattr(row, f"{what}_offset", 0)
        try:
            for found in module_of(job.reader).read(document, state, texts=texts):
                before = getattr(row, f"{what}_offset")
                setattr(row, f"{what}_offset", max(before, min(found.done, size)))
                if found.state is not None:
                    setattr(row, f"{what}_state", found.state)
                part = Part(copy(row), restarted=restarted, first_reading=first, replaces=True)
                part.told_ns = changed_ns
                part.read_bytes = getattr(row, f"{what}_offset") - before
                part.figures = None if texts else found.figures
                part.texts = found.texts if texts else None
                restarted = False
                yield part
        except _BROKEN as error:
            raise NotReadable(f"not what it seemed to be: {error}") from error
        before = getattr(row, f"{what}_offset")
        setattr(row, f"{what}_offset", size)
        if texts:
            row.texts_size = size
        else:
            row.size, row.mtime_ns, row.inode, row.device = size, changed_ns, inode, device
            row.texts_size = -1  # what changes in a database need not change its size
        last = Part(row, read_bytes=size - before, restarted=restarted, first_reading=first)
        last.figures = None if texts else Figures()
        last.texts = Texts() if texts else None
        yield last

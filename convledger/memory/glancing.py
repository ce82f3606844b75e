"""What a path that a person types may hold of memory, before any of it is taken in."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from convledger.ingest.archives import is_packed
from convledger.memory.files import below
from convledger.memory.opening import NotReadable, head_of
from convledger.memory.readers.items import MOST_BYTES
from convledger.memory.readers.registry import SUFFIXES, format_of

ENDINGS = (*sorted(SUFFIXES), ".zip", "rules")  # of files that a typed path may go on with
_GLANCED = 5_000  # files of a folder


@dataclass(frozen=True, slots=True)
class MemoryGlance:
    """What a short look sees: `formats` of the files and how many of each; "" by its content only.

    `problem` says why nothing can be taken in. Not `whole` where there was more than a short look
    takes.
    """

    path: Path
    formats: Mapping[str, int] = field(default_factory=dict)
    whole: bool = True
    problem: str = ""

    @property
    def files(self) -> int:
        """How many files may hold memory."""
        return sum(self.formats.values())


def glance(path: Path) -> MemoryGlance:
    """Tell what `path` seems to hold, from names and the first bytes; never raises."""
    try:
        path = Path(os.path.realpath(path.expanduser()))
        if path.is_dir():
            seen = list(islice(below(path), _GLANCED + 1))
            formats = Counter(format_of(str(file)) or "" for file in seen if file is not None)
            return MemoryGlance(path, formats, len(seen) <= _GLANCED)
        if is_packed(path):
            return MemoryGlance(path, {"zip": 1})
        head, size = head_of(path)
    except NotReadable as error:
        return MemoryGlance(path, problem=str(error))
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a ~name of nobody
        return MemoryGlance(path, problem=getattr(error, "strerror", None) or str(error))
    if size > MOST_BYTES:
        return MemoryGlance(path, problem=f"{size:,} bytes; a memory file has at most 50 MB")
    return MemoryGlance(path, {format_of(str(path), head) or "": 1})

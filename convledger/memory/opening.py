"""Reads a memory file without harm: never a link, a device or what is too large to be memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from convledger.ingest.lines import NotReadable, open_log
from convledger.memory.readers.items import MOST_BYTES

__all__ = ["Content", "NotReadable", "content_of", "head_of"]


_HEAD = 65_536  # bytes by which a format is told


@dataclass(frozen=True, slots=True)
class Content:
    """What a file held at one instant."""

    data: bytes
    size: int
    mtime_ns: int

    @property
    def hash(self) -> str:
        """The hash of its bytes."""
        return sha256(self.data).hexdigest()


def head_of(path: Path) -> tuple[bytes, int]:
    """Return how a file begins, and its size. Raises NotReadable with the reason."""
    with open_log(path) as stream:
        try:
            return stream.read(_HEAD), os.fstat(stream.fileno()).st_size
        except OSError as error:
            raise NotReadable(error.strerror or str(error)) from error


def content_of(path: Path) -> Content:
    """Return what a file holds, as it was at one instant. Raises NotReadable with the reason."""
    for _ in range(3):
        with open_log(path) as stream:
            before = os.fstat(stream.fileno())
            if before.st_size > MOST_BYTES:
                raise NotReadable(f"{before.st_size:,} bytes; a memory file has at most 50 MB")
            try:
                parts = list(iter(lambda: stream.read(1 << 20), b""))
            except OSError as error:
                raise NotReadable(error.strerror or str(error)) from error
            after = os.fstat(stream.fileno())
        data = b"".join(parts)
        # A tool may be writing it: what was read in between is neither the old nor the new.
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, len(data)):
            return Content(data, len(data), after.st_mtime_ns)
    raise NotReadable("it changes while it is read; look again")

"""A member of a zip as a stream that is unpacked while it is read, never to disk or memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

from convledger.ingest.archives import Archive, opened

_BUFFER = 1 << 20


class _Member(io.RawIOBase):
    """What a member unpacks to, from its start on; going back begins again."""

    def __init__(self, path: Path, name: str) -> None:
        self._open = ExitStack()
        self._archive: Archive = self._open.enter_context(opened(path))
        self._name = name
        self._begin()

    def _begin(self) -> None:
        self._blocks: Iterator[bytes] = self._archive.blocks(self._name)
        self._rest = memoryview(b"")
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset += self._at
        elif whence == io.SEEK_END:
            raise io.UnsupportedOperation("the end of a packed member is not known")
        if offset < self._at:
            self._begin()
        while self._at < offset:
            if not self._take(offset - self._at):
                break
        return self._at

    def _take(self, most: int) -> memoryview:
        if not self._rest:
            self._rest = memoryview(next(self._blocks, b""))
        some, self._rest = self._rest[:most], self._rest[most:]
        self._at += len(some)
        return some

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        some = self._take(len(buffer))
        buffer[: len(some)] = some
        return len(some)

    def close(self) -> None:
        if not self.closed:
            self._open.close()
        super().close()


def stream_of_member(path: Path, name: str) -> BinaryIO:
    """Return a member's bytes from the start. Raises NotReadable, also while it is read."""
    return cast(BinaryIO, io.BufferedReader(_Member(path, name), _BUFFER))

"""Opens log files without harm and yields their complete lines, chunk by chunk."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, cast

from convledger.sources.document import NotReadable as NotReadable
from convledger.sources.findings import Lines, Rejected
from convledger.store.files import FileRow

CHUNK = 8 << 20
BITE = 2 << 10
LONGEST_LINE = 64 << 20
HEAD, TAIL = 1024, 64
IN_MEMORY, UNPACKED_MOST = 16 << 20, 2 << 30


def open_log(path: Path) -> BinaryIO:
    """Open a regular file for reading: never a link, a FIFO or a device, and never blocking."""
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)
    flags |= (
        getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        reason = "a link, left alone" if error.errno == errno.ELOOP else error.strerror
        raise NotReadable(reason or str(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotReadable("not a regular file")
    return os.fdopen(descriptor, "rb", buffering=0)


def is_same_file(stream: BinaryIO, row: FileRow) -> bool:
    """Tell whether the file still begins and goes on as when it was last read."""
    if not row.head_length:
        return True
    if stream.seek(0, os.SEEK_END) < max(row.figures_offset, row.texts_offset):
        return False
    stream.seek(0)
    head = stream.read(row.head_length)
    if _hash(head) != row.head_hash:
        return False
    stream.seek(max(0, row.figures_offset - TAIL))
    tail = stream.read(min(TAIL, row.figures_offset))
    return _hash(tail) == row.tail_hash


def mark(stream: BinaryIO, row: FileRow) -> None:
    """Note how the file begins and what stands before its position, to know it again."""
    row.head_length = min(HEAD, row.figures_offset)
    stream.seek(0)
    row.head_hash = _hash(stream.read(row.head_length))
    stream.seek(max(0, row.figures_offset - TAIL))
    row.tail_hash = _hash(stream.read(min(TAIL, row.figures_offset)))


def line_ends(data: bytes) -> int:
    """Count the line ends; `find` skips over long lines at once where `bytes.count` can't."""
    count, at = 0, data.find(b"\n")
    while at >= 0:
        count += 1
        at = data.find(b"\n", at + 1)
    return count


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=8).digest()


class Chunks:
    """The complete lines of an open log from an offset on, in chunks of about 8 MB.

    Afterwards `rest` is what stands behind the last line end, and `rejected` the lines that are
    too long to be taken in.
    """

    def __init__(self, stream: BinaryIO, offset: int, line: int, end: int) -> None:
        self._stream = stream
        self.offset = offset
        self.line = line
        self._end = end
        self.rest = b""
        self.rejected: list[Rejected] = []

    def __iter__(self) -> Iterator[Lines]:
        """Yield chunks; `offset` and `line` are then the position behind the yielded one."""
        self._stream.seek(self.offset)
        at = self.offset
        parts: list[bytes] = []
        held = 0
        skipping = False
        while at < self._end:
            block = self._stream.read(min(CHUNK, self._end - at))
            if not block:
                break
            at += len(block)
            cut = block.rfind(b"\n")
            if skipping:
                first = block.find(b"\n")
                if first < 0:
                    continue
                skipping = False
                self.line += 1
                self.offset = at - len(block) + first + 1
                block, cut = block[first + 1 :], cut - first - 1
            if cut < 0:
                parts.append(block)
                held += len(block)
                if held > LONGEST_LINE:
                    excerpt = b"".join(parts)[:400]
                    reason = f"longer than {LONGEST_LINE >> 20} MB"
                    self.rejected.append(Rejected(self.line + 1, self.offset, reason, excerpt))
                    parts, held, skipping = [], 0, True
                continue
            parts.append(block[:cut])
            whole = b"".join(parts) if len(parts) > 1 else parts[0]
            parts = [block[cut + 1 :]] if cut + 1 < len(block) else []
            held = len(parts[0]) if parts else 0
            count = line_ends(whole) + 1
            chunk = Lines(whole, self.line + 1, self.offset, count)
            self.line += count
            self.offset += len(whole) + 1
            del block, whole
            yield chunk
        self.rest = b"" if skipping else b"".join(parts)


def decompressed(stream: BinaryIO) -> BinaryIO:
    """Return the plain bytes of a zstd file as a seekable stream, refusing a bomb.

    Raises NotReadable where the file is no zstd, is cut, or unpacks to more than 2 GB.
    """
    import zstandard

    unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    frame: zstandard.ZstdDecompressionObj | None = None
    plain = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed on
    try:
        # Small bites: a bomb can't unpack more than 64 MB before its size is looked at.
        while packed := stream.read(BITE):
            while packed:
                frame = frame or unpacker.decompressobj()
                plain.write(frame.decompress(packed))
                if plain.tell() > UNPACKED_MOST:
                    raise NotReadable("unpacks to more than 2 GB")
                packed, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
        if frame is not None:
            raise NotReadable("not a whole zstd file: its end is missing")
    except zstandard.ZstdError as error:
        plain.close()
        raise NotReadable(f"not a whole zstd file: {error}") from error
    except BaseException:
        plain.close()
        raise
    return cast(BinaryIO, plain)

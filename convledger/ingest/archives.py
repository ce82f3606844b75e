"""Reads the members of a zip as streams: nothing is ever unpacked to disk under its own name."""

from __future__ import annotations

import lzma
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from convledger.ingest.lines import IN_MEMORY, UNPACKED_MOST, NotReadable, open_log

MOST_MEMBERS = 20_000
RATIO, RATIO_FROM = 200, 10 << 20
INSIDE = "!/"
_MEMBER = re.compile(r"(.*?\.zip)!/", re.IGNORECASE | re.DOTALL)
# What the zip module raises on bytes that are none: of its own, of its parts, of names.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, OSError,
    EOFError, ValueError,
)  # fmt: skip


def is_archive(path: Path) -> bool:
    """Tell whether a path names a zip."""
    return path.suffix.lower() == ".zip"


def archive_of(path: str) -> Path | None:
    """Return the zip of a member named as `archive.zip!/member`, None for any other path."""
    found = _MEMBER.match(path)
    return Path(found[1]) if found else None


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with open_log(path) as raw, zipfile.ZipFile(raw) as archive:
            yield archive
    except _BROKEN as error:
        raise NotReadable(f"not a readable zip: {error}") from error


def members(path: Path) -> list[tuple[str, int]]:
    """Return (name, size) of the regular files in a zip. Raises NotReadable.

    Refused are more than 20,000 members and two of one name, of which one would be lost.
    """
    with _opened(path) as archive:
        listed = archive.infolist()
        if len(listed) > MOST_MEMBERS:
            raise NotReadable(f"holds more than {MOST_MEMBERS:,} members")
        found: dict[str, int] = {}
        for member in listed:
            mode = member.external_attr >> 16
            if member.is_dir() or (mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode)):
                continue
            name = member.filename
            if name in found:
                raise NotReadable(f"holds two members named {name!r:.80}")
            found[name] = member.file_size
        return list(found.items())


def open_member(outer: Path, path: str) -> BinaryIO:
    """Return a member named as `archive.zip!/member`, unpacked under limits. Raises NotReadable."""
    name = path[len(str(outer)) + len(INSIDE) :]
    with _opened(outer) as archive:
        plain = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed on
        try:
            info = archive.getinfo(name)
            with archive.open(info) as packed:
                while block := packed.read(1 << 20):
                    size = plain.tell() + len(block)
                    if size > UNPACKED_MOST:
                        raise NotReadable("unpacks to more than 2 GB")
                    if size > RATIO_FROM and size > RATIO * max(1, info.compress_size):
                        raise NotReadable("unpacks to more than 200 times its size")
                    plain.write(block)
        except KeyError:
            plain.close()
            raise NotReadable("no longer in the archive") from None
        except BaseException:
            plain.close()
            raise
        return cast(BinaryIO, plain)

"""What must be known to finish an erasure: a file of mode 0600 that is there only until then.

It holds pieces of what is erased, to look for them, and the names by which the same is erased from
backups. When the erasure is done it is overwritten and removed.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct, field

from convledger.store.probes import Probes

_MARK = ".erasing-"
_PORTION = 1 << 20


class Taken(Struct):
    """What a redaction takes out of its entries and messages: these values, or all of some."""

    only: list[tuple[str, str]] = field(default_factory=list)
    all_entries: list[str] = field(default_factory=list)


class Unfinished(Struct):
    """An erasure on its way: its probes, the names of what goes, how it was asked for.

    Conversations are (reader, own name), messages have their key as well.
    """

    probes: Probes
    entries: list[str] = field(default_factory=list)
    conversations: list[tuple[str, str]] = field(default_factory=list)
    messages: list[tuple[str, str, int]] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    figures: bool = False
    project: bool = False
    copies: bool = False
    backups: str = "keep"
    clients: list[str] = field(default_factory=list)  # names of clients
    taken: Taken | None = None  # where it is a redaction: entries and messages stay without that


def place_of(path: Path, erasure_id: int) -> Path:
    """Return where the file of an erasure is: beside the ledger."""
    return path.with_name(f"{path.name}{_MARK}{erasure_id}")


def write(path: Path, erasure_id: int, unfinished: Unfinished) -> None:
    """Write the file, so that it is on the disk before the erasure is."""
    place = place_of(path, erasure_id)
    wipe(place)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        rest = memoryview(msgspec.msgpack.encode(unfinished))
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path, erasure_id: int) -> Unfinished | None:
    """Return what the file of an erasure holds, None where it is gone or broken."""
    try:
        return msgspec.msgpack.decode(place_of(path, erasure_id).read_bytes(), type=Unfinished)
    except (OSError, msgspec.MsgspecError):
        return None


def sweep(path: Path, unfinished: set[int]) -> None:
    """Wipe the files of erasures that are done or never came to be; all but `unfinished`."""
    for place in path.parent.glob(f"{path.name}{_MARK}*"):
        number = place.name.rpartition("-")[2]
        if not number.isdigit() or int(number) not in unfinished:
            wipe(place)


def wipe(place: Path) -> None:
    """Overwrite a file with zeros and remove it; nothing where there is none."""
    with suppress(FileNotFoundError):
        descriptor = os.open(place, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0))
        try:
            left = os.fstat(descriptor).st_size
            zeros = bytes(_PORTION)
            while left > 0:
                left -= os.write(descriptor, zeros[: min(left, _PORTION)])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        place.unlink()

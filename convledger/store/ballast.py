"""Room that is held for the day the disk is full: erasing needs some before it makes any.

SQLite writes what it deletes into its log first. On a full disk nothing could be erased; then this
file is let go of, and laid in anew when there is room again. Imports never use that room: they
are refused while the disk is nearly full.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from convledger.paths import BALLAST
from convledger.store.room import SPARE, free_bytes, must_have_room, size_words

BYTES = 8 << 20
ENOUGH = 8 * BYTES  # free bytes from which it is laid in again
# Ten bytes of logs become up to so many: rows, index, and the log beside the file.
_GROWTH = 25
_PORTION = b"\0" * (1 << 20)


def ballast_of(ledger: Path) -> Path:
    """Return where the ballast of a ledger is."""
    return ledger.with_name(BALLAST)


def lay_in(ledger: Path) -> bool:
    """Take the room, where there is plenty; whether it is held now. Never fails."""
    place = ballast_of(ledger)
    if place.exists():
        return True
    with suppress(OSError):
        if not BYTES or free_bytes(ledger.parent) < ENOUGH:
            return False
        descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            _fill(descriptor)
        except OSError:
            place.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
        return True
    return False


def _fill(descriptor: int) -> None:
    """Give a file its bytes: a hole would hold no room."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, BYTES)
        return
    for _ in range(0, BYTES, len(_PORTION)):
        os.write(descriptor, _PORTION)


def let_go(ledger: Path) -> str:
    """Free the room; returns that in words, "" where there was none to free."""
    try:
        size = ballast_of(ledger).stat().st_size
        ballast_of(ledger).unlink()
    except OSError:
        return ""
    return (
        f"{size_words(size)} that were held for this are free now, so that erasing works; they "
        "are held again when there is room"
    )


def let_go_where_tight(ledger: Path) -> str:
    """Free the room where what is about to be done would not find any; says so in words."""
    try:
        is_tight = free_bytes(ledger.parent) < BYTES + SPARE
    except OSError:
        return ""
    return let_go(ledger) if is_tight else ""


def must_have_room_to_read(ledger: Path, count: int) -> None:
    """See that there is room for what so many bytes of logs become, and for erasing afterwards.

    Raises NoRoom.
    """
    must_have_room(
        ledger.parent,
        count * _GROWTH // 10 + SPARE + BYTES,
        f"reading {size_words(count)} of logs",
        "make room on the disk; `convledger erase` and removing old backups make some. Nothing was "
        "read, and what is there is kept",
    )

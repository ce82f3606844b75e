"""A file that one process holds at a time; the system lets go of it when that process ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convledger.errors import WorkspaceError

_POLL_SECONDS = 0.02


@contextmanager
def file_lock(path: Path, wait_seconds: float) -> Iterator[bool]:
    """Hold the lock at `path`; yields False where another process kept it all the time."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise WorkspaceError(f"{path}: can't be written: {error.strerror}") from error
    try:
        held = _try(descriptor)
        deadline = time.monotonic() + wait_seconds
        while not held and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            held = _try(descriptor)
        yield held
    finally:
        os.close(descriptor)  # which also releases the lock


def _try(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

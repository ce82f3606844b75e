"""One process writes into a workspace at a time; others wait their turn."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from convledger.store.file_lock import file_lock


def ingest_lock(path: Path, wait_seconds: float) -> AbstractContextManager[bool]:
    """Hold the workspace's ingest lock; yields False where another process kept it all the time."""
    return file_lock(path, wait_seconds)

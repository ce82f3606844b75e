"""What bringing a ledger up to date has done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.ingest.discover import Scan


@dataclass(slots=True)
class SyncResult:
    """What bringing the ledger up to date has done."""

    calls: int = 0
    messages: int = 0
    known_calls: int = 0  # that the ledger had already
    known_messages: int = 0
    new_conversations: int = 0  # among those that something was told of
    rejected: int = 0
    files: int = 0
    read_bytes: int = 0
    conversations: int = 0
    scans: list[Scan] = field(default_factory=list)
    busy: bool = False
    stopped: bool = False
    pending_files: int = 0
    pending_bytes: int = 0
    rerated: str = ""
    estimated: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)  # files, and why

"""The memory that lies in an export beside its conversations."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from convledger.ingest.archives import is_packed, opened
from convledger.memory.opening import NotReadable, head_of
from convledger.memory.readers.registry import format_of

EXPORTS = frozenset(("chatgpt", "claude-ai"))  # sources whose exports hold memory
_FORMATS = frozenset(("chatgpt", "claude-memories", "claude-projects"))
_MOST = 2000  # files of a folder


def memory_in(named: Iterable[Path], *, has_notes: bool) -> list[Path]:
    """Return what an import of memory would take in of these exports; never raises.

    ChatGPT's conversations have notes of what it remembers, those of others have none.
    """
    found: list[Path] = []
    for path in named:
        try:
            place = path.expanduser()
            if place.is_dir():
                files = sorted(islice(place.rglob("*.json"), _MOST))
                found += [file for file in files if _is_memory(file)]
            elif is_packed(place):
                with opened(place) as archive:
                    names = [member.name for member in archive.members() if not member.wrong]
                if any(_may_hold(name, has_notes=has_notes) for name in names):
                    found.append(place)
            elif _is_memory(place):
                found.append(place)
        except (OSError, ValueError, RuntimeError, NotReadable):
            continue  # what can't be read was told of by the import
    return found


def _is_memory(path: Path) -> bool:
    try:
        return format_of(str(path), head_of(path)[0]) in _FORMATS
    except NotReadable:
        return False


def _may_hold(member: str, *, has_notes: bool) -> bool:
    """Tell of a member of an archive, by its name alone."""
    known = format_of(member)
    return known in _FORMATS and (has_notes or known != "chatgpt")

"""What an erasure would take and what it came to, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convledger.cli.names import plural
from convledger.clock import iso_text
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.memory.erase import Outcome, Outlook
    from convledger.store.erasures import Erasure

_WORDS = (
    ("entries", "entry", "entries"),
    ("versions", "version", ""),
    ("conversations", "conversation", ""),
    ("messages", "message", ""),
    ("quotes", "quote", ""),
    ("sources", "source", ""),
    ("pairs", "pair", ""),
    ("findings", "finding", ""),
    ("changes", "note of a change", "notes of changes"),
    ("excerpts", "excerpt of a rejected line", "excerpts of rejected lines"),
    ("calls", "call with its cost", "calls with their cost"),
)
_NO_PROMISE = (
    "Not promised: what the disk itself still has (wear-levelling, snapshots, swap), copies made "
    "by other programs, your terminal's scrollback, the provider's copy, and the original logs."
)


def asked_count(found: Outlook) -> int:
    """Return the number that a person types to agree."""
    for word in ("entries", "conversations", "messages"):
        if found.counts.get(word):
            return found.counts[word]
    return 0


def _amounts(counts: dict[str, int]) -> str:
    parts = [plural(counts[word], one, many) for word, one, many in _WORDS if counts.get(word)]
    return ", ".join(parts) or "nothing"


def outlook_lines(found: Outlook, backups: str) -> Iterator[str]:
    """Yield what would go, and what would stay that says the same."""
    size = found.counts.get("text_bytes", 0)
    yield f"Goes for good: {_amounts(found.counts)}; {size:,} bytes of text."
    if found.copies:
        count = sum(found.copies.values())
        yield (
            f"Stays: {plural(count, 'copy', 'copies')} of its messages in "
            f"{plural(len(found.copies), 'fork or resume', 'forks and resumes')} (--copies)."
        )
    if found.made:
        names = ", ".join(found.made[:5])
        yield f"Stays: {plural(len(found.made), 'entry', 'entries')} made of it: {names} (--made)."
    if found.backups:
        done = {"keep": "are kept", "rewrite": "are rewritten without it", "delete": "are deleted"}
        yield f"Backups {done[backups]}: {', '.join(map(display_text, found.backups))}."
    for target in found.targets:
        yield f"It was written to {display_text(target)}."


def outlook_document(found: Outlook) -> dict[str, Any]:
    """Return what would go as JSON says it."""
    return {
        "counts": found.counts, "made": found.made, "copies": found.copies,
        "backups": found.backups, "packs": found.targets,
    }  # fmt: skip


def outcome_lines(each: Outcome, path: Path) -> Iterator[str]:
    """Yield what an erasure came to: what went, what was looked at, what can't be promised."""
    yield f"Erased: {_amounts(each.counts)}."
    search = each.search
    if not each.is_done:
        yield f"Not finished: {display_text(each.blocked)}."
        yield "The rows are deleted; old bytes may still be in the files."
        if search is not None:
            for name, count in search.leftovers.items():
                yield f"  {display_text(name)}: {plural(count, 'piece')}"
        yield "`convledger erase --resume` finishes it, as the next import does."
    elif search is None:
        yield "Not verified: the pieces to look for are gone. The index and the log were rewritten."
    else:
        yield (
            f"Verified: none of {plural(search.pieces, 'piece')} of it was found in "
            f"{search.read_bytes:,} bytes of {display_text(path.name)} and its log, nor in the "
            "texts unpacked, but for what stays."
        )
        if search.conversations:
            count = sum(search.conversations.values())
            yield (
                f"The same words stand in {plural(count, 'message')} of "
                f"{plural(len(search.conversations), 'conversation')} that stay: "
                + ", ".join(display_text(name) for name in list(search.conversations)[:3])
            )
    for backup in each.backups:
        held = {True: "holds it still", False: "holds none of it", None: "can't be searched"}
        yield f"Backup {display_text(backup.name)}: {backup.state}, {held[backup.holds]}."
    for target, state in each.targets.items():
        yield f"File {display_text(target)}: {state}."
    if each.made:
        names = ", ".join(each.made[:5])
        yield f"Stays: {plural(len(each.made), 'entry', 'entries')} made of it: {names}."
    if each.is_done:
        yield _NO_PROMISE


def outcome_document(each: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON says it."""
    search = each.search
    return {
        "id": each.id,
        "state": each.state,
        "counts": each.counts,
        "blocked": each.blocked or None,
        "verified": each.is_verified,
        "pieces": search.pieces if search else None,
        "bytes_searched": search.read_bytes if search else None,
        "leftovers": search.leftovers if search else {},
        "elsewhere": search.conversations if search else {},
        "backups": [
            {"name": one.name, "state": one.state, "holds": one.holds} for one in each.backups
        ],
        "packs": each.targets,
        "made": each.made,
        "copies": each.copies,
        "seconds": {step: round(passed, 3) for step, passed in each.seconds.items()},
    }


def past_lines(found: list[Erasure]) -> Iterator[str]:
    """Yield a line for each erasure, the latest first."""
    for each in found:
        state = each.state
        if state == "done":
            state = "done, verified" if each.report.get("verified") else "done, not verified"
        yield f"{iso_text(each.at)}  {state}  {_amounts(each.what.get('counts', {}))}"
    if not found:
        yield "Nothing was ever erased."


def past_document(each: Erasure) -> dict[str, Any]:
    """Return an erasure as JSON says it."""
    return {
        "id": each.id,
        "at": iso_text(each.at),
        "state": each.state,
        "done_at": None if each.done_at is None else iso_text(each.done_at),
        "counts": each.what.get("counts", {}),
        "report": each.report,
    }

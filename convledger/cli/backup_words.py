"""Backups in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convledger.cli.names import minute_text, tilde
from convledger.cli.progress import size_text
from convledger.clock import iso_text
from convledger.store.backup_notes import (
    BEFORE_REPAIR,
    BEFORE_RESTORE,
    DAMAGED,
    MANUAL,
    MIGRATION,
    WEEKLY,
    Backup,
)
from convledger.store.holdings import Holdings
from convledger.text.display import display_text
from convledger.zones import machine_zone

if TYPE_CHECKING:
    from convledger.moving.sealing import Sealing

WHYS = {
    MANUAL: "asked for",
    WEEKLY: "weekly",
    MIGRATION: "before an update",
    BEFORE_RESTORE: "before a restore",
    BEFORE_REPAIR: "before a repair",
    DAMAGED: "damaged ledger",
}
SHOWN = ("conversations", "calls", "entries")  # in a table


def why_words(backup: Backup) -> str:
    """Return why a backup was made."""
    return WHYS.get(backup.why) or display_text(backup.why)


def made_words(backup: Backup) -> str:
    """Return that a backup was made: where, how large, what is in it."""
    place = display_text(tilde(str(backup.path)))
    return f"{place}, {size_text(backup.bytes)}, verified: {held_words(backup)}"


def counted(count: int, many: str) -> str:
    """Return a count of a sort that is named for many: "1 entry", "1 plan in use"."""
    if count != 1:
        return f"{count:,} {many}"
    words = many.split(" ")
    place = next((at for at, word in enumerate(words) if word.endswith("s")), 0)
    words[place] = _one(words[place])
    return f"1 {' '.join(words)}"


def _one(many: str) -> str:
    """Return the word for one of what is named for many: "entry", "batch", "choice"."""
    if many.endswith("ies"):
        return f"{many[:-3]}y"
    return many[:-2] if many.endswith(("ches", "shes", "xes")) else many.removesuffix("s")


def held_words(backup: Backup) -> str:
    """Return what a backup holds, the main sorts of it."""
    if backup.note is None:
        return "no note of what it holds"
    counts = backup.note.holdings.counts
    return ", ".join(counted(counts.get(word, 0), word) for word in SHOWN)


def minute_words(at: int | None) -> str:
    """Return an instant in this machine's zone."""
    return minute_text(at, machine_zone()[0])


def rows(backups: list[tuple[Backup, bool | None]]) -> list[list[str]]:
    """Return a row of a table for each backup, which may be damaged."""
    return [
        [
            minute_words(each.made_at),
            f"{why_words(each)}, damaged" if is_damaged else why_words(each),
            size_text(each.bytes),
            *(_count(each.note.holdings if each.note else None, word) for word in SHOWN),
            display_text(each.name),
        ]
        for each, is_damaged in backups
    ]


def _count(held: Holdings | None, word: str) -> str:
    return "–" if held is None or word not in held.counts else f"{held.counts[word]:,}"


def document(backup: Backup, *, is_damaged: bool | None) -> dict[str, Any]:
    """Return a backup as JSON says it; what no note tells is null."""
    note = backup.note
    return {
        "file": backup.name,
        "path": str(backup.path),
        "made_at": iso_text(backup.made_at),
        "why": backup.why or "manual",
        "bytes": backup.bytes,
        "damaged": is_damaged,
        "sha256": note.sha256 if note else None,
        "tables": note.tables if note else None,
        "convledger": note.convledger if note else None,
        "audit_head": note.head if note else None,
        **holdings_document(note.holdings if note else None),
    }


def holdings_document(held: Holdings | None) -> dict[str, Any]:
    """Return counts and newest instants as JSON says them."""
    if held is None:
        return {"counts": None, "newest": None}
    return {
        "counts": held.counts,
        "newest": {word: iso_text(at) for word, at in held.newest.items()},
    }


def sealing_lines(sealing: Sealing, *, is_done: bool) -> list[str]:
    """Return what becomes of the encryption, where that is not as people would think."""
    if sealing.then == "backup":
        was = f"The ledger {'was' if is_done else 'is'} plain: what"
        begins = "What" if sealing.now is None else was
        return [f"{begins} is brought back is encrypted, with the backup's passphrase."]
    if not sealing.anew:
        return []
    backup = "is encrypted with another key" if sealing.backup else "is plain"
    return [
        f"The backup {backup}: what is brought back is encrypted, with the ledger's passphrase.",
        "The file of the backup stays as it is.",
    ]


def sealing_document(sealing: Sealing) -> dict[str, Any]:
    """Return as JSON what is encrypted, and whose passphrase opens what is brought back."""
    return {"backup": sealing.backup, "now": sealing.now, "passphrase": sealing.then or None}


def beside_lines(then: Holdings, now: Holdings | None) -> list[str]:
    """Return a line for each sort: how many in the backup, how many now, the newest of each."""
    from convledger.reports.render.table import Column, table

    words = {**then.counts, **(now.counts if now else {})}
    shown = [
        [
            word.capitalize(),
            _count(then, word),
            minute_words(then.newest.get(word)),
            _count(now, word),
            minute_words(now.newest.get(word)) if now else "–",
            _lost(then, now, word),
        ]
        for word in words
        if then.counts.get(word) or (now is not None and now.counts.get(word))
    ]
    columns = [
        Column(""), Column("Backup", align="right"), Column("Newest"),
        Column("Now", align="right"), Column("Newest"), Column("Would go"),
    ]  # fmt: skip
    return table(columns, shown, ascii_only=False).rstrip("\n").split("\n") if shown else []


def _lost(then: Holdings, now: Holdings | None, word: str) -> str:
    """Return how many of a sort there are now and would not be; what differs is no loss of all."""
    if now is None:
        return ""
    less = now.counts.get(word, 0) - then.counts.get(word, 0)
    if less > 0:
        return f"{less:,}"
    is_newer = now.newest.get(word, 0) > then.newest.get(word, 0)
    return "the newest" if is_newer else ""

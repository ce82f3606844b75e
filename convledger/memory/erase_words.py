"""What an erasure would take and what it came to, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from convledger.clock import iso_text
from convledger.text.display import display_text
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.memory.erase import Outcome, Outlook
    from convledger.store.erasures import Erasure

_WORDS = (
    ("entries", "entry", "entries"),
    ("versions", "version", ""),
    ("conversations", "conversation", ""),
    ("messages", "message", ""),
    ("handoffs", "hand-off", ""),
    ("verdicts", "verdict", ""),
    ("quotes", "quote", ""),
    ("sources", "source", ""),
    ("pairs", "pair", ""),
    ("findings", "finding", ""),
    ("changes", "note of a change", "notes of changes"),
    ("excerpts", "excerpt of a rejected line", "excerpts of rejected lines"),
    ("calls", "call with its cost", "calls with their cost"),
)
NO_PROMISE = (
    "Not promised: what the disk itself still has (wear-levelling, snapshots, swap), copies made "
    "by other programs, your terminal's scrollback, the provider's copy, and the original logs."
)
NEVER = "Nothing was ever erased."
# What a line tells of: what goes, what stays, that nothing is left, trouble, what to do, a caution.
GOES, STAYS, CLEAN, BAD, NEXT, PROMISE = "goes", "stays", "clean", "bad", "next", "promise"

_ELSEWHERE = {  # what a file outside of the ledger holds of it
    "holds it": "holds it still: take it out of there yourself",
    "may hold it": "may hold it, in words that other entries have too: look there yourself",
}


class Said(NamedTuple):
    """A line, and what it tells of; foreign names in it are safe to show."""

    kind: str
    words: str


class Hints(NamedTuple):
    """How a person says in one place that more is to go, and goes on with what was cut short.

    `names`: whether entries are told by the names that a command takes.
    """

    copies: str
    made: str
    resume: str
    names: bool = True


COMMAND = Hints(
    " (--copies)", " (--made)",
    "`convledger erase --resume` finishes it, as the next import does.",
)  # fmt: skip


def asked_count(found: Outlook) -> int:
    """Return the number that a person types to agree: the larger one of entries and talk."""
    counts = found.counts
    talk = counts.get("conversations") or counts.get("messages", 0)
    return max(counts.get("entries", 0), talk)


def _amounts(counts: dict[str, int]) -> str:
    parts = [plural(counts[word], one, many) for word, one, many in _WORDS if counts.get(word)]
    return ", ".join(parts) or "nothing"


def _made(names: list[str], by: Hints) -> str:
    words = f"{plural(len(names), 'entry', 'entries')} made of it"
    return f"{words}: {', '.join(names[:5])}" if by.names else words


def ask_words(found: Outlook) -> str:
    """Return what asks a person to agree."""
    return f"This can't be undone. Type {asked_count(found)} to erase"


def agrees(typed: str, found: Outlook) -> bool:
    """Tell whether what a person typed is the number that agrees."""
    return typed.strip().replace(",", "") == str(asked_count(found))


def done_words(verb: str, counts: dict[str, int]) -> str:
    """Return what was done, in a sentence."""
    if verb != "redact":
        return f"Erased: {_amounts(counts)}."
    places = {word: counts.get(word, 0) for word in ("entries", "messages")}
    found = plural(counts["findings"], "finding") if counts.get("findings") else "what was found"
    return f"Redacted: {found} in {_amounts(places)}."


def outlook_lines(found: Outlook, backups: str, by: Hints = COMMAND) -> Iterator[Said]:
    """Yield what would go, and what would stay that says the same."""
    size = found.counts.get("text_bytes", 0)
    yield Said(GOES, f"Goes for good: {_amounts(found.counts)}; {size:,} bytes of text.")
    if found.copies:
        count = sum(found.copies.values())
        yield Said(
            STAYS,
            f"Stays: {plural(count, 'copy', 'copies')} of its messages in "
            f"{plural(len(found.copies), 'fork or resume', 'forks and resumes')}{by.copies}.",
        )
    if found.made:
        yield Said(STAYS, f"Stays: {_made(found.made, by)}{by.made}.")
    if found.backups:
        done = {"keep": "are kept", "rewrite": "are rewritten without it", "delete": "are deleted"}
        names = ", ".join(map(display_text, found.backups))
        yield Said(STAYS if backups == "keep" else GOES, f"Backups {done[backups]}: {names}.")
    for target in found.targets:
        yield Said(STAYS, f"Not touched: {display_text(target)}, which it stood in.")


def outlook_document(found: Outlook) -> dict[str, Any]:
    """Return what would go as JSON says it."""
    return {
        "counts": found.counts, "made": found.made, "copies": found.copies,
        "backups": found.backups, "packs": found.targets,
    }  # fmt: skip


def outcome_lines(each: Outcome, path: Path, by: Hints = COMMAND) -> Iterator[Said]:
    """Yield what an erasure came to: what went, what was looked at, what can't be promised."""
    yield Said(GOES, done_words(each.verb, each.counts))
    search = each.search
    if each.freed:
        yield Said(STAYS, f"The disk is nearly full: {each.freed}.")
    if not each.is_done:
        yield Said(BAD, f"Not finished: {display_text(each.blocked)}.")
        rows = "The texts are rewritten" if each.verb == "redact" else "The rows are deleted"
        yield Said(BAD, f"{rows}; old bytes may still be in the files.")
        if search is not None:
            for name, count in search.leftovers.items():
                yield Said(BAD, f"  {display_text(name)}: {plural(count, 'piece')}")
        yield Said(NEXT, by.resume)
    elif search is None:
        yield Said(
            STAYS,
            "Not verified: the pieces to look for are gone. The index and the log were rewritten.",
        )
    else:
        yield Said(
            CLEAN,
            f"Verified: none of {plural(search.pieces, 'piece')} of it was found in "
            f"{search.read_bytes:,} bytes of {display_text(path.name)} and its log, nor in the "
            "texts unpacked, but for what stays.",
        )
        if search.conversations:
            count = sum(search.conversations.values())
            yield Said(
                STAYS,
                f"The same words stand in {plural(count, 'message')} of "
                f"{plural(len(search.conversations), 'conversation')} that stay: "
                + ", ".join(display_text(name) for name in list(search.conversations)[:3]),
            )
        if search.rows:
            yield Said(STAYS, "Some of it also stands in entries, labels or excerpts that stay.")
    for backup in each.backups:
        held = {True: "holds it still", False: "holds none of it", None: "can't be searched"}
        kind = CLEAN if backup.holds is False else STAYS
        yield Said(
            kind, f"Backup {display_text(backup.name)}: {backup.state}, {held[backup.holds]}."
        )
    for target, state in each.targets.items():
        kind = STAYS if state in _ELSEWHERE else CLEAN
        yield Said(kind, f"File {display_text(target)}: {_ELSEWHERE.get(state, state)}.")
    if each.made:
        yield Said(STAYS, f"Stays: {_made(each.made, by)}.")
    if each.is_done:
        yield Said(PROMISE, NO_PROMISE)


def outcome_document(each: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON says it."""
    search = each.search
    return {
        "id": each.id,
        "verb": each.verb,
        "state": each.state,
        "counts": each.counts,
        "blocked": each.blocked or None,
        "verified": each.is_verified,
        "pieces": search.pieces if search else None,
        "bytes_searched": search.read_bytes if search else None,
        "leftovers": search.leftovers if search else {},
        "elsewhere": search.conversations if search else {},
        "elsewhere_in_rows": search.rows if search else None,
        "backups": [
            {"name": one.name, "state": one.state, "holds": one.holds} for one in each.backups
        ],
        "packs": each.targets,
        "made": each.made,
        "copies": each.copies,
        "seconds": {step: round(passed, 3) for step, passed in each.seconds.items()},
    }


def state_words(each: Erasure) -> str:
    """Return how far an erasure is: "done, verified"."""
    if each.state != "done":
        return each.state
    return "done, verified" if each.report.get("verified") else "done, not verified"


def amounts_of(each: Erasure) -> str:
    """Return what an erasure has taken: "1 entry, 2 versions"."""
    counts = each.what.get("counts", {})
    return done_words("redact", counts) if each.what.get("verb") == "redact" else _amounts(counts)


def past_lines(found: list[Erasure]) -> Iterator[str]:
    """Yield a line for each erasure, the latest first."""
    for each in found:
        yield f"{iso_text(each.at)}  {state_words(each)}  {amounts_of(each)}"
    if not found:
        yield NEVER


def past_document(each: Erasure) -> dict[str, Any]:
    """Return an erasure as JSON says it."""
    return {
        "id": each.id,
        "verb": each.what.get("verb", "erase"),
        "at": iso_text(each.at),
        "state": each.state,
        "done_at": None if each.done_at is None else iso_text(each.done_at),
        "counts": each.what.get("counts", {}),
        "report": each.report,
    }

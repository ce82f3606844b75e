"""What a redaction would take out, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convledger.memory.erase_words import GOES, STAYS, Said
from convledger.text.display import display_text
from convledger.words import plural

if TYPE_CHECKING:
    from convledger.memory.erase_findings import RedactionOutlook
    from convledger.memory.finding_rows import Finding

_SHOWN = 20  # findings that are named
_PLACES = (
    ("entries", "entry", "entries"),
    ("versions", "version", ""),
    ("messages", "message", ""),
)


def redaction_lines(found: RedactionOutlook, backups: str, *, most: int = _SHOWN) -> Iterator[Said]:
    """Yield what would be taken out, and what is rewritten for that."""
    counts = found.counts
    yield Said(GOES, f"Goes for good: {plural(counts.get('findings', 0), 'finding')}.")
    for each in found.findings[:most]:
        yield Said(GOES, f"  {each.rule} {display_text(each.redacted)} in {_place(each)}")
    if len(found.findings) > most:
        yield Said(GOES, f"  and {len(found.findings) - most:,} more")
    places = [plural(counts[word], one, many) for word, one, many in _PLACES if counts.get(word)]
    copies = counts.get("copies")
    also = f", and {plural(copies, 'copy', 'copies')} in forks and resumes" if copies else ""
    what = ", ".join(places) or "nothing"
    yield Said(GOES, f"Rewritten: {what}{also}; titles, quotes and what undo keeps as well.")
    if found.backups:
        how = {"keep": "are kept", "rewrite": "are rewritten without it", "delete": "are deleted"}
        names = ", ".join(map(display_text, found.backups))
        yield Said(STAYS if backups == "keep" else GOES, f"Backups {how[backups]}: {names}.")
    for target in found.targets:
        yield Said(STAYS, f"Not touched: {display_text(target)}, which it stood in.")


def _place(finding: Finding) -> str:
    is_entry = finding.object == "entry"
    return f"entry {finding.object_id}" if is_entry else "a message"


def redaction_document(found: RedactionOutlook) -> dict[str, Any]:
    """Return what would be taken out as JSON says it."""
    return {
        "findings": [each.id for each in found.findings], "counts": found.counts,
        "backups": found.backups, "packs": found.targets,
    }  # fmt: skip

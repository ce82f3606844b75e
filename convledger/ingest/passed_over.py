"""Says what an import of a folder leaves aside: exports that can't be read, and unknown tables."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from convledger.errors import UsageProblem
from convledger.ingest.archives import is_archive
from convledger.ingest.choose import roots_in
from convledger.ingest.lines import NotReadable
from convledger.ingest.mappings import is_unknown_table
from convledger.ingest.recognise import glimpse_at, source_of, what_it_is
from convledger.paths import INSIDE
from convledger.sources.places import Kind
from convledger.sources.registry import PLACES
from convledger.sources.values import dicts_in

_RECORDS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
_ENDINGS = (".zip", *_RECORDS, *(f"{ending}.gz" for ending in _RECORDS))
_MOST_SEEN = 2000  # files of a folder that are looked at once more
_SKIPPED = frozenset([".git", "node_modules", "__pycache__", ".venv", "venv", "site-packages"])
_SPEAKERS = ("role", "sender", "author", "speaker", "from")
_WORDS = ("content", "text", "body", "parts", "message")
TABLE = "a table: import it by its name"


def passed_over(folder: Path, found: Sequence[tuple[str, Path]]) -> list[tuple[str, str]]:
    """Return (path, reason) of files in a folder that seem to be exports and are not read.

    A tool's own folder holds much that is none; there nothing is told.
    """
    folder = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100 - as in roots_in
    files = {str(root).partition(INSIDE)[0] for _, root in found}
    whole = [(reader, root) for reader, root in found if root.is_dir()]
    if any(root != folder or PLACES[reader].KIND is Kind.AGENT for reader, root in whole):
        return []
    return [
        (str(file), reason)
        for file in itertools.islice(_files(folder), _MOST_SEEN)
        if str(file) not in files and not _is_taken(file, whole) and (reason := _reason(file))
    ]


def _files(folder: Path) -> Iterator[Path]:
    for inner, names, files in os.walk(folder):
        names[:] = sorted(set(names) - _SKIPPED)
        for name in sorted(files):
            path = Path(inner) / name
            if name.lower().endswith(_ENDINGS) and path.is_file():
                yield path


def _is_taken(file: Path, whole: Sequence[tuple[str, Path]]) -> bool:
    return any(PLACES[reader].is_log(file.relative_to(root).as_posix()) for reader, root in whole)


def _reason(file: Path) -> str:
    """Say why a file is left aside that may be an export; nothing where it is none."""
    try:
        if is_archive(file):
            roots_in(file, None)
            return ""
        if is_unknown_table(file):
            return TABLE if file.suffix.lower() in (".csv", ".tsv") else _unknown_export(file)
        what = what_it_is(file)
        return "" if what == "is empty" else what or _unknown_export(file)
    except UsageProblem as error:
        words = str(error).removeprefix(f"{file}: ")
        # A zip of anything else is no export that failed.
        return "" if words.startswith("no conversations") else words
    except (OSError, ValueError, NotReadable):
        return ""


def _unknown_export(file: Path) -> str:
    """Say that JSON holds what somebody said, in no tool's words; nothing where it holds none."""
    glimpse = glimpse_at(file)
    if source_of(glimpse) not in (None, "table"):
        return ""
    for record in glimpse.records:
        for name, held in record.items():
            for said in dicts_in(held)[:5]:
                speaker = next((key for key in _SPEAKERS if key in said), "")
                words = next((key for key in _WORDS if key in said), "")
                if speaker and words:
                    how = f"{name!r:.40} with {speaker!r} and {words!r}"
                    return f"seems to hold conversations, but as no known tool writes them: {how}"
    return ""

"""Mappings of a workspace: kept as TOML, found by a table's header, and followed when corrected."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convledger.errors import ConfigError, UsageProblem
from convledger.paths import MAPPINGS, real_path
from convledger.store.connection import bulk_writing, transaction
from convledger.store.settings import note, setting

if TYPE_CHECKING:
    from convledger.sources.table.mapping import Mapping
    from convledger.sources.table.sample import Sample

_NOTE = "mapping "  # with a header's fingerprint: what tables with it were read by
_STAMP = "mappings.stamp"
READER = "table"
Answer = Callable[[Sequence[str]], AnyMapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Saved:
    """A mapping's file; `problem` says what is wrong with one that can't be read."""

    path: Path
    mapping: Mapping | None = None
    problem: str = ""


@dataclass(slots=True)
class Followed:
    """What following corrected mappings has taken out, to be read again."""

    files: list[str] = field(default_factory=list)
    calls: int = 0
    messages: int = 0
    unread: list[str] = field(default_factory=list)  # gone: what they told stays as it was read


def saved_mappings(workspace: Path) -> list[Saved]:
    """Return the mappings of a workspace by name."""
    from convledger.sources.table.mapping_file import parse_mapping
    from convledger.toml_files import read_text

    found = []
    for path in sorted((workspace / MAPPINGS).glob("*.toml")):
        try:
            text = read_text(path, str(path))
            if text is not None:
                found.append(Saved(path, parse_mapping(text, str(path))))
        except ConfigError as error:
            found.append(Saved(path, problem=str(error)))
    return found


def mappings(workspace: Path) -> Answer:
    """Return what answers, for a table's header, how the table is to be read.

    Mappings are looked up when the first table is read, and once for all tables of an import.
    """
    known: list[Mapping] | None = None

    def answer(header: Sequence[str]) -> AnyMapping[str, Any] | None:
        nonlocal known
        from convledger.sources.table.mapping import as_table

        if known is None:
            known = [each.mapping for each in saved_mappings(workspace) if each.mapping]
        found = _for_header(known, header)
        return as_table(found) if found is not None else None

    return answer


def mapping_for(workspace: Path, header: Sequence[str]) -> Mapping | None:
    """Return the mapping that a header is remembered by, None where there is none."""
    every = [each.mapping for each in saved_mappings(workspace) if each.mapping]
    return _for_header(every, header)


def _for_header(known: Iterable[Mapping], header: Sequence[str]) -> Mapping | None:
    from convledger.sources.table.mapping import remembers

    return next((each for each in known if remembers(each, header)), None)


def chosen_mapping(workspace: Path, given: str) -> Mapping:
    """Return the mapping of a file, or the one that is saved or comes along under a name.

    Raises UsageProblem where there is none, ConfigError where it has a mistake.
    """
    from convledger.sources.table.mapping_file import parse_mapping
    from convledger.sources.table.presets import presets
    from convledger.toml_files import read_text

    path = Path(given).expanduser()
    text = read_text(path, str(path)) if path.suffix or path.exists() else None
    if text is not None:
        return parse_mapping(text, str(path))
    saved = saved_mappings(workspace)
    for each in saved:
        if each.path.stem == given and each.mapping is None:
            raise ConfigError(each.problem)
    every = [*(each.mapping for each in saved if each.mapping), *presets()]
    for mapping in every:
        if mapping.name == given:
            return mapping
    names = ", ".join(dict.fromkeys(mapping.name for mapping in every))
    raise UsageProblem(f"{given}: no such mapping: name a TOML file, or one of {names}")


def open_sample(path: Path, mapping: Mapping | None = None) -> Sample:
    """Return the first rows of a table on disk. Raises NotReadable."""
    from convledger.ingest.documents import opened_document
    from convledger.sources.table.rows import Table
    from convledger.sources.table.sample import sample_of

    with opened_document(str(path), path.name) as document:
        encoding, delimiter = (mapping.encoding, mapping.delimiter) if mapping else ("", "")
        return sample_of(Table(document.stream(), encoding, delimiter))


def is_unknown_table(path: Path) -> bool:
    """Tell whether a path is a file that is a table and that no other reader knows."""
    from convledger.ingest.recognise import glimpse_at, is_zip, source_of
    from convledger.sources.document import NotReadable
    from convledger.sources.registry import module_of

    if not path.is_file() or is_zip(path):
        return False
    try:
        glimpse = glimpse_at(path)
        source = source_of(glimpse)
        return source == READER or (source is None and module_of(READER).recognises(glimpse) > 0)
    except NotReadable:
        return False


def wants_mapping(workspace: Path, path: Path) -> bool:
    """Tell whether a path is a table of which nobody has said how it is to be read."""
    from convledger.sources.document import NotReadable

    if not is_unknown_table(path):
        return False
    try:
        return mapping_for(workspace, open_sample(path).header) is None
    except NotReadable:
        return False


def save_mapping(workspace: Path, mapping: Mapping, header: Sequence[str] = ()) -> Mapping:
    """Keep a mapping under its name, remembered by `header` too; returns it as it is kept.

    Another mapping that was remembered by the same header is so no more. Raises ConfigError.
    """
    from msgspec.structs import replace

    from convledger.sources.table.mapping import fingerprint
    from convledger.sources.table.mapping_file import mapping_text, parse_mapping
    from convledger.toml_files import replace_text

    headers = list(mapping.headers)
    if header and fingerprint(header) not in {fingerprint(each) for each in headers}:
        headers.append(tuple(header))
    kept = replace(mapping, headers=tuple(headers))
    path = workspace / MAPPINGS / f"{kept.name}.toml"
    text = mapping_text(kept)
    parse_mapping(text, str(path))  # what is kept can be read again
    mine = {fingerprint(each) for each in headers}
    for other in saved_mappings(workspace):
        if other.mapping is None or other.path == path:
            continue
        others = tuple(each for each in other.mapping.headers if fingerprint(each) not in mine)
        if others != other.mapping.headers:
            replace_text(other.path, mapping_text(replace(other.mapping, headers=others)))
    replace_text(path, text)
    return kept


def remove_mapping(workspace: Path, name: str) -> bool:
    """Take a mapping away; what was read by it stays. Tell whether there was one."""
    path = workspace / MAPPINGS / f"{name}.toml"
    is_there = path.parent == workspace / MAPPINGS and path.exists()
    path.unlink(missing_ok=True)
    return is_there


def follow_mappings(connection: sqlite3.Connection, workspace: Path) -> Followed:
    """Take out what was read by a mapping that has changed since, so that it is read anew.

    Costs a look at a folder where nothing has changed. The caller holds the ingest lock, and scans
    for changed files afterwards.
    """
    seen = _stamp(workspace)
    if seen == setting(connection, _STAMP):
        return Followed()
    from convledger.sources.table.mapping import fingerprint

    said = {
        fingerprint(header): _digest(each.mapping)
        for each in saved_mappings(workspace)
        if each.mapping
        for header in each.mapping.headers
    }
    changed = {
        name
        for name, digest in said.items()
        if setting(connection, _NOTE + name) not in ("", digest)
    }
    followed = Followed()
    files = _files_with(connection, changed, followed) if changed else []
    # What refers to what is taken out with it: each row is not looked up again.
    with bulk_writing(connection) if files else nullcontext(), transaction(connection):
        if files:
            from convledger.store.forget_file import forget_files

            forgotten = forget_files(connection, files)
            followed.calls, followed.messages = forgotten.calls, forgotten.messages
        for name, digest in said.items():
            note(connection, _NOTE + name, digest)
        note(connection, _STAMP, seen)
    return followed


def _files_with(connection: sqlite3.Connection, changed: set[str], followed: Followed) -> list[int]:
    """Return the tables read already that have one of these headers."""
    from convledger.sources.document import NotReadable
    from convledger.sources.table.mapping import fingerprint

    found = []
    rows = connection.execute(
        "SELECT file.id, path, file.state FROM file JOIN source ON source.id=source_id "
        "JOIN reader ON reader.id=reader_id WHERE reader.name=? AND read_at IS NOT NULL",
        (READER,),
    ).fetchall()
    for file_id, path, state in rows:
        place = real_path(path)
        try:
            header = open_sample(place).header if state != "gone" else []
        except NotReadable:
            header = []
        if not header:
            followed.unread.append(str(place))
        elif fingerprint(header) in changed:
            found.append(int(file_id))
            followed.files.append(str(place))
    return found


def _digest(mapping: Mapping) -> str:
    """Return what changes whenever a mapping reads something in another way."""
    import msgspec
    from msgspec.structs import replace

    meaning = msgspec.msgpack.encode(replace(mapping, headers=(), note=""))
    return blake2b(meaning, digest_size=12).hexdigest()


def _stamp(workspace: Path) -> str:
    """Return a text that changes whenever a file of mappings does; empty where there is none."""
    try:
        files = sorted((workspace / MAPPINGS).glob("*.toml"))
        stats = [(path.name, path.stat()) for path in files]
    except OSError:
        return ""
    text = "\n".join(f"{name} {info.st_size} {info.st_mtime_ns}" for name, info in stats)
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest() if text else ""

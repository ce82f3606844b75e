"""Reads one log file from where it was left: findings with the position that belongs to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from msgspec import Struct

from convledger.ingest.archives import archive_of, open_member
from convledger.ingest.lines import Chunks, NotReadable, decompressed, is_same_file, mark, open_log
from convledger.ingest.read_document import read_document
from convledger.sources.codex.forks import Family, Totals
from convledger.sources.findings import AgentFacts, Figures, Lines, Texts
from convledger.sources.glimpse import HEAD, glimpse_of
from convledger.sources.places import How
from convledger.sources.registry import PLACES, lines_module
from convledger.store.files import FileRow

if TYPE_CHECKING:
    from convledger.ingest.documents import Mappings


class Job(Struct):
    """A file to be read: where it is, by which reader, and its row in the ledger."""

    reader: str
    path: str
    relative: str
    row: FileRow


class Reader(Protocol):
    """What every format's readers can do."""

    def read(self, lines: Lines) -> Any: ...
    def state(self) -> bytes: ...


class Part(Struct):
    """Findings of some lines, and the file's row as it stands once they are stored.

    `first_reading`: the file is read for the first time. `restarted`: another file stands where
    one was read before, and is read from its start. `replaces`: the source changes what it has
    written, so that a message which is known already takes the place of what was stored; `told_ns`
    is when it wrote the file.
    """

    row: FileRow
    figures: Figures | None = None
    texts: Texts | None = None
    read_bytes: int = 0
    restarted: bool = False
    first_reading: bool = False
    replaces: bool = False
    told_ns: int | None = None


def figures_reader(job: Job, state: bytes, family: Family | None) -> Reader:
    """Return the reader that counts a file's lines."""
    if job.reader == "codex":
        from convledger.sources.codex.figures import FiguresReader as Codex

        return Codex(job.relative, state, family, job.row.mtime_ns // 1000)
    if job.reader != "claude-code":
        module, changed_at = lines_module(job.reader), job.row.mtime_ns // 1000
        return cast(Reader, module.FiguresReader(job.relative, state, changed_at))
    from convledger.sources.claude_code.figures import FiguresReader as ClaudeCode

    return ClaudeCode(job.relative, state)


def texts_reader(job: Job, state: bytes) -> Reader:
    """Return the reader of what was said in a file."""
    if job.reader == "codex":
        from convledger.sources.codex.texts import TextsReader as Codex

        return Codex(job.relative, state, job.row.replayed_until)
    if job.reader != "claude-code":
        module, changed_at = lines_module(job.reader), job.row.mtime_ns // 1000
        return cast(Reader, module.TextsReader(job.relative, state, changed_at))
    from convledger.sources.claude_code.texts import TextsReader as ClaudeCode

    return ClaudeCode(job.relative, state)


def read_figures(
    job: Job, family: Family | None = None, mappings: Mappings | None = None
) -> Iterator[Part]:
    """Yield what is new in a file of what it counts, part by part; raises NotReadable."""
    if _is_document(job):
        return read_document(job, texts=False, mappings=mappings)

    def reader(state: bytes) -> Reader:
        return figures_reader(job, state, family)

    return _read(job, "figures", reader)


def read_texts(job: Job, mappings: Mappings | None = None) -> Iterator[Part]:
    """Yield what is new in a file of what it says, part by part; raises NotReadable."""
    if _is_document(job):
        return read_document(job, texts=True, mappings=mappings)

    def reader(state: bytes) -> Reader:
        return texts_reader(job, state)

    return _read(job, "texts", reader)


def _is_document(job: Job) -> bool:
    """Tell whether a file is read as a whole: its source's all are, or it is not one of lines."""
    if PLACES[job.reader].HOW is How.DOCUMENT:
        return True
    if job.reader in ("claude-code", "codex"):
        return False
    with _opened(job.path) as (stream, _):
        stream.seek(0)
        head = stream.read(HEAD)
    glimpse = glimpse_of(job.relative, head, whole=len(head) < HEAD)
    return bool(lines_module(job.reader).is_document(glimpse))


def _read(job: Job, what: str, reader_of: Callable[[bytes], Reader]) -> Iterator[Part]:
    row = job.row
    with _opened(job.path) as (stream, stamp):
        restarted = not is_same_file(stream, row)
        if restarted and what == "texts":
            row.size = -1  # another file stands here now: its figures must be read first
            yield Part(row)
            return
        if restarted:
            row.figures_offset = row.figures_line = row.texts_offset = row.texts_line = 0
            row.figures_state = row.texts_state = b""
            row.replayed_until = row.head_length = row.texts_size = 0
        first = not row.size
        if first:
            row.mtime_ns = stamp[1]  # the instant of a log that names none
        end = stream.seek(0, os.SEEK_END)
        reader = reader_of(getattr(row, f"{what}_state"))
        offset = getattr(row, f"{what}_offset")
        chunks_read = 0
        chunks = Chunks(stream, offset, getattr(row, f"{what}_line"), end)
        found: Any = None
        for lines in chunks:
            if found is not None:  # the last chunk is kept back, to go with the file's end
                yield _part(copy(row), what, found, chunks_read, restarted, first)
                restarted = False
            found = reader.read(lines)
            found.rejected.extend(chunks.rejected)
            chunks.rejected.clear()
            _advance(row, what, chunks, reader)
            chunks_read, offset = chunks.offset - offset, chunks.offset
        found = _with_rest(found, what, chunks, reader, reader_of)
        if what == "figures" and (agent := described_agent(job)):
            found.agents.append(agent)
        _advance(row, what, chunks, reader)
        if what == "figures":
            row.size, row.mtime_ns, row.inode, row.device = stamp
            mark(stream, row)
        else:
            row.texts_size = stamp[0]
        yield _part(row, what, found, chunks_read + chunks.offset - offset, restarted, first)


def _with_rest(
    found: Any, what: str, chunks: Chunks, reader: Reader, reader_of: Callable[[bytes], Reader]
) -> Any:
    """Return the last findings of a file with what its unfinished last line says, if that is whole.

    The line may still be growing: what it says is taken, the position stays before it.
    """
    if found is None:
        found = Figures() if what == "figures" else Texts()
    if chunks.rest and (whole := whole_record(chunks.rest)):
        rest = reader_of(reader.state()).read(Lines(whole, chunks.line + 1, chunks.offset, 1))
        if what == "figures":
            found = merged(found, rest)
        else:
            found.messages.extend(rest.messages)
    found.rejected.extend(chunks.rejected)
    return found


def merged(found: Figures, rest: Figures) -> Figures:
    """Return the findings of some lines with those of the line behind them."""
    found.calls.extend(rest.calls)
    found.reported.extend(rest.reported)
    found.summaries.extend(rest.summaries)
    for native, facts in rest.conversations.items():
        earlier = found.conversations.setdefault(native, facts)
        earlier.parent = earlier.parent or facts.parent
        earlier.relation = earlier.relation or facts.relation
        earlier.branch = earlier.branch or facts.branch
        earlier.version = earlier.version or facts.version
        if earlier is not facts:
            earlier.entitle(facts.title_rank, facts.title)
            earlier.last_at = max(earlier.last_at or 0, facts.last_at or 0) or None
            earlier.first_at = earlier.first_at or facts.first_at
            earlier.project = earlier.project or facts.project
    return found


@contextmanager
def _opened(path: str) -> Iterator[tuple[BinaryIO, tuple[int, int, int, int]]]:
    """Open a log, whichever way it is packed, with its size, mtime, inode and device as scanned."""
    archive = archive_of(path)
    try:
        with closing(open_log(archive or Path(path))) as raw:
            info = os.fstat(raw.fileno())
            stamp = (info.st_size, info.st_mtime_ns, info.st_ino, info.st_dev)
            if archive:
                with closing(open_member(archive, path)) as member:
                    yield member, (member.seek(0, os.SEEK_END), *stamp[1:])
            elif path.endswith(".zst"):
                with closing(decompressed(raw)) as plain:
                    yield plain, stamp
            else:
                yield raw, stamp
    except OSError as error:  # of the disk, in the middle of the file
        raise NotReadable(error.strerror or str(error)) from error


def _advance(row: FileRow, what: str, chunks: Chunks, reader: Reader) -> None:
    setattr(row, f"{what}_offset", chunks.offset)
    setattr(row, f"{what}_line", chunks.line)
    setattr(row, f"{what}_state", reader.state())
    replayed_until = getattr(reader, "replayed_until", None)
    if replayed_until is not None:
        row.replayed_until = replayed_until()


def _part(
    row: FileRow, what: str, found: Any, read_bytes: int, restarted: bool, first: bool
) -> Part:
    part = Part(row, read_bytes=read_bytes, restarted=restarted, first_reading=first)
    if what == "figures":
        part.figures = found
    else:
        part.texts = found
    return part


def described_agent(job: Job) -> AgentFacts | None:
    """Return what the file beside a sub-agent's log says about it."""
    if job.reader != "claude-code" or not job.relative.rsplit("/", 1)[-1].startswith("agent-"):
        return None
    from convledger.sources.claude_code import session_of
    from convledger.sources.lenient import BadLine, loads

    beside = Path(job.path).with_suffix(".meta.json")
    if "/subagents/" not in job.relative or not beside.exists():
        return None
    try:
        with closing(open_log(beside)) as stream:
            facts = loads(stream.read(1 << 16))
    except (NotReadable, BadLine):
        return None
    texts = [str(facts.get(name) or "") for name in ("agentType", "description", "toolUseId")]
    native = beside.name.removesuffix(".meta.json").removeprefix("agent-")
    return AgentFacts(native, session_of(job.relative), *texts)


def whole_record(rest: bytes) -> bytes:
    """Return an unfinished last line if it is already a whole record, else nothing."""
    from convledger.sources.lenient import BadLine, loads

    text = rest.strip(b"\0 \t\r\n")
    if not text.endswith(b"}"):
        return b""
    try:
        loads(text)
    except BadLine:
        return b""
    return text


def totals_in(path: Path) -> frozenset[Totals] | None:
    """Return the cumulative totals of the token counts in a rollout; None if it can't be read."""
    from convledger.sources.codex.figures import token_totals

    try:
        with (
            closing(open_log(path)) as raw,
            closing(decompressed(raw) if path.suffix == ".zst" else raw) as stream,
        ):
            end = stream.seek(0, os.SEEK_END)
            found: set[Totals] = set()
            for lines in Chunks(stream, 0, 0, end):
                found.update(token_totals(lines))
    except (NotReadable, OSError):
        return None
    return frozenset(found)

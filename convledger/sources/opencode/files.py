"""Reads the files that older versions of OpenCode keep, one a session and message, and exports."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Flag, Rejected
from convledger.sources.lenient import BadLine, decode_line, loads
from convledger.sources.opencode import records
from convledger.sources.opencode.figures import call_of, describe, instant
from convledger.sources.opencode.records import Record
from convledger.sources.opencode.texts import messages_of, prompt_in
from convledger.sources.titles import PROMPT, title_line

_AT_ONCE = 200
_LARGEST_PART = 64 << 20


def read(document: Document, *, texts: bool) -> Iterator[Found]:
    """Yield what a session's file, a message's file with its parts or an export holds."""
    raw = document.content()
    try:
        top = loads(raw)
        if isinstance(top.get("messages"), list):
            del top
            yield from _export(document, raw, texts=texts)
        elif "role" in top:
            yield _message(document, raw, texts=texts)
        elif not texts and ("title" in top or "directory" in top or "time" in top):
            yield _session(document, raw)
    except BadLine as error:
        if raw.lstrip()[:1] == b"<":
            raise NotReadable("a web page, not JSON") from None
        found = Found(done=document.size)
        rejected = found.texts.rejected if texts else found.figures.rejected
        rejected.append(Rejected(1, 0, str(error), raw[:400]))
        yield found


def _session(document: Document, raw: bytes) -> Found:
    session = decode_line(records.session, raw)
    found = Found(done=document.size)
    name = session.id or posixpath.basename(document.relative).removesuffix(".json")
    # Where there is a database, it knows the newer title.
    outdated = any(each.endswith(".db") for each in document.names(_above(document.relative)))
    describe(found.figures.conversation(name), session, outdated=outdated)
    return found


def _above(relative: str) -> str:
    """Return the folder that holds the tree a file is in."""
    return relative.partition("storage/")[0].rstrip("/") if "storage/" in relative else ""


def _message(document: Document, raw: bytes, *, texts: bool) -> Found:
    record = decode_line(records.record, raw)
    found = Found(done=document.size)
    folder, name = posixpath.split(document.relative)
    uuid = record.id or name.removesuffix(".json")
    session = record.sessionID or posixpath.basename(folder) or "unknown"
    at = instant(record, document.changed_at)
    if texts:
        found.texts.messages = messages_of(
            record, _parts(document, session, uuid), (session, uuid, record.parentID or ""),
            (1, at), 0, found.texts.rejected,
        )  # fmt: skip
        return found
    facts = found.figures.conversation(session)
    facts.first_at = facts.last_at = at
    facts.project = (record.path.cwd or "") if record.path else ""
    call = call_of(record, uuid, session, 1, at, lambda: _parts(document, session, uuid))
    if call is not None:
        found.figures.calls.append(call)
    return found


def _parts(document: Document, session: str, uuid: str) -> Iterator[bytes]:
    """Yield the parts of a message, from where either generation of the tree keeps them."""
    top = posixpath.dirname(posixpath.dirname(posixpath.dirname(document.relative)))
    for folder in (posixpath.join(top, "part", uuid), posixpath.join(top, "part", session, uuid)):
        for name in document.names(folder):
            part = document.beside(posixpath.join(folder, name), _LARGEST_PART)
            if part is not None and name.endswith(".json"):
                yield part


def _export(document: Document, raw: bytes, *, texts: bool) -> Iterator[Found]:
    export = decode_line(records.export, raw)
    session = export.info or records.Session()
    first = next((entry.info for entry in export.messages if entry.info), Record())
    native = session.id or first.sessionID or posixpath.basename(document.relative)
    found = Found()
    if not texts:
        facts = found.figures.conversation(native)
        if not describe(facts, session):
            facts.entitle(PROMPT, title_line(_prompt(export)))
    created = session.time.created if session.time else None
    began = created if isinstance(created, int) else 0
    before, last_at = "", document.changed_at
    for number, entry in enumerate(export.messages, 1):
        record = entry.info or Record()
        uuid = record.id or f"{native}#{number}"
        at = last_at = instant(record, last_at)
        parts = [bytes(part) for part in entry.parts]
        if not texts:
            try:
                call = call_of(record, uuid, native, number, at, parts.__iter__)
            except BadLine as error:
                found.figures.rejected.append(Rejected(number, 0, str(error)))
                call = None
            if call is not None:
                found.figures.calls.append(call)
        else:
            time = record.time.created if record.time else None
            is_copy = isinstance(time, int) and 0 < time < began
            found.texts.messages += messages_of(
                record, parts, (native, uuid, before), (number, at),
                int(Flag.INHERITED) if is_copy else 0, found.texts.rejected,
            )  # fmt: skip
        before = uuid
        if number % _AT_ONCE == 0:
            found.done = document.size * number // len(export.messages)
            yield found
            found = Found()
    found.done = document.size
    yield found


def _prompt(export: records.Export) -> str:
    for entry in export.messages:
        if entry.info and entry.info.role == "user":
            return prompt_in(bytes(part) for part in entry.parts)
    return ""

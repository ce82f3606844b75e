"""Copilot Chat in VS Code and its relatives: one file a chat session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Raw

from convledger.sources.copilot_chat.operations import session_in
from convledger.sources.copilot_chat.requests import Request, request_of
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Call, Figures, Kind, Measure, Message, Rejected, Texts
from convledger.sources.glimpse import JSON_LINES, JSON_OBJECT, LIKELY, NO, SURE, Glimpse
from convledger.sources.lenient import BadLine, loads
from convledger.sources.titles import CUSTOM, GENERATED, PROMPT, title_line
from convledger.sources.uris import path_of_uri
from convledger.sources.values import dict_of, instant_of, list_of, text_of, tokens_of

_PIECE = 300
_NAMES = ("responderUsername", "requesterUsername", "initialLocation", "creationDate", "sessionId")


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is a chat session of VS Code."""
    if glimpse.kind == JSON_LINES or (glimpse.kind == JSON_OBJECT and "kind" in glimpse.keys):
        return _log(glimpse)
    if glimpse.kind != JSON_OBJECT or "requests" not in glimpse.keys:
        return NO
    known = sum(name in glimpse.keys for name in _NAMES)
    return SURE if known > 1 else LIKELY if known and glimpse.any_has("requestId") else NO


def _log(glimpse: Glimpse) -> int:
    first = glimpse.first
    if first.get("kind") == 0 and isinstance(first.get("v"), dict):
        known = sum(name in first["v"] for name in (*_NAMES, "requests", "version"))
        return SURE if known > 1 else NO
    if not glimpse.records and b'"kind":0' in glimpse.head[:40].replace(b" ", b""):
        return LIKELY if b'"responderUsername"' in glimpse.head else NO
    return NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a chat session holds."""
    found = Found()
    rejected = found.texts.rejected if texts else found.figures.rejected
    session = session_in(document, rejected)
    requests = session.get("requests")
    if not isinstance(requests, list) and not rejected:
        if not session:
            raise NotReadable("empty, or not a whole chat session")
        raise NotReadable("not a chat session of VS Code")
    yield from _Session(document, session).all(list_of(requests), found, texts=texts)


class _Session:
    def __init__(self, document: Document, session: dict[str, Any]) -> None:
        self._document = document
        self._session = session
        name = document.relative.rpartition("/")[2].rsplit(".", 1)[0]
        self._native = text_of(session.get("sessionId")) or name
        self._at = instant_of(session.get("creationDate")) or document.changed_at
        self._line = 0
        self._before = ""
        self._seen: set[str] = set()

    def all(self, requests: list[Any], found: Found, *, texts: bool) -> Iterator[Found]:
        if not texts:
            self._describe(found.figures)
        for place, entry in enumerate(requests, 1):
            bad = found.texts.rejected if texts else found.figures.rejected
            try:
                record = loads(bytes(entry)) if isinstance(entry, Raw) else entry
                if not isinstance(record, dict):
                    raise BadLine("not an object")
                is_last = place == len(requests)
                request = request_of(record, self._native, place, self._at, is_last, texts=texts)
            except (BadLine, RecursionError, UnicodeError) as error:
                bad.append(Rejected(place, 0, str(error) or "nested too deeply"))
                continue
            if request.native in self._seen:
                continue
            self._seen.add(request.native)
            self._at = request.at
            if texts:
                self._tell(request, found.texts)
            else:
                self._count(request, found.figures, place)
            if len(found.texts.messages) >= _PIECE:
                yield found
                found = Found()
        found.done = self._document.size
        yield found

    def _describe(self, figures: Figures) -> None:
        session = self._session
        last = instant_of(session.get("lastMessageDate"))
        if not list_of(session.get("requests")):
            return  # opened, and nothing asked
        facts = figures.conversation(self._native)
        facts.first_at = facts.last_at = self._at
        facts.last_at = max(self._at, last or 0)
        facts.project = _folder(self._document)
        facts.entitle(CUSTOM, title_line(text_of(session.get("customTitle"))))
        facts.entitle(GENERATED, title_line(text_of(session.get("computedTitle"))))

    def _count(self, request: Request, figures: Figures, place: int) -> None:
        facts = figures.conversation(self._native)
        facts.last_at = max(facts.last_at or 0, request.at)
        for said in request.said:
            facts.last_at = max(facts.last_at, said.at)
            if said.blocks and said.blocks[0][0] == Kind.PROMPT:
                facts.entitle(PROMPT, title_line(said.blocks[0][2]))
        begun = self._line
        self._line += len(request.said)
        if not request.is_over:
            return
        try:
            read, written = tokens_of(request.read), tokens_of(request.written)
        except BadLine as error:
            figures.rejected.append(Rejected(place, 0, f"{request.native}: {error}"))
            return
        call = Call(
            request.native, self._native, request.at, request.model, begun + 1,
            provider=request.provider,
        )  # fmt: skip
        if read or written:
            call.input, call.output = read, written
            figures.calls.append(call)
            return
        for number, said in enumerate(request.said, begun + 1):
            if said.is_answer and said.blocks:
                model = request.model if request.model != "unknown" else said.model or "unknown"
                figures.calls.append(
                    Call(
                        said.uuid, self._native, said.at, model, number,
                        provider=request.provider, measure=Measure.MISSING,
                    )
                )  # fmt: skip

    def _tell(self, request: Request, texts: Texts) -> None:
        for said in request.said:
            self._line += 1
            for number, (kind, name, body, flags) in enumerate(said.blocks):
                texts.messages.append(
                    Message(
                        self._native, said.uuid, number, self._line, said.at, kind, body, flags,
                        name, parent=self._before,
                    )
                )  # fmt: skip
            if said.blocks:
                self._before = said.uuid


def _folder(document: Document) -> str:
    """Return the folder of the window that the chat was held in."""
    parts = document.relative.split("/")
    if "chatSessions" not in parts:
        return ""
    place = parts.index("chatSessions")
    content = document.beside("/".join([*parts[:place], "workspace.json"]), 1 << 20)
    try:
        record = loads(content or b"")
    except BadLine:
        return ""
    uri = record.get("folder") or record.get("workspace") or record.get("configuration")
    return path_of_uri(text_of(uri) or text_of(dict_of(uri).get("external")))

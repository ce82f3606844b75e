"""LibreChat: one exported conversation a file, its messages in a list or nested in one another."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.glimpse import JSON_LIST, JSON_OBJECT, SURE, Glimpse
from convledger.sources.json_pieces import Piece, pieces
from convledger.sources.librechat.conversation import Conversation

_OWN = frozenset({"exportAt", "recursive", "branches", "messagesTree", "endpoint"})


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is an export of LibreChat."""
    if glimpse.kind == JSON_OBJECT:
        keys = glimpse.keys | glimpse.first.keys()
        return SURE if "conversationId" in keys and len(_OWN & keys) > 1 else 0
    if glimpse.kind == JSON_LIST:
        known = [each for each in glimpse.records if "conversationId" in each]
        own = [each for each in known if len(_OWN & each.keys()) > 1]
        return SURE if any("messages" in each or "messagesTree" in each for each in own) else 0
    return 0


def read(document: Document, _: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield the conversation of a file, or those of a list. Raises NotReadable."""
    start = document.stream().read(4096).lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if start.startswith(b"["):
        for piece in pieces(document.stream()):
            if isinstance(piece, Rejected):
                found = Found()
                (found.texts if texts else found.figures).rejected.append(piece)
                yield found
            else:
                yield _found(piece, document, texts=texts)
    elif start.startswith(b"{"):
        yield _found(Piece(1, 0, document.content()), document, texts=texts)
    elif start[:15].lower().startswith((b"<!doctype", b"<html")):
        raise NotReadable("a web page, not JSON: export the conversation again, as JSON")
    elif start:
        raise NotReadable("not JSON: of LibreChat's exports only JSON tells who said what")
    yield Found(done=document.size)


def _found(piece: Piece, document: Document, *, texts: bool) -> Found:
    found = Found(done=piece.offset + len(piece.data))
    conversation = Conversation(piece, document.changed_at)
    rejected = (found.texts if texts else found.figures).rejected
    if not conversation.is_own:
        rejected.append(piece.rejected("no conversation of LibreChat"))
        return found
    rejected.extend(conversation.rejected)
    if texts:
        found.texts.messages.extend(conversation.messages())
    else:
        facts = conversation.facts()
        found.figures.conversations[facts.native] = facts
        found.figures.calls.extend(conversation.calls(rejected))
        if conversation.fault:
            rejected.append(piece.rejected(conversation.fault))
    return found

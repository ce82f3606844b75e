"""A chat session of VS Code as it stands: one object, or a log of changes to one.

A log's lines set, append to (from a place on, where they say one) or delete what a path leads to;
a change that leads nowhere, or of an unknown kind, is passed over.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from convledger.sources.document import Document, NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.json_lines import json_lines
from convledger.sources.lenient import BadLine, loads
from convledger.sources.values import list_of


class _Whole(Struct):
    """A session in one piece, its requests left undecoded: they are taken up one by one."""

    requests: list[Raw]
    sessionId: Any = None  # noqa: N815 - spelled as the file spells it
    creationDate: Any = None  # noqa: N815
    lastMessageDate: Any = None  # noqa: N815
    customTitle: Any = None  # noqa: N815
    computedTitle: Any = None  # noqa: N815


_whole = msgspec.json.Decoder(_Whole)
WHOLE, SET, APPEND, DELETE = range(4)
_LONGEST = 1_000_000  # places of a list


def session_in(document: Document, rejected: list[Rejected]) -> dict[str, Any]:
    """Return a document's session. Raises NotReadable where it is none, or half written."""
    if not document.relative.endswith(".jsonl"):
        content = document.content()
        try:
            return msgspec.structs.asdict(_whole.decode(content))
        except (msgspec.MsgspecError, UnicodeError, ValueError, RecursionError):
            pass
        try:
            return loads(content)
        except BadLine as error:
            if not content.strip(b"\0 \t\r\n"):
                raise NotReadable("empty") from None
            if content.lstrip()[:1] == b"<":
                raise NotReadable("a web page, not a chat session") from None
            raise NotReadable(
                f"not a whole chat session, it may be being written: {error}"
            ) from None
    state: dict[str, Any] = {}
    for line in json_lines(document):
        if isinstance(line, Rejected):
            rejected.append(line)
            continue
        record = line.record
        kind = record.get("kind")
        if kind == WHOLE and not isinstance(kind, bool) and isinstance(record.get("v"), dict):
            state = record["v"]
        elif "kind" not in record and "requests" in record:
            state = record
        elif kind in (SET, APPEND, DELETE):
            _change(state, kind, record)
    return state


def _change(state: dict[str, Any], kind: int, record: dict[str, Any]) -> None:
    path = list_of(record.get("k"))
    if not path:
        return
    here: Any = state
    for step in path[:-1]:
        here = _step(here, step)
        if here is None:
            return
    last = path[-1]
    if kind == APPEND:
        _append(here, last, record)
    elif kind == DELETE:
        if isinstance(here, dict) and isinstance(last, str):
            here.pop(last, None)
    elif isinstance(here, dict) and isinstance(last, str):
        here[last] = record.get("v")
    elif isinstance(here, list) and _is_place(last) and last <= len(here):
        here[last : last + 1] = [record.get("v")]


def _append(here: Any, last: Any, record: dict[str, Any]) -> None:
    added, place = list_of(record.get("v")), record.get("i")
    target = _step(here, last)
    if target is None and isinstance(here, dict) and isinstance(last, str):
        target = here[last] = []
    if not isinstance(target, list) or len(target) + len(added) > _LONGEST:
        return
    if _is_place(place):
        del target[place:]
    target.extend(added)


def _step(here: Any, step: Any) -> Any:
    if isinstance(here, dict) and isinstance(step, str):
        return here.get(step)
    if isinstance(here, list) and _is_place(step) and step < len(here):
        return here[step]
    return None


def _is_place(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0

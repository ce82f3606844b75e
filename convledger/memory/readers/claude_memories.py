"""memories.json of a Claude.ai data export: what it remembers of all chats, and of each project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from convledger.memory.readers.items import Item, Keys, Rejected
from convledger.memory.readers.json_texts import decoded, instant_in, list_in, text_in
from convledger.memory.readers.markdown import pieces
from convledger.memory.readers.markdown_items import item_of
from convledger.memory.readers.texts import lines_of
from convledger.memory.readers.words import kind_of

NAME, TITLE = "claude-memories", "Claude.ai memories"


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield the items of a file: its texts are Markdown, cut at their headings."""
    found = decoded(content)
    if isinstance(found, Rejected):
        yield found
        return
    accounts = found if isinstance(found, list) else [found]
    keys = Keys()
    for number, account in enumerate(accounts, 1):
        if not isinstance(account, dict):
            yield Rejected(f"account {number}", "not an object")
            continue
        yield from _account(account, keys, "" if len(accounts) == 1 else f"account {number}: ")


def _account(account: dict[str, Any], keys: Keys, place: str) -> Iterator[Item | Rejected]:
    date = instant_in(account, "updated_at", "created_at")
    yield from _texts(text_in(account, "conversations_memory"), keys, f"{place}all chats", "", date)
    projects = account.get("project_memories")
    if isinstance(projects, dict):
        for project, text in projects.items():
            words = text_in({"text": text}, "text") or text_in(text, "memory", "content", "text")
            named = f"{place}project {project}"
            yield from _texts(words, keys, named, f"project:{project}", date)
    elif projects is not None:
        yield Rejected(f"{place}project_memories", "not an object")
    for number, file in enumerate(list_in(account, "memory_files"), 1):
        words = text_in(file, "content", "text", "memory")
        named = text_in(file, "path", "name", "filename") or f"file {number}"
        if not words:
            yield Rejected(f"{place}{named}", "holds no text")
        project = text_in(file, "project_uuid")
        when = instant_in(file, "updated_at", "created_at") or date
        scope = f"project:{project}" if project else ""
        yield from _texts(words, keys, f"{place}{named}", scope, when)


def _texts(
    words: str, keys: Keys, place: str, scope: str, date: int | None
) -> Iterator[Item | Rejected]:
    content = words.encode("utf-8", "replace")
    text = lines_of(content)
    if isinstance(text, Rejected):
        yield replace(text, place=place)
        return
    for piece in pieces(content, text, has_bold_headings=True):
        if piece.body.strip():
            item = item_of(piece, Keys(), kind=kind_of(piece.heading, "fact"), source_date=date)
            # Bytes of a text within JSON are none of the file's.
            yield replace(
                item,
                key=keys.next(" / ".join((place, *piece.path))),
                title=item.title or (piece.heading if not piece.is_bullet else ""),
                start=None,
                length=None,
                scope=scope,
                place=f"{place}: {piece.heading}" if piece.heading else place,
            )

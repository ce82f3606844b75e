"""Makes records as the exports of chat tools hold them."""

from __future__ import annotations

from typing import Any

AT = 1_790_000_000  # seconds
DAY = "2026-09-01T08:00:"


def text(*parts: Any) -> dict[str, Any]:
    return {"content_type": "text", "parts": list(parts)}


def node(
    name: str, parent: str | None, role: str, content: Any, at: Any = AT, **more: Any
) -> dict[str, Any]:
    message = {"id": name, "author": {"role": role}, "create_time": at, "content": content, **more}
    return {"id": name, "parent": parent, "children": [], "message": message}


def conversation(*nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    root: dict[str, Any] = {"id": "root", "parent": None, "children": [], "message": None}
    mapping = {"root": root, **{each["id"]: each for each in nodes}}
    return {"id": "c", "title": "A title", "create_time": AT, "mapping": mapping, **more}


def block(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def message(name: str, sender: str, *blocks: Any, second: int = 0, **more: Any) -> dict[str, Any]:
    at = f"{DAY}{second:02d}Z"
    return {"uuid": name, "sender": sender, "created_at": at, "content": list(blocks), **more}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"uuid": "c", "name": "A title", "created_at": f"{DAY}00Z",
            "chat_messages": list(messages), **more}  # fmt: skip

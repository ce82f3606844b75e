"""Chats and messages as Open WebUI keeps them."""

from __future__ import annotations

from typing import Any

from tests.sources.web_chats import FIXTURES

EXPORT = FIXTURES / "open-webui" / "all-chats-export-1791030100000.json"
START = 1791020000


def said(
    role: str, content: Any = "text", parent: str | None = None, **more: Any
) -> dict[str, Any]:
    return {"parentId": parent, "role": role, "content": content, "timestamp": START, **more}


def chat(messages: dict[str, Any], name: str = "c1", **more: Any) -> dict[str, Any]:
    history = {"currentId": list(messages)[-1] if messages else None, "messages": messages}
    inner = {"title": "Title", "models": ["m"], "history": history, **more}
    return {"id": name, "user_id": "u", "title": "Title", "chat": inner, "created_at": START,
            "updated_at": START + 5}  # fmt: skip

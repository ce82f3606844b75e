"""The readable text in content blocks of many kinds."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from convledger.sources.titles import content_text


def flat_text(content: Any) -> str:
    """Return the readable text of a tool result's decoded content: a string, or blocks of kinds."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(filter(None, (_part(block) for block in content)))
    return json_text(content) if content else ""


def json_text(value: Any) -> str:
    """Return decoded JSON as JSON text, numbers of any size with it; `{}` for what can't be."""
    try:
        return msgspec.json.encode(value).decode()
    except (OverflowError, ValueError, TypeError, RecursionError):
        pass
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        return "{}"


def _part(block: Any) -> str:
    if not isinstance(block, dict):
        return str(block)
    if isinstance(block.get("text"), str):
        return str(block["text"])
    if block.get("type") in ("image", "document"):
        source = block.get("source")
        return placeholder(str(block["type"]), source if isinstance(source, dict) else {})
    parts = [block.get(key) for key in ("title", "url", "tool_name")]
    inner = content_text(block.get("content"))
    return " ".join([*(part for part in parts if isinstance(part, str)), inner]).strip()


def placeholder(kind: str, source: dict[str, Any]) -> str:
    """Return the words that stand for bytes that are left in the log: `[image image/png 60 KB]`."""
    media = source.get("media_type") or ""
    data = source.get("data")
    size = f" {len(data) * 3 // 4 // 1000} KB" if isinstance(data, str) and data else ""
    return f"[{kind}{' ' if media else ''}{media}{size}]"

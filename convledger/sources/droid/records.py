"""The records of Droid's sessions and the totals beside them, as far as they are counted."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Raw, Struct

from convledger.sources.findings import Call
from convledger.sources.lenient import loads, scrub, token_count
from convledger.sources.values import dict_of, text_of

SETTINGS = ".settings.json"
SUM_LIMIT = 2**33  # tokens of a whole session together
_ENDING = re.compile(r"(\.settings\.json|\.jsonl(\.zst)?)\Z")
_OWN_MODEL = re.compile(r"-?\[([^\]]*)\](-\d+)?\Z")  # ends the name of a model set up by the user


class CountedMessage(Struct, gc=False):
    """What counting needs of a message."""

    role: str | None = None
    content: Raw = Raw(b"")
    model: str | None = None


class CountedRecord(Struct, gc=False, rename="camel"):
    """What counting needs of one record."""

    type: str | None = None
    id: str | None = None
    timestamp: str | int | float | None = None
    message: CountedMessage | None = None
    title: str | None = None
    session_title: str | None = None
    cwd: str | None = None
    calling_session_id: str | None = None


counted_record = msgspec.json.Decoder(CountedRecord)


def stem_of(relative: str) -> str:
    """Return a file's name without its ending: the id of its session."""
    return str(scrub(_ENDING.sub("", relative.rsplit("/", 1)[-1])))


def sibling_of(relative: str, ending: str) -> str:
    """Return the path of a session's other file."""
    return _ENDING.sub("", relative) + ending


def settings_of(content: bytes | None) -> dict[str, Any]:
    """Return what is beside a session; nothing where there is none. Raises BadLine."""
    return loads(content) if content and content.strip(b" \t\r\n\0") else {}


def total_of(settings: dict[str, Any], session: str, at: int, model: str) -> Call | None:
    """Return the one call that stands for all of a session. Raises BadLine."""
    usage = dict_of(settings.get("tokenUsage"))

    def count(name: str) -> int:
        return token_count(usage.get(name), SUM_LIMIT)

    named, provider = _model(text_of(settings.get("model")) or model)
    call = Call(f"{session}:total", session, at, named, 1, provider=provider, approximate=True)
    call.input, call.output = count("inputTokens"), count("outputTokens")
    call.cache_read, call.cache_write_5m = count("cacheReadTokens"), count("cacheCreationTokens")
    thinking = count("thinkingTokens")
    if thinking > call.output:  # told beside what was said
        call.output += thinking
    call.reasoning = min(thinking, call.output)
    return call if call.total else None


def _model(name: str) -> tuple[str, str]:
    """Return a model's name and its provider: one set up by the user tells both in brackets."""
    if not name.startswith("custom:"):
        return name or "unknown", ""
    name = name.removeprefix("custom:")
    found = _OWN_MODEL.search(name)
    provider = found[1].lower() if found else ""
    return _OWN_MODEL.sub("", name) or "unknown", provider


def is_settings(record: dict[str, Any]) -> bool:
    """Tell whether an object is what Droid keeps beside a session."""
    usage = dict_of(record.get("tokenUsage"))
    return {"inputTokens", "outputTokens"} <= usage.keys() and bool(
        {"cacheCreationTokens", "cacheReadTokens", "thinkingTokens"} & usage.keys()
    )

"""Requests and answers as logs of model APIs hold them, read whole or piece by piece."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from convledger.sources.api_log import FiguresReader, TextsReader
from convledger.sources.findings import Call, Lines, Message
from tests.sources.documents import Read, read_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources" / "api-log"
AT = 1_794_304_800
NAME = "chatcmpl-{:020d}"
HI = {"role": "user", "content": "Hi"}
HELLO = {"role": "assistant", "content": "Hello!"}


def usage(prompt: Any, output: Any, cached: Any = 0) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def completion(number: int, said: str = "Hello!", **more: Any) -> dict[str, Any]:
    return {
        "id": NAME.format(number),
        "object": "chat.completion",
        "created": AT + number,
        "model": "gpt-5.2",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": said}}],
        "usage": usage(100, 10, 40),
        **more,
    }


def pair(number: int, messages: list[Any], said: str = "Hello!", **asked: Any) -> dict[str, Any]:
    request = {"model": "gpt-5.2", "messages": messages, **asked}
    return {"request": request, "response": completion(number, said)}


def log(*records: Any) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def read_log(folder: Path, *records: Any) -> Read:
    return read_bytes("api-log", folder, "log.jsonl", log(*records))


def in_pieces(data: bytes, size: int) -> tuple[list[Call], list[Message]]:
    """Read a log some lines a time, by readers that know only what was carried over."""
    lines = data.rstrip(b"\n").split(b"\n")
    calls: list[Call] = []
    messages: list[Message] = []
    states = [b"", b""]
    for start in range(0, len(lines), size):
        some = lines[start : start + size]
        part = Lines(b"\n".join(some), start + 1, 0, len(some))
        counter, reader = FiguresReader("log", states[0], 1), TextsReader("log", states[1], 1)
        calls += counter.read(part).calls
        messages += reader.read(part).messages
        states = [counter.state(), reader.state()]
    return calls, messages

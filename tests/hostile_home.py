"""A home in which every string that can be foreign tries to act on the terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.hostile import HOSTILE

AT = "2026-11-20T10:{minute:02d}:{second:02d}.{milli:03d}Z"
TEXTS = list(HOSTILE.values())
FILE_NAMES = [
    text
    for text in TEXTS
    if not {"/", "\0"} & set(text) and len(text.encode("utf-8", "surrogatepass")) < 200
]


def _at(number: int) -> str:
    return AT.format(minute=number // 60_000 % 60, second=number // 1000 % 60, milli=number % 1000)


def _claude(number: int, text: str) -> list[dict[str, Any]]:
    """Return a conversation in which everything that can be foreign is `text`."""
    session = f"{number:08x}-0000-4000-8000-000000000000"
    common = {
        "sessionId": session, "cwd": f"/home/x/{text[:500]}", "gitBranch": text[:500],
        "version": text[:500], "isSidechain": False,
    }  # fmt: skip
    usage = {"input_tokens": 10, "output_tokens": 5}
    message = {"id": f"msg_{number:024d}", "role": "assistant", "usage": usage}
    return [
        {"type": "user", "uuid": f"u{number}", "parentUuid": None, "timestamp": _at(number * 10),
         "message": {"role": "user", "content": f"needle {text}"}, **common},
        {"type": "assistant", "uuid": f"a{number}", "parentUuid": f"u{number}",
         "timestamp": _at(number * 10 + 1), "requestId": f"req_{number}",
         "message": {**message, "model": f"model {text[:500]}", "content": [
             {"type": "thinking", "thinking": f"needle {text}"},
             {"type": "text", "text": f"needle {text}"},
             {"type": "tool_use", "id": f"t{number}", "name": f"tool {text[:500]}",
              "input": {"needle": text}}]}, **common},
        {"type": "user", "uuid": f"r{number}", "parentUuid": f"a{number}",
         "timestamp": _at(number * 10 + 2), "message": {"role": "user", "content": [
             {"type": "tool_result", "tool_use_id": f"t{number}", "content": f"needle {text}"}]},
         **common},
        {"type": "custom-title", "customTitle": f"needle {text[:500]}", "sessionId": session},
    ]  # fmt: skip


def _codex(number: int, text: str) -> list[dict[str, Any]]:
    """Return a rollout in which everything that can be foreign is `text`."""
    thread = f"{number:08x}-0000-7000-8000-000000000000"
    tokens = {"input_tokens": 10 + number, "cached_input_tokens": 0, "output_tokens": 5,
              "reasoning_output_tokens": 0, "total_tokens": 15 + number}  # fmt: skip
    payloads = [
        ("session_meta", {"id": thread, "cwd": f"/home/x/{text[:500]}", "cli_version": text[:500],
                          "originator": text[:500], "model_provider": text[:500]}),
        ("turn_context", {"model": f"model {text[:500]}", "turn_id": "1", "cwd": text[:500]}),
        ("response_item", {"type": "message", "role": "user",
                           "content": [{"type": "input_text", "text": f"needle {text}"}]}),
        ("response_item", {"type": "function_call", "name": f"tool {text[:500]}",
                           "arguments": json.dumps({"needle": text}), "call_id": "c"}),
        ("response_item", {"type": "function_call_output", "call_id": "c",
                           "output": f"needle {text}"}),
        ("event_msg", {"type": "token_count", "info": {
            "total_token_usage": tokens, "last_token_usage": tokens}}),
    ]  # fmt: skip
    return [
        {"timestamp": _at(number * 10 + place), "type": kind, "payload": payload}
        for place, (kind, payload) in enumerate(payloads)
    ]


def _write(path: Path | bytes, records: list[dict[str, Any]], broken: str) -> None:
    lines = [json.dumps(record).encode() for record in records]
    torn = b'{"type":"assistant","broken":"' + broken.encode("utf-8", "surrogatepass")[:2000]
    name = os.fsencode(path)
    Path(os.fsdecode(os.path.dirname(name))).mkdir(parents=True, exist_ok=True)  # noqa: PTH120
    with open(name, "wb") as stream:  # noqa: PTH123 - a name that is no Unicode
        stream.write(b"\n".join([*lines, torn.replace(b"\n", b" ")]) + b"\n")


def make_hostile_home(home: Path) -> None:
    """Write logs of both tools into `home`, two conversations for each hostile string."""
    projects = os.fsencode(home / ".claude" / "projects" / "-home-x")
    sessions = os.fsencode(home / ".codex" / "sessions" / "2026" / "11" / "20")
    for number, text in enumerate(TEXTS, 1):
        name = FILE_NAMES[number % len(FILE_NAMES)].encode("utf-8", "surrogatepass")
        claude = os.path.join(projects, b"%d %s.jsonl" % (number, name))  # noqa: PTH118
        _write(claude, _claude(number, text), text)
        thread = f"{number + 500:08x}-0000-7000-8000-000000000000"
        rollout = f"rollout-2026-11-20T10-00-00-{thread}.jsonl"
        _write(Path(os.fsdecode(sessions)) / rollout, _codex(number + 500, text), text)

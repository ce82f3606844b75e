"""The parts that messages of Google's API are made of, as text."""

from __future__ import annotations

from typing import Any, NamedTuple

from convledger.sources.content import flat_text, json_text
from convledger.sources.values import dict_of, text_of

_NOT_A_PROMPT = (
    "<session_context>",
    "<state_snapshot>",
    "<hook_context>",
    "<system-reminder>",
    "This is the Gemini CLI. We are setting up the context",
    "This is the Qwen Code. We are setting up the context",
    "System: ",
    "[System",
)


class ToolCall(NamedTuple):
    """What a model asked of a tool; `body` is the arguments as JSON text."""

    id: str
    name: str
    body: str


class ToolResult(NamedTuple):
    """What a tool gave back."""

    id: str
    name: str
    body: str
    failed: bool = False


class Parts(NamedTuple):
    """What the parts of one message say."""

    text: str
    thinking: str
    calls: list[ToolCall]
    results: list[ToolResult]


def is_prompt(text: str) -> bool:
    """Tell whether a user message was typed by a person."""
    return bool(text.strip()) and not text.lstrip().startswith(_NOT_A_PROMPT)


def parts_of(content: Any) -> Parts:
    """Return what a message's decoded content says: a text, a part, or a list of parts."""
    texts: list[str] = []
    thinking: list[str] = []
    found = Parts("", "", [], [])
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            _take(part, texts, thinking, found)
    return found._replace(
        text="\n".join(filter(None, texts)), thinking="\n".join(filter(None, thinking))
    )


def _take(part: dict[str, Any], texts: list[str], thinking: list[str], found: Parts) -> None:
    text = text_of(part.get("text"))
    if text:
        (thinking if part.get("thought") else texts).append(text)
    if call := dict_of(part.get("functionCall")):
        name, arguments = text_of(call.get("name")), call.get("args") or {}
        found.calls.append(ToolCall(text_of(call.get("id")), name, json_text(arguments)))
    if answer := dict_of(part.get("functionResponse")):
        body, failed = _response(answer.get("response"))
        name = text_of(answer.get("name"))
        found.results.append(ToolResult(text_of(answer.get("id")), name, body, failed))
    attached = (dict_of(part.get(key)) for key in ("inlineData", "fileData"))
    texts.extend(_stands_for(data) for data in attached if data)
    if code := dict_of(part.get("executableCode")):
        texts.append(text_of(code.get("code")))
    if output := dict_of(part.get("codeExecutionResult")):
        texts.append(text_of(output.get("output")))


def _response(response: Any) -> tuple[str, bool]:
    """Return what a tool answered, and whether that is an error."""
    if isinstance(response, dict):
        for key, failed in (("output", False), ("error", True), ("content", False)):
            value = response.get(key)
            if isinstance(value, str) and (value or len(response) == 1):
                return value, failed
        return (json_text(response) if response else ""), "error" in response
    return (response if isinstance(response, str) else flat_text(response)), False


def _stands_for(data: dict[str, Any]) -> str:
    """Return the words that stand for a picture or file: `[image/png 60 KB]`."""
    media = text_of(data.get("mimeType")) or "file"
    content = data.get("data")
    size = f" {len(content) * 3 // 4 // 1000} KB" if isinstance(content, str) and content else ""
    name = text_of(data.get("displayName")) or text_of(data.get("fileUri"))
    return f"[{media}{size}{' ' if name else ''}{name}]"

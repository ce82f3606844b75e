"""The parts of a message of Open WebUI: text, thinking, tool calls and their results.

Newer messages list them as `output`; older ones have all but the answer as HTML in their text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import msgspec

from convledger.sources.content import flat_text, json_text
from convledger.sources.findings import Flag, Kind
from convledger.sources.open_webui.records import Entry, value_of
from convledger.sources.steps import Part
from convledger.sources.titles import content_text
from convledger.sources.values import dict_of, dicts_in, text_of

_TAGS = re.compile(r"<details\b[^<>]*>|</details>")
_KIND = re.compile(r'<details\b[^<>]*\btype="(reasoning|tool_calls|code_interpreter)"')
_ATTRIBUTE = re.compile(r'\b(name|arguments|result|output)="([^"]*)"')
_SUMMARY = re.compile(r"\s*<summary>.*?</summary>\s*", re.DOTALL)
_QUOTED = re.compile(r"^> ?", re.MULTILINE)
_INTERPRETER = "code_interpreter"


def prompt_text(entry: Entry) -> str:
    """Return what a person wrote."""
    return content_text(value_of(entry.content))


def blocks_of(entry: Entry) -> Iterator[Part]:
    """Yield the parts of a message; an empty one has no body."""
    if entry.role == "user":
        yield Part(Kind.PROMPT, prompt_text(entry))
    elif entry.role == "assistant":
        items = dicts_in(value_of(entry.output))
        if items:
            yield from _listed(items)
        else:
            yield from _marked(content_text(value_of(entry.content)))
    else:
        role = text_of(entry.role)
        yield Part(Kind.NOTE, prompt_text(entry), role, Flag.HIDDEN if role == "system" else 0)
    for file in dicts_in(value_of(entry.files)):
        yield Part(Kind.ATTACHMENT, _file_name(file))
    if entry.error:
        said = entry.error
        said = text_of(dict_of(said).get("content")) or said
        yield Part(
            Kind.NOTE, said if isinstance(said, str) else json_text(said), "error", Flag.ERROR
        )


def _file_name(file: dict[str, Any]) -> str:
    inner = dict_of(file.get("file"))
    name = text_of(file.get("name")) or text_of(inner.get("filename"))
    url = text_of(file.get("url"))
    kind = text_of(file.get("type")) or "file"
    return name or (f"[{kind}]" if not url or url.startswith("data:") else url)


def _arguments(value: Any) -> str:
    """Return arguments as JSON text, which they may be already, once or twice over."""
    for _ in range(2):
        if not isinstance(value, str):
            break
        try:
            inner = msgspec.json.decode(value)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            break
        if not isinstance(inner, str | dict | list):
            break
        value = inner
    return json_text(value) if value not in (None, "") else ""


def _listed(items: list[dict[str, Any]]) -> Iterator[Part]:
    """Yield the parts that a message lists."""
    names: dict[str, str] = {}
    for item in items:
        kind = text_of(item.get("type"))
        if kind == "message":
            yield Part(Kind.ANSWER, _said(item))
        elif kind == "reasoning":
            yield Part(Kind.THINKING, _said(item) or content_text(item.get("summary")))
        elif kind == "function_call":
            name = names[text_of(item.get("call_id"))] = text_of(item.get("name"))
            yield Part(Kind.TOOL_CALL, _arguments(item.get("arguments")) or "{}", name)
        elif kind == "function_call_output":
            name = names.get(text_of(item.get("call_id")), "")
            yield Part(Kind.TOOL_RESULT, _result(item.get("output")), name)
        elif kind.endswith(_INTERPRETER):
            yield Part(Kind.TOOL_CALL, json_text({"code": item.get("code")}), _INTERPRETER)
            yield Part(Kind.TOOL_RESULT, _result(item.get("output")), _INTERPRETER)
        elif kind:
            rest = {key: each for key, each in item.items() if key not in ("type", "id", "status")}
            yield Part(Kind.TOOL_CALL, json_text(rest), kind)


def _said(item: dict[str, Any]) -> str:
    return content_text(item.get("content"))


def _result(value: Any) -> str:
    if isinstance(value, dict):
        parts = [text_of(value.get(name)) for name in ("stdout", "stderr", "result")]
        if any(parts):
            return "\n".join(part for part in parts if part)
    return flat_text(value)


def _marked(text: str) -> Iterator[Part]:
    """Yield the parts of a text in which all but the answer stands in `<details>`."""
    if "<details" not in text:
        yield Part(Kind.ANSWER, text)
        return
    place = depth = inside = 0
    opened: re.Match[str] | None = None
    for tag in _TAGS.finditer(text):
        if tag[0] == "</details>":
            depth -= 1
            if opened is not None and not depth:
                yield from _detail(opened, text[inside : tag.start()])
                place, opened = tag.end(), None
        elif opened is not None:
            depth += 1
        elif found := _KIND.match(tag[0]):  # others are of the answer itself
            yield Part(Kind.ANSWER, text[place : tag.start()].strip("\n"))
            opened, inside, depth = found, tag.end(), 1
    if opened is not None:  # cut off
        yield from _detail(opened, text[inside:])
    else:
        yield Part(Kind.ANSWER, text[place:].strip("\n"))


def _detail(opened: re.Match[str], inside: str) -> Iterator[Part]:
    """Yield the parts that a `<details>` holds."""
    said = _SUMMARY.sub("", inside, count=1)
    if opened[1] == "reasoning":
        yield Part(Kind.THINKING, _QUOTED.sub("", unescape(said)).strip())
        return
    held = {name: unescape(value) for name, value in _ATTRIBUTE.findall(opened.string)}
    if opened[1] == _INTERPRETER:
        yield Part(Kind.TOOL_CALL, json_text({"code": unescape(said).strip()}), _INTERPRETER)
        yield Part(Kind.TOOL_RESULT, _plain(held.get("output", "")), _INTERPRETER)
        return
    name = held.get("name", "")
    yield Part(Kind.TOOL_CALL, _arguments(held.get("arguments")) or "{}", name)
    result = _plain(held.get("result", "")) or _plain(unescape(said))
    yield Part(Kind.TOOL_RESULT, result.strip(), name)


def _plain(text: str) -> str:
    """Return a result, which may be a text in JSON."""
    value = value_of(text.strip().encode("utf-8", "replace")) if text else None
    return _result(value) if isinstance(value, str | list | dict) else text

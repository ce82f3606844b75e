"""What a Claude.ai message says: its blocks, and what is attached to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from convledger.sources.chat_exports import arguments, is_blank, kilobytes, text_in, value_of
from convledger.sources.claude_ai.records import Block
from convledger.sources.claude_ai.thread import Step, files_of, is_by_model
from convledger.sources.content import flat_text
from convledger.sources.findings import Flag, Kind
from convledger.sources.values import dict_of, dicts_in, text_of


class Part(NamedTuple):
    """A block as it is stored."""

    kind: Kind
    body: str
    name: str = ""
    flags: int = 0


def parts_of(step: Step) -> list[Part]:
    """Return the parts of a step; what is attached to a message stands behind its first."""
    spoken = Kind.ANSWER if is_by_model(step.said) else Kind.PROMPT
    found = [_part(block, spoken) for block in step.blocks]
    if step.is_first:
        found.extend(_attached(step))
    return found or [Part(Kind.ATTACHMENT, "[file]")]


def _part(block: Block, spoken: Kind) -> Part:
    kind = block.type or "text"
    if kind == "text":
        return Part(spoken, text_in(block.text))
    if kind == "thinking":
        thought = text_in(block.thinking) or text_in(block.text)
        return Part(Kind.THINKING, thought or _summaries(block))
    if kind in ("tool_use", "tool_call"):
        call = dict_of(value_of(block.toolCall)) if not is_blank(block.toolCall) else {}
        given = value_of(block.input) if not is_blank(block.input) else call.get("input")
        return Part(Kind.TOOL_CALL, arguments(given), block.name or text_of(call.get("name")))
    if kind == "tool_result":
        flags = int(Flag.ERROR) if block.is_error else 0
        body = _flat(block.content) or _flat(block.text)
        return Part(Kind.TOOL_RESULT, body, block.name or "", flags)
    if kind == "user_interjection":
        return Part(Kind.PROMPT, _flat(block.message) or text_in(block.text))
    if kind == "error":
        return Part(Kind.NOTE, _flat(block.message) or text_in(block.text), kind, int(Flag.ERROR))
    said = text_in(block.text) or _flat(block.content)
    if said:
        return Part(Kind.NOTE, said, kind)
    return Part(Kind.ATTACHMENT, f"[{kind.replace('_', ' ')}]", block.file_name or "")


def _flat(raw: Any) -> str:
    """Return the readable text of raw JSON: a text, blocks of kinds, or an object with one."""
    if is_blank(raw):
        return ""
    value = value_of(raw)
    if isinstance(value, dict) and isinstance(value.get("content"), str):
        return str(value["content"])
    try:
        return flat_text(value)
    except (RecursionError, ValueError):
        return ""


def _summaries(block: Block) -> str:
    if is_blank(block.summaries):
        return ""
    texts = (text_of(each.get("summary")) for each in dicts_in(value_of(block.summaries)))
    return "\n".join(filter(None, texts))


def _attached(step: Step) -> Iterator[Part]:
    """Yield each attachment: its text where the export has it, else a placeholder; once by name."""
    shown: set[str] = set()
    for raw in files_of(step.said):
        for each in [] if is_blank(raw) else dicts_in(value_of(raw)):
            name = text_of(each.get("file_name")) or text_of(each.get("name"))
            said = text_of(each.get("extracted_content")) or text_of(each.get("content"))
            if name and name in shown and not said:
                continue
            shown.add(name)
            size = kilobytes(each.get("file_size"))
            yield Part(Kind.ATTACHMENT, said or f"[file{' ' if name else ''}{name}{size}]", name)

"""What a ChatGPT message says: its text by kind of content, its files as placeholders."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from convledger.sources.chat_exports import arguments, is_blank, kilobytes, text_in, value_of
from convledger.sources.chatgpt.records import Content, SaidMessage
from convledger.sources.chatgpt.thread import is_by_model, role_of
from convledger.sources.findings import Flag, Kind
from convledger.sources.values import dict_of, dicts_in, list_of, name_of, text_of

# A citation's placeholder is framed by characters of private use; its parts are set apart likewise.
_FRAMED = re.compile("\ue200([^\ue200\ue201]{0,4000})\ue201")
_PRIVATE = re.compile("[\ue200-\ue2ff]")
_OLD_CITATION = re.compile("【\\d{1,6}[†:][^】\n]{0,200}】")
_THINKING = frozenset({"thoughts", "reasoning_recap"})
_CONTEXT = frozenset({"user_editable_context", "model_editable_context"})
_PLAIN = frozenset({"text", "multimodal_text"})
_MEMORY = "bio"  # the tool that notes what is to be remembered


class Block(NamedTuple):
    """A part of a message."""

    kind: Kind
    body: str
    name: str = ""


def blocks_of(message: SaidMessage) -> list[Block]:
    """Return the parts of a message: its text, if it has any, and what is attached."""
    content = message.content or Content()
    kind, name = _kind(message, content)
    texts, pointers = _texts(content)
    body = texts[0] if len(texts) == 1 else "\n".join(text for text in texts if text.strip())
    if kind == Kind.TOOL_CALL:
        found = [Block(kind, arguments(body), name)]
        if name == _MEMORY and body:
            found.append(Block(Kind.NOTE, body, name))
    elif body and not body.isspace():
        found = [Block(kind, without_citations(body) if is_by_model(message) else body, name)]
    else:
        found = []
    if pointers or (message.metadata and not is_blank(message.metadata.attachments)):
        found.extend(_attached(message, pointers))
    return found or [Block(kind, f"[{content.content_type or 'empty'}]", name)]


def flags_of(message: SaidMessage) -> int:
    """Return the facts about a message that do not depend on where it stands."""
    content_type = message.content.content_type if message.content else None
    beside = message.metadata
    is_hidden = beside is not None and bool(beside.is_visually_hidden_from_conversation)
    if role_of(message) == "system" and content_type != "system_error":
        is_hidden = is_hidden or beside is None or not beside.is_user_system_message
    if content_type == "model_editable_context":
        is_hidden = True
    flags = int(Flag.HIDDEN) if is_hidden else 0
    return flags | (int(Flag.ERROR) if content_type == "system_error" else 0)


def _kind(message: SaidMessage, content: Content) -> tuple[Kind, str]:
    role, kind = role_of(message), content.content_type or ""
    recipient = message.recipient or "all"
    if kind in _CONTEXT:
        return Kind.NOTE, kind
    if role == "assistant":
        if recipient != "all":
            return Kind.TOOL_CALL, recipient
        if kind in _THINKING or message.channel == "analysis":
            return Kind.THINKING, ""
        return Kind.ANSWER, ""
    if role == "tool":
        return Kind.TOOL_RESULT, (message.author.name if message.author else None) or ""
    if role == "user":
        return Kind.PROMPT, ""
    return Kind.NOTE, kind if kind != "text" else role


def _texts(content: Content) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the texts of a content, and the files that it points to."""
    texts: list[str] = []
    pointers: list[dict[str, Any]] = []
    if content.content_type in _PLAIN:  # nearly all are
        for part in list_of(value_of(content.parts)) if len(memoryview(content.parts)) else ():
            _take_part(part, texts, pointers)
        if texts or pointers:
            return texts, pointers
    title = [text_in(content.title), text_in(content.url)]
    texts.append(" ".join(filter(None, title)))
    texts.append(text_in(content.name))
    for raw in (content.parts, content.context_parts):
        for part in [] if is_blank(raw) else list_of(value_of(raw)):
            _take_part(part, texts, pointers)
    texts.append(text_in(content.text))
    if not texts[-1]:
        texts.append(text_in(content.snippet))
    texts.extend(_thoughts(content))
    texts.extend((text_in(content.content), text_in(content.result)))
    context = (content.user_profile, content.user_instructions, content.model_set_context)
    texts.extend(text_in(raw) for raw in context)
    if not is_blank(content.screenshot):
        pointers.append(dict_of(value_of(content.screenshot)))
    return texts, pointers


def _take_part(part: Any, texts: list[str], pointers: list[dict[str, Any]]) -> None:
    if isinstance(part, str):
        texts.append(part)
    elif isinstance(part, dict):
        if text := text_of(part.get("text")):
            texts.append(text)
        else:
            pointers.append(part)


def _thoughts(content: Content) -> Iterator[str]:
    for thought in [] if is_blank(content.thoughts) else dicts_in(value_of(content.thoughts)):
        parts = (text_of(thought.get("summary")), text_of(thought.get("content")))
        yield "\n".join(filter(None, parts))


def _attached(message: SaidMessage, pointers: list[dict[str, Any]]) -> Iterator[Block]:
    """Yield a placeholder for each file, once, whether it is pointed to, attached or both."""
    beside = message.metadata
    files = (
        dicts_in(value_of(beside.attachments))
        if beside and not is_blank(beside.attachments)
        else []
    )
    names = {name_of(each.get("id")): text_of(each.get("name")) for each in files}
    shown: set[str] = set()
    for part in pointers:
        address = _address(part)
        file_id = re.split(r"[#?]", address.rpartition("://")[2])[0]
        shown.add(file_id)
        kind = text_of(part.get("content_type")).removesuffix("_asset_pointer") or "file"
        yield Block(Kind.ATTACHMENT, _placeholder(kind, part), names.get(file_id, ""))
    for each in files:
        if name_of(each.get("id")) not in shown or not each.get("id"):
            name = text_of(each.get("name"))
            media = text_of(each.get("mime_type")) or text_of(each.get("mimeType"))
            kind = "image" if media.startswith("image/") else "file"
            yield Block(Kind.ATTACHMENT, _placeholder(kind, each, name), name)


def _address(part: dict[str, Any]) -> str:
    """Return where a part's file is; of audio and video together, the audio's."""
    own = text_of(part.get("asset_pointer"))
    return own or text_of(dict_of(part.get("audio_asset_pointer")).get("asset_pointer"))


def _placeholder(kind: str, part: dict[str, Any], name: str = "") -> str:
    width, height = part.get("width"), part.get("height")
    is_sized = isinstance(width, int) and isinstance(height, int) and width and height
    measure = f" {width}x{height}" if is_sized else ""
    size = kilobytes(part.get("size_bytes") or part.get("size"))
    return f"[{kind.replace('_', ' ')}{' ' if name else ''}{name}{measure}{size}]"


def without_citations(text: str) -> str:
    """Return an answer without the placeholders that stand for its sources."""
    if "【" in text:
        text = _OLD_CITATION.sub("", text)
    if not text.isascii() and ("\ue200" in text or "\ue203" in text):
        text = _PRIVATE.sub("", _FRAMED.sub(_in_words, text))
    return text


def _in_words(found: re.Match[str]) -> str:
    """Return what a framed placeholder shows: the name of a thing, or nothing for a source."""
    kind, _, rest = found[1].partition("\ue202")
    if kind != "entity":
        return ""
    try:
        parts = json.loads(rest)
    except (ValueError, RecursionError):
        return ""
    shown = parts[1] if isinstance(parts, list) and len(parts) > 1 else ""
    return shown if isinstance(shown, str) else ""

"""A Claude.ai conversation put in order: its messages cut where a tool's result came between.

A message with tool calls was written by several requests, each of which was sent all before it.
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct

from convledger.sources.chat_exports import is_blank, name_in_source, short_name
from convledger.sources.claude_ai.records import Block, Conversation, DesignContent, Said
from convledger.sources.dating import Times, instant_among
from convledger.sources.trees import (
    begun_at,
    instants_along,
    last_of_runs,
    latest_leaf,
    parents_first,
    path_to,
)
from convledger.sources.values import digest

_ASSISTANTS = frozenset({"assistant", "claude", "ai"})
_FROM_OUTSIDE = frozenset({"tool_result", "user_interjection"})  # in the midst of an answer
_SILENT = frozenset({"token_budget", "flag"})


class Step(Struct):
    """What one request wrote of a message, or what came back to it, or a person's message."""

    name: str  # as the source is told it
    parent: int
    said: Said
    blocks: list[Block]
    is_first: bool  # of its message
    by_model: bool
    at: int
    line: int
    is_active: bool


class Thread(Struct):
    """The steps of a conversation, each behind its parent."""

    native: str
    steps: list[Step]
    fault: str = ""  # what is amiss with its times


def thread_of(conversation: Conversation, changed_at: int) -> Thread:
    """Return a conversation's messages in order."""
    said = conversation.said
    parents = _parents(said)
    order = parents_first(parents)
    known = [_instant(message) for message in said]
    times = Times()
    created, updated = times.own(conversation.created_at), times.own(conversation.updated_at)
    instants = instants_along(parents, order, known, begun_at(created, known, updated, changed_at))
    leaf = latest_leaf(parents, [known[i] or instants[i] for i in range(len(said))])
    taken = path_to(parents, leaf)
    native = native_id(conversation)
    steps: list[Step] = []
    last = [-1] * len(said)  # the step that what follows a message is behind
    names = set[str]()
    for index in order:
        message = said[index]
        parent = last[parents[index]] if parents[index] >= 0 else -1
        name = name_in_source(native, message.uuid or f"{index}")
        if name in names:
            name = f"{native}:{digest(name, index)}"
        names.add(name)
        if known[index] is None:
            times.said(message.uuid or f"{index}", *_stamps(message))
        for number, blocks in enumerate(_parts_of(message)):
            steps.append(
                Step(
                    f"{name}:{number}" if number else name, parent, message, blocks, number == 0,
                    is_by_model(message) and not _is_from_outside(blocks), instants[index],
                    len(steps) + 1, bool(taken[index]),
                )
            )  # fmt: skip
            parent = len(steps) - 1
        last[index] = parent
    times.know(said=any(at is not None for at in known))
    return Thread(native, steps, times.fault(native) if steps else "")


def native_id(conversation: Conversation) -> str:
    """Return the conversation's own id, or a stable one made of how it began."""
    if conversation.uuid:
        return short_name(conversation.uuid)
    first = conversation.said[0].uuid if conversation.said else ""
    return digest("claude-ai", conversation.created_at, first)


def is_by_model(message: Said) -> bool:
    """Tell whether a model wrote a message."""
    return (message.sender or message.role or "").lower() in _ASSISTANTS


def requests_of(thread: Thread) -> list[int]:
    """Return the step that ends each request's answer."""
    steps = thread.steps
    return last_of_runs(
        [step.parent for step in steps], range(len(steps)), [step.by_model for step in steps]
    )


def model_of(thread: Thread, index: int, default: str) -> str:
    """Return the model that a message names, else the one its run begins with, else the default."""
    while index >= 0 and thread.steps[index].by_model:
        if thread.steps[index].said.model:
            return thread.steps[index].said.model or default
        index = thread.steps[index].parent
    return default


def _parts_of(message: Said) -> list[list[Block]]:
    """Return the blocks of a message that say something, cut where one came from outside."""
    parts: list[list[Block]] = []
    for block in blocks_in(message):
        if not says(block):
            continue
        if not parts or _is_from_outside(parts[-1]) != _is_from_outside([block]):
            parts.append([])
        parts[-1].append(block)
    if not parts and not all(is_blank(raw) for raw in files_of(message)):
        parts.append([])
    return parts


def blocks_in(message: Said) -> list[Block]:
    """Return the blocks of a message; one without any has its text alone."""
    content = message.content
    text = message.text
    if isinstance(content, DesignContent):
        if content.contentBlocks:
            return content.contentBlocks
        text = content.content
    elif content and any(says(block) for block in content):
        return content
    return [Block("text", text=text)]


def files_of(message: Said) -> tuple[Raw, ...]:
    """Return the lists of what is attached to a message."""
    if isinstance(message.content, DesignContent):
        return (message.content.attachments, message.attachments, message.files)
    return (message.attachments, message.files)


def says(block: Block) -> bool:
    """Tell whether a block holds anything."""
    kind = block.type or "text"
    if kind in _SILENT:
        return False
    if kind in ("text", "thinking"):
        return not (is_blank(block.text) and is_blank(block.thinking) and is_blank(block.summaries))
    return True


def _is_from_outside(blocks: list[Block]) -> bool:
    return bool(blocks) and blocks[0].type in _FROM_OUTSIDE


def _parents(said: list[Said]) -> list[int]:
    """Return each message's parent; where none names one, or it has none, the one before it."""
    index_of = {message.uuid: index for index, message in enumerate(said) if message.uuid}
    parents = []
    for index, message in enumerate(said):
        named = message.parent_message_uuid
        parents.append(index_of.get(named, -1) if named else index - 1)
    return parents


def _instant(message: Said) -> int | None:
    return instant_among(_stamps(message))


def _stamps(message: Said) -> tuple[Any, ...]:
    content = message.content
    own = message.created_at
    return (own, content.timestamp) if isinstance(content, DesignContent) else (own,)

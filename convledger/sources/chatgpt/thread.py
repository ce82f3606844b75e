"""A ChatGPT conversation put in order: who follows whom, when, and what is billed."""

from __future__ import annotations

from msgspec import Raw, Struct

from convledger.clock import SECOND
from convledger.sources.chat_exports import (
    is_blank,
    name_in_source,
    short_name,
    value_of,
)
from convledger.sources.chatgpt.records import Content, Conversation, Node, SaidMessage
from convledger.sources.dating import Times
from convledger.sources.trees import (
    begun_at,
    instants_along,
    last_of_runs,
    latest_leaf,
    parents_first,
    path_to,
)
from convledger.sources.values import digest, instant_of

# What stands in an answer's place although no model wrote it.
_CONTEXT = frozenset({"user_editable_context", "model_editable_context", "system_error"})
_SURELY_SECONDS = 10**9
_SAYING = Content.__struct_fields__[1:]


class Thread(Struct):
    """The messages of a conversation that say something, each behind its parent.

    `parents` are indices into `messages`, -1 for none; `active` tells which are on the path taken.
    """

    native: str
    messages: list[SaidMessage]
    names: list[str]  # as the source is told them
    parents: list[int]
    instants: list[int]
    lines: list[int]
    active: bytearray
    is_path_known: bool
    start: int
    fault: str = ""  # what is amiss with its times


def thread_of(conversation: Conversation, changed_at: int) -> Thread:
    """Return a conversation's messages in order; it gives them away, as they may be many."""
    mapping = conversation.mapping or {}
    nodes = list(mapping.values())
    index_of = {name: index for index, name in enumerate(mapping)}
    parents = _parents(nodes, index_of)
    order = parents_first(parents)
    known = [_instant(node) for node in nodes]
    times = Times()
    created = times.own(conversation.create_time)
    updated = times.own(conversation.update_time)
    start = begun_at(created, known, updated, changed_at)
    instants = instants_along(parents, order, known, start)
    current = index_of.get(conversation.current_node or "", -1)
    is_path_known = current >= 0
    if not is_path_known:
        current = latest_leaf(parents, [known[i] or instants[i] for i in range(len(nodes))])
    taken = path_to(parents, current)
    native = native_id(conversation)
    found = Thread(native, [], [], [], [], [], bytearray(), is_path_known, start)
    above = [-1] * len(nodes)  # the nearest that says something, as an index into the thread
    names, keys = set[str](), list(mapping)
    line = 0
    for index in order:
        parent = above[parents[index]] if parents[index] >= 0 else -1
        message = nodes[index].message
        line += message is not None
        if message is None or not says(message):
            above[index] = parent
            continue
        name = name_in_source(native, message.id or keys[index])
        if name in names:
            name = f"{native}:{short_name(keys[index])}"
        if name in names:
            name = f"{native}:{digest(keys[index], index)}"
        names.add(name)
        if known[index] is None:
            times.said(message.id or keys[index], message.create_time)
        above[index] = len(found.messages)
        found.messages.append(message)
        found.names.append(name)
        found.parents.append(parent)
        found.instants.append(instants[index])
        found.lines.append(line)
        found.active.append(taken[index])
    conversation.mapping = None
    times.know(said=any(at is not None for at in known))
    found.fault = times.fault(native) if found.messages else ""
    return found


def native_id(conversation: Conversation) -> str:
    """Return the conversation's own id, or a stable one made of how it began."""
    native = conversation.conversation_id or conversation.id
    if native:
        return short_name(native)
    return digest("chatgpt", conversation.create_time, next(iter(conversation.mapping or {}), ""))


def role_of(message: SaidMessage) -> str:
    """Return who wrote a message: user, assistant, system, tool."""
    return (message.author.role if message.author else None) or ""


def is_by_model(message: SaidMessage) -> bool:
    """Tell whether a model wrote a message."""
    kind = message.content.content_type if message.content else None
    return role_of(message) == "assistant" and kind not in _CONTEXT


def says(message: SaidMessage) -> bool:
    """Tell whether a message holds anything."""
    content, beside = message.content, message.metadata
    if content is not None:
        for name in _SAYING:
            raw: Raw = getattr(content, name)
            if not is_blank(raw):
                return True
        if content.content_type not in KNOWN:
            return True
    return beside is not None and not is_blank(beside.attachments)


KNOWN = frozenset({
    None, "", "text", "multimodal_text", "code", "execution_output", "thoughts", "reasoning_recap",
    "tether_quote", "tether_browsing_display", "tether_browsing_code", "sonic_webpage",
    "system_error", "system_message", "user_editable_context", "model_editable_context",
    "computer_output", "app_pairing_content", "citable_code_output",
})  # fmt: skip


def requests_of(thread: Thread) -> list[int]:
    """Return the message that ends each request's answer."""
    by_model = [is_by_model(message) for message in thread.messages]
    return last_of_runs(thread.parents, range(len(thread.messages)), by_model)


def model_of(thread: Thread, index: int, default: str) -> str:
    """Return the model that wrote a message, else the one its run begins with, else the default."""
    while index >= 0 and is_by_model(message := thread.messages[index]):
        slug = message.metadata.model_slug if message.metadata else None
        if slug:
            return slug
        index = thread.parents[index]
    return default


def _parents(nodes: list[Node], index_of: dict[str, int]) -> list[int]:
    parents = [index_of.get(node.parent or "", -1) for node in nodes]
    if parents.count(-1) > 1:  # what does not name its parent may be named as a child
        for parent, node in enumerate(nodes):
            children = None if is_blank(node.children) else value_of(node.children)
            for name in children if isinstance(children, list) else ():
                child = index_of.get(name, -1) if isinstance(name, str) else -1
                if child >= 0 and child != parent and not nodes[child].parent:
                    parents[child] = parent
    return parents


def _instant(node: Node) -> int | None:
    stamp = node.message.create_time if node.message else None
    if type(stamp) is float and _SURELY_SECONDS < stamp < 4 * _SURELY_SECONDS:
        return round(stamp * SECOND)
    return None if stamp is None else instant_of(stamp)

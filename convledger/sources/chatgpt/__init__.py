"""ChatGPT's data export: `conversations.json`, its shards, or one conversation as captured."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convledger.sources.chat_exports import first_records, read_export
from convledger.sources.chatgpt.records import Conversation, conversation_of
from convledger.sources.chatgpt.texts import blocks_of, flags_of
from convledger.sources.chatgpt.thread import (
    Thread,
    model_of,
    requests_of,
    role_of,
    thread_of,
)
from convledger.sources.document import Document, Found
from convledger.sources.findings import (
    Call,
    ConversationFacts,
    Figures,
    Flag,
    Kind,
    Measure,
    Message,
)
from convledger.sources.glimpse import JSON_LINES, JSON_LIST, JSON_OBJECT, NO, SURE, Glimpse
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dict_of

_TOLD = (
    "gizmo_id", "gizmo_type", "workspace_id", "conversation_template_id", "conversation_origin",
    "memory_scope", "is_archived", "is_starred", "is_do_not_remember",
)  # fmt: skip
_TREE = re.compile(
    r'"mapping"\s*:\s*\{\s*"[^"]{1,200}"\s*:\s*\{\s*"(?:id|message|parent|children)"\s*:'
)


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file holds conversations as ChatGPT exports them."""
    if glimpse.kind not in (JSON_LIST, JSON_OBJECT, JSON_LINES):
        return NO
    for record in first_records(glimpse):
        nodes = list(dict_of(record.get("mapping")).values())[:5]
        if any(isinstance(node, dict) and "message" in node for node in nodes):
            return SURE
    is_cut = not glimpse.records or "mapping" in glimpse.keys
    return SURE if is_cut and _TREE.search(glimpse.text) else NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what an export holds, a conversation after the other."""
    yield from read_export(document, _Reader(document.changed_at), texts=texts)


class _Reader:
    KIND = "ChatGPT"

    def __init__(self, changed_at: int) -> None:
        self._changed_at = changed_at

    def conversation(self, data: bytes) -> Conversation | None:
        return conversation_of(data)

    def count(self, conversation: Conversation, figures: Figures) -> str:
        thread = thread_of(conversation, self._changed_at)
        if thread.messages:
            _describe(conversation, thread, figures.conversation(thread.native))
        default = conversation.default_model_slug or ""
        if default in ("", "auto"):  # which leaves the choice to ChatGPT, and names none
            default = "unknown"
        for index in requests_of(thread):
            figures.calls.append(
                Call(
                    thread.names[index], thread.native, thread.instants[index],
                    model_of(thread, index, default), thread.lines[index], provider="openai",
                    measure=Measure.MISSING,
                )
            )  # fmt: skip
        return thread.fault

    def messages(self, conversation: Conversation) -> Iterator[list[Message]]:
        thread = thread_of(conversation, self._changed_at)
        for index, message in enumerate(thread.messages):
            parent = thread.parents[index]
            flags = flags_of(message) | (0 if thread.active[index] else int(Flag.BRANCH))
            yield [
                Message(
                    thread.native, thread.names[index], number, thread.lines[index],
                    thread.instants[index], block.kind, block.body, flags, block.name,
                    parent=thread.names[parent] if parent >= 0 else "",
                )
                for number, block in enumerate(blocks_of(message))
            ]  # fmt: skip


def _describe(conversation: Conversation, thread: Thread, facts: ConversationFacts) -> None:
    facts.first_at = min(thread.start, *thread.instants)
    facts.last_at = max(thread.instants)
    facts.entitle(GENERATED, title_line(conversation.title or ""))
    if not facts.title:
        facts.entitle(PROMPT, _first_prompt(thread))
    for name in _TOLD:
        value = getattr(conversation, name)
        if value:
            facts.details[name] = "true" if value is True else value
    if not thread.is_path_known and not all(thread.active):
        facts.details["path"] = "not recorded: the branch with the latest message is shown"
    gizmo = conversation.gizmo_id or ""
    if gizmo.startswith("g-p-") or conversation.gizmo_type == "snorlax":
        facts.project = gizmo  # a project of ChatGPT, whose name the export does not hold
    for message in thread.messages:
        origin = message.metadata.branching_from_conversation_id if message.metadata else None
        if origin and origin != thread.native:
            facts.parent, facts.relation = origin, "fork"
            break


def _first_prompt(thread: Thread) -> str:
    for message in thread.messages:
        if role_of(message) == "user" and not flags_of(message) & Flag.HIDDEN:
            for block in blocks_of(message):
                if block.kind == Kind.PROMPT:
                    return title_line(block.body)
    return ""

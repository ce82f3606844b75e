"""Claude.ai's data export: `conversations.json`, its batches, design chats, one conversation."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import msgspec

from convledger.sources.chat_exports import first_records, read_export
from convledger.sources.claude_ai.records import Conversation, conversation_of
from convledger.sources.claude_ai.texts import parts_of
from convledger.sources.claude_ai.thread import Thread, model_of, requests_of, thread_of
from convledger.sources.document import Document, Found, NotReadable
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
from convledger.sources.values import dict_of, dicts_in, text_of

_CHAT = re.compile(r'"chat_messages"\s*:\s*(?:\[|null)')
_LARGEST_PROJECTS = 64 << 20


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file holds conversations as Claude.ai exports them."""
    if glimpse.kind not in (JSON_LIST, JSON_OBJECT, JSON_LINES):
        return NO
    if "chat_messages" in glimpse.keys:
        return SURE
    for record in first_records(glimpse):
        if isinstance(record.get("chat_messages"), list):
            return SURE
        said = [dict_of(message.get("content")) for message in dicts_in(record.get("messages"))]
        if "uuid" in record and any("contentBlocks" in content for content in said):
            return SURE
    return SURE if not glimpse.records and _CHAT.search(glimpse.text) else NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what an export holds, a conversation after the other; empty ones are passed over."""
    yield from read_export(document, _Reader(document), texts=texts)


class _Reader:
    KIND = "Claude.ai"

    def __init__(self, document: Document) -> None:
        self._document = document
        self._changed_at = document.changed_at
        self._projects: dict[str, str] | None = None

    def conversation(self, data: bytes) -> Conversation | None:
        return conversation_of(data)

    def count(self, conversation: Conversation, figures: Figures) -> str:
        thread = thread_of(conversation, self._changed_at)
        if thread.steps:
            facts = figures.conversation(thread.native)
            _describe(conversation, thread, facts)
            facts.project = self._project(conversation)
        default = conversation.model or "unknown"
        for index in requests_of(thread):
            step = thread.steps[index]
            figures.calls.append(
                Call(
                    step.name, thread.native, step.at, model_of(thread, index, default), step.line,
                    provider="anthropic", measure=Measure.MISSING,
                )
            )  # fmt: skip
        return thread.fault

    def messages(self, conversation: Conversation) -> Iterator[list[Message]]:
        thread = thread_of(conversation, self._changed_at)
        for step in thread.steps:
            flags = 0 if step.is_active else int(Flag.BRANCH)
            parent = thread.steps[step.parent].name if step.parent >= 0 else ""
            yield [
                Message(
                    thread.native, step.name, number, step.line, step.at, part.kind, part.body,
                    flags | part.flags, part.name, parent=parent,
                )
                for number, part in enumerate(parts_of(step))
            ]  # fmt: skip

    def _project(self, conversation: Conversation) -> str:
        """Return the name of a conversation's project, its id where the export does not name it."""
        project = conversation.project
        uuid = (project.uuid if project else None) or conversation.project_uuid or ""
        if project and project.name:
            return project.name
        if not uuid:
            return ""
        if self._projects is None:
            self._projects = self._projects_beside()
        if uuid not in self._projects:
            self._projects[uuid] = self._name_in(f"projects/{uuid}.json").get(uuid, uuid)
        return self._projects[uuid]

    def _projects_beside(self) -> dict[str, str]:
        return self._name_in("projects.json")

    def _name_in(self, name: str) -> dict[str, str]:
        """Return the names of the projects in a file beside the export, by id."""
        folder = posixpath.dirname(self._document.relative)
        try:
            content = self._document.beside(posixpath.join(folder, name), _LARGEST_PROJECTS)
            value = msgspec.json.decode(content) if content else None
        except (NotReadable, msgspec.MsgspecError, ValueError, RecursionError):
            return {}
        projects = [value] if isinstance(value, dict) else dicts_in(value)
        return {
            text_of(each.get("uuid")): title_line(text_of(each.get("name")))
            for each in projects
            if each.get("uuid") and each.get("name")
        }


def _describe(conversation: Conversation, thread: Thread, facts: ConversationFacts) -> None:
    facts.first_at = min(step.at for step in thread.steps)
    facts.last_at = max(step.at for step in thread.steps)
    facts.entitle(GENERATED, title_line(conversation.name or conversation.title or ""))
    if not facts.title:
        prompts = (part for step in thread.steps if not step.by_model for part in parts_of(step))
        first = next((part.body for part in prompts if part.kind == Kind.PROMPT), "")
        facts.entitle(PROMPT, title_line(first))
    if conversation.summary:
        facts.details["summary"] = conversation.summary
    for name in ("is_starred", "is_temporary"):
        if getattr(conversation, name):
            facts.details[name] = "true"

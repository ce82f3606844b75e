"""What stands beside a task's messages: its folder, its title, its parent, and its models."""

from __future__ import annotations

import bisect
import json
import re
from typing import Any

import msgspec

from convledger.sources.document import Document, NotReadable
from convledger.sources.findings import ConversationFacts
from convledger.sources.lenient import scrub
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dict_of, dicts_in, instant_of, list_of, name_of, text_of

_FOLDER = re.compile(
    r"# Current (?:Working|Workspace) Directory \((/[^)\n]*|[A-Za-z]:[^)\n]*|~[^)\n]*)\)"
)
_MODEL = re.compile(r"<model>([^<\n]{1,200})</model>")
_HISTORY = "api_conversation_history.json"
_MOST = 1 << 28


def loose_json(content: bytes) -> Any:
    """Return what JSON text holds, with lone surrogates replaced. Raises NotReadable."""
    text = content.strip(b"\0 \t\r\n")
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise NotReadable("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeError, ValueError):
        pass
    try:
        return scrub(json.loads(text.decode("utf-8", "replace"), strict=False))
    except RecursionError:
        raise NotReadable("nested too deeply") from None
    except ValueError as error:
        if text[:1] == b"<":
            raise NotReadable("a web page, not JSON") from None
        if not text:
            raise NotReadable("empty; it may be being written") from None
        raise NotReadable(f"not whole JSON, it may be being written: {error}") from None


def beside(document: Document, folder: str, name: str) -> Any:
    """Return what a file in a folder below the root holds; None where there is none of use."""
    try:
        content = document.beside(f"{folder}/{name}" if folder else name, _MOST)
        return loose_json(content) if content else None
    except NotReadable:
        return None


def history_of(document: Document, folder: str) -> list[dict[str, Any]]:
    """Return the messages that were sent to the model."""
    found = beside(document, folder, _HISTORY)
    return dicts_in(found if isinstance(found, list) else dict_of(found).get("messages"))


def describe(document: Document, folder: str, facts: ConversationFacts) -> str:
    """Add what the task's entry in its tool's history says; returns the model named there."""
    item = dict_of(beside(document, folder, "history_item.json"))
    if not item and folder.count("/") >= 1:
        item = _listed(document, folder, facts.native)
    facts.entitle(PROMPT, title_line(text_of(item.get("task"))))
    facts.entitle(GENERATED, title_line(text_of(item.get("title"))))
    facts.project = (
        text_of(item.get("workspace")) or text_of(item.get("cwdOnTaskInitialization"))
        or facts.project
    )  # fmt: skip
    parent = name_of(item.get("parentTaskId"))
    if parent and parent != facts.native:
        facts.parent, facts.relation = parent, "subagent"
    mode = text_of(item.get("mode"))
    if mode:
        facts.details["mode"] = mode
    return text_of(item.get("modelId"))


def _listed(document: Document, folder: str, native: str) -> dict[str, Any]:
    """Return a task's entry in the list of all tasks, two folders up."""
    above = folder.rsplit("/", 2)[0] if folder.count("/") > 1 else ""
    places = [f"{above}/state" if above else "state", f"{above}/tasks" if above else "tasks"]
    for place, name in zip(places, ("taskHistory.json", "_index.json"), strict=True):
        listed = beside(document, place, name)
        entries = listed if isinstance(listed, list) else dict_of(listed).get("entries")
        for entry in dicts_in(entries):
            if name_of(entry.get("id")) == native:
                return entry
    return {}


class Models:
    """Which model answered when, as far as the files say."""

    def __init__(self) -> None:
        self._known: list[tuple[int, str, str]] = []
        self.default = ""

    def add(self, at: int, model: str, provider: str = "") -> None:
        """Note that a model was used from an instant on."""
        if model:
            self._known.append((at, model, provider))

    def settle(self) -> None:
        """Bring what was noted into its order."""
        self._known.sort()

    def at(self, instant: int, until: int) -> tuple[str, str]:
        """Return model and provider of a request: the last noted before the next request."""
        place = bisect.bisect_left(self._known, (max(until, instant + 1), "", "")) - 1
        if place >= 0:
            return self._known[place][1:]
        return self.default, ""


def models_in(document: Document, folder: str, history: list[dict[str, Any]]) -> Models:
    """Return the models that a task's other files name."""
    found = Models()
    metadata = dict_of(beside(document, folder, "task_metadata.json"))
    for each in dicts_in(metadata.get("model_usage")):
        at = instant_of(each.get("ts")) or 0
        found.add(at, text_of(each.get("model_id")), text_of(each.get("model_provider_id")))
    for message in history:
        since = instant_of(message.get("ts")) or 0
        info = dict_of(message.get("modelInfo"))
        model = text_of(info.get("modelId")) or text_of(info.get("id"))
        provider = text_of(info.get("providerId")) or text_of(info.get("provider"))
        if not model and message.get("role") == "user":
            tag = _MODEL.search(_details(message))
            model = tag[1].strip() if tag else ""
        found.add(since, model, provider)
    found.settle()
    return found


def folder_in(history: list[dict[str, Any]]) -> str:
    """Return the folder that the first prompt names."""
    for message in history[:4]:
        found = _FOLDER.search(_details(message))
        if found:
            return found[1]
    return ""


def _details(message: dict[str, Any]) -> str:
    """Return the surroundings that the tool adds to what a person wrote."""
    content = message.get("content")
    blocks = [content] if isinstance(content, str) else list_of(content)
    texts = (
        each if isinstance(each, str) else text_of(dict_of(each).get("text")) for each in blocks
    )
    return "\n".join(text for text in texts if "<environment_details>" in text or "<model>" in text)

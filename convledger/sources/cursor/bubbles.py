"""What Cursor's bubbles say and cost: the calls and messages of one conversation in its order."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from convledger.sources.content import json_text
from convledger.sources.cursor import records
from convledger.sources.findings import (
    Call,
    ConversationFacts,
    Figures,
    Flag,
    Kind,
    Measure,
    Message,
    Rejected,
    Texts,
)
from convledger.sources.lenient import BadLine
from convledger.sources.titles import PROMPT, title_line
from convledger.sources.values import dict_of, instant_of, list_of, text_of, tokens_of

USER, ASSISTANT = 1, 2
_NOTHING = (b"", b"null", b'""', b"{}")
_EXCERPT = 400


class Placed(Struct):
    """A bubble as it is stored, and its place in the conversation from 1 on."""

    place: int
    native: str
    value: object
    kind: int = 0
    at: int | None = None
    beside: bool = False  # not on the path that the conversation took


def uuid_of(conversation: str, native: str) -> str:
    """Return a bubble's name among all of Cursor's."""
    return native if len(native) == 36 else f"{conversation}:{native}"


def rejected(placed: Placed, reason: str) -> Rejected:
    """Return the rejection of a bubble."""
    value = placed.value
    data = value if isinstance(value, bytes) else str(value or "").encode("utf-8", "replace")
    return Rejected(placed.place, 0, f"bubble {placed.native}: {reason}", data[:_EXCERPT])


class _Run(Struct):
    """Bubbles that one request gave: the last that says anything."""

    uuid: str = ""
    line: int = 0
    at: int = 0
    model: str = ""


class Counter:
    """Counts the bubbles of one conversation, given in their order.

    What one request gave ends with a tool's run or the next prompt. In a turn in which some bubble
    has tokens the others have none of their own.
    """

    def __init__(self, facts: ConversationFacts, model: str, at: int) -> None:
        self._facts = facts
        self._default = model
        self.at = at
        self._model = ""
        self._run = _Run()
        self._missing: list[Call] = []
        self._is_recorded = False

    def take(self, placed: Placed, found: Figures) -> None:
        """Count a bubble."""
        try:
            bubble = records.decoded(records.counted_bubble, placed.value)
            self._count(bubble, placed, found)
        except BadLine as error:
            found.rejected.append(rejected(placed, str(error)))

    def _count(self, bubble: records.CountedBubble, placed: Placed, found: Figures) -> None:
        at = _instant(bubble) or placed.at
        self.at = at or self.at
        if at is not None:
            facts = self._facts
            facts.first_at = min(facts.first_at or at, at)
            facts.last_at = max(facts.last_at or at, at)
        named = bubble.modelInfo.modelName if bubble.modelInfo else None
        if _kind(bubble.type, placed) == USER:
            self.end_turn(found)
            self._model = _model(named or bubble.modelType)
            if not self._facts.title_rank:
                self._facts.entitle(PROMPT, title_line(_text(bubble.text)))
            return
        tool = bubble.toolFormerData
        self._model = _model(named or bubble.modelType) or self._model
        model = self._model or self._default or "unknown"
        uuid = uuid_of(self._facts.native, placed.native)
        counts = bubble.tokenCount
        read = tokens_of(counts.inputTokens) if counts else 0
        written = tokens_of(counts.outputTokens) if counts else 0
        if read or written:
            self._is_recorded = True
            native = self._facts.native
            found.calls.append(Call(uuid, native, self.at, model, placed.place, read, written))
        is_tool = tool is not None and bool(tool.name or tool.toolCallId)
        if is_tool or _says(bubble.text) or _says(bubble.thinking):
            self._run = _Run(uuid, placed.place, self.at, model)
        if is_tool:
            self._end_run()

    def _end_run(self) -> None:
        run = self._run
        if run.uuid:
            self._missing.append(
                Call(run.uuid, self._facts.native, run.at, run.model, run.line,
                     measure=Measure.MISSING)
            )  # fmt: skip
        self._run = _Run()

    def end_turn(self, found: Figures, *, is_running: bool = False) -> None:
        """Add the calls of a turn whose tokens Cursor did not keep; none while it is running."""
        self._end_run()
        if not self._is_recorded and not is_running:
            found.calls.extend(self._missing)
        self._missing, self._is_recorded = [], False


class Teller:
    """Reads the messages of one conversation's bubbles, given in their order."""

    def __init__(self, conversation: str, at: int) -> None:
        self._conversation = conversation
        self._at = at
        self.before = ""

    def take(self, placed: Placed, found: Texts) -> None:
        """Read a bubble."""
        try:
            self._read(records.plain(placed.value), placed, found)
        except BadLine as error:
            found.rejected.append(rejected(placed, str(error)))

    def _read(self, bubble: dict[str, Any], placed: Placed, found: Texts) -> None:
        counted = msgspec.convert(
            {"createdAt": _loose(bubble.get("createdAt"))}, records.CountedBubble
        )
        timing = dict_of(bubble.get("timingInfo"))
        at = _instant(counted) or _first_instant(timing) or placed.at
        self._at = at or self._at
        name = uuid_of(self._conversation, placed.native)
        flags = int(Flag.BRANCH) if placed.beside else 0
        block, uuid = 0, name
        for kind, label, body, extra in _blocks(bubble, placed):
            before = self.before
            if kind == Kind.TOOL_RESULT:  # which no model wrote: a message of its own
                block, uuid, before = 0, f"{name}:result", name
            found.messages.append(
                Message(
                    self._conversation, uuid, block, placed.place, self._at, kind, body,
                    flags | extra, label, parent=before,
                )
            )  # fmt: skip
            block += 1
        if block and not placed.beside:
            self.before = uuid


def _blocks(bubble: dict[str, Any], placed: Placed) -> list[tuple[int, str, str, int]]:
    """Return kind, name, text and flags of what a bubble shows."""
    text = text_of(bubble.get("text"))
    if _kind(bubble.get("type"), placed) == USER:
        found = [(int(Kind.PROMPT), "", text or _typed(bubble.get("richText")), 0)]
        images = len(list_of(bubble.get("images")))
        found += [(int(Kind.ATTACHMENT), "", "[image]", 0)] * min(images, 100)
        return [each for each in found if each[2]]
    found = []
    thinking = bubble.get("thinking")
    thought = text_of(thinking) or text_of(dict_of(thinking).get("text"))
    if thought:
        found.append((int(Kind.THINKING), "", thought, 0))
    if text:
        found.append((int(Kind.ANSWER), "", text, 0))
    tool = dict_of(bubble.get("toolFormerData"))
    name = text_of(tool.get("name"))
    if name or tool.get("toolCallId"):
        given = _as_json(tool.get("rawArgs") or tool.get("params") or "{}")
        found.append((int(Kind.TOOL_CALL), name or "tool", given, 0))
        result = tool.get("result") or tool.get("error")
        if result:
            is_error = tool.get("status") == "error"
            failed = int(Flag.ERROR) if is_error else 0
            found.append((int(Kind.TOOL_RESULT), name, _as_json(result), failed))
    return found


def _typed(value: object) -> str:
    """Return the text of what the editor kept as a tree of nodes, or as plain text."""
    if isinstance(value, str) and not value.lstrip().startswith("{"):
        return value
    try:
        tree = records.plain(value) if isinstance(value, str) else dict_of(value)
    except BadLine:
        return ""
    parts: list[str] = []
    waiting: list[Any] = [tree.get("root")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            parts.append(text_of(node.get("text")))
            waiting.extend(reversed(list_of(node.get("children"))))
            if node.get("type") == "paragraph":
                parts.append("\n")
    return "".join(parts).strip()


def _as_json(value: object) -> str:
    return value if isinstance(value, str) else json_text(value)


def _kind(value: object, placed: Placed) -> int:
    kind = {"user": USER, "ai": ASSISTANT, "assistant": ASSISTANT}.get(str(value), value)
    if kind in (USER, ASSISTANT) and not isinstance(kind, bool):
        return USER if kind == USER else ASSISTANT
    return placed.kind or ASSISTANT


def _model(name: object) -> str:
    """Return a model's name; Cursor's own choice among models is no name of one."""
    return name if isinstance(name, str) and name not in ("", "default") else ""


def model_of(config: records.ModelName | None) -> str:
    """Return the model that a conversation is set to."""
    return _model(config.modelName) if config else ""


def _says(raw: Raw) -> bool:
    data = bytes(raw)
    return data not in _NOTHING and not data.startswith((b'{"text":""', b'{"text": ""'))


def _text(raw: Raw) -> str:
    try:
        value = msgspec.json.decode(raw) if bytes(raw) else ""
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""
    return text_of(value)


def _loose(value: object) -> object:
    return value if isinstance(value, str | int | float) else None


def _instant(bubble: records.CountedBubble) -> int | None:
    at = instant_of(bubble.createdAt)
    if at is None and bubble.timingInfo is not None:
        at = _first_instant(msgspec.structs.asdict(bubble.timingInfo))
    return at


def _first_instant(timing: dict[str, Any]) -> int | None:
    names = ("clientRpcSendTime", "clientStartTime", "clientEndTime")
    return next(filter(None, (instant_of(timing.get(name)) for name in names)), None)

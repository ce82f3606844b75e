"""Reads a prompt that Google AI Studio saved in Drive: one conversation with tokens by piece.

A request's prompt is the sum of the pieces before it, which leaves out what Google adds: the
figures are approximate, and unknown where a piece has none or instructions stood beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from convledger.sources.dating import Times
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import (
    TOKEN_LIMIT,
    Call,
    Figures,
    Flag,
    Kind,
    Measure,
    Message,
    Rejected,
)
from convledger.sources.lenient import BadLine, loads
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dict_of, dicts_in, list_of, text_of, tokens_of

_FOLDER = "Google AI Studio/"
_FILES = ("driveDocument", "driveImage", "driveVideo", "driveAudio", "inlineFile", "inlineImage",
          "inlineData", "youtubeVideo")  # fmt: skip


def read(document: Document, *, texts: bool) -> Iterator[Found]:
    """Yield the conversation of a file. Raises NotReadable."""
    try:
        content = loads(document.content())
    except BadLine as error:
        raise NotReadable(f"not a prompt of AI Studio: {error}") from None
    chunks = dicts_in(dict_of(content.get("chunkedPrompt")).get("chunks"))
    if "chunkedPrompt" not in content and "runSettings" not in content:
        raise NotReadable("neither a prompt of AI Studio nor a list of activities")
    name = document.relative.rpartition(_FOLDER)[2] if _FOLDER in document.relative else ""
    name = (name or document.relative.rpartition("/")[2]).removesuffix(".json")
    prompt = _Prompt(name, content, chunks, document.changed_at)
    found = Found(done=document.size)
    if texts:
        found.texts.messages.extend(prompt.messages())
    else:
        prompt.figures(found.figures)
        if prompt.fault:
            found.figures.rejected.append(Rejected(1, 0, prompt.fault))
    yield found


class _Prompt:
    """A saved prompt: its pieces are numbered, as they have no ids of their own."""

    def __init__(
        self, name: str, content: dict[str, Any], chunks: list[dict[str, Any]], changed_at: int
    ) -> None:
        self._native = f"ai-studio/{name}"
        self._name = name
        self._chunks = chunks
        model = text_of(dict_of(content.get("runSettings")).get("model"))
        self._model = model.removeprefix("models/") or "unknown"
        self._instructions = _instructions(content.get("systemInstruction"))
        self._instants: list[int] = []
        times = Times()
        known = [
            times.said(str(number), chunk.get("createTime"))
            for number, chunk in enumerate(chunks, 1)
        ]
        self.fault = times.fault(self._native) if chunks else ""
        at = next((each for each in known if each), changed_at)
        for each in known:
            at = each or at
            self._instants.append(at)
        self._copied, self._parent = self._branch()

    def _branch(self) -> tuple[int, str]:
        """Return how many pieces were copied from another prompt, and from which."""
        for number in range(len(self._chunks), 0, -1):
            name = text_of(dict_of(self._chunks[number - 1].get("branchParent")).get("displayName"))
            if name and name != self._name:
                return number, f"ai-studio/{name}"
        return 0, ""

    def figures(self, figures: Figures) -> None:
        """Add the conversation and its calls: a run of the model's pieces is one."""
        facts = figures.conversation(self._native)
        if self._instants:
            facts.first_at, facts.last_at = min(self._instants), max(self._instants)
        facts.entitle(GENERATED, title_line(self._name))
        first = next((c for c in self._chunks if c.get("role") != "model" and c.get("text")), {})
        facts.entitle(PROMPT, title_line(text_of(first.get("text"))))
        if self._parent:
            facts.parent, facts.relation = self._parent, "fork"
        before, known = 0, not self._instructions
        run: list[int] = []
        for number, chunk in enumerate([*self._chunks, {}], 1):
            if chunk.get("role") == "model" and not chunk.get("errorMessage"):
                run.append(number)
                continue
            if run:
                call, kept = self._call(run, before if known else None)
                if call.measure == Measure.RECORDED or not call.copied_into:
                    figures.calls.append(call)
                known = known and kept is not None
                before += kept or 0
                run = []
            count = _count(chunk)
            known = known and (count is not None or not chunk)
            before += count or 0

    def _call(self, run: list[int], before: int | None) -> tuple[Call, int | None]:
        """Return a request, and the tokens of its answer that later prompts hold."""
        counts = [(_count(self._chunks[n - 1]), self._chunks[n - 1]) for n in run]
        told = [count for count, _ in counts if count is not None]
        kept = sum(count or 0 for count, chunk in counts if not chunk.get("isThought"))
        last = run[-1]
        is_copy = last <= self._copied
        owner = self._parent if is_copy else self._native
        call = Call(
            f"{owner}/{last}", owner, self._instants[run[0] - 1], self._model, last,
            provider="google", copied_into=self._native if is_copy else "",
            measure=Measure.MISSING,
        )  # fmt: skip
        output = sum(told)
        if before is None or len(told) < len(run) or max(before, output) > TOKEN_LIMIT:
            return call, kept if len(told) == len(run) else None
        call.measure, call.approximate = Measure.RECORDED, True
        call.input, call.output, call.reasoning = before, output, output - kept
        return call, kept

    def messages(self) -> Iterator[Message]:
        """Yield the pieces as messages."""
        at = self._instants[0] if self._instants else 0
        if self._instructions and at:
            yield Message(
                self._native, f"{self._native}/0", 0, 1, at, Kind.NOTE, self._instructions,
                Flag.HIDDEN, name="system instructions",
            )  # fmt: skip
        parent = ""
        for number, (chunk, at) in enumerate(zip(self._chunks, self._instants, strict=True), 1):
            uuid = f"{self._native}/{number}"
            flags = Flag.INHERITED if number <= self._copied else 0
            blocks = [(kind, body, name) for kind, body, name in _blocks(chunk) if body]
            for block, (kind, body, name) in enumerate(blocks):
                marks = flags | (Flag.ERROR if name == "error" else 0)
                yield Message(
                    self._native, uuid, block, number, at, kind, body, marks, name, parent=parent
                )
            parent = uuid if blocks else parent


def _blocks(chunk: dict[str, Any]) -> Iterator[tuple[Kind, str, str]]:
    is_model = chunk.get("role") == "model"
    text = text_of(chunk.get("text"))
    if not text:
        text = "".join(text_of(part.get("text")) for part in dicts_in(chunk.get("parts")))
    kind = Kind.PROMPT if not is_model else Kind.ANSWER
    yield (Kind.THINKING if is_model and chunk.get("isThought") is True else kind), text, ""
    if code := chunk.get("executableCode"):
        yield Kind.TOOL_CALL, msgspec.json.encode(code).decode(), "code execution"
    if result := dict_of(chunk.get("codeExecutionResult")):
        yield Kind.TOOL_RESULT, text_of(result.get("output")), "code execution"
    for name in _FILES:
        if held := dict_of(chunk.get(name)):
            label = text_of(held.get("mimeType")) or text_of(held.get("id"))
            yield Kind.ATTACHMENT, f"[{name} {label}]".replace(" ]", "]"), ""
    yield Kind.NOTE, text_of(chunk.get("errorMessage")), "error"


def _instructions(value: Any) -> str:
    if isinstance(value, str):
        return value
    held = dict_of(value)
    parts = [text_of(part.get("text")) for part in dicts_in(list_of(held.get("parts")))]
    return text_of(held.get("text")) or "\n".join(part for part in parts if part)


def _count(chunk: dict[str, Any]) -> int | None:
    """Return the tokens of a piece; None where they are not told, or can't be."""
    try:
        return tokens_of(chunk.get("tokenCount")) if chunk.get("tokenCount") is not None else None
    except BadLine:
        return None

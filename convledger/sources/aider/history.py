"""Reads Aider's chat history: Markdown that is appended to, each run under a line with its start.

Whoever wrote a line is told by its beginning: `####` a person, `>` the console, anything else the
model. The model's own Markdown may begin so too. Aider ends its own lines with two spaces, so
where a history has those, only they are taken for its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b
from typing import BinaryIO

from convledger.clock import parse_instant
from convledger.sources.aider.replies import Reply, parts_of
from convledger.sources.aider.usage import call_of, model_of
from convledger.sources.document import Document, Found
from convledger.sources.findings import Call, Figures, Kind, Measure, Message, Texts
from convledger.sources.json_lines import lines_of
from convledger.sources.line_blocks import LARGEST_LINE
from convledger.sources.titles import PROMPT, title_line
from convledger.zones import MachineZone

BEGINS = re.compile(
    rb"^# aider chat started at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d[ \t]*\r?$", re.MULTILINE
)
ZONE: tzinfo = MachineZone()  # Aider writes local time without saying which
_START = re.compile(r"# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_VERSION = re.compile(r"Aider v(\S+)\s*$")
_SPEAKING = ("/ask", "/code", "/architect", "/chat", "/context", "/help", "/ok", "/run", "/test")
_BATCH = 300
_USER, _CONSOLE, _MODEL = "#### ", "> ", ""


class _Line:
    """A line of the history, and whose it looks like."""

    __slots__ = ("breaks", "number", "text", "whose")

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        self.breaks = text.endswith("  ")
        self.whose = _MODEL
        for beginning in (_USER, _CONSOLE):
            if text.startswith(beginning) or text.rstrip() == beginning.rstrip():
                self.whose = beginning
        self.text = text

    @property
    def said(self) -> str:
        """The text without the mark of whose it is."""
        return self.text[len(self.whose) :].rstrip() if self.whose else self.text


def read(document: Document, *, texts: bool) -> Iterator[Found]:
    """Yield the runs of a history, each a conversation."""
    reading = _Reading(document, texts=texts)
    for line, done in _lines(document.stream()):
        reading.take(line)
        if reading.is_full():
            yield reading.found(done)
    reading.end_run()
    yield reading.found(document.size)


def _lines(stream: BinaryIO) -> Iterator[tuple[_Line, int]]:
    done = 0
    for number, (raw, size) in enumerate(lines_of(stream, LARGEST_LINE), 1):
        done += size
        yield _Line(number, raw.decode("utf-8", "replace").rstrip("\r\n")), done


class _Run:
    """One run of Aider: its blocks are numbered, as they have no ids of their own."""

    def __init__(self, native: str, at: int) -> None:
        self.native = native
        self.at = at
        self.model = "unknown"
        self.provider = ""
        self.blocks = 0
        self.calls = 0
        self.parent = ""
        self.answered = 0  # the line of the last answer
        self.command = False  # what was said last is for Aider itself, not for the model
        self.unmeasured: list[Call] = []


class _Reading:
    """Puts lines together to blocks, and blocks to calls and messages."""

    def __init__(self, document: Document, *, texts: bool) -> None:
        self._texts = texts
        self._changed_at = document.changed_at
        folder, _, name = document.relative.rpartition("/")
        self._project = folder if name.startswith(".aider.chat.history") else ""
        self._starts: dict[str, int] = {}
        self._run: _Run | None = None
        self._block: list[_Line] = []
        self._fence = ""
        self._blank = True  # the line before is empty
        self._hard: bool | None = None  # Aider's own lines end with two spaces
        self._figures, self._said = Figures(), Texts()

    def is_full(self) -> bool:
        """Tell whether enough is found to be stored."""
        return len(self._said.messages) >= _BATCH or len(self._figures.calls) >= _BATCH

    def found(self, done: int) -> Found:
        """Return what is found since the last time."""
        found = Found(self._figures, self._said, done)
        self._figures, self._said = Figures(), Texts()
        return found

    def take(self, line: _Line) -> None:
        """Take the next line of the history."""
        started = _START.match(line.text) if self._blank and line.text.startswith("# a") else None
        if started:
            self.end_run()
            self._begin(started[1])
        elif self._run is not None:
            if line.whose and not self._is_own(line):
                line.whose = _MODEL
            self._add(line)
        self._blank = not line.text.strip()

    def _is_own(self, line: _Line) -> bool:
        """Tell whether a line that begins like one of Aider's is one."""
        if self._hard is None and not self._fence:
            self._hard = line.breaks
        if self._hard:
            after_model = bool(self._block) and not self._block[-1].whose
            return line.breaks or (line.whose == _CONSOLE and not after_model and not self._fence)
        if self._fence:
            return False
        after_own = bool(self._block) and self._block[-1].whose == line.whose
        return self._blank or after_own or line.whose == _CONSOLE

    def _begin(self, stamp: str) -> None:
        local = parse_instant(stamp.replace(" ", "T"))
        at = self._changed_at
        if local is not None:
            naive = datetime.fromisoformat(stamp)
            at = parse_instant(naive.replace(tzinfo=ZONE).astimezone(UTC).isoformat()) or local
        count = self._starts[stamp] = self._starts.get(stamp, 0) + 1
        native = stamp.replace(" ", "T") + (f"#{count}" if count > 1 else "")
        self._run = _Run(native, at)
        self._fence, self._blank = "", True
        if not self._texts:
            facts = self._figures.conversation(native)
            facts.first_at = facts.last_at = at
            facts.project = self._project

    def _add(self, line: _Line) -> None:
        if self._block and self._block[-1].whose != line.whose:
            if not line.text.strip():
                return  # blank lines part blocks, and belong to none but the model's
            self._end_block()
        if not self._block and not line.text.strip():
            return
        if line.whose:
            self._fence = ""
        elif fence := _FENCE.match(line.text):
            if not self._fence:
                self._fence = fence[1]
            elif fence[1].startswith(self._fence) and not line.text.strip(" `~"):
                self._fence = ""
        self._block.append(line)

    def end_run(self) -> None:
        """Close the run; where it tells no tokens at all, each answer is a call of unknown size."""
        self._end_block()
        if self._run is not None and not self._texts:
            self._figures.calls.extend(self._run.unmeasured)
        self._run = None

    def _end_block(self) -> None:
        block, run = self._block, self._run
        self._block, self._fence = [], ""
        if not block or run is None:
            return
        run.blocks += 1
        digest = blake2b(block[0].text.encode("utf-8", "replace"), digest_size=4).hexdigest()
        uuid = f"{run.native}/{run.blocks}-{digest}"
        body = "\n".join(line.said for line in block).strip("\r\n")
        whose, number = block[0].whose, block[0].number
        if whose == _USER:
            run.command = body.startswith("/") and not body.startswith(_SPEAKING)
            self._say(run, uuid, number, [Reply(Kind.PROMPT, "" if body == "<blank>" else body)])
            if not self._texts and not body.startswith("/") and body != "<blank>":
                self._entitle(run, title_line(body))
        elif whose == _CONSOLE:
            self._heard(run, block)
            self._say(run, uuid, number, [Reply(Kind.NOTE, body, "console")])
        else:
            self._say(run, uuid, number, parts_of(body))
            run.answered = number
            if not run.calls and not run.command:
                run.unmeasured.append(
                    Call(uuid, run.native, run.at, run.model, number, provider=run.provider,
                         measure=Measure.MISSING)
                )  # fmt: skip

    def _entitle(self, run: _Run, title: str) -> None:
        facts = self._figures.conversation(run.native)
        facts.entitle(PROMPT, title)

    def _heard(self, run: _Run, block: list[_Line]) -> None:
        """Take models, versions and tokens from what the console said."""
        for line in block:
            said = line.said
            if "odel: " in said and (named := model_of(said)):
                run.provider, run.model = named
            elif not self._texts and (version := _VERSION.match(said)):
                self._figures.conversation(run.native).version = version[1]
            elif said.startswith("Tokens: ") and (call := call_of(said)):
                run.calls += 1
                run.unmeasured = []
                if self._texts:
                    continue
                digest = blake2b(said.encode("utf-8", "replace"), digest_size=6).hexdigest()
                call.key = f"{run.native}/call{run.calls}-{digest}"
                call.conversation, call.at, call.line = (
                    run.native,
                    run.at,
                    run.answered or block[0].number,
                )
                call.model, call.provider = run.model, run.provider
                self._figures.calls.append(call)

    def _say(self, run: _Run, uuid: str, number: int, parts: list[Reply]) -> None:
        if not self._texts:
            return
        for block, part in enumerate(part for part in parts if part.body):
            self._said.messages.append(
                Message(run.native, uuid, block, number, run.at, part.kind, part.body,
                        name=part.name, parent=run.parent)
            )  # fmt: skip
        run.parent = uuid
